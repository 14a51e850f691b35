# SPDX-License-Identifier: MIT
"""Two nodes over one lane: what is acted on at one end is held once at the other, whatever happens between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from making_nodes import Hands, Wire, two_nodes
from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.base.ids import Audience
from tasuki.base.reasons import kind
from tasuki.base.verdict import Verdict
from tasuki.core.channel.model import Disposition
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.released import Candidate, release_objects
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.objects import read_objects
from tasuki.formats.envelope.receipt import is_receipt, read_receipt
from tasuki.services.channel import accepting, push, seal_next, sealing, sync
from tasuki.services.channel.accepting import accept
from tasuki.store import channel, ledger

BAD = kind("test.bad", en="The content is bad ({n}).", ja="内容が不正です({n})。")
YES = kind("test.yes", en="Yes.", ja="可。")
RECALL = "01890a5d-ac96-774b-bcce-b302099a8057"
AT = "2026-03-01T12:00:00.000Z"
LABEL = Label(tlp=Tlp.GREEN, releasable_to=None, originators=frozenset({"GBR"}), blocked=frozenset())


def receive(node, certificate, _path, body):
    return accept(node, certificate, body).body


def body_of(position):
    return b'{"id":"x--%012d"}' % position


def release_positions(_node, positions, audience):
    """Stand in for the holdings: position 13 is denied, the rest is released."""
    candidates = [
        Candidate(
            stix_id=f"x--{position}",
            raw=body_of(position),
            own=LABEL,
            closure=LABEL,
            closure_number=position,
            handling={},
            originator="GBR",
            at=Circumstances(now=datetime.now(UTC)),
        )
        for position in positions
    ]

    def ask(number, _label, _reader, _at):
        return Verdict(allowed=number != 13, rule="T", reason=YES.because(), rules_digest="d" * 64)

    return release_objects(candidates, audience, ask, "d" * 64)[0]


@pytest.fixture
def bench(tmp_path, monkeypatch):
    hands = Hands()
    took = []

    def prepare_objects(_node, arrival):
        bodies = [part.body for part in read_objects(arrival.payload)]
        if any(b"%012d" % 666 in body for body in bodies):
            raise InputError(BAD.because(n=666))

        def apply(_connection):
            took.append((arrival.env_id, bodies))
            return Disposition(status="stored", reason=None, counts={"held": len(bodies)})

        return apply

    handlers = {**accepting.HANDLERS, "objects": prepare_objects}
    monkeypatch.setattr(accepting, "HANDLERS", handlers)
    monkeypatch.setattr(sealing.release, "release_positions", release_positions)
    monkeypatch.setattr(sealing.release, "confirm", lambda *_: True)
    with two_nodes(tmp_path, receive, hands=hands) as (gbr, jpn):
        yield SimpleNamespace(gbr=gbr, jpn=jpn, hands=hands, took=took, handlers=handlers)


def put(node, positions, lane="bulk", audience="JPN/nco:csirt"):
    body = canonical({"positions": list(positions), "audience": audience})
    return enqueue(node, "objects", body, lane)


def enqueue(node, what, body, lane="bulk"):
    return node.database.write(
        lambda connection: channel.enqueue(
            connection, partner="JPN", lane=lane, kind=what, body=body, at=node.clock.now()
        )
    )


def raws(node, lane="bulk"):
    with node.database.read() as connection:
        table = channel.ENVELOPES_OUT
        query = table.select().where(table.c.lane == lane).order_by(table.c.seq)
        return [(row.seq, row.raw, row.state) for row in connection.execute(query)]


def states(node):
    return [state for _, _, state in raws(node)]


def leaves(node, log):
    with node.database.read() as connection:
        return ledger.leaves(connection, log, 0, 1000)


def taken(bench):
    return [body for _, bodies in bench.took for body in bodies]


def test_what_was_put_in_comes_out_once_in_order(bench):
    put(bench.gbr, range(1, 4))
    assert sync(bench.gbr, "JPN") == 1
    assert taken(bench) == [body_of(position) for position in range(1, 4)]
    assert states(bench.gbr) == ["stored"]
    assert sync(bench.gbr, "JPN") == 0


def test_small_acts_share_an_envelope_and_large_ones_are_cut(bench):
    for position in range(1, 6):
        put(bench.gbr, [position])
    put(bench.gbr, range(1000, 2000))
    put(bench.gbr, range(3000, 4500))
    assert sync(bench.gbr, "JPN") == 4
    assert [len(bodies) for _, bodies in bench.took] == [5, 1000, 1000, 500]
    assert len(set(taken(bench))) == 2505


def test_another_audience_gets_another_envelope(bench):
    put(bench.gbr, [1])
    put(bench.gbr, [2], audience="JPN/npa:police")
    put(bench.gbr, [3])
    assert sync(bench.gbr, "JPN") == 3


def test_too_many_bytes_for_one_envelope_go_in_several(bench, monkeypatch):
    monkeypatch.setattr(sealing, "MAX_PAYLOAD_BYTES", 3 * 2100)
    put(bench.gbr, range(1, 11))
    sync(bench.gbr, "JPN")
    assert taken(bench) == [body_of(position) for position in range(1, 11)]
    assert len(bench.took) > 3


def test_what_the_gate_denies_at_the_last_moment_stays(bench):
    put(bench.gbr, [12, 13, 14])
    put(bench.gbr, [13], lane="urgent")
    sync(bench.gbr, "JPN")
    assert taken(bench) == [body_of(12), body_of(14)]
    assert raws(bench.gbr, "urgent") == []
    assert "withheld" in [leaf.kind for leaf in leaves(bench.gbr, "audit")]


def test_a_message_with_a_member_too_many_never_leaves(bench):
    enqueue(bench.gbr, "recall", canonical({"ids": [], "victim": "named"}))
    put(bench.gbr, [1])
    sync(bench.gbr, "JPN")
    assert [len(bodies) for _, bodies in bench.took] == [1]


def test_an_attestation_is_kept_as_the_partners_statement(bench):
    message = canonical({"of": RECALL, "counts": {"held": 1}, "statement": "use stopped", "at": AT})
    enqueue(bench.gbr, "attestation", message)
    sync(bench.gbr, "JPN")
    with bench.jpn.database.read() as connection:
        assert connection.execute(channel.MESSAGES_IN.select()).one().body == message


def test_both_pair_logs_say_what_happened_and_the_promise_is_kept(bench):
    put(bench.gbr, [1])
    sync(bench.gbr, "JPN")
    sent, held = leaves(bench.gbr, "pair:JPN")
    (issued,) = leaves(bench.jpn, "pair:GBR")
    assert (sent.kind, issued.kind, held.kind) == ("envelope-sent", "receipt-issued", "receipt-held")
    assert sent.body["env_hash"] == issued.body["env_hash"] == held.body["env_hash"]
    assert held.body["receipt_hash"] == issued.body["receipt_hash"]
    assert held.body["log_index"] == issued.index


def test_the_same_bytes_again_get_the_same_receipt_and_change_nothing(bench):
    put(bench.gbr, [1])
    sync(bench.gbr, "JPN")
    before = leaves(bench.jpn, "pair:GBR")
    raw = raws(bench.gbr)[0][1]
    with bench.gbr.database.read() as connection:
        receipt = connection.execute(channel.ENVELOPES_OUT.select()).one().receipt
    assert receive(bench.jpn, bench.gbr.anchor.tls_certificate, "", raw) == receipt
    assert len(bench.took) == 1
    assert leaves(bench.jpn, "pair:GBR") == before


def test_a_lost_reply_is_made_good_by_sending_again(bench):
    put(bench.gbr, [1])
    seal_next(bench.gbr, "JPN", "bulk")
    wire = bench.gbr.link

    def lose(*arguments):
        receive(*arguments)
        raise WorldError(BAD.because(n=1), retry=True)

    wire.receive = lose
    with pytest.raises(WorldError):
        push(bench.gbr, "JPN", "bulk")
    wire.receive = receive
    assert push(bench.gbr, "JPN", "bulk")
    assert len(bench.took) == 1
    assert states(bench.gbr) == ["stored"]


def test_while_the_partner_is_away_everything_waits_in_order(bench):
    wire = bench.gbr.link
    wire.cut = True
    for position in range(3):
        put(bench.gbr, [position + 1])
        assert seal_next(bench.gbr, "JPN", "bulk")
        with pytest.raises(WorldError):
            push(bench.gbr, "JPN", "bulk")
    wire.cut = False
    assert sync(bench.gbr, "JPN") == 3
    assert taken(bench) == [body_of(1), body_of(2), body_of(3)]


def test_an_envelope_ahead_is_answered_with_the_number_expected(bench):
    for position in (1, 2):
        put(bench.gbr, [position])
        seal_next(bench.gbr, "JPN", "bulk")
    ahead = raws(bench.gbr)[1][1]
    notice = read_notice(receive(bench.jpn, bench.gbr.anchor.tls_certificate, "", ahead))
    assert (notice.code, notice.expected_seq) == ("channel.gap", 1)
    assert bench.took == []


def test_a_partner_restored_from_a_backup_gets_again_what_it_lost(bench):
    put(bench.gbr, [1])
    put(bench.gbr, [2])
    seal_next(bench.gbr, "JPN", "bulk")
    sync(bench.gbr, "JPN")
    put(bench.gbr, [3])
    forget(bench.jpn)
    bench.took.clear()
    sync(bench.gbr, "JPN")
    assert taken(bench) == [body_of(1), body_of(2), body_of(3)]


def forget(node):
    def work(connection):
        connection.execute(channel.ENVELOPES_IN.delete())
        connection.execute(
            channel.LANES.update().where(channel.LANES.c.direction == "in").values(next_seq=1, prev=None)
        )

    node.database.write(work)


def test_poison_under_good_signatures_is_refused_and_the_lane_goes_on(bench):
    put(bench.gbr, [666], audience="JPN/nco:csirt")
    seal_next(bench.gbr, "JPN", "bulk")
    put(bench.gbr, [1])
    sync(bench.gbr, "JPN")
    assert states(bench.gbr) == ["refused", "stored"]
    assert taken(bench) == [body_of(1)]
    with bench.gbr.database.read() as connection:
        receipt = read_receipt(connection.execute(channel.ENVELOPES_OUT.select()).first().receipt).receipt
    assert (receipt.reason, receipt.params) == ("test.bad", {"n": 666})


def test_a_reader_that_breaks_down_refuses_the_content_and_not_the_lane(bench, monkeypatch):
    def breaks(_node, _arrival):
        message = "unforeseen"
        raise RecursionError(message)

    monkeypatch.setattr(accepting, "HANDLERS", {**bench.handlers, "objects": breaks})
    put(bench.gbr, [1])
    sync(bench.gbr, "JPN")
    assert states(bench.gbr) == ["refused"]


def test_a_reader_that_changes_its_mind_while_committing_is_believed(bench, monkeypatch):
    def refuses_late(_node, _arrival):
        return lambda _connection: Disposition(status="refused", reason=BAD.because(n=2))

    monkeypatch.setattr(accepting, "HANDLERS", {**bench.handlers, "objects": refuses_late})
    put(bench.gbr, [1])
    sync(bench.gbr, "JPN")
    assert states(bench.gbr) == ["refused"]


def test_a_database_that_fails_spends_nothing(bench, monkeypatch):
    def fails(_node, _arrival):
        def apply(_connection):
            raise WorldError(BAD.because(n=3), retry=True)

        return apply

    put(bench.gbr, [1])
    seal_next(bench.gbr, "JPN", "bulk")
    with monkeypatch.context() as patch:
        patch.setattr(accepting, "HANDLERS", {**bench.handlers, "objects": fails})
        with pytest.raises(WorldError):
            push(bench.gbr, "JPN", "bulk")
    assert sync(bench.gbr, "JPN") == 1
    assert states(bench.gbr) == ["stored"]


def test_an_unknown_type_is_held_and_said_to_be_unsupported(bench, monkeypatch):
    put(bench.gbr, [1])
    address = sealing.address
    monkeypatch.setattr(sealing, "address", lambda *a: replace(address(*a), type="joint-record"))
    sync(bench.gbr, "JPN")
    assert states(bench.gbr) == ["unsupported"]
    with bench.jpn.database.read() as connection:
        assert connection.execute(channel.ENVELOPES_IN.select()).one().held == raws(bench.gbr)[0][1]


def test_what_comes_too_late_is_receipted_expired(bench, monkeypatch):
    put(bench.gbr, [1])
    address = sealing.address
    end = bench.hands.now + timedelta(minutes=1)
    monkeypatch.setattr(sealing, "address", lambda *a: replace(address(*a), not_after=end))
    seal_next(bench.gbr, "JPN", "bulk")
    bench.hands.now += timedelta(hours=1)
    sync(bench.gbr, "JPN")
    assert states(bench.gbr) == ["expired"]
    assert bench.took == []


def test_two_envelopes_for_one_number_are_kept_as_evidence(bench):
    put(bench.gbr, [1])
    sync(bench.gbr, "JPN")

    def rewind(connection):
        connection.execute(channel.ENVELOPES_OUT.delete())
        connection.execute(
            channel.LANES.update().where(channel.LANES.c.direction == "out").values(next_seq=1, prev=None)
        )

    bench.gbr.database.write(rewind)
    put(bench.gbr, [2])
    seal_next(bench.gbr, "JPN", "bulk")
    with pytest.raises(WorldError) as refused:
        push(bench.gbr, "JPN", "bulk")
    assert refused.value.reason.params["code"] == "channel.equivocation"
    with bench.jpn.database.read() as connection:
        lie = connection.execute(channel.EQUIVOCATIONS.select()).one()
    assert lie.second == raws(bench.gbr)[0][1]
    assert len(bench.took) == 1


def test_a_wrong_certificate_or_a_stranger_gets_a_notice_and_an_audit_leaf(bench):
    put(bench.gbr, [1])
    seal_next(bench.gbr, "JPN", "bulk")
    raw = raws(bench.gbr)[0][1]
    answer = receive(bench.jpn, b"another certificate", "", raw)
    assert read_notice(answer).code == "channel.wrong-certificate"
    assert not is_receipt(receive(bench.jpn, b"", "", b"garbage"))
    assert [leaf.kind for leaf in leaves(bench.jpn, "audit")].count("envelope-refused") == 2
    bench.jpn.database.write(lambda c: c.execute(channel.PARTNERS.update().values(state="known")))
    # A name this node does not trust sounds like a wrong certificate: nobody learns who its partners are.
    assert receive(bench.jpn, bench.gbr.anchor.tls_certificate, "", raw) == answer
    assert bench.took == []


def test_nothing_is_sealed_for_a_partner_nobody_compared(bench):
    bench.gbr.database.write(lambda c: c.execute(channel.PARTNERS.update().values(state="known")))
    put(bench.gbr, [1])
    with pytest.raises(PeerError):
        seal_next(bench.gbr, "JPN", "bulk")


def test_a_forged_receipt_is_kept_out(bench):
    put(bench.gbr, [1])
    put(bench.gbr, [2])
    seal_next(bench.gbr, "JPN", "bulk")
    wire: Wire = bench.gbr.link
    wire.receive = lambda *arguments: receive(*arguments)[:-1] + b"\0"
    with pytest.raises(PeerError):
        push(bench.gbr, "JPN", "bulk")
    assert states(bench.gbr) == ["sealed"]


def test_urgent_passes_a_backlog(bench):
    for start in range(0, 5000, 1000):
        put(bench.gbr, range(start + 1000, start + 2000))
    put(bench.gbr, [1], lane="urgent")
    sync(bench.gbr, "JPN")
    assert bench.took[0][1] == [body_of(1)]


def test_only_the_named_audience_is_asked_for(bench, monkeypatch):
    asked = []

    def watch(node, positions, audience):
        asked.append(audience)
        return release_positions(node, positions, audience)

    monkeypatch.setattr(sealing.release, "release_positions", watch)
    put(bench.gbr, [1], audience="JPN/npa:police")
    sync(bench.gbr, "JPN")
    assert asked == [Audience.parse("JPN/npa:police")]
