# SPDX-License-Identifier: MIT
"""What markings say is in the label of what they mark, whether their definition came before, with it, or after."""

import itertools

import pytest

from making_release import indicator, take_in, three_nodes, uid
from tasuki.formats.stix.extensions import ACS_3, CAVEAT, IEP_2, PAP
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import marking
from tasuki.services.persons import home_principal

ONE = uid("indicator", 1)
OPEN = "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=deny"
BODIES = {
    "caveat": {
        CAVEAT: {
            "releasable_to": ["BBB/cert", "CCC"],
            "consent_of": ["CCC"],
            "classification": "AAA:OPEN",
            "embargo": "2026-03-08T09:00:00Z",
            "ahead": ["BBB/cert:csirt"],
            "until": "2027-03-08T09:00:00Z",
        }
    },
    "pap": {PAP: {"pap": "green"}},
    "iep": {
        IEP_2: {
            "tlp": "amber",
            "permitted_actions": "externally-visible-indirect-actions",
            "affected_party_notifications": "may",
            "provider_attribution": "must",
            "unmodified_resale": "must-not",
            "encrypt_in_transit": "must",
            "start_date": "2026-01-01T00:00:00Z",
            "end_date": "2026-12-31T00:00:00Z",
            "iep_version": 2.0,
        }
    },
    "acs": {
        ACS_3: {
            "responsible_entity_custodian": "USA.DHS",
            "policy_reference": OPEN,
            "control_set": {"classification": "U", "sensitivity": ["PII"], "permitted_nationalities": ["BBB"]},
        }
    },
}
SAID = {
    "caveat": {
        "tlp": "GREEN",
        "releasable_to": ["BBB/cert", "CCC"],
        "consent_of": ["CCC"],
        "classifications": ["AAA:OPEN"],
        "embargo": "2026-03-08T09:00:00.000Z",
        "ahead": ["BBB/cert:csirt"],
        "until": "2027-03-08T09:00:00.000Z",
    },
    "pap": {"tlp": "GREEN", "pap": "GREEN"},
    "iep": {
        "tlp": "AMBER",
        "pap": "AMBER",
        "embargo": "2026-01-01T00:00:00.000Z",
        "ahead": [],
        "until": "2026-12-31T00:00:00.000Z",
    },
    "acs": {"tlp": "GREEN", "releasable_to": ["BBB"], "consent_of": ["USA"], "blocked": ["personal-data"]},
}


def definition(name):
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": uid("marking-definition", 1),
        "created": "2026-02-01T00:00:00.000Z",
        "extensions": BODIES[name],
    }


MARKED = indicator(1, "green")
MARKED["object_marking_refs"].append(uid("marking-definition", 1))


@pytest.mark.parametrize(
    ("name", "order"),
    list(itertools.product(BODIES, ["before", "with it", "after"])),
    ids=lambda value: value,
)
def test_what_a_marking_says_is_in_the_label(tmp_path, name, order):
    with three_nodes(tmp_path) as three:
        if order == "with it":
            take_in(three.aaa, MARKED, definition(name))
        else:
            both = [definition(name), MARKED]
            for each in both if order == "before" else reversed(both):
                take_in(three.aaa, each)
        shown = marking.show(three.aaa, ONE, home_principal(three.aaa))
    empty = {"releasable_to": None, "originators": ["AAA"], "blocked": []}
    assert shown["own"] == {**empty, **SAID[name]}
    assert shown["closure"]["blocked"] == shown["own"]["blocked"]


def test_the_ids_of_pap_count_and_hang_on_nothing_that_is_not_held(tmp_path):
    red = "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e"
    with three_nodes(tmp_path) as three:
        take_in(three.aaa, indicator(1, "green") | {"object_marking_refs": [marking_id("green"), red]})
        shown = marking.show(three.aaa, ONE, home_principal(three.aaa))
    assert (shown["closure"]["pap"], shown["closure"]["blocked"]) == ("RED", [])
