# SPDX-License-Identifier: MIT
"""Leaks seeded on purpose: a rig that does not notice them sees nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.errors import InputError
from tasuki.core.release.reasons import RECALLED
from tasuki.faces.http import kit
from tasuki.services import holdings, reading, viewing
from tasuki.services.health import life
from tasuki.store import holdings as held
from tasuki.store import viewing as store


@contextmanager
def _in_place(owner: Any, name: str, other: Any) -> Iterator[None]:
    real = getattr(owner, name)
    setattr(owner, name, other)
    _forget_statements()
    try:
        yield
    finally:
        setattr(owner, name, real)
        _forget_statements()


def _forget_statements() -> None:
    """Let the store put its statements together anew: those it remembers hold what was in place then."""
    for remembered in (store._ordered, store._keyed, store._counted):  # noqa: SLF001 broken on purpose
        remembered.cache_clear()


def unfiltered() -> AbstractContextManager[None]:
    """Lists, searches and exports forget labels."""
    return _in_place(store, "_visible", lambda *_: sa.true())


def older_versions() -> AbstractContextManager[None]:
    """Every holding of a visible id is shown, not the one that would go."""
    return _in_place(store, "_would_go", lambda *_: iter(()))


def perhaps_is_yes() -> AbstractContextManager[None]:
    """Nobody asks whether somebody agreed."""
    return _in_place(viewing.View, "_seen", lambda _self, rows: rows)


def another_refusal() -> AbstractContextManager[None]:
    """What is hidden is refused in other words than what is not held."""
    real = reading._one  # noqa: SLF001 broken on purpose

    def one(view: Any, stix_id: str) -> Any:
        try:
            return real(view, stix_id)
        except InputError as error:
            if held.history(view.connection, stix_id):
                raise InputError(RECALLED.because(stix_id=stix_id)) from error
            raise

    return _in_place(reading, "_one", one)


def open_cursor() -> AbstractContextManager[None]:
    """A cursor may name what is hidden."""

    def below(view: Any, place: str) -> int:
        found = held.history(view.connection, place.partition("@")[0])
        return found[-1].position if found else store.NEWEST

    return _in_place(viewing.View, "below", below)


def position_told() -> AbstractContextManager[None]:
    """Lines of lists name the position."""
    real = reading._line  # noqa: SLF001 broken on purpose
    return _in_place(reading, "_line", lambda row, obj: {**real(row, obj), "position": row.position})


def counted_header() -> AbstractContextManager[None]:
    """An answer counts what is held."""
    real = kit.run_in_threadpool

    async def run(act: Any, *arguments: Any) -> Any:
        answer = await real(act, *arguments)
        node = arguments[0] if arguments else None
        if hasattr(answer, "headers") and hasattr(node, "database"):
            with node.database.read() as connection:
                answer.headers["x-total"] = str(held.top(connection))
        return answer

    return _in_place(kit, "run_in_threadpool", run)


def candidates_counted() -> AbstractContextManager[None]:
    """A search gives up early where the index names much that is hidden."""
    real = holdings.search.candidates
    return _in_place(
        holdings.search, "candidates", lambda connection, words, _limit, **at: real(connection, words, 5, **at)[:5]
    )


def health_counts() -> AbstractContextManager[None]:
    """A sign of life is late by as much as is held."""
    real = life.sign_of_life

    def sign(node: Any, partner: Any) -> Any:
        released = real(node, partner)
        with node.database.read() as connection:
            version = held.top(connection)
        message = {"node": str(node.me), "version": version, "at": "2026-03-01T12:00:00.000Z"}
        return life.release_notice("health", message, released.audience, node.gate.rules.digest)

    from tasuki.services import health  # noqa: PLC0415 the face asks it there

    return _in_place(health, "sign_of_life", sign)


LEAKS: Final[dict[str, Callable[[], AbstractContextManager[None]]]] = {
    each.__name__: each
    for each in (
        unfiltered, older_versions, perhaps_is_yes, another_refusal, open_cursor, position_told, counted_header,
        candidates_counted, health_counts,
    )
}  # fmt: skip
