# SPDX-License-Identifier: MIT
"""Whether we read and match random patterns as stix2-patterns and stix2-matcher do.

Every difference must be explained by a clause of the standard, listed here; one that is not fails the rig, and with
--size full so does a clause that no case reached. EXISTS is left to the tests: the peer's matcher does not know it.

usage: prove/patterns.py --size ci|full [--seed N]     (needs `make peers`)
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "prove" / "making"))

from stix_patterns import HASHES, Maker  # noqa: E402 found beside the rig

from tasuki.base.reasons import Reason  # noqa: E402
from tasuki.formats.patterns.comparing import holds_octets  # noqa: E402
from tasuki.formats.patterns.errors import EvaluationError, PatternError  # noqa: E402
from tasuki.formats.patterns.hashes import algorithm_of  # noqa: E402
from tasuki.formats.patterns.matching import Matcher  # noqa: E402
from tasuki.formats.patterns.model import (  # noqa: E402
    Comparison,
    ComparisonExpression,
    Compound,
    Constant,
    Joined,
    Junction,
    Kind,
    Observation,
    Operator,
    Pattern,
    Qualified,
    Repeats,
    Version,
    Within,
)
from tasuki.formats.patterns.moments import instant  # noqa: E402
from tasuki.formats.patterns.observed import Evidence, read_evidence  # noqa: E402
from tasuki.formats.patterns.parser import parse  # noqa: E402
from tasuki.formats.patterns.survey import survey  # noqa: E402

PEER = ROOT / ".peers" / "stix" / "bin" / "python"
SIZES = {"ci": (3_000, 3_000), "full": (100_000, 50_000)}
BATCH = 5_000
SHOWN = 5
INSTANT = Decimal("0.000000001")
REVERSED = {
    Operator.GREATER: Operator.AT_MOST,
    Operator.LESS: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.GREATER,
    Operator.AT_LEAST: Operator.LESS,
}
RARE_TEXTS = ("[a:b = b'AA\nE=']", "/* c */[a:b=1]", "[a:b=1] START '2026-01-01T00:00:00Z' STOP '2026-01-02T00:00:00Z'")
HASH_TEXTS = tuple(
    f"[file:hashes.{name} {comparison}]"
    for name in ("MD5", "'SHA-1'", "md5", "'MD6'", "SSDEEP", "x", "MD5.y", "MD5[0]")
    for comparison in (f"= '{HASHES[0]}'", f"IN ('{HASHES[0]}', '{HASHES[1]}')", "LIKE 'd4%'", "!= 'x'")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question, our answer and the peer's.

    Attributes:
        text: the pattern.
        pattern: as read; None where we refuse it.
        observed: what it was held against; None where it was only read.
        ours: our answer.
        reason: why we refuse or give no verdict.
        theirs: the peer's answer.
        error: what the peer said about it.
    """

    text: str
    version: Version
    pattern: Pattern | None
    observed: Any
    ours: str
    reason: Reason | None
    theirs: str
    error: str

    def says(self, expression: str) -> bool:
        """Whether the peer's words match an expression."""
        return re.search(expression, self.error) is not None

    def has(self, *operators: Operator) -> bool:
        """Whether the pattern has a comparison with one of these operators."""
        return self.pattern is not None and any(each.operator in operators for each in self.comparisons())

    def comparisons(self) -> Sequence[Comparison]:
        """Return the comparisons of the pattern."""
        return () if self.pattern is None else survey(self.pattern).comparisons

    def refused_for(self, *codes: str) -> bool:
        """Whether our reason is one of these."""
        return self.reason is not None and self.reason.code.removeprefix("patterns.") in codes


Rule = tuple[str, Callable[[Case], bool]]

BAD_DATA = "Invalid timestamp in JSON|reference( list)? property|Odd-length|Non-hexadecimal|base64|padding"


def is_verdict(case: Case) -> bool:
    """Whether we give one."""
    return case.ours in ("match", "no-match")


