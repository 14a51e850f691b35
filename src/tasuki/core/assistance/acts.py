# SPDX-License-Identifier: MIT
"""What one side may say next, and the statements it makes: checked before anything exists, since words that left stay.

Ids and moments arrive as values. Every statement of a side is later than its last one by that side's own clock, even
where the clock was set back, so that the order of its words never depends on anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience, ParticipantId, StixId
from tasuki.base.reasons import ReasonKind
from tasuki.core.assistance import reasons as why
from tasuki.core.assistance.model import ENDED, Case, State
from tasuki.core.assistance.words import written_status_line
from tasuki.core.holdings.words import fold
from tasuki.core.partners.model import Profile
from tasuki.formats.stix.assistance import Ending, Request, Response, Severity
from tasuki.formats.stix.extensions import CHANNELS, CONSENT, EFFECTS, ENDINGS, REASON_CODES, WANTED

MAX_TEXT: Final = 4000
"""Characters of one text: a page."""

MAX_NAME: Final = 120
"""Characters of an office or role."""

_MAX_TRIGGER: Final = 32
_TICK: Final = timedelta(milliseconds=1)
_SPACES: Final = frozenset("\n\t\u00a0\u3000")
"""White space people type that Python does not count as printable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who makes statements here.

    Attributes:
        home: the organisation in its capacity that speaks, such as `GBR/ncsc:csirt`.
    """

    home: Audience
    profile: Profile

    @property
    def me(self) -> ParticipantId:
        """The participant that speaks."""
        return self.home.participant


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who speaks within the organisation: an office and a role, never a person's name."""

    office: str
    role: str = "duty-officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a request for assistance says.

    Attributes:
        severity: code on the asker's own scale.
        victims: names that must not stand in any text; checked and forgotten.
    """

    to: Audience
    trigger: str
    severity: str
    wanted: tuple[str, ...]
    consent: str
    summary: str
    explanation: str = ""
    effects: tuple[str, ...] = ()
    needed_by: datetime | None = None
    victims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Amending:
    """What another version of a request says differently; None leaves a part as it stands."""

    to: Audience | None = None
    trigger: str | None = None
    severity: str | None = None
    wanted: tuple[str, ...] | None = None
    consent: str | None = None
    summary: str | None = None
    explanation: str | None = None
    effects: tuple[str, ...] | None = None
    needed_by: datetime | None = None
    victims: tuple[str, ...] = ()

    def over(self, known: Request) -> Asking:
        """Return what the next version of `known` says."""
        severity = "" if known.severity is None else known.severity.value
        return Asking(
            to=self.to or known.to,
            trigger=_or(self.trigger, known.trigger),
            severity=_or(self.severity, severity),
            wanted=known.wanted if self.wanted is None else self.wanted,
            consent=_or(self.consent, known.consent),
            summary=_or(self.summary, known.summary),
            explanation=_or(self.explanation, known.explanation),
            effects=known.effects if self.effects is None else self.effects,
            needed_by=self.needed_by or known.needed_by,
            victims=self.victims,
        )


def _or(said: str | None, known: str) -> str:
    return known if said is None else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What the side that was asked says: a decision, or a question, or that help was given.

    Attributes:
        referred_to: another channel; all that is neither accepted nor decided yet is declined with it.
        done: whether this hands over the help, with `results` as the ids of objects.
        severity: code on the answerer's own scale, beside the asker's and never instead of it.
    """

    accepted: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    reason_code: str = ""
    referred_to: str = ""
    question: str = ""
    done: bool = False
    results: tuple[str, ...] = ()
    severity: str = ""
    explanation: str = ""


def request(desk: Desk, asking: Asking, stix_id: StixId, now: datetime) -> Request:
    """Return a new request.

    Raises:
        CallerError: says which part cannot stand, and why.
    """
    return _request(desk, asking, stix_id, created=_milli(now), modified=_milli(now))


def amended(desk: Desk, case: Case, amending: Amending, now: datetime) -> Request:
    """Return the next version of a request: it answers a question, changes what is wanted, or opens it again.

    Raises:
        CallerError: we did not ask, or a part cannot stand.
    """
    known = asked_by(desk, case)
    modified = next_moment(case, desk.me, now)
    return _request(desk, amending.over(known), case.id, created=known.created, modified=modified)


def acknowledgement(
    desk: Desk, case: Case, office: Office, stix_id: StixId, now: datetime, *, severity: str = ""
) -> Response:
    """Return that a person of ours saw the request; a machine's receipt is no acknowledgement.

    Raises:
        CallerError: we were not asked, or the request has ended.
    """
    known = asked_of(desk, case)
    return _response(desk, known, office, (stix_id, next_moment(case, desk.me, now)), Answering(severity=severity))


