# SPDX-License-Identifier: MIT
"""`python -m tasuki` is `tasuki`."""

from tasuki.app.main import main

main()
