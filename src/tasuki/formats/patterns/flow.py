# SPDX-License-Identifier: MIT
"""Who takes which observation: a flow from slots, each wanting so many, to observations, each to be had so often."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Flow:
    """A maximum flow, found by augmenting paths; at most one path per slot and observation moved."""

    __slots__ = ("_free", "_spend", "_taken", "_wants")

    def __init__(
        self,
        wants: Sequence[tuple[int, Sequence[int]]],
        capacities: Sequence[int],
        spend: Callable[[int], None],
    ) -> None:
        """Lay out the slots, each as (how many it wants, which observations it can take).

        Args:
            wants: the slots.
            capacities: how often each observation can be taken.
            spend: is told how many observations were looked at.
        """
        self._wants = wants
        self._spend = spend
        self._free = {each: capacities[each] for _, takes in wants for each in takes}
        self._taken: dict[int, dict[int, int]] = {each: {} for each in self._free}

    def fills(self) -> bool:
        """Whether every slot gets what it wants."""
        for slot, (wanted, _) in enumerate(self._wants):
            missing = wanted
            while missing:
                got = self._augment(slot, missing)
                if not got:
                    return False
                missing -= got
        return True

    def _augment(self, start: int, missing: int) -> int:
        """Get more for a slot, moving others to other observations where needed; return how much."""
        came_by: dict[int, tuple[int, int]] = {}
        queue = [start]
        for slot in queue:
            takes = self._wants[slot][1]
            self._spend(len(takes))
            for observation in takes:
                if self._free[observation]:
                    return self._push(start, (slot, observation), missing, came_by)
                for other, amount in self._taken[observation].items():
                    if amount and other != start and other not in came_by:
                        came_by[other] = (slot, observation)
                        queue.append(other)
        return 0

    def _push(self, start: int, end: tuple[int, int], missing: int, came_by: dict[int, tuple[int, int]]) -> int:
        """Let the slot at the end of the path take, and every slot on it take over from the next."""
        slot, observation = end
        amount = min(missing, self._free[observation])
        path = []
        while slot != start:
            before, via = came_by[slot]
            path.append((before, via, slot))
            amount = min(amount, self._taken[via][slot])
            slot = before
        self._free[observation] -= amount
        taken = self._taken[observation]
        taken[end[0]] = taken.get(end[0], 0) + amount
        for taker, via, giver in path:
            self._taken[via][giver] -= amount
            self._taken[via][taker] = self._taken[via].get(taker, 0) + amount
        return amount
