# SPDX-License-Identifier: MIT
"""Attacks on keys and trust metadata: the moves KEY01 to KEY23, ENV05 to ENV08 and ENV24 of the attack catalogue.

The moves on a node's doors are played over HTTP by `tasuki.sim.moves`; here each is held at what refuses it.
"""

from dataclasses import replace
from itertools import combinations

import pytest

from making_channel import GBR, JPN, NOW, letter, seal
from making_ledger import cosigned, put, send
from making_trust import (
    ANNA,
    BEN,
    CHIE,
    DAN,
    DESK,
    EMI,
    OFFICE,
    Person,
    chain,
    keys,
    parts,
    peers,
    role,
    roles,
    root,
    signed_keys,
    signed_peers,
    signed_root,
)
from making_trusting import PEOPLE, settled, trusting
from tasuki.adapters.reasons import SIGNER_GONE as _GONE
from tasuki.base.errors import CallerError, PeerError, WorldError
from tasuki.core.channel.acceptance import Facts, Refuse, judge
from tasuki.core.channel.model import START
from tasuki.core.partners.trust import follow, read_chain
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.trust.file import write_parts
from tasuki.services import ledger, trust
from tasuki.services.channel import accept, push, seal_next
from tasuki.store import channel
from tasuki.store import trust as store

STOLEN = {"root-anna": ANNA, "root-ben": BEN, "office": OFFICE, "desk": DESK}


@pytest.fixture
def bench(tmp_path):
    with trusting(tmp_path) as pair:
        yield pair


def is_taken(held, **offered) -> bool:
    try:
        return follow(held, parts(**offered)) != held
    except PeerError:
        return False


def statements(by):
    """Return what whoever holds these keys could want to have taken, each signed by all of them."""
    thief = {**roles(DAN, EMI, threshold=1), "keys": role(DAN), "peers": role(EMI)}
    return {
        "root": {"roots": [signed_root(root(2, roles=thief), *by, DAN)]},
        "keys": {"keys": [signed_keys(keys(2, endpoint="https://thief.example"), *by)]},
        "peers": {"peers": [signed_peers(peers(2, peers={}), *by)]},
    }


SUBSETS = [names for size in range(1, len(STOLEN) + 1) for names in combinations(STOLEN, size)]


@pytest.mark.parametrize("names", SUBSETS, ids="+".join)
def test_no_set_of_stolen_keys_does_more_than_its_own_role(names):
    """KEY06 to KEY09, KEY18: every set of keys against every kind of statement."""
    held = chain(peers_of=signed_peers(peers()))
    by = [STOLEN[name] for name in names]
    expected = {
        "root": {"root-anna", "root-ben"} <= {*names},
        "keys": "office" in names,
        "peers": "desk" in names,
    }
    assert {kind: is_taken(held, **offer) for kind, offer in statements(by).items()} == {
        **expected,
        # With a root of its own making, keys and peers of the old holders no longer stand.
        "root": False,
    }


def test_two_thieves_of_root_keys_can_take_the_node_over_only_whole():
    """A threshold that is met is met: what KEY06 promises holds below it."""
    held = chain()
    thief = {**roles(DAN, threshold=1), "keys": role(EMI)}
    offer = {
        "roots": [signed_root(root(2, roles=thief), ANNA, BEN, DAN)],
        "keys": [signed_keys(keys(2, beside={"root": 2, "peers": 0}), EMI)],
    }
    assert is_taken(held, **offer)
    assert not is_taken(held, **{**offer, "roots": [signed_root(root(2, roles=thief), ANNA, DAN)]})


@pytest.mark.parametrize("half", [0, 1], ids=["ed25519", "ml-dsa-65"])
@pytest.mark.parametrize("name", ["root", "keys", "peers"])
def test_one_half_of_every_key_forges_nothing(name, half):
    """A broken algorithm, or a token that gives one half away."""
    everybody = [ANNA, BEN, CHIE, OFFICE, DESK]
    ((kind, (whole,)),) = statements(everybody)[name].items()
    kept = tuple(each for each in whole.signatures if (len(each.signature) == 64) == (half == 0))
    assert not is_taken(chain(peers_of=signed_peers(peers())), **{kind: [replace(whole, signatures=kept)]})


