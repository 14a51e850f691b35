# SPDX-License-Identifier: MIT
"""Random STIX patterns, the observed data they are about, and texts that nearly are patterns."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tasuki.formats.patterns.model import (
    Comparison,
    ComparisonExpression,
    Compound,
    Constant,
    Joined,
    Junction,
    Kind,
    Observation,
    Operator,
    Path,
    Pattern,
    Qualified,
    Qualifier,
    Repeats,
    StartStop,
    Step,
    Version,
    Within,
)
from tasuki.formats.patterns.writer import write

Made = dict[str, Any]

START = datetime(2026, 1, 15, 8, tzinfo=UTC)
TYPES = ("x-thing", "x-other")
TEXTS = ("alpha", "beta", "Alpha", "a", "", "été", "d\u0323\u0307", "\u1e0d\u0307", "a\nb", "line\n", "ß", "日本")
NUMBERS = (0, 1, 2, 5, -1, 1.0, 2.5, 1e3)
MOMENTS = ("2026-01-15T08:00:00Z", "2026-01-15T08:00:00.000Z", "2026-01-15T08:00:01.5Z", "2025-12-31T23:59:59.999999Z")
OCTETS = (b"", b"alpha", b"\x00\x01", b"\xff\xfe", b"a")
ADDRESSES = ("198.51.100.7", "198.51.100.0/24", "198.51.100.7/32", "203.0.113.0/25", "198.51.0.0/16", "192.0.2.1")
LETTERS = ("p", "q", "r", "s")
LIKES = ("%", "a%", "%a", "_lpha", "alpha", "A%", "%l_h%", "", "a_b", "été", "d\u0323\u0307%")
EXPRESSIONS = (
    *("a", "^a", "a$", "^alpha$", ".l", "[b-d]+", "A|b", "^$", "\\d", "l{1}", "(?i)ALPHA", "\\w+", "[^a]"),
    *(
        "a.b",
        "^.{3}$",
        "\\s",
        "\\S+$",
        "\\W",
        "(?:al)?pha",
        "(a|b)*c?",
        "a{2,}",
        "x*$",
        "[^\\w]",
        "[\\s\\S]{5}",
        "\\D\\d?",
    ),
    *(
        "é",
        "(?i)É",
        "日.",
        "^[^\\x00-\\x7f]+$",
        "\\.",
        "e$",
        "line$",
        "\\Aline",
        "\\bl",
        "\\balpha\\b",
        "\\Bt",
        "\\b.\\b",
        "[\\D]$",
        "[^\\S]",
        "(?P<n>a)(?i:LPHA)",
        "ß|ss",
    ),
)
HASHES = ("d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E")
ORDERS = (Operator.GREATER, Operator.LESS, Operator.AT_MOST, Operator.AT_LEAST)
PROPERTIES = ("s", "n", "b", "t", "data_bin", "code_hex", "items", "more", "value", "to_ref", "to_refs", "none")

NOISE = (
    *"[]()'\"\\:.,=<>!*+-/ \t\n0123456789abhtxZT_é\u3000\x00",
    *("AND", "OR", "NOT", "IN", "LIKE", "FOLLOWEDBY", "WITHIN", "REPEATS", "START", "STOP", "SECONDS", "TIMES"),
    *(
        "true",
        "false",
        "EXISTS",
        "t'2026-01-15T08:00:00Z'",
        "h'0a'",
        "b'AA=='",
        "'x'",
        "[a:b=1]",
        "/* c */",
        "//",
        "''",
    ),
    *("file:hashes.MD5 = '", "hashes.'SHA-256'", "[*]", "[0]", "-1", ".5", "1.5", "and", "SHA-256"),
)


_EQUAL = (Operator.EQUAL, Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN)
_ON_TEXT = (*_EQUAL, *ORDERS, Operator.LIKE, Operator.LIKE, Operator.MATCHES, Operator.MATCHES)
_OPERATORS: dict[Kind | None, tuple[Operator, ...]] = {
    None: (*_ON_TEXT, Operator.ISSUBSET, Operator.ISSUBSET, Operator.ISSUPERSET),
    Kind.STRING: _ON_TEXT,
    Kind.BOOLEAN: _EQUAL,
    **dict.fromkeys((Kind.INTEGER, Kind.FLOAT, Kind.TIMESTAMP), (*_EQUAL, *ORDERS)),
    **dict.fromkeys((Kind.BINARY, Kind.HEX), (*_EQUAL, *ORDERS, Operator.LIKE, Operator.MATCHES)),
}
_LETTER_OPERATORS = (*(Operator.EQUAL,) * 6, Operator.NOT_EQUAL, Operator.AT_LEAST)
_KINDS = {
    "n": Kind.INTEGER,
    "a-b": Kind.FLOAT,
    "b": Kind.BOOLEAN,
    "t": Kind.TIMESTAMP,
    "data_bin": Kind.BINARY,
    "code_hex": Kind.HEX,
    "raw_hex": Kind.HEX,
}


class Maker:
    """Makes patterns and observed data from a seed; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        """Start at `seed`."""
        self.chance = random.Random(seed)
        self.is_about_sets = False

    def pattern(self) -> Pattern:
        """Return a pattern about the objects that `observed` makes; about a third ask who was seen with whom."""
        self.is_about_sets = self.chance.random() < 0.35
        return self._observations(self.chance.choice((1, 2, 2, 3) if self.is_about_sets else (0, 0, 1, 1, 2, 3)))

    def text(self, pattern: Pattern) -> str:
        """Return the text of a pattern, spaced otherwise here and there."""
        text = write(pattern)
        if self.chance.random() < 0.2:
            text = text.replace(" = ", "=").replace(" AND ", "\n\tAND  ")
        if isinstance(pattern, Observation) and self.chance.random() < 0.01:
            text += " REPEATS 1 TIMES REPEATS 1 TIMES"
        return text

    def near_text(self, texts: list[str]) -> str:
        """Return a text that nearly is a pattern: one of `texts` with a few characters lost, gained or moved."""
        text = self.chance.choice(texts)
        for _ in range(self.chance.choice((1, 1, 1, 2, 3, 6))):
            at = self.chance.randint(0, len(text))
            end = min(len(text), at + self.chance.choice((0, 0, 1, 1, 2, 8)))
            piece = self.chance.choice(("", "", self.chance.choice(NOISE), text[at:end] * 2))
            text = text[:at] + piece + text[end:]
        return text

    def observed(self, version: Version) -> list[Made]:
        """Return what a pattern is held against: bundles of 2.1, or observed-data of 2.0."""
        count = self.chance.choice((3, 4, 5, 6, 8) if self.is_about_sets else (1, 1, 2, 3))
        return [self._bundle(index) if version is Version.V21 else self._old(index) for index in range(count)]

    def _observations(self, depth: int) -> Pattern:
        roll = self.chance.random()
        if depth == 0 or roll < 0.2:
            made: Pattern = Observation(self._comparisons(self.chance.choice((0, 0, 0, 1, 1, 2))))
        elif roll < 0.75:
            junction = self.chance.choice(tuple(Junction))
            parts = [self._observations(depth - 1) for _ in range(self.chance.choice((2, 2, 3)))]
            made = joined(junction, parts)
        else:
            made = Qualified(self._observations(depth - 1), self._qualifier())
        return made

    def _qualifier(self) -> Qualifier:
        roll = self.chance.random()
        if roll < 0.4:
            return Within(Decimal(self.chance.choice(("1", "1", "2", "2", "3", "4", "0.5", "30", "0.001"))))
        if roll < 0.7:
            return Repeats(self.chance.choice((1, 2, 2, 3, 5)))
        first, last = sorted((self.chance.randint(-1, 8), self.chance.randint(0, 8)))
        return StartStop(moment(first), moment(last))

    def _comparisons(self, depth: int) -> ComparisonExpression:
        if depth == 0:
            return self._comparison()
        parts = [self._comparisons(depth - 1) for _ in range(self.chance.choice((2, 2, 3)))]
        return compound(self.chance.choice((Junction.AND, Junction.OR)), parts)

    def _comparison(self) -> Comparison:
        """Return a comparison, mostly of a property with a constant of its own type."""
        if self.is_about_sets:
            letter = Constant(Kind.STRING, self.chance.choice(LETTERS))
            return Comparison(Path(TYPES[0], ("letter",)), self.chance.choice(_LETTER_OPERATORS), (letter,))
        path = Path(self.chance.choice((TYPES[0], TYPES[0], TYPES[1])), self._steps())
        kind = _KINDS.get(str(path.steps[-1]), Kind.STRING) if self.chance.random() < 0.9 else None
        operator = self.chance.choice(_OPERATORS[kind])
        if operator is Operator.IN:
            constants = self._list(kind)
        elif operator in (Operator.ISSUBSET, Operator.ISSUPERSET):
            path = Path(path.object_type, ("value",))
            constants = (Constant(Kind.STRING, self.chance.choice(ADDRESSES[1:-1])),)
        elif operator in (Operator.LIKE, Operator.MATCHES):
            texts = LIKES if operator is Operator.LIKE else EXPRESSIONS
            constants = (Constant(Kind.STRING, self.chance.choice(texts)),)
        else:
            constants = (self._constant(kind, ordered=operator in ORDERS),)
        return Comparison(path, operator, constants, self.chance.random() < 0.15)

    def _steps(self) -> tuple[Step, ...]:
        name = self.chance.choice(PROPERTIES)
        if name == "items":
            return (name, self.chance.choice((None, None, 0, 1, 7)))
        if name == "more":
            return (name, self.chance.choice(("k", "a-b", "raw_hex")))
        if name == "to_ref":
            return (name, *self.chance.choice((("s",), ("n",), ("to_ref", "s"), ("type",), ())))
        if name == "to_refs":
            return (name, None, *self.chance.choice((("s",), ("n",), ("to_refs", None, "s"))))
        return (name,)

    def _constant(self, kind: Kind | None, *, ordered: bool = False) -> Constant:
        if kind is None or (ordered and kind is Kind.BOOLEAN):
            kind = self.chance.choice([each for each in Kind if not (ordered and each is Kind.BOOLEAN)])
        return self._of_kind(kind)

    def _of_kind(self, kind: Kind) -> Constant:
        if kind is Kind.STRING:
            return Constant(kind, self.chance.choice((*TEXTS, *MOMENTS)))
        if kind is Kind.INTEGER:
            return Constant(kind, int(self.chance.choice(NUMBERS)))
        if kind is Kind.FLOAT:
            return Constant(kind, float(self.chance.choice(NUMBERS)))
        if kind is Kind.BOOLEAN:
            return Constant(kind, self.chance.random() < 0.5)
        if kind is Kind.TIMESTAMP:
            return Constant(kind, self.chance.choice(MOMENTS))
        return Constant(kind, self.chance.choice(OCTETS if kind is Kind.HEX else OCTETS[1:]))

    def _list(self, kind: Kind | None) -> tuple[Constant, ...]:
        if self.chance.random() < 0.03:
            return (self._constant(None), self._constant(None))
        kind = kind or self.chance.choice(tuple(Kind))
        return tuple(self._of_kind(kind) for _ in range(self.chance.choice((0, 1, 2, 3))))

    def _bundle(self, index: int) -> Made:
        objects = self._objects(lambda position: f"{TYPES[0]}--{index}-{position}")
        observed = {"type": "observed-data", "id": f"observed-data--{index}", **self._seen(), "object_refs": []}
        observed["object_refs"] = [each["id"] for each in objects if self.chance.random() < 0.95]
        return {"type": "bundle", "id": f"bundle--{index}", "objects": [observed, *objects]}

    def _old(self, index: int) -> Made:
        objects = self._objects(str)
        for each in objects:
            del each["id"]
        numbered = {str(position): each for position, each in enumerate(objects)}
        return {"type": "observed-data", "id": f"observed-data--{index}", **self._seen(), "objects": numbered}

    def _seen(self) -> Made:
        first = self.chance.randint(0, 4 if self.is_about_sets else 6)
        last = first + self.chance.choice((0, 0, 0, 0, 1, 3))
        number = self.chance.choice((1, 1, 1, 1, 1, 1, 2, 4))
        return {"first_observed": moment(first), "last_observed": moment(last), "number_observed": number}

    def _objects(self, name: Any) -> list[Made]:
        count = 1 if self.is_about_sets else self.chance.choice((1, 1, 2, 3))
        names = [name(position) for position in range(count)]
        return [self._object(each, names) for each in names]

    def _object(self, name: str, names: list[str]) -> Made:
        made: Made = {"type": self.chance.choice((TYPES[0], TYPES[0], TYPES[1])), "id": name}
        values: Made = {
            "s": self.chance.choice((*TEXTS, *MOMENTS)),
            "n": self.chance.choice(NUMBERS),
            "b": self.chance.random() < 0.5,
            "t": self.chance.choice(MOMENTS),
            "data_bin": base64.b64encode(self.chance.choice(OCTETS)).decode(),
            "code_hex": self.chance.choice(OCTETS).hex(),
            "items": [self.chance.choice((*TEXTS, *NUMBERS)) for _ in range(self.chance.choice((0, 1, 2)))],
            "more": {"k": self.chance.choice(TEXTS), "a-b": self.chance.choice(NUMBERS), "raw_hex": "616c706861"},
            "value": self.chance.choice(ADDRESSES),
            "to_ref": self.chance.choice((*names, "x-thing--gone")),
            "to_refs": [self.chance.choice((*names, "x-thing--gone")) for _ in range(2)],
            "none": None,
        }
        made["letter"] = self.chance.choice(LETTERS)
        if self.chance.random() < 0.02:
            values |= {"t": "yesterday", "data_bin": "=", "code_hex": "0", "to_ref": 5, "to_refs": "x"}
        for key, value in values.items():
            if self.chance.random() < 0.6:
                made[key] = value
        return made


def joined(junction: Junction, parts: list[Pattern]) -> Pattern:
    """Join observation expressions as the parser would: what is joined the same way becomes one."""
    flat: list[Pattern] = []
    for part in parts:
        flat += part.operands if isinstance(part, Joined) and part.junction is junction else [part]
    return Joined(junction, tuple(flat))


def compound(junction: Junction, parts: list[ComparisonExpression]) -> ComparisonExpression:
    """Join comparisons as the parser would."""
    flat: list[ComparisonExpression] = []
    for part in parts:
        flat += part.operands if isinstance(part, Compound) and part.junction is junction else [part]
    return Compound(junction, tuple(flat))


def moment(seconds: float) -> str:
    """Return a timestamp so many seconds after `START`."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
