# SPDX-License-Identifier: MIT
"""The partner's side of its log: what we mirror of it, and what we cosign.

Everything is judged outside the transaction; inside, the state it was judged from is compared and moved in one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Language, Reason
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.mirror import (
    MAX_PAGE,
    SENT,
    MirrorState,
    Page,
    contradiction,
    is_seen,
    read_page,
    write_state,
)
from tasuki.core.ledger.model import Leaf, mirror_log, origin, pair_log
from tasuki.core.ledger.periods import PERIOD_OPENED, Period, period_named, read_turn
from tasuki.core.ledger.witness import Answer, judge, parse_request
from tasuki.core.release.forms import MAX_REFUSAL
from tasuki.core.release.released import Released, release_notice, release_protocol
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.cosignature import cosigned_message, cosigned_message_v2
from tasuki.formats.tlog.note import COSIGNATURE_MLDSA44, Note, SignatureLine, VerifierKey, cosignature
from tasuki.services.channel.quotas import require_mirror_room
from tasuki.services.closing import require_rebuilt
from tasuki.services.entries import audit
from tasuki.services.ledger.signing import log_key_named, witness_keys
from tasuki.services.node import Node
from tasuki.store import ledger as store

_OK: Final = 200
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessReply:
    """What goes back for an add-checkpoint request.

    Attributes:
        media: content type of the body, as C2SP tlog-witness has it.
    """

    status: int
    media: str
    body: Released


def theirs(node: Node, partner: Anchor) -> str:
    """Return the origin of the log that a partner keeps with us, in its first period."""
    return origin(str(partner.name), pair_log(node.me.participant))


def witnessed_of(connection: sa.Connection, first: str, partner: ParticipantId) -> int:
    """Return how many leaves of a partner's log are covered by what was cosigned here.

    Args:
        connection: where to read.
        first: the origin of the log's first period.
        partner: whose log it is.
    """
    for period in reversed(store.periods(connection, mirror_log(partner))):
        size = store.witnessed(connection, first + period.suffix).size
        if size:
            return period.start + size
    return 0


def receive_mirror(node: Node, partner: Anchor, body: bytes) -> Released:
    """Take in leaves of the partner's log; return how far our mirror is, and why leaves were refused."""
    participant = partner.name.participant
    require_rebuilt(node, participant)
    refused: Reason | None = None
    period = Period(log=mirror_log(participant))
    try:
        page = read_page(body)
        require_mirror_room(node, participant)
        period = _named(node, partner, page.log)
        _mirror(node, partner, period, page)
    except FalseLeafError as error:
        _keep_contradiction(node, participant, error)
        refused = error.reason
    except InputError as error:
        refused = error.reason
    said = None if refused is None else (refused.code, refused.sentence(), refused.sentence(Language.JA))
    with node.database.read() as connection:
        size, edge = store.edge(connection, period)
        witnessed = store.witnessed(connection, theirs(node, partner) + period.suffix).size
        periods = len(store.periods(connection, period.log))
    state = MirrorState(
        size=size,
        root=merkle.root_of_frontier(edge),
        witnessed=min(witnessed, size),
        refused=said,
        periods=periods,
    )
    return release_notice("mirrored", write_state(state), str(partner.name), node.gate.rules.digest)


def _named(node: Node, partner: Anchor, name: str) -> Period:
    """Return the period of the mirror that an origin names, known already or not.

    Raises:
        InputError: it names another log.
    """
    period = period_named(name, theirs(node, partner), mirror_log(partner.name.participant))
    if period is None:
        raise InputError(why.WITNESS_UNKNOWN.because(origin=name[:120]))
    with node.database.read() as connection:
        known = store.period_at(connection, period.log, period.start)
    if known.start == period.start and known.year != period.year:
        raise InputError(why.WITNESS_UNKNOWN.because(origin=name[:120]))
    return period


