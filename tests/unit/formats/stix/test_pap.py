# SPDX-License-Identifier: MIT
"""PAP is understood in every form in use, old names included, and in no other; what else a marking says is met in."""

import pytest

from tasuki.base.time import parse_rfc3339
from tasuki.formats.stix.extensions import ACS_3, CAVEAT, IEP_2, PAP, TLP_2
from tasuki.formats.stix.markings import Markings, meaning_of, read_markings
from tasuki.formats.stix.pap import PAP_IDS, PAP_LEVELS, pap_of_text


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("PAP:AMBER", "amber"),
        ("pap:white", "clear"),
        (" Green ", "green"),
        ("PAP: red", "red"),
        ("PAP:AMBER+STRICT", None),
        ("TLP:RED", None),
        ("", None),
    ],
)
def test_a_level_is_read_in_the_spellings_in_use(text, level):
    assert pap_of_text(text) == level


@pytest.mark.parametrize("identifier", sorted(PAP_IDS))
def test_an_id_of_the_extension_counts_held_or_not_and_whatever_is_held(identifier):
    forged = {"id": identifier, "definition_type": "pap", "definition": {"pap": "clear"}}
    for definition in (None, forged):
        found = read_markings([identifier], lambda _, held=definition: held)
        assert found == Markings(levels=frozenset(), paps=frozenset({PAP_IDS[identifier]}))


@pytest.mark.parametrize(
    ("definition", "paps", "unread"),
    [
        *(({"definition_type": "pap", "definition": {"pap": level}}, {level}, ()) for level in PAP_LEVELS),
        ({"definition_type": "statement", "definition": {"statement": "PAP:AMBER"}}, {"amber"}, ()),
        ({"definition_type": "statement", "definition": {"statement": "PAP:AMBER for some"}}, set(), ("statement",)),
        ({"definition_type": "statement", "definition": {"statement": "papal blessings"}}, set(), ()),
        ({"definition_type": "pap", "definition": {"tlp": "amber"}}, set(), ("pap",)),
        ({"definition_type": "pap", "definition": "red"}, set(), ("pap",)),
        ({"definition_type": "pap"}, set(), ("pap",)),
        ({"extensions": {PAP: {"extension_type": "property-extension", "pap": "red"}}}, {"red"}, ()),
        ({"extensions": {PAP: {"pap": "red", "until": "tomorrow"}}}, {"red"}, ("pap.until",)),
        ({"extensions": {PAP: {"pap": 3}}}, set(), ("pap.pap",)),
        ({"extensions": {PAP: {}}}, set(), ("pap.pap",)),
    ],
    ids=str,
)
def test_a_form_is_read_whole_or_said_to_be_unreadable(definition, paps, unread):
    found = meaning_of({"id": "marking-definition--0", **definition})
    assert (found.paps, found.unread) == (paps, unread)


def test_a_definition_counts_for_all_it_states_in_every_extension():
    body = {
        TLP_2: {"tlp_2_0": "green"},
        PAP: {"pap": "amber"},
        CAVEAT: {"releasable_to": ["JPN"], "embargo": "2026-03-08T09:00:00Z", "ahead": ["JPN/nco"]},
        ACS_3: {
            "responsible_entity_custodian": "USA.DHS",
            "policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=deny",
            "control_set": {"classification": "U", "sensitivity": ["PII"]},
        },
        IEP_2: {"tlp": "red", "end_date": "2027-03-01T00:00:00Z"},
        "extension-definition--00000000-0000-4000-8000-000000000001": {},
    }
    both = {"definition_type": "statement", "definition": {"statement": "TLP:CLEAR"}, "extensions": body}
    found = read_markings(["marking-definition--0"], lambda _: both)
    assert found.levels == {"green", "red", "clear"}
    assert found.paps == {"amber"}
    assert found.caveats == (frozenset({"JPN"}),)
    assert found.consent_of == {"USA"}
    assert found.embargoes == ((parse_rfc3339("2026-03-08T09:00:00Z"), frozenset({"JPN/nco"})),)
    assert found.untils == (parse_rfc3339("2027-03-01T00:00:00Z"),)
    assert found.personal_data
    assert found.unknown == {"marking-definition--0"}
    unread = meaning_of(both).unread
    assert "extension-definition--00000000-0000-4000-8000-000000000001" in unread
    assert "iep.permitted_actions" in unread
