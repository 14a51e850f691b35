# SPDX-License-Identifier: MIT
"""The closed forms: each takes what it names, to the limit, and nothing beside it."""

import pytest

from tasuki.core.release import forms
from tasuki.core.release.forms import PROTOCOL
from tasuki.formats.envelope import anchor, envelope, notice, receipt

ID = "indicator--00000000-0000-4000-8000-000000000001"
SIGNED = "— JPN/jpn-1 AAAA="
ROOT = "A" * 43 + "="
PLACE = {"env_id": "01890a5d-ac96-774b-bcce-b302099a8057", "env_hash": "0" * 64, "lane": "bulk", "epoch": 1, "seq": 2}
SAID = {"code": "ledger.mirror-gap", "en": "A gap.", "ja": "欠落です。"}


def leaf(**changes):
    return {"kind": "envelope-sent", "salt": ROOT, "body": {**PLACE, "type": "objects", "policy": "0" * 64}, **changes}


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        (f"{SIGNED}\n", True),
        (f"{SIGNED}\n{SIGNED}\n", True),
        ("0\n", True),
        ("9007199254740993\n", True),
        ("ledger.mirror-gap The log lacks a leaf.\n", True),
        (f"ledger.mirror-gap {'x' * forms.MAX_REFUSAL}\n", True),
        ("ledger.mirror-gap x\n", True),
        (f"ledger.mirror-gap {'x' * (forms.MAX_REFUSAL + 1)}\n", False),
        ("ledger.mirror-gap \n", False),
        ("ledger.mirror-gap\n", False),
        ("ledger.mirror-gap one line\nand another\n", False),
        (f"{SIGNED}\nand another\n", False),
        ("A name of somebody\n", False),
        ("01\n", False),
        ("12", False),
        (SIGNED, False),
        ("\n", False),
        ("", False),
    ],
)
def test_a_witness_answers_with_signatures_a_size_or_one_sentence(answer, fits):
    assert PROTOCOL["cosignature"](answer.encode()) is fits


def test_bytes_that_are_no_text_are_no_answer_of_a_witness():
    assert PROTOCOL["cosignature"](b"\xff\n") is False


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({}, True),
        (SAID, True),
        ({**SAID, "en": "x" * forms.MAX_REFUSAL, "ja": ""}, True),
        ({**SAID, "en": "x" * (forms.MAX_REFUSAL + 1)}, False),
        ({**SAID, "ja": "x" * (forms.MAX_REFUSAL + 1)}, False),
        ({**SAID, "en": 1}, False),
        ({**SAID, "ja": None}, False),
        ({**SAID, "code": "A gap"}, False),
        ({**SAID, "more": ""}, False),
        ({"code": "ledger.mirror-gap"}, False),
        (None, False),
        ([], False),
        ("", False),
    ],
)
def test_a_refusal_is_nothing_or_a_code_with_its_sentences(value, fits):
    assert forms.refusal(value) is fits


@pytest.mark.parametrize(
    ("form", "fitting", "not_fitting"),
    [
        (forms.ids, [[ID], [ID] * forms.MAX_IDS], [[], [ID] * (forms.MAX_IDS + 1), [ID, 1], (ID,), ID]),
        (forms.sentence, ["x", "x" * forms.MAX_SENTENCE, "停止。"], ["", "x" * (forms.MAX_SENTENCE + 1), "a\nb", 1]),
        (forms.moment, ["2026-03-01T00:00:00Z"], ["2026-03-01", "", 1772323200]),
        (forms.envelope_id, [PLACE["env_id"]], [PLACE["env_id"].upper(), PLACE["env_id"] + "0", 1]),
        (forms.sha256, ["0" * 64, "f" * 64], ["0" * 63, "0" * 65, "F" * 64, 0]),
        (forms.code, ["a", "a.b-9", "a" * 80], ["", "A", "9a", "a" * 81, "a b", 1]),
        (forms.number, [0, 1, 2**53 - 1], [-1, 2**53, True, 1.0, "1", None]),
        (
            forms.counts,
            [{}, {"a": 0}, {f"a{n}": 1 for n in range(20)}],
            [{f"a{n}": 1 for n in range(21)}, {"A": 1}, []],
        ),
        (forms.node, ["JPN/jpn-1"], ["JPN", "jpn/JPN", 1]),
        (forms.log, ["tasuki/JPN/jpn-1/pair/GBR"], ["tasuki/JPN/jpn-1/audit", "tasuki/JPN/jpn-1/pair/GBR/x", 1]),
        (forms.root, [ROOT], ["A" * 44, "A" * 43, 1]),
        (forms.decision, ["granted", "refused", "withdrawn"], ["", "Granted", "perhaps", None, ["granted"]]),
        (forms.leaves, [[], [leaf()], [leaf()] * forms.MAX_LEAVES], [[leaf()] * (forms.MAX_LEAVES + 1), leaf(), [1]]),
        (
            forms.leaves,
            [[leaf(body={})]],
            [
                [leaf(kind="release:objects:share")],
                [leaf(kind=1)],
                [leaf(salt="A" * 43)],
                [leaf(salt=None)],
                [leaf(body=[])],
                [leaf(body={"env_id": 1})],
                [leaf(body={"victim": "named"})],
                [leaf(note="x")],
            ],
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_form_takes_what_it_names_and_nothing_beside_it(form, fitting, not_fitting):
    assert [form(each) for each in fitting] == [True] * len(fitting)
    assert [form(each) for each in not_fitting] == [False] * len(not_fitting)


@pytest.mark.parametrize("kind", ["envelope", "stored-receipt", "unsigned-notice", "anchor"])
def test_a_wire_form_begins_with_its_own_magic(kind):
    magic = {
        "envelope": envelope.MAGIC,
        "stored-receipt": receipt.MAGIC,
        "unsigned-notice": notice.MAGIC,
        "anchor": anchor.MAGIC,
    }[kind]
    assert PROTOCOL[kind](magic + b"...") is True
    assert PROTOCOL[kind](b"." + magic) is False
