# SPDX-License-Identifier: MIT
"""The logs at work: what was logged is signed, mirrored and cosigned by the partner, shown, proved and audited.

Nothing is signed before what is new was computed again from the store, nor before the partner said that it holds the
same beginning. Whoever commits a pair-log leaf holds `pair:PARTNER`, whoever signs `checkpoint:LOG`, whoever asks a
partner to cosign `cosign:PARTNER`; other processes are kept out by compare-and-swap.
"""

from tasuki.services.entries import audit
from tasuki.services.ledger.auditing import Examination, examine
from tasuki.services.ledger.comparing import Comparison, compare
from tasuki.services.ledger.cosigning import ADD_CHECKPOINT, MIRROR, cosign_with
from tasuki.services.ledger.proving import export_checkpoint, export_evidence, export_tile
from tasuki.services.ledger.running import run_checkpoints, run_third
from tasuki.services.ledger.showing import LogView, show
from tasuki.services.ledger.signing import checkpoint, log_key, open_period, turn, witness_keys
from tasuki.services.ledger.third import ask_third, unmet_since
from tasuki.services.ledger.witnessing import WitnessReply, add_checkpoint, receive_mirror

__all__ = [
    "ADD_CHECKPOINT",
    "MIRROR",
    "Comparison",
    "Examination",
    "LogView",
    "WitnessReply",
    "add_checkpoint",
    "ask_third",
    "audit",
    "checkpoint",
    "compare",
    "cosign_with",
    "examine",
    "export_checkpoint",
    "export_evidence",
    "export_tile",
    "log_key",
    "open_period",
    "receive_mirror",
    "run_checkpoints",
    "run_third",
    "show",
    "turn",
    "unmet_since",
    "witness_keys",
]
