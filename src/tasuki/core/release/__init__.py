# SPDX-License-Identifier: MIT
"""The gate: one pure decision through which everything leaves, and the only maker of what may leave."""
