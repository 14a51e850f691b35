# SPDX-License-Identifier: MIT
"""How a node touches the world: clock, entropy, keys, signer, TLS, partners."""
