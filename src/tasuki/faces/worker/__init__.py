# SPDX-License-Identifier: MIT
"""The worker: what a node does by itself while it runs."""
