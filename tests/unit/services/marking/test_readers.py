# SPDX-License-Identifier: MIT
"""Who would get an object: every reader of the profile, by the same gate as everything that leaves, looked up once."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from making_release import AAA, BBB, indicator, report, take_in, three_nodes, uid
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience
from tasuki.services import marking, release, withdrawal
from tasuki.services.persons import home_principal
from tasuki.services.release.explaining import explain_to

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
REPORT = uid("report", 9)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def readers(node, stix_id=ONE):
    found = marking.readers(node, stix_id, home_principal(node))
    return {each["audience"]: each for each in found["readers"]}


def test_every_reader_of_the_profile_is_told_as_the_gate_decides(three):
    take_in(three.aaa, indicator(1, "green"), indicator(2, "amber", description=f"like {ONE}"))
    take_in(three.aaa, report(9, "clear", object_refs=[TWO]), caveats=(("BBB", "AAA"),))
    for stix_id in (ONE, TWO, REPORT):
        found = readers(three.aaa, stix_id)
        assert found.keys() == {str(each) for each in three.aaa.gate.rules.readers}
        for audience, each in found.items():
            said = release.explain(three.aaa, stix_id, Audience.parse(audience)).as_json()
            assert (each["allowed"], each["rule"], each["en"]) == (said["allowed"], said["rule"], said["en"])
            assert each["narrowed_by"] == said["narrowed_by"][:5]


def test_people_whom_a_caveat_names_are_readers_too(three):
    take_in(three.aaa, indicator(1, "red"), caveats=(("BBB/cert:csirt@mori",),))
    found = readers(three.aaa)
    assert found["BBB/cert:csirt@mori"]["rule"] == "R13"
    assert found["BBB/cert:csirt"]["rule"] == "R5"


def test_what_was_agreed_to_counts_for_whom_it_was_agreed(three):
    take_in(three.ccc, indicator(1, "amber"))
    release.share(three.ccc, [ONE], AAA)
    three.carry()
    found = readers(three.aaa)
    assert {audience for audience, each in found.items() if each["allowed"]} == {
        str(AAA), "CCC/cert", "CCC/police", *(f"CCC/{each}:{capacity}" for each in ("cert", "police")
                                              for capacity in ("csirt", "policy")),
    }  # fmt: skip
    assert found[str(BBB)]["rule"] == "R9"


def test_many_causes_are_cut_and_said_to_be(three):
    take_in(three.aaa, report(9, "green", object_refs=[uid("indicator", number) for number in range(1, 9)]))
    found = readers(three.aaa, REPORT)[str(BBB)]
    assert (len(found["narrowed_by"]), found["and_more"]) == (5, True)
    assert readers(three.aaa, REPORT)[str(AAA)]["and_more"] is False


def test_what_was_recalled_goes_to_nobody_and_what_was_never_held_is_refused(three):
    take_in(three.aaa, indicator(1, "green"))
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    assert {(each["rule"], each["code"]) for each in readers(three.aaa).values()} == {("R0", "release.recalled")}
    with pytest.raises(InputError) as unknown:
        readers(three.aaa, TWO)
    assert unknown.value.reason.code == "release.not-held"


@contextmanager
def statements(node):
    """Count what is asked of the database."""
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    with node.database.read() as connection:
        engine = connection.engine
    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)


def asked(node, audiences):
    with statements(node) as seen, node.database.read() as connection:
        explain_to(node, connection, ONE, audiences)
    return len(seen)


def test_the_store_is_asked_as_often_for_all_readers_as_for_two(three):
    take_in(three.ccc, indicator(1, "amber"))
    release.share(three.ccc, [ONE], AAA)
    three.carry()
    everybody = sorted(three.aaa.gate.rules.readers)
    assert len(everybody) > 10
    readers(three.aaa)
    assert asked(three.aaa, everybody) == asked(three.aaa, [Audience.parse("AAA/police"), BBB])
