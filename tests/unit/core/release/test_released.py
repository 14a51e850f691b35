# SPDX-License-Identifier: MIT
"""What may leave is made by the gate alone, does not change, and carries what the closed lists name."""

import copy
import pickle
import tomllib

import pytest
from hypothesis import given

from making_labels import NOW, asking, circumstances, labels
from making_profiles import THREE
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import label_from_json, label_of, label_to_json
from tasuki.core.markings.lattice import meet_all
from tasuki.core.partners.profile import parse_profile
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.forms import MAX_IDS, MAX_VERSIONS, NOTICES, PROTOCOL, flag
from tasuki.core.release.released import (
    Candidate,
    Released,
    release_document,
    release_notice,
    release_objects,
    release_protocol,
)
from tasuki.core.release.rules import Gate, decide, of_the_node, rules_for

HOME = Audience.parse("AAA/cert:csirt")
PLAIN = Circumstances(now=NOW)
RULES = rules_for(parse_profile(tomllib.loads(THREE)), HOME)
BBB = Audience.parse("BBB/cert:csirt")
INDICATOR = "indicator--00000000-0000-4000-8000-000000000001"
ENVELOPE = "01890a5d-ac96-774b-bcce-b302099a8057"
AT = "2026-03-01T12:00:00.000Z"
LEAF = {
    "kind": "receipt-issued",
    "salt": "A" * 43 + "=",
    "body": {"env_id": ENVELOPE, "env_hash": "0" * 64, "lane": "bulk", "epoch": 1, "seq": 2, "status": "stored"},
}
CONSENT = {
    "request": ENVELOPE,
    "objects": [{"id": INDICATOR, "digest": "0" * 64}],
    "audience": "CCC/cert:csirt",
    "purpose": "cyber-defence",
    "until": "2026-04-01T00:00:00.000Z",
    "reason": "Their power sector is next.",
    "at": AT,
}
MESSAGES = {
    "consent-request": CONSENT,
    "consent": {**CONSENT, "decision": "granted"},
    "recall": {"ids": [INDICATOR], "reason": "Sent by mistake.", "at": AT},
    "revoke": {"ids": [INDICATOR], "reason": "It was benign.", "at": AT},
    "correct": {"ids": [INDICATOR], "reason": "It was misspelt.", "at": AT},
    "narrow": {
        "ids": [INDICATOR],
        "label": {"tlp": "AMBER+STRICT", "releasable_to": ["BBB/cert"]},
        "reason": "It names a source.",
        "at": AT,
    },
    "attestation": {"of": ENVELOPE, "counts": {"use-stopped": 1}, "statement": "Use stopped.", "at": AT},
    "receipt": {"env_id": ENVELOPE, "decision": "accepted", "office": "nco", "at": AT},
    "mirror": {"log": "tasuki/AAA/aaa-1/pair/BBB", "start": 0, "leaves": [LEAF]},
    "mirrored": {"size": 2, "root": "A" * 43 + "=", "witnessed": 1, "refused": {}, "periods": 1},
    "compare": {"spans": [{"way": "sent", "lane": "bulk", "epoch": 1, "first": 1, "last": 64}]},
    "compared": {"spans": [{"count": 1, "root": "0" * 64, "items": [{"seq": 1, "hash": "0" * 64}]}]},
    "trust-ask": {"held": {"root": 1, "keys": 2, "peers": 0}, "mine": {"root": 1, "keys": 1, "peers": 1}},
    "recover": {
        "v": 1,
        "restored": True,
        "size": 3,
        "mirror": 2,
        "got_after": 0,
        "resend": False,
        "copy": {"number": 1, "token": "", "next": "0" * 64},
        "lanes": [
            {
                "lane": "urgent",
                "epoch_in": 1,
                "next_in": 2,
                "receipts_from": 1,
                "epoch_out": 1,
                "next_out": 4,
                "sent_from": 1,
            }
        ],
    },
    "recovered": {
        "v": 1,
        "closed": False,
        "copy": 1,
        "log": "tasuki/BBB/bbb-1/pair/AAA",
        "size": 3,
        "root": "A" * 43 + "=",
        "note": "AAAA",
        "leaves": [LEAF],
        "theirs": [LEAF],
        "cosigned": ["AAAA"],
        "lanes": [
            {
                "lane": "urgent",
                "taken_epoch": 1,
                "taken_next": 4,
                "taken_prev": "0" * 64,
                "epoch": 1,
                "sealed": 1,
                "missing": [],
            }
        ],
        "receipts": ["AAAA"],
        "sent": [
            {
                "env_id": ENVELOPE,
                "env_hash": "0" * 64,
                "lane": "urgent",
                "epoch": 1,
                "seq": 3,
                "type": "recall",
                "receipt": "AAAA",
                "body": "AAAA",
            }
        ],
        "got": [{"id": INDICATOR, "audiences": ["BBB/cert:csirt"], "position": 7}],
        "refused": {},
    },
    "health": {"node": "AAA/aaa-1", "version": 1, "at": AT},
}


