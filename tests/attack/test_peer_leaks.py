# SPDX-License-Identifier: MIT
"""Leaks that other systems had, each played here by its number: by a reader at the node, and by a partner.

The threads are public; what happened is told in our own words. A reader is a person of the police at AAA, the partner
is BBB. `nothing_of` looks at every byte either of them got.
"""

from __future__ import annotations

import hashlib
import json

import pytest

from making_readers import HOME, POLICE, Reader, let_in, pair
from making_release import BBB, CREATED, LATER, audited, indicator, report, take_in, uid
from tasuki.base.ids import Audience
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import holdings, release, withdrawal

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
WORD = "SECRETWORD"
RED = marking_id("red")


@pytest.fixture
def two(tmp_path):
    with pair(tmp_path) as made:
        yield made


@pytest.fixture
def hill(two):
    return let_in(two.aaa, "hill")


def seen(reader, *ids):
    """Return every byte a reader can get: lists, searches, exports, each id asked for."""
    answers = [
        reader.ask("GET", "/holdings", params={"limit": 10_000}),
        *(reader.ask("GET", "/holdings/find", params={"words": word}) for word in (WORD, "example", "name", "report")),
        reader.ask("POST", "/holdings/export", json={}),
        *(reader.ask("GET", f"/holdings/{each}", params={"view": "2.1"}) for each in ids),
    ]
    whole = b"".join(answer.content for answer in answers)
    # The export's bundle has a random id of its own.
    at = whole.index(b"bundle--")
    return whole[:at] + whole[at + len("bundle--") + 36 :]


def sent(two, audience=BBB):
    """Share everything with BBB and return every object it got, as it got it."""
    release.share_all(two.aaa, audience)
    two.carry()
    return b"".join(part.body for part in holdings.export(two.bbb, holdings.Selection()))


def nothing_of(two, reader, *words, asked=()):
    """See that neither the reader nor the partner got any of these words."""
    for what in (seen(reader, *asked), sent(two)):
        for word in words:
            assert word.encode() not in what


def thing(kind, number, *levels, **properties):
    """Return an object of some type."""
    made = {
        "type": kind, "spec_version": "2.1", "id": uid(kind, number), "created": CREATED, "modified": CREATED,
        **properties,
    }  # fmt: skip
    if levels:
        made["object_marking_refs"] = [marking_id(level) for level in levels]
    return made


def relationship(number, source, target, *levels):
    parts = {"relationship_type": "uses", "source_ref": source, "target_ref": target}
    return thing("relationship", number, *levels, **parts)


def test_opencti_17576_a_report_does_not_name_what_its_reader_may_not_have(two, hill):
    """A stream of a user up to AMBER+STRICT gave out RED objects, and their ids inside the references of a report."""
    take_in(two.aaa, indicator(1, "red"), indicator(2, "green"))
    take_in(two.aaa, report(3, "green", object_refs=[ONE, TWO]), report(4, "green", object_refs=[TWO]))
    nothing_of(two, hill, ONE, uid("report", 3))
    assert uid("report", 4) in hill.ids()
    assert uid("report", 4).encode() in sent(two)


def test_opencti_16814_values_of_indicators_stay_and_no_number_ranks_a_marking(two, hill):
    """A stream leaked ids and values, and an operator's wrong number for the rank of a marking made it worse."""
    take_in(two.aaa, indicator(1, "red", pattern=f"[domain-name:value = '{WORD.lower()}.example']"))
    claims = {"x_opencti_order": 0, "definition_type": "tlp", "definition": {"tlp": "white"}}
    take_in(two.aaa, {**thing("marking-definition", 9, "clear", **claims), "id": RED})
    nothing_of(two, hill, ONE, WORD.lower())


def test_opencti_15533_names_copied_beside_filtered_references_stay_with_them(two, hill):
    """References were filtered out of a sighting; the names of the organisations, copied into it as text, were not."""
    take_in(two.aaa, indicator(2, "green"), thing("identity", 1, "red", name=WORD, identity_class="organization"))
    where = {"where_sighted_refs": [uid("identity", 1)], "x_where_sighted_values": [WORD], "sighting_of_ref": TWO}
    take_in(two.aaa, thing("sighting", 5, "green", **where))
    nothing_of(two, hill, WORD, uid("identity", 1), uid("sighting", 5))


def test_opencti_11496_a_hidden_relation_between_two_visible_objects_leaves_no_trace(two, hill):
    """A RED relation between two CLEAR objects showed in the list of neighbours."""
    take_in(two.aaa, indicator(1, "clear"), thing("malware", 2, "clear", name="x", is_family=False))
    before = seen(hill, ONE, uid("malware", 2))
    take_in(two.aaa, relationship(3, ONE, uid("malware", 2), "red"))
    assert seen(hill, ONE, uid("malware", 2)) == before
    nothing_of(two, hill, uid("relationship", 3), "uses")


