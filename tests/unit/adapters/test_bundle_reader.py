# SPDX-License-Identifier: MIT
"""The process that reads bundles: it says what it found, and whoever asked takes it at no more than that."""

import subprocess
from types import SimpleNamespace

import pytest

from making_bundle import apart, with_letters
from tasuki.adapters import bundle_reader
from tasuki.base.errors import PeerError, WorldError
from tasuki.core.bundle.judging import Signer


@pytest.fixture
def sent(tmp_path):
    with apart(tmp_path) as (gbr, jpn):
        signers = [Signer(node=gbr.me, keys=gbr.anchor.keys)]
        yield with_letters(gbr, "JPN"), jpn.me, jpn.clock.now(), signers


def test_a_good_bundle_comes_out_as_it_went_in(sent):
    raw, me, now, signers = sent
    read = bundle_reader.read(me, now, signers, raw)
    assert read.bundle == raw
    assert set(read.confined) == {"limits", "no-network", "no-new-privileges", "few-calls"}


def test_a_bad_one_does_not_come_out_and_the_reason_does(sent):
    raw, me, now, signers = sent
    for bent, who, code in (
        (raw[:-1], signers, "bundle.form"),
        (raw, [], "bundle.stranger"),
        (b"", signers, "suites.truncated"),
    ):
        with pytest.raises(PeerError) as caught:
            bundle_reader.read(me, now, who, bent)
        assert caught.value.reason.code == code
        assert "{" not in caught.value.reason.sentence()


@pytest.mark.parametrize(
    "output", [b"", b"\0\0", b"\0\0\0\2{}", b"\0\0\0\2[]", b"\xff\xff\xff\xff{}", b"not an answer at all"]
)
def test_a_reader_that_ends_without_an_answer_is_said_so(sent, monkeypatch, output):
    raw, me, now, signers = sent
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=output, returncode=-11))
    with pytest.raises(WorldError) as caught:
        bundle_reader.read(me, now, signers, raw)
    assert caught.value.reason.code == "bundle.reader-failed"
    assert caught.value.reason.params == {"code": -11}


def test_a_reader_that_never_ends_is_stopped(sent, monkeypatch):
    raw, me, now, signers = sent

    def late(*words, **named):
        raise subprocess.TimeoutExpired(words, named["timeout"])

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(WorldError):
        bundle_reader.read(me, now, signers, raw)
