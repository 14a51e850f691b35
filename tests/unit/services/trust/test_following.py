# SPDX-License-Identifier: MIT
"""Following: what partners give is judged, never taken back, and what they hold of us is known."""

from dataclasses import replace

import pytest

from making_ledger import send
from making_nodes import Hands, anchor_file, make_node
from making_trusting import PEOPLE, receive, settled, trusting, trusting_node
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, InputError, PeerError, WorldError
from tasuki.core.ledger.model import AUDIT
from tasuki.core.partners.trust import write_chain
from tasuki.formats.trust.file import Parts, read_parts, write_parts
from tasuki.formats.trust.keys import keys_statement
from tasuki.services import partners, trust
from tasuki.services.channel import partner_anchor, seal_next
from tasuki.services.health import alarms
from tasuki.services.trust.following import MAX_QUESTION_BYTES
from tasuki.store import ledger
from tasuki.store import trust as store


@pytest.fixture
def bench(tmp_path):
    with trusting(tmp_path) as pair:
        yield pair


def audited(node, kind):
    with node.database.read() as connection:
        return [leaf for leaf, _ in ledger.newest(connection, AUDIT, 200) if leaf.kind == kind]


def question(held, mine=None):
    return canonical({"held": held, "mine": mine or {"root": 0, "keys": 0, "peers": 0}})


def test_an_answer_holds_what_is_opened_to_the_asker_alone_when_nothing_is_newer(bench):
    gbr, _ = bench
    answer = trust.answer(gbr, partner_anchor(gbr, "JPN"), question(gbr.own.chain.versions))
    assert read_parts(answer.body) == Parts(openings=gbr.own.chain.openings)
    assert answer.audience == "JPN"
    assert b"JPN" not in partners.export_trust(gbr).body


def test_what_a_partner_holds_is_known_and_wakes_the_exchange(bench):
    gbr, jpn = bench
    trust.rotate(gbr, ["kem"])
    assert not trust.is_told(gbr, "JPN")
    settled(gbr, jpn)
    assert trust.is_told(gbr, "JPN")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", canonical({"held": 1, "mine": 1}), question({"root": -1, "keys": 0, "peers": 0}), b"x" * 5000],
)
def test_a_question_that_is_none_is_refused(bench, body):
    gbr, _ = bench
    with pytest.raises(PeerError):
        trust.answer(gbr, partner_anchor(gbr, "JPN"), body[: MAX_QUESTION_BYTES + 1])


def test_a_node_put_back_to_an_old_copy_says_so_and_takes_no_word_for_it(bench):
    gbr, _ = bench
    held = {**gbr.own.chain.versions, "keys": 9}
    answer = trust.answer(gbr, partner_anchor(gbr, "JPN"), question(held))
    assert read_parts(answer.body).keys == ()
    trust.answer(gbr, partner_anchor(gbr, "JPN"), question(held))
    (leaf,) = audited(gbr, "trust-put-back")
    assert leaf.body["reason"] == "trust.put-back"
    assert "trust.put-back" in {alarm.reason.code for alarm in alarms(gbr)}


def answering(node, body):
    """Let the partner's answers to questions about metadata be these bytes."""
    genuine = node.link.receive

    def lie(other, certificate, path, content):
        return body if path == trust.PATH else genuine(other, certificate, path, content)

    node.link.receive = lie


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (b"nonsense", "trust.not-a-file"),
        (b"TASUKIT\x01\xff\xff\xff\xff", "trust.too-much"),
    ],
)
def test_an_answer_out_of_form_changes_nothing_and_is_audited(bench, lie, code):
    _, jpn = bench
    before = partner_anchor(jpn, "GBR")
    answering(jpn, lie)
    with pytest.raises(PeerError) as refused:
        trust.refresh(jpn, "GBR")
    assert refused.value.reason.code == code
    assert partner_anchor(jpn, "GBR") == before
    assert [leaf.body["reason"] for leaf in audited(jpn, "trust-refused")] == [code]


def test_keys_signed_by_a_stolen_envelope_key_or_by_another_node_are_refused(bench):
    gbr, jpn = bench
    keys = gbr.own.chain.keys.keys
    forged = replace(keys, head=replace(keys.head, version=2), endpoint="https://elsewhere.example")
    signed = jpn.signer.sign_trust("peers", jpn.own.chain.peers.signed.statement)
    answering(jpn, write_parts(Parts(keys=(replace(signed, statement=keys_statement(forged)),))))
    with pytest.raises(PeerError) as refused:
        trust.refresh(jpn, "GBR")
    assert refused.value.reason.code == "trust.too-few"


def test_a_partner_that_freezes_is_told_apart_by_its_end(bench):
    gbr, jpn = bench
    answering(jpn, b"")
    trust.rotate(gbr, ["kem"])
    assert not trust.refresh(jpn, "GBR")
    assert partner_anchor(jpn, "GBR").version == 1


