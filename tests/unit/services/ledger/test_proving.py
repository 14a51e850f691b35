# SPDX-License-Identifier: MIT
"""Proof for others: evidence files and tiles that hold for whoever has public keys, each asked for on the record."""

from __future__ import annotations

import json

import pytest
from tlog_scales import backend, reader
from tlog_scales.signing import Vkey

from making_ledger import change, cosigned, joined, leaves_of, log_leaf, send, sent_ids
from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.core.ledger.evidence import verify_evidence
from tasuki.core.ledger.model import AUDIT
from tasuki.core.ledger.periods import Period
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.note import parse_note
from tasuki.formats.tlog.tiles import Tile, tiles_of
from tasuki.services import ledger
from tasuki.services.ledger import cosigning
from tasuki.store import ledger as store


@pytest.fixture
def nodes(tmp_path):
    with joined(tmp_path) as (gbr, jpn):
        send(gbr, "JPN", 3)
        send(jpn, "GBR", 1)
        cosigned(gbr, jpn)
        yield gbr, jpn


def exports(node, kind):
    return [leaf.body for leaf in leaves_of(node, AUDIT) if leaf.kind == kind]


@pytest.mark.parametrize("opened", [False, True])
def test_evidence_holds_for_whoever_has_both_anchors(nodes, opened):
    gbr, jpn = nodes
    env_id = sent_ids(gbr)[1]
    for node, partner in ((gbr, "JPN"), (jpn, "GBR")):
        released = ledger.export_evidence(node, partner, env_id, opened=opened)
        assert (released.kind, released.audience) == ("evidence", str(node.home))
        finding = verify_evidence(released.body, (gbr.anchor, jpn.anchor))
        assert finding.holds
        assert (env_id.encode() in released.body) == opened
        if opened:
            assert finding.meaning["body"]["env_id"] == env_id


def test_every_export_is_an_entry_of_the_audit_log_that_says_whether_it_was_opened(nodes):
    gbr, _ = nodes
    env_id = sent_ids(gbr)[0]
    ledger.export_evidence(gbr, "JPN", env_id)
    ledger.export_evidence(gbr, "JPN", env_id, opened=True)
    made = [(each["env_id"], each["opened"]) for each in exports(gbr, "release:evidence")]
    assert made == [(env_id, False), (env_id, True)]


def test_what_is_not_logged_or_not_cosigned_is_not_proved_and_nothing_is_released(nodes):
    gbr, _ = nodes
    with pytest.raises(InputError) as caught:
        ledger.export_evidence(gbr, "JPN", "019ca945-0a00-7610-98e6-f49f98cee84f")
    assert caught.value.reason.code == "ledger.no-leaf"
    send(gbr, "JPN")
    with pytest.raises(InputError) as caught:
        ledger.export_evidence(gbr, "JPN", sent_ids(gbr)[-1])
    assert caught.value.reason.code == "ledger.not-cosigned"
    with pytest.raises(PeerError):
        ledger.export_evidence(gbr, "USA", sent_ids(gbr)[0])
    assert exports(gbr, "release:evidence") == []


def test_an_altered_log_proves_nothing_and_releases_nothing(nodes):
    gbr, _ = nodes
    env_id = sent_ids(gbr)[0]
    table = store.LEAVES
    change(gbr, table.update().where(table.c.log == "pair:JPN", table.c.leaf_index == 3).values(hash=bytes(32)))
    with pytest.raises(WorldError):
        ledger.export_evidence(gbr, "JPN", env_id)
    assert exports(gbr, "release:evidence") == []


def grown(gbr, jpn, count, monkeypatch):
    """Let the UK's pair log grow to more than one tile."""
    monkeypatch.setattr(cosigning, "MAX_PAGE", 200)
    for seq in range(1, count + 1):
        log_leaf(gbr, "JPN", seq=seq)
    cosigned(gbr, jpn)


def write(folder, node, partner):
    """Write an export as `tasuki ledger export` does."""
    checkpoint = ledger.export_checkpoint(node, partner).body
    state = parse_checkpoint(parse_note(checkpoint).text)
    for tile in tiles_of(state.size):
        wanted = [tile, Tile(level=None, index=tile.index, width=tile.width)] if tile.level == 0 else [tile]
        for each in wanted:
            path = folder / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(ledger.export_tile(node, partner, state.size, each.path).body)
    (folder / "checkpoint").write_bytes(checkpoint)
    return state


