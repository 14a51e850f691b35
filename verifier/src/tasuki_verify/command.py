# SPDX-License-Identifier: MIT
"""The command `tasuki-verify`. Exit 0: every file holds; 1: one does not; 2: used wrongly."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tasuki_verify.anchor import Anchor
from tasuki_verify.checks import Answer, verify
from tasuki_verify.evidence import MAX_BYTES
from tasuki_verify.trust import MAX_FILE, read_known
from tasuki_verify.words import Said, WrongError

_ABOUT = """Check evidence of what two nodes exchanged, offline, with the public keys of both.
証拠ファイルを、双方の公開鍵だけで、オフラインで検証します。"""
_EXAMPLE = """example / 例:
  tasuki-verify evidence.json --anchor gbr.anchor --anchor jpn.anchor
  tasuki-verify --batch many.jsonl"""


def main() -> NoReturn:
    """Run the command."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Return the exit code for one use of the command."""
    parser = _parser()
    used = parser.parse_args(words)
    if (used.batch is None) == (not used.evidence):
        parser.error("give evidence files, or --batch / 証拠ファイルか --batch のいずれかを指定してください")
    try:
        if used.batch is not None:
            return _batch(used.batch)
        known = [_read_known(_read_file(name, MAX_FILE)) for name in used.anchor]
        return _files(used.evidence, known, as_json=used.json)
    except WrongError as error:
        sys.stderr.write(f"tasuki-verify: {_in_language(error.said)}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tasuki-verify",
        description=_ABOUT,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("evidence", nargs="*", metavar="EVIDENCE", help="evidence file / 証拠ファイル")
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        metavar="FILE",
        help="anchor or trust file of a node, once for each; both sides are needed"
        " / ノードのアンカーまたは信頼情報ファイル(複数回指定。双方のものが必要)",
    )
    parser.add_argument("--json", action="store_true", help="answer for machines / 機械向けの出力")
    parser.add_argument(
        "--batch",
        metavar="FILE",
        help='lines {"id", "evidence", "anchors": [...]}, each a path or base64; one answer a line, in order'
        " / 1 行 1 件。値はパスまたは base64。回答も 1 行 1 件、同じ順序",
    )
    return parser


def _files(names: Sequence[str], known: Sequence[list[Anchor]], *, as_json: bool) -> int:
    trusted = [anchor for each in known for anchor in each]
    answers = {name: verify(_read_file(name, MAX_BYTES), trusted) for name in names}
    if as_json:
        newest = [each[0]._asdict() for each in known]
        listed = [{name: each[name] for name in ("node", "version", "fingerprint")} for each in newest]
        files = [{"file": name, **_as_json(answer)} for name, answer in answers.items()]
        _write(json.dumps({"anchors": listed, "files": files}, ensure_ascii=False))
    else:
        for line in _for_people(answers, [each[0] for each in known]):
            _write(line)
    return 0 if all(answer.holds for answer in answers.values()) else 1


def _for_people(answers: dict[str, Answer], anchors: Sequence[Anchor]) -> Iterator[str]:
    for name, answer in answers.items():
        yield f"{name}: {_in_language(Said('holds', '成立') if answer.holds else Said('DOES NOT HOLD', '不成立'))}"
        for finding in answer.findings:
            yield f"  {'ok' if finding.holds else '!!'} {finding.name}: {_in_language(finding.said)}"
    yield _in_language(
        Said(
            "Trust rests on these anchors; compare their fingerprints with what you know of them:",
            "検証は次のアンカーに基づきます。指紋を、別途確認したものと照合してください:",
        )
    )
    for anchor in anchors:
        yield f"  {anchor.node} v{anchor.version}: {anchor.fingerprint}"


def _batch(name: str) -> int:
    """Answer every line; one that is no question is answered with an error and counts as used wrongly."""
    codes = {0}
    known: dict[bytes, list[Anchor]] = {}
    try:
        with Path(name).open(encoding="utf-8") as lines:
            for line in lines:
                answer, code = _answer_line(line, known)
                codes.add(code)
                _write(json.dumps(answer, ensure_ascii=False))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(name) from error
    return max(codes)


def _answer_line(line: str, known: dict[bytes, list[Anchor]]) -> tuple[dict[str, Any], int]:
    try:
        asked = json.loads(line)
        number, evidence, anchors = asked["id"], asked["evidence"], asked["anchors"]
        texts = isinstance(evidence, str) and all(isinstance(each, str) for each in anchors)
    except (ValueError, RecursionError, KeyError, TypeError):
        texts, number = False, None
    if not texts:
        return {"id": number, "error": "expected id, evidence, anchors / id・evidence・anchors が必要です"}, 2
    try:
        trusted = [anchor for each in anchors for anchor in _remembered(_path_or_base64(each, MAX_FILE), known)]
        found = verify(_path_or_base64(evidence, MAX_BYTES), trusted)
    except WrongError as error:
        return {"id": number, "error": f"{error.said.en} / {error.said.ja}"}, 2
    return {"id": number, **_as_json(found)}, 0 if found.holds else 1


def _remembered(raw: bytes, known: dict[bytes, list[Anchor]]) -> list[Anchor]:
    if raw not in known:
        known[raw] = _read_known(raw)
    return known[raw]


def _as_json(answer: Answer) -> dict[str, Any]:
    checks = [
        {"name": each.name, "holds": each.holds, "en": each.said.en, "ja": each.said.ja} for each in answer.findings
    ]
    return {"holds": answer.holds, "checks": checks, "meaning": answer.meaning}


def _read_known(raw: bytes) -> list[Anchor]:
    try:
        return read_known(raw)
    except WrongError as error:
        said = error.said
        raise WrongError(
            f"neither an anchor nor a trust file: {said.en}", f"アンカーでも信頼情報ファイルでもありません: {said.ja}"
        ) from error


def _path_or_base64(text: str, longest: int) -> bytes:
    """Return the bytes a text names: those of the file of that name, or else those behind its base64."""
    try:
        is_file = Path(text).is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        return _read_file(text, longest)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable(text[:80]) from error


def _read_file(name: str, longest: int) -> bytes:
    """Return the bytes of a file, at most one more than it may have: too long is found wrong by whoever reads it."""
    try:
        with Path(name).open("rb") as file:
            return file.read(longest + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> WrongError:
    return WrongError(f"{name} cannot be read.", f"{name} を読み取れません。")


def _in_language(said: Said) -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return said.ja if spoken.startswith("ja") else said.en


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
