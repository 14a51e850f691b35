# SPDX-License-Identifier: MIT
"""A partner that holds all its own keys and can break any rule: what a node has to withstand, over the wire alone.

It says what it likes: nothing here asks the product's gate or services. A node is driven from outside, by its
exchange face, its command line and socket, and files, so that another implementation can be put in its place.
"""
