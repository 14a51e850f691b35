# SPDX-License-Identifier: MIT
"""The release decision: a label and a reader in, a verdict out; default deny, forbid wins.

The rules are numbered as in docs/policy/release.md. They are asked in order and the first that speaks decides.
A decision is a function of label, reader, circumstances and rules; nothing else is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from tasuki.base.canonical import digest
from tasuki.base.ids import Audience, ParticipantId
from tasuki.base.limits import MAX_CLOSURE_OBJECTS
from tasuki.base.reasons import Reason
from tasuki.base.time import format_exact
from tasuki.base.verdict import Verdict
from tasuki.core.markings import labels
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.partners.model import Profile, audiences
from tasuki.core.release import reasons as why
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.local import LocalRule, parse_rules

POLICY_VERSION: Final = 2
"""Raised whenever a rule changes its meaning; part of the rules digest."""

_NO_LOCAL_RULES: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is in force at a node: whose it is, the profile, its local rules, and a digest of all with the policy.

    Attributes:
        readers: everybody the profile lists; nobody else, and no person elsewhere, is ever a reader.
        local: what organisations at this node forbid beside the policy.
        ceilings: for each classification that may be held, `PPP:level`, the participants that may have it.
    """

    home: Audience
    profile: Profile
    digest: str
    readers: frozenset[Audience]
    local: tuple[LocalRule, ...]
    ceilings: Mapping[str, frozenset[ParticipantId]]


def rules_for(profile: Profile, home: Audience, local: Mapping[str, object] = _NO_LOCAL_RULES) -> Rules:
    """Return the rules of a node; `local` is the parsed `rules.toml`.

    Raises:
        InputError: the local rules are not understood whole.
    """
    stated = {"policy": POLICY_VERSION, "profile": profile.digest, "home": str(home), "local": digest(dict(local))}
    return Rules(
        home=home,
        profile=profile,
        digest=digest(stated),
        readers=audiences(profile.participants),
        local=parse_rules(local),
        ceilings={
            f"{each.id}:{level}": takers | {each.id}
            for each in profile.participants
            for level, takers in each.ceiling.levels.items()
        },
    )


def decide(label: Label, reader: Audience, rules: Rules, at: Circumstances) -> Verdict:
    """Return whether what carries `label` may go to `reader`, by which rule and why; every input gets a verdict."""
    for rule, judge in RULES:
        answer = judge(label, reader, rules, at)
        if answer is not None:
            allowed, reason = answer
            return Verdict(allowed=allowed, rule=rule, reason=reason, rules_digest=rules.digest)
    return _otherwise(rules)


def of_the_node(reader: Audience, rules: Rules) -> Verdict:
    """Return whether `reader` may have what this node keeps about its own acts: logs, evidence, its own stock.

    Rules R1 and R2 alone; whoever they do not name gets nothing.
    """
    for rule, judge in RULES[:2]:
        answer = judge(_NOBODYS, reader, rules, _ANY_TIME)
        if answer is not None:
            allowed, reason = answer
            return Verdict(allowed=allowed, rule=rule, reason=reason, rules_digest=rules.digest)
    return _otherwise(rules)


def absent(reason: Reason, rules: Rules) -> Verdict:
    """Return the verdict R0 on what is not there to be released: not held, recalled, replaced or due for disposal."""
    return Verdict(allowed=False, rule="R0", reason=reason, rules_digest=rules.digest)


def _otherwise(rules: Rules) -> Verdict:
    return Verdict(allowed=False, rule="R14", reason=why.NOTHING_ALLOWS.because(), rules_digest=rules.digest)


Answer = tuple[bool, Reason] | None
Judge = Callable[[Label, Audience, Rules, Circumstances], Answer]

_NOBODYS: Final = Label(tlp=None, releasable_to=frozenset(), originators=frozenset(), blocked=frozenset())

_ANY_TIME: Final = Circumstances(now=datetime.max.replace(tzinfo=UTC))

_BLOCK_REASONS: Final[dict[str, Reason]] = {
    labels.ABOVE_CEILING: why.ABOVE_CEILING.because(),
    labels.UNKNOWN_MARKING: why.UNKNOWN_MARKING.because(),
    labels.UNKNOWN_CAVEAT: why.UNKNOWN_CAVEAT.because(),
    labels.UNKNOWN_HANDLING: why.UNKNOWN_HANDLING.because(),
    labels.VICTIM_CONSENT: why.VICTIM_CONSENT.because(),
    labels.PERSONAL_DATA: why.PERSONAL_DATA.because(),
    labels.MISSING_REFERENCE: why.MISSING_REFERENCE.because(),
    labels.CLOSURE_TOO_LARGE: why.CLOSURE_TOO_LARGE.because(limit=MAX_CLOSURE_OBJECTS),
}
"""In the order in which one is named where several block."""


def _known_reader(_label: Label, reader: Audience, rules: Rules, _at: Circumstances) -> Answer:
    if reader.desk in rules.readers:
        return None
    return False, why.UNKNOWN_READER.because(profile=rules.profile.id, reader=str(reader))


def _holder(label: Label, reader: Audience, rules: Rules, _at: Circumstances) -> Answer:
    if reader.desk != rules.home or (label.tlp is Tlp.RED and label.originators - {rules.home.participant}):
        return None
    return True, why.HOLDER.because(reader=str(reader))


def _blocked(label: Label, _reader: Audience, _rules: Rules, at: Circumstances) -> Answer:
    left = label.blocked - at.lifted
    for code, reason in _BLOCK_REASONS.items():
        if code in left:
            return False, reason
    return (False, why.UNKNOWN_BLOCK.because(code=min(left)[:60])) if left else None


