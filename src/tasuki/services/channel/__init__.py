# SPDX-License-Identifier: MIT
"""The channel at work: sealing what the outbox holds, pushing it, and taking in what partners send.

Nothing is signed, encrypted or sent inside a transaction. A sealer holds `out:PARTNER:LANE`, an arrival
`in:PARTNER:LANE`, and whoever commits a pair-log leaf `pair:PARTNER`; other processes are kept out by
compare-and-swap on the lane.
"""

from tasuki.services.channel.accepting import accept, refusal
from tasuki.services.channel.deciding import decide, decide_on_statement
from tasuki.services.channel.passing import pass_gone
from tasuki.services.channel.peers import PATH, partner_anchor
from tasuki.services.channel.quotas import busy
from tasuki.services.channel.running import run_sealer, run_sender, trusted
from tasuki.services.channel.sealing import seal_next
from tasuki.services.channel.sending import push, sync
from tasuki.services.channel.showing import envelope, envelopes, lanes, sync_with

__all__ = [
    "PATH",
    "accept",
    "busy",
    "decide",
    "decide_on_statement",
    "envelope",
    "envelopes",
    "lanes",
    "partner_anchor",
    "pass_gone",
    "push",
    "refusal",
    "run_sealer",
    "run_sender",
    "seal_next",
    "sync",
    "sync_with",
    "trusted",
]
