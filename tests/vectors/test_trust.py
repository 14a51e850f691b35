# SPDX-License-Identifier: MIT
"""Trust files that must be taken as they are and those that must be refused; any implementation can run them."""

import base64
import json
from pathlib import Path

import pytest

from tasuki.base.errors import PeerError
from tasuki.base.time import format_rfc3339
from tasuki.core.partners.trust import anchor_of, read_chain, write_chain
from tasuki.formats.suites.keys import LOW_ORDER_KEYS, Algorithm, require_sound

VECTORS = json.loads((Path(__file__).parent / "trust" / "v1.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda each: each["name"])
def test_a_good_file_says_what_it_says(vector):
    raw = base64.b64decode(vector["file"])
    chain = read_chain(raw)
    anchor = anchor_of(chain, "JPN")
    assert write_chain(chain) == raw
    assert chain.fingerprint.hex() == vector["fingerprint"]
    assert chain.versions == vector["versions"]
    assert [key.id for key in anchor.keys] == vector["keys"]
    assert (None if anchor.lanes is None else sorted(anchor.lanes)) == vector["lanes"]
    assert {each.key: anchor.dead_from(each.key, "JPN") for each in anchor.revoked} == vector["dead_from"]
    assert format_rfc3339(anchor.expires) == vector["expires"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda each: each["name"])
def test_a_bad_file_is_refused_for_its_reason(vector):
    with pytest.raises(PeerError) as refused:
        read_chain(base64.b64decode(vector["file"]))
    assert refused.value.reason.code == vector["clause"]


def test_no_unsound_key_of_cctv_is_registered(data):
    listed = json.loads((data / "security/cctv/ed25519_refused_public_keys.json").read_text())
    raws = {
        bytes.fromhex(key)
        for kind in ("low_order_public_keys_hex", "non_canonical_public_keys_hex")
        for key in listed[kind]
    }
    assert raws >= LOW_ORDER_KEYS
    for raw in raws:
        with pytest.raises(PeerError):
            require_sound(Algorithm.ED25519, raw)
