# SPDX-License-Identifier: MIT
"""Chance: nothing is drawn twice, by no thread and by no child process."""

import os
from concurrent.futures import ThreadPoolExecutor

from tasuki.adapters.clock import Entropy


def test_a_draw_has_the_length_asked_for():
    draw = Entropy().draw
    assert [len(draw(count)) for count in (0, 1, 44, 4096, 5000)] == [0, 1, 44, 4096, 5000]


def test_no_two_threads_draw_the_same():
    draw = Entropy().draw
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: draw(16), range(4000)))
    assert len(set(drawn)) == 4000


def test_two_nodes_of_one_process_draw_from_different_bytes():
    assert Entropy().draw(32) != Entropy().draw(32)


def test_a_child_process_draws_nothing_that_its_parent_draws():
    draw = Entropy().draw
    draw(16)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, draw(32))
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    theirs = os.read(reader, 32)
    os.close(reader)
    assert len(theirs) == 32
    assert theirs != draw(32)