def green(originator="AAA"):
    return label_of(levels=["green"], caveats=(), blocked=(), originator=originator)


def candidate(own, closure=None, raw=b"{}", at=PLAIN):
    return Candidate(
        stix_id=INDICATOR,
        raw=raw,
        own=own,
        closure=own if closure is None else closure,
        closure_number=1,
        handling={"collection": "own-sensor"},
        originator="AAA",
        at=at,
    )


def objects(*candidates, reader=BBB):
    return release_objects(candidates, reader, Gate(RULES).verdict, RULES.digest)


def test_nobody_else_makes_one():
    with pytest.raises(TypeError):
        Released(object(), kind="objects", audience="BBB", policy="", body=b"secret")


def test_it_has_no_children():
    with pytest.raises(TypeError):
        type("Mine", (Released,), {})


def test_it_does_not_change():
    released = release_notice("recall", MESSAGES["recall"], "BBB", RULES.digest)
    with pytest.raises(AttributeError):
        released.body = b"secret"
    with pytest.raises(AttributeError):
        released.audience = "CCC"
    with pytest.raises(AttributeError):
        released.extra = 1
    with pytest.raises(AttributeError):
        del released.body


def test_it_is_not_copied_into_another():
    released = release_notice("recall", MESSAGES["recall"], "BBB", RULES.digest)
    for again in (copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))):  # noqa: S301 our own bytes
        with pytest.raises((AttributeError, TypeError)):
            again(released)


def test_its_bytes_go_to_whom_they_were_released_and_to_nobody_else():
    released = release_protocol("envelope", b"TASUKIE\x01...", "BBB/bbb-1", RULES.digest)
    assert released.bytes_for("BBB") == b"TASUKIE\x01..."
    with pytest.raises(CallerError):
        released.bytes_for("CCC")
    assert release_protocol("anchor", b"TASUKIA\x01", "", RULES.digest).bytes_for("CCC") == b"TASUKIA\x01"


def test_objects_go_byte_for_byte_with_their_own_label_and_not_that_of_what_they_refer_to():
    closure = meet_all([green(), label_of(levels=["green"], caveats=[["BBB", "CCC"]], blocked=(), originator="BBB")])
    released, kept = objects(candidate(green(), closure, raw=b'{ "as":  "held" }'))
    assert not kept
    assert released.objects[0].raw == b'{ "as":  "held" }'
    assert label_from_json(released.objects[0].entry["label"]) == green()
    assert b"CCC" not in canonical(dict(released.objects[0].entry))


@given(labels, labels, asking, circumstances)
def test_an_object_goes_only_if_its_own_label_and_its_closure_both_allow(own, closure, reader, at):
    released, kept = objects(candidate(own, closure, at=at), reader=reader)
    both = decide(meet_all([own, closure]), reader, RULES, at).allowed
    assert bool(released.objects) == both
    assert bool(kept) != both


def test_what_is_kept_comes_with_its_verdict():
    _, kept = objects(candidate(label_of(levels=["red"], caveats=(), blocked=(), originator="AAA")))
    ((stix_id, verdict),) = kept
    assert (stix_id, verdict.rule) == (INDICATOR, "R5")


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_every_notice_leaves_in_its_form(kind):
    released = release_notice(kind, MESSAGES[kind], "BBB/bbb-1", RULES.digest)
    assert (released.body, released.kind) == (canonical(MESSAGES[kind]), kind)
    assert released.objects == ()


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_a_notice_with_another_member_is_refused(kind):
    with pytest.raises(CallerError) as caught:
        release_notice(kind, {**MESSAGES[kind], "victim": "named"}, "BBB", RULES.digest)
    assert caught.value.reason.code == "release.notice-fields"


