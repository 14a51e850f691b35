# SPDX-License-Identifier: MIT
"""Transparency logs: Merkle trees, tiles, signed notes, checkpoints, cosignatures, as C2SP writes them."""
