# SPDX-License-Identifier: MIT
"""Objects of the recorded validator suite that the standard decides otherwise, each by its content and its clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Made = dict[str, Any]


class Ruling(NamedTuple):
    """A verdict of ours beside the peer's.

    Attributes:
        clause: what decides it.
        theirs: the peer's verdict; ours is the other.
        applies: which objects.
        errors: what we say of them: reason and rule.
    """

    clause: str
    theirs: bool
    applies: Callable[[Made], bool]
    errors: set[tuple[str, str]]


def has_short_reference(obj: Made) -> bool:
    reference = obj.get("src_ref", "")
    return isinstance(reference, str) and len(reference.rpartition("-")[2]) == len("22c398f78fb")


def has_long_name(obj: Made) -> bool:
    return any(len(name) > len("x" * 250) for name in obj)


RULINGS = (
    Ruling(
        clause="§2.9: the last group of a UUID has 12 digits; the schemas do not look at references of observables",
        theirs=True,
        applies=has_short_reference,
        errors={("stix.identifier", "STIX 2.1 §2.9")},
    ),
    Ruling(
        clause="§3.1, §11.1.1: a property name has at most 250 characters; the schema's expression is not anchored",
        theirs=True,
        applies=has_long_name,
        errors={("stix.property-name", "STIX 2.1 §3.1")},
    ),
    Ruling(
        clause="§6.14.1, RFC 5646 §2.2.1: bbb (Barai) is a registered language; the peer's own list lacks it",
        theirs=False,
        applies=lambda obj: obj.get("languages") == ["bbb"],
        errors=set(),
    ),
)


def ruling_on(obj: Made, *, theirs: bool) -> Ruling | None:
    """Return the ruling that lets us differ from the peer's verdict on an object, or None."""
    return next((each for each in RULINGS if each.theirs is theirs and each.applies(obj)), None)
