# SPDX-License-Identifier: MIT
"""The wire forms of a recovery: JSON objects with closed lists of members, bounded in every direction.

Wire forms: docs/spec/recover.md.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError, PeerError, TasukiError
from tasuki.core.channel.model import LANES, LaneState
from tasuki.core.ledger.mirror import MAX_PAGE
from tasuki.core.ledger.model import SALT_BYTES, Leaf
from tasuki.core.recovery import reasons as why
from tasuki.core.recovery.copies import Copy, Step
from tasuki.core.recovery.model import VERSION, Answer, Got, LaneAsked, LaneTold, Question, Sent
from tasuki.formats.json import strict
from tasuki.formats.tlog.merkle import HASH_BYTES

MAX_QUESTION_BYTES: Final = 16 << 10
MAX_ANSWER_BYTES: Final = 16 << 20

MAX_RECEIPTS: Final = 200
"""Receipts, and envelopes taken, in one answer: some five kilobytes each."""

MAX_GOT: Final = 5_000
"""Ids in one answer."""

MAX_MISSING: Final = 5_000
"""Numbers of one lane whose envelopes neither side has: who lost more must agree a new epoch."""

MAX_COSIGNED: Final = 16
"""Checkpoints in one answer: one for each period that the asking node may have lost."""

_MAX_BLOB: Final = 2 << 20
_MAX_NUMBER: Final = 2**53 - 1
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_WORD: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

T = TypeVar("T")


def write_question(question: Question) -> dict[str, Json]:
    """Return the message that asks."""
    return {
        "v": VERSION,
        "restored": question.restored,
        "size": question.size,
        "mirror": question.mirror,
        "got_after": question.got_after,
        "resend": question.resend,
        "copy": {
            "number": question.step.shown.number,
            "token": question.step.shown.token,
            "next": question.step.proposed,
        },
        "lanes": [
            {
                "lane": each.lane,
                "epoch_in": each.epoch_in,
                "next_in": each.next_in,
                "receipts_from": each.receipts_from,
                "epoch_out": each.epoch_out,
                "next_out": each.next_out,
                "sent_from": each.sent_from,
            }
            for each in question.lanes
        ],
    }


def read_question(raw: bytes) -> Question:
    """Return the question in `raw`.

    Raises:
        InputError: another form.
    """
    reader = _Reader(lambda found: InputError(why.STRANGE_QUESTION.because(found=found)))
    with_copy = reader.whole(raw, MAX_QUESTION_BYTES, "v restored size mirror got_after resend copy lanes")
    copy = reader.members(with_copy["copy"], "number token next")
    restored = reader.flag(with_copy, "restored")
    shown = Copy(number=reader.number(copy, "number"), token=reader.token(copy, "token", empty=True))
    return Question(
        restored=restored,
        size=reader.number(with_copy, "size"),
        mirror=reader.number(with_copy, "mirror"),
        got_after=reader.number(with_copy, "got_after"),
        resend=reader.flag(with_copy, "resend"),
        step=Step(shown=shown, proposed=reader.token(copy, "next"), restored=restored),
        lanes=tuple(reader.rows(with_copy, "lanes", len(LANES), lambda row: _lane_asked(reader, row))),
    )


def _lane_asked(reader: _Reader, row: Json) -> LaneAsked:
    lane = reader.members(row, "lane epoch_in next_in receipts_from epoch_out next_out sent_from")
    return LaneAsked(
        lane=reader.lane(lane),
        epoch_in=reader.number(lane, "epoch_in", 1),
        next_in=reader.number(lane, "next_in", 1),
        receipts_from=reader.number(lane, "receipts_from", 1),
        epoch_out=reader.number(lane, "epoch_out", 1),
        next_out=reader.number(lane, "next_out", 1),
        sent_from=reader.number(lane, "sent_from", 1),
    )


def write_answer(answer: Answer, log: str) -> dict[str, Json]:
    """Return the message that answers; `log` is the origin of the log whose leaves it holds."""
    refused: dict[str, Json] = {}
    if answer.refused is not None:
        code, en, ja = answer.refused
        refused = {"code": code, "en": en, "ja": ja}
    return {
        "v": VERSION,
        "closed": answer.closed,
        "copy": answer.number,
        "log": log,
        "size": answer.size,
        "root": _encode(answer.root),
        "note": _encode(answer.note),
        "leaves": _leaves(answer.leaves),
        "theirs": _leaves(answer.theirs),
        "cosigned": [_encode(each) for each in answer.cosigned],
        "lanes": [
            {
                "lane": each.lane,
                "taken_epoch": each.taken.epoch,
                "taken_next": each.taken.next_seq,
                "taken_prev": each.taken.prev or "",
                "epoch": each.epoch,
                "sealed": each.sealed,
                "missing": [*each.missing],
            }
            for each in answer.lanes
        ],
        "receipts": [_encode(each) for each in answer.receipts],
        "sent": [
            {
                "env_id": each.env_id,
                "env_hash": each.env_hash,
                "lane": each.lane,
                "epoch": each.epoch,
                "seq": each.seq,
                "type": each.type,
                "receipt": _encode(each.receipt),
                "body": _encode(each.body),
            }
            for each in answer.sent
        ],
        "got": [{"id": each.stix_id, "audiences": [*each.audiences], "position": each.position} for each in answer.got],
        "refused": refused,
    }


def _leaves(leaves: Iterable[Leaf]) -> list[Json]:
    return [{"kind": leaf.kind, "salt": _encode(leaf.salt), "body": dict(leaf.body)} for leaf in leaves]


def read_answer(raw: bytes, partner: str, question: Question) -> Answer:
    """Return what a partner answered to a question.

    Raises:
        PeerError: another form.
    """
    reader = _Reader(lambda found: PeerError(why.STRANGE_ANSWER.because(partner=partner, found=found)))
    said = reader.whole(
        raw,
        MAX_ANSWER_BYTES,
        "v closed copy log size root note leaves theirs cosigned lanes receipts sent got refused",
    )
    root = reader.blob(said, "root")
    if len(root) != HASH_BYTES:
        raise reader.wrong("a root of another length")
    return Answer(
        closed=reader.flag(said, "closed"),
        number=reader.number(said, "copy"),
        size=reader.number(said, "size"),
        root=root,
        note=reader.blob(said, "note"),
        leaves=_numbered(reader, said, "leaves", question.size),
        theirs=_numbered(reader, said, "theirs", question.mirror),
        cosigned=tuple(reader.rows(said, "cosigned", MAX_COSIGNED, reader.decoded)),
        lanes=tuple(reader.rows(said, "lanes", len(LANES), lambda row: _lane_told(reader, row))),
        receipts=tuple(reader.rows(said, "receipts", MAX_RECEIPTS, reader.decoded)),
        sent=tuple(reader.rows(said, "sent", MAX_RECEIPTS, lambda row: _sent(reader, row))),
        got=tuple(reader.rows(said, "got", MAX_GOT, lambda row: _got(reader, row))),
        refused=_refused(reader, said["refused"]),
    )


def _numbered(reader: _Reader, said: Mapping[str, Json], name: str, start: int) -> tuple[Leaf, ...]:
    rows = reader.rows(said, name, MAX_PAGE, lambda row: _leaf(reader, row))
    return tuple(
        Leaf(index=index, kind=kind, salt=salt, body=body) for index, (kind, salt, body) in enumerate(rows, start)
    )


def _leaf(reader: _Reader, row: Json) -> tuple[str, bytes, Mapping[str, Json]]:
    leaf = reader.members(row, "kind salt body")
    salt, body = reader.blob(leaf, "salt"), leaf["body"]
    if len(salt) != SALT_BYTES or not isinstance(body, dict):
        raise reader.wrong("a leaf of another form")
    return reader.word(leaf, "kind"), salt, body


def _lane_told(reader: _Reader, row: Json) -> LaneTold:
    lane = reader.members(row, "lane taken_epoch taken_next taken_prev epoch sealed missing")
    taken = LaneState(
        epoch=reader.number(lane, "taken_epoch", 1),
        next_seq=reader.number(lane, "taken_next", 1),
        prev=reader.token(lane, "taken_prev", empty=True) or None,
    )
    if (taken.next_seq == 1) != (taken.prev is None):
        raise reader.wrong("a lane whose number and hash do not fit")
    return LaneTold(
        lane=reader.lane(lane),
        taken=taken,
        epoch=reader.number(lane, "epoch", 1),
        sealed=reader.number(lane, "sealed", 1),
        missing=tuple(reader.rows(lane, "missing", MAX_MISSING, reader.counted)),
    )


def _sent(reader: _Reader, row: Json) -> Sent:
    sent = reader.members(row, "env_id env_hash lane epoch seq type receipt body")
    env_id = sent["env_id"]
    if not isinstance(env_id, str) or not _UUID.fullmatch(env_id):
        raise reader.wrong("env_id of another form")
    return Sent(
        env_id=env_id,
        env_hash=reader.token(sent, "env_hash"),
        lane=reader.lane(sent),
        epoch=reader.number(sent, "epoch", 1),
        seq=reader.number(sent, "seq", 1),
        type=reader.word(sent, "type"),
        receipt=reader.blob(sent, "receipt"),
        body=reader.blob(sent, "body"),
    )


def _got(reader: _Reader, row: Json) -> Got:
    got = reader.members(row, "id audiences position")
    stix_id, audiences = got["id"], got["audiences"]
    if not isinstance(stix_id, str) or not isinstance(audiences, list):
        raise reader.wrong("got of another form")
    return Got(
        stix_id=stix_id,
        audiences=tuple(str(each) for each in audiences),
        position=reader.number(got, "position"),
    )


def _refused(reader: _Reader, value: Json) -> tuple[str, str, str] | None:
    if value == {}:
        return None
    refused = reader.members(value, "code en ja")
    code, en, ja = refused["code"], refused["en"], refused["ja"]
    if not (isinstance(code, str) and isinstance(en, str) and isinstance(ja, str)):
        raise reader.wrong("a refusal of another form")
    return code[:80], en, ja


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode()


class _Reader:
    """Reads values out of strict JSON; what has another form is one kind of error."""

    def __init__(self, fail: Callable[[str], TasukiError]) -> None:
        self._fail = fail

    def wrong(self, found: str) -> TasukiError:
        return self._fail(found[:120])

    def whole(self, raw: bytes, limit: int, names: str) -> Mapping[str, Json]:
        try:
            value = strict.loads(raw, max_bytes=limit)
        except TasukiError as error:
            raise self.wrong(str(error)) from error
        return self.members(value, names)

    def members(self, value: Json, names: str) -> Mapping[str, Json]:
        if not isinstance(value, dict) or value.keys() != set(names.split()):
            raise self.wrong("other members")
        if value.get("v", VERSION) != VERSION:
            raise self.wrong("another version")
        return value

    def number(self, value: Mapping[str, Json], name: str, least: int = 0) -> int:
        found = value[name]
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= _MAX_NUMBER:
            raise self.wrong(f"{name} is no number that can be")
        return found

    def counted(self, value: Json) -> int:
        return self.number({"number": value}, "number", 1)

    def flag(self, value: Mapping[str, Json], name: str) -> bool:
        found = value[name]
        if not isinstance(found, bool):
            raise self.wrong(f"{name} is neither true nor false")
        return found

    def token(self, value: Mapping[str, Json], name: str, *, empty: bool = False) -> str:
        found = value[name]
        if not isinstance(found, str) or not (_HEX.fullmatch(found) or (empty and not found)):
            raise self.wrong(f"{name} is no hash")
        return found

    def word(self, value: Mapping[str, Json], name: str) -> str:
        found = value[name]
        if not isinstance(found, str) or not _WORD.fullmatch(found):
            raise self.wrong(f"{name} is no word")
        return found

    def lane(self, value: Mapping[str, Json]) -> str:
        found = value["lane"]
        if not isinstance(found, str) or found not in LANES:
            raise self.wrong("an unknown lane")
        return found

    def blob(self, value: Mapping[str, Json], name: str) -> bytes:
        return self.decoded(value[name])

    def decoded(self, value: Json) -> bytes:
        if not isinstance(value, str) or len(value) > _MAX_BLOB:
            raise self.wrong("bytes that are no text")
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise self.wrong("text that is no base64") from error

    def rows(self, value: Mapping[str, Json], name: str, limit: int, read: Callable[[Json], T]) -> list[T]:
        found = value[name]
        if not isinstance(found, list) or len(found) > limit:
            raise self.wrong(f"{name} is no list of at most {limit}")
        return [read(each) for each in found]
