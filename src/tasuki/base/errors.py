# SPDX-License-Identifier: MIT
"""The families of errors: who broke what, and what the reader should do."""

from __future__ import annotations

from tasuki.base.reasons import Language, Reason


class TasukiError(Exception):
    """Root of every error this project raises on purpose; it carries a `Reason`, so faces speak both languages."""

    def __init__(self, reason: Reason) -> None:
        """Keep `reason`; `str(error)` is its English sentence."""
        super().__init__(reason.sentence(Language.EN))
        self.reason = reason


class InputError(TasukiError):
    """What came in (file, request, record) is not what its format or rule says; nothing was changed."""


class PeerError(TasukiError):
    """The partner broke the protocol: attributable, kept as evidence, never a crash."""


class WorldError(TasukiError):
    """Disk, network, process or device failed; `retry` says whether trying again can help."""

    def __init__(self, reason: Reason, *, retry: bool) -> None:
        """Keep `reason` and whether a retry can help."""
        super().__init__(reason)
        self.retry = retry


class CallerError(TasukiError):
    """We were used wrongly, by a person at a command or by our own code."""