def test_a_chain_replayed_to_its_beginning_is_refused():
    """KEY01, KEY02, KEY12."""
    first = chain(peers_of=signed_peers(peers()))
    held = follow(first, parts([signed_root(root(2))], [signed_keys(keys(2))], [signed_peers(peers(2))]))
    for old in ({"keys": [first.keys.signed]}, {"peers": [first.peers.signed]}):
        with pytest.raises(PeerError) as refused:
            follow(held, parts(**old))
        assert refused.value.reason.code == "trust.rolled-back"


@pytest.mark.parametrize("at", range(0, 900, 41))
def test_no_bit_of_a_file_can_be_flipped(at):
    """KEY15 and every forgery by damage: signatures are over exact bytes."""
    raw = bytearray(write_parts(parts([signed_root(root())], [signed_keys(keys())])))
    place = at * len(raw) // 900
    raw[place] ^= 1
    try:
        read_chain(bytes(raw))
    except PeerError:
        return
    # What is left is a signature or key id that was not needed for the threshold: none here, so nothing is left.
    pytest.fail(f"a flipped bit at {place} was taken")


def judged(raw, **changes):
    known = Facts(
        me=JPN.anchor.name, now=NOW, anchor=GBR.anchor, certificate=GBR.anchor.tls_certificate, lane=START, seen=()
    )
    return judge(read_envelope(raw), replace(known, **changes))


@pytest.mark.parametrize("purpose", [Purpose.LOG, Purpose.WITNESS, Purpose.ROOT, Purpose.KEM])
def test_a_key_of_another_role_signs_no_envelope(purpose):
    """ENV24: the id of a log, witness, root or KEM key stands where an envelope key belongs."""
    raw = seal(letter())
    named = next(key for key in GBR.anchor.keys if key.purpose is purpose)
    ids = (named.id, read_envelope(raw).header.sig_keys[1])
    read = read_envelope(raw)
    forged = replace(read, header=replace(read.header, sig_keys=ids))
    known = Facts(
        me=JPN.anchor.name, now=NOW, anchor=GBR.anchor, certificate=GBR.anchor.tls_certificate, lane=START, seen=()
    )
    judgement = judge(forged, known)
    assert isinstance(judgement, Refuse)
    assert judgement.reason.code == "envelope.no-key"


def test_no_envelope_is_signed_as_trust_metadata():
    """ENV09 for the new types: a signature made for one kind of statement is none for another."""
    for kind in ("root", "keys", "peers"):
        with pytest.raises(CallerError) as refused:
            seal(letter(type=kind))
        assert refused.value.reason.code == "adapters.not-our-statement"


def test_the_signer_signs_metadata_of_its_own_node_and_role_alone(bench):
    """B4: typed questions only."""
    gbr, jpn = bench
    theirs = jpn.own.chain.keys.signed.statement
    for ask in (
        lambda: gbr.signer.sign_trust("keys", theirs),
        lambda: gbr.signer.sign_trust("root", gbr.own.chain.keys.signed.statement),
        lambda: gbr.signer.sign_trust("log", b"{}"),
    ):
        with pytest.raises((PeerError, CallerError)):
            ask()


