# SPDX-License-Identifier: MIT
"""The release decision: a label and a reader in, a verdict out; default deny, forbid wins.

The rules are numbered as in docs/policy/release.md. They are asked in order and the first that speaks decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tasuki.base.canonical import digest
from tasuki.base.ids import Audience
from tasuki.base.limits import MAX_CLOSURE_OBJECTS
from tasuki.base.reasons import Reason
from tasuki.base.verdict import Verdict
from tasuki.core.markings import labels
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.partners.model import Profile, audiences
from tasuki.core.release import reasons as why

POLICY_VERSION: Final = 1
"""Raised whenever a rule changes its meaning; part of the rules digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is in force at a node: whose it is, the profile, and a digest of both with the policy.

    Attributes:
        readers: everybody the profile lists; nobody else is ever a reader.
    """

    home: Audience
    profile: Profile
    digest: str
    readers: frozenset[Audience]


def rules_for(profile: Profile, home: Audience) -> Rules:
    """Return the rules of a node."""
    stated = {"policy": POLICY_VERSION, "profile": profile.digest, "home": str(home)}
    return Rules(home=home, profile=profile, digest=digest(stated), readers=audiences(profile.participants))


def decide(label: Label, reader: Audience, rules: Rules) -> Verdict:
    """Return whether what carries `label` may go to `reader`, by which rule and why; every input gets a verdict."""
    for rule, judge in RULES:
        answer = judge(label, reader, rules)
        if answer is not None:
            allowed, reason = answer
            return Verdict(allowed=allowed, rule=rule, reason=reason, rules_digest=rules.digest)
    return _otherwise(rules)


def of_the_node(reader: Audience, rules: Rules) -> Verdict:
    """Return whether `reader` may have what this node keeps about its own acts: logs, evidence, its own stock.

    Rules R1 and R2 alone; whoever they do not name gets nothing.
    """
    for rule, judge in RULES[:2]:
        answer = judge(_NOBODYS, reader, rules)
        if answer is not None:
            allowed, reason = answer
            return Verdict(allowed=allowed, rule=rule, reason=reason, rules_digest=rules.digest)
    return _otherwise(rules)


def absent(reason: Reason, rules: Rules) -> Verdict:
    """Return the verdict R0 on what is not there to be released: not held, recalled, replaced or due for disposal."""
    return Verdict(allowed=False, rule="R0", reason=reason, rules_digest=rules.digest)


def _otherwise(rules: Rules) -> Verdict:
    return Verdict(allowed=False, rule="R11", reason=why.NOTHING_ALLOWS.because(), rules_digest=rules.digest)


Answer = tuple[bool, Reason] | None
Judge = Callable[[Label, Audience, Rules], Answer]

_NOBODYS: Final = Label(tlp=None, releasable_to=frozenset(), originators=frozenset(), blocked=frozenset())

_BLOCK_REASONS: Final[dict[str, Reason]] = {
    labels.ABOVE_CEILING: why.ABOVE_CEILING.because(),
    labels.UNKNOWN_MARKING: why.UNKNOWN_MARKING.because(),
    labels.UNKNOWN_CAVEAT: why.UNKNOWN_CAVEAT.because(),
    labels.UNKNOWN_HANDLING: why.UNKNOWN_HANDLING.because(),
    labels.PERSONAL_DATA: why.PERSONAL_DATA.because(),
    labels.MISSING_REFERENCE: why.MISSING_REFERENCE.because(),
    labels.CLOSURE_TOO_LARGE: why.CLOSURE_TOO_LARGE.because(limit=MAX_CLOSURE_OBJECTS),
}
"""In the order in which one is named where several block."""


def _known_reader(_label: Label, reader: Audience, rules: Rules) -> Answer:
    if reader in rules.readers:
        return None
    return False, why.UNKNOWN_READER.because(profile=rules.profile.id, reader=str(reader))


def _holder(_label: Label, reader: Audience, rules: Rules) -> Answer:
    return (True, why.HOLDER.because(reader=str(reader))) if reader == rules.home else None


def _blocked(label: Label, _reader: Audience, _rules: Rules) -> Answer:
    for code, reason in _BLOCK_REASONS.items():
        if code in label.blocked:
            return False, reason
    return (False, why.UNKNOWN_BLOCK.because(code=min(label.blocked)[:60])) if label.blocked else None


def _marked(label: Label, _reader: Audience, _rules: Rules) -> Answer:
    if label.tlp is None:
        return False, why.NO_TLP.because()
    return None if label.originators else (False, why.NO_ORIGINATOR.because())


def _red(label: Label, reader: Audience, _rules: Rules) -> Answer:
    return (False, why.RED.because(reader=str(reader))) if label.tlp is Tlp.RED else None


def _caveat(label: Label, reader: Audience, _rules: Rules) -> Answer:
    allowed = label.releasable_to
    if allowed is None or any(each.covers(reader) for each in allowed):
        return None
    if not allowed:
        return False, why.CAVEAT_NOBODY.because()
    shown = ", ".join(sorted(str(each) for each in allowed))
    return False, why.CAVEAT.because(allowed=shown[:200], reader=str(reader))


def _third_party(label: Label, reader: Audience, rules: Rules) -> Answer:
    others = label.originators - {rules.home.participant, reader.participant}
    if not others or label.tlp in (Tlp.CLEAR, Tlp.GREEN):
        return None
    reason = why.THIRD_PARTY.because(originators=", ".join(sorted(others)), tlp=str(label.tlp), reader=str(reader))
    return False, reason


def _named(label: Label, reader: Audience, _rules: Rules) -> Answer:
    if label.tlp in (Tlp.AMBER, Tlp.AMBER_STRICT) and not reader.organisation:
        return False, why.NAMED_ORGANISATION.because(tlp=str(label.tlp), reader=str(reader))
    return None


def _community(label: Label, reader: Audience, rules: Rules) -> Answer:
    if label.tlp is Tlp.GREEN and not any(each.covers(reader) for each in rules.profile.community):
        return False, why.COMMUNITY.because(reader=str(reader))
    return None


def _allowed(label: Label, reader: Audience, _rules: Rules) -> Answer:
    if label.tlp in (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT):
        return True, why.ALLOWED.because(tlp=str(label.tlp), reader=str(reader))
    return None


RULES: Final[tuple[tuple[str, Judge], ...]] = (
    ("R1", _known_reader),
    ("R2", _holder),
    ("R3", _blocked),
    ("R4", _marked),
    ("R5", _red),
    ("R6", _caveat),
    ("R7", _third_party),
    ("R8", _named),
    ("R9", _community),
    ("R10", _allowed),
)
"""R0 is decided before a label is known, and R11 where none of these speaks."""


@dataclass(slots=True)
class Gate:
    """`decide` with a memory: one decision per (label, reader), since a verdict depends on nothing else."""

    rules: Rules
    _known: dict[tuple[int, Audience], tuple[Label, Verdict]] = field(default_factory=dict)

    def verdict(self, number: int, label: Label, reader: Audience) -> Verdict:
        """Return the verdict for an interned label; `number` is its number in the store, 0 where it has none.

        A number is only a hint where to look: one that a transaction gave and then lost comes back with another label.
        """
        known = self._known.get((number, reader))
        if known is not None and (known[0] is label or known[0] == label):
            return known[1]
        verdict = decide(label, reader, self.rules)
        self._known[number, reader] = label, verdict
        return verdict