class FalseLeafError(InputError):
    """A leaf of the partner says of both of us what our own log contradicts."""

    def __init__(self, partner: ParticipantId, leaf: Leaf, member: str) -> None:
        """Keep the leaf and the member in which it differs."""
        env_id = (_env_id(leaf) or "?")[:60]
        super().__init__(
            why.MIRROR_FALSE.because(index=leaf.index, partner=partner, kind=leaf.kind, env_id=env_id, member=member)
        )
        self.leaf = leaf
        self.member = member


def _keep_contradiction(node: Node, partner: ParticipantId, error: FalseLeafError) -> None:
    """Keep what was claimed; asked again every second, it is written once."""

    def work(connection: sa.Connection) -> None:
        if store.keep_contradiction(connection, partner, error.leaf, error.member, node.clock.now()):
            detail: dict[str, Json] = {"partner": partner, "index": error.leaf.index, "member": error.member}
            audit(node, connection, "mirror-refused", detail)

    node.database.write(work)


def _mirror(node: Node, anchor: Anchor, period: Period, page: Page) -> None:
    partner, start = anchor.name.participant, period.start + page.start
    if not page.leaves:
        return
    log, now = mirror_log(partner), node.clock.now()
    # Leaves are numbered over the whole log here, and from the first of its period on the wire.
    leaves = [replace(leaf, index=period.start + leaf.index) for leaf in page.leaves]
    with node.database.read() as connection:
        _require_next(connection, period, page)
        unseen = _unseen(connection, partner, leaves)
    entries = [
        store.Entry(kind=leaf.kind, salt=leaf.salt, body=canonical(dict(leaf.body)), env_id=_env_id(leaf))
        for leaf in leaves
    ]

    def work(connection: sa.Connection) -> None:
        if store.extend(connection, log, entries, now) != start:
            # Another request was faster; what it left is answered, and nothing of this one is kept.
            raise InputError(why.MIRROR_GAP.because(expected=store.size(connection, log) - len(entries), found=start))
        if store.newest_period(connection, log).start != period.start:
            raise InputError(why.PERIOD.because(found="a leaf that opens a period inside another"))
        store.keep_unseen(connection, partner, unseen, now)

    node.database.write(work)


def _require_next(connection: sa.Connection, period: Period, page: Page) -> None:
    """Refuse a page that is not the next of the newest period, nor the first of one behind it.

    Raises:
        InputError: it starts elsewhere, its period is closed, or it does not open the period it names.
    """
    newest = store.newest_period(connection, period.log)
    if period.start == newest.start:
        if page.start != newest.size:
            raise InputError(why.MIRROR_GAP.because(expected=newest.size, found=page.start))
        return
    if period.start < newest.end:
        known = store.period_at(connection, period.log, period.start)
        raise InputError(why.PERIOD_CLOSED.because(origin=page.log, size=known.size))
    if (period.start, page.start) != (newest.end, 0):
        raise InputError(why.MIRROR_GAP.because(expected=newest.end, found=period.start + page.start))
    first = page.leaves[0]
    if first.kind != PERIOD_OPENED or read_turn(first.body).year != period.year:
        raise InputError(why.PERIOD.because(found=f"the leaf {first.kind}"))


def _env_id(leaf: Leaf) -> str | None:
    env_id = leaf.body.get("env_id")
    return env_id if isinstance(env_id, str) else None


def _unseen(connection: sa.Connection, partner: ParticipantId, leaves: Sequence[Leaf]) -> list[int]:
    """Return the leaves our own log does not confirm yet.

    Raises:
        FalseLeafError: it contradicts one.
    """
    unseen = []
    for leaf, ours, taken in beside(connection, partner, leaves):
        member = contradiction(leaf, ours, taken)
        if member is not None:
            raise FalseLeafError(partner, leaf, member)
        if not is_seen(leaf, ours):
            unseen.append(leaf.index)
    return unseen