@pytest.mark.parametrize(("kind", "member"), [(kind, name) for kind in sorted(NOTICES) for name in NOTICES[kind]])
def test_a_notice_without_a_member_or_with_a_shapeless_one_is_refused(kind, member):
    rest = {name: value for name, value in MESSAGES[kind].items() if name != member}
    for shapeless in ({"content": "of a holding"}, ["a text with spaces"], "line\nbreak", True, -1, None, 2.5):
        if shapeless is True and NOTICES[kind][member] is flag:
            continue
        with pytest.raises(CallerError) as caught:
            release_notice(kind, {**rest, member: shapeless}, "BBB/bbb-1", RULES.digest)
        assert caught.value.reason.code == "release.notice-form"
    with pytest.raises(CallerError):
        release_notice(kind, rest, "BBB/bbb-1", RULES.digest)


@pytest.mark.parametrize(
    ("kind", "member", "value"),
    [
        ("recall", "ids", []),
        ("recall", "ids", [INDICATOR] * (MAX_IDS + 1)),
        ("recall", "ids", ["the power plant at"]),
        ("recall", "reason", "x" * 501),
        ("recall", "at", "yesterday"),
        ("revoke", "ids", []),
        ("correct", "at", "yesterday"),
        ("narrow", "label", {}),
        ("narrow", "label", {"tlp": "amber"}),
        ("narrow", "label", {"tlp": None}),
        ("narrow", "label", {"tlp": "AMBER", "originators": ["BBB"]}),
        ("narrow", "label", {"releasable_to": ["the police"]}),
        ("narrow", "label", {"releasable_to": "BBB"}),
        ("narrow", "label", {"releasable_to": ["BBB/cert"] * 1001}),
        ("consent-request", "objects", []),
        ("consent-request", "objects", [CONSENT["objects"][0]] * (MAX_VERSIONS + 1)),
        ("consent-request", "objects", [{"id": INDICATOR}]),
        ("consent-request", "objects", [{"id": "a name", "digest": "0" * 64}]),
        ("consent-request", "objects", [{"id": INDICATOR, "digest": "0" * 63}]),
        ("consent-request", "objects", [{"id": INDICATOR, "digest": "0" * 64, "name": "x"}]),
        ("consent-request", "objects", [INDICATOR]),
        ("consent-request", "audience", "the police"),
        ("consent-request", "purpose", "To defend the plant of"),
        ("consent-request", "until", "soon"),
        ("consent", "decision", "perhaps"),
        ("attestation", "counts", {"Name Of A Victim": 1}),
        ("attestation", "counts", {"held": "three"}),
        ("receipt", "decision", "See the attached report."),
        ("health", "node", "AAA"),
        ("mirror", "log", "tasuki/AAA/aaa-1/audit"),
        ("mirror", "leaves", [{**LEAF, "kind": "release:holding:mark"}]),
        ("mirror", "leaves", [{**LEAF, "body": {**LEAF["body"], "counts": {"held": 1}}}]),
        ("mirror", "leaves", [{**LEAF, "body": {**LEAF["body"], "env_id": "a name"}}]),
        ("mirror", "leaves", [{**LEAF, "note": "x"}]),
        ("mirror", "leaves", [{**LEAF, "salt": "guess"}]),
        ("mirrored", "refused", {"code": "ledger.mirror-gap", "en": "x" * 601, "ja": ""}),
        ("mirrored", "refused", {"code": "a name", "en": "", "ja": ""}),
        ("mirrored", "root", "guess"),
        ("compare", "spans", [{**MESSAGES["compare"]["spans"][0], "note": "x"}]),
        ("compare", "spans", MESSAGES["compare"]["spans"] * 65),
        ("compared", "spans", [{**MESSAGES["compared"]["spans"][0], "root": "x"}]),
        ("compared", "spans", [{"count": 1, "root": "0" * 64, "items": [{"seq": 1, "hash": "a name"}]}]),
        ("trust-ask", "held", {"root": 1, "keys": 2, "peers": 0, "name": 1}),
        ("trust-ask", "held", {"root": 1, "keys": 2, "peers": "x"}),
        ("recover", "copy", {"number": 1, "token": "a name", "next": "0" * 64}),
        ("recover", "lanes", [{**MESSAGES["recover"]["lanes"][0], "lane": "See the attached report."}]),
        ("recovered", "leaves", [{**LEAF, "note": "x"}]),
        ("recovered", "theirs", [{**LEAF, "salt": "guess"}]),
        ("recovered", "receipts", ["a text with spaces"]),
        ("recovered", "sent", [{**MESSAGES["recovered"]["sent"][0], "type": "a type of its own"}]),
        ("recovered", "got", [{"id": "a name", "audiences": [], "position": 1}]),
        ("recovered", "got", [{"id": INDICATOR, "audiences": ["the police"], "position": 1}]),
    ],
)
def test_content_does_not_fit_into_a_notice(kind, member, value):
    with pytest.raises(CallerError) as caught:
        release_notice(kind, {**MESSAGES[kind], member: value}, "BBB/bbb-1", RULES.digest)
    assert caught.value.reason.code == "release.notice-form"


