# SPDX-License-Identifier: MIT
"""Where the fields of signed statements were read before; see `tasuki.formats.suites.fields`."""

from tasuki.formats.suites.fields import MAX_PARAM, MAX_PARAMS, Fields, read_json, read_statement

__all__ = ["MAX_PARAM", "MAX_PARAMS", "Fields", "read_json", "read_statement"]
