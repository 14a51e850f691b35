# SPDX-License-Identifier: MIT
"""Why something was refused, flagged or decided: a code, its parameters, and a sentence in both languages."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Language(StrEnum):
    """The languages in which every screen, reason and report exists."""

    EN = "en"
    JA = "ja"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One sentence in both languages, with the same `{placeholders}` in each."""

    en: str
    ja: str

    def in_language(self, language: Language) -> str:
        """Return the sentence in `language`, placeholders unfilled."""
        return self.ja if language is Language.JA else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonKind:
    """A kind of reason: a stable code that machines and partners see, and its text.

    Each room keeps its kinds as constants in its own `reasons.py`; `code` is `<room>.<what>` and never changes meaning.
    """

    code: str
    text: Text

    def because(self, **params: str | int) -> Reason:
        """Return a reason of this kind; `params` fill the placeholders of the text."""
        return Reason(kind=self, params=params)


def kind(code: str, *, en: str, ja: str) -> ReasonKind:
    """Return a reason kind; `en` and `ja` must use the same placeholders."""
    return ReasonKind(code=code, text=Text(en=en, ja=ja))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason: its kind and the values that fill its text. Params hold ids, names and numbers, never content."""

    kind: ReasonKind
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The stable code, for machines."""
        return self.kind.code

    def sentence(self, language: Language = Language.EN) -> str:
        """Return the reason as a sentence for people; a missing parameter shows as `?`."""
        return _Filler().vformat(self.kind.text.in_language(language), (), self.params)

    def as_json(self) -> dict[str, object]:
        """Return `{"code", "params", "en", "ja"}` for machine answers."""
        return {
            "code": self.code,
            "params": dict(self.params),
            "en": self.sentence(Language.EN),
            "ja": self.sentence(Language.JA),
        }


class _Filler(string.Formatter):
    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:  # noqa: ARG002
        return kwargs.get(str(key), "?")
