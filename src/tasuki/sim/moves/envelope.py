# SPDX-License-Identifier: MIT
"""Moves against the envelope and its signatures."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import resource
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tasuki.formats.envelope.envelope import MAGIC
from tasuki.formats.suites.frames import write_frame
from tasuki.formats.suites.keys import LOW_ORDER_KEYS, Purpose
from tasuki.formats.suites.signatures import ED25519_BYTES, ML_DSA_65_BYTES
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.stage import Stage
from tasuki.sim.partner.honest import ENVELOPES
from tasuki.sim.partner.identity import Key, key_json, sign_with
from tasuki.sim.partner.letters import Letter
from tasuki.sim.partner.payloads import MESSAGES
from tasuki.sim.partner.wire import CUT, Reply

BAD_SIGNATURE: Final = Refused(("suites.bad-signature",))
NOT_JSON: Final = Refused(("envelope.not-json",))
_FLIPS: Final = 48
"""Bits flipped of each message in a quick run; a full one flips every bit of one and many of the others."""

_MANY: Final = 400
_MIB: Final = 1 << 20
_FLOOD: Final = 64 * _MIB


def posted(stage: Stage, letter: Letter) -> Reply:
    """Send an envelope as the partner."""
    return stage.jpn.post(letter)


@move("ENV01", Shows(("no flipped bit was taken", "each was answered by a notice"), still=True), over=MESSAGES)
def _flipped(stage: Stage, over: str) -> Saw:
    """Flip single bits of a valid envelope, one at a time: header, signatures, ciphertext, lengths, magic."""
    raw = stage.jpn.draft(over).seal().raw
    bits = _bits(len(raw) * 8, stage, over)
    replies = [stage.jpn.post_raw(_flip(raw, bit)) for bit in bits]
    return {
        "no flipped bit was taken": not any(reply.receipt for reply in replies),
        "each was answered by a notice": all(reply.notice is not None and reply.status == 200 for reply in replies),  # noqa: PLR2004
    }


def _bits(count: int, stage: Stage, over: str) -> list[int]:
    chance = random.Random(f"{stage.seed} {over}")  # noqa: S311 repeatable
    if not stage.full:
        return sorted(chance.sample(range(count), _FLIPS))
    return list(range(count)) if over == "objects on bulk" else sorted(chance.sample(range(count), _MANY))


def _flip(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@move("ENV02", BAD_SIGNATURE, over=MESSAGES)
def _no_ed25519(stage: Stage, over: str) -> Saw:
    """Put nothing in the place of the Ed25519 signature; ML-DSA-65 holds."""
    letter = stage.jpn.draft(over).seal()
    return posted(stage, replace(letter, signatures=replace(letter.signatures, ed25519=bytes(ED25519_BYTES))))


@move("ENV02", Refused(("suites.truncated",)), over=MESSAGES)
def _ed25519_left_out(stage: Stage, over: str) -> Saw:
    """Leave the Ed25519 signature out and say so in the length of the block."""
    return stage.jpn.post_raw(_block(stage, over, lambda both: both.ml_dsa_65))


@move("ENV03", BAD_SIGNATURE, over=MESSAGES)
def _no_ml_dsa(stage: Stage, over: str) -> Saw:
    """Put nothing in the place of the ML-DSA-65 signature; Ed25519 holds."""
    letter = stage.jpn.draft(over).seal()
    return posted(stage, replace(letter, signatures=replace(letter.signatures, ml_dsa_65=bytes(ML_DSA_65_BYTES))))


@move("ENV03", Refused(("suites.truncated",)), over=MESSAGES)
def _ml_dsa_left_out(stage: Stage, over: str) -> Saw:
    """Leave the ML-DSA-65 signature out and say so in the length of the block."""
    return stage.jpn.post_raw(_block(stage, over, lambda both: both.ed25519))


def _block(stage: Stage, over: str, block: Any) -> bytes:
    letter = stage.jpn.draft(over).seal()
    shown: bytes = block(letter.signatures)
    head = MAGIC + len(letter.statement).to_bytes(4, "big") + letter.statement
    return head + len(shown).to_bytes(4, "big") + shown + letter.ciphertext


def _signed_by(stage: Stage, over: str, pair: tuple[Key, Key], *, named: bool) -> Letter:
    """Return an envelope signed by any two keys, named in its header or not."""
    made = stage.jpn.draft(over)
    if named:
        made = made.with_header(sig_keys=[each.public.id for each in pair])
    letter = made.seal()
    return replace(letter, signatures=sign_with(pair, str(letter.header["type"]), letter.statement))


@move("ENV04", BAD_SIGNATURE, over=MESSAGES)
def _halves_of_two(stage: Stage, over: str) -> Saw:
    """Join the partner's Ed25519 signature with the ML-DSA-65 signature of a third node."""
    return posted(stage, _signed_by(stage, over, (stage.jpn.me.pair()[0], stage.fra.me.pair()[1]), named=False))


