# SPDX-License-Identifier: MIT
"""The mirror: pages of leaves on the wire, and what a leaf of the partner's log must say to be cosigned.

Wire forms: docs/spec/ledger.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, PeerError, TasukiError
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.model import SALT_BYTES, Leaf
from tasuki.core.ledger.periods import PERIOD_OPENED, read_turn
from tasuki.formats.json import strict
from tasuki.formats.suites.fields import Fields
from tasuki.formats.tlog.base64s import decode, encode
from tasuki.formats.tlog.merkle import HASH_BYTES
from tasuki.formats.tlog.numbers import MAX_SIZE

MAX_PAGE: Final = 1000
"""Leaves in one request: some 700 kB."""

MAX_PAGE_BYTES: Final = 8 << 20
"""One request."""

MAX_BODY_BYTES: Final = 4 << 10
"""The body of one leaf: ids, hashes and numbers; the largest of ours takes 0.5 kB."""

MAX_STATE_BYTES: Final = 8 << 10
"""The answer to a page."""

SENT: Final = "envelope-sent"
ISSUED: Final = "receipt-issued"
HELD: Final = "receipt-held"

KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
"""The form of the kind of a leaf."""

_MAX_SAID = 600
_PLACE: Final = ("env_hash", "lane", "epoch", "seq")
_RECEIPT: Final = ("status", "receipt_hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Leaves of one log, from index `start` on; an empty one asks how far the mirror is."""

    log: str
    start: int
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorState:
    """What the partner holds of our log.

    Attributes:
        size: leaves mirrored; `root` is the root over them.
        witnessed: size of the last checkpoint it cosigned.
        periods: periods of the log it mirrors; None from a partner of the previous release, which knows of none.
        refused: (code, English, Japanese) of why it took none of a page; None where it did.
    """

    size: int
    root: bytes
    witnessed: int
    refused: tuple[str, str, str] | None
    periods: int | None = None


def write_page(log: str, start: int, leaves: Sequence[Leaf]) -> dict[str, Json]:
    """Return the message that carries leaves of a log."""
    rows: list[Json] = [{"kind": leaf.kind, "salt": encode(leaf.salt), "body": dict(leaf.body)} for leaf in leaves]
    return {"log": log, "start": start, "leaves": rows}


def read_page(raw: bytes) -> Page:
    """Return the page in `raw`; every leaf has its form, whether it is true is another question.

    Raises:
        InputError: another form; none of the leaves counts then.
    """
    value = strict.loads(raw, max_bytes=MAX_PAGE_BYTES)
    if not isinstance(value, dict) or set(value) != {"log", "start", "leaves"}:
        raise _malformed("another message")
    log, start, rows = value["log"], value["start"], value["leaves"]
    if not isinstance(log, str) or not _is_size(start) or not isinstance(rows, list) or len(rows) > MAX_PAGE:
        raise _malformed("log, start or leaves of another form")
    leaves = tuple(_leaf(index, row) for index, row in enumerate(rows, int(str(start))))
    return Page(log=log, start=int(str(start)), leaves=leaves)


def _leaf(index: int, row: Json) -> Leaf:
    if not isinstance(row, dict) or set(row) != {"kind", "salt", "body"}:
        raise _malformed(f"leaf {index} with other members")
    kind, salt, body = row["kind"], row["salt"], row["body"]
    if not isinstance(kind, str) or not KIND.fullmatch(kind) or not isinstance(body, dict):
        raise _malformed(f"leaf {index} with another kind or body")
    try:
        raw_salt = decode(salt) if isinstance(salt, str) else b""
        size = len(canonical(body))
    except ValueError as error:
        raise _malformed(f"leaf {index}: {error}"[:120]) from error
    if len(raw_salt) != SALT_BYTES or size > MAX_BODY_BYTES:
        raise _malformed(f"leaf {index} with a salt of {len(raw_salt)} and a body of {size} bytes")
    leaf = Leaf(index=index, kind=kind, salt=raw_salt, body=body)
    if kind == PERIOD_OPENED:
        read_turn(body)
    elif kind in _READERS:
        _read_known(leaf)
    return leaf


def _read_known(leaf: Leaf) -> None:
    fields = Fields(leaf.body, "leaf")
    try:
        fields.uuid("env_id")
        fields.hash("env_hash")
        fields.word("lane")
        fields.integer("epoch", 1)
        fields.integer("seq", 1)
        if leaf.kind != SENT:
            fields.word("status")
            fields.hash("receipt_hash")
        if leaf.kind == HELD:
            fields.integer("log_index", 0)
    except PeerError as error:
        raise _malformed(f"leaf {leaf.index}: {error.reason.params.get('field')}") from error


def write_state(state: MirrorState) -> dict[str, Json]:
    """Return the message that says how far a mirror is."""
    refused: dict[str, Json] = {}
    if state.refused is not None:
        code, en, ja = state.refused
        refused = {"code": code, "en": en[:_MAX_SAID], "ja": ja[:_MAX_SAID]}
    written: dict[str, Json] = {
        "size": state.size,
        "root": encode(state.root),
        "witnessed": state.witnessed,
        "refused": refused,
    }
    return written if state.periods is None else {**written, "periods": state.periods}


