# SPDX-License-Identifier: MIT
"""Moves of replay, order and loss."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tasuki.base.time import format_rfc3339
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.stage import Stage, now
from tasuki.sim.partner.honest import ENVELOPES
from tasuki.sim.partner.letters import Letter, Place
from tasuki.sim.partner.log import Leaf
from tasuki.sim.partner.payloads import MESSAGES
from tasuki.sim.partner.wire import CUT, Reply, Wire

KEPT: Final = frozenset({"equivocations", "sqlite_sequence"})
"""Where both copies of a lie are kept."""

_FAR: Final = 2**53 - 1
_WINDOW: Final = 5
_OTHER: Final = "019ca945-0a00-7610-98e6-f49f98cee84f"


def taken(stage: Stage) -> int:
    """Return how many envelopes of the partner the node took in."""
    return int(stage.node.rows("SELECT count(*) FROM envelopes_in WHERE partner = ?", ("JPN",))[0][0])


@move("REP01", Shows(("both got a receipt", "byte for byte the same", "it was taken in once")), over=MESSAGES)
def _at_once(stage: Stage, over: str) -> Saw:
    """Send one envelope at once on two connections."""
    letter, before = stage.jpn.draft(over).seal(), taken(stage)
    replies: list[Reply] = []
    with stage.jpn.shows(stage.jpn.me.certificate) as one, stage.jpn.shows(stage.jpn.me.certificate) as two:
        gate = threading.Barrier(2)

        def send(wire: Wire) -> None:
            gate.wait()
            replies.append(wire.post(ENVELOPES, letter.raw))

        threads = [threading.Thread(target=send, args=(wire,)) for wire in (one, two)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    stage.jpn.note(letter, replies[0])
    return {
        "both got a receipt": all(reply.receipt is not None for reply in replies),
        "byte for byte the same": replies[0].body == replies[1].body,
        "it was taken in once": taken(stage) == before + 1,
    }


@move("REP02", Refused(("channel.expired",), spends=True), over=MESSAGES)
def _too_late(stage: Stage, over: str) -> Saw:
    """Send an envelope whose end has passed."""
    return stage.jpn.post(stage.jpn.draft(over).with_header(not_after=_at(seconds=-1)).seal())


def _at(**shift: float) -> str:
    return format_rfc3339(now() + timedelta(**shift))


@move("REP02", Shows(("it gets the receipt it had", "nothing is applied again"), still=True))
def _again_too_late(stage: Stage, _over: str) -> Saw:
    """Send an envelope again that was taken in time, after its end."""
    letter = stage.jpn.draft("objects on bulk").with_header(not_after=_at(seconds=1.2)).seal()
    first = stage.jpn.post(letter)
    stage.settle()
    time.sleep(1.3)
    return _same(stage, first, stage.jpn.post_raw(letter.raw))


def _same(stage: Stage, first: Reply, second: Reply) -> Mapping[str, bool]:
    return {
        "it gets the receipt it had": first.receipt is not None and first.body == second.body,
        "nothing is applied again": not APPLIED & set(stage.before.differs(stage.node.state(views=False))),
    }


APPLIED: Final = frozenset({"holdings", "bodies", "envelopes_in", "messages_in", "lanes", "tombstones", "consent_said"})
"""What content and numbers of a partner change; a restarted node has other things of its own to note."""


@move("REP03", Shows(("it gets the receipt it had", "nothing is applied again"), still=True), over=MESSAGES)
def _again(stage: Stage, over: str) -> Saw:
    """Send an envelope again, later."""
    letter, first = stage.jpn.send(over)
    stage.settle()
    return _same(stage, first, stage.jpn.post_raw(letter.raw))


@move("REP03", Shows(("it gets the receipt it had", "nothing is applied again")), over=("restarted", "30 days later"))
def _again_after(stage: Stage, over: str) -> Saw:
    """Send an envelope again after the node was restarted, and after thirty days."""
    yard = stage.yard
    letter, first = yard.jpn.send("objects on bulk")
    yard.settle()
    with yard.under("0" if over == "restarted" else str(30 * 86_400)):
        return _same(yard, first, yard.jpn.post_raw(letter.raw))


@move("REP04", Refused(("channel.equivocation",), keeps=KEPT, leaf="equivocation"), over=MESSAGES)
def _same_id(stage: Stage, over: str) -> Saw:
    """Send other content under an id that was used before, on the next number."""
    letter, _ = stage.jpn.send(over)
    stage.settle()
    return stage.jpn.post(stage.jpn.draft(over).with_header(env_id=letter.header["env_id"]).seal())


@move("REP05", Refused(("channel.equivocation",), keeps=KEPT, leaf="equivocation"), over=MESSAGES)
def _same_number(stage: Stage, over: str) -> Saw:
    """Send other content under a number that is spent."""
    return stage.jpn.post(_second(stage, over))


def _second(stage: Stage, over: str) -> Letter:
    """Return another envelope for the number that one just took."""
    here = stage.jpn.place(stage.jpn.message(over).lane)
    letter, _ = stage.jpn.send(over)
    stage.settle()
    return stage.jpn.draft(over).with_header(seq=letter.header["seq"], prev=here.prev).seal()


@move("REP05", Shows(("people are told", "both are kept, byte for byte")))
def _both_kept(stage: Stage, _over: str) -> Saw:
    """The same, and see what the node's people are told."""
    letter = _second(stage, "attestation on urgent")
    stage.jpn.post(letter)
    kept = stage.node.rows("SELECT first_hash, second_hash, second FROM equivocations")
    return {
        "people are told": "health.equivocation" in stage.alarms(),
        "both are kept, byte for byte": any(row[1] == letter.hash and bytes(row[2]) == letter.raw for row in kept),
    }


