# SPDX-License-Identifier: MIT
"""One whole partner: its identity, its server, its client, its lanes; honest until a move has it lie."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from tasuki.base.canonical import canonical
from tasuki.formats.envelope.anchor import Anchor
from tasuki.sim.partner.bundle import Courier
from tasuki.sim.partner.honest import ADD_CHECKPOINT, ENVELOPES, MIRROR, Honest
from tasuki.sim.partner.identity import Certificate, Identity, make_certificate, make_identity
from tasuki.sim.partner.letters import Draft, Letter, Message, Place, draft
from tasuki.sim.partner.log import Leaf, PairLog
from tasuki.sim.partner.payloads import message
from tasuki.sim.partner.server import Server
from tasuki.sim.partner.trust import Ceremony, make_ceremony
from tasuki.sim.partner.wire import CUT, Reply, Wire

TRUST: Final = "/exchange/v1/trust"
_LOGS: Final = (MIRROR, ADD_CHECKPOINT)


@dataclass(slots=True, kw_only=True)
class Liar:
    """A partner of one node under test.

    Attributes:
        target: the anchor of that node, as an honest partner would hold it.
        lanes: where the next envelope stands, by lane.
        witnesses: whether it mirrors and cosigns the node's log; a deaf one leaves the node's log as it is.
        ceremony: makes its trust metadata.
        courier: makes its bundles.
        offers: what it gives to who asks for newer trust metadata.
    """

    me: Identity
    target: Anchor
    server: Server
    honest: Honest
    wire: Wire
    lanes: dict[str, Place] = field(default_factory=dict)
    witnesses: bool = False
    ceremony: Ceremony
    courier: Courier
    offers: bytes = b""

    @property
    def participant(self) -> str:
        """Return its participant's code."""
        return self.me.name.participant

    @property
    def log(self) -> PairLog:
        """Return its pair log with the node."""
        return self.honest.log

    def answer(self, path: str, body: bytes) -> Reply:
        """Answer the node as an honest partner, whose logs may be out of order."""
        if path in _LOGS and not self.witnesses:
            return Reply(status=CUT)
        if path == TRUST:
            return Reply(status=200, body=self.offers)
        return self.honest.answer(path, body)

    def message(self, named: str) -> Message:
        """Return a new message of one of `MESSAGES`; a decided receipt is about what the node sent last on its lane."""
        made = message(named, self.participant, self.target.name.participant)
        about = [got.envelope for got in self.honest.got if got.envelope.header.lane == made.lane]
        about = [each for each in about if each.header.type == "objects"]
        if made.type != "receipt" or not about:
            return made
        said = {**msgspec.json.decode(made.payload), "env_id": about[-1].header.env_id, "decision": "noted"}
        return replace(made, payload=canonical(said), in_reply_to=about[-1].hash)

    def draft(self, named: str) -> Draft:
        """Return an envelope that keeps every rule, for the next number of its lane."""
        return self.draft_of(self.message(named))

    def draft_of(self, content: Message) -> Draft:
        """Return an envelope around any message, for the next number of its lane."""
        return draft(self.me, self.target, content, self.place(content.lane))

    def place(self, lane: str) -> Place:
        """Return where the next envelope of a lane stands."""
        return self.lanes.get(lane, Place())

    def post(self, letter: Letter) -> Reply:
        """Send an envelope; a receipt moves the lane on, and is held in the log."""
        reply = self.post_raw(letter.raw)
        self.note(letter, reply)
        return reply

    def note(self, letter: Letter, reply: Reply) -> None:
        """Move the lane on if a reply is the receipt of its next number."""
        receipt, lane = reply.receipt, str(letter.header["lane"])
        if receipt is not None and receipt.env_hash == letter.hash and receipt.seq == self.place(lane).seq:
            self.advance(letter)

    def advance(self, letter: Letter) -> None:
        """Move the lane on past an envelope that was taken."""
        lane = str(letter.header["lane"])
        here = self.place(lane)
        self.lanes[lane] = Place(epoch=here.epoch, seq=here.seq + 1, prev=letter.hash)
        self.log.leaves.append(Leaf(kind="envelope-sent", body=sent(letter)))

    def post_raw(self, raw: bytes) -> Reply:
        """Send any bytes to where envelopes go."""
        return self.wire.post(ENVELOPES, raw)

    def send(self, named: str) -> tuple[Letter, Reply]:
        """Send a message that keeps every rule."""
        letter = self.draft(named).seal()
        return letter, self.post(letter)

    def mirror(self, start: int | None = None, end: int | None = None, **changes: Any) -> dict[str, Any]:
        """Have the node mirror leaves of the log; from where its mirror ends where no start is given."""
        if start is None:
            start = int(self._mirrored(self.log.page(0, 0))["size"])
        return self._mirrored(self.log.page(start, end, **changes))

    def _mirrored(self, page: bytes) -> dict[str, Any]:
        return msgspec.json.decode(self.wire.post(MIRROR, page).body, type=dict[str, Any])

    def shows(self, certificate: Certificate | None) -> Wire:
        """Return another connection, with any certificate or none."""
        return Wire(self.target.endpoint, certificate, self.target.tls_certificate)

    @contextlib.contextmanager
    def witnessing(self) -> Iterator[None]:
        """Mirror and cosign the node's log for a while."""
        self.witnesses = True
        try:
            yield
        finally:
            self.witnesses = False


def sent(letter: Letter) -> dict[str, object]:
    """Return the body of the leaf an honest sender logs."""
    header = letter.header
    names = ("env_id", "lane", "epoch", "seq", "type", "policy")
    return {**{name: header[name] for name in names}, "env_hash": letter.hash}


@contextlib.contextmanager
def meet(name: str, target: Anchor, folder: Path, seed: int) -> Iterator[Liar]:
    """Make a partner of the node with that anchor; its server listens until the end."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(make_certificate(name, "https://127.0.0.1", folder, now), _nothing)
    me = make_identity(name, server.endpoint, target.profile, server.certificate, seed=seed, now=now)
    log = PairLog(owner=me, witness=target.name.participant)
    liar = Liar(
        me=me,
        target=target,
        server=server,
        honest=Honest(me=me, log=log),
        ceremony=make_ceremony(me),
        courier=Courier(me=me, to=str(target.name)),
        wire=Wire(target.endpoint, me.certificate, target.tls_certificate),
    )
    server.answers = liar.answer
    with server, liar.wire:
        yield liar


def _nothing(_path: str, _body: bytes) -> Reply:
    return Reply(status=CUT)
