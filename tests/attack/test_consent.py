# SPDX-License-Identifier: MIT
"""Somebody who wants a consent that was not given: altered, forged, replayed and misaddressed answers."""

import pytest

from making_consent import ONE, answer_to, ask, give, grant, grants, message_of, rule, say
from making_release import CCC, audited, states, three_nodes, uid
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError
from tasuki.base.time import format_exact, parse_rfc3339
from tasuki.core.channel.model import Arrival
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.services import consent, release
from tasuki.services.channel import PATH, accept


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        give(nodes)
        yield nodes


def nothing_goes(three):
    assert rule(three.bbb) == "R9"
    release.share(three.bbb, [ONE], CCC)
    three.carry()
    assert states(three.ccc, ONE) == []


def flags(node):
    return [each["flag"]["code"] for each in consent.listed(node, limit=99).flagged]


ALTERED = {
    "for another version": {"objects": [{"id": ONE, "digest": "0" * 64}]},
    "for another object": {"objects": [{"id": uid("indicator", 2), "digest": "0" * 64}]},
    "for more": {"objects": [{"id": ONE, "digest": "0" * 64}, {"id": uid("indicator", 2), "digest": "0" * 64}]},
    "for another audience": {"audience": "CCC"},
    "for a person": {"audience": "CCC/cert:csirt@mori"},
    "for another purpose": {"purpose": "prosecution"},
    "for longer": {"until": "2027-01-01T00:00:00.000Z"},
    "for another request": {"request": "00000000-0000-4000-8000-000000000001"},
}


@pytest.mark.parametrize("changes", ALTERED.values(), ids=ALTERED)
def test_an_altered_answer_is_kept_flagged_and_grants_nothing(three, changes):
    (made,) = ask(three)
    say(three, three.aaa, "BBB", "consent", answer_to(message_of(three.bbb, made.request), **changes))
    assert flags(three.bbb) in (["consent.differs"], ["consent.no-request"])
    assert consent.show(three.bbb, made.request).state == "asked"
    assert [each["flag"] for each in audited(three.bbb, "consent:answer:received")] == flags(three.bbb)
    nothing_goes(three)


def test_a_moment_later_by_a_microsecond_is_altered_too(three):
    (made,) = ask(three)
    asked = message_of(three.bbb, made.request)
    until = asked["until"].replace(".000Z", ".000001Z")
    assert until != asked["until"]
    say(three, three.aaa, "BBB", "consent", answer_to(asked, until=until))
    assert flags(three.bbb) == ["consent.differs"]
    nothing_goes(three)


def test_who_would_get_it_cannot_consent_for_its_originator(three):
    (made,) = ask(three)
    say(three, three.ccc, "BBB", "consent", answer_to(message_of(three.bbb, made.request)))
    assert flags(three.bbb) == ["consent.no-request"]
    nothing_goes(three)
    grant(three, made.request)
    assert consent.show(three.bbb, made.request).state == "granted"


def test_who_asked_cannot_consent_at_the_originator(three):
    """An answer to a request that another made is no act there: only its own people decide."""
    (made,) = ask(three)
    say(three, three.bbb, "AAA", "consent", answer_to(message_of(three.bbb, made.request)))
    assert flags(three.aaa) == ["consent.no-request"]
    assert consent.show(three.aaa, made.request).state == "asked"
    nothing_goes(three)


def test_an_answer_to_nothing_is_no_consent(three):
    digest = message_of(three.bbb, ask(three)[0].request)["objects"][0]["digest"]
    invented = {
        "request": "00000000-0000-4000-8000-000000000001",
        "objects": [{"id": ONE, "digest": digest}],
        "audience": str(CCC),
        "purpose": "cyber-defence",
        "until": "2027-01-01T00:00:00.000Z",
        "at": "2026-03-01T00:00:00.000Z",
    }
    say(three, three.aaa, "BBB", "consent", answer_to(invented))
    assert flags(three.bbb) == ["consent.no-request"]
    nothing_goes(three)


