# SPDX-License-Identifier: MIT
"""Keys change where nothing but files goes between two nodes: the new ones are told, heard, and only then used."""

from __future__ import annotations

import pytest

from making_bundle import made, with_letters
from making_nodes import Hands
from making_trusting import trusting
from tasuki.base.errors import PeerError
from tasuki.formats.bundle.bundle import PartKind, read_bundle
from tasuki.services import bundle, trust
from tasuki.services.channel import partner_anchor


@pytest.fixture
def pair(tmp_path):
    hands = Hands()
    with trusting(tmp_path, hands) as nodes:
        for node in nodes:
            node.link.cut = True
        yield (*nodes, hands)


def kinds(raw):
    return [part.kind for part in read_bundle(raw).parts]


def test_new_keys_are_told_by_file_heard_of_by_file_and_only_then_used(pair):
    gbr, jpn, hands = pair
    for sender, reader in ((gbr, jpn), (jpn, gbr)):
        assert bundle.take_in(reader, made(sender, reader.me.participant)).refused == {}
    before = read_bundle(made(gbr, "JPN"))
    assert PartKind.TRUST not in [part.kind for part in before.parts]
    bundle.take_in(jpn, bundle.export_again(gbr, "JPN", before.manifest.number).bytes_for("JPN"))
    hands.now += hands.now.resolution * 2_000_000
    assert trust.rotate(gbr, ["envelope"]).waits_for == ("JPN",)
    told = with_letters(gbr, "JPN")
    assert kinds(told)[0] is PartKind.TRUST
    assert read_bundle(told).manifest.sig_keys == before.manifest.sig_keys
    assert bundle.take_in(jpn, told).refused == {}
    assert partner_anchor(jpn, "GBR").version == gbr.own.chain.versions["keys"]
    assert not trust.settle(gbr)
    assert bundle.take_in(gbr, made(jpn, "GBR")).refused == {}
    assert trust.settle(gbr)
    after = with_letters(gbr, "JPN")
    assert read_bundle(after).manifest.sig_keys != before.manifest.sig_keys
    assert bundle.take_in(jpn, after).refused == {}
    assert bundle.take_in(gbr, made(jpn, "GBR")).parts["receipt"] == 1


def test_a_bundle_by_a_revoked_key_is_refused(pair):
    gbr, jpn, hands = pair
    bundle.take_in(jpn, with_letters(gbr, "JPN"))
    late = with_letters(gbr, "JPN")
    key = read_bundle(late).manifest.sig_keys[0]
    hands.now += hands.now.resolution * 2_000_000
    trust.rotate(gbr, ["envelope"])
    trust.use_now(gbr, ["Aoki"])
    trust.revoke(gbr, key, None, ["Aoki", "Brown"])
    for node in (gbr, jpn):
        node.link.cut = False
    trust.exchange(jpn, "GBR")
    with pytest.raises(PeerError) as caught:
        bundle.take_in(jpn, late)
    assert caught.value.reason.code == "bundle.signature"