def beside(
    connection: sa.Connection, partner: ParticipantId, leaves: Sequence[Leaf], *, lenient: bool = False
) -> Iterable[tuple[Leaf, dict[str, list[Leaf]], str | None]]:
    """Give each leaf of the partner with ours about the same envelope, by kind, and who has its place in its lane."""
    ids = [env_id for leaf in leaves if (env_id := _env_id(leaf)) is not None]
    ours = store.about(connection, pair_log(partner), ids, lenient=lenient)
    places = {leaf.index: place for leaf in leaves if leaf.kind == SENT and (place := _place(leaf)) is not None}
    taken = store.places(connection, partner, places.values())
    for leaf in leaves:
        by_kind: dict[str, list[Leaf]] = {}
        for each in ours.get(_env_id(leaf) or "", ()):
            by_kind.setdefault(each.kind, []).append(each)
        place = places.get(leaf.index)
        yield leaf, by_kind, None if place is None else taken.get(place)


def _place(leaf: Leaf) -> tuple[str, int, int] | None:
    lane, epoch, seq = leaf.body.get("lane"), leaf.body.get("epoch"), leaf.body.get("seq")
    if isinstance(lane, str) and isinstance(epoch, int) and isinstance(seq, int):
        return lane, epoch, seq
    return None


def add_checkpoint(node: Node, partner: Anchor, body: bytes) -> WitnessReply:
    """Answer a witness request: check, remember durably, and only then cosign.

    Source: C2SP tlog-witness (add-checkpoint).
    """
    participant = partner.name.participant
    require_rebuilt(node, participant)
    period = _asked(node, partner, body)
    name = theirs(node, partner) + period.suffix
    _, _, note = body.partition(b"\n\n")
    logs = {name: log_key_named(partner, pair_log(node.me.participant) + period.suffix, node.clock.now(), note)}
    while True:
        arrived: list[int] = []
        try:
            with node.database.read() as connection:
                before = store.witnessed(connection, name)
                answer = judge(body, logs, {name: (before.size, before.root)})
                if answer.checkpoint is not None:
                    arrived = _against_mirror(connection, participant, period, answer.checkpoint)
        except FalseLeafError as error:
            _keep_contradiction(node, participant, error)
            answer = replace(answer, status=_UNPROCESSABLE, reason=error.reason, checkpoint=None)
        except InputError as error:
            answer = replace(answer, status=_UNPROCESSABLE, reason=error.reason, checkpoint=None)
        _keep_fork(node, partner, period, answer, before)
        if answer.checkpoint is None or answer.signed is None:
            return _refusal(node, partner, answer)
        if _remember(node, partner, period, before, answer, arrived):
            # Remembered before this line: a crash here loses only the answer, and the partner asks again.
            return _reply(node, partner, _OK, "text/plain; charset=utf-8", _cosignature(node, answer.signed))
        # Another request moved the state meanwhile: judge again from there.


def _asked(node: Node, partner: Anchor, body: bytes) -> Period:
    """Return the period a request is about; the first where it is about none that is mirrored here."""
    log = mirror_log(partner.name.participant)
    try:
        named = period_named(parse_request(body).checkpoint.origin, theirs(node, partner), log)
    except InputError:
        named = None
    if named is None:
        return Period(log=log)
    with node.database.read() as connection:
        known = store.period_at(connection, log, named.start)
    return known if known.suffix == named.suffix else Period(log=log)


def _against_mirror(
    connection: sa.Connection, partner: ParticipantId, period: Period, checkpoint: Checkpoint
) -> list[int]:
    """Hold a checkpoint against the leaves it covers; return which of the unseen ones are confirmed by now.

    Raises:
        FalseLeafError: our own log contradicts one by now.
        InputError: the leaves are not all mirrored, or do not give its root.
    """
    covered = store.edge(connection, period)[0] >= checkpoint.size
    if not covered or store.root_in(connection, period, checkpoint.size) != checkpoint.root:
        raise InputError(why.MIRROR_ROOT.because(origin=checkpoint.origin, size=checkpoint.size))
    return _arrived(connection, partner, period.start + checkpoint.size)