def test_the_mirror_of_one_partners_log_never_goes_to_another():
    with pytest.raises(CallerError) as caught:
        release_notice("mirror", MESSAGES["mirror"], "CCC/ccc-1", RULES.digest)
    assert caught.value.reason.code == "release.wrong-addressee"


@pytest.mark.parametrize("log", ["tasuki/CCC/ccc-1/pair/AAA", "tasuki/BBB/bbb-2/pair/AAA", "tasuki/AAA/aaa-1/pair/BBB"])
def test_what_is_given_back_of_one_nodes_log_never_goes_to_another(log):
    with pytest.raises(CallerError) as caught:
        release_notice("recovered", {**MESSAGES["recovered"], "log": log}, "BBB/bbb-1", RULES.digest)
    assert caught.value.reason.code == "release.wrong-addressee"


@pytest.mark.parametrize("audience", ["BBB", "BBB/bbb-1"])
def test_the_mirror_of_a_later_period_of_a_log_goes_to_its_partner_alone(audience):
    later = {**MESSAGES["mirror"], "log": "tasuki/AAA/aaa-1/pair/BBB/2027/1000"}
    assert release_notice("mirror", later, audience, RULES.digest).kind == "mirror"
    with pytest.raises(CallerError) as caught:
        release_notice("mirror", later, audience.replace("BBB", "CCC"), RULES.digest)
    assert caught.value.reason.code == "release.wrong-addressee"


def test_a_notice_nobody_listed_is_refused():
    with pytest.raises(CallerError):
        release_notice("holdings", {}, "BBB", RULES.digest)


@pytest.mark.parametrize("kind", sorted(PROTOCOL))
def test_a_wire_form_is_no_cover_for_other_bytes(kind):
    # Nothing at all is an answer about trust metadata: there is none that is newer.
    nothing = () if kind == "trust" else (b"",)
    for body in (
        *nothing,
        b'{"type":"indicator"}',
        b'{"status":200,"size":1,"content":"x"}',
        b'{"status":"x","size":1}',
    ):
        with pytest.raises(CallerError) as caught:
            release_protocol(kind, body, "BBB", RULES.digest)
        assert caught.value.reason.code == "release.notice-form"


def test_a_wire_form_nobody_listed_is_refused():
    with pytest.raises(CallerError):
        release_protocol("objects", b"[]", "BBB", RULES.digest)


def test_a_document_needs_a_verdict_on_every_part():
    yes, no = of_the_node(HOME, RULES), of_the_node(BBB, RULES)
    assert release_document("export", b"x", [yes], str(HOME), RULES.digest).body == b"x"
    for verdicts in ([], [yes, no], [no]):
        with pytest.raises(CallerError):
            release_document("export", b"x", verdicts, str(HOME), RULES.digest)


def test_a_document_is_not_released_under_other_rules_than_its_parts():
    with pytest.raises(CallerError) as caught:
        release_document("export", b"x", [of_the_node(HOME, RULES)], str(HOME), "0" * 64)
    assert caught.value.reason.code == "release.other-rules"


def test_a_document_nobody_listed_is_refused():
    with pytest.raises(CallerError):
        release_document("newspaper", b"x", [of_the_node(HOME, RULES)], str(HOME), RULES.digest)


def params(make, *arguments):
    """Return code and parameters of the reason with which something is refused."""
    with pytest.raises(CallerError) as caught:
        make(*arguments)
    return caught.value.reason.code, caught.value.reason.params


