# SPDX-License-Identifier: MIT
"""Reading a profile: parsed data in, a whole `Profile` or a sentence about the place that is wrong out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, NoReturn

from tasuki.base.canonical import digest
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience, ParticipantId, participant
from tasuki.base.reasons import ReasonKind, Text
from tasuki.core.partners import reasons as why
from tasuki.core.partners.model import (
    Ceiling,
    Organisation,
    Pace,
    Paces,
    Participant,
    Profile,
    SeverityScale,
    audiences,
)

_MAX_MINUTES: Final = 60 * 24 * 366
"""A year: a clock longer than that is a slip of the pen."""


def parse_profile(data: Mapping[str, object]) -> Profile:
    """Return the profile that parsed TOML or JSON states.

    Every member must be known: a rule this version does not understand is one it would not keep.

    Raises:
        InputError: names the path, what was expected and what was found.
    """
    reader = _Reader(data, "")
    reader.only("id", "version", "name", "community", "participants", "texts", "assistance")
    participants = tuple(_participant(each) for each in reader.tables("participants"))
    reader.once("participants", (each.id for each in participants))
    known = audiences(participants)
    return Profile(
        id=reader.name("id"),
        version=reader.integer("version"),
        name=reader.bilingual("name"),
        participants=participants,
        community=tuple(_audience(text, reader.at("community"), known) for text in reader.texts("community")),
        texts=_texts(reader.table("texts")),
        digest=digest(data),
        assistance=_paces(reader.table("assistance")) if "assistance" in data else Paces(),
    )


class _Reader:
    """One table of the profile and its path; each method reads one member or says what is wrong with it."""

    def __init__(self, data: Mapping[str, object], path: str) -> None:
        self.data = data
        self.path = path

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def only(self, *names: str) -> None:
        for name in self.data:
            if name not in names:
                raise InputError(why.UNKNOWN.because(path=self.at(str(name))[:120]))

    def once(self, name: str, values: Iterable[str]) -> None:
        seen: set[str] = set()
        for value in values:
            if value in seen:
                _wrong(why.TWICE, self.at(name), value)
            seen.add(value)

    def value(self, name: str) -> object:
        if name not in self.data:
            raise InputError(why.MISSING.because(path=self.at(name)))
        return self.data[name]

    def text(self, name: str) -> str:
        value = self.value(name)
        if not _is_text(value):
            _wrong(why.NOT_TEXT, self.at(name), value)
        return str(value)

    def name(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str) or not _is_name(value):
            _wrong(why.NOT_NAME, self.at(name), value)
        return value

    def integer(self, name: str) -> int:
        value = self.value(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            _wrong(why.NOT_INTEGER, self.at(name), value)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        if not isinstance(value, list) or not value:
            _wrong(why.NOT_LIST, self.at(name), value)
        for index, each in enumerate(value):
            if not _is_text(each):
                _wrong(why.NOT_TEXT, f"{self.at(name)}[{index}]", each)
        self.once(name, value)
        return tuple(value)

    def participants(self, name: str) -> list[ParticipantId]:
        return [self._participant(name, each) for each in self.texts(name)] if self.value(name) != [] else []

    def _participant(self, name: str, text: str) -> ParticipantId:
        try:
            return participant(text)
        except ValueError:
            _wrong(why.NOT_PARTICIPANT, self.at(name), text)

    def bilingual(self, name: str) -> Text:
        table = self.table(name)
        table.only("en", "ja")
        return Text(en=table.text("en"), ja=table.text("ja"))

    def table(self, name: str) -> _Reader:
        value = self.value(name)
        if not isinstance(value, Mapping):
            _wrong(why.NOT_TABLE, self.at(name), value)
        return _Reader(value, self.at(name))

    def tables(self, name: str) -> list[_Reader]:
        value = self.value(name)
        if not isinstance(value, list) or not value:
            _wrong(why.NOT_LIST, self.at(name), value)
        return [self._row(name, index, each) for index, each in enumerate(value)]

    def _row(self, name: str, index: int, value: object) -> _Reader:
        if not isinstance(value, Mapping):
            _wrong(why.NOT_TABLE, f"{self.at(name)}[{index}]", value)
        return _Reader(value, f"{self.at(name)}[{index}]")


def _participant(reader: _Reader) -> Participant:
    reader.only("id", "name", "organisations", "ceiling", "severity")
    identifier = _participant_id(reader)
    organisations = tuple(_organisation(each) for each in reader.tables("organisations"))
    reader.once("organisations", (each.id for each in organisations))
    return Participant(
        id=identifier,
        name=reader.bilingual("name"),
        organisations=organisations,
        ceiling=_ceiling(reader.table("ceiling")),
        severity=_severity(reader.table("severity")) if "severity" in reader.data else None,
    )


def _ceiling(reader: _Reader) -> Ceiling:
    reader.only("highest", "refused", "levels")
    rows = reader.tables("levels") if "levels" in reader.data else []
    for row in rows:
        row.only("name", "to")
    reader.once("levels", (row.text("name") for row in rows))
    levels = {row.text("name"): frozenset(row.participants("to")) for row in rows}
    return Ceiling(highest=reader.bilingual("highest"), refused=reader.texts("refused"), levels=levels)


def _participant_id(reader: _Reader) -> ParticipantId:
    value = reader.value("id")
    try:
        return participant(str(value))
    except ValueError:
        _wrong(why.NOT_PARTICIPANT, reader.at("id"), value)


def _organisation(reader: _Reader) -> Organisation:
    reader.only("id", "name", "capacities")
    capacities = reader.texts("capacities")
    for index, each in enumerate(capacities):
        if not _is_name(each):
            _wrong(why.NOT_NAME, f"{reader.at('capacities')}[{index}]", each)
    return Organisation(id=reader.name("id"), name=reader.bilingual("name"), capacities=capacities)


def _severity(reader: _Reader) -> SeverityScale:
    reader.only("id", "name", "levels", "urgent")
    rows = reader.tables("levels")
    for row in rows:
        row.only("code", "en", "ja")
    reader.once("levels", (row.text("code") for row in rows))
    levels = {row.text("code"): Text(en=row.text("en"), ja=row.text("ja")) for row in rows}
    urgent = frozenset(reader.texts("urgent")) if "urgent" in reader.data else frozenset()
    if not urgent <= levels.keys():
        _wrong(why.NOT_CODE, reader.at("urgent"), ", ".join(sorted(urgent - levels.keys())))
    return SeverityScale(id=reader.name("id"), name=reader.bilingual("name"), levels=levels, urgent=urgent)


def _paces(reader: _Reader) -> Paces:
    reader.only("urgent", "routine")
    return Paces(urgent=_pace(reader.table("urgent")), routine=_pace(reader.table("routine")))


def _pace(reader: _Reader) -> Pace:
    reader.only("acknowledge_minutes", "decide_minutes")
    return Pace(acknowledge=_minutes(reader, "acknowledge_minutes"), decide=_minutes(reader, "decide_minutes"))


def _minutes(reader: _Reader, name: str) -> timedelta:
    count = reader.integer(name)
    if count > _MAX_MINUTES:
        raise InputError(why.TOO_LONG.because(path=reader.at(name), limit=_MAX_MINUTES, found=str(count)[:60]))
    return timedelta(minutes=count)


def _texts(reader: _Reader) -> dict[str, Text]:
    return {name: reader.bilingual(name) for name in reader.data}


def _audience(text: str, path: str, known: frozenset[Audience]) -> Audience:
    try:
        audience = Audience.parse(text)
    except ValueError:
        _wrong(why.NOT_AUDIENCE, path, text)
    if audience not in known:
        _wrong(why.NOT_AUDIENCE, path, text)
    return audience


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value == value.strip() != "" and value.replace("\n", "").isprintable()


def _is_name(value: str) -> bool:
    """Whether a name can stand in an audience, which is where organisations and capacities are used."""
    try:
        Audience.parse(f"AAA/{value}:{value}")
    except ValueError:
        return False
    return True


def _wrong(kind: ReasonKind, path: str, found: object) -> NoReturn:
    raise InputError(kind.because(path=path, found=repr(found)[:60]))