def ends_with_the_window(case: Case) -> bool:
    """Whether a window that includes its own end answers as the peer does."""
    return answers_like_the_peer(case, _including_its_end, lambda comparison: comparison)


def turns_no_verdict_round(case: Case) -> bool:
    """Whether NOT read as the opposite order answers as the peer does."""
    return answers_like_the_peer(case, lambda pattern: pattern, _reversed)


def answers_like_the_peer(
    case: Case, change: Callable[[Qualified], Qualified], compare: Callable[[Comparison], ComparisonExpression]
) -> bool:
    """Whether the pattern, changed, gets the peer's answer from us."""
    if case.pattern is None or case.observed is None:
        return False
    return answer(_changed(case.pattern, change, compare), case.observed)[0] == case.theirs


def has_many_times(case: Case) -> bool:
    """Whether the peer's answer comes of asking each qualifier and FOLLOWEDBY about times of its own."""
    if case.pattern is None or case.observed is None or case.theirs not in ("match", "no-match"):
        return False
    return any(True for _ in _bindings(case.pattern, read_evidence(case.observed))) is (case.theirs == "match")


def stops_at_line_feeds(case: Case, operator: Operator) -> bool:
    """Whether an operator whose wildcards stop at line feeds answers as the peer does."""
    return case.has(operator) and answers_like_the_peer(
        case, lambda pattern: pattern, lambda each: _by_lines(each) if each.operator is operator else each
    )


def lists_as_python_does(case: Case) -> bool:
    """Whether IN that converts nothing, and takes truth for a number, answers as the peer does."""
    return case.has(Operator.IN) and answers_like_the_peer(case, lambda pattern: pattern, _listed_in_python)


def judges_hash_parts(case: Case) -> bool:
    """Whether a hash is compared with a part of one, or with a list of them."""
    wide = (Operator.LIKE, Operator.MATCHES, Operator.IN, Operator.ISSUBSET, Operator.ISSUPERSET)
    return case.says("is not a valid .* hash") and any(
        each.operator in wide and algorithm_of(each.path) is not None for each in case.comparisons()
    )


MATCHING: tuple[Rule, ...] = (
    (
        "§9.5.1: no two qualifiers of a kind on one observation expression",
        lambda case: case.refused_for("repeated-qualifier"),
    ),
    (
        "§9.6, §9.4: what cannot be read decides only what hangs on it; a verdict that is certain stands",
        lambda case: is_verdict(case) and case.says(BAD_DATA),
    ),
    (
        "§9.6.1, §6.8: a single address is a network; IPv6 and prefix 0 are networks",
        lambda case: (
            case.says("Invalid (CIDR subnet|IPv4 address)") and case.has(Operator.ISSUBSET, Operator.ISSUPERSET)
        ),
    ),
    (
        "§9.6.4: octets are matched as octets, not as UTF-8",
        lambda case: case.says("UnicodeDecodeError") and case.has(Operator.LIKE),
    ),
    (
        "§2.1: base64 is whole",
        lambda case: case.refused_for("bad-data-octets") and case.theirs in ("match", "no-match"),
    ),
    (
        "§9.5.1: the last observation is not as late as the first plus the window",
        lambda case: "WITHIN" in case.text and case.theirs == "match" and ends_with_the_window(case),
    ),
    (
        "§9.6.1: NOT negates: what cannot be compared is not greater, so NOT greater is true",
        lambda case: "NOT" in case.text and turns_no_verdict_round(case),
    ),
    ("§9.6.1: IN is equality with one of the list, with its conversions", lists_as_python_does),
    (
        "§9.6.1: % is any characters and _ any one, line feeds too",
        lambda case: stops_at_line_feeds(case, Operator.LIKE),
    ),
    (
        "§9.6.1: the DOTALL option MUST be specified",
        lambda case: stops_at_line_feeds(case, Operator.MATCHES),
    ),
    ("§4.14, §9.5.1: an observation happens once: one time for all that is asked of it", has_many_times),
)

