# SPDX-License-Identifier: MIT
"""The partnership that is played: made-up states, each with one response team, under one profile."""

from __future__ import annotations

import tomllib
from typing import Final

from tasuki.base.ids import Audience
from tasuki.core.partners.model import Profile
from tasuki.core.partners.profile import parse_profile

CODES: Final = ("AAA", "BBB", "CCC", "DDD", "EEE")
"""Participants, in the order in which they join."""

FEWEST: Final = 2

_PARTICIPANT: Final = """
[[participants]]
id = "{id}"
name = {{ en = "Authority {id}", ja = "機関{id}" }}

[participants.ceiling]
highest = {{ en = "OPEN", ja = "公開" }}
refused = ["SECRET", "極秘"]

[participants.severity]
id = "scale-{small}"
urgent = ["3"]
name = {{ en = "Scale of {id}", ja = "{id}の尺度" }}
levels = [{{ code = "3", en = "severe", ja = "重度" }}, {{ code = "1", en = "minor", ja = "軽度" }}]

[[participants.organisations]]
id = "cert"
name = {{ en = "Response team {id}", ja = "対応班{id}" }}
capacities = ["csirt"]
"""

_HEAD: Final = """
id = "bench-{count}"
version = 1
name = {{ en = "Bench", ja = "試験台" }}
community = [{community}]

[texts.demonstration]
en = "DEMONSTRATION - not a government system"
ja = "実演 - 政府のシステムではありません"

[texts.status-line]
en = "Shared intentions; no rights or obligations."
ja = "共有する意図であり、権利義務を生じさせない。"

[assistance.urgent]
acknowledge_minutes = 60
decide_minutes = 360

[assistance.routine]
acknowledge_minutes = 720
decide_minutes = 4320
"""


def partnership(count: int) -> Profile:
    """Return the profile of a partnership of so many states."""
    codes = CODES[:count]
    head = _HEAD.format(count=count, community=", ".join(f'"{each}"' for each in codes))
    return parse_profile(
        tomllib.loads(head + "".join(_PARTICIPANT.format(id=each, small=each.lower()) for each in codes))
    )


def team(code: str) -> Audience:
    """Return the audience that a participant's response team is."""
    return Audience.parse(f"{code}/cert:csirt")
