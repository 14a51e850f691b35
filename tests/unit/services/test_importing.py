# SPDX-License-Identifier: MIT
"""Import: under the terms a person states, whatever form a file has, and a list said twice is said once."""

from datetime import timedelta

import pytest

from making_holdings import OPEN, audited, bring, lines, obj, one_node, raw, uid
from making_nodes import Hands
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import label_to_json
from tasuki.services import holdings, release
from tasuki.services.importing import Statement, stays_local, terms_of
from tasuki.store import holdings as store

LIST = b"indicator,type,description\nevil.example,domain,DEMONSTRATION\n203.0.113.9,ipv4,\n"


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def node(tmp_path, hands):
    with one_node(tmp_path, hands=hands) as made:
        yield made


def indicators(node):
    return {each["name"]: each["id"] for each in holdings.listed(node, types=["indicator"], sources=[], limit=99)}


def forms(node, stix_id):
    return [each.body for each in holdings.show(node, stix_id)]


def test_objects_lists_and_lines_come_in_under_the_same_terms(node):
    statement = Statement(tlp="TLP:AMBER", releasable_to=("JPN/nco:csirt",), basis="own-analysis")
    assert bring(node, raw(obj(1)), "one.json", statement).accepted == 1
    assert bring(node, lines(obj(2), obj(3)), "some.jsonl", statement).accepted == 2
    assert bring(node, LIST, "list.csv", statement).accepted == 4
    for stix_id in (uid("identity", 1), uid("identity", 2), indicators(node)["evil.example"]):
        (held,) = holdings.show(node, stix_id)
        assert (held.label["tlp"], held.label["releasable_to"]) == ("AMBER", ["JPN/nco:csirt"])
        assert held.label["blocked"] == []
        assert held.handling["collection"] == "own-analysis"


def test_without_a_basis_everything_stays_here_and_that_is_said(node):
    statement = Statement(tlp="clear")
    bring(node, lines(obj(1)), statement=statement)
    assert stays_local(terms_of(node, statement)).code == "holdings.stays-local"
    assert stays_local(terms_of(node, OPEN)) is None
    (held,) = holdings.show(node, uid("identity", 1))
    assert held.label["blocked"] == ["unknown-handling"]


def test_what_objects_say_themselves_is_narrowed_and_never_widened(node):
    red = {"object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}
    bring(node, lines(obj(1, **red), obj(2)), statement=Statement(tlp="green", basis="open-source"))
    labels = [holdings.show(node, uid("identity", number))[0].label["tlp"] for number in (1, 2)]
    assert labels == ["RED", "GREEN"]


@pytest.mark.parametrize(
    ("said", "moment"),
    [("2026-03-31", "2026-04-01T00:00:00.000Z"), ("2026-03-31T15:00:00+09:00", "2026-03-31T06:00:00.000Z")],
)
def test_a_day_counts_to_its_end_and_a_moment_as_it_is(node, said, moment):
    bring(node, lines(obj(1)), statement=Statement(basis="open-source", dispose_by=said))
    (held,) = holdings.show(node, uid("identity", 1))
    assert held.handling["dispose_by"] == moment


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"tlp": "purple"}, "holdings.unknown-tlp"),
        ({"basis": "hearsay"}, "holdings.unknown-basis"),
        ({"releasable_to": ("FRA",)}, "release.unknown-reader"),
        ({"releasable_to": ("JPN/nco:csirt", "nonsense!")}, "release.unknown-reader"),
        ({"dispose_by": "soon"}, "holdings.dispose-by"),
        ({"dispose_by": "2026-03-01T11:59:59Z"}, "holdings.dispose-by"),
        ({"dispose_by": "9999-12-31"}, "holdings.dispose-by"),
    ],
)
def test_terms_nobody_knows_are_refused(node, wrong, code):
    with pytest.raises(CallerError) as refused:
        terms_of(node, Statement(**wrong))
    assert refused.value.reason.code == code


def test_the_same_list_again_is_held_already(node, hands):
    first = bring(node, LIST, "list.csv")
    hands.now += timedelta(days=1)
    again = bring(node, LIST, "list.csv")
    assert (first.accepted, again.accepted, again.duplicate) == (3, 0, 3)


def test_news_about_a_value_is_a_new_version_of_its_indicator(node, hands):
    bring(node, LIST, "list.csv")
    hands.now += timedelta(days=1)
    report = bring(node, LIST.replace(b"DEMONSTRATION", b"DEMONSTRATION: relay"), "list.csv")
    assert (report.accepted, report.duplicate) == (1, 2)
    first, second = forms(node, indicators(node)["evil.example"])
    assert (first["id"], first["created"], first["valid_from"]) == (
        second["id"],
        second["created"],
        second["valid_from"],
    )
    assert second["modified"] > first["modified"]
    assert second["description"] == "DEMONSTRATION: relay"


