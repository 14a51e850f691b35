# SPDX-License-Identifier: MIT
"""Trust: which chains count, what is taken of newer metadata, and every refusal (docs/spec/trust.md)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_trust import (
    ANNA,
    BEN,
    CHIE,
    DAN,
    DESK,
    EMI,
    JAPAN,
    NODE,
    NOW,
    OFFICE,
    Person,
    chain,
    head,
    keys,
    node_key,
    parts,
    peers,
    role,
    roles,
    root,
    signed,
    signed_keys,
    signed_peers,
    signed_root,
)
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.core.partners.trust import (
    MAX_JUMP,
    anchor_of,
    anchors_of,
    follow,
    newer,
    read_chain,
    signers,
    told,
    write_chain,
)
from tasuki.formats.trust.file import MAX_ROOTS, write_parts
from tasuki.formats.trust.keys import Opening, Revocation
from tasuki.formats.trust.root import HolderKey, root_statement
from tasuki.formats.trust.statement import Signed

SECOND = root(2, roles=roles(DAN, EMI))


def refused(act) -> str:
    with pytest.raises(PeerError) as error:
        act()
    return error.value.reason.code


def taken(held, **offered):
    return follow(held, parts(**offered))


def test_a_chain_of_one_root_and_its_keys_counts_and_keeps_its_bytes():
    made = chain(peers_of=signed_peers(peers()))
    assert made.versions == {"root": 1, "keys": 1, "peers": 1}
    assert read_chain(write_chain(made)) == made


def test_the_fingerprint_is_of_the_first_root_and_stays():
    before = chain()
    after = taken(before, roots=[signed_root(SECOND, ANNA, BEN, DAN, EMI)])
    assert after.fingerprint == before.fingerprint
    assert after.root.fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ((ANNA,), "trust.too-few"),
        ((ANNA, ANNA), "trust.too-few"),
        ((OFFICE, DESK), "trust.too-few"),
        ((DAN, EMI), "trust.too-few"),
    ],
    ids=["one", "one-twice", "other-roles", "strangers"],
)
def test_a_first_root_below_its_threshold_is_refused(by, code):
    made = parts([signed_root(root(), *by)], [signed_keys(keys())])
    assert refused(lambda: read_chain(write_parts(made))) == code


@pytest.mark.parametrize(
    "by", [(ANNA, BEN), (DAN, EMI), (ANNA, DAN), (ANNA, BEN, DAN), (DAN, EMI, CHIE), (OFFICE, DESK, ANNA, DAN)],
    ids=["old-alone", "new-alone", "one-each", "one-new-missing", "one-old-missing", "other-roles"],
)  # fmt: skip
def test_a_new_root_needs_the_threshold_of_old_and_new(by):
    assert refused(lambda: taken(chain(), roots=[signed_root(SECOND, *by)])) == "trust.too-few"


def test_a_new_root_by_old_and_new_is_taken():
    assert taken(chain(), roots=[signed_root(SECOND, ANNA, BEN, DAN, EMI)]).versions["root"] == 2


def test_one_half_of_a_holder_alone_is_no_signature():
    statement = root_statement(root())
    for half in (0, 1):
        halves = tuple(person.sign("root", statement)[half] for person in (ANNA, BEN, CHIE))
        one = Signed(statement=statement, signatures=halves)
        assert signers(root().roles["root"], "root", one) == frozenset()


def test_two_pairs_of_one_holder_count_once():
    second = Person("anna", seed=2)
    anna = replace(ANNA.holder, keys=(*ANNA.holder.keys, *second.holder.keys))
    held = replace(role(ANNA, BEN, threshold=2), holders=(anna, BEN.holder))
    one = signed("root", root_statement(root()), (ANNA, second))
    assert signers(held, "root", one) == {"anna"}


def test_halves_of_two_pairs_of_one_holder_make_one_signature():
    second = Person("anna", seed=2)
    anna = replace(ANNA.holder, keys=(*ANNA.holder.keys, *second.holder.keys))
    statement = root_statement(root())
    mixed = Signed(statement=statement, signatures=(ANNA.sign("root", statement)[0], second.sign("root", statement)[1]))
    assert signers(replace(role(ANNA), holders=(anna,)), "root", mixed) == {"anna"}


def test_a_signature_for_another_role_does_not_count():
    statement = root_statement(root())
    assert signers(role(ANNA), "root", signed("keys", statement, [ANNA])) == frozenset()


def test_a_key_of_unknown_type_is_ignored_and_the_threshold_stands():
    strange = HolderKey(algorithm="slh-dsa-128s", raw=b"s" * 32)
    odd = replace(BEN.holder, keys=(strange,))
    held = {**roles(ANNA), "root": replace(role(ANNA, BEN, threshold=2), holders=(ANNA.holder, odd))}
    made = parts([signed_root(root(roles=held), ANNA, BEN)], [signed_keys(keys())])
    assert refused(lambda: read_chain(write_parts(made))) == "trust.too-few"
    one = replace(held["root"], threshold=1)
    made = parts([signed_root(root(roles={**held, "root": one}), ANNA)], [signed_keys(keys())])
    assert read_chain(write_parts(made)).versions["root"] == 1


def test_roots_do_not_skip_a_version():
    third = root(3)
    assert refused(lambda: taken(chain(), roots=[signed_root(third)])) == "trust.skipped"


def test_a_chain_begins_with_the_first_root():
    made = parts([signed_root(root(2))], [signed_keys(keys())])
    assert refused(lambda: read_chain(write_parts(made))) == "trust.not-first"


def test_another_root_of_a_version_held_is_a_lie():
    other = root(floors={"keys": 1, "peers": 0})
    assert refused(lambda: taken(chain(), roots=[signed_root(other)])) == "trust.two-versions"


def test_an_older_root_again_changes_nothing():
    held = taken(chain(), roots=[signed_root(root(2))])
    assert taken(held, roots=[held.roots[0].signed]) == held


def test_an_expired_root_still_names_who_may_sign_the_next():
    over = replace(head("root"), created=NOW - timedelta(days=900), expires=NOW - timedelta(days=400))
    first = signed_root(root(head=over))
    held = read_chain(write_parts(parts([first], [signed_keys(keys())])))
    assert anchor_of(held, "JPN").expires == over.expires
    after = taken(held, roots=[signed_root(root(2))])
    assert anchor_of(after, "JPN").expires == NOW + timedelta(days=90)


def test_a_chain_without_end_is_stopped_at_the_limit():
    made = [signed_root(root(1, roles=roles(ANNA, threshold=1)), ANNA)]
    made += [signed_root(root(n, roles=roles(ANNA, threshold=1)), ANNA) for n in range(2, MAX_ROOTS + 2)]
    held = read_chain(write_parts(parts(made[:MAX_ROOTS], [signed_keys(keys())])))
    assert held.versions["root"] == MAX_ROOTS
    assert refused(lambda: taken(held, roots=made[MAX_ROOTS:])) == "trust.too-long"
    assert refused(lambda: read_chain(write_parts(parts(made, [signed_keys(keys())])))) == "trust.too-much"


@pytest.mark.parametrize("by", [(ANNA, BEN, CHIE), (DESK,), (DAN,)], ids=["root", "peers", "stranger"])
def test_keys_signed_by_another_role_are_refused(by):
    assert refused(lambda: taken(chain(), keys=[signed_keys(keys(2), *by)])) == "trust.too-few"


@pytest.mark.parametrize("by", [(ANNA, BEN, CHIE), (OFFICE,), (DAN,)], ids=["root", "keys", "stranger"])
def test_peers_signed_by_another_role_are_refused(by):
    assert refused(lambda: taken(chain(), peers=[signed_peers(peers(), *by)])) == "trust.too-few"


def test_keys_do_not_go_back():
    held = taken(chain(), keys=[signed_keys(keys(3))])
    assert refused(lambda: taken(held, keys=[signed_keys(keys(2))])) == "trust.rolled-back"


def test_peers_do_not_go_back():
    held = taken(chain(), peers=[signed_peers(peers(3))])
    assert refused(lambda: taken(held, peers=[signed_peers(peers(2))])) == "trust.rolled-back"


@pytest.mark.parametrize(
    ("role_name", "offer"),
    [
        ("keys", {"keys": [signed_keys(keys(1, endpoint="https://elsewhere.example"))]}),
        ("peers", {"peers": [signed_peers(peers(1, peers={}))]}),
    ],
    ids=["keys", "peers"],
)
def test_two_statements_of_one_version_are_a_lie(role_name, offer):
    held = chain(peers_of=signed_peers(peers()))
    assert refused(lambda: taken(held, **offer)) == "trust.two-versions", role_name


def test_the_same_again_changes_nothing():
    held = chain(peers_of=signed_peers(peers()))
    assert taken(held, keys=[held.keys.signed], peers=[held.peers.signed]) == held


@pytest.mark.parametrize("version", [2 + MAX_JUMP, 2**53 - 1])
def test_a_jump_over_the_limit_is_refused(version):
    assert refused(lambda: taken(chain(), keys=[signed_keys(keys(version))])) == "trust.jump"
    held = chain(peers_of=signed_peers(peers()))
    assert refused(lambda: taken(held, peers=[signed_peers(peers(version))])) == "trust.jump"
    assert refused(lambda: taken(chain(), peers=[signed_peers(peers(version))])) == "trust.jump"


def test_a_version_no_json_reader_agrees_on_is_no_version():
    statement = root_statement(root()).replace(b'"version":1', b'"version":9223372036854775807')
    assert refused(lambda: taken(chain(), roots=[signed("root", statement, [ANNA, BEN])])) in {
        "envelope.not-json",
        "envelope.bad-field",
    }


def test_a_root_with_other_holders_leads_out_of_a_version_driven_to_the_end():
    held = chain()
    for step in range(1, 4):
        held = taken(held, keys=[signed_keys(keys(1 + MAX_JUMP * step))])
    new_office = Person("office", seed=2)
    second = root(2, roles={**roles(ANNA, BEN, CHIE), "keys": role(new_office)}, floors={"keys": 2, "peers": 0})
    next_keys = keys(2, beside={"root": 2, "peers": 0})
    after = taken(held, roots=[signed_root(second)], keys=[signed_keys(next_keys, new_office)])
    assert after.versions == {"root": 2, "keys": 2, "peers": 0}


def test_a_root_with_the_same_holders_lets_nothing_go_back():
    held = taken(chain(), keys=[signed_keys(keys(5))])
    again = {"roots": [signed_root(root(2))], "keys": [signed_keys(keys(4))]}
    assert refused(lambda: taken(held, **again)) == "trust.rolled-back"


def test_a_floor_keeps_out_what_the_root_left_behind():
    new_office = Person("office", seed=2)
    second = root(2, roles={**roles(ANNA, BEN, CHIE), "keys": role(new_office)}, floors={"keys": 9, "peers": 0})
    low = signed_keys(keys(8, beside={"root": 2, "peers": 0}), new_office)
    assert refused(lambda: taken(chain(), roots=[signed_root(second)], keys=[low])) == "trust.never-together"


def test_a_root_that_takes_the_role_away_takes_the_old_keys_with_it():
    second = root(2, roles={**roles(ANNA, BEN, CHIE), "keys": role(DAN)})
    assert refused(lambda: taken(chain(), roots=[signed_root(second)])) == "trust.too-few"


@pytest.mark.parametrize(
    "offer",
    [
        {"keys": [signed_keys(keys(2, beside={"root": 2, "peers": 0}))]},
        {"keys": [signed_keys(keys(2, beside={"root": 1, "peers": 2}))]},
        {"peers": [signed_peers(peers(2, beside={"root": 2, "keys": 1}))]},
        {"peers": [signed_peers(peers(2, beside={"root": 1, "keys": 2}))]},
        {"roots": [signed_root(root(2, floors={"keys": 2, "peers": 0}))]},
        {"roots": [signed_root(root(2, floors={"keys": 0, "peers": 2}))]},
    ],
    ids=["keys-root", "keys-peers", "peers-root", "peers-keys", "root-keys", "root-peers"],
)
def test_versions_that_never_stood_together_are_refused(offer):
    assert refused(lambda: taken(chain(peers_of=signed_peers(peers())), **offer)) == "trust.never-together"


def test_statements_of_another_node_make_no_chain():
    other = NodeName.parse("GBR/gbr-2")
    offers = (
        {"keys": [signed_keys(keys(2, head=head("keys", 2, other)))]},
        {"peers": [signed_peers(peers(2, head=head("peers", 2, other)))]},
        {"roots": [signed_root(root(2, head=head("root", 2, other)))]},
    )
    assert [refused(lambda offer=offer: taken(chain(), **offer)) for offer in offers] == ["trust.other-node"] * 3


def test_a_holders_key_is_no_node_key():
    stolen = replace(node_key(1), raw=OFFICE.holder.keys[0].raw)
    assert refused(lambda: taken(chain(), keys=[signed_keys(keys(2, keys=(stolen,)))])) == "trust.holder-key"


CUT = Opening(node=NODE, what=node_key(1).id, partner="JPN", index=7, salt=b"s" * 32)
DEAD = Revocation(key=CUT.what, at=NOW, suspected=NOW - timedelta(days=1), cuts=frozenset((CUT.commitment,)))


def test_a_revocation_says_its_cut_to_whom_it_was_opened_alone():
    held = taken(chain(), keys=[signed_keys(keys(2, revoked={DEAD.key: DEAD}))], openings=[CUT])
    assert anchor_of(held, "JPN").dead_from(CUT.what, "JPN") == 7
    assert anchor_of(told(held, "FRA"), "FRA").dead_from(CUT.what, "FRA") == 0
    assert anchor_of(told(held, "FRA"), "FRA").dead_from(CUT.what, "JPN") == 0
    assert anchor_of(held, "JPN").dead_from(node_key(2).id, "JPN") is None


def test_an_opening_of_another_number_opens_nothing():
    wrong = replace(CUT, index=8)
    held = taken(chain(), keys=[signed_keys(keys(2, revoked={DEAD.key: DEAD}))], openings=[wrong])
    assert anchor_of(held, "JPN").dead_from(CUT.what, "JPN") == 0
    made = parts([signed_root(root())], [signed_keys(keys(2, revoked={DEAD.key: DEAD}))], openings=[wrong])
    assert refused(lambda: read_chain(write_parts(made))) == "trust.wrong-opening"


@pytest.mark.parametrize(
    "after",
    [{}, {DEAD.key: replace(DEAD, suspected=NOW)}, {DEAD.key: replace(DEAD, cuts=frozenset(("f" * 64,)))}],
    ids=["gone", "later", "another-cut"],
)
def test_a_revocation_is_never_taken_back(after):
    held = taken(chain(), keys=[signed_keys(keys(2, revoked={DEAD.key: DEAD}))])
    assert refused(lambda: taken(held, keys=[signed_keys(keys(3, revoked=after))])) == "trust.unrevoked"


def test_a_revocation_may_go_once_the_key_is_over():
    held = taken(chain(), keys=[signed_keys(keys(2, revoked={DEAD.key: DEAD}))], openings=[CUT])
    late = replace(head("keys", 3), created=NOW + timedelta(days=91), expires=NOW + timedelta(days=200))
    after = taken(held, keys=[signed_keys(keys(3, head=late))])
    assert anchor_of(after, "JPN").dead_from(CUT.what, "JPN") is None
    assert after.openings == ()


def test_a_chain_says_until_when_by_its_earlier_end():
    soon = replace(head("keys", 2), expires=NOW + timedelta(days=3))
    assert anchor_of(taken(chain(), keys=[signed_keys(keys(2, head=soon))]), "JPN").expires == soon.expires


def test_whom_the_peers_do_not_name_has_no_lane():
    held = chain(peers_of=signed_peers(peers()), openings=[JAPAN])
    assert anchor_of(told(held, "FRA"), "JPN").lanes == frozenset()
    assert anchor_of(held, "JPN").lanes == {"urgent", "bulk", "exercise"}
    assert anchor_of(held, "FRA").lanes == frozenset()
    assert anchor_of(chain(), "FRA").lanes is None


def test_older_keys_in_a_file_are_carried_by_the_root_they_name_or_a_later_one():
    new_office = Person("office", seed=2)
    second = root(2, roles={**roles(ANNA, BEN, CHIE), "keys": role(new_office)})
    newest = signed_keys(keys(2, beside={"root": 2, "peers": 0}, keys=(node_key(2),)), new_office)
    roots = [signed_root(root()), signed_root(second)]
    held = read_chain(write_parts(parts(roots, [signed_keys(keys()), newest])))
    assert [each.keys[0].id for each in anchors_of(held, "JPN")] == [node_key(2).id, node_key(1).id]
    together = signed_keys(keys(), new_office)
    assert read_chain(write_parts(parts(roots, [together, newest]))).versions["keys"] == 2
    late = signed_keys(keys(beside={"root": 2, "peers": 0}))
    assert refused(lambda: read_chain(write_parts(parts(roots, [late, newest])))) == "trust.too-few"
    forged = signed_keys(keys(), DAN)
    assert refused(lambda: read_chain(write_parts(parts(roots, [forged, newest])))) == "trust.too-few"


def test_a_partner_is_given_what_it_lacks_and_nothing_else():
    held = chain(peers_of=signed_peers(peers()))
    assert newer(held, held.versions, "JPN") == parts()
    assert newer(held, {"root": 1, "keys": 0, "peers": 0}, "JPN").keys == (held.keys.signed,)
    grown = taken(held, roots=[signed_root(root(2))], keys=[signed_keys(keys(2))])
    given_now = newer(grown, held.versions, "JPN")
    assert follow(held, given_now) == grown


PEOPLE = (ANNA, BEN, CHIE, DAN, EMI)


@settings(max_examples=30, deadline=None)
@given(
    holders=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True),
    by=st.lists(st.sampled_from(PEOPLE), max_size=6),
    threshold=st.integers(1, 4),
)
def test_law_a_root_counts_exactly_when_enough_different_holders_signed(holders, by, threshold):
    threshold = min(threshold, len(holders))
    one = root(roles=roles(*holders, threshold=threshold))
    made = write_parts(parts([signed("root", root_statement(one), by)], [signed_keys(keys())]))
    if len({*by} & {*holders}) >= threshold:
        assert read_chain(made).versions["root"] == 1
    else:
        assert refused(lambda: read_chain(made)) == "trust.too-few"


@settings(max_examples=30, deadline=None)
@given(versions=st.lists(st.integers(1, 600), min_size=1, max_size=6))
def test_law_versions_taken_only_rise_and_never_by_more_than_the_limit(versions):
    held = chain()
    for version in versions:
        before = held.versions["keys"]
        try:
            held = taken(held, keys=[signed_keys(keys(version))])
        except PeerError:
            assert not before < version <= before + MAX_JUMP
        assert held.versions["keys"] == (version if before < version <= before + MAX_JUMP else before)
