# SPDX-License-Identifier: MIT
"""What a node does: a file per capability, one durable transaction per act."""
