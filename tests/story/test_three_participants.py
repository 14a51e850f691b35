# SPDX-License-Identifier: MIT
"""Another partnership needs no new code: three made-up authorities, from `init` to the gate's answer."""

from __future__ import annotations

import json

import pytest

from making_commands import Person
from making_profiles import THREE
from making_release import indicator, report, uid

ONE = uid("indicator", 1)
CODES = ("AAA", "BBB", "CCC")


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Make three nodes under a profile that lies in a file, and let them trust each other."""
    folder = tmp_path_factory.mktemp("three")
    profile = folder / "three.toml"
    profile.write_text(THREE, "utf-8")
    made = {}
    for code in CODES:
        made[code] = Person(folder / code.lower())
        made[code].run("init", folder / code.lower(), "--profile", profile, "--as", code)
    anchors = {code: made[code].ask("partner", "anchor", "--out", folder / f"{code}.anchor") for code in CODES}
    for code in CODES:
        for other in CODES:
            if other != code:
                said = ("--compared", anchors[other]["words"], "--by", "Aoki", "--by", "Brown")
                made[code].run("partner", "add", folder / f"{other}.anchor", *said)
    return made


def bring(person, folder, *objects):
    file = folder / "objects.json"
    file.write_text(json.dumps({"type": "bundle", "id": uid("bundle", 0), "objects": objects}), "utf-8")
    person.run("import", file, "--basis", "own-analysis")


def test_every_node_runs_as_its_participants_first_organisation(people):
    for code in CODES:
        assert people[code].ask("status")["home"] == f"{code}/cert:csirt"


def test_what_may_go_depends_on_the_community_of_this_partnership(people, tmp_path):
    bring(people["AAA"], tmp_path, indicator(1, "green"), report(2, "green", object_refs=[ONE]))
    answers = {
        to: people["AAA"].ask("release", "explain", uid("report", 2), "--to", to, code=None)["rule"]
        for to in ("BBB/cert:csirt", "BBB/police:policy", "CCC/cert:csirt", "DDD")
    }
    assert answers == {"BBB/cert:csirt": "R13", "BBB/police:policy": "R11", "CCC/cert:csirt": "R11", "DDD": "R1"}
    shared = people["AAA"].ask("share", ONE, "--to", "BBB/cert:csirt")
    assert (shared["released"], shared["withheld"]) == (1, 0)
    refused = people["AAA"].ask("share", ONE, "--to", "CCC/cert:csirt", code=1)
    assert refused["why"][0]["code"] == "release.community"


def test_nobody_outside_the_profile_takes_part(people, tmp_path):
    profile = tmp_path / "three.toml"
    profile.write_text(THREE, "utf-8")
    refused = people["AAA"].ask("init", tmp_path / "ddd", "--profile", profile, "--as", "DDD", code=2)
    assert refused["error"]["code"] == "partners.no-participant"
    profile.write_text(THREE.replace("version = 1", "version = 0"), "utf-8")
    refused = people["AAA"].ask("init", tmp_path / "ddd", "--profile", profile, "--as", "AAA", code=1)
    assert refused["error"]["params"]["path"] == "version"
