# SPDX-License-Identifier: MIT
"""Whether any text can crash the pattern room, hold it for more than a second, or fill its memory.

Every text is read; what reads as a pattern is written, read back, brought to normal form, compiled and matched. Texts
are grown from patterns by mutation and crossing, drawn at random, and built as bombs: one shape repeated to the limit.

usage: prove/fuzz_patterns.py --size ci|full [--seed N] [--seconds N]
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "prove" / "making"))

from stix_patterns import Maker  # noqa: E402 found beside the rig

from tasuki.formats.patterns.errors import EvaluationError, PatternError  # noqa: E402
from tasuki.formats.patterns.matching import Matcher  # noqa: E402
from tasuki.formats.patterns.model import Version  # noqa: E402
from tasuki.formats.patterns.normal import digest  # noqa: E402
from tasuki.formats.patterns.objections import objections  # noqa: E402
from tasuki.formats.patterns.observed import Evidence, read_evidence  # noqa: E402
from tasuki.formats.patterns.parser import MAX_PATTERN, parse  # noqa: E402
from tasuki.formats.patterns.writer import write  # noqa: E402

SECONDS = {"ci": 15, "full": 600}
LONGEST_S = 1.0
MOST_MB = 256
KEPT = 2_000

SHAPES = (
    *("[a:b=1]{} OR [a:b=1]", "[{}a:b=1]", "([a:b=1]{})", "[a:b=1 {}]", "[a:b{}=1]", "[a:b='{}']", "[a:b={}]", "{}"),
    *(
        "[a:b MATCHES '{}']",
        "[a:b LIKE '{}']",
        "[a:b IN (1{})]",
        "[a:b=h'{}']",
        "[a:b=b'{}']",
        "[a:'{}'=1]",
        "[{}:b=1]",
    ),
    *(
        "([a:b=1] OR [a:c=1]){}",
        "[a:b=1] FOLLOWEDBY ([a:b=1] AND [a:c=1]){}",
        "[a:a_refs[*]{}.s = 'x']",
        "[file:hashes.MD5='{}']",
    ),
)
PIECES = (
    *(
        "(",
        ")",
        "[",
        "]",
        "'",
        "\\",
        "\\'",
        "\\\\",
        "/*",
        "*/",
        "//",
        "\n",
        " ",
        "0",
        "9",
        "-",
        ".",
        "a",
        "é",
        "\u3000",
    ),
    *(
        " OR [a:b=1]",
        " AND [a:b=2]",
        " FOLLOWEDBY [a:b=1]",
        " OR a:b=1",
        " AND (a:b=1 OR a:c=2",
        "(a:b=1 AND ",
        "((",
        "))",
    ),
    *(
        "[*]",
        "[0]",
        ".a",
        ".a_refs[*]",
        ".a_ref",
        " REPEATS 2 TIMES",
        " WITHIN 5 SECONDS",
        ",1",
        ", 'x'",
        "ab",
        "AA==",
        "%",
        "_",
    ),
    *(
        " START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
        " AND ([a:b=1] OR [a:c=1])",
        "(a+)+",
        "(a|a)*",
        "[a-z]",
    ),
    *("a{1000}", "(?=a)", "\\\\\\\\w", ".*", "NOT ", "t'", "h'", "b'", "AND", "\x00", "\ud800", "1.", "+1 "),
)


Made = TypeVar("Made")


class Fuzzer:
    """Grows texts and tries them."""

    def __init__(self, seed: int) -> None:
        """Start from patterns of the generator."""
        self.maker = Maker(seed)
        self.chance = random.Random(seed)
        self.texts = [self.maker.text(self.maker.pattern()) for _ in range(300)]
        self.evidence: Evidence = read_evidence(
            [each for _ in range(12) for each in self.maker.observed(Version.V21)] + [self._net()]
        )
        self.counts: Counter[str] = Counter()
        self.slowest = (0.0, "", "")

    def run(self, seconds: float) -> list[str]:
        """Try texts for so long; return what went wrong."""
        wrong: list[str] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end and len(wrong) < 10:
            text = self._text()
            took: dict[str, float] = {}
            try:
                self.counts[self._try(text, took)] += 1
            except Exception as error:  # noqa: BLE001 whatever it is, it is a finding
                wrong.append(f"{type(error).__name__}: {error} on {text[:300]!r} ({len(text)} characters)")
            for act, seconds_taken in took.items():
                if seconds_taken > self.slowest[0]:
                    self.slowest = (seconds_taken, act, text)
                if seconds_taken > LONGEST_S:
                    wrong.append(f"{act} took {seconds_taken:.2f} s: {text[:300]!r} ({len(text)} characters)")
        return wrong

    def _try(self, text: str, took: dict[str, float]) -> str:
        """Do everything with one text, noting the processor time of each act."""
        version = self.chance.choice(tuple(Version))
        try:
            pattern = self._timed(took, "parse", lambda: parse(text, version))
        except PatternError as error:
            error.reason.sentence()
            return "refused"
        if len(text) < KEPT and self.chance.random() < 0.1:
            self.texts[self.chance.randrange(len(self.texts))] = text
        written = self._timed(took, "write", lambda: write(pattern))
        if len(written) <= MAX_PATTERN and self._timed(took, "parse", lambda: parse(written, version)) != pattern:
            message = "written otherwise than read"
            raise AssertionError(message)
        self._timed(took, "objections", lambda: objections(pattern))
        self._timed(took, "digest", lambda: digest(pattern))
        try:
            matcher = self._timed(took, "compile", lambda: Matcher(pattern))
        except EvaluationError:
            return "not evaluated"
        return str(self._timed(took, "match", lambda: matcher.match(self.evidence)).verdict)

    def _timed(self, took: dict[str, float], act: str, do: Callable[[], Made]) -> Made:
        began = time.process_time()
        try:
            return do()
        finally:
            took[act] = max(took.get(act, 0.0), time.process_time() - began)

    def _text(self) -> str:
        roll = self.chance.random()
        if roll < 0.6:
            text = self.maker.near_text(self.texts)
            if self.chance.random() < 0.2:
                text += self.chance.choice((" AND ", " OR ", " FOLLOWEDBY ", "")) + self.chance.choice(self.texts)
            return text
        if roll < 0.7:
            size = self.chance.choice((3, 30, 300))
            return self.chance.randbytes(size).decode(self.chance.choice(("latin-1", "utf-8")), "surrogateescape")
        piece = "".join(self.chance.choice(PIECES) for _ in range(self.chance.choice((1, 1, 2, 3))))
        room = self.chance.choice((100, 2_000, 60_000, MAX_PATTERN - 200))
        return self.chance.choice(SHAPES).replace("{}", piece * (room // len(piece)))

    def _net(self) -> dict[str, object]:
        """Return observed data in which everything refers to everything."""
        names = [str(number) for number in range(30)]
        objects = {name: {"type": "a", "a_refs": names, "a_ref": "0", "b": 1, "s": "a" * 1_000} for name in names}
        seen = {"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-03T00:00:00Z", "number_observed": 9}
        return {"type": "observed-data", **seen, "objects": objects}


def main() -> int:
    """Fuzz and say what came of it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", choices=sorted(SECONDS), default="ci")
    arguments.add_argument("--seed", type=int, default=20260115)
    arguments.add_argument("--seconds", type=float)
    options = arguments.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fuzzer = Fuzzer(options.seed)
    wrong = fuzzer.run(SECONDS[options.size] if options.seconds is None else options.seconds)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if grown > MOST_MB:
        wrong.append(f"memory grew by {grown:.0f} MB")
    print(f"fuzz: {fuzzer.counts.total():,} texts: {dict(fuzzer.counts)}")
    took, act, text = fuzzer.slowest
    print(
        f"fuzz: slowest {act}, {took * 1000:.0f} ms ({text[:60]!r}, {len(text):,} characters), memory +{grown:.0f} MB"
    )
    for each in wrong:
        print(f"  WRONG {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
