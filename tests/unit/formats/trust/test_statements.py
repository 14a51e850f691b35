# SPDX-License-Identifier: MIT
"""The form of trust metadata: what is read, and every refusal before a signature is looked at."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_trust import (
    ANNA,
    BEN,
    CHIE,
    DESK,
    NODE,
    OFFICE,
    keys,
    node_key,
    parts,
    peers,
    role,
    roles,
    root,
    signed_keys,
    signed_peers,
    signed_root,
)
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.formats.suites.keys import LOW_ORDER_KEYS
from tasuki.formats.trust.file import read_parts, write_parts
from tasuki.formats.trust.keys import Opening, read_keys, read_opening, write_opening
from tasuki.formats.trust.peers import read_peers
from tasuki.formats.trust.root import HolderKey, read_root, root_statement
from tasuki.formats.trust.statement import MAX_SIGNATURES, KeySignature, Signed, read_signed, write_signed

ROOT = signed_root(root())
KEYS = signed_keys(keys())
PEERS = signed_peers(peers())
READERS = {"root": read_root, "keys": read_keys, "peers": read_peers}
GOOD = {"root": ROOT, "keys": KEYS, "peers": PEERS}
OPENING = Opening(node=NODE, what=node_key(1).id, partner="JPN", index=7, salt=b"s" * 32)


def code_of(act) -> str:
    with pytest.raises(PeerError) as refused:
        act()
    return refused.value.reason.code


def changed(name: str, change) -> Signed:
    """Return a good statement with something changed in its JSON; signatures do not matter to a reader."""
    value = json.loads(GOOD[name].statement)
    change(value)
    return Signed(statement=canonical(value), signatures=())


def read_changed(name: str, change) -> str:
    return code_of(lambda: READERS[name](changed(name, change)))


@pytest.mark.parametrize("name", GOOD)
def test_a_statement_keeps_its_bytes(name):
    raw = write_signed(GOOD[name])
    assert read_signed(raw) == (GOOD[name], len(raw))


def test_a_file_keeps_its_bytes():
    made = parts([ROOT], [KEYS], [PEERS], [OPENING])
    assert read_parts(write_parts(made)) == made
    assert read_parts(b"") == parts()


@pytest.mark.parametrize(
    "made",
    [
        write_signed(KEYS) + write_signed(ROOT),
        write_signed(PEERS) + write_signed(KEYS),
        write_opening(OPENING) + write_signed(KEYS),
        write_signed(ROOT) + b"\n",
        b"TASUKIT\x02" + write_signed(ROOT)[8:],
    ],
    ids=["root-late", "keys-late", "opening-early", "byte-after", "other-version"],
)
def test_a_file_out_of_form_is_refused(made):
    assert code_of(lambda: read_parts(made)) == "trust.not-a-file"


@pytest.mark.parametrize("at", [0, 8, 12])
def test_a_length_that_lies_is_refused_before_anything_is_parsed(at):
    raw = bytearray(write_signed(ROOT))
    where = 8 if at < 12 else 12 + len(ROOT.statement)
    for size in (0xFFFFFFFF, 1 << 30, len(raw)):
        raw[where : where + 4] = size.to_bytes(4, "big")
        assert code_of(lambda: read_signed(bytes(raw))) in {"trust.too-much", "trust.not-a-file"}


def test_every_cut_of_a_file_is_refused_or_a_shorter_file():
    raw = write_parts(parts([ROOT], [KEYS], [], [OPENING]))
    whole = {0, len(write_signed(ROOT)), len(write_signed(ROOT)) + len(write_signed(KEYS)), len(raw)}
    for size in [*range(0, len(raw), 97), *whole]:
        if size in whole:
            read_parts(raw[:size])
        else:
            assert code_of(lambda size=size: read_parts(raw[:size])) == "trust.not-a-file"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_law_no_bytes_are_more_than_refused(junk):
    for raw in (b"x" + junk, b"TASUKIT\x01" + junk, b"TASUKIO\x01" + junk, write_signed(ROOT) + b"x" + junk):
        with pytest.raises(PeerError):
            read_parts(raw)


def test_more_signatures_than_anybody_needs_are_refused():
    one = KeySignature(key="0" * 32, signature=b"s")
    raw = write_signed(Signed(statement=ROOT.statement, signatures=(one,) * (MAX_SIGNATURES + 1)))
    assert code_of(lambda: read_signed(raw)) == "trust.too-much"


def test_an_empty_signature_is_refused():
    raw = write_signed(Signed(statement=ROOT.statement, signatures=(KeySignature(key="0" * 32, signature=b""),)))
    assert code_of(lambda: read_signed(raw)) == "trust.not-a-file"


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("other", GOOD)
def test_a_statement_is_read_as_its_own_role_only(name, other):
    if name != other:
        assert code_of(lambda: READERS[name](GOOD[other])) == "trust.wrong-role"


@pytest.mark.parametrize("found", ["snapshot", "../../etc/passwd", "%2e%2e", "ルート", "ROOT", ""])
def test_a_role_nobody_knows_is_opaque_and_refused(found):
    made = changed("root", lambda value: value.update(role=found))
    assert code_of(lambda: read_parts(write_signed(made))) in {"trust.wrong-role", "envelope.bad-field"}


@pytest.mark.parametrize("name", ["../keys", "keys%00", "ねこ", "__proto__"])
def test_other_roles_in_a_root_are_opaque_and_give_nobody_a_right(name):
    made = changed("root", lambda value: value["roles"].update({name: {"holders": [], "threshold": 0}}))
    assert set(read_root(made).root.roles) == {"root", "keys", "peers"}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("member", ["v", "participant", "node", "version", "created", "expires"])
def test_every_member_of_the_head_is_asked_for(name, member):
    assert read_changed(name, lambda value: value.pop(member)) == "envelope.bad-field"


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("root", "suite"), ("root", "roles"), ("root", "floors"),
        ("keys", "with"), ("keys", "endpoint"), ("keys", "tls"), ("keys", "keys"), ("keys", "revoked"),
        ("keys", "suite"), ("keys", "min_suite"), ("keys", "profile"), ("peers", "with"), ("peers", "peers"),
    ],
)  # fmt: skip
def test_every_member_of_a_role_is_asked_for(name, member):
    assert read_changed(name, lambda value: value.pop(member)) == "envelope.bad-field"


@pytest.mark.parametrize("name", GOOD)
def test_members_of_a_later_version_are_kept_and_not_minded(name):
    made = changed(name, lambda value: value.update(later={"a": 1}))
    assert READERS[name](made).signed == made


@pytest.mark.parametrize("name", GOOD)
def test_an_end_before_the_start_is_refused(name):
    assert read_changed(name, lambda value: value.update(expires=value["created"])) == "trust.times"


@pytest.mark.parametrize("name", GOOD)
def test_a_participant_other_than_the_nodes_is_refused(name):
    assert read_changed(name, lambda value: value.update(participant="JPN")) == "envelope.bad-field"


@pytest.mark.parametrize("version", [0, -1, 2**53, 1.5, "1", True, None])
def test_a_version_that_is_no_count_is_refused(version):
    statement = GOOD["root"].statement.replace(b'"version":1', f'"version":{json.dumps(version)}'.encode())
    assert code_of(lambda: read_root(Signed(statement=statement, signatures=()))) in {
        "envelope.bad-field",
        "envelope.not-json",
    }


@pytest.mark.parametrize("role_name", ["root", "keys", "peers"])
@pytest.mark.parametrize("threshold", [0, -1, -(2**31), 4])
def test_a_threshold_that_cannot_be_met_or_needs_nobody_is_refused(role_name, threshold):
    held = {"root": role(ANNA), "keys": role(OFFICE), "peers": role(DESK)}
    one = replace(held[role_name], threshold=threshold)
    made = Signed(statement=root_statement(root(roles={**held, role_name: one})), signatures=())
    assert code_of(lambda: read_root(made)) == "trust.bad-threshold"


def test_a_role_of_nobody_is_refused():
    assert read_changed("root", lambda value: value["roles"]["keys"].update(holders=[])) == "trust.bad-threshold"


def test_a_holder_twice_in_a_role_is_refused():
    twice = replace(role(ANNA, BEN), holders=(ANNA.holder, replace(BEN.holder, id="anna")))
    made = Signed(statement=root_statement(root(roles={**roles(ANNA), "root": twice})), signatures=())
    assert code_of(lambda: read_root(made)) == "trust.twice"


@pytest.mark.parametrize("algorithm", ["ed25519", "ed25519-again", "ml-dsa-65"])
def test_a_raw_key_twice_in_a_root_is_refused_whatever_stands_beside_it(algorithm):
    raw = ANNA.holder.keys[0].raw if algorithm != "ml-dsa-65" else ANNA.holder.keys[1].raw
    ben = replace(BEN.holder, keys=(*BEN.holder.keys, HolderKey(algorithm=algorithm, raw=raw)))
    held = replace(role(ANNA, BEN), holders=(ANNA.holder, ben))
    made = Signed(statement=root_statement(root(roles={**roles(ANNA), "root": held})), signatures=())
    assert code_of(lambda: read_root(made)) == "trust.twice"


def test_a_raw_key_in_two_roles_is_refused():
    made = root(roles={"root": role(ANNA), "keys": role(ANNA), "peers": role(DESK)})
    assert code_of(lambda: read_root(Signed(statement=root_statement(made), signatures=()))) == "trust.twice"


def _non_canonical() -> list[bytes]:
    prime = 2**255 - 19
    return [(prime + extra | sign).to_bytes(32, "little") for extra in range(2, 19) for sign in (0, 1 << 255)]


@pytest.mark.parametrize("raw", [*sorted(LOW_ORDER_KEYS), *_non_canonical()], ids=bytes.hex)
def test_no_unsound_key_becomes_a_holders_or_a_nodes(raw):
    weak = replace(CHIE.holder, keys=(HolderKey(algorithm="ed25519", raw=raw), CHIE.holder.keys[1]))
    held = replace(role(CHIE), holders=(weak,))
    made = Signed(statement=root_statement(root(roles={**roles(ANNA), "root": held})), signatures=())
    expected = "suites.low-order-key" if raw in LOW_ORDER_KEYS else "suites.non-canonical-key"
    assert code_of(lambda: read_root(made)) == expected
    node = signed_keys(keys(keys=(replace(node_key(1), raw=raw),)))
    assert code_of(lambda: read_keys(node)) == expected


def test_a_key_of_another_length_is_refused():
    short = replace(node_key(1), raw=b"\x07" * 31)
    assert code_of(lambda: read_keys(signed_keys(keys(keys=(short,))))) == "suites.bad-key"


def test_a_raw_key_twice_in_the_keys_is_refused():
    def twice(value):
        value["keys"].append({**value["keys"][0], "purpose": "log"})

    assert read_changed("keys", twice) == "trust.twice"


@pytest.mark.parametrize("changes", [{"purpose": "root"}, {"purpose": "courier"}, {"algorithm": "slh-dsa-128s"}])
def test_a_key_of_unknown_purpose_or_type_is_ignored(changes):
    made = changed("keys", lambda value: value["keys"][0].update(changes))
    assert read_keys(made).keys.keys == ()


def test_certificates_are_one_to_three():
    for count in (0, 4):
        assert (
            read_changed("keys", lambda value, count=count: value.update(tls=["AAAA"] * count)) == "envelope.bad-field"
        )
    assert read_changed("keys", lambda value: value.update(tls=["AAA"])) == "envelope.bad-field"


def test_a_revocation_or_cut_twice_is_refused():
    entry = {"key": "0" * 32, "at": "2026-03-01T12:00:00.000Z", "suspected": "2026-03-01T12:00:00.000Z", "cuts": []}
    cut = "0" * 64
    assert read_changed("keys", lambda value: value.update(revoked=[entry, entry])) == "trust.twice"
    assert (
        read_changed("keys", lambda value: value.update(revoked=[{**entry, "cuts": [cut, cut]}]))
        == "envelope.bad-field"
    )


def test_a_peer_twice_is_refused():
    assert read_changed("peers", lambda value: value.update(peers=value["peers"] * 2)) == "trust.twice"


def test_an_opening_keeps_its_bytes_and_its_commitment_binds_every_part():
    raw = write_opening(OPENING)
    assert read_opening(raw) == (OPENING, len(raw))
    others = [
        replace(OPENING, what="0" * 32),
        replace(OPENING, partner="FRA"),
        replace(OPENING, index=8),
        replace(OPENING, salt=b"t" * 32),
    ]
    assert len({OPENING.commitment, *(each.commitment for each in others)}) == 5
