# SPDX-License-Identifier: MIT
"""The command line: everything a person can do, in English and Japanese."""
