# SPDX-License-Identifier: MIT
"""`python -m tasuki_verify`."""

from tasuki_verify.command import main

main()