def _arrived(connection: sa.Connection, partner: ParticipantId, end: int) -> list[int]:
    arrived: list[int] = []
    start = 0
    while True:
        page = [each.index for each in store.unseen(connection, partner, start, MAX_PAGE) if each.index < end]
        leaves = store.leaves_at(connection, mirror_log(partner), page)
        still = set(_unseen(connection, partner, list(leaves.values())))
        arrived += [index for index in page if index in leaves and index not in still]
        if len(page) < MAX_PAGE:
            return arrived
        start = page[-1] + 1


def _remember(
    node: Node, partner: Anchor, period: Period, before: store.Witnessed, answer: Answer, arrived: Sequence[int]
) -> bool:
    checkpoint, signed = answer.checkpoint, answer.signed
    if checkpoint is None or signed is None:
        return False
    then = store.Witnessed(size=checkpoint.size, root=checkpoint.root, note=signed.raw)
    now = node.clock.now()

    def work(connection: sa.Connection) -> bool:
        if not store.move_witnessed(connection, checkpoint.origin, before, then):
            return False
        end = period.start + checkpoint.size
        store.settle_unseen(connection, partner.name.participant, arrived, end, now)
        return True

    return node.database.write(work)


def _keep_fork(node: Node, partner: Anchor, period: Period, answer: Answer, before: store.Witnessed) -> None:
    """Keep a checkpoint that our mirror disproves: its log signed another history up to the same or a smaller size."""
    if answer.signed is None or answer.status == _OK:
        return
    refused = parse_checkpoint(answer.signed.text)
    if not 0 < refused.size <= before.size:
        return
    participant = partner.name.participant
    with node.database.read() as connection:
        if not _disproved(connection, period, refused, before):
            return
    fork = store.Fork(size=refused.size, note=answer.signed.raw, cosigned=before.note, at=node.clock.now())

    def work(connection: sa.Connection) -> None:
        if store.keep_fork(connection, participant, fork, refused.root):
            audit(node, connection, "log-fork", {"partner": participant, "size": refused.size})

    node.database.write(work)


def _disproved(connection: sa.Connection, period: Period, refused: Checkpoint, before: store.Witnessed) -> bool:
    """Whether a checkpoint cannot be true beside the one that was cosigned."""
    if refused.size == before.size:
        return refused.root != before.root
    # A mirror that was damaged here must not accuse the partner.
    whole = store.root_in(connection, period, before.size) == before.root
    return whole and store.root_in(connection, period, refused.size) != refused.root


def _cosignature(node: Node, signed: Note) -> bytes:
    now = node.clock.now()
    return "".join(_line(node, signed.text, key, now).text for key in witness_keys(node.anchor, now)).encode()


def _line(node: Node, text: str, key: VerifierKey, now: datetime) -> SignatureLine:
    stamp = int(now.timestamp())
    if key.kind == COSIGNATURE_MLDSA44:
        signing = node.anchor.current(Purpose.WITNESS, Algorithm.ML_DSA_44, now).id
        signature = node.signer.cosign_ml_dsa_44(cosigned_message_v2(text, stamp, key.name), signing)
    else:
        signing = node.anchor.current(Purpose.WITNESS, Algorithm.ED25519, now).id
        signature = node.signer.cosign(cosigned_message(text, stamp), signing)
    return cosignature(key, stamp, signature)


def _refusal(node: Node, partner: Anchor, answer: Answer) -> WitnessReply:
    if answer.status == _CONFLICT:
        return _reply(node, partner, _CONFLICT, "text/x.tlog.size", f"{answer.size}\n".encode())
    said = "" if answer.reason is None else f"{answer.reason.code} {answer.reason.sentence()[:MAX_REFUSAL]}"
    return _reply(node, partner, answer.status, "text/plain; charset=utf-8", f"{said}\n".encode())


def _reply(node: Node, partner: Anchor, status: int, media: str, body: bytes) -> WitnessReply:
    released = release_protocol("cosignature", body, str(partner.name), node.gate.rules.digest)
    return WitnessReply(status=status, media=media, body=released)