@pytest.mark.parametrize("more", [0, 248, 249, 300])
def test_another_program_reads_the_exported_log_and_proves_every_leaf_of_it(nodes, tmp_path, monkeypatch, more):
    gbr, jpn = nodes
    grown(gbr, jpn, more, monkeypatch)
    state = write(tmp_path / "log", gbr, "JPN")
    log = reader.TilesReader(backend.LocalBackend(tmp_path / "log"))
    key = ledger.log_key(gbr.anchor, "pair:JPN", gbr.clock.now())
    log.get_checkpoint().verify(Vkey.from_string(key.text))
    assert log.calculate_root_hash() == state.root
    leaves = leaves_of(gbr, "pair:JPN")[: state.size]
    for index in {0, 1, state.size // 2, state.size - 1}:
        assert log.get_entry(index) == leaves[index].commitment
        with gbr.database.read() as connection:
            proof = merkle.inclusion_proof(index, state.size, store.range_of(connection, Period(log="pair:JPN")))
        assert log.get_inclusion_proof(index, state.size).node_hashes == proof
    assert [each["size"] for each in exports(gbr, "release:log")] == [state.size]


def test_an_export_opens_no_leaf(nodes, tmp_path):
    gbr, _ = nodes
    write(tmp_path / "log", gbr, "JPN")
    whole = b"".join(path.read_bytes() for path in (tmp_path / "log").rglob("*") if path.is_file())
    for leaf in leaves_of(gbr, "pair:JPN"):
        assert leaf.salt not in whole
        assert str(leaf.body["env_id"]).encode() not in whole
        assert canonical(dict(leaf.body)) not in whole


@pytest.mark.parametrize(
    ("size", "path"),
    [
        (8, "tile/0/000"),
        (8, "tile/0/001.p/1"),
        (8, "tile/1/000.p/1"),
        (8, "tile/0/000.p/9"),
        (9, "tile/0/000.p/9"),
        (8, "tile/entries/000"),
        (8, "tile/0/../../../keys"),
        (8, "checkpoint"),
        (8, ""),
    ],
)
def test_a_tile_the_log_does_not_have_is_refused(nodes, size, path):
    gbr, _ = nodes
    assert len(leaves_of(gbr, "pair:JPN")) == 7
    with pytest.raises(InputError):
        ledger.export_tile(gbr, "JPN", size, path)


def test_without_a_cosignature_there_is_nothing_to_export(tmp_path):
    with joined(tmp_path) as (gbr, _):
        send(gbr, "JPN")
        with pytest.raises(InputError) as caught:
            ledger.export_checkpoint(gbr, "JPN")
        assert caught.value.reason.code == "ledger.no-checkpoint"


def test_what_is_shown_is_what_was_logged_signed_and_cosigned(nodes):
    gbr, _ = nodes
    audit, pair = ledger.show(gbr, partner=None, audit_log=False, limit=3)
    assert (audit.log, audit.partner, pair.log, pair.partner) == (AUDIT, None, "pair:JPN", "JPN")
    assert (pair.size, pair.mirrored, pair.witnessed) == (7, 5, 5)
    assert [leaf.index for leaf in pair.leaves] == [6, 5, 4]
    assert pair.leaves[0].body == leaves_of(gbr, "pair:JPN")[6].body
    (checkpoint,) = pair.checkpoints
    assert (checkpoint.size, checkpoint.root) == (7, pair.root)
    assert (checkpoint.cosigned_by, checkpoint.cosigned_at) == ("tasuki/JPN/jpn-1/witness", gbr.clock.now())
    (only,) = ledger.show(gbr, partner="JPN", audit_log=False, limit=0)
    assert (only.log, only.leaves, only.checkpoints) == ("pair:JPN", (), ())
    (private,) = ledger.show(gbr, partner=None, audit_log=True, limit=1)
    assert private.log == AUDIT


def test_evidence_is_spelt_as_everybody_reads_it(nodes):
    gbr, _ = nodes
    body = ledger.export_evidence(gbr, "JPN", sent_ids(gbr)[0], opened=True).body
    assert canonical(json.loads(body)) == body