def answer(desk: Desk, case: Case, answering: Answering, office: Office, stix_id: StixId, now: datetime) -> Response:
    """Return a decision, a question, or that help was given.

    Raises:
        CallerError: we were not asked, the request has ended, or a part cannot stand.
    """
    known = asked_of(desk, case)
    checked = _checked(case, known, answering)
    return _response(desk, known, office, (stix_id, next_moment(case, desk.me, now)), checked)


def ending(
    desk: Desk, case: Case, outcome: str, office: Office, made: tuple[StixId, datetime], *, explanation: str = ""
) -> Ending:
    """Return that we end our request; `made` is the new id, and now.

    Raises:
        CallerError: we did not ask, it ended differently already, or a part cannot stand.
    """
    known = asked_by(desk, case)
    if case.state in ENDED:
        raise CallerError(why.ENDED.because(ending=case.ending, asker=known.sender.participant))
    _one_of(outcome, ENDINGS, "outcome")
    _text(explanation, "explanation", required=False)
    _check_office(office)
    stix_id, now = made
    moment = next_moment(case, desk.me, now)
    return Ending(
        id=stix_id,
        created=moment,
        modified=moment,
        revoked=False,
        request=case.id,
        request_modified=known.modified,
        sender=desk.home,
        to=known.to,
        outcome=outcome,
        office=office.office,
        role=office.role,
        explanation=explanation,
        status_line=written_status_line(desk.profile),
    )


def asked_of(desk: Desk, case: Case) -> Request:
    """Return the request of a case that we may acknowledge and answer.

    Raises:
        CallerError: we were not asked, it has ended, or it is not held from its asker.
    """
    known = _answerable(case)
    if case.asked != desk.me:
        raise CallerError(why.NOT_ASKED_SIDE.because(asked=known.to.participant, me=desk.me))
    if case.state in ENDED:
        raise CallerError(why.ENDED.because(ending=case.ending, asker=known.sender.participant))
    return known


def asked_by(desk: Desk, case: Case) -> Request:
    """Return the request of a case that we made ourselves.

    Raises:
        CallerError: we did not ask.
    """
    known = _answerable(case)
    if case.asker != desk.me:
        raise CallerError(why.NOT_ASKER.because(asker=known.sender.participant, me=desk.me))
    return known


def next_moment(case: Case, me: ParticipantId, now: datetime) -> datetime:
    """Return the moment of our next statement: now, or a tick after our last one where the clock says otherwise."""
    said = [each.said.what.modified for each in case.steps if each.counts and each.said.speaker == me]
    return max(_milli(now), *(moment + _TICK for moment in said)) if said else _milli(now)


def _answerable(case: Case) -> Request:
    if case.request is None or case.state is State.UNKNOWN_REQUEST:
        speaker = case.steps[0].said.speaker
        raise CallerError(why.NO_REQUEST.because(stix_id=case.id, speaker=speaker))
    if case.state is State.HEARSAY:
        step = next(each for each in case.steps if isinstance(each.said.what, Request))
        raise CallerError(step.remarks[0])
    return case.request


def _request(desk: Desk, asking: Asking, stix_id: StixId, *, created: datetime, modified: datetime) -> Request:
    _check_asking(desk, asking)
    return Request(
        id=stix_id,
        created=created,
        modified=modified,
        revoked=False,
        sender=desk.home,
        to=asking.to,
        trigger=asking.trigger,
        effects=_each_once(asking.effects),
        severity=own_severity(desk, asking.severity),
        wanted=_each_once(asking.wanted),
        needed_by=asking.needed_by,
        consent=asking.consent,
        summary=asking.summary,
        explanation=asking.explanation,
        status_line=written_status_line(desk.profile),
    )


def _check_asking(desk: Desk, asking: Asking) -> None:
    if asking.to.participant == desk.me:
        raise CallerError(why.OWN_SIDE.because(to=str(asking.to)))
    _check_trigger(asking.trigger)
    if not asking.wanted:
        _one_of("", WANTED, "wanted")
    for item in asking.wanted:
        _one_of(item, WANTED, "wanted")
    for effect in asking.effects:
        _one_of(effect, EFFECTS, "effects")
    _one_of(asking.consent, CONSENT, "consent")
    if asking.consent == "national-only":
        raise CallerError(why.NATIONAL_ONLY.because())
    _text(asking.summary, "summary", required=True)
    _text(asking.explanation, "explanation", required=False)
    for name, text in (("summary", asking.summary), ("explanation", asking.explanation)):
        if any(fold(victim.strip()) in fold(text) for victim in asking.victims if victim.strip()):
            raise CallerError(why.NAMES_VICTIM.because(name=name))


def _check_trigger(trigger: str) -> None:
    fine = (
        trigger.isascii() and 0 < len(trigger) <= _MAX_TRIGGER and trigger[0].isalpha() and trigger == trigger.lower()
    )
    if not fine or not all(each.isalnum() or each == "-" for each in trigger):
        raise CallerError(why.BAD_TRIGGER.because(found=trigger[:40]))


