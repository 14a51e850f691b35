# SPDX-License-Identifier: MIT
"""The law: whatever was said, nothing that R9 or R3 keeps goes without a grant that fits in every part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making_consent import ONE, answer_to, give, message_of, rule
from making_release import AAA, BBB, CCC, indicator, take_in, three_nodes, uid
from tasuki.base.canonical import canonical
from tasuki.base.ids import Audience
from tasuki.core.channel.model import Arrival
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.model import PersonalData
from tasuki.core.release.circumstances import Grant, GrantKind
from tasuki.services import consent, release
from tasuki.store import consent as store

TICK = timedelta(microseconds=1)
READERS = ("CCC/cert:csirt", "CCC/cert", "CCC", "CCC/cert:csirt@mori", "CCC/police:csirt", "BBB/cert:csirt")
TOLD = uid("indicator", 5)

one_grant = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(list(GrantKind)),
        "by": st.sampled_from(["AAA", "BBB", "CCC", None]),
        "digest": st.sampled_from(["mine", "other"]),
        "audience": st.sampled_from(READERS),
        "purpose": st.sampled_from(["cyber-defence", "prosecution"]),
        "late": st.sampled_from([-1, 0, 1]),
        "withdrawn": st.booleans(),
    }
)


class World:
    """Three nodes behind a name: where an example fails, they are not printed whole."""

    def __init__(self, three):
        self.three, self.aaa, self.bbb, self.hands = three, three.aaa, three.bbb, three.hands


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """BBB holds AMBER of AAA, and a victim's report with personal data of its own."""
    with three_nodes(tmp_path_factory.mktemp("law")) as three:
        give(three)
        with_people = replace(BASES["victim-report"], personal_data=PersonalData.YES)
        take_in(three.bbb, indicator(5, "amber"), handling=with_people)
        yield World(three)


def digest(node, stix_id):
    with node.database.read() as connection:
        found = release.weigh_ids(node, connection, [stix_id], node.home)[stix_id]
        (part,) = store.parts_at(connection, node.labels, [found.standing.position])
    return part.digest


def put(three, stix_id, drawn):
    """Keep drawn grants in place of whatever there was; return those that fit by the letter of the policy."""
    mine, now = digest(three.bbb, stix_id), three.hands.now
    fitting = set()

    def work(connection):
        connection.execute(store.GRANTS.delete())
        for number, each in enumerate(drawn):
            grant = Grant(
                kind=each["kind"],
                by=each["by"] if each["kind"] is GrantKind.ONWARD else None,
                digest=mine if each["digest"] == "mine" else "f" * 64,
                audience=Audience.parse(each["audience"]),
                purpose=each["purpose"],
                until=now + each["late"] * TICK,
            )
            store.add_grants(connection, [(stix_id, grant)], str(number))
            if each["withdrawn"]:
                store.withdraw_grants(connection, str(number))
            elif (
                each["digest"] == "mine"
                and each["audience"] in ("CCC/cert:csirt", "CCC/cert", "CCC")
                and each["purpose"] == "cyber-defence"
                and each["late"] > 0
            ):
                fitting.add((each["kind"], grant.by))

    three.bbb.database.write(work)
    return fitting


relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(st.lists(one_grant, max_size=4))
def test_anothers_material_goes_only_by_a_grant_of_its_originator(world, drawn):
    fitting = put(world, ONE, drawn)
    assert rule(world.bbb) == ("R13" if (GrantKind.ONWARD, "AAA") in fitting else "R9")


@relaxed
@given(st.lists(one_grant, max_size=4))
def test_a_victim_and_people_are_lifted_only_by_what_lifts_both(world, drawn):
    kinds = {kind for kind, _ in put(world, TOLD, drawn)}
    assert rule(world.bbb, TOLD) == ("R13" if kinds & {GrantKind.STATUTORY, GrantKind.LIFE} else "R3")


words = st.sampled_from(["granted", "refused", "withdrawn"])
speakers = st.sampled_from(["AAA", "CCC"])
changes = st.sampled_from(
    [{}, {}, {}, {"audience": "CCC"}, {"purpose": "prosecution"}, {"until": "2030-01-01T00:00:00.000Z"}]
)
waits = st.sampled_from([0, 0, 0, 5])


@relaxed
@given(st.lists(st.tuples(words, speakers, changes, waits), max_size=6))
def test_whatever_is_said_in_whatever_order_the_first_whole_word_in_time_counts_until_it_is_withdrawn(world, said):
    """A model in ten lines beside the services: what it lets go is what they let go."""
    world.bbb.database.write(lambda c: c.execute(store.GRANTS.delete()))
    until, state = world.hands.now + timedelta(minutes=5), None
    (made,) = consent.ask(world.bbb, consent.Asking(ids=(ONE,), to=CCC, until=until, why="They see it too."))
    asked = message_of(world.bbb, made.request)
    for number, (word, speaker, changed, wait) in enumerate(said):
        world.hands.now += timedelta(minutes=wait)
        if speaker == "AAA" and not changed:
            if word == "withdrawn" and state in (None, "granted"):
                state = "withdrawn"
            elif state is None and word == "refused":
                state = "refused"
            elif state is None and word == "granted" and world.hands.now < until:
                state = "granted"
        body = canonical(answer_to(asked, word, **changed))
        arrival = Arrival(
            env_id=f"{made.request[:-4]}{number:04}", partner=speaker, sender=world.aaa.me, lane="urgent",
            type="consent", in_reply_to=None, created=world.hands.now, payload=body,
        )  # fmt: skip
        world.bbb.database.write(consent.prepare_answer(world.bbb, arrival))
    assert rule(world.bbb) == ("R13" if state == "granted" and world.hands.now < until else "R9")
    assert consent.show(world.bbb, made.request).decision == state
    assert {rule(world.bbb, ONE, to) for to in (AAA, BBB)} == {"R13", "R2"}