def test_a_stolen_envelope_key_is_of_no_use_after_its_revocation(bench):
    """KEY18: the thief signs within validity; what was logged before stays, what comes after is refused."""
    gbr, jpn = bench
    send(gbr, "JPN")
    thief = gbr.anchor
    key = thief.current(Purpose.ENVELOPE, Algorithm.ED25519, gbr.clock.now()).id
    trust.revoke(gbr, key, None, PEOPLE)
    settled(gbr, jpn)
    cosigned(gbr, jpn)
    put(gbr, "JPN")
    current = gbr.own.anchor, gbr.own.chain
    with gbr.database.read() as connection:
        state = channel.lane_state(connection, "JPN", "urgent", "out")
    party = type("Side", (), {"anchor": thief, "signer": gbr.signer})()
    to = type("Side", (), {"anchor": jpn.anchor, "signer": jpn.signer})()
    with jpn.database.read() as connection:
        before = channel.lane_state(connection, "GBR", "urgent", "in")
    raw = seal(letter(lane="urgent"), state, sender=party, to=to, created=gbr.clock.now())
    said = read_notice(accept(jpn, gbr.link.certificate, raw).body)
    assert said.code == "trust.revoked"
    with jpn.database.read() as connection:
        assert channel.lane_state(connection, "GBR", "urgent", "in") == before
    gbr.own.change(*current)
    assert seal_next(gbr, "JPN", "urgent")
    assert push(gbr, "JPN", "urgent")


@pytest.mark.parametrize("purpose", [Purpose.LOG, Purpose.WITNESS])
def test_a_stolen_log_or_witness_key_alone_makes_no_checkpoint_that_counts(bench, purpose):
    """KEY19, KEY20: the other side's signature is always needed, and a revoked key has none."""
    gbr, jpn = bench
    send(gbr, "JPN")
    cosigned(gbr, jpn)
    key = gbr.anchor.current(purpose, Algorithm.ED25519, gbr.clock.now()).id
    trust.revoke(gbr, key, None, PEOPLE)
    settled(gbr, jpn)
    kept = tuple(each for each in gbr.anchor.keys if each.id == key or each.purpose is not purpose)
    gbr.own.change(replace(gbr.anchor, revoked=(), keys=kept), gbr.own.chain)
    send(gbr, "JPN")
    send(jpn, "GBR")
    asking, partner = (gbr, "JPN") if purpose is Purpose.LOG else (jpn, "GBR")
    with pytest.raises(PeerError):
        ledger.cosign_with(asking, partner)


@pytest.mark.parametrize("trouble", ["error", "other-keys"])
def test_a_signer_that_fails_lets_nothing_out_unsigned_and_the_queue_keeps_it(bench, trouble):
    """KEY21."""
    gbr, jpn = bench
    put(gbr, "JPN")
    ask = gbr.signer._ask

    def fail(_question):
        raise WorldError(_GONE.because(cause="token"), retry=True)

    gbr.signer._ask = fail if trouble == "error" else jpn.signer._ask
    with pytest.raises((WorldError, CallerError)):
        seal_next(gbr, "JPN", "urgent")
    gbr.signer._ask = ask
    with gbr.database.read() as connection:
        assert channel.lane_state(connection, "JPN", "urgent", "out") == START
        assert len(channel.waiting(connection, "JPN", "urgent", 9)) == 1
    assert seal_next(gbr, "JPN", "urgent")
    assert push(gbr, "JPN", "urgent")


def test_of_two_live_copies_the_second_to_publish_is_refused(bench):
    """KEY23: the chain is kept by compare-and-swap."""
    gbr, _ = bench
    with gbr.database.read() as connection:
        number, raw = store.newest(connection)
    assert gbr.database.write(lambda connection: store.keep(connection, raw, number, gbr.clock.now()))
    assert not gbr.database.write(lambda connection: store.keep(connection, raw, number, gbr.clock.now()))


def test_a_person_cannot_be_counted_twice_by_being_named_twice(bench):
    """Two people are two names."""
    gbr, _ = bench
    with pytest.raises(CallerError):
        trust.publish_signed(gbr, [], ["Aoki", "Aoki "])


def test_a_holder_with_keys_in_two_roots_counts_once_for_each():
    """ENV05, ENV06: by owner, never by key id."""
    second = Person("anna", seed=2)
    held = chain()
    one = signed_root(root(2), ANNA, second, Person("anna", seed=3))
    assert not is_taken(held, roots=[one])
