# SPDX-License-Identifier: MIT
"""Markings as they are understood: whose definition counts, and what happens when one comes late."""

from __future__ import annotations

import pytest

from making_nodes import NOW, make_node
from tasuki.base.ids import Audience
from tasuki.base.time import parse_rfc3339
from tasuki.core.holdings.handling import BASES
from tasuki.core.markings.labels import label_of
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix import build
from tasuki.formats.stix.ids import own_id
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import release
from tasuki.services.intake import Terms, home_identity, import_pieces

TOKYO = Audience.parse("JPN/nco:csirt")


@pytest.fixture
def node(tmp_path):
    made = make_node(tmp_path / "gbr", "GBR/gbr-1", lambda *_: b"")
    yield made
    made.database.close()


def take_in(node, *raws, source="local"):
    given = None
    originator = "GBR"
    if source != "local":
        originator = source
        given = label_of(levels=["green"], caveats=(), blocked=(), originator=source)
    terms = Terms(source=source, originator=originator, handling=BASES["open-source"], given=given)
    report = import_pieces(node, [Piece(place="x", raw=raw) for raw in raws], terms)
    assert not report.quarantined
    return report


def caveat(node, *audiences):
    creator, _ = home_identity(node)
    return build.caveat_definition(audiences, creator=creator, at=NOW)


def indicator(node, *markings):
    creator, identity = home_identity(node)
    raw = build.indicator("domain", "bad.example", creator=creator, at=NOW, markings=markings)
    return own_id("indicator", creator, "[domain-name:value = 'bad.example']"), identity, raw


def verdict(node, stix_id):
    return release.explain(node, stix_id, TOKYO).verdict


def test_an_object_waits_for_its_marking_and_goes_once_it_is_understood(node):
    marking, definition = caveat(node, "JPN/nco:csirt")
    stix_id, identity, raw = indicator(node, marking_id("amber"), marking)
    take_in(node, identity, raw)
    assert verdict(node, stix_id).reason.code == "release.unknown-marking"
    take_in(node, definition)
    assert verdict(node, stix_id).allowed


def test_a_late_definition_narrows_as_it_says(node):
    marking, definition = caveat(node, "GBR/ncsc:csirt")
    stix_id, identity, raw = indicator(node, marking_id("green"), marking)
    take_in(node, identity, raw)
    take_in(node, definition)
    assert verdict(node, stix_id).reason.code == "release.caveat"


def test_a_partner_cannot_say_what_our_marking_means(node):
    marking, ours = caveat(node, "GBR/ncsc:csirt")
    theirs = ours.replace(b"GBR/ncsc:csirt", b"JPN/nco:csirt")
    assert theirs != ours
    take_in(node, theirs, source="JPN")
    take_in(node, ours)
    stix_id, identity, raw = indicator(node, marking_id("green"), marking)
    take_in(node, identity, raw)
    assert verdict(node, stix_id).reason.code == "release.caveat-nobody"


def test_the_first_definition_a_source_gave_stays(node):
    marking, first = caveat(node, "GBR/ncsc:csirt")
    take_in(node, first)
    take_in(node, first.replace(b"GBR/ncsc:csirt", b"JPN/nco:csirt"))
    stix_id, identity, raw = indicator(node, marking_id("green"), marking)
    take_in(node, identity, raw)
    assert not verdict(node, stix_id).allowed


def allowed(node, stix_id):
    """Return whom the caveat of the holding itself allows, whatever hangs together with it."""
    return {str(each) for each in release.explain(node, stix_id, TOKYO).own.releasable_to}


def test_our_own_definition_narrows_what_another_partys_was_first_to_explain(node):
    marking, ours = caveat(node, "GBR/nca:police")
    theirs = ours.replace(b'"GBR/nca:police"', b'"JPN/nco:csirt"')
    stix_id, identity, raw = indicator(node, marking_id("amber"), marking)
    take_in(node, theirs, source="JPN")
    take_in(node, identity, raw)
    assert allowed(node, stix_id) == {"JPN/nco:csirt"}
    take_in(node, ours)
    assert allowed(node, stix_id) == set()


def test_another_partys_definition_says_nothing_of_what_our_own_explained(node):
    marking, ours = caveat(node, "JPN/nco:csirt")
    stix_id, identity, raw = indicator(node, marking_id("amber"), marking)
    take_in(node, identity, ours, raw)
    take_in(node, ours.replace(b'"JPN/nco:csirt"', b'"GBR/nca:police"'), source="JPN")
    assert allowed(node, stix_id) == {"JPN/nco:csirt"}


def test_our_own_definition_that_nobody_can_read_stops_what_anothers_explained(node):
    marking, ours = caveat(node, "JPN/nco:csirt")
    stix_id, identity, raw = indicator(node, marking_id("amber"), marking)
    take_in(node, ours, source="JPN")
    take_in(node, identity, raw)
    take_in(node, ours.replace(b'"releasable_to"', b'"releasable_for"'))
    assert verdict(node, stix_id).reason.code == "release.unknown-marking"


def test_what_can_be_read_narrows_while_another_marking_is_still_unknown(node):
    marking, definition = caveat(node, "JPN/npa:police")
    unknown = "marking-definition--00000000-0000-4000-8000-00000000beef"
    stix_id, identity, raw = indicator(node, marking_id("green"), marking, unknown)
    take_in(node, identity, raw)
    take_in(node, definition)
    own = release.explain(node, stix_id, TOKYO).own
    assert {str(each) for each in own.releasable_to} == {"JPN/npa:police"}
    assert own.blocked == {"unknown-marking"}


def test_what_a_victim_reported_is_blocked_until_the_victim_was_asked(node):
    stix_id, identity, raw = indicator(node, marking_id("green"))
    terms = Terms(source="local", originator="GBR", handling=BASES["victim-report"])
    import_pieces(node, [Piece(place="x", raw=each) for each in (identity, raw)], terms)
    assert release.explain(node, stix_id, TOKYO).own.blocked == {"victim-consent"}


def test_everything_a_marking_states_is_met_in(node):
    marking, definition = caveat(node, "JPN/nco:csirt")
    said = b'"consent_of":["GBR"],"classification":"GBR:OFFICIAL","until":"2030-01-01T00:00:00Z",'
    stix_id, identity, raw = indicator(node, marking_id("green"), marking)
    take_in(node, identity, definition.replace(b'"releasable_to"', said + b'"releasable_to"'), raw)
    own = release.explain(node, stix_id, TOKYO).own
    assert (own.consent_of, own.classifications) == ({"GBR"}, {"GBR:OFFICIAL"})
    assert own.until == parse_rfc3339("2030-01-01T00:00:00Z")
