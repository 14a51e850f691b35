# SPDX-License-Identifier: MIT
"""What every HTTP face shares: typed questions in, JSON and errors in both languages out."""
