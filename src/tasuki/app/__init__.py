# SPDX-License-Identifier: MIT
"""The only place where things meet: configuration, wiring, the entry point."""
