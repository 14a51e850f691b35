# SPDX-License-Identifier: MIT
"""Reading a profile: parsed data in, a whole `Profile` or a sentence about the place that is wrong out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NoReturn

from tasuki.base.canonical import digest
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience, participant
from tasuki.base.reasons import Text
from tasuki.core.partners.model import Ceiling, Organisation, Pace, Paces, Participant, Profile, SeverityScale
from tasuki.core.partners.reasons import PROFILE

_MAX_MINUTES: Final = 60 * 24 * 366
"""A year: a clock longer than that is a slip of the pen."""


def parse_profile(data: Mapping[str, object]) -> Profile:
    """Return the profile that parsed TOML or JSON states.

    Raises:
        InputError: names the path, what was expected and what was found.
    """
    reader = _Reader(data, "")
    community = tuple(_audience(text, "community") for text in reader.texts("community"))
    participants = tuple(_participant(each) for each in reader.tables("participants"))
    profile = Profile(
        id=reader.text("id"),
        version=reader.integer("version"),
        name=reader.bilingual("name"),
        participants=participants,
        community=community,
        texts={name: each for name, each in _texts(reader.table("texts"))},  # noqa: C416 pairs to mapping
        digest=digest(data),
        assistance=_paces(reader.table("assistance")) if "assistance" in data else Paces(),
    )
    known = {each.id for each in participants}
    for audience in community:
        if audience.participant not in known:
            _wrong("community", "participants of this profile", str(audience))
    return profile


class _Reader:
    """One table of the profile and its path; each method reads one member or says what is wrong with it."""

    def __init__(self, data: Mapping[str, object], path: str) -> None:
        self.data = data
        self.path = path

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            _wrong(self.at(name), "text", value)
        return value

    def integer(self, name: str) -> int:
        value = self.data.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            _wrong(self.at(name), "an integer", value)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.data.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
            _wrong(self.at(name), "a list of texts", value)
        return tuple(value)

    def bilingual(self, name: str) -> Text:
        table = self.table(name)
        return Text(en=table.text("en"), ja=table.text("ja"))

    def table(self, name: str) -> _Reader:
        value = self.data.get(name)
        if not isinstance(value, Mapping):
            _wrong(self.at(name), "a table", value)
        return _Reader(value, self.at(name))

    def tables(self, name: str) -> list[_Reader]:
        value = self.data.get(name)
        if not isinstance(value, list) or not value:
            _wrong(self.at(name), "a list of tables", value)
        return [self._row(name, index, each) for index, each in enumerate(value)]

    def _row(self, name: str, index: int, value: object) -> _Reader:
        if not isinstance(value, Mapping):
            _wrong(f"{self.at(name)}[{index}]", "a table", value)
        return _Reader(value, f"{self.at(name)}[{index}]")


def _participant(reader: _Reader) -> Participant:
    try:
        identifier = participant(reader.text("id"))
    except ValueError:
        _wrong(reader.at("id"), "three capital letters", reader.data.get("id"))
    ceiling = reader.table("ceiling")
    return Participant(
        id=identifier,
        name=reader.bilingual("name"),
        organisations=tuple(_organisation(each) for each in reader.tables("organisations")),
        ceiling=Ceiling(highest=ceiling.bilingual("highest"), refused=ceiling.texts("refused")),
        severity=_severity(reader.table("severity")) if "severity" in reader.data else None,
    )


def _organisation(reader: _Reader) -> Organisation:
    return Organisation(id=reader.text("id"), name=reader.bilingual("name"), capacities=reader.texts("capacities"))


def _severity(reader: _Reader) -> SeverityScale:
    levels = {each.text("code"): Text(en=each.text("en"), ja=each.text("ja")) for each in reader.tables("levels")}
    urgent = frozenset(reader.texts("urgent")) if "urgent" in reader.data else frozenset()
    if not urgent <= levels.keys():
        _wrong(reader.at("urgent"), "codes of this scale", ", ".join(sorted(urgent - levels.keys())))
    return SeverityScale(id=reader.text("id"), name=reader.bilingual("name"), levels=levels, urgent=urgent)


def _paces(reader: _Reader) -> Paces:
    return Paces(urgent=_pace(reader.table("urgent")), routine=_pace(reader.table("routine")))


def _pace(reader: _Reader) -> Pace:
    return Pace(acknowledge=_minutes(reader, "acknowledge_minutes"), decide=_minutes(reader, "decide_minutes"))


def _minutes(reader: _Reader, name: str) -> timedelta:
    count = reader.integer(name)
    if not 0 < count <= _MAX_MINUTES:
        _wrong(reader.at(name), f"minutes from 1 to {_MAX_MINUTES}", count)
    return timedelta(minutes=count)


def _texts(reader: _Reader) -> list[tuple[str, Text]]:
    return [(name, reader.bilingual(name)) for name in reader.data]


def _audience(text: str, path: str) -> Audience:
    try:
        return Audience.parse(text)
    except ValueError:
        _wrong(path, "an audience such as JPN or JPN/nco:csirt", text)


def _wrong(path: str, expected: str, found: object) -> NoReturn:
    shown = "nothing" if found is None else str(found)[:60]
    raise InputError(PROFILE.because(path=path, expected=expected, found=shown))
