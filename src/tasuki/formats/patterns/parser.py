# SPDX-License-Identifier: MIT
"""Reading a pattern: the whole grammar, without recursion, with the place and the cure of every error.

The text is read once, left to right, one token ahead. Open parentheses lie on a stack of our own. A comparison in its
plain form (`path operator constant`, then AND, OR or `]`) is read by one linear expression; what that does not know
goes token by token, through the same grammar.

Source: STIX 2.1 section 9; STIX 2.0 part 5.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from tasuki.formats.patterns import reasons as why
from tasuki.formats.patterns.errors import PatternError
from tasuki.formats.patterns.hashes import algorithm_of, form_of, is_hash
from tasuki.formats.patterns.model import (
    Comparison,
    ComparisonExpression,
    Compound,
    Constant,
    Joined,
    Junction,
    Kind,
    Observation,
    ObservationExpression,
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
from tasuki.formats.patterns.tokens import (
    HYPHENATED,
    IDENTIFIER,
    SPACE,
    STRING,
    TIMESTAMP,
    Token,
    Tokens,
    shorten,
)

MAX_PATTERN: Final = 200_000
"""Characters of one pattern; the longest real one has 57 thousand."""

MAX_DEPTH: Final = 100
"""Levels of AND, OR, FOLLOWEDBY and qualifiers within each other. Mere parentheses do not count."""

MAX_STEPS: Final = 50
"""Steps of an object path; real ones have at most seven."""

_WS: Final = f"[{SPACE}]*+"
_END: Final = "(?![a-zA-Z0-9_-])"
_PATH: Final = (
    rf"({HYPHENATED}:(?:{IDENTIFIER}|{STRING})(?:\.(?:{IDENTIFIER}|{STRING})|\[(?:\*|0|[1-9][0-9]{{0,17}}+)\])*+)"
)
_PLAIN_NUMBER: Final = r"[+-]?(?:(?:0|[1-9][0-9]{0,17}+)(?![0-9.])|[0-9]{0,17}+\.[0-9]{1,17}+(?![0-9]))"
_STRETCH: Final = re.compile(
    rf"{_WS}((?:\({_WS})*+){_PATH}{_WS}(NOT{_END}{_WS})?+"
    rf"(==?|!=|<>|[<>]=?|LIKE{_END}|MATCHES{_END}|ISSUBSET{_END}|ISSUPERSET{_END}){_WS}"
    rf"(?:({STRING})|({_PLAIN_NUMBER})|(true{_END}|false{_END})|({TIMESTAMP})){_WS}((?:\){_WS})*+)(AND{_END}|OR{_END}|\])"
)
_OPENING: Final = re.compile(rf"{_WS}((?:\({_WS})*+)\[")
_PERIOD: Final = rf"(?:START{_END}{_WS}({TIMESTAMP}){_WS}STOP{_END}{_WS}({TIMESTAMP}){_WS})?+"
_CLOSING: Final = re.compile(rf"{_WS}{_PERIOD}((?:\){_WS})*+)(AND{_END}|OR{_END}|FOLLOWEDBY{_END}|\Z)")
_SINGLE: Final = re.compile(rf"{_WS}\[{_WS}{_PATH}{_WS}==?{_WS}({STRING}){_WS}\]{_WS}")

_OPERATORS: Final = {
    **{operator.value: operator for operator in Operator},
    "==": Operator.EQUAL,
    "<>": Operator.NOT_EQUAL,
}
_EQUAL: Final = Operator.EQUAL
_STRING: Final = Kind.STRING
_EQUALITIES: Final = (Operator.EQUAL, Operator.NOT_EQUAL)
_ORDERS: Final = (Operator.GREATER, Operator.LESS, Operator.AT_MOST, Operator.AT_LEAST)
_ON_STRINGS: Final = (Operator.LIKE, Operator.MATCHES, Operator.ISSUBSET, Operator.ISSUPERSET)
_PLAIN_PATH: Final = 200


def parse(text: str, version: Version = Version.V21) -> Pattern:
    """Return the pattern that a text writes; costs time in proportion to its length.

    Raises:
        PatternError: the text is no pattern of this version, is too long or nests too deeply; with place and advice.
    """
    match = _SINGLE.fullmatch(text)
    if match is not None and len(text) <= MAX_PATTERN and len(match[1]) <= _PLAIN_PATH:
        known, string = _PATHS[version](match[1]), match[2]
        if known is not None and (known.is_hash is None or known.is_hash(string, 1, len(string) - 1)):
            constant = Constant(_STRING, unquote(string) if "\\" in string else string[1:-1])
            return Observation(Comparison(known.path, _EQUAL, (constant,)))
    return _Parser(text, version).pattern()


def unquote(token: str) -> str:
    """Return the text a string constant stands for: without apostrophes, escapes resolved (section 9.2)."""
    return token[1:-1].replace("\\'", "'").replace("\\\\", "\\")


class _Level:
    """What was read since an opening bracket or parenthesis, by precedence: AND, then OR, then FOLLOWEDBY.

    Each entry is an expression and how deep it nests.
    """

    __slots__ = ("ands", "make", "ors", "sequence")

    def __init__(self, make: type[Compound | Joined]) -> None:
        self.make = make
        self.ands: list[tuple[Any, int]] = []
        self.ors: list[tuple[Any, int]] = []
        self.sequence: list[tuple[Any, int]] = []

    def close_ands(self) -> None:
        self.ors.append(self.ands[0] if len(self.ands) == 1 else self._join(Junction.AND, self.ands))
        self.ands = []

    def close_ors(self) -> None:
        self.close_ands()
        self.sequence.append(self.ors[0] if len(self.ors) == 1 else self._join(Junction.OR, self.ors))
        self.ors = []

    def close(self) -> tuple[Any, int]:
        self.close_ors()
        return self.sequence[0] if len(self.sequence) == 1 else self._join(Junction.FOLLOWEDBY, self.sequence)

    def _join(self, junction: Junction, items: Sequence[tuple[Any, int]]) -> tuple[Any, int]:
        """Join items; what is joined the same way already becomes one with its surroundings (all three associate)."""
        operands: list[Any] = []
        deepest = 0
        for item, depth in items:
            if type(item) is self.make and item.junction is junction:
                operands += item.operands
                deepest = max(deepest, depth - 1)
            else:
                operands.append(item)
                deepest = max(deepest, depth)
        return self.make(junction, tuple(operands)), deepest + 1


class _Parser:
    """One reading of one text; `plain=False` reads everything by tokens, as a test of the other way."""

    __slots__ = ("end", "plain", "text", "tokens", "version")

    def __init__(self, text: str, version: Version, *, plain: bool = True) -> None:
        if len(text) > MAX_PATTERN:
            raise PatternError(why.TOO_LONG.because(limit=MAX_PATTERN, found=len(text)), MAX_PATTERN)
        self.text = text
        self.version = version
        self.plain = plain
        self.tokens = Tokens(text, version)
        self.end = 0

    def pattern(self) -> Pattern:
        levels = [_Level(Joined)]
        at: int | None = 0
        while at is not None:
            at = self._observation(levels, at)
        return self._bounded(levels[0])[0]  # type: ignore[no-any-return]

    def path(self) -> tuple[Path, str | None]:
        """Read the object path where the tokens stand; return it and the hash algorithm whose value it names."""
        tokens = self.tokens
        object_type = tokens.lexeme
        if tokens.kind not in (Token.NAME, Token.HYPHENATED_NAME):
            tokens.fail(why.EXPECTED_COMPARISON)
        tokens.advance()
        if not tokens.take_sign(":"):
            tokens.fail(why.EXPECTED_COLON)
        steps: list[Step] = [self._property()]
        while True:
            if tokens.take_sign("."):
                steps.append(self._property())
            elif tokens.take_sign("["):
                steps.append(self._index())
            else:
                if len(steps) > MAX_STEPS:
                    tokens.refuse(why.LONG_PATH, tokens.start, limit=MAX_STEPS, count=len(steps))
                path = Path(object_type, tuple(steps))
                return path, algorithm_of(path)

    def _bounded(self, level: _Level) -> tuple[Any, int]:
        expression, depth = level.close()
        if depth > MAX_DEPTH:
            self.tokens.refuse(why.TOO_DEEP, max(self.end, self.tokens.start), limit=MAX_DEPTH)
        return expression, depth

    def _goes_on(self, level: _Level, last: Junction) -> bool:
        """Whether a junction follows; if so, close what binds tighter. `last` is the loosest that may stand here."""
        tokens = self.tokens
        if tokens.kind is not Token.KEYWORD:
            return False
        word = tokens.lexeme
        if word == "OR":
            level.close_ands()
        elif word == last.value:
            level.close_ors()
        elif word != "AND":
            return False
        tokens.advance()
        return True

    def _observation(self, levels: list[_Level], at: int) -> int | None:
        """Read from `at` to behind the next AND, OR or FOLLOWEDBY; return where the next begins, None at the end."""
        opening = _OPENING.match(self.text, at) if self.plain else None
        if opening is None:
            self._open_by_tokens(levels, at)
        else:
            if opening[1]:
                levels += [_Level(Joined) for _ in range(opening[1].count("("))]
            self.end = opening.end()
        expression, depth = self._bracketed(self.end)
        observation: ObservationExpression = Observation(expression)
        closing = _CLOSING.match(self.text, self.end) if self.plain else None
        left = 0 if closing is None else len(levels) - closing[3].count(")")
        if closing is None or left < 1 or (not closing[4] and left > 1):
            return self._close_by_tokens(levels, observation, depth + 1)
        start, stop, _, then = closing.groups()
        if start is not None:
            observation, depth = Qualified(observation, StartStop(start[2:-1], stop[2:-1])), depth + 1
        levels[-1].ands.append((observation, depth + 1))
        while len(levels) > left:
            levels[-2].ands.append(self._bounded(levels.pop()))
        if then == "OR":
            levels[-1].close_ands()
        elif then == "FOLLOWEDBY":
            levels[-1].close_ors()
        return closing.end() if then else None

    def _open_by_tokens(self, levels: list[_Level], at: int) -> None:
        tokens = self.tokens
        tokens.move(at)
        if tokens.ended() and at == 0:
            raise PatternError(why.EMPTY.because(), 0)
        while tokens.take_sign("("):
            levels.append(_Level(Joined))
        if tokens.kind is not Token.SIGN or tokens.lexeme != "[":
            tokens.fail(why.NO_BRACKETS if at == 0 else why.EXPECTED_OBSERVATION)
        self.end = tokens.end

    def _close_by_tokens(self, levels: list[_Level], observation: ObservationExpression, depth: int) -> int | None:
        tokens = self.tokens
        tokens.move(self.end)
        levels[-1].ands.append(self._qualified(observation, depth, once=self.version is Version.V21))
        while not self._goes_on(levels[-1], Junction.FOLLOWEDBY):
            if len(levels) == 1:
                if not tokens.ended():
                    tokens.fail(why.EXPECTED_END)
                return None
            if not tokens.take_sign(")"):
                tokens.fail(why.EXPECTED_GROUP_END)
            group, deep = self._bounded(levels.pop())
            levels[-1].ands.append(self._qualified(group, deep, once=False))
        return tokens.start

    def _bracketed(self, at: int) -> tuple[ComparisonExpression, int]:
        """Read the comparisons between `[`, which ends at `at`, and `]`, behind which `end` is left."""
        levels = [_Level(Compound)]
        going: int | None = at
        while going is not None:
            going = self._stretches(levels, going) if self.plain else self._stretch_by_tokens(levels, going)
        return self._bounded(levels[0])

    def _stretches(self, levels: list[_Level], at: int) -> int | None:
        """Read plain stretches from `at` on as long as they come, and the one that ends them by tokens.

        A stretch is one comparison, the parentheses around it, and the AND, OR or `]` behind it. Return where the next
        one begins, or None after `]`. This is the hot loop of reading, hence its plain form.
        """
        text, known_path = self.text, _PATHS[self.version]
        while match := _STRETCH.match(text, at):
            opened, name, negation, sign, string, number, truth, moment, closed, then = match.groups()
            known = known_path(name) if len(name) <= _PLAIN_PATH else None
            if known is None:
                break
            operator = _OPERATORS[sign]
            if string is None:
                constant = None if known.algorithm else _plain_constant(operator, number, truth, moment)
                if constant is None:
                    break
            elif known.is_hash is None or operator in _ON_STRINGS or known.is_hash(string, 1, len(string) - 1):
                constant = Constant(_STRING, unquote(string) if "\\" in string else string[1:-1])
            else:
                break
            left = len(levels) + opened.count("(") - closed.count(")") if opened or closed else len(levels)
            if left < 1 or (left > 1 and then == "]"):
                break
            entry = (Comparison(known.path, operator, (constant,), negation is not None), 0)
            if opened or closed:
                self.end = at
                self._grouped(levels, entry, opened.count("("), closed.count(")"))
            else:
                levels[-1].ands.append(entry)
            at = match.end()
            if then == "OR":
                levels[-1].close_ands()
            elif then == "]":
                self.end = at
                return None
        return self._stretch_by_tokens(levels, at)

    def _grouped(self, levels: list[_Level], entry: tuple[Comparison, int], opened: int, closed: int) -> None:
        levels += [_Level(Compound) for _ in range(opened)]
        levels[-1].ands.append(entry)
        for _ in range(closed):
            levels[-2].ands.append(self._bounded(levels.pop()))

    def _stretch_by_tokens(self, levels: list[_Level], at: int) -> int | None:
        tokens = self.tokens
        tokens.move(at)
        while tokens.take_sign("("):
            levels.append(_Level(Compound))
        levels[-1].ands.append((self._comparison(), 0))
        while not self._goes_on(levels[-1], Junction.OR):
            if len(levels) == 1:
                if tokens.kind is not Token.SIGN or tokens.lexeme != "]":
                    tokens.fail(why.EXPECTED_BRACKET_END)
                self.end = tokens.end
                return None
            if not tokens.take_sign(")"):
                tokens.fail(why.EXPECTED_PARENTHESIS_END)
            levels[-2].ands.append(self._bounded(levels.pop()))
        return tokens.start

    def _comparison(self) -> Comparison:
        tokens = self.tokens
        if tokens.take_keyword("NOT"):
            if not tokens.take_keyword("EXISTS"):
                tokens.fail(why.EXPECTED_EXISTS)
            return Comparison(self.path()[0], Operator.EXISTS, (), negated=True)
        if tokens.take_keyword("EXISTS"):
            return Comparison(self.path()[0], Operator.EXISTS)
        path, algorithm = self.path()
        negated = tokens.take_keyword("NOT")
        operator = self._operator()
        if operator is Operator.IN:
            constants = self._list(algorithm)
        elif operator in _ON_STRINGS:
            if tokens.kind is not Token.STRING:
                tokens.fail(why.EXPECTED_STRING)
            constants = (self._constant(None),)
        else:
            if operator in _ORDERS and tokens.lexeme in ("true", "false"):
                tokens.fail(why.EXPECTED_ORDERED)
            constants = (self._constant(algorithm),)
        return Comparison(path, operator, constants, negated)

    def _property(self) -> str:
        tokens = self.tokens
        name = tokens.lexeme
        if tokens.kind is Token.STRING:
            name = unquote(name)
        elif tokens.kind is Token.KEYWORD:
            tokens.fail(why.RESERVED_PROPERTY)
        elif tokens.kind is Token.HYPHENATED_NAME:
            tokens.fail(why.QUOTE_PROPERTY)
        elif tokens.kind is not Token.NAME:
            tokens.fail(why.EXPECTED_PROPERTY)
        tokens.advance()
        return name

    def _index(self) -> int | None:
        tokens = self.tokens
        index: int | None = None
        if tokens.kind is Token.INTEGER:
            index = int(tokens.lexeme)
            tokens.advance()
        elif not tokens.take_sign("*"):
            tokens.fail(why.EXPECTED_INDEX)
        if not tokens.take_sign("]"):
            tokens.fail(why.EXPECTED_INDEX_END)
        return index

    def _operator(self) -> Operator:
        tokens = self.tokens
        operator = _OPERATORS.get(tokens.lexeme)
        if tokens.kind not in (Token.SIGN, Token.KEYWORD) or operator is None or operator is Operator.EXISTS:
            tokens.fail(why.EXPECTED_OPERATOR)
        tokens.advance()
        return operator

    def _list(self, algorithm: str | None) -> tuple[Constant, ...]:
        tokens = self.tokens
        if not tokens.take_sign("("):
            tokens.fail(why.EXPECTED_LIST)
        if tokens.take_sign(")"):
            return ()
        constants = [self._constant(algorithm)]
        while not tokens.take_sign(")"):
            if not tokens.take_sign(","):
                tokens.fail(why.EXPECTED_LIST_END)
            constants.append(self._constant(algorithm))
        return tuple(constants)

    def _constant(self, algorithm: str | None) -> Constant:
        tokens = self.tokens
        constant = _CONSTANTS[tokens.kind](tokens.lexeme) if tokens.kind in _CONSTANTS else None
        if tokens.lexeme in ("true", "false"):
            constant = Constant(Kind.BOOLEAN, tokens.lexeme == "true")
        if constant is None:
            tokens.fail(why.EXPECTED_CONSTANT)
        if algorithm is not None and (constant.kind is not Kind.STRING or not is_hash(algorithm, constant.value)):
            tokens.refuse(why.BAD_HASH, tokens.start, algorithm=algorithm, found=shorten(tokens.lexeme))
        tokens.advance()
        return constant

    def _qualified(
        self, expression: ObservationExpression, depth: int, *, once: bool
    ) -> tuple[ObservationExpression, int]:
        """Read the qualifiers of an expression; `once` refuses two of a kind (section 9.5.1)."""
        tokens = self.tokens
        seen: set[type[Qualifier]] = set()
        while tokens.kind is Token.KEYWORD:
            start, word = tokens.start, tokens.lexeme
            qualifier = self._qualifier()
            if qualifier is None:
                break
            if once and type(qualifier) in seen:
                tokens.refuse(why.REPEATED_QUALIFIER, start, word=word)
            seen.add(type(qualifier))
            expression = Qualified(expression, qualifier)
            depth += 1
            if depth > MAX_DEPTH:
                tokens.refuse(why.TOO_DEEP, start, limit=MAX_DEPTH)
        return expression, depth

    def _qualifier(self) -> Qualifier | None:
        tokens = self.tokens
        if tokens.take_keyword("WITHIN"):
            seconds = tokens.lexeme
            if tokens.kind not in (Token.INTEGER, Token.FLOAT) or seconds[0] == "-":
                tokens.fail(why.EXPECTED_DURATION)
            tokens.advance()
            self._word("SECONDS")
            return Within(Decimal(seconds))
        if tokens.take_keyword("REPEATS"):
            times = tokens.lexeme
            if tokens.kind is not Token.INTEGER or times[0] == "-":
                tokens.fail(why.EXPECTED_COUNT)
            tokens.advance()
            self._word("TIMES")
            return Repeats(int(times))
        if tokens.take_keyword("START"):
            start = self._moment()
            self._word("STOP")
            return StartStop(start, self._moment())
        return None

    def _word(self, word: str) -> None:
        if not self.tokens.take_keyword(word):
            self.tokens.fail(why.EXPECTED_WORD, word=word)

    def _moment(self) -> str:
        """Read a timestamp; 2.0 also writes it as a string."""
        tokens = self.tokens
        token = tokens.lexeme
        if tokens.kind is Token.STRING and self.version is Version.V20:
            token = f"t{token}"
            if not _MOMENT.fullmatch(token):
                tokens.refuse(why.BAD_TIMESTAMP, tokens.start, found=shorten(tokens.lexeme))
        elif tokens.kind is not Token.TIMESTAMP:
            tokens.fail(why.EXPECTED_TIMESTAMP)
        tokens.advance()
        return token[2:-1]


_MOMENT: Final = re.compile(TIMESTAMP)
_CONSTANTS: Final[dict[Token, Callable[[str], Constant]]] = {
    Token.STRING: lambda token: Constant(Kind.STRING, unquote(token)),
    Token.INTEGER: lambda token: Constant(Kind.INTEGER, int(token)),
    Token.FLOAT: lambda token: Constant(Kind.FLOAT, float(token)),
    Token.TIMESTAMP: lambda token: Constant(Kind.TIMESTAMP, token[2:-1]),
    Token.HEX: lambda token: Constant(Kind.HEX, bytes.fromhex(token[2:-1])),
    Token.BINARY: lambda token: Constant(Kind.BINARY, base64.b64decode(token[2:-1])),
}


def _plain_constant(operator: Operator, number: str | None, truth: str | None, moment: str | None) -> Constant | None:
    """Return the constant of a plain comparison that is no string, or None where the operator does not take it."""
    if operator in _ON_STRINGS:
        return None
    if number is not None:
        return Constant(Kind.FLOAT, float(number)) if "." in number else Constant(Kind.INTEGER, int(number))
    if moment is not None:
        return Constant(Kind.TIMESTAMP, moment[2:-1])
    return Constant(Kind.BOOLEAN, truth == "true") if operator in _EQUALITIES else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A path that was read before, the hash algorithm whose value it names, and the test of such a value."""

    path: Path
    algorithm: str | None
    is_hash: Callable[[str, int, int], re.Match[str] | None] | None


def _paths_of(version: Version) -> Callable[[str], _Known | None]:
    """Return a reader of paths in their plain form; patterns name few paths, over and over, so it remembers them."""

    @lru_cache(maxsize=4096)
    def known_path(name: str) -> _Known | None:
        try:
            reader = _Parser(name, version)
            reader.tokens.advance()
            path, algorithm = reader.path()
        except PatternError:
            return None
        return _Known(
            path=path, algorithm=algorithm, is_hash=None if algorithm is None else form_of(algorithm).fullmatch
        )

    return known_path


_PATHS: Final = {version: _paths_of(version) for version in Version}