@move("ENV04", Refused(("envelope.no-key",)), over=MESSAGES)
def _halves_of_two_named(stage: Stage, over: str) -> Saw:
    """The same, and name the third node's key in the header."""
    return posted(stage, _signed_by(stage, over, (stage.jpn.me.pair()[0], stage.fra.me.pair()[1]), named=True))


@move("ENV05", Refused(("envelope.no-key",)), over=MESSAGES)
def _one_key_twice(stage: Stage, over: str) -> Saw:
    """Name one key in both places and sign with it."""
    ed25519, ml_dsa = stage.jpn.me.pair()
    letter = stage.jpn.draft(over).with_header(sig_keys=[ed25519.public.id] * 2).seal()
    signatures = sign_with((ed25519, ml_dsa), str(letter.header["type"]), letter.statement)
    return posted(stage, replace(letter, signatures=signatures))


@move("ENV05", Refused(("suites.truncated",)), over=MESSAGES)
def _one_signature_twice(stage: Stage, over: str) -> Saw:
    """List the Ed25519 signature twice where one of each belongs."""
    return stage.jpn.post_raw(_block(stage, over, lambda both: both.ed25519 * 2))


@move(
    "ENV08",
    Refused(("suites.low-order-key",), status=(502,), leaf=False),
    over=tuple(sorted(each.hex() for each in LOW_ORDER_KEYS)),
)
def _low_order(stage: Stage, over: str) -> Saw:
    """Offer an anchor whose Ed25519 key is of low order, canonical or not: all 14 encodings."""
    return _offer(stage, "envelope", bytes.fromhex(over))


def _offer(stage: Stage, purpose: str, raw: bytes) -> Saw:
    """Offer an anchor of the partner in which one Ed25519 key is another."""
    keys = [dict(key_json(each.public)) for each in stage.jpn.me.keys]
    for key in keys:
        if (key["purpose"], key["algorithm"]) == (purpose, "ed25519"):
            key["raw"] = base64.b64encode(raw).decode()
    file = stage.jpn.me.anchor_file(version=2, keys=keys)
    return stage.node.ask("POST", "/v1/partners", {"anchor": base64.b64encode(file).decode()})


@move("ENV09", BAD_SIGNATURE, over=MESSAGES)
def _other_context(stage: Stage, over: str) -> Saw:
    """Sign an envelope as if it were a stored receipt."""
    letter = stage.jpn.draft(over).seal()
    return posted(stage, replace(letter, signatures=stage.jpn.me.sign("stored", letter.statement)))


@move("ENV09", Refused(("channel.not-an-envelope",)), over=("anchor", "stored"))
def _statement_type(stage: Stage, over: str) -> Saw:
    """Send an envelope whose type is that of another signed statement."""
    return posted(stage, stage.jpn.draft("attestation on urgent").with_header(type=over).seal())


