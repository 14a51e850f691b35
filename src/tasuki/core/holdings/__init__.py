# SPDX-License-Identifier: MIT
"""What a node holds: each assertion of each source kept whole, with the basis on which it may be used."""
