# SPDX-License-Identifier: MIT
"""An attacker on the wire: every bit flipped, signatures dropped or swapped, lengths that lie."""

from dataclasses import replace

import pytest

from making_channel import GBR, JPN, NOW, letter, party, seal, signed
from tasuki.base.errors import PeerError
from tasuki.core.channel.acceptance import Facts, Open, judge
from tasuki.core.channel.model import START
from tasuki.formats.envelope.envelope import MAGIC, MAX_ENVELOPE_BYTES, payload_of, read_envelope
from tasuki.formats.envelope.header import header_json, seal_info
from tasuki.formats.suites.signatures import SIGNATURE_BYTES, Signatures

RAW = seal(letter(b"x"))
READ = read_envelope(RAW)
SIGNED_END = len(MAGIC) + 4 + len(READ.header_bytes)


def taken(raw):
    """Whether a node would open this."""
    try:
        read = read_envelope(raw)
    except PeerError:
        return False
    known = Facts(
        me=JPN.anchor.name, now=NOW, anchor=GBR.anchor, certificate=GBR.anchor.tls_certificate, lane=START, seen=()
    )
    return judge(read, known) == Open()


def opened(read, to=JPN):
    return payload_of(read.header, to.signer.open(read.header.enc_key_id, read.info, read.ciphertext))


def code_of(raw):
    with pytest.raises(PeerError) as refused:
        read_envelope(raw)
    return refused.value.reason.code


def flipped(raw, bit):
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_the_untouched_envelope_is_taken_and_opens():
    assert taken(RAW)
    assert opened(READ) == b"x"


def test_no_flipped_bit_outside_the_signatures_is_taken():
    outside = [*range(SIGNED_END * 8 + 32), *range((len(RAW) - len(READ.ciphertext)) * 8, len(RAW) * 8)]
    assert [bit for bit in outside if taken(flipped(RAW, bit))] == []


def test_no_flipped_bit_in_the_signatures_is_taken():
    start = (SIGNED_END + 4) * 8
    assert [bit for bit in range(start, start + SIGNATURE_BYTES * 8, 7) if taken(flipped(RAW, bit))] == []


@pytest.mark.parametrize("cut", [0, 1, 7, 8, 11, 12, 200, SIGNED_END, SIGNED_END + 4, SIGNED_END + 100, len(RAW) - 1])
def test_a_cut_envelope_is_not_read(cut):
    with pytest.raises(PeerError):
        read_envelope(RAW[:cut])


def test_bytes_added_are_not_taken():
    assert code_of(RAW + b"\0") == "envelope.ciphertext-differs"


def test_a_length_beyond_the_limit_is_refused_before_anything_is_read():
    assert code_of(MAGIC + (20_000).to_bytes(4, "big") + bytes(30_000)) == "suites.too-large"
    assert code_of(bytes(MAX_ENVELOPE_BYTES + 1)) == "envelope.too-large"


def test_empty_or_swapped_signatures_are_not_taken():
    other = read_envelope(seal(letter(b"y")))
    head, tail = RAW[: SIGNED_END + 4], READ.ciphertext
    for signatures in (
        Signatures(ed25519=bytes(64), ml_dsa_65=READ.signatures.ml_dsa_65),
        Signatures(ed25519=READ.signatures.ed25519, ml_dsa_65=bytes(3309)),
        replace(READ.signatures, ed25519=other.signatures.ed25519),
        replace(READ.signatures, ml_dsa_65=other.signatures.ml_dsa_65),
    ):
        assert not taken(head + signatures.as_bytes() + tail)


def test_a_signature_left_out_is_not_read():
    without = RAW[:SIGNED_END] + (64).to_bytes(4, "big") + READ.signatures.ed25519 + READ.ciphertext
    assert code_of(without) == "suites.truncated"


def test_content_lifted_into_another_header_does_not_open():
    """The partner signs a new header over content sealed for an old one: `info` no longer fits."""
    header = replace(READ.header, seq=2)
    moved = read_envelope(signed(header, READ.ciphertext))
    with pytest.raises(PeerError) as refused:
        opened(moved)
    assert refused.value.reason.code == "adapters.cannot-open"


def test_a_recipient_cannot_pass_it_on_as_if_addressed_to_another():
    third = party("USA/usa-1")
    known = Facts(
        me=third.anchor.name, now=NOW, anchor=GBR.anchor, certificate=GBR.anchor.tls_certificate, lane=START, seen=()
    )
    assert judge(READ, known) != Open()
    with pytest.raises(PeerError):
        opened(READ, third)


def test_content_that_is_not_what_the_header_promises_is_refused():
    header = replace(READ.header, payload_hash="0" * 64)
    from_other = replace(READ, header=header)
    with pytest.raises(PeerError) as refused:
        payload_of(header, JPN.signer.open(READ.header.enc_key_id, READ.info, READ.ciphertext))
    assert refused.value.reason.code == "envelope.payload-differs"
    assert from_other.info == seal_info(header_json(READ.header))
