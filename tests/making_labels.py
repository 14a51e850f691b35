# SPDX-License-Identifier: MIT
"""Strategies for labels and readers: few enough values that rare pairs meet often."""

from __future__ import annotations

from hypothesis import strategies as st

from tasuki.base.ids import Audience
from tasuki.core.markings.labels import BLOCKS
from tasuki.core.markings.lattice import audiences as minimal
from tasuki.core.markings.model import Label, Tlp

PARTICIPANTS = ("AAA", "BBB", "CCC")
ORGANISATIONS = ("cert", "police")
CAPACITIES = ("csirt", "policy")
NAMES = (
    *PARTICIPANTS,
    *(f"{p}/{o}" for p in PARTICIPANTS for o in ORGANISATIONS),
    *(f"{p}/{o}:{c}" for p in PARTICIPANTS for o in ORGANISATIONS for c in CAPACITIES),
)
"""Every audience of the made-up partnership, and of nobody else."""

STRANGERS = ("ZZZ", "AAA/nobody", "BBB/cert:astrology")

readers = st.sampled_from(NAMES).map(Audience.parse)
anyone = st.sampled_from((*NAMES, *STRANGERS)).map(Audience.parse)
caveats = st.none() | st.frozensets(st.sampled_from((*NAMES, *STRANGERS)), max_size=5).map(minimal)
tlps = st.none() | st.sampled_from(list(Tlp))
codes = st.sampled_from((*BLOCKS, "a-code-of-tomorrow"))
labels = st.builds(
    Label,
    tlp=tlps,
    releasable_to=caveats,
    originators=st.frozensets(st.sampled_from((*PARTICIPANTS, "ZZZ")), max_size=3),
    blocked=st.just(frozenset()) | st.frozensets(codes, max_size=2),
)
"""Any label at all, also such as no object has."""
