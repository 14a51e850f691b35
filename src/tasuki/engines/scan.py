# SPDX-License-Identifier: MIT
"""Scanning log files with a compiled set: in order, with counts, never stopped by a rotten line."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from tasuki.base.errors import WorldError
from tasuki.core.detection.matchers import CompiledSet
from tasuki.engines.reasons import LOG_FILE, NO_LOGS
from tasuki.formats.telemetry.objects import read_array, read_lines
from tasuki.formats.telemetry.record import Record, Rotten
from tasuki.formats.telemetry.zeek import read_tsv

_PEEK: Final = 4096
_KEPT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One value in one record that proves an indicator."""

    indicator: str
    value: str
    field: str
    file: str
    line: int
    time: str | None

    def as_json(self) -> dict[str, object]:
        """Return the fixed machine form of a hit."""
        return {
            "indicator": self.indicator,
            "value": self.value,
            "field": self.field,
            "file": self.file,
            "line": self.line,
            "time": self.time,
        }


@dataclass(slots=True, kw_only=True)
class ScanReport:
    """What was looked at: the coverage of a hunt, whether it found something or not."""

    files: int = 0
    records: int = 0
    rotten: int = 0
    hits: int = 0
    first: str | None = None
    last: str | None = None
    by_file: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    indicators: dict[str, int] = field(default_factory=dict)
    values: set[str] = field(default_factory=set)

    def as_json(self) -> dict[str, object]:
        """Return the report for machines."""
        return {
            "files": self.files,
            "records": self.records,
            "rotten": self.rotten,
            "hits": self.hits,
            "first": self.first,
            "last": self.last,
            "indicators_hit": len(self.indicators),
            "values": sorted(self.values)[:100],
            "problems": self.problems,
        }


def scan(
    compiled: CompiledSet,
    paths: Iterable[Path],
    report: ScanReport,
    *,
    form: str = "auto",
    progress: Callable[[ScanReport], None] | None = None,
) -> Iterator[Hit]:
    """Yield every hit in the log files under `paths`, file by file in order of name; `report` grows as it goes.

    Raises:
        WorldError: a path does not exist, or there is no log under it.
    """
    for path in log_files(paths):
        report.files += 1
        report.by_file[str(path)] = 0
        for item in _records(path, form, report):
            if isinstance(item, Rotten):
                report.rotten += 1
                if len(report.problems) < _KEPT:
                    report.problems.append(f"{path}:{item.line}: {item.why}")
                continue
            _count(report, path, item)
            for indicator, name, value in compiled.match(item.fields):
                report.hits += 1
                report.indicators[indicator] = report.indicators.get(indicator, 0) + 1
                report.values.add(value)
                yield Hit(indicator=indicator, value=value, field=name, file=str(path), line=item.line, time=item.time)
        if progress is not None:
            progress(report)


def log_files(paths: Iterable[Path]) -> list[Path]:
    """Return the log files that paths, folders and globs name, in order, each once.

    Raises:
        WorldError: nothing is there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = [each for each in sorted(path.rglob("*")) if each.is_file() and _is_log(each)]
        elif path.is_file():
            inside = [path]
        else:
            inside = sorted(each for each in path.parent.glob(path.name) if each.is_file())
        if not inside:
            raise WorldError(NO_LOGS.because(path=str(path)), retry=False)
        found.update(dict.fromkeys(inside))
    return list(found)


def _is_log(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith((".log", ".json", ".jsonl", ".ndjson", ".tsv", ".eve"))


def _count(report: ScanReport, path: Path, record: Record) -> None:
    report.records += 1
    report.by_file[str(path)] += 1
    if record.time is not None:
        report.first = record.time if report.first is None else min(report.first, record.time)
        report.last = record.time if report.last is None else max(report.last, record.time)


def _records(path: Path, form: str, report: ScanReport) -> Iterator[Record | Rotten]:
    try:
        with _open(path) as file:
            head = file.read(_PEEK)
            file.seek(0)
            yield from _reader(file, head, form)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        report.problems.append(f"{path}: the gzip file is cut or broken; what came before was read")
        report.rotten += 1
    except OSError as error:
        raise WorldError(LOG_FILE.because(path=str(path), cause=error.strerror or "?"), retry=False) from error


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if is_packed else path.open("rb")  # type: ignore[return-value]


def _reader(file: IO[bytes], head: bytes, form: str) -> Iterator[Record | Rotten]:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"[":
        return read_array(file.read())
    if start == b"{" or form == "eve":
        return read_lines(file)
    return read_tsv(file)
