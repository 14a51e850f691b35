# SPDX-License-Identifier: MIT
"""Trust: this node's root, keys and peers are made, rotated, revoked and exchanged; partners' are followed."""

from tasuki.services.trust.following import MAX_QUESTION_BYTES, PATH, answer, exchange, is_told, refresh
from tasuki.services.trust.publishing import publish_peers
from tasuki.services.trust.revoking import Doubtful, Revoked, confirm, doubtful, revoke
from tasuki.services.trust.rotating import Rotated, rotate, settle, use_now
from tasuki.services.trust.running import run_trust
from tasuki.services.trust.showing import TrustView, show
from tasuki.services.trust.standing import load

__all__ = [
    "MAX_QUESTION_BYTES",
    "PATH",
    "Doubtful",
    "Revoked",
    "Rotated",
    "TrustView",
    "answer",
    "confirm",
    "doubtful",
    "exchange",
    "is_told",
    "load",
    "publish_peers",
    "refresh",
    "revoke",
    "rotate",
    "run_trust",
    "settle",
    "show",
    "use_now",
]
