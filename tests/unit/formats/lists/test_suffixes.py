# SPDX-License-Identifier: MIT
"""Names under which everybody registers are known; names that somebody registered are not taken for them."""

import pytest

from tasuki.formats.lists.suffixes import _PAIRS, is_registry


@pytest.fixture(scope="module")
def rules(data):
    """Return the ICANN section of the Public Suffix List: names, and those whose children are registries."""
    text = (data / "public-suffix-list" / "public_suffix_list.dat").read_text("utf-8")
    section = text[text.index("===BEGIN ICANN DOMAINS===") : text.index("===END ICANN DOMAINS===")]
    return {line for line in section.splitlines() if line and not line.startswith("//")}


def test_every_pair_we_name_is_a_registry(rules):
    assert [pair for pair in sorted(_PAIRS) if pair not in rules and f"*.{pair}" not in rules] == []


@pytest.mark.parametrize("country", ["jp", "uk", "th", "tw", "za"])
def test_no_category_of_these_countries_is_missing(rules, country):
    pairs = {rule.removeprefix("*.") for rule in rules if rule.endswith(f".{country}") and not rule.startswith("!")}
    assert [pair for pair in sorted(pairs) if pair.count(".") == 1 and not is_registry(pair)] == []


def test_the_usual_categories_of_all_countries_are_known(rules):
    missing = [
        rule
        for rule in rules
        if rule.count(".") == 1 and len(rule.partition(".")[2]) == 2 and not is_registry(rule)
        and rule.partition(".")[0] in ("com", "net", "org", "edu", "gov", "mil", "co", "ac")
    ]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize(
    "name", ["com", "jp", "co.jp", "tokyo.jp", "東京.jp", "co.uk", "nhs.uk", "com.br", "localhost"]
)
def test_a_registry_is_one(name):
    assert is_registry(name)


@pytest.mark.parametrize(
    "name", ["evil.com", "evil.co.jp", "web.de", "info.de", "evil.example", "ddns.net", "co._d", "co.example"]
)
def test_a_name_that_somebody_holds_is_none(name):
    assert not is_registry(name)