READING: tuple[Rule, ...] = (
    ("§9.6.1: a part of a hash, or a list of hashes, is no single hash", judges_hash_parts),
    (
        "§2.7, §10.7: a hash ends where it ends, and MD6 too",
        lambda case: case.ours == "invalid" and case.refused_for("bad-hash"),
    ),
    ("§9.2: line feeds in base64 are ignored", lambda case: re.search(r"b'[^']*\n", case.text) is not None),
    ("§9.7.2: an index is part of a path", lambda case: case.says("PEER FAILED AttributeError") and "[" in case.text),
    (
        "§9.1: comments are skipped wherever the reference grammar skips them",
        lambda case: case.says("missing square brackets") and re.match(r"\s*[(\s]*/", case.text) is not None,
    ),
    (
        "STIX 2.0 part 5: START and STOP take strings",
        lambda case: case.version is Version.V20 and re.search(r"START\s*'|STOP\s*'", case.text) is not None,
    ),
)


def main() -> int:
    """Run both questions and say what came of it; return how many differences nobody explains."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", choices=sorted(SIZES), default="ci")
    arguments.add_argument("--seed", type=int, default=20260115)
    options = arguments.parse_args()
    if not PEER.exists():
        print("patterns: skipped: stix2-patterns is not installed; run `make peers`")
        return 0
    matched, read = SIZES[options.size]
    maker = Maker(options.seed)
    failures = report("matched", MATCHING, matching(maker, matched), is_full=options.size == "full")
    return failures + report("read", READING, reading(maker, read), is_full=options.size == "full")


def report(what: str, rules: Sequence[Rule], cases: Iterator[Case], *, is_full: bool) -> int:
    """Count what agrees, what a rule explains and what nothing does; return the failures."""
    counts: Counter[str] = Counter()
    explained: Counter[str] = Counter()
    unexplained: list[Case] = []
    for case in cases:
        if case.says("SlowError"):
            # The peer's matcher tries combinations one by one; it was stopped and has no answer.
            counts["unanswered"] += 1
            continue
        counts[f"{case.ours} / {case.theirs}"] += 1
        if case.ours == case.theirs:
            continue
        clause = next((clause for clause, holds in rules if holds(case)), None)
        if clause is None:
            unexplained.append(case)
        else:
            explained[clause] += 1
    differing, silent = explained.total() + len(unexplained), counts["unanswered"]
    agreeing = counts.total() - differing - silent
    print(f"patterns: {what} {counts.total():,}: {agreeing:,} agree, {differing:,} differ, {silent:,} unanswered there")
    for clause, count in explained.most_common():
        print(f"  {count:>6,}  {clause}")
    for case in unexplained[:SHOWN]:
        said = case.reason and case.reason.sentence()
        print(f"  UNEXPLAINED ours {case.ours} ({said}), theirs {case.theirs} ({case.error})\n    {case.text!r}")
        print(f"    {json.dumps(case.observed)[:2000]}")
    unreached = [clause for clause, _ in rules if clause not in explained] if is_full else []
    for clause in unreached:
        print(f"  NOT REACHED {clause}")
    return len(unexplained) + len(unreached)


def matching(maker: Maker, count: int) -> Iterator[Case]:
    """Yield patterns held against observed data."""
    for _ in range(0, count, BATCH):
        batch = [_question(maker) for _ in range(min(BATCH, count))]
        for asked, theirs in zip(batch, peer(batch), strict=True):
            pattern, (ours, reason) = judged(asked["pattern"], Version(asked["version"]), asked["observed"])
            yield Case(
                text=asked["pattern"],
                version=Version(asked["version"]),
                pattern=pattern,
                observed=asked["observed"],
                ours=ours,
                reason=reason,
                theirs=theirs["result"],
                error=theirs["error"],
            )


def reading(maker: Maker, count: int) -> Iterator[Case]:
    """Yield texts that nearly are patterns."""
    texts = [maker.text(maker.pattern()) for _ in range(400)]
    texts = [text for text in texts if len(text) < 400] + list(HASH_TEXTS + RARE_TEXTS) * 5
    for _ in range(0, count, BATCH):
        batch = [
            {"pattern": maker.near_text(texts), "version": maker.chance.choice(("2.0", "2.1", "2.1"))}
            for _ in range(min(BATCH, count))
        ]
        for asked, theirs in zip(batch, peer(batch), strict=True):
            pattern, reason = read(asked["pattern"], Version(asked["version"]))
            yield Case(
                text=asked["pattern"],
                version=Version(asked["version"]),
                pattern=pattern,
                observed=None,
                ours="invalid" if pattern is None else "valid",
                reason=reason,
                theirs="valid" if theirs["valid"] else "invalid",
                error=theirs["error"],
            )


def _question(maker: Maker) -> dict[str, Any]:
    text = maker.text(maker.pattern())
    # The peer's matcher asks patterns of 2.0 for strings after START, its own parser for timestamps.
    version = Version.V20 if "START" not in text and maker.chance.random() < 0.2 else Version.V21
    return {"pattern": text, "version": version.value, "observed": maker.observed(version)}


def judged(text: str, version: Version, observed: Any) -> tuple[Pattern | None, tuple[str, Reason | None]]:
    """Return a pattern, and our answer on it."""
    pattern, reason = read(text, version)
    return pattern, ("parse-error", reason) if pattern is None else answer(pattern, observed)


def read(text: str, version: Version) -> tuple[Pattern | None, Reason | None]:
    """Return a pattern, or why the text is none."""
    try:
        return parse(text, version), None
    except PatternError as error:
        return None, error.reason


def answer(pattern: Pattern, observed: Any) -> tuple[str, Reason | None]:
    """Return our answer on a pattern and observed data."""
    try:
        found = Matcher(pattern).match(read_evidence(observed))
    except EvaluationError as error:
        return "data-error", error.reason
    return found.verdict.value, found.reason


def peer(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the peers' answers."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(question) + "\n" for question in questions)
        file.flush()
        script = str(ROOT / "prove" / "peers" / "judge_patterns.py")
        done = subprocess.run([str(PEER), script, file.name], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _including_its_end(pattern: Qualified) -> Qualified:
    qualifier = pattern.qualifier
    return Qualified(pattern.operand, Within(qualifier.seconds + INSTANT)) if isinstance(qualifier, Within) else pattern


def _reversed(comparison: Comparison) -> Comparison:
    """Return NOT greater as not more than: what the peer makes of it where the types do not fit."""
    if not comparison.negated or comparison.operator not in REVERSED:
        return comparison
    constant = comparison.constants[0]
    is_wide = isinstance(constant.value, str) and any(sign >= "\u0100" for sign in constant.value)
    unfit = is_wide and holds_octets(comparison.path.steps[-1])
    return comparison if unfit else Comparison(comparison.path, REVERSED[comparison.operator], comparison.constants)


def _by_lines(comparison: Comparison) -> Comparison:
    """Return LIKE or MATCHES as an expression whose dot stops at line feeds."""
    source = str(comparison.constants[0].value)
    if comparison.operator is Operator.LIKE:
        signs = {"%": ".*", "_": "."}
        source = f"^{''.join(signs.get(sign) or (sign if sign.isalnum() else f'{chr(92)}{sign}') for sign in source)}$"
    expression = Constant(Kind.STRING, f"(?-s){source}")
    return Comparison(comparison.path, Operator.MATCHES, (expression,), comparison.negated)


def _listed_in_python(comparison: Comparison) -> ComparisonExpression:
    """Return IN as Python has it: text is never octets, and 1 is true."""
    if comparison.operator is not Operator.IN or not comparison.constants:
        return comparison
    path, constants, negated = comparison.path, comparison.constants, comparison.negated
    kinds = {constant.kind for constant in constants}
    if kinds <= {Kind.HEX, Kind.BINARY} or kinds == {Kind.STRING}:
        is_comparable = holds_octets(path.steps[-1]) is (kinds != {Kind.STRING})
        return comparison if is_comparable else Comparison(path, Operator.IN, (), negated)
    others = [
        Constant(Kind.INTEGER, int(each.value))
        if each.kind is Kind.BOOLEAN
        else Constant(Kind.BOOLEAN, each.value == 1)
        for each in constants
        if isinstance(each.value, int | float) and each.value in (0, 1)
    ]
    if not others:
        return comparison
    parts = (comparison, Comparison(path, Operator.IN, tuple(others), negated))
    return Compound(Junction.AND if negated else Junction.OR, parts)


Binding = frozenset[tuple[int, int]]
"""Observations, each with the number that tells its repetitions apart."""


def _bindings(pattern: Pattern, evidence: Evidence) -> Iterator[Binding]:
    """Yield the sets of observations that satisfy a pattern as the peer's matcher has it.

    Every window is looked at by itself: what START and STOP leave of it is not asked again by WITHIN or FOLLOWEDBY.
    """
    seen = evidence.observations
    if isinstance(pattern, Observation):
        for index, outcome in enumerate(Matcher(pattern).each(seen)):
            if outcome is True:
                yield from (frozenset([(index, which)]) for which in range(seen[index].number))
    elif isinstance(pattern, Qualified):
        yield from _qualified_bindings(pattern, evidence)
    elif pattern.junction is Junction.OR:
        for part in pattern.operands:
            yield from _bindings(part, evidence)
    else:
        yield from _joined_bindings(pattern, evidence)


def _qualified_bindings(pattern: Qualified, evidence: Evidence) -> Iterator[Binding]:
    bindings = _bindings(pattern.operand, evidence)
    if isinstance(pattern.qualifier, Repeats):
        for chosen in combinations(list(bindings), pattern.qualifier.times):
            joined: Binding = frozenset().union(*chosen)
            if len(joined) == sum(map(len, chosen)):
                yield joined
        return
    low, high = 0, 0
    if not isinstance(pattern.qualifier, Within):
        low, high = instant(pattern.qualifier.start) or 0, instant(pattern.qualifier.stop) or 0
    for binding in bindings:
        spans = _spans(binding, evidence)
        if isinstance(pattern.qualifier, Within):
            end = min(last for _, last in spans) + int(pattern.qualifier.seconds * 10**9)
            fits = all(first <= end for first, _ in spans)
        else:
            fits = low < high and all(first < high and last >= low for first, last in spans)
        if fits:
            yield binding


def _joined_bindings(pattern: Joined, evidence: Evidence) -> Iterator[Binding]:
    *before, last = pattern.operands
    earlier = before[0] if len(before) == 1 else Joined(pattern.junction, tuple(before))
    later = list(_bindings(last, evidence))
    for one in _bindings(earlier, evidence):
        latest = max(first for first, _ in _spans(one, evidence))
        for other in later:
            is_ordered = latest <= min(end for _, end in _spans(other, evidence))
            if not one & other and (is_ordered or pattern.junction is Junction.AND):
                yield one | other


def _spans(binding: Binding, evidence: Evidence) -> list[tuple[int, int]]:
    return [(evidence.observations[index].first, evidence.observations[index].last) for index, _ in binding]


def _changed(
    pattern: Pattern, change: Callable[[Qualified], Qualified], compare: Callable[[Comparison], ComparisonExpression]
) -> Pattern:
    if isinstance(pattern, Observation):
        return Observation(_compared(pattern.expression, compare))
    if isinstance(pattern, Qualified):
        return change(Qualified(_changed(pattern.operand, change, compare), pattern.qualifier))
    return Joined(pattern.junction, tuple(_changed(operand, change, compare) for operand in pattern.operands))


def _compared(
    expression: ComparisonExpression, compare: Callable[[Comparison], ComparisonExpression]
) -> ComparisonExpression:
    if isinstance(expression, Comparison):
        return compare(expression)
    return Compound(expression.junction, tuple(_compared(operand, compare) for operand in expression.operands))


if __name__ == "__main__":
    sys.exit(min(main(), 1))
