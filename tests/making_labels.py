# SPDX-License-Identifier: MIT
"""Strategies for labels and readers: few enough values that rare pairs meet often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tasuki.base.ids import Audience
from tasuki.core.markings.labels import BLOCKS
from tasuki.core.markings.lattice import audiences as minimal
from tasuki.core.markings.model import Label, Pap, Tlp
from tasuki.core.release.circumstances import LIFTABLE, Circumstances

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
people = st.sampled_from([f"{p}/cert:csirt@{name}" for p in PARTICIPANTS for name in ("mori", "bell")])
named = st.builds(Audience.parse, people)
asking = anyone | named
allowed = st.frozensets(st.sampled_from((*NAMES, *STRANGERS)) | people, max_size=5).map(minimal)
caveats = st.none() | allowed
tlps = st.none() | st.sampled_from(list(Tlp))
codes = st.sampled_from((*BLOCKS, "a-code-of-tomorrow"))
whose = st.frozensets(st.sampled_from((*PARTICIPANTS, "ZZZ")), max_size=3)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)
moments = st.sampled_from([NOW - _STEP, NOW, NOW + _STEP])
"""Just before the moment that tests take for now, that moment, just after."""

embargoes = st.just({}) | st.fixed_dictionaries({"embargo": moments, "ahead": allowed})


@st.composite
def labels_of(draw: st.DrawFn) -> Label:
    """Return any label at all, also such as no object has."""
    return Label(
        tlp=draw(tlps),
        pap=draw(st.none() | st.sampled_from(list(Pap))),
        releasable_to=draw(caveats),
        originators=draw(whose),
        blocked=draw(st.just(frozenset()) | st.frozensets(codes, max_size=2)),
        consent_of=draw(st.just(frozenset()) | whose),
        classifications=draw(st.just(frozenset()) | st.frozensets(st.sampled_from(CLASSIFICATIONS), max_size=2)),
        until=draw(st.none() | moments),
        **draw(embargoes),
    )


CLASSIFICATIONS = ("AAA:OPEN", "AAA:INNER", "BBB:OPEN", "AAA:UNLISTED", "ZZZ:OPEN")
labels = labels_of()
circumstances = st.builds(
    Circumstances,
    now=st.just(NOW),
    agreed=st.just(frozenset()) | whose,
    lifted=st.just(frozenset()) | st.frozensets(st.sampled_from(sorted(LIFTABLE))),
)
