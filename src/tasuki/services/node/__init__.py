# SPDX-License-Identifier: MIT
"""A running node: what every service is handed, and what a process remembers of it until it ends.

Nothing in this room is durable, and whatever is forgotten is read or computed again.
"""

from tasuki.services.node.node import Node

__all__ = ["Node"]