@move("REP06", Refused(("channel.gap",), leaf=False), over=MESSAGES)
def _skipped(stage: Stage, over: str) -> Saw:
    """Skip a number."""
    made = stage.jpn.draft(over)
    return stage.jpn.post(made.with_header(seq=made.header["seq"] + 1, prev="0" * 64).seal())


@move("REP06", Shows(("the notice names the number that is missing",), still=True), over=MESSAGES)
def _missing(stage: Stage, over: str) -> Saw:
    """Skip two numbers and read which one the node waits for."""
    made = stage.jpn.draft(over)
    notice = stage.jpn.post(made.with_header(seq=made.header["seq"] + 2, prev="0" * 64).seal()).notice
    return {
        "the notice names the number that is missing": notice is not None and notice.expected_seq == made.header["seq"]
    }


@move(
    "REP07",
    Shows(("what came too early was answered by a gap", "all were applied, in order")),
    over=("reversed", "shuffled 1", "shuffled 2", "shuffled 3"),
)
def _disordered(stage: Stage, over: str) -> Saw:
    """Send five envelopes in reverse or random order until each has its receipt."""
    letters = _chain(stage, "objects on bulk", _WINDOW)
    order = letters[::-1] if over == "reversed" else random.Random(f"{stage.seed} {over}").sample(letters, _WINDOW)  # noqa: S311
    early: list[Reply] = []
    while letters[-1].hash != stage.jpn.place("bulk").prev:
        for letter in order:
            due = letter.header["seq"] == stage.jpn.place("bulk").seq
            reply = stage.jpn.post(letter)
            if not due and letter.header["seq"] >= stage.jpn.place("bulk").seq:
                early.append(reply)
    rows = stage.node.rows("SELECT env_id FROM envelopes_in WHERE lane = 'bulk' AND partner = 'JPN' ORDER BY seq")
    return {
        "what came too early was answered by a gap": all(reply.code == "channel.gap" for reply in early),
        "all were applied, in order": [row[0] for row in rows][-_WINDOW:]
        == [each.header["env_id"] for each in letters],
    }


def _chain(stage: Stage, named: str, count: int) -> list[Letter]:
    """Return envelopes that follow each other, none of them sent."""
    letters: list[Letter] = []
    place = stage.jpn.place(named.partition(" on ")[2])
    for _ in range(count):
        letter = stage.jpn.draft(named).with_header(seq=place.seq, prev=place.prev).seal()
        letters.append(letter)
        place = Place(epoch=place.epoch, seq=place.seq + 1, prev=letter.hash)
    return letters


@move("REP08", Refused(("channel.gap",), leaf=False), over=MESSAGES)
def _far(stage: Stage, over: str) -> Saw:
    """Send the highest number there is."""
    return stage.jpn.post(stage.jpn.draft(over).with_header(seq=_FAR, prev="0" * 64).seal())


@move("REP09", Shows(("it sends the same bytes again", "it holds the receipt in the end", "it was taken in once")))
def _no_receipts(stage: Stage, _over: str) -> Saw:
    """Take in what the node sends and drop every receipt, for a while."""
    return _dropped(stage, takes=True)


