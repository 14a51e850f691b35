# SPDX-License-Identifier: MIT
"""Whatever part of a text people look for, the index names the object and the check agrees."""

from hypothesis import given
from hypothesis import strategies as st

from tasuki.core.holdings.words import fold, index_words, matches, text_of, words_of

JAPANESE = st.text(alphabet="攻撃者情報共有ランサムウェアひらがな", min_size=2, max_size=12)


def test_latin_words_come_whole_and_japanese_in_pairs():
    assert words_of("BarrelLock攻撃者 v2") == ["barrellock", "攻撃", "撃者", "v2"]
    assert words_of("国") == ["国"]
    assert words_of(" _-. ") == []


def test_full_width_and_half_width_forms_are_one():
    assert words_of("TASUKI カタカナ") == words_of("tasuki カタカナ")
    assert fold("Straße") == fold("STRASSE")


@given(JAPANESE, st.data())
def test_any_two_neighbouring_characters_find_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 2))
    part = text[start : start + 2]
    obj = {"name": f"報告 {text} end"}
    assert set(words_of(part)) <= set(index_words(text_of(obj)).split(" "))
    assert matches(obj, part)


def test_a_match_needs_every_term():
    obj = {"name": "HOLLOW LANTERN (fictional)", "description": "麦酒工場を攻撃"}
    assert matches(obj, "lantern 攻撃")
    assert not matches(obj, "lantern 発電")


def test_people_find_values_in_patterns_and_terms_in_lists():
    obj = {"pattern": "[domain-name:value = 'evil.example' OR url:value = 'it\\'s']", "labels": ["botnet", 7]}
    text = text_of(obj)
    assert "evil.example" in text
    assert "it\\'s" in text
    assert "botnet" in text


@given(st.dictionaries(st.sampled_from(["name", "labels", "pattern", "x"]), st.none() | st.integers() | st.text()))
def test_any_object_has_a_text(obj):
    assert isinstance(text_of(obj), str)


def test_the_text_of_a_huge_object_is_bounded():
    assert len(text_of({"description": "x" * 10**6, "pattern": "'y'" * 10**5})) <= 20_000
