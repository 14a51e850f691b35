# SPDX-License-Identifier: MIT
"""What is wrong with an object, and where; collected while the rules are applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Literal

import msgspec

from tasuki.base.canonical import Json
from tasuki.base.reasons import Reason, ReasonKind

Severity = Literal["error", "warning"]

Where = str | tuple["Where", str | int] | None
"""A place within an object as a chain of steps, outermost last; written out only when something is wrong there."""

CheckPattern = Callable[[str, str], Reason | None]
"""From a STIX pattern and the version of its language (`2.0`, `2.1`) to why it is none, or None where it is one."""

LookUp = Callable[[str], Mapping[str, Json] | None]
"""From an id to the object at hand, or None."""

_EXCERPT: Final = 80


class Problem(msgspec.Struct, frozen=True, gc=False):
    """One thing wrong with an object.

    Attributes:
        path: JSON Pointer within the object.
        rule: the clause that says so, such as `STIX 2.1 §3.2`.
        kind: what is wrong; `reason` joins it with `params`, which fill its sentence.
        severity: `error` breaks a MUST; `warning` is a SHOULD or something kept that the standard does not know.
    """

    path: str
    rule: str
    kind: ReasonKind
    params: Mapping[str, str | int]
    severity: Severity = "error"

    @property
    def reason(self) -> Reason:
        """What is wrong, in both languages; made when it is read, since most problems are only counted."""
        return Reason(kind=self.kind, params=self.params)


def is_valid(problems: tuple[Problem, ...]) -> bool:
    """Whether no problem is an error."""
    for problem in problems:  # noqa: SIM110 asked of every object of a feed; a generator costs three times this
        if problem.severity == "error":
            return False
    return True


class Findings(msgspec.Struct):
    """The problems found so far, and what the rules may ask beside the object itself.

    Attributes:
        prefix: JSON Pointer of the object within its document.
        container: the observables of the deprecated container the object stands in; its references are their keys.
        is_defanged: whether the object says that its addresses are defanged.
    """

    check_pattern: CheckPattern | None = None
    look_up: LookUp | None = None
    prefix: str = ""
    container: Mapping[str, Json] | None = None
    is_defanged: bool = False
    problems: list[Problem] = []

    def error(self, where: Where, section: str, kind: ReasonKind, **params: str | int) -> None:
        """Record that a MUST is broken."""
        path = self.prefix if where is None else self.prefix + pointer(where)
        self.problems.append(Problem(path, clause(section), kind, params))

    def advise(self, where: Where, section: str, kind: ReasonKind, **params: str | int) -> None:
        """Record a warning: a SHOULD, or something kept that the standard does not know."""
        path = self.prefix if where is None else self.prefix + pointer(where)
        self.problems.append(Problem(path, clause(section), kind, params, "warning"))


def pointer(where: Where) -> str:
    """Return a place as a JSON Pointer (RFC 6901)."""
    text = ""
    while where is not None:
        step: str | int
        where, step = (None, where) if isinstance(where, str) else where
        if type(step) is str and ("~" in step or "/" in step):
            step = step.replace("~", "~0").replace("/", "~1")
        text = f"/{step}{text}"
    return text


@cache
def clause(section: str) -> str:
    """Return how a rule is cited; what is no section of STIX 2.1 is cited as written."""
    return f"STIX 2.1 §{section}" if section[0].isdigit() else section


def excerpt(value: Json) -> str:
    """Return a value, cut short, for a sentence: text as it stands, everything else by its JSON type."""
    return value[:_EXCERPT] if isinstance(value, str) else json_type(value)


def json_type(value: Json) -> str:
    """Return the JSON type of a value, as RFC 8259 names it."""
    if value is None:
        return "null"
    names: dict[type, str] = {
        bool: "boolean",
        int: "integer",
        float: "number",
        str: "string",
        list: "array",
        dict: "object",
    }
    return names[type(value)]
