# SPDX-License-Identifier: MIT
"""National classifications are found wherever they stand, and ordinary words are left alone."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.reasons import Text
from tasuki.core.markings import ceiling as room
from tasuki.core.markings.ceiling import ceilings_of, mark_above, mark_in
from tasuki.core.partners.model import Ceiling

CEILINGS = (
    Ceiling(highest=Text(en="none", ja="なし"), refused=("特定秘密", "極秘", "秘")),
    Ceiling(highest=Text(en="OFFICIAL", ja="OFFICIAL"), refused=("TOP SECRET", "SECRET", "UK EYES ONLY")),
)


@pytest.fixture(autouse=True)
def anew():
    """Compile what the room compiles once anew: a run that changes the room must not see what was made before."""
    room._expression.cache_clear()
    room._needles.cache_clear()


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("SECRET", "SECRET"),
        ("UK SECRET//REL JPN", "SECRET"),
        ("(TOP SECRET)", "TOP SECRET"),
        ("TOP-SECRET", "TOP SECRET"),
        ("TOP  SECRET", "TOP SECRET"),
        ("UK EYES\nONLY", "UK EYES ONLY"),
        ("SECRET-NOFORN", "SECRET"),
        ("これはSECRETです", "SECRET"),
        ("SECRET扱い", "SECRET"),
        ("この文書は極秘である", "極秘"),
        ("特定秘密に当たる", "特定秘密"),
        ("【秘】", "秘"),
        ("( 秘 )", "秘"),
        ("(秘)", "秘"),
        ("\n 秘 \n", "秘"),
        ("秘: 本文", "秘"),
        ("㊙ 取扱注意", "秘"),
    ],
)
def test_a_mark_is_found(text, mark):
    assert mark_above(text, CEILINGS) == mark


@pytest.mark.parametrize(
    "text",
    [
        "the client secret leaked",
        "CLIENT_SECRET=1",
        "SECRETARY OF STATE",
        "OFFICIAL-SENSITIVE",
        "TOPSECRET9",
        "極秘裏に進めた",
        "特定秘密保護法",
        "秘密鍵",
        "神秘的",
        "",
    ],
)
def test_an_ordinary_word_is_no_mark(text):
    assert mark_above(text, CEILINGS) is None


@pytest.mark.parametrize(
    "obj",
    [
        {"definition": {"statement": "SECRET"}},
        {"x_classification": ["a", {"deep": "極秘"}]},
        {"external_references": [{"description": "UK EYES ONLY"}]},
        {"extensions": {"SECRET": {}}},
        {"objects": {"0": {"name": "SECRET"}}},
    ],
    ids=["statement", "custom", "reference", "member name", "observed"],
)
@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "utf-8"])
def test_a_mark_is_found_in_any_field(obj, ascii_only):
    raw = json.dumps(obj, ensure_ascii=ascii_only).encode()
    assert mark_in(raw, obj, CEILINGS) is not None


texts = st.text(alphabet=st.sampled_from(list("TOP SECRET-_秘極密特定(【]\n\u0041aé")), max_size=40)


@given(st.recursive(texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)))
def test_the_glance_at_the_bytes_never_hides_a_mark(obj):
    looked = mark_in(json.dumps(obj).encode(), obj, CEILINGS)
    # Non-ASCII bytes are never cleared by the glance: this is the slow way.
    assert looked == mark_in("秘密".encode(), obj, CEILINGS)


@pytest.mark.parametrize("text", ["\n" * 300_000, "[" + " " * 300_000, "【秘" + " " * 300_000, "TOP " * 80_000])
def test_reading_is_linear_in_the_text(text):
    assert mark_above(text + "!", CEILINGS) is None


def test_the_ceilings_of_everybody_count_everywhere():
    profile = SimpleNamespace(participants=[SimpleNamespace(ceiling=each) for each in CEILINGS])
    assert ceilings_of(profile) == CEILINGS


def test_a_mark_that_a_profile_writes_in_wide_letters_is_found_and_named_as_it_stands():
    wide = (Ceiling(highest=Text(en="none", ja="なし"), refused=("ＡＢ極秘",)),)
    assert mark_above("これはAB極秘です", wide) == "AB極秘"
    assert mark_above("これはAB秘です", wide) is None


def test_two_characters_are_a_mark_anywhere_and_one_is_not():
    two = (Ceiling(highest=Text(en="none", ja="なし"), refused=("極秘",)),)
    assert mark_above("この極秘資料", two) == "極秘"
    one = (Ceiling(highest=Text(en="none", ja="なし"), refused=("秘",)),)
    assert mark_above("この秘資料", one) is None
    assert mark_above("資料\n秘\n本文", one) == "秘"
