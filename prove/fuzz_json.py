# SPDX-License-Identifier: MIT
"""Whether any bytes crash, stall or bloat the JSON front end, or are read otherwise than RFC 8259 and RFC 7493 say.

Seeded: the same seed tries the same inputs. Texts are written at random, with every escape, number and space that JSON
has and some it has not, names that come twice, and bundles of them; then bent as bytes; beside bombs, one shape
repeated to the limit. Of each input:

- the fast reader and the exact scanner give the same value, or the same reason;
- both accept exactly what the standard library accepts once it is held to RFC 7493;
- documents and lines come out alike however the bytes are cut into chunks, and nothing stands in them that was not
  there.

Every act must end within 1 s of processor time, the process within 256 MB.

usage: prove/fuzz_json.py --size ci|full [--seed N]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, NoReturn

from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_JSON_DEPTH, MAX_OBJECT_BYTES, MAX_SAFE_INTEGER
from tasuki.formats.json.lines import split_lines
from tasuki.formats.json.pieces import Piece, cut_stream
from tasuki.formats.json.scanner import scan
from tasuki.formats.json.strict import loads

SECONDS = {"ci": 15, "full": 600}
LONGEST_S = 1.0
TRIES = 3
MOST_KB = 256 << 10
BOMB_BYTES = 1_000_000
COMPARED_BYTES = 100_000
LINE_BYTES = 4096
RARITY = 50

NAMES = (
    "a",
    "b",
    "type",
    "id",
    "objects",
    "é",
    "日本",
    "\\u0061",
    "\\u00e9",
    "\\\\",
    '\\"',
    '\\\\\\"',
    ":",
    "{",
    "",
    "\\/",
)
TEXTS = (
    *NAMES,
    "bundle",
    "indicator",
    "x" * 50,
    "\\ud83d\\ude00",
    "\\b\\f\\n\\r\\t",
    "1234567890123456789",
    "[]{},:",
    "\U0001f600",
)
NUMBERS = (
    "0",
    "-0",
    "1",
    "-1",
    "1.5",
    "-0.0",
    "1e5",
    "1E-5",
    "1e+400",
    "1e-400",
    "9007199254740991",
    "9007199254740992",
)
LARGE = ("-9007199254740993", "18446744073709551616", "0." + "1" * 40, "1" * 400, "123456789012345678.5", "4.9e-324")
NEARLY = (
    "01",
    "+1",
    ".5",
    "1.",
    "0x1",
    "NaN",
    "Infinity",
    "-",
    "tru",
    "'a'",
    '"\\x"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\t"',
    "",
)
SPACES = ("", "", "", " ", "\n", "\r\n", "\t", "  \n ")
TOKENS = (
    *(bytes([sign]) for sign in b'"\\{}[]:,0 \n\xff\x00e-.'),
    b"\\u",
    b"\xef\xbb\xbf",
    b"null",
    b"//",
    b"\xed\xa0\x80",
    b"\xc3",
)
BOMBS = (
    "[",
    "{",
    '"',
    "\\",
    '[{"a":',
    '{"a":[',
    '"a":',
    "[[],",
    "1,",
    '"",',
    '"\\"',
    "\\\\",
    " ",
    "\n",
    "\n{",
    "9",
    "-",
    "e",
    "\\u0041",
    '{"objects":[',
)
FRAMES = ("{}", "[{}]", '{{"type":"bundle","objects":[{}]}}', '"{}"', '{{"a":{}}}', "[1{}")


class Finding(Exception):  # noqa: N818 what the rig is after, no error of its own
    """Something that must not be."""


class Fuzzer:
    """Writes texts, bends them, and asks of each what must hold."""

    def __init__(self, seed: int) -> None:
        """Start at `seed`."""
        self.chance = random.Random(seed)
        self.slowest = (0.0, "", b"")
        self.accepted = 0

    def inputs(self) -> Iterator[bytes]:
        """Yield inputs without end."""
        while True:
            if self.chance.randrange(RARITY) == 0:
                yield self.bomb()
                continue
            text = self.bundle() if self.chance.random() < 0.3 else self.text(self.chance.choice((0, 1, 2, 3, 5)))
            raw = text.encode("utf-8", "surrogatepass")
            yield self.bent(raw) if self.chance.random() < 0.5 else raw

    def text(self, depth: int) -> str:
        """Return what nearly always is JSON."""
        pick, before, after = self.chance.choice, self.chance.choice(SPACES), self.chance.choice(SPACES)
        roll = self.chance.random()
        if depth == 0 or roll < 0.2:
            scalars = (f'"{pick(TEXTS)}"', pick(NUMBERS), pick(("true", "false", "null")), pick(NUMBERS))
            made = pick(LARGE) if roll < 0.02 else pick(NEARLY) if roll < 0.03 else pick(scalars)
        else:
            parts = [self.text(depth - 1) for _ in range(pick((0, 1, 2, 3)))]
            made = f"[{','.join(parts)}]"
            if roll < 0.7:
                members = [f"{pick(SPACES)}{self.name(index)}{pick(SPACES)}:{part}" for index, part in enumerate(parts)]
                made = f"{{{','.join(members)}}}"
        return f"{before}{made}{after}"

    def name(self, index: int) -> str:
        """Return the name of a member; now and then one that may have come before."""
        return f'"{self.chance.choice(NAMES)}"' if self.chance.random() < 0.1 else f'"n{index}"'

    def bundle(self) -> str:
        """Return a bundle, a list of objects, or lines of them."""
        objects = [self.text(self.chance.choice((1, 2, 3))) for _ in range(self.chance.choice((0, 1, 2, 5)))]
        listed = f"[{','.join(objects)}]"
        members = [f'"type":"{self.chance.choice(("bundle", "bundle", "report"))}"', f'"objects":{listed}', '"id":"x"']
        self.chance.shuffle(members)
        return self.chance.choice((f"{{{','.join(members)}}}", listed, "\n".join(objects)))

    def bomb(self) -> bytes:
        """Return one shape repeated to the limit, framed or not."""
        piece = "".join(self.chance.choice(BOMBS) for _ in range(self.chance.choice((1, 1, 2))))
        room = self.chance.choice((1_000, 70_000, BOMB_BYTES))
        frame = self.chance.choice(FRAMES).replace("{{", "\x01").replace("}}", "\x02").replace("{}", "\x03")
        body = frame.replace("\x01", "{").replace("\x02", "}").replace("\x03", piece * (room // len(piece)))
        return body.encode()

    def bent(self, raw: bytes) -> bytes:
        """Return bytes with a few of them changed, cut, doubled or replaced by tokens."""
        data = bytearray(raw)
        for _ in range(self.chance.choice((1, 1, 2, 5))):
            at = self.chance.randrange(len(data) + 1)
            end = min(len(data), at + self.chance.choice((0, 1, 1, 2, 9)))
            data[at:end] = self.chance.choice((b"", self.chance.choice(TOKENS), bytes(data[at:end]) * 2, b"["))
        return bytes(data)

    def try_one(self, raw: bytes) -> None:
        """Ask everything of one input.

        Raises:
            Finding: something does not hold.
        """
        outcome = self.timed("loads", raw, lambda: outcome_of(lambda: loads(raw)))
        exact = self.timed("scan", raw, lambda: outcome_of(lambda: scan(raw, max_depth=MAX_JSON_DEPTH)))
        if outcome != exact and len(raw) <= MAX_OBJECT_BYTES:
            message = f"fast {outcome!r:.100}, exact {exact!r:.100}"
            raise Finding(message)
        accepted = not isinstance(exact, str)
        self.accepted += accepted
        if len(raw) <= COMPARED_BYTES:
            expected = reference(raw)
            if accepted != (expected is not None) or (expected is not None and repr(exact[0]) != repr(expected[0])):
                message = f"ours {exact!r:.100}, the standard library {expected!r:.100}"
                raise Finding(message)
        del outcome, exact
        self.try_streams(raw)

    def try_streams(self, raw: bytes) -> None:
        """Cut documents and lines, whole and in chunks.

        Raises:
            Finding: they come out otherwise.
        """
        sizes = [self.chance.choice((1, 2, 7, 50)) for _ in range(3)] if len(raw) < LINE_BYTES else [LINE_BYTES, 65_536]
        whole = self.timed("cut", raw, lambda: pieces_of([raw]))
        lines = self.timed("lines", raw, lambda: lines_of([raw]))
        for size in sizes:
            chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
            if self.timed("cut in chunks", raw, lambda chunks=chunks: pieces_of(chunks)) != whole:
                message = f"documents come out otherwise in chunks of {size}"
                raise Finding(message)
            if lines_of(chunks) != lines:
                message = f"lines come out otherwise in chunks of {size}"
                raise Finding(message)

    def timed(self, act: str, raw: bytes, work: Callable[[], Any]) -> Any:
        """Do something and note how long it took; what seems too long is tried again, as others use the machine too.

        Raises:
            Finding: too long.
        """
        spent = LONGEST_S + 1
        for _ in range(TRIES):
            began = time.process_time()
            found = work()
            spent = min(spent, time.process_time() - began)
            if spent <= LONGEST_S:
                break
        if spent > self.slowest[0]:
            self.slowest = (spent, act, raw[:60])
        if spent > LONGEST_S:
            message = f"{act} took {spent:.2f} s"
            raise Finding(message)
        return found


def outcome_of(read: Callable[[], Any]) -> Any:
    """Return a value in a tuple, so that it is no reason; or the reason's code, place and sentence."""
    try:
        return (read(),)
    except InputError as error:
        return f"{error.reason.code} {error.reason.sentence()}"


