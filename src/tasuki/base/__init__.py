# SPDX-License-Identifier: MIT
"""The words every floor shares: ids, time, canonical JSON, reasons, verdicts, errors, limits."""
