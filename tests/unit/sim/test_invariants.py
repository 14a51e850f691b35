# SPDX-License-Identifier: MIT
"""Each invariant holds after a run, and is broken by the fault it is there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from making_bench import played, spoil, spoilable
from tasuki.base.ids import ParticipantId
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.services import ledger
from tasuki.sim import invariants
from tasuki.sim.invariants import INVARIANTS, violations
from tasuki.sim.records import Acknowledged, Answered, Arrived, Forbidden
from tasuki.store.channel import ENVELOPES_OUT
from tasuki.store.holdings import HOLDINGS, IDS


@pytest.fixture(scope="module")
def bench():
    with played() as bench:
        yield bench


@pytest.fixture
def scene(bench):
    with spoilable(bench.scene()) as scene:
        yield scene


def broken(scene):
    return {said.partition(":")[0] for said in violations(scene)}


def test_a_run_breaks_none(bench):
    assert violations(bench.scene()) == []


def test_the_run_that_is_spoilt_below_has_something_to_spoil(scene):
    for one, node, other, _ in scene.pairs():
        assert any(row.receipt for row in invariants._out(node, other)), (one, other)
        assert ledger.compare(node, ParticipantId(other)).cosigned
    assert scene.records.imported
    assert scene.records.shared


def test_i1_misses_what_people_were_told_is_there(scene):
    done = scene.records.imported[0]
    with scene.nodes[done.nation].database.engine.begin() as connection:
        connection.execute(IDS.update().where(IDS.c.stix_id == done.stix_id).values(key=0))
    assert "I1" in broken(scene)


def test_i1_asks_for_what_was_shared_unless_it_was_withdrawn(scene):
    never = "indicator--00000000-0000-4000-8000-000000000000"
    scene.records.shared.append(Acknowledged(nation="AAA", stix_id=never, to="BBB", at=1))
    assert "I1" in broken(scene)
    scene.records.withdrawn.append(Acknowledged(nation="AAA", stix_id=never, at=2))
    assert "I1" not in broken(scene)


def test_i1_misses_what_a_partner_gave_a_receipt_for(scene):
    assert spoil(scene, "BBB", "DELETE FROM envelopes_in")
    assert "I1" in broken(scene)


def test_i1_misses_what_was_shared_and_never_came(scene):
    lost = Acknowledged(nation="AAA", stix_id="indicator--00000000-0000-4000-8000-000000000000", at=0, to="BBB")
    scene.records.shared.append(lost)
    assert "I1" in broken(scene)


def test_i2_sees_one_version_held_twice(scene):
    with scene.nodes["AAA"].database.engine.begin() as connection:
        row = connection.execute(HOLDINGS.select().limit(1)).one()._mapping
        connection.execute(HOLDINGS.insert().values({**row, "position": row["position"] + 1000}))
    assert "I2" in broken(scene)


def test_i3_sees_a_gap(scene):
    assert spoil(scene, "BBB", "UPDATE envelopes_in SET seq = seq + 1000")
    assert "I3" in broken(scene)


def test_i4_sees_what_was_sealed_after_it_was_forbidden(scene):
    arrived = next(each for each in scene.records.arrived if each.env_id in scene.records.sealed)
    at = scene.records.sealed[arrived.env_id] - 1
    scene.records.forbid(arrived.sender, arrived.ids, arrived.receiver, at)
    assert "I4" in broken(scene)


def test_i4_sees_what_was_passed_on_and_nobody_consented(scene):
    stix_id = "indicator--00000000-0000-4000-8000-000000000000"
    scene.records.imported.append(Acknowledged(nation="AAA", stix_id=stix_id, at=0))
    scene.records.controlled.append(stix_id)
    scene.records.arrived.append(Arrived(env_id="", sender="BBB", receiver="CCC", ids=(stix_id,), at=0))
    assert "I4" in {f"I4: {said}"[:2] for said in invariants.forbidden_never_leaves(scene)}
    scene.records.granted.append(Forbidden(nation="BBB", stix_id=stix_id, to="CCC", at=0))
    assert list(invariants.forbidden_never_leaves(scene)) == []


def test_i5_sees_what_was_accepted_and_not_logged(scene):
    assert spoil(scene, "BBB", "UPDATE log_leaves SET kind = 'other' WHERE kind = 'receipt-issued'")
    assert "I5" in broken(scene)


def test_i6_sees_a_receipt_that_does_not_stand_where_it_says(scene):
    spoil(scene, "BBB", "UPDATE log_leaves SET leaf_index = leaf_index + 1000 WHERE kind = 'receipt-issued'")
    assert list(invariants.receipts_match_leaves(scene))


def test_i7_sees_two_histories_cosigned(scene):
    key = next(iter(scene.records.cosigned))
    size, _ = scene.records.cosigned[key][-1]
    scene.records.cosigned[key].append((size, bytes(32)))
    assert "I7" in broken(scene)


def test_i7_sees_a_history_that_shrank(scene):
    key = next(key for key, cosigned in scene.records.cosigned.items() if len(cosigned) > 1)
    scene.records.cosigned[key].append(scene.records.cosigned[key][0])
    assert "I7" in broken(scene)


def test_i8_sees_two_roots_of_one_size(scene):
    sizes = next(iter(scene.records.signed.values()))
    next(iter(sizes.values())).add(bytes(32))
    assert "I8" in broken(scene)


def test_i9_sees_a_clock_that_nobody_heard(scene):
    scene.records.silent.append("AAA: nobody is told")
    assert "I9" in broken(scene)


def test_i10_sees_what_still_waits(scene):
    spoil(scene, "AAA", "UPDATE outbox SET state = 'waiting' WHERE id = (SELECT min(id) FROM outbox)")
    assert "I10" in broken(scene)


def test_i10_sees_that_two_stories_differ(scene):
    assert spoil(scene, "AAA", "DELETE FROM envelopes_out")
    assert "I10" in broken(scene)


def test_i11_sees_what_was_signed_with_a_dead_key(scene):
    sent = next(row for row in invariants._out(scene.nodes["AAA"], "BBB"))
    key = read_envelope(sent.raw).header.sig_keys[0]
    assert "I11" not in broken(scene)
    scene.records.revoked["AAA", key] = {"BBB": 0}
    assert "I11" in broken(scene)


def test_i11_lets_what_was_signed_before_stand(scene):
    sent = next(row for row in invariants._out(scene.nodes["AAA"], "BBB"))
    key = read_envelope(sent.raw).header.sig_keys[0]
    scene.records.revoked["AAA", key] = {"BBB": 1_000_000}
    assert "I11" not in broken(scene)


def test_i12_sees_a_queue_that_grew(scene):
    scene.records.longest_queue = invariants.LONGEST_QUEUE + 1
    assert "I12" in broken(scene)


def test_i13_sees_a_refusal_that_left_nothing(scene):
    scene.records.refused.append(Answered(nation="AAA", code="channel.unknown-lane", audited=False))
    assert "I13" in broken(scene)


def test_i13_sees_a_refusal_without_its_reason(scene):
    assert spoil(scene, "BBB", "UPDATE envelopes_in SET status = 'refused'")
    assert "I13" in broken(scene)


def test_i14_sees_a_proof_that_cannot_be_made(scene):
    assert spoil(scene, "AAA", "UPDATE log_leaves SET hash = zeroblob(32) WHERE log LIKE 'pair:%'")
    assert "I14" in broken(scene)


def test_i14_sees_a_proof_that_the_second_verifier_refuses(scene):
    refusing = replace(scene, second=lambda _evidence, _ours, _theirs: False)
    assert {said.split()[1] for said in violations(refusing) if said.startswith("I14")} == {"the"}


def test_a_surprise_is_never_passed_over(scene):
    scene.records.surprises.append("AAA answered 500")
    assert "surprise" in broken(scene)


def test_every_invariant_of_the_threat_model_is_there():
    assert list(INVARIANTS)[:14] == [f"I{number}" for number in range(1, 15)]


def test_the_sender_is_not_blamed_for_what_its_partner_refused_aloud(scene):
    """What a partner refuses by its number is a dead letter, and an alarm: acknowledged, and not lost in silence."""
    done = scene.records.shared[0]
    node = scene.nodes[done.nation]
    assert not invariants._is_dead_letter(node, done)
    with node.database.engine.begin() as connection:
        connection.execute(ENVELOPES_OUT.update().where(ENVELOPES_OUT.c.type == "objects").values(state="refused"))
    assert invariants._is_dead_letter(node, done)
