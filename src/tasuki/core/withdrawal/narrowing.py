# SPDX-License-Identifier: MIT
"""The label that a `narrow` carries: what is met in, never put in place of anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tasuki.base.canonical import Json
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import LEVELS, label_to_json
from tasuki.core.markings.lattice import WIDEST, audiences
from tasuki.core.markings.model import Label


def narrowing_to_json(label: Label) -> dict[str, Json]:
    """Return what a label says of TLP and caveat, as a notice carries it."""
    said = label_to_json(label)
    parts = {"tlp": said["tlp"] if label.tlp is not WIDEST.tlp else None, "releasable_to": said["releasable_to"]}
    return {name: value for name, value in parts.items() if value is not None}


def narrowing_from_json(said: Mapping[str, Json]) -> Label:
    """Return the label that a notice carries; its form was checked (`forms.narrowing`)."""
    label = WIDEST
    if "tlp" in said:
        label = replace(label, tlp=LEVELS[str(said["tlp"]).lower()])
    listed = said.get("releasable_to")
    if isinstance(listed, list):
        label = replace(label, releasable_to=audiences(str(each) for each in listed))
    return label


def kept_to(kept_by: Iterable[Audience], home: Audience) -> Label:
    """Return the label that leaves something to these audiences and to us, from whom they have it."""
    return replace(WIDEST, releasable_to=audiences(str(each) for each in (*kept_by, home)))