@move("REP10", Shows(("it sends the same bytes again", "it holds the receipt in the end", "it was taken in once")))
def _first_dropped(stage: Stage, _over: str) -> Saw:
    """Drop the first attempt at every envelope unread."""
    return _dropped(stage, takes=False)


def _dropped(stage: Stage, *, takes: bool) -> Mapping[str, bool]:
    jpn = stage.jpn
    start, got = len(jpn.server.heard), len(jpn.honest.got)

    def drop(path: str, body: bytes) -> Reply:
        if path == ENVELOPES and takes:
            jpn.answer(path, body)
        return Reply(status=CUT)

    with jpn.server.saying(drop):
        stage.ship()
        jpn.server.wait(lambda heard: heard.path == ENVELOPES, after=start)
    held = stage.until(lambda: not stage.unanswered())
    sent = [heard.body for heard in jpn.server.heard[start:] if heard.path == ENVELOPES]
    return {
        "it sends the same bytes again": len(sent) > 1 and len(set(sent)) == 1,
        "it holds the receipt in the end": held,
        "it was taken in once": len(jpn.honest.got) == got + 1,
    }


@move("REP11", Refused(("envelope.bad-field", "channel.wrong-epoch")), over=MESSAGES)
def _old_epoch(stage: Stage, over: str) -> Saw:
    """Send under an epoch before the one the lane is in."""
    return stage.jpn.post(stage.jpn.draft(over).with_header(epoch=stage.jpn.place("bulk").epoch - 1).seal())


@move("REP12", Refused(("channel.wrong-epoch",)), over=MESSAGES)
def _own_epoch(stage: Stage, over: str) -> Saw:
    """Begin a new epoch that only the partner signed."""
    return stage.jpn.post(stage.jpn.draft(over).with_header(epoch=2, seq=1, prev=None).seal())


@move("REP13", Refused(("channel.created-in-future",), spends=True), over=MESSAGES)
def _fast(stage: Stage, over: str) -> Saw:
    """Send an envelope from a clock that is ten minutes fast."""
    return stage.jpn.post(stage.jpn.draft(over).with_header(created=_at(minutes=10)).seal())


@move("REP13", Shows(("it was stored",)), over=MESSAGES)
def _slow(stage: Stage, over: str) -> Saw:
    """Send an envelope from a clock that is ten minutes slow: age does not matter."""
    reply = stage.jpn.post(stage.jpn.draft(over).with_header(created=_at(minutes=-10)).seal())
    return {"it was stored": reply.receipt is not None and reply.receipt.status == "stored"}


@move(
    "REP13",
    Shows(("nothing stale is taken", "nothing is lost", "people are told of the clock")),
    over=("600", "frozen"),
)
def _wrong_clock(stage: Stage, over: str) -> Saw:
    """Set the node's own clock ten minutes fast, or still; then set it right."""
    yard = stage.yard
    yard.settle()
    with yard.under(over):
        if over == "frozen":
            time.sleep(1.0)
        stale = yard.jpn.post(yard.jpn.draft("objects on bulk").with_header(not_after=_at(minutes=-11)).seal())
        _, reply = yard.jpn.send("objects on bulk")
        told = {each["code"] for each in yard.ok("POST", "/v1/health/doctor", {})}
    _, after = yard.jpn.send("objects on bulk")
    lost = reply.receipt is None or (reply.receipt.status != "stored" and reply.code != "channel.created-in-future")
    return {
        "nothing stale is taken": stale.receipt is not None and stale.receipt.status != "stored",
        "nothing is lost": not lost and after.receipt is not None and after.receipt.status == "stored",
        "people are told of the clock": over == "frozen" or "health.clock-off" in told,
    }


@move(
    "REP14",
    Refused(("channel.wrong-certificate",), leaf="services.unknown-partner"),
    over=("objects", "attestation"),
)
def _reflected(stage: Stage, over: str) -> Saw:
    """Send the node its own envelope back."""
    start = len(stage.jpn.honest.got)
    if over == "objects":
        stage.ship()
    else:
        stage.jpn.send("recall on urgent")
    stage.until(lambda: len(stage.jpn.honest.got) > start)
    stage.settle()
    return stage.jpn.post_raw(stage.jpn.honest.got[-1].raw)


