# SPDX-License-Identifier: MIT
"""Whether a translation fits the object it translates: same shapes, same list lengths, same version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix.problems import Findings, Where, excerpt, json_type

_MAX_PLACES: Final = 10_000
"""Places compared in one translation; real ones have a few dozen."""


def judge_translation(content: Mapping[str, Json], target: Mapping[str, Json], where: Where, out: Findings) -> None:
    """Record where the contents of a language-content object do not mirror the object they translate.

    A key the target lacks is worth a warning, since readers must ignore it; another shape or list length breaks a MUST.
    A translation of another version than the one at hand is out of date, and its shape cannot be asked.

    Source: STIX 2.1 section 7.1.1.
    """
    made_for, current = content.get("object_modified"), target.get("modified", target.get("created"))
    if isinstance(made_for, str) and isinstance(current, str) and made_for != current:
        out.advise(
            (where, "object_modified"),
            "7.1.1",
            why.TRANSLATION_OLD,
            found=excerpt(made_for),
            expected=excerpt(current),
        )
        return
    contents = content.get("contents")
    for tag, translated in contents.items() if isinstance(contents, dict) else ():
        if isinstance(translated, dict):
            _mirror(translated, dict(target), ((where, "contents"), tag), out)


def _mirror(translated: Json, original: Json, where: Where, out: Findings) -> None:
    stack: list[tuple[Json, Json, Where]] = [(translated, original, where)]
    places = 0
    while stack and places < _MAX_PLACES:
        one, other, place = stack.pop()
        places += 1
        if isinstance(one, dict) and isinstance(other, dict):
            for name, each in one.items():
                if name in other:
                    stack.append((each, other[name], (place, name)))
                else:
                    out.advise((place, name), "7.1.1", why.TRANSLATION_KEY, found=excerpt(name))
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                out.error(place, "7.1.1", why.TRANSLATION_LENGTH, expected=len(other), found=len(one))
                continue
            stack.extend((each, other[index], (place, index)) for index, each in enumerate(one) if each != "")
        elif json_type(one) != json_type(other):
            out.error(place, "7.1.1", why.TRANSLATION_TYPE, expected=json_type(other), found=json_type(one))
