# SPDX-License-Identifier: MIT
"""What a move is: what it plays, over what, what must come of it, and how that is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tasuki.sim.moves.stage import Stage
from tasuki.sim.partner.driven import Said, State
from tasuki.sim.partner.wire import CUT, Reply

Saw = Reply | Said | Mapping[str, bool]
"""What a move returns: the answer it got, or what it found to hold, each by the name its expectation gives it."""

Play = Callable[[Stage, str], Saw]

ONCE: Final = ("once",)
"""What a move is played over where there is nothing to vary."""

_TROUBLE: Final = 500

SPENT: Final = frozenset(
    {
        "lanes", "envelopes_in", "log_leaves", "logs", "log_subtrees", "usages",
        "/v1/channel/lanes", "/v1/channel/envelopes",
    }
)  # fmt: skip
"""What a spent number alone changes: lane, dedup row, the leaf of the receipt, the count against a quota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One play of a move."""

    before: State
    after: State
    audited: tuple[tuple[str, Mapping[str, object]], ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The node answers with one of these reasons and is afterwards as it was.

    Attributes:
        codes: the reasons, any of which is right.
        status: of the answer; `CUT` where there must be none.
        spends: the number is spent on a receipt that says so.
        keeps: tables and views that may change: evidence of the lie.
        leaf: whether the private audit log names the refusal, or under which other reason it does.
    """

    codes: tuple[str, ...]
    status: tuple[int, ...] = (200,)
    spends: bool = False
    keeps: frozenset[str] = frozenset()
    leaf: bool | str = True

    @property
    def said(self) -> str:
        """Say it for people."""
        codes = " or ".join(f"`{code}`" for code in self.codes)
        if self.spends:
            return f"receipt {codes}; the number is spent, nothing else changes"
        shown = "connection refused or cut" if self.status == (CUT,) else f"refused: {codes}"
        other = "" if self.status in ((200,), (CUT,)) else f" ({', '.join(str(each) for each in self.status)})"
        kept = f"; kept as evidence: {', '.join(sorted(self.keeps))}" if self.keeps else ""
        return f"{shown}{other}; state as before{kept}"

    def wrong(self, saw: Saw, case: Case) -> Iterator[str]:
        """Yield what is not as it must be."""
        if not isinstance(saw, Reply | Said):
            yield "no answer to look at"
            return
        if saw.status not in self.status:
            yield f"status {saw.status} with {saw.code!r} where {self.status} was expected"
        if self.codes and saw.code not in self.codes:
            yield f"reason {saw.code!r} where {self.codes} was expected"
        if isinstance(saw, Reply) and (saw.receipt is not None) is not self.spends:
            yield "a receipt where none was expected" if saw.receipt else "no receipt where one was expected"
        if isinstance(saw, Reply) and saw.receipt is not None and saw.receipt.status == "stored":
            yield "it was stored"
        changed = set(case.before.differs(case.after)) - self.keeps - (SPENT if self.spends else frozenset())
        if changed:
            yield f"changed: {', '.join(sorted(changed))}"
        named = self.leaf if isinstance(self.leaf, str) else saw.code
        if self.leaf and not any(named in f"{kind} {body}" for kind, body in case.audited):
            yield f"no audit leaf names the refusal ({named})"


@dataclass(frozen=True, slots=True)
class Shows:
    """The move looks by itself, and everything named here must hold; `still` as well: state after = state before."""

    claims: tuple[str, ...]
    still: bool = False
    keeps: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """Say it for people."""
        return "; ".join(self.claims) + ("; state as before" if self.still else "")

    def wrong(self, saw: Saw, case: Case) -> Iterator[str]:
        """Yield what is not as it must be."""
        if isinstance(saw, Reply | Said):
            yield "an answer where claims were expected"
            return
        if set(saw) != set(self.claims):
            yield f"claims {sorted(saw)} where {sorted(self.claims)} were expected"
        for claim, holds in saw.items():
            if not holds:
                yield f"does not hold: {claim}"
        changed = set(case.before.differs(case.after)) - self.keeps
        if self.still and changed:
            yield f"changed: {', '.join(sorted(changed))}"


Expectation = Refused | Shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One move.

    Attributes:
        plays: one sentence: what is done.
        over: what it is played over, each a case: message types, endpoints, variants.
        play: does it.
        module: where it stands, for the table.
        stage: which stage it wants; moves of one stage share its nodes.
    """

    id: str
    plays: str
    over: tuple[str, ...]
    expects: Expectation
    play: Play
    module: str

    def expected(self, _over: str) -> Expectation:
        """Return what must come of one case."""
        return self.expects


_MOVES: Final[dict[str, list[Move]]] = {}


def move(name: str, expects: Expectation, *, over: tuple[str, ...] = ONCE) -> Callable[[Play], Play]:
    """Add a move; what it plays is the first line of its docstring. An id may be played in several ways."""

    def add(play: Play) -> Play:
        said = (play.__doc__ or "").strip().partition("\n")[0]
        made = Move(
            id=name, plays=said, over=over, expects=expects, play=play, module=play.__module__.rpartition(".")[2]
        )
        _MOVES.setdefault(name, []).append(made)
        return play

    return add


def registered() -> dict[str, list[Move]]:
    """Return every move added so far, by id in the order of the groups."""
    return _MOVES


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one case.

    Attributes:
        wrong: what was not as it must be; empty where the node stood.
    """

    move: Move
    over: str
    wrong: tuple[str, ...] = field(default=())


def played(stage: Stage, one: Move, over: str) -> Outcome:
    """Play one case and look at everything."""
    stage.begin()
    saw = one.play(stage, over)
    return Outcome(move=one, over=over, wrong=tuple(_wrong(stage, one, over, saw)))


def _wrong(stage: Stage, one: Move, over: str, saw: Saw) -> Iterator[str]:
    case = Case(before=stage.before, after=stage.node.state(), audited=tuple(stage.node.audited(stage.audited_before)))
    yield from one.expected(over).wrong(saw, case)
    trouble = stage.trouble()
    if trouble:
        yield f"the node said that something is wrong with itself: {trouble[0]}"
    if not stage.node.is_alive:
        yield "the node died"
    stage.end(case.after)
