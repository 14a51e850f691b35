# SPDX-License-Identifier: MIT
"""Our registered extensions of STIX 2.1: caveats, requests for assistance, their answers, null results."""

from __future__ import annotations

from typing import Final

CAVEAT: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01"
"""Property extension of marking-definition: `releasable_to`, a list of audiences such as `JPN/nco:csirt`."""

ASSISTANCE_REQUEST: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a02"
"""New object `assistance-request`: one side asks the other for help in an incident."""

ASSISTANCE_RESPONSE: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a03"
"""New object `assistance-response`: an answer to such a request."""

NULL_RESULT: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a04"
"""New object `null-result`: looked, with this coverage, and found nothing."""

NEW_OBJECTS: Final = {
    "assistance-request": ASSISTANCE_REQUEST,
    "assistance-response": ASSISTANCE_RESPONSE,
    "null-result": NULL_RESULT,
}

TLP_2: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""The OASIS extension that carries TLP 2.0."""

KNOWN: Final = frozenset({CAVEAT, ASSISTANCE_REQUEST, ASSISTANCE_RESPONSE, NULL_RESULT, TLP_2})
"""Extension definitions every node knows without holding them."""

PROPERTIES: Final = {
    "assistance-request": (
        "to:s! trigger:s! trigger_reason:s! severity:d! wanted:[s]! needed_by:t consent:s! summary:s! status_line:s!"
    ),
    "assistance-response": (
        "request_ref:r:assistance-request! outcome:s! accepted:[s] declined:[s] reason_code:s office:s! role:s! text:s"
    ),
    "null-result": (
        "question:s! sectors:[s] window_start:t window_end:t coverage:d! indicators_asked:i! status_line:s"
    ),
}
"""Their properties in the codes of `tables`."""