def test_opencti_6785_no_history_tells_of_what_was(two, hill):
    """A line of an object's history told of a RED relation."""
    take_in(two.aaa, indicator(1, "green", name=WORD))
    take_in(two.aaa, indicator(1, "green", modified=LATER, name="harmless"), thing("note", 4, "red", **_about(ONE)))
    nothing_of(two, hill, WORD, uid("note", 4), asked=[ONE])
    (shown,) = hill.ask("GET", f"/holdings/{ONE}").json()
    assert shown["body"]["name"] == "harmless"


def _about(stix_id):
    return {"content": WORD, "object_refs": [stix_id]}


@pytest.mark.parametrize("kind", ["identity", "location"])
def test_opencti_7695_no_type_is_exempt(two, hill, kind):
    """Places, organisations and sectors were left out of the segregation by organisation."""
    take_in(two.aaa, thing(kind, 1, "amber", name=WORD), caveats=((HOME,),))
    take_in(two.aaa, thing(kind, 2, name=WORD))
    nothing_of(two, hill, WORD, uid(kind, 1), uid(kind, 2))


def test_opencti_connectors_6593_an_unknown_marking_is_no_lack_of_one(two, hill):
    """A marking nobody knew was dropped in silence, and the object existed without any."""
    strange = "marking-definition--99999999-9999-4999-8999-999999999999"
    take_in(two.aaa, indicator(1, object_marking_refs=[strange, marking_id("clear")]))
    nothing_of(two, hill, ONE)
    assert release.explain(two.aaa, ONE, BBB).verdict.reason.code == "release.unknown-marking"


@pytest.mark.parametrize(
    "definition",
    [
        {"definition_type": "statement", "definition": {"statement": "TLP:AMBER+STRICT"}},
        {"definition_type": "tlp", "definition": {"tlp": "amber+strict"}},
    ],
    ids=["statement", "tlp"],
)
def test_opencti_9335_amber_strict_counts_in_whichever_form_it_comes(two, hill, definition):
    """AMBER+STRICT had a statement of its own instead of the published object, which others did not understand."""
    marking = thing("marking-definition", 7, "clear", **definition)
    del marking["modified"]
    take_in(two.bbb, marking)
    take_in(two.bbb, indicator(1, object_marking_refs=[marking["id"]]))
    release.share(two.bbb, [ONE, marking["id"]], Audience.parse(HOME))
    two.carry()
    assert ONE in Reader(two.aaa).ids()
    assert ONE not in hill.ids()


def test_misp_stix_77_a_label_that_looks_like_tlp_is_no_marking(two, hill):
    """`tlp:clear` and `tlp:amber+strict` became plain labels on export; whoever reads labels reads no marking."""
    take_in(two.aaa, indicator(1, labels=["tlp:clear"]), indicator(2, "clear", labels=["tlp:red"]))
    nothing_of(two, hill, ONE)
    assert TWO in hill.ids()


def test_misp_4200_a_caveat_that_names_nobody_is_for_nobody(two, hill):
    """Sharing with an empty group went to every organisation there was."""
    take_in(two.aaa, indicator(1, "clear"), caveats=((),))
    nothing_of(two, hill, ONE)
    assert release.explain(two.aaa, ONE, BBB).verdict.reason.code == "release.caveat-nobody"


def test_melicertes_csp_22_and_misp_10019_nobody_learns_who_else_belongs(two, hill):
    """The members of a sharing group, and so the existence of a circle, became known to whoever was given a copy."""
    take_in(two.aaa, indicator(1, "green"), indicator(2, "clear"))
    assert release.share(two.aaa, [TWO], Audience.parse("BBB/police:policy")).released == 1
    assert b"BBB" not in seen(hill, ONE, TWO)
    for path in ("/partners", "/persons", "/channel/envelopes", "/release/recalls"):
        assert hill.ask("GET", path).status_code == 403


def test_cti_taxii2_119_each_object_is_decided_on_and_a_reader_can_ask_what_it_may_have(two, hill):
    """A standard for collections knew no rule for an object, and no way for a client to learn what it may see."""
    take_in(two.aaa, indicator(1, "green"), indicator(2, "red"))
    assert hill.ids() == [ONE]
    assert hill.ask("GET", f"/release/explain/{ONE}", params={"to": f"{POLICE}@hill"}).json()["allowed"]
    assert hill.ask("GET", f"/release/explain/{TWO}", params={"to": f"{POLICE}@hill"}).status_code == 422


def test_misp_2506_a_tlp_alone_is_enough_to_keep_something(two, hill):
    """The tag said RED and enforced nothing, unless rules beside it were set."""
    take_in(two.aaa, indicator(1, "red"), indicator(2, "amber"))
    assert hill.ids() == [TWO]
    assert release.share(two.aaa, [ONE, TWO], Audience.parse("BBB")).released == 0


def test_misp_2223_of_two_colours_the_narrower_counts(two, hill):
    """A tag taken away at its source stayed at the peers, so that one event had two colours."""
    take_in(two.aaa, indicator(1, "clear", "red"), indicator(2, "red", "clear"))
    nothing_of(two, hill, ONE, TWO)


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_opencti_connectors_3349_the_order_in_which_sources_came_decides_nothing(two, hill, first):
    """The same object was CLEAR or AMBER+STRICT, depending on which connector ran first."""
    take_in(two.bbb, indicator(1, "amber+strict"))
    release.share(two.bbb, [ONE], Audience.parse(HOME))
    if first == "theirs":
        two.carry()
    take_in(two.aaa, indicator(1, "clear"))
    two.carry()
    assert hill.ids() == []
    assert len(Reader(two.aaa).ids()) == 2


