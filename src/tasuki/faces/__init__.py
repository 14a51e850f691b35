# SPDX-License-Identifier: MIT
"""How people, programs and partners speak to a node: translate, never decide."""
