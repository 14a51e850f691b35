# SPDX-License-Identifier: MIT
"""The envelope: one signed, sealed letter from one node to one other, and the receipt that answers it."""
