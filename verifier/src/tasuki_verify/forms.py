# SPDX-License-Identifier: MIT
"""The forms of members of signed statements: `docs/spec/envelope.md`, section Forms."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tasuki_verify.spelling import MAX_INTEGER
from tasuki_verify.words import WrongError

WORD: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
NODE: Final = re.compile(r"[A-Z]{3}/[a-z][a-z0-9-]{0,31}")
HASH: Final = re.compile(r"[0-9a-f]{64}")
KEY_ID: Final = re.compile(r"[0-9a-f]{32}")
MEMBER: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
TIME: Final = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_UUID_LENGTH = 36


class Statement:
    """A JSON object whose members are asked for one by one, each in its form; `what` names it in errors."""

    def __init__(self, value: Mapping[str, Any], what: str) -> None:
        """Read from `value`."""
        self.value = value
        self.what = what

    def member(self, name: str) -> Any:
        """Return a member, which must be there."""
        if name not in self.value:
            raise self.wrong(name)
        return self.value[name]

    def wrong(self, name: str) -> WrongError:
        """Return the error for a member that is missing or has another form."""
        return WrongError(
            f"{name} of the {self.what} is missing or has another form.",
            f"{self.what} の {name} がないか、形式が異なります。",
        )

    def whole(self, name: str, least: int) -> int:
        """Return an integer from `least` to 2^53 - 1."""
        value = self.member(name)
        if type(value) is not int or not least <= value <= MAX_INTEGER:
            raise self.wrong(name)
        return value

    def text(self, name: str, longest: int) -> str:
        """Return a text of at most `longest` characters (code points)."""
        value = self.member(name)
        if not isinstance(value, str) or len(value) > longest:
            raise self.wrong(name)
        return value

    def like(self, name: str, form: re.Pattern[str]) -> str:
        """Return a text that has a form."""
        value = self.member(name)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.wrong(name)
        return value

    def time(self, name: str) -> datetime:
        """Return a moment, written `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
        text = self.like(name, TIME)
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise self.wrong(name) from error

    def uuid(self, name: str) -> str:
        """Return a UUID in lower case with its hyphens."""
        text = self.text(name, _UUID_LENGTH)
        try:
            same = str(uuid.UUID(text)) == text
        except ValueError:
            same = False
        if not same:
            raise self.wrong(name)
        return text

    def nullable(self, name: str) -> bool:
        """Whether a member that must be there is null."""
        return self.member(name) is None

    def list_like(self, name: str, form: re.Pattern[str]) -> list[str]:
        """Return a list of texts that each have a form."""
        value = self.member(name)
        if not isinstance(value, list) or not all(isinstance(each, str) and form.fullmatch(each) for each in value):
            raise self.wrong(name)
        return value

    def key_ids(self) -> tuple[str, str]:
        """Return `sig_keys`: the id of the Ed25519 key and that of the ML-DSA-65 key."""
        match self.list_like("sig_keys", KEY_ID):
            case [ed25519, ml_dsa]:
                return ed25519, ml_dsa
            case _:
                raise self.wrong("sig_keys")
