# SPDX-License-Identifier: MIT
"""A person is a name in a desk of the home's own participant, and is known by a token nobody can guess or read back."""

import pytest

from making_nodes import profile
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.persons.model import Principal
from tasuki.core.persons.naming import reader_of
from tasuki.core.persons.tokens import TOKEN_BYTES, token_digest, write_token

GBR = profile().participant("GBR")


def test_a_person_is_a_reader_in_its_desk():
    assert reader_of("bell", "GBR/ncsc:csirt", GBR) == Audience.parse("GBR/ncsc:csirt@bell")


@pytest.mark.parametrize(
    ("name", "desk", "code"),
    [
        ("Bell", "GBR/ncsc:csirt", "persons.not-a-name"),
        ("", "GBR/ncsc:csirt", "persons.not-a-name"),
        ("bell@x", "GBR/ncsc:csirt", "persons.not-a-name"),
        ("b" * 33, "GBR/ncsc:csirt", "persons.not-a-name"),
        ("bell", "GBR/ncsc", "persons.not-a-desk"),
        ("bell", "GBR", "persons.not-a-desk"),
        ("bell", "JPN/nco:csirt", "persons.not-a-desk"),
        ("bell", "GBR/ncsc:police", "persons.not-a-desk"),
        ("bell", "GBR/ncsc:csirt@mori", "persons.not-a-desk"),
        ("bell", "", "persons.not-a-desk"),
    ],
)
def test_another_name_or_desk_is_refused_with_what_there_is(name, desk, code):
    with pytest.raises(CallerError) as caught:
        reader_of(name, desk, GBR)
    assert caught.value.reason.code == code
    if code == "persons.not-a-desk":
        assert "GBR/ncsc:csirt" in caught.value.reason.sentence()


def test_a_token_carries_all_of_its_random_bits_and_needs_no_quoting():
    made = {write_token(bytes([value]) * TOKEN_BYTES) for value in range(256)}
    assert len(made) == 256
    for token in made:
        assert len(token) == 50
        assert token.replace("-", "").replace("_", "").isalnum()


def test_the_digest_of_anything_that_is_shown_exists():
    assert len({token_digest(text) for text in ("", "x", "襷", "\udcff", "x" * 100_000)}) == 5


def test_a_person_of_the_home_asks_for_the_home_and_nobody_else_does():
    home = Audience.parse("GBR/ncsc:csirt")
    assert Principal(home).is_of(home)
    assert Principal(Audience.parse("GBR/ncsc:csirt@bell"), "bell").is_of(home)
    for other in ("GBR", "GBR/ncsc", "GBR/ncsc:police", "GBR/nca:csirt@bell", "JPN/ncsc:csirt"):
        assert not Principal(Audience.parse(other)).is_of(home)