def test_an_envelope_with_a_consent_does_nothing_the_second_time(three):
    """Replayed after the withdrawal, byte for byte: its number is spent, and the first receipt is all it gets."""
    (made,) = ask(three)
    before = len(three.aaa.link.carried)
    grant(three, made.request)
    (granted,) = [raw for path, raw in three.aaa.link.carried[before:] if path == PATH]
    assert read_envelope(granted).header.type == "consent"
    consent.withdraw(three.aaa, made.request, why="No more.")
    three.carry()
    receipt = accept(three.bbb, three.aaa.anchor.tls_certificate, granted)
    assert receipt.kind == "stored-receipt"
    assert consent.show(three.bbb, made.request).state == "withdrawn"
    assert grants(three.bbb, made.objects[0]["digest"]) == 0
    nothing_goes(three)


def test_the_same_words_sent_anew_are_no_consent_after_a_refusal_or_withdrawal(three):
    (made,) = ask(three)
    asked = message_of(three.bbb, made.request)
    grant(three, made.request)
    consent.withdraw(three.aaa, made.request, why="No more.")
    three.carry()
    say(three, three.aaa, "BBB", "consent", answer_to(asked))
    assert flags(three.bbb) == ["consent.decided-before"]
    (second,) = ask(three)
    consent.refuse(three.aaa, second.request, why="No.")
    three.carry()
    say(three, three.aaa, "BBB", "consent", answer_to(message_of(three.bbb, second.request)))
    assert flags(three.bbb) == ["consent.decided-before"] * 2
    nothing_goes(three)


def test_an_answer_that_was_held_back_until_too_late_is_no_consent(three):
    (made,) = ask(three, days=1)
    asked = message_of(three.bbb, made.request)
    three.hands.now = parse_rfc3339(asked["until"])
    say(three, three.aaa, "BBB", "consent", answer_to(asked))
    assert flags(three.bbb) == ["consent.too-late"]
    assert consent.show(three.bbb, made.request).state == "expired"


MISFORMED = {
    "a member too many": {"note": "also for DDD"},
    "no such decision": {"decision": "granted-by-default"},
    "a list as decision": {"decision": ["granted"]},
    "no versions": {"objects": []},
    "a version with a member too many": {"objects": [{"id": ONE, "digest": "0" * 64, "any": True}]},
    "a digest in capitals": {"objects": [{"id": ONE, "digest": "A" * 64}]},
    "too many versions": {"objects": [{"id": ONE, "digest": "0" * 64}] * 1001},
    "everybody": {"audience": "*"},
    "no moment": {"until": "forever"},
    "a page as reason": {"reason": "x" * 501},
}


def misformed(three, kind, changes):
    asked = message_of(three.bbb, ask(three)[0].request)
    return answer_to(asked, **changes) if kind == "consent" else {**asked, **changes}


KINDS = [
    pytest.param(kind, changes, id=f"{kind}: {name}")
    for kind in ("consent", "consent-request")
    for name, changes in MISFORMED.items()
]


@pytest.mark.parametrize(("kind", "changes"), KINDS)
def test_what_has_not_the_form_of_its_notice_never_even_leaves(three, kind, changes):
    message = misformed(three, kind, changes)
    before = len(three.aaa.link.carried)
    say(three, three.aaa, "BBB", kind, message)
    assert len(three.aaa.link.carried) == before
    nothing_goes(three)


@pytest.mark.parametrize(("kind", "changes"), KINDS)
def test_and_is_refused_where_it_comes_from_a_node_that_lets_it_leave(three, kind, changes):
    payload = canonical(misformed(three, kind, changes))
    arrival = Arrival(
        env_id="01890a5d-ac96-774b-bcce-b302099a8057", partner="AAA", sender=three.aaa.me, lane="urgent", type=kind,
        in_reply_to=None, created=three.hands.now, payload=payload,
    )  # fmt: skip
    prepare = consent.prepare_answer if kind == "consent" else consent.prepare_request
    with pytest.raises(CallerError):
        prepare(three.bbb, arrival)


def test_a_request_under_an_id_used_before_does_not_replace_it(three):
    (made,) = ask(three)
    asked = message_of(three.bbb, made.request)
    wider = {**asked, "audience": "CCC", "until": format_exact(three.hands.now.replace(year=2030))}
    say(three, three.bbb, "AAA", "consent-request", wider)
    assert flags(three.aaa) == ["consent.used-again"]
    assert consent.show(three.aaa, made.request).audience == str(CCC)
    say(three, three.bbb, "AAA", "consent-request", asked)
    assert flags(three.aaa) == ["consent.used-again"]
    grant(three, made.request)
    assert rule(three.bbb) == "R13"
