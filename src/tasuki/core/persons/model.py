# SPDX-License-Identifier: MIT
"""Who asks a node for something: a reader for the gate, and a name for the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tasuki.base.ids import Audience


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever stands before a face, as far as the node has made sure of it.

    Attributes:
        reader: for whom the gate decides.
        person: the name of a person who is known here; None where an organisation asks, such as the home without a
            token, or a program of a partner.
    """

    reader: Audience
    person: str | None = None

    def is_of(self, home: Audience) -> bool:
        """Whether it asks for the home of a node, as a person of it or as the home itself."""
        return self.reader.desk == home


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may read at this node.

    Attributes:
        reader: the person in its desk, such as `GBR/nca:police@bell`.
    """

    reader: Audience
    added_at: datetime

    @property
    def name(self) -> str:
        """The name alone; no two people of a node share it."""
        return self.reader.person
