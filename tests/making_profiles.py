# SPDX-License-Identifier: MIT
"""A made-up partnership of three fictional authorities, as the text of a profile."""

from __future__ import annotations

from typing import Final

_PARTICIPANT: Final = """
[[participants]]
id = "{id}"
name = {{ en = "Authority {id}", ja = "機関{id}" }}

[participants.ceiling]
highest = {{ en = "OPEN", ja = "公開" }}
refused = ["SECRET", "極秘"]
levels = [{{ name = "OPEN", to = ["AAA", "BBB"] }}, {{ name = "INNER", to = [] }}]

[[participants.organisations]]
id = "cert"
name = {{ en = "Response team {id}", ja = "対応班{id}" }}
capacities = ["csirt", "policy"]

[[participants.organisations]]
id = "police"
name = {{ en = "Police {id}", ja = "警察{id}" }}
capacities = ["csirt", "policy"]
"""

THREE: Final = """
id = "three-islands"
version = 1
name = { en = "Three Islands", ja = "三島" }
community = ["AAA", "BBB/cert"]

[texts.demonstration]
en = "DEMONSTRATION - not a government system"
ja = "実演 - 政府のシステムではありません"
""" + "".join(_PARTICIPANT.format(id=each) for each in ("AAA", "BBB", "CCC"))
"""AAA and the response team of BBB are the community of TLP:GREEN; CCC is outside it."""
