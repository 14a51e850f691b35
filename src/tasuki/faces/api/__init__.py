# SPDX-License-Identifier: MIT
"""The local API: JSON over the node's own socket; whoever may open the socket may ask."""
