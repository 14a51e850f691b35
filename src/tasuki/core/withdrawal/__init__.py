# SPDX-License-Identifier: MIT
"""Taking back what was sent, by four verbs: who hears which, and what a recipient answers."""