def _marked(label: Label, _reader: Audience, _rules: Rules, _at: Circumstances) -> Answer:
    if label.tlp is None:
        return False, why.NO_TLP.because()
    return None if label.originators else (False, why.NO_ORIGINATOR.because())


def _red(label: Label, reader: Audience, _rules: Rules, _at: Circumstances) -> Answer:
    if label.tlp is not Tlp.RED:
        return None
    if not reader.person:
        return False, why.RED.because(reader=str(reader))
    return None if reader in (label.releasable_to or ()) else (False, why.RED_PERSON.because(reader=str(reader)))


def _caveat(label: Label, reader: Audience, _rules: Rules, _at: Circumstances) -> Answer:
    allowed = label.releasable_to
    if allowed is None or any(each.covers(reader) for each in allowed):
        return None
    if not allowed:
        return False, why.CAVEAT_NOBODY.because()
    shown = ", ".join(sorted(str(each) for each in allowed))
    return False, why.CAVEAT.because(allowed=shown[:200], reader=str(reader))


def _classified(label: Label, reader: Audience, rules: Rules, _at: Circumstances) -> Answer:
    for each in sorted(label.classifications):
        if reader.participant not in rules.ceilings.get(each, ()):
            return False, why.CLASSIFICATION.because(classification=each, reader=str(reader))
    return None


def _in_time(label: Label, reader: Audience, _rules: Rules, at: Circumstances) -> Answer:
    if label.until is not None and at.now >= label.until:
        return False, why.EXPIRED.because(until=format_exact(label.until))
    if label.embargo is None or at.now >= label.embargo or any(each.covers(reader) for each in label.ahead or ()):
        return None
    return False, why.EMBARGO.because(embargo=format_exact(label.embargo))


def _tlp(label: Label, at: Circumstances) -> Tlp | None:
    """Return the TLP that counts: until its embargo ends, nothing goes further than AMBER+STRICT would."""
    if label.tlp is None or label.embargo is None or at.now >= label.embargo:
        return label.tlp
    return max(label.tlp, Tlp.AMBER_STRICT)


def _others_say(label: Label, reader: Audience, rules: Rules, at: Circumstances) -> Answer:
    missing = whose_say(label, reader, rules, at)
    if asked := label.consent_of & missing:
        return False, why.ORIGINATOR_CONTROL.because(originators=", ".join(sorted(asked)), reader=str(reader))
    if not missing:
        return None
    shown = ", ".join(sorted(missing))
    return False, why.THIRD_PARTY.because(originators=shown, tlp=str(_tlp(label, at)), reader=str(reader))


def whose_say(label: Label, reader: Audience, rules: Rules, at: Circumstances) -> frozenset[ParticipantId]:
    """Return the participants without whose consent R9 keeps what carries `label` from `reader`."""
    needed = label.consent_of
    if _tlp(label, at) not in (Tlp.CLEAR, Tlp.GREEN):
        needed |= label.originators
    return needed - at.agreed - {rules.home.participant, reader.participant}


def _named(label: Label, reader: Audience, _rules: Rules, at: Circumstances) -> Answer:
    tlp = _tlp(label, at)
    if tlp in (Tlp.AMBER, Tlp.AMBER_STRICT) and not reader.organisation:
        return False, why.NAMED_ORGANISATION.because(tlp=str(tlp), reader=str(reader))
    return None


def _community(label: Label, reader: Audience, rules: Rules, at: Circumstances) -> Answer:
    if _tlp(label, at) is Tlp.GREEN and not any(each.covers(reader) for each in rules.profile.community):
        return False, why.COMMUNITY.because(reader=str(reader))
    return None


def _local(label: Label, reader: Audience, rules: Rules, at: Circumstances) -> Answer:
    for rule in rules.local:
        if rule.speaks(label, _tlp(label, at), reader):
            return False, rule.because()
    return None


def _allowed(label: Label, reader: Audience, _rules: Rules, _at: Circumstances) -> Answer:
    if label.tlp in tuple(Tlp):
        return True, why.ALLOWED.because(tlp=str(label.tlp), reader=str(reader))
    return None


RULES: Final[tuple[tuple[str, Judge], ...]] = (
    ("R1", _known_reader),
    ("R2", _holder),
    ("R3", _blocked),
    ("R4", _marked),
    ("R5", _red),
    ("R6", _caveat),
    ("R7", _classified),
    ("R8", _in_time),
    ("R9", _others_say),
    ("R10", _named),
    ("R11", _community),
    ("R12", _local),
    ("R13", _allowed),
)
"""R0 is decided before a label is known, and R14 where none of these speaks."""


@dataclass(slots=True)
class Gate:
    """`decide` with a memory: one decision per (label, reader) where a verdict depends on nothing else."""

    rules: Rules
    _known: dict[tuple[int, Audience], tuple[Label, Verdict]] = field(default_factory=dict)

    def verdict(self, number: int, label: Label, reader: Audience, at: Circumstances) -> Verdict:
        """Return the verdict for an interned label; `number` is its number in the store, 0 where it has none.

        A number is only a hint where to look: one that a transaction gave and then lost comes back with another label.
        A label with a moment in it, and a question on which somebody agreed, are decided anew each time.
        """
        if label.embargo is not None or label.until is not None or not at.is_plain:
            return decide(label, reader, self.rules, at)
        known = self._known.get((number, reader))
        if known is not None and (known[0] is label or known[0] == label):
            return known[1]
        verdict = decide(label, reader, self.rules, at)
        self._known[number, reader] = label, verdict
        return verdict