@move("ENV10", BAD_SIGNATURE, over=MESSAGES)
def _readdressed(stage: Stage, over: str) -> Saw:
    """Change the recipient of a signed envelope."""
    letter = stage.jpn.draft(over).seal()
    other = str(stage.anchor.name).encode()
    changed = letter.statement.replace(b'"to":"' + other, b'"to":"' + other[:-1] + b"9")
    return stage.jpn.post_raw(write_frame(MAGIC, changed, letter.signatures, letter.ciphertext))


@move("ENV10", Refused(("channel.wrong-recipient",)), over=MESSAGES)
def _signed_to_another(stage: Stage, over: str) -> Saw:
    """Sign an envelope to another node and hand it to this one."""
    return posted(stage, stage.jpn.draft(over).with_header(to=str(stage.fra.me.name)).seal())


@move("ENV11", Refused(("channel.wrong-certificate",)), over=MESSAGES)
def _passed_on(stage: Stage, over: str) -> Saw:
    """Pass on, sealed anew to this node, what a third node had signed for the partner."""
    theirs = replace(stage.jpn.draft(over), author=stage.fra.me)
    header = {**theirs.header, "from": str(stage.fra.me.name), "to": str(stage.jpn.me.name)}
    return stage.jpn.post_raw(replace(theirs, header=header).seal().raw)


@move("ENV11", Refused(("channel.wrong-recipient",)), over=MESSAGES)
def _passed_on_by_its_author(stage: Stage, over: str) -> Saw:
    """Hand in, as its author, an envelope that was signed for somebody else."""
    made = stage.fra.draft(over).with_header(to=str(stage.jpn.me.name))
    return stage.fra.post_raw(made.seal().raw)


@move("ENV12", Refused(("adapters.cannot-open",), spends=True), over=MESSAGES)
def _other_ciphertext(stage: Stage, over: str) -> Saw:
    """Put the ciphertext of one message behind the header of another, and sign that."""
    first, second = stage.jpn.draft(over), stage.jpn.draft(over)
    return posted(stage, second.close(first.seal().ciphertext))


@move("ENV13", Refused(("envelope.payload-differs",), spends=True), over=MESSAGES)
def _no_salt(stage: Stage, over: str) -> Saw:
    """Seal a payload too short to have a salt before it, under the hash that fits."""
    made = stage.jpn.draft(over)
    plaintext = made.plaintext[:31]
    header = {**made.header, "payload_hash": hashlib.sha256(plaintext).hexdigest()}
    return posted(stage, replace(made, plaintext=plaintext, header=header).seal())


@move("ENV13", Refused(("envelope.payload-differs",), spends=True), over=MESSAGES)
def _other_salt(stage: Stage, over: str) -> Saw:
    """Seal a payload behind the salt of another envelope, under the hash it had behind its own."""
    made = stage.jpn.draft(over)
    other = stage.jpn.draft(over).plaintext[:32] + made.plaintext[32:]
    return posted(stage, replace(made, plaintext=other).seal())


@move("ENV14", Refused(("channel.unknown-crit",), spends=True), over=MESSAGES)
def _critical(stage: Stage, over: str) -> Saw:
    """Add a member nobody knows and list it in `crit`."""
    return posted(stage, stage.jpn.draft(over).with_header(crit=["quorum"], quorum=2).seal())


@move("ENV15", Shows(("it was stored", "its receipt names the hash of the very bytes sent")), over=MESSAGES)
def _not_critical(stage: Stage, over: str) -> Saw:
    """Add a member nobody knows and do not list it."""
    letter = stage.jpn.draft(over).with_header(zz_later={"a": [1, "é"]}).seal()
    receipt = posted(stage, letter).receipt
    return {
        "it was stored": receipt is not None and receipt.status == "stored",
        "its receipt names the hash of the very bytes sent": receipt is not None and receipt.env_hash == letter.hash,
    }


def _spelled(stage: Stage, over: str, change: tuple[bytes, bytes]) -> Reply:
    """Send an envelope whose header is spelled another way, signed over that spelling."""
    letter = stage.jpn.draft(over).seal()
    statement = letter.statement.replace(*change, 1)
    signatures = stage.jpn.me.sign(str(letter.header["type"]), statement)
    return stage.jpn.post_raw(write_frame(MAGIC, statement, signatures, letter.ciphertext))