def test_another_profile_is_not_followed(bench):
    gbr, jpn = bench
    keys = gbr.own.chain.keys.keys
    other = replace(keys, head=replace(keys.head, version=2), profile="b" * 64)
    signed = gbr.signer.sign_trust("keys", keys_statement(other))
    answering(jpn, write_parts(Parts(keys=(signed,))))
    with pytest.raises(InputError) as refused:
        trust.refresh(jpn, "GBR")
    assert refused.value.reason.code == "services.other-profile"


def test_a_partner_of_the_previous_release_answers_404_and_is_gone_on_with(bench):
    gbr, jpn = bench
    answering(jpn, (404, b"TASUKIN"))
    assert not trust.refresh(jpn, "GBR")
    send(jpn, "GBR")
    assert gbr.anchor.version == 1


def test_a_file_handed_over_by_people_never_goes_back(bench):
    gbr, jpn = bench
    old = partners.export_trust(gbr).body
    trust.rotate(gbr, ["envelope"])
    settled(gbr, jpn)
    with pytest.raises(PeerError) as refused:
        partners.add(jpn, old)
    assert refused.value.reason.code == "trust.rolled-back"
    with pytest.raises(InputError) as refused:
        partners.add(jpn, partners.export_anchor(gbr).body)
    assert refused.value.reason.code == "services.anchor-old"
    assert partner_anchor(jpn, "GBR").version == 2


def test_a_newer_file_of_the_same_root_keeps_trust_and_another_root_starts_anew(bench, tmp_path):
    gbr, jpn = bench
    trust.rotate(gbr, ["envelope"])
    assert partners.add(jpn, partners.export_trust(gbr).body).state == "trusted"
    assert partner_anchor(jpn, "GBR").version == 2
    impostor = trusting_node(tmp_path / "other", "GBR/gbr-1", Hands())
    try:
        assert partners.add(jpn, partners.export_trust(impostor).body).state == "known"
    finally:
        impostor.database.close()


def test_an_anchor_already_compared_is_taken_over_by_metadata_of_the_same_root(bench, tmp_path):
    gbr, _ = bench
    reader = make_node(tmp_path / "reader", "JPN/jpn-2", receive)
    try:
        partners.add(reader, partners.export_anchor(gbr).body)
        words = partners.own_anchor(gbr, previous=True).words
        assert partners.compare(reader, "GBR", words, PEOPLE).state == "trusted"
        assert partners.add(reader, partners.export_trust(gbr).body).state == "trusted"
        assert partners.view(reader, "GBR").words == partners.own_anchor(gbr).words
    finally:
        reader.database.close()


def test_a_swapped_file_is_not_joined_until_two_people_confirm(tmp_path):
    hands = Hands()
    gbr, impostor, jpn = (
        trusting_node(tmp_path / folder, name, hands)
        for folder, name in (("gbr", "GBR/gbr-1"), ("bad", "GBR/gbr-1"), ("jpn", "JPN/jpn-1"))
    )
    try:
        partners.add(jpn, partners.export_trust(impostor).body)
        said = partners.own_anchor(gbr).words
        with pytest.raises(CallerError):
            partners.compare(jpn, "GBR", said, ["Aoki"])
        with pytest.raises(PeerError) as refused:
            partners.compare(jpn, "GBR", said, PEOPLE)
        assert refused.value.reason.code == "services.fingerprint-differs"
        assert partners.view(jpn, "GBR").state == "known"
        assert partners.certificates(jpn) == {}
    finally:
        for node in (gbr, impostor, jpn):
            node.database.close()


def test_whom_the_partner_does_not_name_is_sent_nothing_and_keeps_it(bench):
    gbr, jpn = bench
    trust.publish_peers(jpn, [])
    settled(gbr, jpn)
    with pytest.raises(PeerError) as refused:
        send(gbr, "JPN")
    assert refused.value.reason.code == "trust.not-a-peer"
    partners.compare(jpn, "GBR", partners.own_anchor(gbr).words, PEOPLE)
    settled(gbr, jpn)
    assert seal_next(gbr, "JPN", "urgent")


def test_the_second_of_two_publishers_is_refused(bench):
    gbr, _ = bench
    with gbr.database.read() as connection:
        number, raw = store.newest(connection)
    assert not gbr.database.write(lambda connection: store.keep(connection, raw, number - 1, gbr.clock.now()))
    assert raw == write_chain(gbr.own.chain)


def test_a_node_without_metadata_answers_with_nothing_and_says_why_it_cannot_rotate(tmp_path):
    node = make_node(tmp_path, "GBR/gbr-1", receive)
    try:
        for act in (lambda: trust.show(node), lambda: trust.rotate(node, ["all"])):
            with pytest.raises(CallerError) as refused:
                act()
            assert refused.value.reason.code == "trust.no-metadata"
        assert partners.export_trust(node).body.startswith(b"TASUKIA\x01")
        assert partners.own_anchor(node).version == 1
        assert anchor_file(node)[:8] == b"TASUKIA\x01"
    finally:
        node.database.close()


def test_a_link_that_is_cut_loses_nothing(bench):
    gbr, jpn = bench
    trust.rotate(gbr, ["envelope"])
    jpn.link.cut = True
    with pytest.raises(WorldError):
        trust.refresh(jpn, "GBR")
    jpn.link.cut = False
    assert trust.refresh(jpn, "GBR")
