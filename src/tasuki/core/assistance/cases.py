# SPDX-License-Identifier: MIT
"""From everything said to where each request stands: a function of a set, so that order of arrival means nothing.

Two rules carry it. Who speaks is who handed it over, never who a statement says it is: only the side that was asked
moves a request by responses, only the asker ends it. And within one side its own clock orders its statements, so a
later word replaces an earlier one; across sides a statement names the version of the request it answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from tasuki.base.ids import ParticipantId, StixId
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.core.assistance import reasons as why
from tasuki.core.assistance.model import Case, Decision, Said, State, Step
from tasuki.core.assistance.words import written_status_line
from tasuki.core.partners.model import Profile
from tasuki.formats.stix.assistance import Ending, Request, Response, Severity, Statement
from tasuki.formats.stix.extensions import CLOSED_LISTS, OUTCOMES

DECISIONS: Final = frozenset({"accepted", "accepted-in-part", "declined", "referred"})
"""Outcomes that decide on items of the menu."""

Key = tuple[ParticipantId | None, StixId]
"""Whose request, and its id: nobody takes over another's request by using its id."""


def cases(heard: Iterable[Said], profile: Profile) -> tuple[Case, ...]:
    """Return a case for each request held, and for each that was only spoken about; newest first."""
    steps = _latest(heard, profile)
    threads: defaultdict[Key, list[Step]] = defaultdict(list)
    keys: defaultdict[StixId, list[Key]] = defaultdict(list)
    for step in steps:
        if isinstance(step.said.what, Request):
            key = step.said.what.sender.participant, step.said.what.id
            if key not in threads:
                keys[key[1]].append(key)
            threads[key].append(_asked(step, step.said.what))
    for step in steps:
        if not isinstance(step.said.what, Request):
            for each in _belongs(step.said.what, keys):
                threads[each].append(step)
    found = [_case(key, told) for key, told in threads.items()]
    return tuple(sorted(found, key=_age, reverse=True))


def _age(case: Case) -> tuple[datetime, str, str]:
    return case.steps[0].said.what.created, case.id, case.asker or ""


def _latest(heard: Iterable[Said], profile: Profile) -> list[Step]:
    """Return the newest version of each statement of each speaker, once, with what is odd about it in itself."""
    versions: defaultdict[tuple[ParticipantId, StixId], dict[tuple[datetime, str], Said]] = defaultdict(dict)
    for said in heard:
        versions[said.speaker, said.what.id][said.what.modified, said.digest] = said
    steps = []
    for known in versions.values():
        modified, digest = max(known)
        twice = any(when == modified and other != digest for when, other in known)
        said = known[modified, digest]
        remarks = tuple(_oddities(said, profile, twice=twice))
        steps.append(Step(said=_without_foreign(said, profile), counts=True, remarks=remarks))
    return steps


def _without_foreign(said: Said, profile: Profile) -> Said:
    """Take out a severity on a scale that is not its speaker's: the remark shows it, and nothing uses it."""
    what = said.what
    if isinstance(what, Ending) or _foreign(said, profile) is None:
        return said
    return replace(said, what=replace(what, severity=None))


def _oddities(said: Said, profile: Profile, *, twice: bool) -> Iterable[Reason]:
    yield from said.doubts
    what, speaker = said.what, said.speaker
    if twice:
        yield why.TWO_TEXTS.because(speaker=speaker, stix_id=what.id)
    for name, word in _unknown_words(what):
        yield why.UNKNOWN_WORD.because(name=name, word=word[:40], speaker=speaker)
    severity = _foreign(said, profile)
    if severity is not None:
        yield why.FOREIGN_SCALE.because(speaker=speaker, value=severity.value[:20], scale=severity.scale[:40])
    if what.status_line and what.status_line != written_status_line(profile):
        yield why.STATUS_LINE.because()


_KINDS: Final[dict[type[Statement], str]] = {
    Request: "assistance-request",
    Response: "assistance-response",
    Ending: "assistance-ending",
}


def _unknown_words(what: Statement) -> Iterable[tuple[str, str]]:
    for (kind, name), known in CLOSED_LISTS.items():
        if kind == _KINDS[type(what)]:
            used = getattr(what, name)
            for word in (used,) if isinstance(used, str) else used:
                if word and word not in known:
                    yield name, word


def _foreign(said: Said, profile: Profile) -> Severity | None:
    """Return the severity a speaker states on a scale other than its own; a request passed on is its asker's word."""
    what = said.what
    passed_on = isinstance(what, Request) and what.sender.participant != said.speaker
    if isinstance(what, Ending) or what.severity is None or passed_on:
        return None
    own = next((each.severity for each in profile.participants if each.id == said.speaker), None)
    return None if own is not None and own.id == what.severity.scale else what.severity


