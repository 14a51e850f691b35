# SPDX-License-Identifier: MIT
"""Intake: what can be held is held whole, what cannot is set aside with the reason, and one leaf says so."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making_holdings import OPEN, audited, bring, lines, obj, one_node, raw, uid
from making_nodes import UNREACHED
from tasuki.base.errors import WorldError
from tasuki.core.holdings.model import State
from tasuki.formats.json.pieces import Piece
from tasuki.formats.tlog.merkle import leaf_hash
from tasuki.formats.tlog.merkle import root as merkle_root
from tasuki.services import holdings, intake, withdrawal
from tasuki.services.importing import terms_of
from tasuki.services.intake import import_pieces
from tasuki.services.node.signals import ARRIVED
from tasuki.services.quarantine import quarantined
from tasuki.store import holdings as store


@pytest.fixture
def node(tmp_path):
    with one_node(tmp_path) as made:
        yield made


def held(node, stix_id):
    return [(each.holding.source, each.holding.state, each.body) for each in holdings.show(node, stix_id)]


def bodies(node):
    """Return every body held, as bytes."""
    with node.database.read() as connection:
        return [
            node.vault.open(each.ciphertext, each.wrapped, each.digest)
            for each in store.sealed_after(connection, 0, 10_000)
        ]


def test_bytes_are_kept_as_they_came_however_they_are_written(node):
    escaped = b'{"type":"url","id":"url--5c7f3b1e-2f6a-5f0d-9a54-6f1d0f3f7a01","value":"\\u00e9"}'
    written = [raw(obj(1)), lines(obj(2)).strip(), raw(obj(3)).replace(b" ", b"  "), escaped]
    bring(node, b"[" + b",".join(written) + b"]", "feed.json")
    assert bodies(node) == written


def test_the_same_assertion_is_held_once_and_every_other_beside_it(node):
    newer = obj(1, modified="2026-02-01T00:00:00.000Z")
    assert bring(node, lines(obj(1), obj(1), newer)).accepted == 2
    again = bring(node, lines(obj(1), newer, obj(1, name="otherwise")))
    assert (again.accepted, again.duplicate) == (1, 2)
    assert len(held(node, uid("identity", 1))) == 3


def test_one_leaf_speaks_for_a_batch(node):
    written = [lines(obj(number)).strip() for number in range(3)]
    bring(node, b"\n".join([*written, b"{broken", written[0]]))
    (entry,) = audited(node, "holding:import")
    root = merkle_root([leaf_hash(hashlib.sha256(each).digest()) for each in written]).hex()
    assert entry == {"held": 3, "duplicate": 1, "restated": 0, "quarantined": 1, "root": root}


def test_batches_end_by_count_and_by_size(node, monkeypatch):
    monkeypatch.setattr(intake, "BATCH_BYTES", 2000)
    bring(node, b"".join(lines(obj(number, name="x" * 900)) for number in range(6)))
    assert [entry["held"] for entry in audited(node, "holding:import")] == [2, 2, 2]


def test_a_marking_defined_in_the_same_file_is_understood_wherever_it_stands(node):
    definition = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": uid("marking-definition", 1),
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "tlp",
        "definition": {"tlp": "amber"},
    }
    bring(node, lines(obj(1, object_marking_refs=[definition["id"]]), definition))
    (shown,) = holdings.show(node, uid("identity", 1))
    assert (shown.label["tlp"], shown.label["blocked"]) == ("AMBER", [])


def test_an_unknown_marking_is_held_and_means_no(node):
    bring(node, lines(obj(1, object_marking_refs=[uid("marking-definition", 9)])))
    (shown,) = holdings.show(node, uid("identity", 1))
    assert shown.label["blocked"] == ["unknown-marking"]


def test_what_is_above_the_ceiling_is_named_by_its_hash_alone(node):
    secret = lines(obj(1, description="極秘")).strip()
    report = bring(node, secret)
    assert (report.accepted, dict(report.quarantined)) == (0, {"holdings.spill": 1})
    (piece,) = quarantined(node, 9)
    assert (piece["sha256"], piece["kept"], piece["id"]) == (hashlib.sha256(secret).hexdigest(), False, None)
    assert bodies(node) == []


def test_what_is_set_aside_keeps_its_bytes_place_and_id(node):
    broken = lines(obj(1, created="yesterday")).strip()
    bring(node, b"\n" + broken)
    (piece,) = quarantined(node, 9)
    assert (piece["place"], piece["id"], piece["code"]) == ("line 2", uid("identity", 1), "stix.timestamp")
    assert (piece["sha256"], piece["kept"], piece["source"]) == (hashlib.sha256(broken).hexdigest(), True, "local")


def test_stix_2_0_is_flagged_and_observables_of_2_1_are_not(node):
    older = {key: value for key, value in obj(1).items() if key != "spec_version"}
    observable = {"type": "url", "id": uid("url", 1), "value": "http://evil.example"}
    report = bring(node, lines(older, observable))
    assert (report.accepted, report.flagged) == (2, 1)
    assert holdings.show(node, older["id"])[0].holding.flags == ("stix-2.0",)
    assert holdings.show(node, observable["id"])[0].holding.flags == ()


def test_what_was_recalled_here_stays_recalled_when_it_is_brought_in_again(node):
    bring(node, lines(obj(1, "indicator", pattern="[a:b = 1]", pattern_type="stix")))
    withdrawal.recall(node, [uid("indicator", 1)], why="test")
    again = bring(node, lines(obj(1, "indicator", pattern="[a:b = 1]", pattern_type="stix")))
    assert again.accepted == 0
    assert [state for _, state, _ in held(node, uid("indicator", 1))] == [State.RECALLED]


def test_who_waits_for_what_arrives_is_woken(node):
    seen = node.signals.seen(ARRIVED)
    bring(node, lines(obj(1)))
    assert node.signals.seen(ARRIVED) > seen


def test_a_failing_store_changes_nothing_and_is_said_so(node, monkeypatch):
    def fail(*_):
        raise WorldError(UNREACHED.because(), retry=True)

    monkeypatch.setattr(store, "set_aside", fail)
    with pytest.raises(WorldError):
        bring(node, lines(obj(1)))
    assert bodies(node) == []
    assert audited(node, "holding:import") == []


ANYTHING = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda number: lines(obj(number)).strip(), st.integers(0, 4)),
    st.builds(lambda text: lines(obj(5, name=text)).strip(), st.text(max_size=9)),
    st.sampled_from([b"{}", b"null", b"[1]", b'{"type":"x"}', b'"SECRET"', b"\xff"]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANYTHING, max_size=8))
def test_every_piece_is_held_held_already_or_set_aside(node, contents):
    pieces = [Piece(place=str(index), raw=content) for index, content in enumerate(contents)]
    before = set(bodies(node))
    report = import_pieces(node, pieces, terms_of(node, OPEN))
    assert report.accepted + report.duplicate + sum(report.quarantined.values()) == len(pieces)
    after = set(bodies(node))
    assert before <= after
    assert after - before <= set(contents)
    assert len(after) == len(before) + report.accepted
