# SPDX-License-Identifier: MIT
"""What a marking means: TLP 2.0, caveats, and the lattice of labels they form."""
