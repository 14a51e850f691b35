# SPDX-License-Identifier: MIT
"""Trust: this node's root, keys and peers are made, rotated, revoked and exchanged; partners' are followed."""

from tasuki.services.trust.ceremony import (
    RootOrder,
    Seen,
    draft_root,
    join_files,
    make_holder_file,
    publish_signed,
    see,
    sign_file,
    sign_here,
)
from tasuki.services.trust.following import (
    MAX_QUESTION_BYTES,
    PATH,
    answer,
    exchange,
    is_told,
    note_keys,
    put_back,
    refresh,
)
from tasuki.services.trust.publishing import publish_peers
from tasuki.services.trust.revoking import Doubtful, Revoked, confirm, doubtful, revoke
from tasuki.services.trust.rotating import Rotated, rotate, settle, use_now
from tasuki.services.trust.running import run_trust
from tasuki.services.trust.showing import TrustView, seal_key_files, show
from tasuki.services.trust.standing import load

__all__ = [
    "MAX_QUESTION_BYTES",
    "PATH",
    "Doubtful",
    "Revoked",
    "RootOrder",
    "Rotated",
    "Seen",
    "TrustView",
    "answer",
    "confirm",
    "doubtful",
    "draft_root",
    "exchange",
    "is_told",
    "join_files",
    "load",
    "make_holder_file",
    "note_keys",
    "publish_peers",
    "publish_signed",
    "put_back",
    "refresh",
    "revoke",
    "rotate",
    "run_trust",
    "seal_key_files",
    "see",
    "settle",
    "show",
    "sign_file",
    "sign_here",
    "use_now",
]
