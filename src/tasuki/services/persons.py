# SPDX-License-Identifier: MIT
"""Persons: who may read at this node, and who stands behind a token."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tasuki.base.errors import CallerError
from tasuki.core.persons import reasons as why
from tasuki.core.persons.model import Person, Principal
from tasuki.core.persons.naming import reader_of
from tasuki.core.persons.tokens import TOKEN_BYTES, token_digest, write_token
from tasuki.services import journal
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.store import persons as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A person who may read from now on.

    Attributes:
        token: to be handed to the person; it is shown here and never again.
    """

    person: Person
    token: str


def home_principal(node: Node) -> Principal:
    """Return who asks where no token is shown: the organisation that runs the node."""
    return Principal(node.home)


def who(node: Node, token: str) -> Principal | None:
    """Return who stands behind a token, or None for a token that is unknown or was taken back.

    The store is asked each time, so that removing somebody counts from the next request on.
    """
    with node.database.read() as connection:
        person = store.by_digest(connection, token_digest(token))
    return None if person is None else Principal(person.reader, person.name)


def add(node: Node, name: str, desk: str) -> Added:
    """Let a person of a desk read at this node.

    A name belongs to one person for ever: after a removal it comes back to the same desk only.

    Raises:
        CallerError: the name has another form or belongs to somebody else, or there is no such desk.
    """
    reader = reader_of(name, desk, node.profile.participant(node.me.participant))
    person = Person(reader=reader, added_at=node.clock.now())
    token = write_token(node.entropy.draw(TOKEN_BYTES))

    def work(connection: sa.Connection) -> None:
        before = store.entry(connection, name)
        if before is not None and before.active:
            raise CallerError(why.TAKEN.because(name=name, of=str(before.person.reader.desk)))
        if before is not None and before.person.reader != reader:
            raise CallerError(why.TAKEN_BEFORE.because(name=name, of=str(before.person.reader.desk)))
        store.add(connection, person, token_digest(token))
        audit(node, connection, "persons:person:add", {"name": name, "of": str(reader.desk)})

    node.database.write(work)
    return Added(person=person, token=token)


def remove(node: Node, name: str) -> Person:
    """Let a person read no longer; what it asks next is refused.

    Raises:
        CallerError: nobody of that name reads at this node.
    """

    def work(connection: sa.Connection) -> Person:
        found = store.entry(connection, name)
        if found is None or not found.active:
            raise CallerError(why.NOBODY.because(name=name[:60]))
        store.remove(connection, name)
        journal.note(connection, journal.REMOVED, {"name": name})
        audit(node, connection, "persons:person:remove", {"name": name, "of": str(found.person.reader.desk)})
        return found.person

    return node.database.write(work)


def require_active(connection: sa.Connection, principal: Principal) -> None:
    """Require that a person who asked may still read: long answers take their time.

    Raises:
        CallerError: the person was removed.
    """
    if principal.person is not None:
        found = store.entry(connection, principal.person)
        if found is None or not found.active or found.person.reader != principal.reader:
            raise CallerError(why.UNKNOWN_TOKEN.because())


def persons(node: Node) -> list[Person]:
    """Return everybody who may read at this node, in the order in which they were added."""
    with node.database.read() as connection:
        return store.active(connection)