def lines_of(chunks: list[bytes]) -> bytes:
    """Return a digest of the lines of a text and their numbers."""
    digest = sha256()
    for line in split_lines(chunks, LINE_BYTES):
        digest.update(b"%d %d %b\n" % (line.number, line.size, line.raw))
    return digest.digest()


def pieces_of(chunks: list[bytes]) -> Any:
    """Return what a document is cut into.

    Raises:
        Finding: a piece holds what the document does not.
    """
    raw = b"".join(chunks)
    try:
        pieces = list(cut_stream(chunks))
    except InputError as error:
        return error.reason.code
    for piece in pieces:
        if piece.problem is None and piece.raw not in raw:
            message = f"a piece that is not there: {piece.raw[:100]!r}"
            raise Finding(message)
    return [_told(piece) for piece in pieces]


def _told(piece: Piece) -> tuple[Any, ...]:
    if piece.problem is not None:
        return (piece.place, piece.line, piece.problem.code)
    return (piece.place, piece.line, piece.column, piece.raw)


def reference(raw: bytes) -> tuple[Any] | None:
    """Return what the standard library reads, held to RFC 7493 and our depth, in a tuple; None where it must refuse."""
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_members, parse_int=_integer, parse_float=_number, parse_constant=_refuse
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return (value,) if _is_shallow(value) else None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _integer(digits: str) -> int:
    if len(digits) > len(str(-MAX_SAFE_INTEGER)) or abs(int(digits)) > MAX_SAFE_INTEGER:
        raise ValueError
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _is_shallow(value: Any) -> bool:
    level, depth = [value], 0
    while True:
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return depth <= MAX_JSON_DEPTH
        level = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
        depth += 1


def main() -> int:
    """Run until the time is up; 1 at the first finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SECONDS, default="ci")
    parser.add_argument("--seed", type=int, default=8259)
    options = parser.parse_args()
    end = time.monotonic() + SECONDS[options.size]
    fuzzer, count = Fuzzer(options.seed), 0
    for count, raw in enumerate(fuzzer.inputs(), 1):
        try:
            fuzzer.try_one(raw)
        except Exception as error:  # noqa: BLE001 whatever it is, it is the finding
            print(
                f"prove/fuzz_json: {type(error).__name__}: {error} on input {count}, {len(raw):,} bytes: {raw[:300]!r}"
            )
            return 1
        if time.monotonic() > end:
            break
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent, act, head = fuzzer.slowest
    print(f"prove/fuzz_json: {count:,} inputs, {fuzzer.accepted:,} of them JSON, at most {most >> 10} MB")
    print(f"prove/fuzz_json: slowest {act}, {spent * 1000:.0f} ms ({head!r})")
    return int(most > MOST_KB)


if __name__ == "__main__":
    sys.exit(main())