def own_severity(desk: Desk, code: str) -> Severity:
    """Return a code of our own national scale as a severity.

    Raises:
        CallerError: the profile states no scale for us, or the scale has no such code.
    """
    scale = desk.profile.participant(desk.me).severity
    if scale is None:
        raise CallerError(why.NO_SCALE.because(profile=desk.profile.id, participant=desk.me))
    if code not in scale.levels:
        raise CallerError(why.NO_LEVEL.because(scale=scale.id, known=", ".join(scale.levels), found=code[:20]))
    return Severity(scale=scale.id, value=code)


def _checked(case: Case, known: Request, answering: Answering) -> Answering:
    """Return an answer that says one thing, in words of the lists, about what was asked for."""
    decides = bool(answering.accepted or answering.declined or answering.referred_to)
    said = [decides, bool(answering.question), answering.done or bool(answering.results)]
    if sum(said) != 1:
        raise CallerError(why.SAY_ONE_THING.because(found=sum(said)))
    _text(answering.question, "question", required=False)
    _text(answering.explanation, "explanation", required=False)
    return _decided(case, known, answering) if decides else answering


def _decided(case: Case, known: Request, answering: Answering) -> Answering:
    accepted, declined = _each_once(answering.accepted), _each_once(answering.declined)
    _about(set(accepted) & set(declined), why.BOTH_WAYS)
    beyond = set(accepted + declined) - set(known.wanted)
    if beyond:
        raise CallerError(why.NOT_WANTED.because(items=", ".join(sorted(beyond))[:200], wanted=", ".join(known.wanted)))
    if answering.referred_to:
        _one_of(answering.referred_to, CHANNELS, "referred_to")
        left = set(case.open) - set(accepted + declined)
        declined += tuple(item for item in known.wanted if item in left)
    code = answering.reason_code or ("other-channel" if answering.referred_to else "")
    if declined and code not in REASON_CODES:
        raise CallerError(why.NEEDS_REASON.because(known=", ".join(REASON_CODES)))
    after = (set(case.accepted) | set(accepted)) - set(declined)
    still = set(case.open) - set(accepted + declined)
    if not after and still:
        raise CallerError(why.DECIDE_REST.because(open=", ".join(sorted(still))))
    return Answering(
        accepted=accepted,
        declined=declined,
        reason_code=code if declined else "",
        referred_to=answering.referred_to,
        severity=answering.severity,
        explanation=answering.explanation,
    )


def _about(items: set[str], reason: ReasonKind) -> None:
    if items:
        raise CallerError(reason.because(items=", ".join(sorted(items))[:200]))


def _response(desk: Desk, known: Request, office: Office, made: tuple[StixId, datetime], said: Answering) -> Response:
    _check_office(office)
    stix_id, moment = made
    return Response(
        id=stix_id,
        created=moment,
        modified=moment,
        revoked=False,
        request=known.id,
        request_modified=known.modified,
        sender=desk.home,
        to=known.sender,
        outcome=_outcome(known, said),
        accepted=said.accepted,
        declined=said.declined,
        reason_code=said.reason_code,
        referred_to=said.referred_to,
        question=said.question,
        severity=own_severity(desk, said.severity) if said.severity else None,
        results=_each_once(said.results),
        office=office.office,
        role=office.role,
        explanation=said.explanation,
        status_line=written_status_line(desk.profile),
    )


def _outcome(known: Request, said: Answering) -> str:
    """Return the word for what one response says; where items were decided before, the case adds them up."""
    if said.question:
        return "information-wanted"
    if said.done or said.results:
        return "answered"
    if not said.accepted and not said.declined:
        return "acknowledged"
    if not said.accepted:
        return "referred" if said.referred_to else "declined"
    return "accepted" if set(said.accepted) >= set(known.wanted) else "accepted-in-part"


def _check_office(office: Office) -> None:
    for name, text in (("office", office.office), ("role", office.role)):
        if not text.strip() or len(text) > MAX_NAME or "\n" in text or not is_plain(text):
            raise CallerError(why.BAD_TEXT.because(name=name, limit=MAX_NAME, found=len(text)))


def is_plain(text: str) -> bool:
    """Whether a text holds nothing that a terminal or page would act on: no control, no direction override."""
    return all(each.isprintable() or each in _SPACES for each in text)


def _text(text: str, name: str, *, required: bool) -> None:
    if len(text) > MAX_TEXT or not is_plain(text) or (required and not text.strip()):
        raise CallerError(why.BAD_TEXT.because(name=name, limit=MAX_TEXT, found=len(text)))


def _one_of(word: str, known: Sequence[str], name: str) -> None:
    if word not in known:
        raise CallerError(why.NO_WORD.because(name=name, known=", ".join(known), found=word[:40] or "-"))


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _milli(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