def _asked(step: Step, request: Request) -> Step:
    """Return a request as it counts: only one that its asker handed over itself, and that asks somebody else."""
    asker, speaker = request.sender.participant, step.said.speaker
    if speaker != asker:
        return _aside(step, why.PASSED_ON.because(asker=asker, speaker=speaker))
    if request.to.participant == asker:
        return _aside(step, why.ASKS_ITSELF.because(speaker=speaker, asked=str(request.to)))
    return step


def _aside(step: Step, reason: Reason) -> Step:
    return replace(step, counts=False, remarks=(reason, *step.remarks))


def _noted(step: Step, *reasons: Reason) -> Step:
    return replace(step, remarks=(*step.remarks, *reasons))


def _belongs(what: Response | Ending, keys: Mapping[StixId, list[Key]]) -> list[Key]:
    """Return the requests a statement is about: those of its id whose asker it names, else all of its id."""
    same = keys.get(what.request, [])
    sides = {each.participant for each in (what.sender, what.to) if each is not None}
    return [key for key in same if key[0] in sides] or same or [(None, what.request)]


def _case(key: Key, steps: Sequence[Step]) -> Case:
    requests = [step for step in steps if isinstance(step.said.what, Request)]
    counting = [step for step in requests if step.counts]
    if counting:
        others = [step for step in steps if not isinstance(step.said.what, Request)]
        return _answerable(key[1], _request(counting), requests, others)
    state, request = State.UNKNOWN_REQUEST, None
    if requests:
        state, request = State.HEARSAY, _request(requests)
    told = [
        replace(step, counts=False) if requests else _aside(step, _not_held(key[1], step.said.speaker))
        for step in steps
    ]
    return Case(
        id=key[1],
        asker=key[0],
        asked=None if request is None else request.to.participant,
        request=request,
        state=state,
        decisions=(),
        question="",
        ending="",
        severities=(),
        acknowledged_at=None,
        decided_at=None,
        answered_at=None,
        steps=_ordered(told),
    )


def _not_held(stix_id: StixId, speaker: ParticipantId) -> Reason:
    return why.NO_REQUEST.because(stix_id=stix_id, speaker=speaker)


def _request(steps: Sequence[Step]) -> Request:
    newest = max(steps, key=lambda step: (step.said.what.modified, step.said.digest)).said.what
    assert isinstance(newest, Request)  # noqa: S101 the caller chose requests
    return newest