@move("ENV16", NOT_JSON, over=MESSAGES)
def _twice(stage: Stage, over: str) -> Saw:
    """Name the recipient twice in the header: first one node, then another."""
    to = f'"to":"{stage.anchor.name}"'.encode()
    return _spelled(stage, over, (to, b'"to":"' + str(stage.fra.me.name).encode() + b'",' + to))


NUMBERS: Final = ("NaN", "Infinity", "-Infinity", "1e400", "-0", "9007199254740992", "1.0", "01", "0x1", "1e0", "true")
_PLACES: Final = ("v", "suite", "epoch", "seq", "min_suite", "ct_len")


@move(
    "ENV17",
    Refused(("envelope.not-json", "envelope.bad-field")),
    over=tuple(f"{place} {number}" for place in _PLACES for number in NUMBERS),
)
def _number(stage: Stage, over: str) -> Saw:
    """Write a number that JSON does not have, does not hold, or spells another way."""
    place, number = over.split(" ")
    letter = stage.jpn.draft("objects on bulk").seal()
    before = f'"{place}":{letter.header[place]}'.encode()
    statement = letter.statement.replace(before, f'"{place}":{number}'.encode(), 1)
    signatures = stage.jpn.me.sign("objects", statement)
    return stage.jpn.post_raw(write_frame(MAGIC, statement, signatures, letter.ciphertext))


TEXTS: Final = {
    "lone surrogate": b"\\ud800",
    "overlong UTF-8": b"\xc0\xaf",
    "surrogate in UTF-8": b"\xed\xa0\x80",
    "byte order mark": b"\xef\xbb\xbf",
    "NUL": b"\\u0000",
    "bidi override": "\u202e".encode(),
    "zero width joiner": "\u200d".encode(),
    "half of a character": b"\xe6\x97",
}
_IDS: Final = ("env_id", "from", "to", "lane", "type")


@move(
    "ENV18",
    Refused(("envelope.not-json", "envelope.bad-field")),
    over=tuple(f"{place}: {text}" for place in _IDS for text in TEXTS),
)
def _text(stage: Stage, over: str) -> Saw:
    """Put a character that is none, or that deceives the eye, into an id."""
    place, text = over.split(": ")
    letter = stage.jpn.draft("objects on bulk").seal()
    before = f'"{place}":"{letter.header[place]}'.encode()
    statement = letter.statement.replace(before, before + TEXTS[text], 1)
    signatures = stage.jpn.me.sign("objects", statement)
    return stage.jpn.post_raw(write_frame(MAGIC, statement, signatures, letter.ciphertext))


@move("ENV18", NOT_JSON, over=MESSAGES)
def _mark_before(stage: Stage, over: str) -> Saw:
    """Put a byte order mark before the header."""
    return _spelled(stage, over, (b"{", b"\xef\xbb\xbf{"))


@move("ENV19", Refused(("suites.unknown-suite",)), over=MESSAGES)
def _weaker_suite(stage: Stage, over: str) -> Saw:
    """Claim a suite that is not the one both sides pinned."""
    return posted(stage, stage.jpn.draft(over).with_header(suite=2).seal())


@move("ENV19", Refused(("envelope.bad-field",)), over=MESSAGES)
def _older_version(stage: Stage, over: str) -> Saw:
    """Claim a wire version from before the first."""
    return posted(stage, stage.jpn.draft(over).with_header(v=0).seal())


@move("ENV19", Refused(("channel.unknown-version",), spends=True), over=MESSAGES)
def _later_version(stage: Stage, over: str) -> Saw:
    """Claim a wire version nobody has yet."""
    return posted(stage, stage.jpn.draft(over).with_header(v=9).seal())


