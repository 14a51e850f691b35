# SPDX-License-Identifier: MIT
"""The witness cosigns growth only, in the order C2SP asks, and keeps no signature it did not verify."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.core.ledger.witness import judge, parse_request, write_request
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import ED25519, Note, SignatureLine, make_key

ORIGIN = "tasuki/GBR/gbr-1/pair/JPN"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32)
KEY = make_key(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(40)]


def root(size):
    return merkle.root(LEAVES[:size])


def note(size, top=None, *, origin=ORIGIN, private=PRIVATE, extensions=()):
    text = Checkpoint(origin=origin, size=size, root=top or root(size), extensions=extensions).text
    key = make_key(origin, ED25519, private.public_key().public_bytes_raw())
    return Note(text=text, lines=(SignatureLine(name=key.name, key_id=key.id, signature=private.sign(text.encode())),))


def ask(old, new, known=None, signed=None, proof=None):
    if proof is None:
        proof = merkle.consistency_proof(old, new, lambda start, end: merkle.root(LEAVES[start:end]))
    body = write_request(old, tuple(proof), (signed or note(new)).raw)
    return judge(body, {ORIGIN: KEY}, {} if known is None else {ORIGIN: (known, root(known))})


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (0, 40), (1, 2), (7, 7), (7, 8), (13, 40)])
def test_growth_is_cosigned(old, new):
    answer = ask(old, new, known=old)
    assert (answer.status, answer.checkpoint.size, answer.checkpoint.root) == (200, new, root(new))


@pytest.mark.parametrize(
    ("answer", "status", "size"),
    [
        (lambda: ask(5, 3, known=5, proof=[]), 400, 0),
        (lambda: ask(0, 3, known=5), 409, 5),
        (lambda: ask(3, 8, known=5), 409, 5),
        (lambda: ask(6, 8, known=5), 409, 5),
        (lambda: ask(5, 5, known=5, signed=note(5, bytes(32))), 409, 5),
        (lambda: ask(0, 0, signed=note(0, bytes(32))), 409, 0),
        (lambda: ask(5, 8, known=5, proof=[]), 422, 0),
        (lambda: ask(5, 8, known=5, proof=[bytes(32)]), 422, 0),
        (lambda: ask(5, 8, known=5, signed=note(8, bytes(32))), 422, 0),
        (lambda: ask(0, 8, proof=[bytes(32)]), 422, 0),
        (lambda: ask(0, 3, signed=note(3, private=OTHER)), 403, 0),
        (lambda: ask(0, 3, signed=note(3, origin="tasuki/GBR/gbr-1/pair/USA")), 404, 0),
        (lambda: ask(0, 3, signed=note(3, extensions=("more",))), 400, 0),
    ],
)
def test_everything_else_is_refused_with_the_status_of_the_standard(answer, status, size):
    said = answer()
    assert (said.status, said.size, said.checkpoint) == (status, size, None)
    assert said.reason is not None


def test_a_note_that_others_signed_too_counts_and_only_the_logs_own_line_is_kept():
    one, other = note(3), note(3, private=OTHER, origin=ORIGIN)
    both = Note(text=one.text, lines=(*other.lines, *one.lines))
    answer = ask(0, 3, signed=both)
    assert (answer.status, answer.signed) == (200, one)


def test_who_signed_is_known_even_of_what_is_refused():
    assert ask(0, 3, known=5).signed == note(3)
    assert ask(0, 3, signed=note(3, private=OTHER)).signed is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"old  0\n\n" + note(3).raw,
        b"old 00\n\n" + note(3).raw,
        b"old -1\n\n" + note(3).raw,
        b"old +1\n\n" + note(3).raw,
        b"Old 0\n\n" + note(3).raw,
        b"old 0\r\n\r\n" + note(3).raw,
        b"old 0\nAAAA*\n\n" + note(3).raw,
        b"old 9223372036854775808\n\n" + note(3).raw,
        write_request(0, (bytes(32),) * 64, note(3).raw),
        b"old 0\n\n" + note(3).raw[:-1],
        b"\xff\n\n" + note(3).raw,
    ],
)
def test_what_is_no_request_is_answered_400(body):
    assert judge(body, {ORIGIN: KEY}, {}).status == 400


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_a_changed_byte_is_never_cosigned_as_something_else(at, value):
    whole = bytearray(
        write_request(5, tuple(merkle.consistency_proof(5, 9, lambda a, b: merkle.root(LEAVES[a:b]))), note(9).raw)
    )
    whole[at % len(whole)] = value
    answer = judge(bytes(whole), {ORIGIN: KEY}, {ORIGIN: (5, root(5))})
    if answer.status == 200:
        assert (answer.checkpoint.size, answer.checkpoint.root, answer.signed.text) == (9, root(9), note(9).text)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw):
    try:
        parse_request(raw)
    except InputError:
        return
