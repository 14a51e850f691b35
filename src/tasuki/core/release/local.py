# SPDX-License-Identifier: MIT
"""Local rules: what each organisation forbids beside the policy; they never allow anything.

Source: docs/policy/release.md, section 3.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from tasuki.base.errors import InputError
from tasuki.base.ids import Audience, ParticipantId, participant
from tasuki.base.reasons import Reason, Text
from tasuki.core.markings.labels import ACTIONS, LEVELS, classification
from tasuki.core.markings.model import Label, Pap, Tlp
from tasuki.core.release.reasons import LOCAL, LOCAL_RULES

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRule:
    """One rule of an organisation. A condition that is None is none; it speaks where all others hold.

    Attributes:
        by: whose rule it is.
        reason: why, in both languages; the verdict repeats it.
    """

    id: str
    by: Audience
    reason: Text
    tlp: frozenset[Tlp] | None
    pap: frozenset[Pap] | None
    originators: frozenset[ParticipantId] | None
    classifications: frozenset[str] | None
    to: frozenset[Audience] | None

    def speaks(self, label: Label, tlp: Tlp | None, reader: Audience) -> bool:
        """Whether it forbids this label, whose TLP counts as `tlp` now, to `reader`."""
        return (
            (self.tlp is None or tlp in self.tlp)
            and (self.pap is None or label.pap in self.pap)
            and (self.originators is None or not self.originators.isdisjoint(label.originators))
            and (self.classifications is None or not self.classifications.isdisjoint(label.classifications))
            and (self.to is None or any(each.covers(reader) for each in self.to))
        )

    def because(self) -> Reason:
        """Return why it forbids: whose rule it is, and what they wrote."""
        said = Text(
            en=f"{LOCAL.text.en} {_literal(self.reason.en)}",
            ja=f"{LOCAL.text.ja}{_literal(self.reason.ja)}",
        )
        return replace(LOCAL, text=said).because(by=str(self.by), rule=self.id)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


_CONDITIONS: Final = ("tlp", "pap", "originators", "classifications", "to")


def parse_rules(data: Mapping[str, object]) -> tuple[LocalRule, ...]:
    """Return the local rules that parsed TOML states: `{"deny": [rule, ...]}`.

    Raises:
        InputError: it is not understood whole; the sentence names the rule and the member.
    """
    rows = data.get("deny", [])
    if not isinstance(rows, list) or data.keys() - {"deny"}:
        raise _wrong("rules.toml", ", ".join(sorted(map(str, data)))[:60])
    rules = tuple(_rule(f"deny[{index}]", row) for index, row in enumerate(rows))
    if len({rule.id for rule in rules}) != len(rules):
        raise _wrong("deny[].id", "one id twice")
    return rules


def _rule(place: str, row: object) -> LocalRule:
    if not isinstance(row, Mapping):
        raise _wrong(place, repr(row)[:60])
    unknown = row.keys() - {"id", "by", "reason", *_CONDITIONS}
    if unknown or not row.keys() & set(_CONDITIONS):
        raise _wrong(place, ", ".join(sorted(map(str, unknown))) or "no condition")
    return LocalRule(
        id=_text(f"{place}.id", row.get("id")),
        by=_each(f"{place}.by", Audience.parse)(row.get("by")),
        reason=_reason(f"{place}.reason", row.get("reason")),
        tlp=_listed(place, row, "tlp", lambda text: LEVELS[text.lower()]),
        pap=_listed(place, row, "pap", lambda text: ACTIONS[text.lower()]),
        originators=_listed(place, row, "originators", participant),
        classifications=_listed(place, row, "classifications", classification),
        to=_listed(place, row, "to", Audience.parse),
    )


def _listed(place: str, row: Mapping[str, object], name: str, read: Callable[[str], T]) -> frozenset[T] | None:
    if name not in row:
        return None
    values = row[name]
    if not isinstance(values, list) or not values:
        raise _wrong(f"{place}.{name}", repr(values)[:60])
    return frozenset(map(_each(f"{place}.{name}", read), values))


def _each(place: str, read: Callable[[str], T]) -> Callable[[object], T]:
    def one(value: object) -> T:
        try:
            return read(_text(place, value))
        except (ValueError, KeyError) as error:
            raise _wrong(place, repr(value)[:60]) from error

    return one


def _reason(place: str, value: object) -> Text:
    if not isinstance(value, Mapping) or value.keys() != {"en", "ja"}:
        raise _wrong(place, repr(value)[:60])
    return Text(en=_text(f"{place}.en", value["en"]), ja=_text(f"{place}.ja", value["ja"]))


def _text(place: str, value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT or not value.isprintable():
        raise _wrong(place, repr(value)[:60])
    return value


_MAX_TEXT: Final = 300


def _wrong(place: str, found: str) -> InputError:
    return InputError(LOCAL_RULES.because(path=place, found=found))