@move("ENV20", Refused(("suites.unknown-suite",)), over=MESSAGES)
def _ed25519_alone(stage: Stage, over: str) -> Saw:
    """Claim a suite of Ed25519 alone, its signature right, the other of zeros."""
    letter = stage.jpn.draft(over).with_header(suite=255).seal()
    return posted(stage, replace(letter, signatures=replace(letter.signatures, ml_dsa_65=bytes(ML_DSA_65_BYTES))))


@move("ENV21", NOT_JSON, over=MESSAGES)
def _spelled_otherwise(stage: Stage, over: str) -> Saw:
    """Send the header in another spelling, signed over the canonical one."""
    letter = stage.jpn.draft(over).seal()
    spelled = letter.statement.replace(b",", b", ")
    return stage.jpn.post_raw(write_frame(MAGIC, spelled, letter.signatures, letter.ciphertext))


@move("ENV21", BAD_SIGNATURE, over=MESSAGES)
def _signed_otherwise(stage: Stage, over: str) -> Saw:
    """Send the canonical header, signed over another spelling."""
    letter = stage.jpn.draft(over).seal()
    spelled = letter.statement.replace(b",", b", ")
    return posted(stage, replace(letter, signatures=stage.jpn.me.sign(str(letter.header["type"]), spelled)))


@move(
    "ENV22",
    Shows(("it was cut off or refused", "the node's memory stayed bounded"), still=True),
    over=("a kilobyte declared", "chunks without end"),
)
def _endless(stage: Stage, over: str) -> Saw:
    """Declare a small body and go on without end."""
    before = memory(stage)
    with stage.jpn.shows(stage.jpn.me.certificate) as wire:
        reply = wire.send(_flood(over))
    return {
        "it was cut off or refused": reply.status in (CUT, 400, 413, 422) or reply.notice is not None,
        "the node's memory stayed bounded": memory(stage) - before < _FLOOD,
    }


def _flood(over: str) -> Iterator[bytes]:
    piece = secrets.token_bytes(_MIB)
    start = f"POST {ENVELOPES} HTTP/1.1\r\nhost: node\r\n"
    if over == "a kilobyte declared":
        yield f"{start}content-length: 1024\r\n\r\n".encode() + MAGIC
    else:
        yield f"{start}transfer-encoding: chunked\r\n\r\n".encode()
        piece = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    for _ in range(3 * _FLOOD // _MIB):
        yield piece


def memory(stage: Stage) -> int:
    """Return the resident bytes of the node's process."""
    pages = int(Path(f"/proc/{stage.node.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@move(
    "ENV23",
    Refused(("envelope.payload-bad",), spends=True),
    over=("objects on urgent", "objects on bulk", "objects on exercise"),
)
def _packed(stage: Stage, over: str) -> Saw:
    """Send a payload of 32 MiB packed into a few kilobytes: nothing here is ever unpacked."""
    return posted(stage, stage.jpn.draft(over).with_payload(gzip.compress(bytes(32 * _MIB))).seal())


@move("ENV23", Refused(("suites.truncated",)), over=("gzip", "deflate", "br"))
def _packed_on_the_wire(stage: Stage, over: str) -> Saw:
    """Send a packed envelope and say so in a header of HTTP."""
    raw = gzip.compress(stage.jpn.draft("objects on bulk").seal().raw)
    return stage.jpn.wire.post(ENVELOPES, raw, {"content-encoding": over})


@move(
    "ENV24",
    Refused(("envelope.no-key",)),
    over=tuple(
        f"{each} by {purpose.value}" for each in MESSAGES for purpose in (Purpose.LOG, Purpose.WITNESS, Purpose.ROOT)
    ),
)
def _other_role(stage: Stage, over: str) -> Saw:
    """Sign data with the key of another role: log, witness or root."""
    named, _, role = over.rpartition(" by ")
    pair = stage.jpn.me.key(Purpose(role)), stage.jpn.me.pair()[1]
    if role == Purpose.ROOT:
        pair = stage.jpn.me.pair(Purpose.ROOT)
    return posted(stage, _signed_by(stage, named, pair, named=True))
