# SPDX-License-Identifier: MIT
"""Policies: which logs, which witnesses, and how many of them must have cosigned.

Source: C2SP tlog-policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tasuki.base.errors import InputError
from tasuki.formats.tlog.note import ED25519, Note, VerifierKey, parse_key, verify_note
from tasuki.formats.tlog.numbers import decimal
from tasuki.formats.tlog.reasons import POLICY

NONE: Final = "none"
MAX_POLICY_BYTES: Final = 256 << 10
MAX_LINES: Final = 1000
_RESERVED: Final = frozenset({NONE, "all", "any"})
_LAST_CONTROL = 0x1F
_DELETE = 0x7F


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of witnesses and groups: it has cosigned when at least `threshold` members have."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When a checkpoint is good enough.

    Attributes:
        logs: keys of which one must have signed.
        witnesses: keys by their names in the policy.
        quorum: the witness or group that must have cosigned; `none` asks for nobody.
        urls: where witnesses are asked, by their names in the policy; those without an address are left out.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    urls: Mapping[str, str] = field(default_factory=dict)

    def cosigned_by(self, note: Note) -> frozenset[str]:
        """Return the names of the witnesses whose cosignatures on `note` hold."""
        return frozenset(name for name, key in self.witnesses.items() if _holds(note, key))

    def is_met_by(self, note: Note) -> bool:
        """Whether a log of the policy signed `note` and the quorum cosigned it."""
        signed = any(_holds(note, key) for key in self.logs)
        return signed and self.is_met_with(self.cosigned_by(note))

    def is_met_with(self, names: frozenset[str]) -> bool:
        """Whether the quorum is met once these witnesses cosigned."""
        return self._has(self.quorum, names)

    def _has(self, name: str, names: frozenset[str]) -> bool:
        # Groups name only what stands before them, so this ends; a name is in one group at most, so none counts twice.
        if name == NONE:
            return True
        group = self.groups.get(name)
        if group is None:
            return name in names
        return sum(self._has(member, names) for member in group.members) >= group.threshold


def parse_policy(raw: bytes) -> Policy:
    """Return the policy in `raw`.

    Raises:
        InputError: an unknown or malformed line, a name or key used twice, a threshold that cannot be met, a name
            not defined before it is used, not exactly one quorum.
    """
    if len(raw) > MAX_POLICY_BYTES:
        raise _wrong(0, f"{len(raw)} bytes")
    draft = _Draft()
    # Octets stand for themselves: names are never compared as Unicode.
    lines = raw.decode("latin-1").split("\n")
    if len(lines) > MAX_LINES:
        raise _wrong(0, f"{len(lines)} lines")
    for number, line in enumerate(lines, 1):
        _read(draft, number, line)
    if draft.quorum is None:
        raise _wrong(len(lines), "no quorum")
    _require_apart(draft, len(lines))
    return Policy(
        logs=tuple(draft.logs),
        witnesses=draft.witnesses,
        groups=draft.groups,
        quorum=draft.quorum,
        urls=draft.urls,
    )


def _require_apart(draft: _Draft, line: int) -> None:
    """Refuse a witness under the name or key of a log: a log must not vouch for itself."""
    names, keys = {log.name for log in draft.logs}, {log.key for log in draft.logs}
    if any(each.name in names or each.key in keys for each in draft.witnesses.values()):
        raise _wrong(line, "a witness with the name or key of a log")


@dataclass(slots=True)
class _Draft:
    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)
    urls: dict[str, str] = field(default_factory=dict)
    quorum: str | None = None

    def knows(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups


def _read(draft: _Draft, number: int, line: str) -> None:
    if any((ord(each) <= _LAST_CONTROL and each != "\t") or ord(each) == _DELETE for each in line):
        raise _wrong(number, "a control character")
    # A comment behind a line is tolerated, as the policies in use have them.
    words = _before_comment(line)
    if not words:
        return
    reader = _LINES.get(words[0])
    if reader is None:
        raise _wrong(number, f"the word {words[0][:24]}")
    reader(draft, number, words[1:])


def _before_comment(line: str) -> list[str]:
    words = [word for word in line.replace("\t", " ").split(" ") if word]
    comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]


def _log(draft: _Draft, number: int, words: list[str]) -> None:
    if len(words) not in (1, 2):
        raise _wrong(number, "a log without key")
    key = _key(number, words[0])
    if key.kind != ED25519 or any(key.key == other.key for other in draft.logs):
        raise _wrong(number, "a log key used twice or of another type")
    draft.logs.append(key)


def _witness(draft: _Draft, number: int, words: list[str]) -> None:
    if len(words) not in (2, 3):
        raise _wrong(number, "a witness without name or key")
    name, key = _new_name(draft, number, words[0]), _key(number, words[1])
    # One key is one witness, whatever it is called: a quorum counts keys, and nobody twice.
    if any(key.key == other.key for other in draft.witnesses.values()):
        raise _wrong(number, "a witness key used twice")
    draft.witnesses[name] = key
    if words[2:]:
        draft.urls[name] = words[2].encode("latin-1").decode("utf-8", "replace")


def _group(draft: _Draft, number: int, words: list[str]) -> None:
    name = _new_name(draft, number, words[0] if words else "")
    members = tuple(words[2:])
    if not members or len(set(members)) != len(members) or not all(draft.knows(each) for each in members):
        raise _wrong(number, "members that are missing, repeated or not defined before")
    if draft.grouped & set(members):
        raise _wrong(number, "a member of another group")
    threshold = {"all": len(members), "any": 1}.get(words[1]) or _number(number, words[1])
    if not 1 <= threshold <= len(members):
        raise _wrong(number, f"the threshold {threshold} of {len(members)}")
    draft.grouped.update(members)
    draft.groups[name] = Group(threshold=threshold, members=members)


def _quorum(draft: _Draft, number: int, words: list[str]) -> None:
    if draft.quorum is not None or len(words) != 1:
        raise _wrong(number, "a second quorum, or one without a name")
    if words[0] != NONE and not draft.knows(words[0]):
        raise _wrong(number, "a quorum not defined before")
    draft.quorum = words[0]


_LINES: Final[Mapping[str, Callable[[_Draft, int, list[str]], None]]] = {
    "log": _log,
    "witness": _witness,
    "group": _group,
    "quorum": _quorum,
}


def _new_name(draft: _Draft, number: int, name: str) -> str:
    if not name or name in _RESERVED or draft.knows(name):
        raise _wrong(number, f"the name {name[:24] or '-'}")
    return name


def _number(number: int, text: str) -> int:
    try:
        return decimal(text)
    except ValueError as error:
        raise _wrong(number, f"the threshold {text[:24]}") from error


def _key(number: int, text: str) -> VerifierKey:
    try:
        # Key names may hold UTF-8, which `latin-1` took apart above.
        return parse_key(text.encode("latin-1").decode("utf-8"))
    except (InputError, UnicodeDecodeError) as error:
        raise _wrong(number, "a key that is none") from error


def _holds(note: Note, key: VerifierKey) -> bool:
    try:
        verify_note(note, key)
    except InputError:
        return False
    return True


def _wrong(line: int, found: str) -> InputError:
    return InputError(POLICY.because(line=line, found=found))
