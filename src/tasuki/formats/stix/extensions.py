# SPDX-License-Identifier: MIT
"""Our registered extensions of STIX 2.1: caveats, requests for assistance with their answers and ends, null results.

docs/spec/extensions.md says the same to people; `definitions` hands it to others as extension-definition objects.
"""

from __future__ import annotations

from typing import Final

CAVEAT: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01"
"""Property extension of marking-definition: who may have a thing, by whose leave, how classified, from when to when."""

ASSISTANCE_REQUEST: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a02"
"""New object `assistance-request`: one side asks the other for help in an incident."""

ASSISTANCE_RESPONSE: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a03"
"""New object `assistance-response`: what the side that was asked says to such a request."""

NULL_RESULT: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a04"
"""New object `null-result`: looked, with this coverage, and found nothing."""

ASSISTANCE_ENDING: Final = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a05"
"""New object `assistance-ending`: the side that asked ends its request, or withdraws it."""

NEW_OBJECTS: Final = {
    "assistance-request": ASSISTANCE_REQUEST,
    "assistance-response": ASSISTANCE_RESPONSE,
    "assistance-ending": ASSISTANCE_ENDING,
    "null-result": NULL_RESULT,
}

TLP_2: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""The OASIS extension that carries TLP 2.0."""

PAP: Final = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"
"""The OASIS extension that carries PAP."""

IEP_2: Final = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a"
"""The OASIS extension that carries the Information Exchange Policy of FIRST, version 2.0."""

ACS_3: Final = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
"""The OASIS extension that carries the Access Control Specification of CISA, version 3.0."""

KNOWN: Final = frozenset({CAVEAT, *NEW_OBJECTS.values(), TLP_2, PAP, IEP_2, ACS_3})
"""Extension definitions every node knows without holding them."""

PROPERTIES: Final = {
    "assistance-request": (
        "sender:s! recipient:s! trigger:s! effects:[s] national_severity:d! wanted:[s]! needed_by:t consent:s! "
        "summary:s! explanation:s status_line:s!"
    ),
    "assistance-response": (
        "request_ref:r:assistance-request! request_modified:t! sender:s! recipient:s! outcome:s! accepted:[s] "
        "declined:[s] reason_code:s referred_to:s question:s national_severity:d result_refs:[r] "
        "office:s! role:s! explanation:s status_line:s!"
    ),
    "assistance-ending": (
        "request_ref:r:assistance-request! request_modified:t! sender:s! recipient:s! outcome:s! office:s! role:s! "
        "explanation:s status_line:s!"
    ),
    "null-result": (
        "question:s! sectors:[s] window_start:t window_end:t coverage:d! indicators_asked:i! status_line:s"
    ),
}
"""Their properties in the codes of `tables`."""

WANTED: Final = (
    "indicators",
    "hunt",
    "analysis",
    "contact",
    "victim-notification",
    "sector-outlook",
    "recovery-advice",
    "liaison",
    "translation",
    "public-support",
)
"""The menu of help. Nothing on it reaches into anybody's systems or compels data."""

EFFECTS: Final = ("destructive", "disruptive", "destabilising")
"""The test of the partnership statement (January 2026, paragraph 5 i): what the incident does or threatens to do."""

CONSENT: Final = ("given", "anonymous", "not-asked", "no-victim", "national-only")
"""What the victim agreed to: telling the partner, the same without its name, nothing yet, nobody to ask, home only."""

OUTCOMES: Final = (
    "acknowledged",
    "information-wanted",
    "accepted",
    "accepted-in-part",
    "declined",
    "referred",
    "answered",
)
"""What the side that was asked may say."""

REASON_CODES: Final = ("capacity", "information", "law", "policy", "other-channel")
"""Why something is declined; a reason code says enough, and nobody owes more."""

CHANNELS: Final = ("mutual-legal-assistance", "law-enforcement", "regulator", "diplomatic", "vendor")
"""Where a referred request is better placed."""

ENDINGS: Final = ("fulfilled", "partly-fulfilled", "unfulfilled", "withdrawn")
"""How the side that asked ends its request."""

CLOSED_LISTS: Final = {
    ("assistance-request", "effects"): EFFECTS,
    ("assistance-request", "wanted"): WANTED,
    ("assistance-request", "consent"): CONSENT,
    ("assistance-response", "outcome"): OUTCOMES,
    ("assistance-response", "accepted"): WANTED,
    ("assistance-response", "declined"): WANTED,
    ("assistance-response", "reason_code"): REASON_CODES,
    ("assistance-response", "referred_to"): CHANNELS,
    ("assistance-ending", "outcome"): ENDINGS,
}
"""Properties that take a word of a closed list, by (type, property)."""
