# SPDX-License-Identifier: MIT
"""What a holding may be used for: PAP and the permitted use of its handling basis, both of which must allow it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tasuki.core.markings.model import Pap

DETECT: Final = "detect"
LOOK_UP: Final = "look-up"
BLOCK: Final = "block"
NOTIFY: Final = "notify"

_NARROWEST: Final = {DETECT: Pap.RED, LOOK_UP: Pap.AMBER, BLOCK: Pap.GREEN, NOTIFY: Pap.GREEN}
"""By use: the narrowest PAP under which it is allowed."""

_PERMITTED_AS: Final = {DETECT: DETECT, LOOK_UP: DETECT, BLOCK: BLOCK, NOTIFY: NOTIFY}
"""By use: the permitted use of a handling basis that covers it."""

USES: Final = tuple(_NARROWEST)
"""Searching in own logs, passive look-ups at others, blocking at home, telling those concerned."""


def uses(pap: Pap | None, permitted_use: Collection[str]) -> frozenset[str]:
    """Return what a holding may be used for.

    Args:
        pap: the PAP of its label; None restricts nothing.
        permitted_use: what its handling basis permits. Where none is stated it stays at home, and there it may be
            looked for in own logs and nothing else.

    Source: docs/policy/release.md section 9.
    """
    if not permitted_use:
        return frozenset({DETECT})
    return frozenset(
        use
        for use, needed in _PERMITTED_AS.items()
        if needed in permitted_use and (pap is None or pap <= _NARROWEST[use])
    )