def test_a_list_that_knows_less_of_a_value_says_nothing_new(node, hands):
    bring(node, LIST, "list.csv")
    hands.now += timedelta(days=1)
    report = bring(node, b"evil.example\n203.0.113.9\n", "list.txt")
    assert (report.accepted, report.duplicate) == (0, 3)


def test_another_marking_of_a_value_is_a_new_version(node, hands):
    bring(node, LIST, "list.csv")
    hands.now += timedelta(days=1)
    assert bring(node, LIST, "list.csv", Statement(tlp="amber", basis="open-source")).accepted == 2


def test_bad_lines_are_named_by_their_number_and_the_good_ones_held(node):
    report = bring(node, b"evil.example\nnot a value\n0.0.0.0/0\n\xff\n203.0.113.9\n", "list.txt")
    places = sorted(each.place for listed in report.examples.values() for each in listed)
    assert (report.accepted, places) == (3, ["line 2", "line 3", "line 4"])


def test_a_report_shows_a_few_examples_of_each_reason(node):
    report = bring(node, b"{}\n" * 9 + b'{"type":"x","type":"x"}\n', "feed.jsonl")
    assert report.quarantined == {"stix.type-missing": 9, "json.duplicate-member": 1}
    assert {code: len(listed) for code, listed in report.examples.items()} == {
        "stix.type-missing": 3,
        "json.duplicate-member": 1,
    }


def test_a_file_larger_than_a_batch_comes_in_whole(node):
    count = 2345
    report = bring(node, (lines(obj(number)) for number in range(count)))
    assert (report.accepted, len(set(report.ids))) == (count, count)
    assert sum(entry["held"] for entry in audited(node, "holding:import")) == count


def test_what_was_committed_before_the_source_failed_stays(node):
    def chunks():
        for number in range(1500):
            yield lines(obj(number))
        # Beyond what is read to tell the form, as a disk would.
        yield b" " * (2 << 20) + b"\n"
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 the source's own error
        bring(node, chunks())
    with node.database.read() as connection:
        assert store.top(connection) >= 1000


def test_an_empty_file_changes_nothing(node):
    with pytest.raises(InputError):
        bring(node, b"")
    assert audited(node, "holding:import") == []


def test_a_value_of_every_class_gets_an_indicator_of_ours(node):
    values = ["203.0.113.9", "2001:db8::9", "203.0.113.0/24", "evil.example", "http://evil.example/x", "a" * 32]
    bring(node, "\n".join(values).encode(), "list.txt")
    for name, stix_id in indicators(node).items():
        (held,) = holdings.show(node, stix_id)
        assert held.body["name"] in values
        assert held.body["created_by_ref"].startswith("identity--")
        assert name in values
    assert len(indicators(node)) == len(values)


def test_labels_are_those_the_gate_reads(node):
    bring(node, lines(obj(1)))
    explained = release.explain(node, uid("identity", 1), Audience.parse("JPN/nco:csirt"))
    assert explained.verdict.allowed
    assert label_to_json(explained.own) == holdings.show(node, uid("identity", 1))[0].label


def test_a_basis_that_was_forgotten_is_named_by_importing_again(node):
    reader = Audience.parse("JPN/nco:csirt")
    bring(node, lines(obj(1), obj(2)), statement=Statement(tlp="green"))
    release.mark(node, [uid("identity", 2)], level="red")
    assert not release.explain(node, uid("identity", 1), reader).verdict.allowed

    report = bring(node, lines(obj(1), obj(2)), statement=Statement(tlp="green", basis="own-analysis"))
    assert (report.accepted, report.duplicate, report.restated) == (0, 2, 2)
    (held,) = holdings.show(node, uid("identity", 1))
    assert (held.handling["collection"], held.label["blocked"]) == ("own-analysis", [])
    assert release.explain(node, uid("identity", 1), reader).verdict.allowed
    # What was narrowed meanwhile stays narrowed.
    assert holdings.show(node, uid("identity", 2))[0].label["tlp"] == "RED"


def test_importing_again_changes_nothing_that_was_stated(node):
    bring(node, lines(obj(1)), statement=Statement(tlp="amber", basis="own-analysis"))
    report = bring(node, lines(obj(1)), statement=Statement(tlp="clear", basis="open-source"))
    assert (report.duplicate, report.restated) == (1, 0)
    (held,) = holdings.show(node, uid("identity", 1))
    assert (held.label["tlp"], held.handling["collection"]) == ("AMBER", "own-analysis")
    assert bring(node, lines(obj(1)), statement=Statement()).restated == 0
