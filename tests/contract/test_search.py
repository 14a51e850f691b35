# SPDX-License-Identifier: MIT
"""Search finds the same on both databases: Japanese by pairs of characters, Latin by words, nothing twice."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasuki.core.holdings.words import index_words, words_of
from tasuki.store import search

TEXTS = {
    1: "東京電力を狙う標的型攻撃",
    2: "北京の電力会社",
    3: "Ransomware stops the brewer; ランサムウェア",
    4: "evil.example and 192.0.2.7",
    5: "ＲＡＮＳＯＭＷＡＲＥ full width",
    6: "naïve Straße, ﬁle",
}


@pytest.fixture
def texts(database):
    database.write(lambda c: search.index(c, [(position, index_words(text)) for position, text in TEXTS.items()]))
    return database


def found(database, query: str, limit: int = 100) -> list[int]:
    with database.read() as connection:
        return search.candidates(connection, words_of(query), limit)


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ("東京", [1]),
        ("電力", [2, 1]),
        ("攻撃", [1]),
        ("京電", [1]),
        ("電力 東京", [1]),
        ("ransomware", [5, 3]),
        ("RANSOMWARE ランサム", [3]),
        ("evil.example", [4]),
        ("192.0.2.7", [4]),
        ("strasse", [6]),
        ("file", [6]),
        ("naive", []),
        ("大阪", []),
        ("", []),
    ],
)
def test_words_find_what_holds_them_newest_first(texts, query, positions):
    assert found(texts, query) == positions


def test_no_more_candidates_than_asked_for(texts):
    assert found(texts, "電力", limit=1) == [2]


def test_what_is_forgotten_is_found_no_more(texts):
    texts.write(lambda c: search.forget(c, [1, 5, 99]))
    assert found(texts, "電力") == [2]
    assert found(texts, "ransomware") == [3]
    texts.write(lambda c: search.forget(c, []))
    assert found(texts, "電力") == [2]


def test_an_act_that_is_undone_leaves_nothing_in_the_index(texts):
    def work(connection):
        search.index(connection, [(7, "undone")])
        raise KeyError(7)

    with pytest.raises(KeyError):
        texts.write(work)
    assert found(texts, "undone") == []


def test_words_longer_than_any_index_takes_are_cut_alike_when_written_and_when_asked(texts):
    longest = "a" * 3000 + " " + "電" * 3000
    texts.write(lambda c: search.index(c, [(8, "x " * 300 + longest)]))
    with texts.read() as connection:
        assert search.candidates(connection, ["a" * 3000], 9) == [8]
        assert search.candidates(connection, ["電" * 3000], 9) == [8]


def test_a_query_of_any_length_is_answered(texts):
    many = " ".join(f"w{number}" for number in range(5000))
    texts.write(lambda c: search.index(c, [(9, index_words(many))]))
    assert found(texts, many) == [9]


def test_signs_of_query_languages_are_words_or_nothing(texts):
    for query in ('"', "'", "a OR b", "NEAR(東京 電力)", "* :", "\\", "' | '", "!ransomware", "ransom*"):
        assert set(found(texts, query)) <= set(TEXTS)


scripts = st.text(min_size=1, max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(scripts, min_size=1, max_size=5), pick=st.integers(0, 99))
def test_every_word_of_any_script_finds_its_text(database, texts, pick):
    rows = [(position, words) for position, text in enumerate(texts, 1) if (words := index_words(text))]
    database.write(lambda c: (search.forget(c, range(1, 6)), search.index(c, rows)))
    for position, words in rows:
        word = words.split(" ")[pick % len(words.split(" "))]
        with database.read() as connection:
            expected = [each for each, held in reversed(rows) if word in held.split(" ")]
            assert position in expected
            assert search.candidates(connection, [word], 99) == expected
