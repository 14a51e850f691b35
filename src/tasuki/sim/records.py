# SPDX-License-Identifier: MIT
"""What the bench knows of a run, beside what the nodes remember: the invariants compare the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

EVERYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An act of people that a node answered with success; `at` counts commits of the whole bench."""

    nation: str
    stix_id: str
    at: int
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """From commit `at` on, an id must not be sealed by a nation for a participant (or for everybody)."""

    nation: str
    stix_id: str
    to: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Objects that came into a node with one envelope."""

    env_id: str
    sender: str
    receiver: str
    ids: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request that a node refused outside the lanes, and whether its audit log has an entry with a reason."""

    nation: str
    code: str
    audited: bool


@dataclass(slots=True)
class Records:
    """Everything the bench saw.

    Attributes:
        imported: what people brought in; `shared` what they let go, and to whom.
        withdrawn: what people said was wrong: where it had not left yet it is no news to anybody.
        controlled: ids that go on only with their maker's consent; `granted` says who once got it for what.
        sealed: for each envelope, the commit with which it was sealed.
        signed: by origin and size, every root a nation signed.
        cosigned: by (witness, origin), what it cosigned, in order.
        revoked: by (participant, key id), how many leaves of each pair log count, by partner.
        surprises: what nobody foresaw; `silent` requests for help whose clock nobody heard.
        restored: nations put back to an older state, with the commits that it lost.
        rotten: nations whose disk rotted and that have not been restored since.
        mended: nations that were ever hurt in that way.
    """

    imported: list[Acknowledged] = field(default_factory=list)
    shared: list[Acknowledged] = field(default_factory=list)
    withdrawn: list[Acknowledged] = field(default_factory=list)
    forbidden: list[Forbidden] = field(default_factory=list)
    controlled: list[str] = field(default_factory=list)
    granted: list[Forbidden] = field(default_factory=list)
    sealed: dict[str, int] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    refused: list[Answered] = field(default_factory=list)
    signed: defaultdict[str, defaultdict[int, set[bytes]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    cosigned: defaultdict[tuple[str, str], list[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(list))
    revoked: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    restored: list[tuple[str, int, int]] = field(default_factory=list)
    rotten: set[str] = field(default_factory=set)
    longest_queue: int = 0

    def forbid(self, nation: str, ids: Iterable[str], to: str, at: int) -> None:
        """Note that ids must not go to a participant any more."""
        self.forbidden += [Forbidden(nation=nation, stix_id=each, to=to, at=at) for each in ids]

    def forget(self, nation: str, since: int, until: int) -> None:
        """Note that a nation was put back to where it stood at commit `since`: its own acts after that are gone.

        So is the end of its private audit log, which nobody else has: from here on that is another history.
        """
        self.restored.append((nation, since, until))
        for name in [each for each in self.signed if each.startswith(f"tasuki/{nation}/") and "/audit" in each]:
            self.signed[f"{name} until {until}"] = self.signed.pop(name)

        def lost(who: str, at: int) -> bool:
            return who == nation and since < at <= until

        self.imported = [each for each in self.imported if not lost(each.nation, each.at)]
        self.shared = [each for each in self.shared if not lost(each.nation, each.at)]
        self.withdrawn = [each for each in self.withdrawn if not lost(each.nation, each.at)]
        self.forbidden = [each for each in self.forbidden if not lost(each.nation, each.at)]
