# SPDX-License-Identifier: MIT
"""A partner whose anchor is over: bulk stops, and its urgent lane goes on (clause A3 of the channel)."""

from datetime import timedelta

import pytest

from making_ledger import put, receive
from making_nodes import Hands, two_nodes
from tasuki.base.errors import WorldError
from tasuki.services import partners
from tasuki.services.channel import push, seal_next


@pytest.fixture
def pair(tmp_path):
    hands = Hands()
    with two_nodes(tmp_path, receive, hands=hands) as nodes:
        for lane in ("urgent", "bulk"):
            put(nodes[0], "JPN", lane)
            seal_next(nodes[0], "JPN", lane)
        hands.now += timedelta(days=81)
        yield nodes


def test_is_let_in_still(pair):
    gbr, jpn = pair
    assert gbr.anchor.expires < jpn.clock.now()
    assert partners.certificates(jpn)[gbr.anchor.tls_certificate].name == gbr.me


def test_may_be_urgent_and_nothing_else(pair):
    gbr, _ = pair
    assert push(gbr, "JPN", "urgent")
    with pytest.raises(WorldError) as refused:
        push(gbr, "JPN", "bulk")
    assert refused.value.reason.params["code"] == "channel.stale-anchor"
