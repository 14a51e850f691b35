# SPDX-License-Identifier: MIT
"""Walking an object path: from an object through properties, keys, lists and references to the values it names.

Source: STIX 2.1 sections 9.6.4 and 9.7.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tasuki.base.reasons import Reason
from tasuki.formats.patterns.model import Path, Step
from tasuki.formats.patterns.reasons import BAD_DATA_OCTETS, BAD_DATA_REFERENCE
from tasuki.formats.patterns.writer import write_path

_ABSENT: Final = object()
"""Stands in a list of references for one that names nothing: its place counts, its value does not."""

Objects: TypeAlias = Mapping[str, Mapping[str, Any]]


def is_special(name: str) -> bool:
    """Whether a property of this name holds octets or references (section 3.1)."""
    return name.endswith(("_bin", "_hex", "_ref", "_refs"))


class Walk:
    """A path made ready to be walked."""

    __slots__ = ("path", "steps")

    def __init__(self, path: Path, steps: Sequence[Step]) -> None:
        """Walk `steps`, all of `path` or its beginning."""
        self.path = path
        self.steps = tuple(steps)

    def values(self, root: Mapping[str, Any], objects: Objects) -> tuple[Sequence[Any], Reason | None]:
        """Return the values that the steps lead to from `root`, and why some could not be read.

        A step that cannot be taken leads to nothing. Values of `_bin` and `_hex` properties come as octets, references
        as the objects they name, once each: so every step costs at most what the observation holds.
        """
        found: list[Any] = [root]
        trouble: Reason | None = None
        for step in self.steps:
            if type(step) is str:
                found = [value[step] for value in found if isinstance(value, Mapping) and step in value]
                if is_special(step):
                    found, problem = self._native(step, found, objects)
                    trouble = trouble or problem
            elif type(step) is int:
                items = (value[step] for value in found if isinstance(value, list) and 0 <= step < len(value))
                found = [item for item in items if item is not _ABSENT]
            else:
                found = [item for value in found if isinstance(value, list) for item in value if item is not _ABSENT]
            if not found:
                break
        return found, trouble

    def _native(self, step: str, found: Iterable[Any], objects: Objects) -> tuple[list[Any], Reason | None]:
        if step.endswith("_ref"):
            return self._referred(found, objects)
        if step.endswith("_refs"):
            return self._all_referred(found, objects)
        octets: list[Any] = []
        trouble: Reason | None = None
        for value in found:
            try:
                octets.append(_from_base64(value) if step.endswith("_bin") else _from_hex(value))
            except (ValueError, TypeError):
                form = "base64" if step.endswith("_bin") else "hexadecimal"
                trouble = BAD_DATA_OCTETS.because(path=write_path(self.path), form=form)
        return octets, trouble

    def _referred(self, found: Iterable[Any], objects: Objects) -> tuple[list[Any], Reason | None]:
        """Return the objects that references name; one that names nothing leads to nothing (section 9.7.4)."""
        targets: dict[str, Any] = {}
        trouble: Reason | None = None
        for reference in found:
            if type(reference) is not str:
                trouble = BAD_DATA_REFERENCE.because(path=write_path(self.path))
            elif reference in objects:
                targets[reference] = objects[reference]
        return list(targets.values()), trouble

    def _all_referred(self, found: Iterable[Any], objects: Objects) -> tuple[list[Any], Reason | None]:
        lists: dict[tuple[int, ...], list[Any]] = {}
        trouble: Reason | None = None
        for references in found:
            if type(references) is not list:
                trouble = BAD_DATA_REFERENCE.because(path=write_path(self.path))
                continue
            targets, problem = self._in_order(references, objects)
            trouble = trouble or problem
            if targets:
                lists[tuple(map(id, targets))] = targets
        return list(lists.values()), trouble

    def _in_order(self, references: Iterable[Any], objects: Objects) -> tuple[list[Any], Reason | None]:
        """Return what a list of references names, in its order, which `[n]` counts."""
        targets: list[Any] = []
        trouble: Reason | None = None
        for reference in references:
            if type(reference) is not str:
                trouble = BAD_DATA_REFERENCE.because(path=write_path(self.path))
            else:
                targets.append(objects.get(reference, _ABSENT))
        return targets, trouble


def _from_base64(value: Any) -> bytes:
    if type(value) is not str:
        raise TypeError
    return binascii.a2b_base64(value.replace("\n", "").encode("ascii"), strict_mode=True) if value else b""


def _from_hex(value: Any) -> bytes:
    if type(value) is not str:
        raise TypeError
    return binascii.unhexlify(value)