def test_misp_2455_what_one_gave_does_not_go_on_to_another(two, hill):
    """A third must not get what the first gave the second; distribution levels could not say so."""
    take_in(two.bbb, indicator(1, "amber"))
    release.share(two.bbb, [ONE], Audience.parse(HOME))
    two.carry()
    assert hill.ids() == []
    told = release.explain(two.aaa, ONE, Audience.parse("CCC/cert:csirt")).verdict
    assert (told.allowed, told.rule) == (False, "R9")


def test_opencti_connectors_7011_a_marking_on_a_part_counts_for_the_whole(two, hill):
    """A conversion dropped the markings of the attributes and kept that of the event."""
    embedded = {"0": {"type": "domain-name", "value": f"{WORD.lower()}.example", "object_marking_refs": [RED]}}
    times = {"first_observed": CREATED, "last_observed": CREATED, "number_observed": 1}
    old = {**thing("observed-data", 1, "green", objects=embedded, **times)}
    del old["spec_version"]
    take_in(two.aaa, old)
    part = {"selectors": ["pattern"], "marking_ref": RED}
    take_in(two.aaa, indicator(2, "green", granular_markings=[part], pattern=f"[file:name = '{WORD}']"))
    nothing_of(two, hill, WORD, WORD.lower(), TWO, uid("observed-data", 1))


def test_misp_4784_and_4681_what_was_shared_too_widely_is_taken_back_from_its_readers(two):
    """A copy that went out by mistake stayed where it was, whatever was done at its source."""
    take_in(two.bbb, indicator(1, "green"), indicator(2, "green"))
    release.share(two.bbb, [ONE, TWO], Audience.parse(HOME))
    two.carry()
    hill = let_in(two.aaa, "hill")
    assert len(hill.ids()) == 2
    withdrawal.narrow(two.bbb, [ONE], level="amber", why="Too wide.")
    withdrawal.recall(two.bbb, [TWO], why="By mistake.")
    two.carry()
    assert hill.ids() == hill.taken() == []


def test_thehive_1427_likeness_to_what_is_hidden_shows_nothing(two, hill):
    """A view of similar cases showed cases of other tenants."""
    same = {"name": "kujira brewery", "pattern": "[domain-name:value = 'same.example']"}
    take_in(two.aaa, indicator(1, "green", **same))
    before = seen(hill, ONE)
    take_in(two.aaa, indicator(2, "red", **same), thing("malware", 3, name="kujira brewery", is_family=False))
    assert seen(hill, ONE) == before


def test_cve_2026_56424_what_is_changed_is_what_was_asked_about(two):
    """The check was made for one object, and another was written."""
    take_in(two.aaa, indicator(1, "green"), indicator(2, "green"))
    better = json.dumps(indicator(2, "green", modified=LATER))
    body = {"stix_id": TWO, "object": better, "why": "Better."}
    answer = Reader(two.aaa).ask("POST", f"/withdrawal/correct/{ONE}", json=body)
    assert answer.status_code >= 400
    for stix_id in (ONE, TWO):
        assert len(Reader(two.aaa).ask("GET", f"/holdings/{stix_id}").json()) == 1


def test_opencti_5681_a_cursor_from_one_list_serves_another_without_gaps(two, hill):
    """A cursor mixed with a filter skipped pages."""
    take_in(
        two.aaa, *(indicator(n, "green") for n in (1, 2, 3)), *(report(n, "green", object_refs=[ONE]) for n in (4, 5))
    )
    whole = hill.ids()
    for each in hill.ask("GET", "/holdings", params={"limit": 100}).json():
        rest = whole[whole.index(each["id"]) + 1 :]
        after = f"{each['id']}@{each['sha256']}"
        assert hill.ids(after=after) == rest
        assert hill.ids(after=after, type="report") == [one for one in rest if one.startswith("report")]


def test_opencti_704_an_export_holds_what_its_reader_may_see_and_is_in_the_log(two, hill):
    """People wanted exports reviewed, after one had let something out."""
    take_in(two.aaa, indicator(1, "red"), indicator(2, "green"))
    assert hill.taken() == [TWO]
    (entry,) = audited(two.aaa, "holdings:bundle:export")
    assert (entry["audience"], entry["person"]) == (f"{POLICE}@hill", "hill")


def test_deterministic_ids_of_hidden_observables_are_told_to_nobody(two, hill):
    """The id of an observable is computed from its value: whoever sees the id can try values until one fits."""
    value = {"type": "domain-name", "spec_version": "2.1", "id": uid("domain-name", 3), "value": f"{WORD}.example"}
    take_in(two.aaa, {**value, "object_marking_refs": [RED]}, indicator(2, "green"))
    take_in(two.aaa, relationship(4, TWO, value["id"], "green"))
    nothing_of(two, hill, value["id"], uid("relationship", 4), hashlib.sha256(WORD.encode()).hexdigest())