RECALL = MESSAGES["recall"]
LONG = "x" * 61


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        (lambda: release_notice(LONG, {}, "BBB", "p"), "release.notice-kind", {"notice": LONG[:60]}),
        (
            lambda: release_notice("recall", {**RECALL, "b": 1, "a": 1}, "BBB", "p"),
            "release.notice-fields",
            {"notice": "recall", "allowed": "at, ids, reason", "found": "a, b"},
        ),
        (
            lambda: release_notice("recall", {**RECALL, "y" * 90: 1}, "BBB", "p"),
            "release.notice-fields",
            {"notice": "recall", "allowed": "at, ids, reason", "found": "y" * 80},
        ),
        (
            lambda: release_notice("recall", {**RECALL, "at": 1}, "BBB", "p"),
            "release.notice-form",
            {"notice": "recall", "member": "at"},
        ),
        (
            lambda: release_notice("mirror", MESSAGES["mirror"], "CCC/ccc-1", "p"),
            "release.wrong-addressee",
            {"audience": MESSAGES["mirror"]["log"], "found": "CCC/ccc-1"},
        ),
        (lambda: release_protocol(LONG, b"", "BBB", "p"), "release.notice-kind", {"notice": LONG[:60]}),
        (
            lambda: release_protocol("envelope", b"", "BBB", "p"),
            "release.notice-form",
            {"notice": "envelope", "member": "body"},
        ),
        (lambda: release_document(LONG, b"", [], "BBB", "p"), "release.notice-kind", {"notice": LONG[:60]}),
        (lambda: release_document("export", b"", [], "BBB", "p"), "release.no-verdict", {"document": "export"}),
        (
            lambda: release_document("export", b"", [of_the_node(HOME, RULES)], "BBB", "p"),
            "release.other-rules",
            {"document": "export"},
        ),
        (
            lambda: release_protocol("envelope", b"TASUKIE\x01", "BBB/bbb-1", "p").bytes_for("CCC"),
            "release.wrong-addressee",
            {"audience": "BBB/bbb-1", "found": "CCC"},
        ),
    ],
)
def test_a_refusal_names_what_was_expected_and_what_was_found(make, code, said):
    assert params(make) == (code, said)


def test_a_part_that_was_denied_is_refused_with_its_own_reason():
    no = of_the_node(BBB, RULES)
    code, _ = params(release_document, "export", b"x", [no], str(HOME), RULES.digest)
    assert code == no.reason.code


def test_what_is_released_says_what_it_is_for_whom_and_by_which_rules():
    whole, _ = objects(candidate(green()), candidate(green("BBB"), green("CCC")))
    assert (whole.kind, whole.audience, whole.policy, whole.body) == ("objects", str(BBB), RULES.digest, b"")
    assert whole.label == meet_all([green(), green("BBB")])
    assert [dict(each.entry) for each in whole.objects] == [
        {
            "label": label_to_json(own),
            "handling": {"collection": "own-sensor"},
            "originator": "AAA",
            "audience": str(BBB),
        }
        for own in (green(), green("BBB"))
    ]
    notice = release_notice("recall", RECALL, "BBB/bbb-1", "p")
    assert (notice.kind, notice.audience, notice.policy, notice.label) == ("recall", "BBB/bbb-1", "p", None)
    wire = release_protocol("envelope", b"TASUKIE\x01", "BBB/bbb-1", "p")
    assert (wire.kind, wire.audience, wire.policy, wire.label) == ("envelope", "BBB/bbb-1", "p", None)
    document = release_document("export", b"x", [of_the_node(HOME, RULES)], str(HOME), RULES.digest)
    assert (document.kind, document.audience, document.policy) == ("export", str(HOME), RULES.digest)
    assert document.bytes_for("AAA") == b"x"


def test_the_gate_is_asked_by_number_only_where_the_closure_decides():
    asked = []

    def ask(number, label, reader, at):
        asked.append((number, label))
        return decide(label, reader, RULES, at)

    wide, narrow = green(), label_of(levels=["amber"], caveats=(), blocked=(), originator="AAA")
    release_objects([candidate(wide, narrow), candidate(narrow, wide)], BBB, ask, RULES.digest)
    assert asked == [(1, narrow), (0, narrow)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda released: setattr(released, "body", b""), "Released does not change: body was decided on by the gate"),
        (lambda released: delattr(released, "kind"), "Released does not change: kind was decided on by the gate"),
    ],
)
def test_whoever_would_change_it_is_told(change, message):
    with pytest.raises(AttributeError, match=f"^{message}$"):
        change(release_notice("recall", RECALL, "BBB", "p"))


def test_whoever_would_make_one_is_told_whom_to_ask():
    with pytest.raises(TypeError, match=r"^Released is made by core.release alone: ask release_objects, "):
        Released(object(), kind="objects", audience="BBB", policy="")
    with pytest.raises(TypeError, match=r"^Released has no subclasses$"):
        type("Mine", (Released,), {})
