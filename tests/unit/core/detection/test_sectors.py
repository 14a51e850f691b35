# SPDX-License-Identifier: MIT
"""Where something was seen is a sector of a closed list, never a name somebody types."""

import gzip
import re

import pytest

from tasuki.base.errors import CallerError
from tasuki.core.detection.sectors import SECTORS, check_sector


def test_every_sector_of_the_standard_may_be_named(data):
    text = gzip.decompress((data / "stix-spec" / "stix-v2.1-errata01.md.gz").read_bytes()).decode()
    section = text[text.index("## 10.11 ") : text.index("## 10.12 ")]
    summary = section[: section.index("Vocabulary Value")]
    listed = re.findall(r'"stixliteral">([a-z-]+)<', summary)
    assert len(listed) > 20
    assert SECTORS.issuperset(listed)


@pytest.mark.parametrize("sector", ["energy", "food-and-agriculture", "electric-power", "civil-nuclear"])
def test_a_sector_stands(sector):
    check_sector(sector)


@pytest.mark.parametrize("found", ["kujira-brewing", "Energy", "", "energy\n", "energy; brewer X"])
def test_what_is_no_sector_is_refused_with_the_sectors_there_are(found):
    with pytest.raises(CallerError) as refused:
        check_sector(found)
    assert refused.value.reason.code == "detection.unknown-sector"
    assert "food-and-agriculture" in refused.value.reason.params["known"]
