# SPDX-License-Identifier: MIT
"""Everything read from outside has a limit: the number, its unit, and why that number."""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 1 << 30
"""An imported file; above 1 GiB use the bulk intake in parts."""

MAX_OBJECT_BYTES: Final = 1 << 20
"""One STIX object: the largest real one seen (a 57 kB pattern) fits 18 times."""

MAX_JSON_DEPTH: Final = 64
"""Nesting of arrays and objects; real STIX stays below 12."""

MAX_JSON_MEMBERS: Final = 100_000
"""Members and elements within one STIX object."""

MAX_SAFE_INTEGER: Final = 2**53 - 1
"""Largest integer every JSON reader agrees on (STIX 2.1 section 2.9, RFC 8785)."""

MAX_HEADER_BYTES: Final = 16 << 10
"""Envelope header."""

MAX_PAYLOAD_BYTES: Final = 16 << 20
"""Decrypted payload of one envelope."""

MAX_BATCH_OBJECTS: Final = 1000
"""Objects in one envelope."""

MAX_SKEW_S: Final = 300
"""How far in the future `created` may lie, in seconds: clocks of two states, each with its own source."""

MAX_CLOSURE_OBJECTS: Final = 10_000
"""Objects in one release closure; a larger one is refused, not cut."""

MAX_LINE_BYTES: Final = 4 << 20
"""One line of a log or indicator list."""

MAX_CAVEAT_AUDIENCES: Final = 1000
"""Audiences in one caveat: a large partnership has some hundreds; more is a bomb or a mistake."""

MAX_BUNDLE_BYTES: Final = 64 << 20
"""One bundle that stands on one line and is read as a whole; larger ones come as documents, which stream by."""
