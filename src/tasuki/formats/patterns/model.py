# SPDX-License-Identifier: MIT
"""A pattern as values: comparisons, how they join, observations, how they join, qualifiers.

Source: STIX 2.1 section 9. The names are the standard's. Nesting is bounded by the parser, so walking a pattern is too.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import msgspec


class Version(StrEnum):
    """The versions of the language; 2.0 has no EXISTS and lets START and STOP take a string."""

    V20 = "2.0"
    V21 = "2.1"


class Kind(StrEnum):
    """The kinds of constants (section 9.2)."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    BINARY = "binary"
    HEX = "hex"
    TIMESTAMP = "timestamp"


class Operator(StrEnum):
    """The comparison operators (section 9.6.1), as written."""

    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    IN = "IN"
    LIKE = "LIKE"
    MATCHES = "MATCHES"
    ISSUBSET = "ISSUBSET"
    ISSUPERSET = "ISSUPERSET"
    EXISTS = "EXISTS"


class Junction(StrEnum):
    """What joins expressions (sections 9.5.2 and 9.6); FOLLOWEDBY joins observations only."""

    AND = "AND"
    OR = "OR"
    FOLLOWEDBY = "FOLLOWEDBY"


Step: TypeAlias = str | int | None
"""One step of an object path: a property or key, an index of a list, or None for every item (`[*]`)."""


class Path(msgspec.Struct, frozen=True, gc=False):
    """An object path (section 9.7).

    Attributes:
        object_type: type of the cyber-observable object where the path starts.
        steps: what follows the colon; the first is a property.
    """

    object_type: str
    steps: tuple[Step, ...]


class Constant(msgspec.Struct, frozen=True, gc=False):
    """A constant (section 9.2).

    Attributes:
        kind: how it was written.
        value: text, number, truth, octets (binary and hex), or the timestamp as written.
    """

    kind: Kind
    value: str | int | float | bool | bytes


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """A comparison expression (section 9.6).

    Attributes:
        path: what is compared.
        operator: how.
        constants: with what: one; any number for IN; none for EXISTS.
        negated: whether NOT stands before the operator.
    """

    path: Path
    operator: Operator
    constants: tuple[Constant, ...] = ()
    negated: bool = False


class Compound(msgspec.Struct, frozen=True, gc=False):
    """Comparisons joined by AND or OR, at least two; an operand never has the same junction."""

    junction: Junction
    operands: tuple[ComparisonExpression, ...]


class Observation(msgspec.Struct, frozen=True, gc=False):
    """An observation expression: what stands between square brackets (section 9.5)."""

    expression: ComparisonExpression


class Joined(msgspec.Struct, frozen=True, gc=False):
    """Observation expressions joined by AND, OR or FOLLOWEDBY, at least two; an operand never has the same junction."""

    junction: Junction
    operands: tuple[ObservationExpression, ...]


class Within(msgspec.Struct, frozen=True, gc=False):
    """The qualifier WITHIN: all observations lie in a window of so many seconds (section 9.5.1)."""

    seconds: Decimal


class Repeats(msgspec.Struct, frozen=True, gc=False):
    """The qualifier REPEATS: the expression holds that often, each time on other observations (section 9.5.1)."""

    times: int


class StartStop(msgspec.Struct, frozen=True, gc=False):
    """The qualifier START STOP: observation times from `start` to before `stop`, both as written (section 9.5.1)."""

    start: str
    stop: str


Qualifier: TypeAlias = Within | Repeats | StartStop


class Qualified(msgspec.Struct, frozen=True, gc=False):
    """An observation expression with a qualifier."""

    operand: ObservationExpression
    qualifier: Qualifier


ComparisonExpression: TypeAlias = Comparison | Compound
ObservationExpression: TypeAlias = Observation | Joined | Qualified
Pattern: TypeAlias = ObservationExpression
