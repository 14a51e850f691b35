# SPDX-License-Identifier: MIT
"""Third witnesses: who else cosigns our pair logs, without seeing more of them than origins, sizes and hashes.

They come after the partner, in a thread of their own: nothing waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError, PeerError, TasukiError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.limits import MAX_SKEW_S
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.model import origin, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.core.ledger.quorum import THIRD, named_by, pair_policy
from tasuki.core.ledger.witness import write_request
from tasuki.core.release.released import release_protocol
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.note import Note, SignatureLine, VerifierKey, cosigned_at, parse_note
from tasuki.formats.tlog.numbers import decimal
from tasuki.formats.tlog.policy import NONE, Policy
from tasuki.services.channel import partner_anchor
from tasuki.services.entries import audit
from tasuki.services.ledger.cosigning import verified
from tasuki.services.ledger.signing import log_key, witness_keys
from tasuki.services.node import Node
from tasuki.services.node.link import Third
from tasuki.store import ledger as store

_OK: Final = 200
_CONFLICT: Final = 409
_LOOK_BACK: Final = 1000
"""Checkpoints looked at for the last one a witness cosigned."""


def ask_third(node: Node, third: Third, partner: ParticipantId) -> int:
    """Have every third witness cosign what the partner cosigned last; return how many did.

    Each is asked though another fails; the first failure is raised at the end.

    Raises:
        InputError: a third witness has the name or key of the log or of the partner.
        WorldError: a witness was not reached, or cosigned more than there is.
        PeerError: its answer is no cosignature of ours.
    """
    now = node.clock.now()
    keys = witness_keys(partner_anchor(node, partner), now)
    # Refused before anybody is asked where one of them would count twice.
    pair_policy(log_key(node.anchor, pair_log(partner), now), keys, third.policy)
    done = 0
    failure: TasukiError | None = None
    for period, newest in _newest(node, partner):
        for name, url in third.policy.urls.items():
            try:
                done += _Round(node, third, partner, period, newest, third.policy.witnesses[name], url).run()
            except (WorldError, PeerError) as error:
                failure = failure or error
    if failure is not None:
        raise failure
    return done


def _newest(node: Node, partner: ParticipantId) -> list[tuple[Period, store.SignedSize]]:
    """Return the newest period and the one before it, each with its newest cosigned checkpoint, oldest first."""
    log = pair_log(partner)
    with node.database.read() as connection:
        newest = store.newest_period(connection, log)
        periods = [newest] if newest.start == 0 else [store.period_at(connection, log, newest.start - 1), newest]
        signed = [(each, store.checkpoint_of(connection, each, cosigned=True)) for each in periods]
    return [(period, last) for period, last in signed if last is not None]


@dataclass(frozen=True, slots=True)
class _Round:
    """One witness asked about one checkpoint."""

    node: Node
    third: Third
    partner: ParticipantId
    period: Period
    newest: store.SignedSize
    key: VerifierKey
    url: str

    def run(self) -> bool:
        """Ask, keep the line; return whether there was anything to ask for."""
        if _has(self.newest, self.key):
            return False
        with self.node.database.read() as connection:
            old = self._cosigned_before(connection)
        status, answer = self._post(old)
        if status == _CONFLICT:
            status, answer = self._post(self._told(answer))
        if status != _OK:
            raise self._strange(f"status {status}")
        self._keep(self._line(answer))
        return True

    def _cosigned_before(self, connection: sa.Connection) -> int:
        kept = store.newest_checkpoints(connection, self.period.log, _LOOK_BACK, cosigned=True)
        sizes = (each.size for each in kept if each.start == self.period.start and _has(each, self.key))
        return next(sizes, 0)

    def _post(self, old: int) -> tuple[int, bytes]:
        with self.node.database.read() as connection:
            proof = merkle.consistency_proof(old, self.newest.size, store.range_of(connection, self.period))
        body = write_request(old, tuple(proof), self.newest.note)
        released = release_protocol("checkpoint", body, THIRD, self.node.gate.rules.digest)
        detail: dict[str, Json] = {"witness": self.key.name, "partner": self.partner, "size": self.newest.size}
        # Before it leaves: whether it arrived, nobody may ever know.
        self.node.database.write(lambda connection: audit(self.node, connection, "witness-asked", detail))
        return self.third.ask(self.url, released)

    def _told(self, answer: bytes) -> int:
        """Return the size that a witness says it cosigned last, from which growth can be proved to it."""
        try:
            size = decimal(answer.decode("ascii", "replace").removesuffix("\n"))
        except ValueError as error:
            raise self._strange("another body than a size") from error
        if size > self.newest.size:
            name = origin(str(self.node.me), self.period.name)
            ahead = why.THIRD_AHEAD.because(name=self.key.name, theirs=size, origin=name, ours=self.newest.size)
            raise WorldError(ahead, retry=False)
        return size

    def _line(self, answer: bytes) -> SignatureLine:
        try:
            (line,) = verified(self.newest.note, answer, [self.key])
        except InputError as error:
            raise self._strange(str(error)[:120]) from error
        stamp = cosigned_at(line)
        if not abs(stamp - self.node.clock.now().timestamp()) <= MAX_SKEW_S:
            raise self._strange(f"a time more than {MAX_SKEW_S} s away")
        return line

    def _keep(self, line: SignatureLine) -> None:
        def work(connection: sa.Connection) -> None:
            kept = store.cosigned_for_update(connection, self.period, self.newest.size)
            if kept is None:
                return
            note = parse_note(kept)
            if line not in note.lines:
                whole = Note(text=note.text, lines=(*note.lines, line)).raw
                store.keep_cosigned(connection, self.period, self.newest.size, whole)

        self.node.database.write(work)

    def _strange(self, found: str) -> PeerError:
        return PeerError(why.THIRD_ANSWER.because(name=self.key.name, found=found))


def _has(signed: store.SignedSize, key: VerifierKey) -> bool:
    note = None if signed.cosigned is None else parse_note(signed.cosigned)
    return note is not None and any((line.name, line.key_id) == (key.name, key.id) for line in note.lines)


def unmet_since(connection: sa.Connection, third: Policy, log: str) -> datetime | None:
    """Return since when the third witnesses do not meet the policy: the oldest checkpoint in a row without them."""
    if third.quorum == NONE:
        return None
    since = None
    for each in store.newest_checkpoints(connection, log, _LOOK_BACK, cosigned=True):
        if third.is_met_with(named_by(parse_note(each.cosigned or each.note), third)):
            break
        since = each.at
    return since
