# SPDX-License-Identifier: MIT
"""Scanning log files with a compiled set: in order, with counts, never stopped by a rotten line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

from tasuki.base.errors import InputError, WorldError
from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.base.reasons import Reason
from tasuki.core.detection.matchers import CompiledSet, Kernel, Proof
from tasuki.engines.reading import chunks_of
from tasuki.engines.reasons import LOG_FILE, NO_LOGS
from tasuki.formats.json.lines import split_lines
from tasuki.formats.json.pieces import cut_stream
from tasuki.formats.telemetry.objects import is_object, read_lines, read_pieces
from tasuki.formats.telemetry.record import Record, Rotten, written
from tasuki.formats.telemetry.zeek import read_tsv

FORMS: Final = ("auto", "zeek", "eve", "json")
"""What a log may be said to be; `auto` looks."""

SHOWN: Final = 20
"""Problems that are kept to be shown; all are counted."""

VALUES_SHOWN: Final = 100
"""Different values that are kept to be shown."""

_LOOKED_AT: Final = 100
"""Lines that are tried to tell a list from lines."""

_SUFFIXES: Final = (".log", ".json", ".jsonl", ".ndjson", ".tsv", ".eve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One value in one record that proves an indicator: the fixed machine form, see `docs/spec/hits.md`."""

    indicator: str
    value: str
    field: str
    file: str
    line: int
    time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something of a log that could not be read."""

    file: str
    line: int | None
    reason: Reason

    def as_json(self) -> dict[str, object]:
        """Return the problem for machines."""
        return {"file": self.file, "line": self.line, **self.reason.as_json()}


@dataclass(slots=True, kw_only=True)
class Window:
    """The time between the first and the last of some records."""

    first: datetime | None = None
    last: datetime | None = None

    def see(self, instant: datetime | None) -> None:
        """Widen to a record's time; one that names none changes nothing."""
        if instant is not None:
            if self.first is None or instant < self.first:
                self.first = instant
            if self.last is None or instant > self.last:
                self.last = instant

    def as_json(self) -> dict[str, str | None]:
        """Return both ends as RFC 3339, or None where no record named a time."""
        return {
            "first": None if self.first is None else written(self.first),
            "last": None if self.last is None else written(self.last),
        }


@dataclass(slots=True, kw_only=True)
class Sighted:
    """How often an indicator was proven, counted in records, and when."""

    count: int = 0
    window: Window = field(default_factory=Window)