@move("REP15", Refused(("channel.wrong-certificate",)), over=MESSAGES)
def _of_another_pair(stage: Stage, over: str) -> Saw:
    """Hand in on the partner's connection what a third node sent on its own channel."""
    return stage.jpn.post_raw(stage.fra.draft(over).seal().raw)


@move("REP15", Refused(("channel.wrong-recipient",)), over=MESSAGES)
def _for_another_pair(stage: Stage, over: str) -> Saw:
    """Hand in what was signed for the channel with a third node."""
    made = stage.jpn.draft(over).with_header(to=str(stage.fra.me.name))
    return stage.jpn.post(replace(made, reader=stage.fra.me.anchor).seal())


def _receipt(stage: Stage, envelope: Any, **changes: Any) -> bytes:
    return stage.jpn.honest.signed_receipt(stage.jpn.honest.said(envelope, **changes))


def _resigned(stage: Stage, envelope: Any) -> bytes:
    honest = stage.jpn.honest
    return replace(honest, me=replace(stage.fra.me, name=honest.me.name)).signed_receipt(honest.said(envelope))


FORGED: Final[Mapping[str, Callable[[Stage, Any], bytes]]] = {
    "for another envelope": lambda stage, envelope: _receipt(stage, envelope, env_id=_OTHER),
    "for another hash": lambda stage, envelope: _receipt(stage, envelope, env_hash="0" * 64),
    "for another number": lambda stage, envelope: _receipt(stage, envelope, seq=envelope.header.seq + 1),
    "for another lane": lambda stage, envelope: _receipt(stage, envelope, lane="bulk"),
    "for another epoch": lambda stage, envelope: _receipt(stage, envelope, epoch=2),
    "by another node": lambda stage, envelope: _receipt(stage, envelope, by=str(stage.fra.me.name)),
    "to another node": lambda stage, envelope: _receipt(stage, envelope, to=str(stage.fra.me.name)),
    "of another suite": lambda stage, envelope: _receipt(stage, envelope, suite=2),
    "under unknown keys": lambda stage, envelope: _receipt(stage, envelope, sig_keys=["0" * 32, "1" * 32]),
    "behind what it says": lambda stage, envelope: _receipt(stage, envelope, contiguous=0),
    "signed by a third": _resigned,
    "changed after signing": lambda stage, envelope: _receipt(stage, envelope).replace(b'"stored"', b'"refuse"'),
    "cut short": lambda stage, envelope: _receipt(stage, envelope)[:-1],
    "with bytes behind": lambda stage, envelope: _receipt(stage, envelope) + b"\0",
}  # fmt: skip


@move(
    "REP17",
    Shows(("the receipt is not held", "the envelope stays unanswered", "the true one is held later")),
    over=tuple(FORGED),
)
def _forged(stage: Stage, over: str) -> Saw:
    """Answer an envelope with a receipt that is forged, or is for another one."""
    jpn = stage.jpn

    def forge(path: str, body: bytes) -> Reply:
        if path != ENVELOPES:
            return jpn.answer(path, body)
        return Reply(status=200, body=FORGED[over](stage, read_envelope(body)))

    with jpn.server.saying(forge):
        stage.ship("exercise")
        refused = stage.sync().json["partners"][0]["stopped"]
        waits = stage.unanswered()
        held = stage.node.rows("SELECT count(*) FROM log_leaves WHERE log = 'pair:JPN' AND kind = 'receipt-held'")
    stage.sync()
    then = stage.node.rows("SELECT count(*) FROM log_leaves WHERE log = 'pair:JPN' AND kind = 'receipt-held'")
    return {
        "the receipt is not held": refused is not None and refused["code"] != "adapters.cannot-reach",
        "the envelope stays unanswered": waits == 1,
        "the true one is held later": then[0][0] == held[0][0] + 1 and not stage.unanswered(),
    }


@move("REP18", Shows(("the leaf in its place is refused", "people are told")))
def _not_in_the_log(stage: Stage, _over: str) -> Saw:
    """Give a receipt, and log something else where it promised the receipt would stand."""
    yard = stage.yard
    yard.ship()
    yard.until(lambda: not yard.unanswered())
    log = yard.jpn.log
    log.leaves[-1] = Leaf(kind="receipt-issued", body={**log.leaves[-1].body, "receipt_hash": "0" * 64})
    answer = yard.jpn.mirror()
    log.leaves.pop()
    return {
        "the leaf in its place is refused": answer["refused"].get("code") == "ledger.mirror-false",
        "people are told": "health.contradiction" in yard.alarms(),
    }
