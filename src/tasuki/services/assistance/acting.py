# SPDX-License-Identifier: MIT
"""Acts: each makes one statement, holds it, puts it to the gate and queues it urgently, in one transaction.

A statement is marked like the request it is about unless somebody says otherwise. An act that was done already is not
done twice: whoever lost the answer may ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience, StixId, stix_type, uuid4
from tasuki.base.reasons import Reason
from tasuki.core.assistance import acts
from tasuki.core.assistance.acts import Amending, Answering, Asking, Desk, Office
from tasuki.core.assistance.model import ENDED, Case
from tasuki.core.channel.model import Lane
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.reasons import SPILL
from tasuki.core.markings.labels import LEVELS
from tasuki.core.markings.model import Tlp
from tasuki.core.markings.reasons import CEILING
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix.assistance import Request, Response, Statement, write_statement
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import channel, intake, release
from tasuki.services.assistance.hearing import Heard, hear
from tasuki.services.assistance.reasons import KEPT, NO_TLP
from tasuki.services.assistance.showing import Shown, show
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED, OUTBOX
from tasuki.store import holdings

_DEFAULT: Final = Tlp.AMBER
"""How a request is marked where nobody says otherwise: for both organisations and those there who must know."""

_LOCK: Final = "assistance"


def ask(node: Node, asking: Asking, *, tlp: str | None = None) -> Shown:
    """Ask an organisation of another participant for help; asking the same again while it is open asks once.

    Raises:
        CallerError: a part cannot stand, or the audience is not in the profile.
        InputError: the gate keeps it, or it stands above the ceiling; nothing is held.
    """
    desk = _desk(node)
    with node.locks.hold(_LOCK):
        made = acts.request(desk, asking, _fresh(node, "assistance-request"), node.clock.now())
        for case in hear(node).cases:
            if case.asker == desk.me and case.state not in ENDED and _asks_the_same(case.request, made):
                return show(node, case.id, desk.me, changed=False)
        return _say(node, made, made.to, tlp or _written(_DEFAULT), "ask")


def amend(node: Node, stix_id: str, amending: Amending, *, tlp: str | None = None) -> Shown:
    """Send the next version of our request: it gives information that was wanted, or opens the request again.

    Raises:
        CallerError: we did not ask, or a part cannot stand.
        InputError: nothing of that id is held, or the gate keeps it.
    """
    desk = _desk(node)
    with node.locks.hold(_LOCK):
        heard = hear(node)
        case = heard.own(stix_id, desk.me)
        made = acts.amended(desk, case, amending, node.clock.now())
        if case.state not in ENDED and _same(case.request, made):
            return show(node, case.id, case.asker, changed=False)
        return _say(node, made, made.to, tlp or _written(_marked(node, heard, case)), "amend")


def acknowledge(
    node: Node, stix_id: str, office: Office, *, asker: str | None = None, severity: str = "", tlp: str | None = None
) -> Shown:
    """Say that a person of ours saw the request.

    Raises:
        CallerError: we were not asked, or it has ended.
        InputError: nothing of that id is held, or the gate keeps the answer.
    """
    desk = _desk(node)
    with node.locks.hold(_LOCK):
        heard = hear(node)
        case = heard.case(stix_id, asker)
        made = acts.acknowledgement(
            desk, case, office, _fresh(node, "assistance-response"), node.clock.now(), severity=severity
        )
        if case.acknowledged_at is not None and (made.severity is None or (desk.me, made.severity) in case.severities):
            return show(node, case.id, case.asker, changed=False)
        to, about = acts.asked_of(desk, case).sender, _request_of(case)
        return _say(node, made, to, tlp or _alike(node, heard, case), "acknowledge", about=about)


def answer(
    node: Node, stix_id: str, answering: Answering, office: Office, *, asker: str | None = None, tlp: str | None = None
) -> Shown:
    """Decide on what was asked for, ask back, or hand over help; results named go with it, through the gate.

    Raises:
        CallerError: we were not asked, it has ended, or a part cannot stand.
        InputError: nothing of that id is held, or the gate keeps the answer or a result.
    """
    desk = _desk(node)
    with node.locks.hold(_LOCK):
        heard = hear(node)
        case = heard.case(stix_id, asker)
        made = acts.answer(desk, case, answering, office, _fresh(node, "assistance-response"), node.clock.now())
        if _same(_last(case, desk), made):
            return show(node, case.id, case.asker, changed=False)
        to = acts.asked_of(desk, case).sender
        return _say(node, made, to, tlp or _alike(node, heard, case), "answer", made.results, about=_request_of(case))


def close(
    node: Node, stix_id: str, outcome: str, office: Office, *, explanation: str = "", tlp: str | None = None
) -> Shown:
    """End our own request; only an amended version opens it again.

    Raises:
        CallerError: we did not ask, it ended differently already, or a part cannot stand.
        InputError: nothing of that id is held, or the gate keeps it.
    """
    desk = _desk(node)
    with node.locks.hold(_LOCK):
        heard = hear(node)
        case = heard.own(stix_id, desk.me)
        if case.asker == desk.me and case.state in ENDED and case.ending == outcome:
            return show(node, case.id, case.asker, changed=False)
        made = _fresh(node, "assistance-ending"), node.clock.now()
        ending = acts.ending(desk, case, outcome, office, made, explanation=explanation)
        return _say(node, ending, acts.asked_by(desk, case).to, tlp or _alike(node, heard, case), "close")


def _desk(node: Node) -> Desk:
    return Desk(home=node.home, profile=node.profile)


def _fresh(node: Node, kind: str) -> StixId:
    return StixId(f"{kind}--{uuid4(node.entropy.draw(16))}")


def _same(known: Statement | None, made: Request | Response) -> bool:
    """Whether a statement says what one of ours said already, whenever and under whatever id."""
    if known is None or type(known) is not type(made):
        return False
    return replace(made, id=known.id, created=known.created, modified=known.modified) == known


def _asks_the_same(known: Request | None, made: Request) -> bool:
    """Whether it is the same request; `6h` from now is another moment whenever it is said, and the same wish."""
    return known is not None and _same(known, replace(made, needed_by=known.needed_by))


def _last(case: Case, desk: Desk) -> Statement | None:
    ours = [each.said.what for each in case.steps if each.counts and each.said.speaker == desk.me]
    return max(ours, key=lambda each: (each.modified, each.id), default=None)


def _marked(node: Node, heard: Heard, case: Case) -> Tlp:
    """Return how the request of a case is marked here."""
    digests = [each.said.digest for each in case.steps if each.said.what == case.request]
    with node.database.read() as connection:
        bodies = holdings.sealed(connection, [heard.positions[each] for each in digests])
        levels = [node.labels.label(connection, body.own_label).tlp for body in bodies]
    return max((each for each in levels if each is not None), default=_DEFAULT)


def _alike(node: Node, heard: Heard, case: Case) -> str:
    """Return the marking of what is said about a request: as the request itself, and never wider than usual."""
    return _written(max(_marked(node, heard, case), _DEFAULT))


def _written(level: Tlp) -> str:
    return next(word for word, known in LEVELS.items() if known is level)


def _request_of(case: Case) -> str:
    """Return the digest of the version of a request that is decided on; empty where it is not held."""
    return next((each.said.digest for each in reversed(case.steps) if each.said.what == case.request), "")


def _say(  # noqa: PLR0913 one act, all of it
    node: Node,
    made: Statement,
    to: Audience,
    tlp: str,
    act: str,
    results: Sequence[str] = (),
    *,
    about: str = "",
) -> Shown:
    """Hold a statement of ours, put it and its results to the gate, and queue it: all of it, or nothing at all.

    With `about`, the digest of a request of the other side, its envelope gets a receipt that a person decided.
    """
    if tlp not in LEVELS:
        raise CallerError(NO_TLP.because(known=", ".join(LEVELS), found=tlp[:20]))
    release.check_audience(node, to)
    creator, identity = intake.home_identity(node)
    raw = write_statement(made, creator=creator, markings=[marking_id(tlp)])
    pieces = [Piece(place="identity", raw=identity), Piece(place=made.id, raw=raw)]
    terms = Terms(source=LOCAL, originator=node.me.participant, handling=BASES["own-analysis"])
    hold = intake.prepare_own(node, pieces, terms)
    request = made.id if isinstance(made, Request) else made.request
    detail: dict[str, Json] = {"request": request, "statement": made.id, "to": str(to), "tlp": tlp}

    def work(connection: sa.Connection) -> None:
        rejected = hold(connection)
        if rejected:
            raise InputError(_refused(node, rejected[0].reason))
        going = [creator, *results, made.id]
        report = release.share_within(node, connection, going, to, lane=Lane.URGENT, again=True)
        for code, reason in report.reasons.items():
            raise InputError(_kept(reason, report.examples[code], made.id, to))
        if about and isinstance(made, Response):
            channel.decide_on_statement(node, connection, to.participant, about, made.outcome, made.office)
        audit(node, connection, f"assistance:request:{act}", detail)

    try:
        node.database.write(work)
    except InputError as error:
        refused: dict[str, Json] = {**detail, "act": act, "reason": error.reason.code}
        node.database.write(lambda connection: audit(node, connection, "assistance:request:refused", refused))
        raise
    node.signals.raise_(ARRIVED)
    node.signals.raise_(OUTBOX)
    asker = made.sender.participant if isinstance(made, Request) else None
    return show(node, request, asker or _asker_of(made), changed=True)


def _refused(node: Node, reason: Reason) -> Reason:
    """Return why a statement of ours cannot be held; nothing of it is kept, not even a hash."""
    if reason.code != SPILL.code:
        return reason
    highest = node.profile.participant(node.me.participant).ceiling.highest.en
    return CEILING.because(mark=reason.params.get("mark", "?"), highest=highest)


def _asker_of(made: Statement) -> str | None:
    side = made.to if isinstance(made, Response) else made.sender
    return None if side is None else side.participant


def _kept(reason: Reason, kept: str, made: str, to: Audience) -> Reason:
    """Return why the gate kept an act: of the statement itself its own reason, of something it names which one."""
    if kept == made or stix_type(kept) == "identity":
        return reason
    return KEPT.because(stix_id=kept, code=reason.code, to=str(to))