def _ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps oldest first; a request before what is said of it at the same moment."""

    def place(step: Step) -> tuple[datetime, bool, str, str, str]:
        what = step.said.what
        return what.created, not isinstance(what, Request), what.id, step.said.speaker, step.said.digest

    return tuple(sorted(steps, key=place))


def _answerable(stix_id: StixId, request: Request, requests: Sequence[Step], others: Sequence[Step]) -> Case:
    judged = [_judged(step, request) for step in others]
    responses = _in_order(step.said.what for step in judged if step.counts and isinstance(step.said.what, Response))
    endings = _in_order(step.said.what for step in judged if step.counts and isinstance(step.said.what, Ending))
    last_ending = next((each for each in reversed(endings) if _covers(each, request)), None)
    if last_ending is not None:
        judged = [_late(step, last_ending) for step in judged]
    decisions = _decisions(request, responses)
    last = next((each for each in reversed(responses) if each.outcome != "acknowledged"), None)
    decided = {each.item for each in decisions}
    decided_at = max((each.modified for each in responses if each.outcome in DECISIONS), default=None)
    asker, asked = request.sender.participant, request.to.participant
    stated = next((each.severity for each in reversed(responses) if each.severity is not None), None)
    return Case(
        id=stix_id,
        asker=asker,
        asked=asked,
        request=request,
        state=_state(request, last_ending, last, decisions, heard=bool(responses)),
        decisions=decisions,
        question=last.question if last is not None and _is_open_question(last, request) else "",
        ending="withdrawn" if request.revoked else "" if last_ending is None else last_ending.outcome,
        severities=tuple((who, each) for who, each in ((asker, request.severity), (asked, stated)) if each is not None),
        acknowledged_at=min((each.created for each in responses), default=None),
        decided_at=decided_at if decided >= set(request.wanted) else None,
        answered_at=max((each.modified for each in responses if each.outcome == "answered"), default=None),
        steps=_ordered([*requests, *judged]),
    )


def _judged(step: Step, request: Request) -> Step:
    """Return a response or ending as it counts: from the side that may say it, in a word this version knows."""
    what, speaker = step.said.what, step.said.speaker
    asker, asked = request.sender.participant, request.to.participant
    assert not isinstance(what, Request)  # noqa: S101 the caller left requests out
    rightful = asked if isinstance(what, Response) else asker
    if speaker not in (asker, asked):
        return _aside(step, why.THIRD_PARTY.because(speaker=speaker, asker=asker, asked=asked))
    if speaker != rightful:
        return _aside(step, why.WRONG_SIDE.because(speaker=speaker, outcome=what.outcome[:40], rightful=rightful))
    if what.revoked:
        return _aside(step, why.REVOKED.because(speaker=speaker))
    if isinstance(what, Ending):
        return step
    return replace(_noted(step, *_beside_the_point(what, request)), counts=what.outcome in OUTCOMES)


def _beside_the_point(response: Response, request: Request) -> Iterable[Reason]:
    if response.request_modified is not None and response.request_modified < request.modified:
        yield why.EARLIER_VERSION.because(modified=format_rfc3339(request.modified))
    both = set(response.accepted) & set(response.declined)
    if both:
        yield why.CONTRADICTION.because(items=_listed(both), speaker=request.to.participant)
    if response.outcome in DECISIONS and not response.accepted and not response.declined:
        yield why.NOTHING_LISTED.because(outcome=response.outcome, speaker=request.to.participant)
    beyond = (set(response.accepted) | set(response.declined)) - set(request.wanted)
    if beyond:
        yield why.NOT_ASKED_FOR.because(items=_listed(beyond))


def _listed(items: Iterable[str]) -> str:
    return ", ".join(sorted(item[:40] for item in items))[:200]


def _late(step: Step, last_ending: Ending) -> Step:
    if step.counts and isinstance(step.said.what, Response) and step.said.what.created > last_ending.created:
        return _noted(step, why.AFTER_END.because())
    return step


W = TypeVar("W", Response, Ending)


def _in_order(said: Iterable[W]) -> list[W]:
    """Return statements of one side by its own clock."""
    return sorted(said, key=lambda each: (each.modified, each.id))


def _covers(ending: Ending, request: Request) -> bool:
    return ending.request_modified is None or ending.request_modified >= request.modified


def _is_of(response: Response, request: Request) -> bool:
    """Whether a response answers the newest version of the request."""
    return response.request_modified is None or response.request_modified >= request.modified


def _is_open_question(last: Response, request: Request) -> bool:
    return last.outcome == "information-wanted" and _is_of(last, request)


def _decisions(request: Request, responses: Sequence[Response]) -> tuple[Decision, ...]:
    """Return what the asked side said last of each item: a later word on one item leaves the others alone."""
    known: dict[str, Decision] = {}
    for response in responses:
        if response.outcome in DECISIONS:
            known.update({each.item: each for each in _decided(response)})
    return tuple(known[item] for item in request.wanted if item in known)


def _decided(response: Response) -> Iterable[Decision]:
    accepted, declined = set(response.accepted), set(response.declined)
    for item in accepted ^ declined:
        refused = item in declined
        yield Decision(
            item=item,
            accepted=not refused,
            reason_code=response.reason_code if refused else "",
            referred_to=response.referred_to if refused else "",
        )


def _state(
    request: Request, last_ending: Ending | None, last: Response | None, decisions: tuple[Decision, ...], *, heard: bool
) -> State:
    if request.revoked or (last_ending is not None and last_ending.outcome == "withdrawn"):
        return State.WITHDRAWN
    if last_ending is not None:
        return State.CLOSED
    if last is not None and last.outcome == "answered" and _is_of(last, request):
        return State.ANSWERED
    if last is not None and _is_open_question(last, request):
        return State.INFORMATION_WANTED
    return _by_decisions(request, decisions) or (State.ACKNOWLEDGED if heard else State.REQUESTED)


def _by_decisions(request: Request, decisions: tuple[Decision, ...]) -> State | None:
    """Return what the decisions amount to; None while some item is open and none is accepted."""
    is_whole = {each.item for each in decisions} >= set(request.wanted)
    if any(each.accepted for each in decisions):
        return State.ACCEPTED if is_whole and all(each.accepted for each in decisions) else State.ACCEPTED_IN_PART
    if not decisions or not is_whole:
        return None
    return State.REFERRED if any(each.referred_to for each in decisions) else State.DECLINED
