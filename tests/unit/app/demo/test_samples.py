# SPDX-License-Identifier: MIT
"""The samples that ship are read whole, and what they have in common is found."""

from __future__ import annotations

import pytest

from tasuki.app.demo.material import SAMPLES
from tasuki.engines.scan import ScanReport, log_files, scan
from tasuki.services.detection import load_indicators


@pytest.mark.parametrize(
    ("indicators", "logs", "found"),
    [("ipsum.txt", "honeypot-eve.json", 4), ("apt29-exercise.csv", "zeek", 3)],
)
def test_a_sample_hunt_finds_what_is_there_and_leaves_nothing_out(indicators, logs, found):
    report = ScanReport()
    compiled = load_indicators(SAMPLES / indicators).compiled
    hits = list(scan(compiled, log_files([SAMPLES / logs]), report))
    assert len({hit.indicator for hit in hits}) == found
    assert report.rotten == 0
    assert report.records > found