def read_state(raw: bytes, partner: str) -> MirrorState:
    """Return what a partner answered to a page.

    Raises:
        PeerError: another form.
    """
    try:
        value = strict.loads(raw, max_bytes=MAX_STATE_BYTES)
        if not isinstance(value, dict):
            raise _strange(partner, "no object")
        fields = Fields(value, "mirror state")
        root = decode(fields.text("root", 44))
        said = value.get("refused")
        if not isinstance(said, dict):
            raise _strange(partner, "a refusal of another form")
        state = MirrorState(
            size=fields.integer("size", 0),
            root=root,
            witnessed=fields.integer("witnessed", 0),
            refused=_refused(said) if said else None,
            periods=fields.integer("periods", 0) if "periods" in value else None,
        )
    except (TasukiError, ValueError) as error:
        raise _strange(partner, str(error)[:120]) from error
    if len(root) != HASH_BYTES or state.witnessed > state.size:
        raise _strange(partner, "sizes that cannot be")
    return state


def contradiction(leaf: Leaf, ours: Mapping[str, Sequence[Leaf]], taken: str | None) -> str | None:
    """Return which member of a leaf of the partner our own log contradicts; None where it contradicts none.

    Args:
        leaf: of a known kind or another; of another kind nothing can be contradicted.
        ours: leaves of our log about the same envelope, by kind.
        taken: the envelope that took the leaf's lane, epoch and number here; None where none did.
    """
    reader = _READERS.get(leaf.kind)
    return None if reader is None else reader(leaf, ours, taken)


def is_seen(leaf: Leaf, ours: Mapping[str, Sequence[Leaf]]) -> bool:
    """Whether our own log has what an uncontradicted leaf of the partner speaks of, so that it is confirmed."""
    if leaf.kind == PERIOD_OPENED:
        # It speaks of the log itself, and was held against it when it was mirrored.
        return True
    counterpart = {SENT: ISSUED, ISSUED: HELD, HELD: ISSUED}.get(leaf.kind)
    return counterpart is not None and bool(ours.get(counterpart))


def _sent(leaf: Leaf, ours: Mapping[str, Sequence[Leaf]], taken: str | None) -> str | None:
    """They sent us an envelope: it may still be under way, but its number can be no other's."""
    if taken is not None and taken != leaf.body["env_id"]:
        return "seq"
    received = ours.get(ISSUED, ())
    return _closest(leaf, received, _PLACE) if received else None


def _issued(leaf: Leaf, ours: Mapping[str, Sequence[Leaf]], _taken: str | None) -> str | None:
    """They gave a receipt: for an envelope we sent, and the receipt we hold is that one, where they promised it.

    Who is put back and lost a receipt that never arrived gives another one later, and logs it behind the first.
    """
    wrong = _closest(leaf, ours.get(SENT, ()), _PLACE)
    held = ours.get(HELD, ())
    if wrong is not None or not held:
        return wrong
    promised = [each for each in held if each.body.get("log_index") == leaf.index]
    if promised:
        return _closest(leaf, promised, _RECEIPT)
    later = [each for each in held if _index(each) > leaf.index]
    return _closest(leaf, later, ("status",)) if later else "log_index"


def _index(held: Leaf) -> int:
    value = held.body.get("log_index")
    return value if isinstance(value, int) else -1


def _held(leaf: Leaf, ours: Mapping[str, Sequence[Leaf]], _taken: str | None) -> str | None:
    """They hold a receipt: we gave it, and it stands in our log where they say."""
    issued = ours.get(ISSUED, ())
    wrong = _closest(leaf, issued, (*_PLACE, *_RECEIPT))
    if wrong is not None or any(each.index == leaf.body["log_index"] for each in issued):
        return wrong
    return "log_index"


def _closest(leaf: Leaf, ours: Sequence[Leaf], members: Sequence[str]) -> str | None:
    """Return the first member in which `leaf` differs from every one of ours; `env_id` where there is none."""
    wrong = "env_id"
    for each in ours:
        differing = [member for member in members if each.body.get(member) != leaf.body.get(member)]
        if not differing:
            return None
        wrong = differing[0]
    return wrong


_READERS: Final = {SENT: _sent, ISSUED: _issued, HELD: _held}
"""What the partner may say of both of us, by the kind of leaf."""

KNOWN: Final = frozenset(_READERS)
"""Kinds of leaves that stand in pair logs in this version."""


def _refused(value: Mapping[str, Json]) -> tuple[str, str, str]:
    fields = Fields(value, "mirror state")
    return fields.text("code", 80), fields.text("en", _MAX_SAID), fields.text("ja", _MAX_SAID)


def _is_size(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIZE


def _malformed(found: str) -> InputError:
    return InputError(why.MIRROR_LEAF.because(found=found))


def _strange(partner: str, found: str) -> PeerError:
    return PeerError(why.MIRROR_ANSWER.because(partner=partner, found=found))
