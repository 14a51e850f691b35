# SPDX-License-Identifier: MIT
"""The signer signs what names this node and nothing else, and outlives its own death."""

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from making_channel import GBR, JPN, NOW, envelope, party
from tasuki.adapters.clock import Entropy
from tasuki.adapters.keyfiles import create_keys
from tasuki.adapters.signer import Signer
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, PeerError, WorldError
from tasuki.formats.envelope.anchor import anchor_statement
from tasuki.formats.envelope.header import write_header
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.suites.signatures import verify
from tasuki.formats.tlog.cosignature import cosigned_message_v2

CHECKPOINT = b"tasuki/GBR/gbr-1/pair/JPN\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
THEIRS = b"cosignature/v1\ntime 1770000000\ntasuki/JPN/jpn-1/pair/GBR\n1\nAAAA\n"
OURS = b"cosignature/v1\ntime 1770000000\n" + CHECKPOINT
HEADER = envelope().header


def code_of(act, family=CallerError):
    with pytest.raises(family) as refused:
        act()
    return refused.value.reason.code


def test_an_envelope_of_this_node_is_signed_by_both_algorithms():
    header = write_header(HEADER)
    pair = GBR.anchor.pair(HEADER.sig_keys, Purpose.ENVELOPE, NOW)
    verify("objects", header, GBR.signer.sign_envelope(header), pair, Purpose.ENVELOPE)


def test_an_envelope_of_another_node_or_statement_type_is_not():
    theirs = write_header(replace(HEADER, sender=JPN.anchor.name))
    assert code_of(lambda: GBR.signer.sign_envelope(theirs)) == "adapters.not-our-statement"
    for kind in ("stored", "anchor"):
        disguised = write_header(replace(HEADER, type=kind))
        assert code_of(lambda header=disguised: GBR.signer.sign_envelope(header)) == "adapters.not-our-statement"


@pytest.mark.parametrize("raw", [b"", b"{}", b"free text", canonical({"from": "GBR/gbr-1"})])
def test_what_is_no_statement_is_not_signed(raw):
    for act in (GBR.signer.sign_envelope, GBR.signer.sign_receipt, GBR.signer.sign_anchor):
        with pytest.raises(CallerError):
            act(raw)


def test_an_anchor_of_another_node_is_not_signed():
    assert code_of(lambda: GBR.signer.sign_anchor(anchor_statement(JPN.anchor))) == "adapters.not-our-statement"


def test_a_receipt_of_another_node_is_not_signed():
    statement = canonical({"by": "JPN/jpn-1", "sig_keys": list(HEADER.sig_keys)})
    assert code_of(lambda: GBR.signer.sign_receipt(statement)) == "adapters.not-our-statement"


def test_own_checkpoints_are_signed_with_the_log_key():
    key = GBR.anchor.current(Purpose.LOG, Algorithm.ED25519, NOW)
    Ed25519PublicKey.from_public_bytes(key.raw).verify(GBR.signer.sign_checkpoint(CHECKPOINT), CHECKPOINT)


@pytest.mark.parametrize(
    "text",
    [b"", b"tasuki/JPN/jpn-1/pair/GBR\n1\nAAAA\n", b"tasuki/GBR/gbr-10/pair/JPN\n1\nA\n", CHECKPOINT[:-1], THEIRS],
)
def test_other_checkpoints_are_not(text):
    assert code_of(lambda: GBR.signer.sign_checkpoint(text)) == "adapters.not-our-statement"


def test_a_partners_checkpoint_is_cosigned_with_the_witness_key():
    key = GBR.anchor.current(Purpose.WITNESS, Algorithm.ED25519, NOW)
    Ed25519PublicKey.from_public_bytes(key.raw).verify(GBR.signer.cosign(THEIRS), THEIRS)


@pytest.mark.parametrize(
    "message", [OURS, b"", CHECKPOINT, THEIRS.replace(b"v1", b"v2"), THEIRS.replace(b"1770", b"-1")]
)
def test_nothing_else_is_cosigned(message):
    assert code_of(lambda: GBR.signer.cosign(message)) == "adapters.not-our-statement"


def test_a_partners_checkpoint_is_cosigned_with_the_second_witness_key():
    full = party("GBR/gbr-1", without=None)
    ours = CHECKPOINT.decode()
    text = ours.replace("GBR/gbr-1/pair/JPN", "JPN/jpn-1/pair/GBR")
    message = cosigned_message_v2(text, 7, "tasuki/GBR/gbr-1/witness")
    key = full.anchor.current(Purpose.WITNESS, Algorithm.ML_DSA_44, NOW)
    MLDSA44PublicKey.from_public_bytes(key.raw).verify(full.signer.cosign_ml_dsa_44(message), message)
    for other in (
        cosigned_message_v2(text, 7, "tasuki/JPN/jpn-1/witness"),
        cosigned_message_v2(ours, 7, "tasuki/GBR/gbr-1/witness"),
    ):
        assert code_of(lambda other=other: full.signer.cosign_ml_dsa_44(other)) == "adapters.not-our-statement"
    for other in (b"", THEIRS, message[:-1]):
        assert code_of(lambda other=other: full.signer.cosign_ml_dsa_44(other)) == "adapters.signer-refused"
    without = party("GBR/gbr-1")
    assert code_of(lambda: without.signer.cosign_ml_dsa_44(message), PeerError) == "adapters.no-private-key"


def test_content_for_another_key_does_not_open():
    assert code_of(lambda: GBR.signer.open("0" * 32, b"", b"x"), PeerError) == "adapters.no-private-key"
    own = GBR.anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, NOW).id
    assert code_of(lambda: GBR.signer.open(own, b"", b"x"), PeerError) == "adapters.cannot-open"


def test_a_question_of_unknown_kind_is_refused():
    assert code_of(lambda: GBR.signer._question("sign_anything", b"")) == "adapters.signer-refused"
    assert code_of(lambda: GBR.signer._question("cosign", 5)) == "adapters.signer-refused"


@pytest.fixture
def process(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    create_keys(tmp_path, Entropy(), NOW)
    signer = Signer.start(tmp_path, GBR.anchor.name)
    yield signer
    signer.stop()


def child_of(signer):
    return signer.stop.__self__._child


def test_the_process_answers_many_threads(process):
    signed = []
    threads = [threading.Thread(target=lambda: signed.append(process.cosign(THEIRS))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(signed)) == 1
    assert len(signed) == 16


def test_a_killed_process_is_started_again(process):
    before = process.cosign(THEIRS)
    first = child_of(process)
    os.kill(first.pid, signal.SIGKILL)
    assert process.cosign(THEIRS) == before
    assert child_of(process).pid != first.pid


def test_after_stop_nothing_is_signed(process):
    child = child_of(process)
    process.stop()
    assert child.poll() is not None
    assert code_of(lambda: process.cosign(THEIRS), WorldError) == "adapters.signer-gone"


def test_the_process_ends_when_its_node_does(process):
    child = child_of(process)
    sockets = process.stop.__self__._sockets
    while (held := sockets.get_nowait()) is not None:
        held.close()
        if sockets.empty():
            break
    assert child.wait(timeout=20) == 0
    sockets.put(None)


def test_without_keys_it_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    assert code_of(lambda: Signer.start(tmp_path, GBR.anchor.name), WorldError) == "adapters.keys-missing"


def test_no_key_is_readable_by_others(tmp_path):
    create_keys(tmp_path, Entropy(), NOW)
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}
    assert Path(tmp_path / "keys").stat().st_mode & 0o777 == 0o700
