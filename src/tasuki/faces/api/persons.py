# SPDX-License-Identifier: MIT
"""Persons for whoever runs this node: let in, listed, let go."""

from __future__ import annotations

from typing import Final

import msgspec

from tasuki.base.time import format_rfc3339
from tasuki.core.persons.model import Person
from tasuki.faces.http.kit import Nothing, get, post
from tasuki.services import persons
from tasuki.services.node import Node


class New(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to let in, and the desk it belongs to."""

    name: str
    of: str


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which person."""

    name: str


def _line(person: Person) -> dict[str, object]:
    return {"name": person.name, "of": str(person.reader.desk), "added_at": format_rfc3339(person.added_at)}


def _list(node: Node, _question: Nothing) -> list[dict[str, object]]:
    return [_line(each) for each in persons.persons(node)]


def _add(node: Node, question: New) -> dict[str, object]:
    added = persons.add(node, question.name, question.of)
    return {**_line(added.person), "token": added.token}


def _remove(node: Node, question: One) -> dict[str, object]:
    return _line(persons.remove(node, question.name))


ROUTES: Final = (
    get("/v1/persons", Nothing, _list),
    post("/v1/persons", New, _add),
    post("/v1/persons/remove", One, _remove),
)
