# SPDX-License-Identifier: MIT
"""Hunting: what to look for comes from a file or from everything held; hits stay with who asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.base.reasons import Reason
from tasuki.base.time import parse_rfc3339, to_micros
from tasuki.core.detection.matchers import CompiledSet
from tasuki.core.detection.reasons import (
    ABSOLUTE,
    NO_ID,
    NOT_COMPILED,
    NOTHING_HELD,
    NOTHING_TO_LOOK_FOR,
    OTHER_LANGUAGE,
    REVOKED,
)
from tasuki.engines.scan import Hit, LogFile, ScanReport, log_files, scan
from tasuki.formats.json.lines import split_lines
from tasuki.formats.json.strict import loads
from tasuki.formats.lists.reader import read_list
from tasuki.services.files import Content, Form, chunks_of, objects_in
from tasuki.services.ledger import audit
from tasuki.services.node import Node

_SHOWN: Final = 20


@dataclass(slots=True, kw_only=True)
class Loaded:
    """Indicators from a file.

    Attributes:
        left_out: how many lines or objects could not be used.
        problems: why, of the first of them.
    """

    compiled: CompiledSet = field(default_factory=CompiledSet)
    left_out: int = 0
    problems: list[Reason] = field(default_factory=list)

    def leave_out(self, reason: Reason) -> None:
        """Note something that cannot be used."""
        self.left_out += 1
        if len(self.problems) < _SHOWN:
            self.problems.append(reason)


def load_indicators(path: Path) -> Loaded:
    """Compile the indicators of a STIX bundle, STIX as JSON lines, a CSV or a plain list, packed with gzip or not.

    An indicator of STIX is called by its id, the newest version counts; a listed value is called as the list writes it.

    Raises:
        InputError: the file is none of these, or there is nothing in it to look for.
        WorldError: it cannot be read.
    """
    content = Content(path.name, chunks_of(path))
    content.require_text()
    loaded = Loaded()
    if content.form is Form.LIST:
        _from_list(loaded, content)
    else:
        _from_stix(loaded, content)
    if content.problem is not None:
        loaded.leave_out(content.problem)
    if not loaded.compiled:
        raise InputError(NOTHING_TO_LOOK_FOR.because(name=path.name, left_out=loaded.left_out))
    return loaded


def _from_list(loaded: Loaded, content: Content) -> None:
    for listed in read_list(line.raw for line in split_lines(content.chunks(), MAX_LINE_BYTES + 1)):
        if listed.problem is not None:
            loaded.leave_out(listed.problem)
        elif not loaded.compiled.add(listed.written, [(listed.kind, listed.value)]):
            loaded.leave_out(NOT_COMPILED.because(stix_id=listed.written[:60]))


def _from_stix(loaded: Loaded, content: Content) -> None:
    newest: dict[str, int] = {}
    for piece in objects_in(content):
        if piece.problem is not None:
            loaded.leave_out(piece.problem)
            continue
        try:
            obj = loads(piece.raw)
        except InputError as error:
            loaded.leave_out(error.reason)
            continue
        if not isinstance(obj, dict) or obj.get("type") != "indicator":
            continue
        stix_id, version = obj.get("id"), _version(obj)
        if not isinstance(stix_id, str):
            loaded.leave_out(NO_ID.because(place=piece.place or "/"))
        elif version >= newest.get(stix_id, version):
            newest[stix_id] = version
            _compile(loaded, stix_id, obj)


def _version(obj: Mapping[str, Json]) -> int:
    try:
        return to_micros(parse_rfc3339(str(obj.get("modified") or obj.get("created"))))
    except ValueError:
        return 0


def _compile(loaded: Loaded, stix_id: str, obj: Mapping[str, Json]) -> None:
    loaded.compiled.remove(stix_id)
    language = str(obj.get("pattern_type", "stix"))
    if obj.get("revoked") is True:
        loaded.leave_out(REVOKED.because(stix_id=stix_id[:60]))
    elif language != "stix":
        loaded.leave_out(OTHER_LANGUAGE.because(stix_id=stix_id[:60], found=language[:20]))
    elif not loaded.compiled.add_pattern(stix_id, str(obj.get("pattern", ""))):
        loaded.leave_out(NOT_COMPILED.because(stix_id=stix_id[:60]))


def hunt_held(
    node: Node, paths: Sequence[Path], report: ScanReport, *, base: Path | None = None, form: str = "auto"
) -> Iterator[Hit]:
    """Hunt with every indicator held and in use; what is recalled meanwhile stops matching at once.

    Args:
        node: whose indicators, and whose audit log.
        paths: log files, folders, globs.
        report: grows while hits are taken.
        base: folder against which relative paths are meant.
        form: one of `FORMS`.

    Raises:
        CallerError: a relative path without a base.
        InputError: nothing is held to look for.
        WorldError: there is no log at a path.
    """
    for path in paths:
        if base is None and not path.is_absolute():
            raise CallerError(ABSOLUTE.because(path=str(path)))
    logs = log_files(paths, base)
    node.matching.catch_up(node)
    if not node.matching.compiled:
        raise InputError(NOTHING_HELD.because())
    return _audited(node, logs, report, form)


def _audited(node: Node, logs: Sequence[LogFile], report: ScanReport, form: str) -> Iterator[Hit]:
    try:
        yield from scan(node.matching.compiled, logs, report, form=form)
    finally:
        detail: dict[str, Json] = {
            "files": report.files,
            "records": report.records,
            "indicators": len(node.matching.compiled),
            "hits": report.hits,
        }
        node.database.write(lambda connection: audit(node, connection, "detection:logs:hunt", detail))