@dataclass(slots=True, kw_only=True)
class ScanReport:
    """What was looked at: the coverage of a hunt, whether it found something or not.

    Attributes:
        size: bytes on disk that were read.
        rotten: lines that are no records.
        broken: files of which only a part could be read.
        unread: files of which nothing could be read.
        problems: the first of them.
        sighted: by indicator.
    """

    files: int = 0
    size: int = 0
    records: int = 0
    rotten: int = 0
    broken: int = 0
    unread: int = 0
    hits: int = 0
    window: Window = field(default_factory=Window)
    problems: list[Problem] = field(default_factory=list)
    sighted: dict[str, Sighted] = field(default_factory=dict)
    values: dict[str, None] = field(default_factory=dict)

    def note(self, file: str, line: int | None, reason: Reason) -> None:
        """Keep a problem to be shown, as long as there are few."""
        if len(self.problems) < SHOWN:
            self.problems.append(Problem(file=file, line=line, reason=reason))

    def count(self, record: Record, proofs: list[Proof]) -> None:
        """Count a record and what it proved."""
        self.records += 1
        instant = record.instant
        self.window.see(instant)
        if not proofs:
            return
        self.hits += len(proofs)
        for indicator in {each[0] for each in proofs}:
            sighted = self.sighted.setdefault(indicator, Sighted())
            sighted.count += 1
            sighted.window.see(instant)
        for _, _, value in proofs:
            if len(self.values) < VALUES_SHOWN:
                self.values[value] = None

    def as_json(self) -> dict[str, object]:
        """Return the report for machines."""
        return {
            "files": self.files,
            "records": self.records,
            "rotten": self.rotten,
            "broken": self.broken,
            "unread": self.unread,
            **self.window.as_json(),
            "hits": self.hits,
            "indicators_hit": len(self.sighted),
            "values": list(self.values),
            "problems": [each.as_json() for each in self.problems],
            "sighted": {name: {"count": each.count, **each.window.as_json()} for name, each in self.sighted.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """One log: where it lies, and what it is called in hits."""

    path: Path
    shown: str
    size: int


def scan(
    compiled: CompiledSet,
    logs: Iterable[LogFile],
    report: ScanReport,
    *,
    form: str = "auto",
    progress: Callable[[ScanReport], None] | None = None,
) -> Iterator[Hit]:
    """Yield every hit in log files, in their order; `report` grows as it goes, `progress` hears of it.

    The set may change meanwhile: what is removed stops matching at once. Memory does not grow with the logs, only
    with the number of different indicators hit. A file that cannot be read is reported, and the rest goes on.
    """
    kernel = Kernel(compiled)
    for log in logs:
        report.files += 1
        for item in _records(log, form, report, progress):
            if isinstance(item, Rotten):
                report.rotten += 1
                report.note(log.shown, item.line, item.why)
                continue
            proofs = kernel.match(item.fields)
            report.count(item, proofs)
            if proofs:
                time = item.time
                for indicator, name, value in proofs:
                    yield Hit(indicator=indicator, value=value, field=name, file=log.shown, line=item.line, time=time)


def log_files(paths: Iterable[Path], base: Path | None = None) -> list[LogFile]:
    """Return the log files that paths, folders and globs name, in order, each once.

    Args:
        paths: as people wrote them; of a folder the files that are named like logs, at any depth.
        base: folder against which relative paths are meant; the files are still called as they were written.

    Raises:
        WorldError: nothing is there.
    """
    found: dict[Path, LogFile] = {}
    for path in paths:
        place = path if base is None else base / path
        inside = list(_inside(place))
        if not inside:
            raise WorldError(NO_LOGS.because(path=str(path)), retry=False)
        for each in inside:
            shown = each if base is None or path.is_absolute() else each.relative_to(base)
            found.setdefault(each, LogFile(path=each, shown=str(shown), size=_size(each)))
    return list(found.values())


def _inside(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from (each for each in sorted(place.rglob("*")) if each.is_file() and _is_log(each))
    elif place.exists():
        yield place
    else:
        yield from sorted(each for each in place.parent.glob(place.name) if each.is_file())


def _is_log(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(_SUFFIXES)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _records(
    log: LogFile, form: str, report: ScanReport, progress: Callable[[ScanReport], None] | None
) -> Iterator[Record | Rotten]:
    def note(reason: Reason) -> None:
        report.broken += 1
        report.note(log.shown, None, reason)

    def seen(size: int) -> None:
        report.size += size
        if progress is not None:
            progress(report)

    try:
        yield from _reader(chunks_of(log.path, note, seen), form)
    except OSError as error:
        report.unread += 1
        cause = error.strerror or type(error).__name__
        report.note(log.shown, None, LOG_FILE.because(path=log.shown, cause=cause))
    except InputError as error:
        report.broken += 1
        report.note(log.shown, None, error.reason)


def _reader(chunks: Iterator[bytes], form: str) -> Iterator[Record | Rotten]:
    """Read a log as what it is: JSON documents, JSON lines or Zeek TSV."""
    head = next(chunks, b"")
    whole = chain((head,), chunks)
    lines = head.split(b"\n")
    if _is_document(lines):
        return read_pieces(cut_stream(whole))
    split = split_lines(whole, MAX_LINE_BYTES)
    return read_lines(split) if form in ("eve", "json") or _is_json(lines) else read_tsv(split)


def _is_document(lines: list[bytes]) -> bool:
    """Whether a log is one list, or has objects over many lines; a line that stands alone says it is neither."""
    told = [stripped for line in lines if (stripped := line.strip())][:_LOOKED_AT]
    if not told or not (told[0].startswith(b"[") or told[0] == b"{"):
        return False
    return not any(is_object(line) and not before.endswith(_GOES_ON) for before, line in pairwise(told))


_GOES_ON: Final = (b",", b"[", b":")
"""What ends a line whose value goes on in the next: an object behind it is a part, such as the last one of a list."""


def _is_json(lines: list[bytes]) -> bool:
    """Whether a log has JSON lines; its first line may be rotten."""
    telling = (line[:1] for line in lines if line.startswith((b"{", b"#fields", b"#separator")))
    return next(telling, b"#") == b"{"
