# SPDX-License-Identifier: MIT
"""The wire forms of a recovery say what was meant, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError, PeerError
from tasuki.core.channel.model import Lane, LaneState
from tasuki.core.ledger.model import Leaf
from tasuki.core.recovery.copies import Copy, Step
from tasuki.core.recovery.messages import read_answer, read_question, write_answer, write_question
from tasuki.core.recovery.model import Answer, Got, LaneAsked, LaneTold, Question, Sent
from tasuki.core.release.released import release_notice

HASH = "ab" * 32
LOG = "tasuki/JPN/jpn-1/pair/GBR"
numbers = st.integers(1, 2**53 - 1)


def asked(lane=Lane.URGENT):
    return LaneAsked(lane=lane.value, epoch_in=1, next_in=4, receipts_from=4, epoch_out=1, next_out=7, sent_from=9)


def question(**changes):
    made = {
        "restored": True,
        "size": 12,
        "mirror": 3,
        "got_after": 0,
        "resend": False,
        "step": Step(shown=Copy(number=2, token=HASH), proposed="cd" * 32, restored=True),
        "lanes": tuple(asked(lane) for lane in Lane),
    }
    return Question(**{**made, **changes})


def answer(**changes):
    leaf = Leaf(index=12, kind="envelope-sent", salt=bytes(32), body={"seq": 1})
    made = {
        "closed": False,
        "number": 3,
        "size": 13,
        "root": bytes(32),
        "note": b"note",
        "leaves": (leaf,),
        "theirs": (Leaf(index=3, kind="lost", salt=bytes(32), body={}),),
        "cosigned": (b"one", b"two"),
        "lanes": (
            LaneTold(lane="bulk", taken=LaneState(epoch=1, next_seq=2, prev=HASH), epoch=1, sealed=9, missing=(4, 5)),
        ),
        "receipts": (b"receipt",),
        "sent": (
            Sent(
                env_id="019ca945-0a00-7610-98e6-f49f98cee84f",
                env_hash=HASH,
                lane="urgent",
                epoch=1,
                seq=7,
                type="recall",
                receipt=b"r",
                body=b"{}",
            ),
        ),
        "got": (
            Got(stix_id=f"indicator--{'0' * 8}-0000-4000-8000-{'0' * 12}", audiences=("GBR/ncsc:csirt",), position=8),
        ),
        "refused": None,
    }
    return Answer(**{**made, **changes})


def test_a_question_is_read_as_it_was_meant():
    assert read_question(canonical(write_question(question()))) == question()


def test_an_answer_is_read_as_it_was_meant():
    assert read_answer(canonical(write_answer(answer(), LOG)), "GBR", question()) == answer()


def test_a_refusal_is_read_as_it_was_meant():
    refused = answer(refused=("recovery.other-copy", "No.", "いいえ。"))
    assert read_answer(canonical(write_answer(refused, LOG)), "GBR", question()) == refused


@given(size=st.integers(0, 2**53 - 1), number=numbers, resend=st.booleans())
def test_numbers_of_any_size_survive(size, number, resend):
    made = question(
        size=size, resend=resend, step=Step(shown=Copy(number=number, token=HASH), proposed=HASH, restored=True)
    )
    assert read_question(canonical(write_question(made))) == made


@given(st.binary(max_size=300))
def test_what_is_no_question_is_refused_and_nothing_else_happens(raw):
    with pytest.raises(InputError):
        read_question(raw)


@given(st.binary(max_size=300))
def test_what_is_no_answer_is_refused_and_nothing_else_happens(raw):
    with pytest.raises(PeerError):
        read_answer(raw, "GBR", question())


def bent(message, path, value):
    *steps, last = path
    for each in steps:
        message = message[each]
    message[last] = value


QUESTIONS = {
    "another version": (("v",), 2),
    "a negative size": (("size",), -1),
    "a size that is a flag": (("size",), True),
    "no flag": (("restored",), 1),
    "another lane": (("lanes", 0, "lane"), "fast"),
    "number zero": (("lanes", 0, "next_in"), 0),
    "a token that is none": (("copy", "next"), "x"),
    "no lanes": (("lanes",), None),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_bent_question_is_refused(name):
    message = write_question(question())
    bent(message, *QUESTIONS[name])
    with pytest.raises(InputError) as caught:
        read_question(canonical(message))
    assert caught.value.reason.code == "recovery.strange-question"


ANSWERS = {
    "another version": (("v",), 2),
    "a root of another length": (("root",), "AAAA"),
    "no base64": (("note",), "*"),
    "a salt of another length": (("leaves", 0, "salt"), "AAAA"),
    "a kind that is no word": (("leaves", 0, "kind"), "Envelope Sent"),
    "a body that is no object": (("leaves", 0, "body"), []),
    "an envelope id of another form": (("sent", 0, "env_id"), "1"),
    "a number and no hash": (("lanes", 0, "taken_prev"), ""),
    "a missing number of zero": (("lanes", 0, "missing"), [0]),
    "too many missing": (("lanes", 0, "missing"), list(range(1, 5002))),
    "a refusal of another form": (("refused",), {"code": 1, "en": "", "ja": ""}),
    "got without audiences": (("got", 0, "audiences"), "GBR"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bent_answer_is_refused(name):
    message = write_answer(answer(), LOG)
    bent(message, *ANSWERS[name])
    with pytest.raises(PeerError) as caught:
        read_answer(canonical(message), "GBR", question())
    assert caught.value.reason.code == "recovery.strange-answer"


def test_both_may_leave_in_the_form_of_the_closed_lists():
    release_notice("recover", write_question(question()), "GBR/gbr-1", "p")
    assert release_notice("recovered", write_answer(answer(), LOG), "JPN/jpn-1", "p").body


def test_what_is_given_back_goes_to_nobody_but_the_node_whose_log_it_is():
    with pytest.raises(Exception, match="FRA"):
        release_notice("recovered", write_answer(answer(), LOG), "FRA/fra-1", "p")
