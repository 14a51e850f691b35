# SPDX-License-Identifier: MIT
"""Proving: evidence files and tiles, each a document through the gate; who asked for one stands in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.evidence import Evidence, Opening, leave_out, write_evidence
from tasuki.core.ledger.model import Leaf, commit_stored, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.core.release.released import Released, release_document
from tasuki.core.release.rules import of_the_node
from tasuki.formats.envelope.envelope import MAGIC
from tasuki.formats.suites.frames import read_frame
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.note import parse_note
from tasuki.formats.tlog.tiles import Tile, parse_path, write_bundle
from tasuki.services.channel import partner_anchor
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.store import ledger as store


def export_evidence(node: Node, partner: ParticipantId, env_id: str, *, opened: bool = False) -> Released:
    """Return an evidence file about one envelope: leaf, inclusion proof, checkpoint with both signatures.

    The leaf stays closed unless `opened`; then its content goes with it, the head of the envelope and the receipt. What
    the partner signed of these with a key that is revoked by now stays out: whether it counts is seen in the partner's
    log alone, and it would spoil what this log proves. The file is a document through the gate, and its export an entry
    of the audit log, which names what stayed out.

    Raises:
        InputError: no such leaf, or no cosigned checkpoint covers it yet.
        WorldError: what is stored does not prove it any more; nothing is exported.
        PeerError: the partner is not trusted.
    """
    dead = frozenset(each.key for each in partner_anchor(node, partner).revoked)
    log = pair_log(partner)
    left_out: tuple[str, ...] = ()
    with node.database.read() as connection:
        about = store.about(connection, log, [env_id]).get(env_id)
        if not about:
            raise InputError(why.NO_LEAF.because(partner=partner, env_id=env_id[:60]))
        # Where a receipt was given again after a restore, the later leaf is the one of the receipt that is held.
        leaf = next((each for each in reversed(about) if "again" in each.body), about[0])
        period = store.period_at(connection, log, leaf.index)
        place = leaf.index - period.start
        signed = store.checkpoint_of(connection, period, cosigned=True)
        if signed is None or signed.cosigned is None or signed.size <= place:
            raise InputError(why.NOT_COSIGNED.because(partner=partner, index=leaf.index))
        proof = merkle.inclusion_proof(place, signed.size, store.range_of(connection, period))
        evidence = Evidence(index=place, commitment=leaf.commitment, proof=proof, checkpoint=signed.cosigned)
        if opened:
            evidence, left_out = leave_out(_opened(connection, partner, leaf, evidence), dead)
    _require_proved(log, leaf.index, evidence)
    released = _document(node, "evidence", write_evidence(evidence))
    detail: dict[str, Json] = {"partner": partner, "env_id": env_id, "index": leaf.index, "opened": opened}
    if left_out:
        detail["left_out"] = [*left_out]
    _audited(node, "release:evidence", detail)
    return released


def _opened(connection: sa.Connection, partner: ParticipantId, leaf: Leaf, closed: Evidence) -> Evidence:
    env_id = str(leaf.body.get("env_id"))
    record = next(
        (
            found
            for sent in (True, False)
            if (found := store.records_of(connection, partner, [env_id], sent=sent).get(env_id)) is not None
        ),
        None,
    )
    start = None if record is None else record.start
    return replace(
        closed,
        opening=Opening(salt=leaf.salt, kind=leaf.kind, body=leaf.body),
        head=None if start is None else read_frame(MAGIC, start, MAX_HEADER_BYTES).head,
        receipt=None if record is None else record.receipt,
    )


def _require_proved(log: str, index: int, evidence: Evidence) -> None:
    """Refuse to hand out evidence that its own checkpoint contradicts: the store was altered."""
    state = parse_checkpoint(parse_note(evidence.checkpoint).text)
    try:
        merkle.verify_inclusion(
            index=evidence.index,
            size=state.size,
            leaf=merkle.leaf_hash(evidence.commitment),
            proof=evidence.proof,
            root_hash=state.root,
        )
    except InputError as error:
        raise WorldError(why.STORE_ALTERED.because(index=index, log=log), retry=False) from error


def export_checkpoint(node: Node, partner: ParticipantId, start: int | None = None) -> Released:
    """Return the newest checkpoint of a pair log that the partner cosigned: the head of an export of its tiles.

    Args:
        node: whose log it is.
        partner: with whom it is kept.
        start: leaves before the period that is asked for; None for the newest that was cosigned.

    Raises:
        InputError: the partner has cosigned none yet.
        PeerError: the partner is not trusted.
    """
    partner_anchor(node, partner)
    with node.database.read() as connection:
        log = pair_log(partner)
        if start is None:
            signed = store.checkpoint(connection, log, cosigned=True)
        else:
            signed = store.checkpoint_of(connection, Period(log=log, start=start), cosigned=True)
    if signed is None or signed.cosigned is None:
        raise InputError(why.NO_CHECKPOINT.because(partner=partner))
    released = _document(node, "export", signed.cosigned)
    _audited(node, "release:log", {"partner": partner, "start": signed.start, "size": signed.size})
    return released


def export_tile(node: Node, partner: ParticipantId, size: int, path: str, *, start: int = 0) -> Released:
    """Return one tile of a period of a pair log as it was with `size` leaves: hashes, or closed commitments.

    Args:
        node: whose log it is.
        partner: with whom it is kept.
        size: of the checkpoint that the tile is fetched for.
        path: as C2SP tlog-tiles writes it; of one tile there is one path.
        start: leaves of the log before the period.

    Raises:
        InputError: such a log has no such tile.
        WorldError: leaves are missing.
        PeerError: the partner is not trusted.
    Source: C2SP tlog-tiles.
    """
    partner_anchor(node, partner)
    tile, period = parse_path(path), Period(log=pair_log(partner), start=start)
    with node.database.read() as connection:
        if size > store.edge(connection, period)[0] or not tile.exists_in(size):
            raise InputError(why.NO_TILE.because(size=size, path=path))
        if tile.level is None:
            body = write_bundle(_commitments(connection, period, tile))
        else:
            body = b"".join(store.row_of(connection, period)(tile.level, tile.first, tile.width))
    return _document(node, "export", body)


def _document(node: Node, kind: str, body: bytes) -> Released:
    rules = node.gate.rules
    return release_document(kind, body, [of_the_node(node.home, rules)], str(node.home), rules.digest)


def _commitments(connection: sa.Connection, period: Period, tile: Tile) -> list[bytes]:
    found: list[bytes] = []
    log, first = period.log, period.start + tile.first
    for leaf in store.stored_leaves(connection, log, first):
        if len(found) == tile.width or leaf.index != first + len(found):
            break
        found.append(commit_stored(leaf.salt, leaf.kind, leaf.body))
    if len(found) != tile.width:
        raise WorldError(why.STORE_ALTERED.because(index=first + len(found), log=log), retry=False)
    return found


def _audited(node: Node, kind: str, detail: Mapping[str, Json]) -> None:
    node.database.write(lambda connection: audit(node, connection, kind, detail))
