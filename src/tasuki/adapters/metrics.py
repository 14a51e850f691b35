# SPDX-License-Identifier: MIT
"""Metrics in the Prometheus text form: counts and ages, made from the state of the node when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One number and the labels it stands under; all samples of a name have the same label names."""

    name: str
    text: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def render(samples: Iterable[Sample]) -> bytes:
    """Return the samples as a scrape."""
    registry = CollectorRegistry()
    registry.register(_State(list(samples)))
    return generate_latest(registry)


class _State(Collector):
    def __init__(self, samples: list[Sample]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for sample in self._samples:
            if sample.name not in families:
                families[sample.name] = GaugeMetricFamily(sample.name, sample.text, labels=list(sample.labels))
            families[sample.name].add_metric(list(sample.labels.values()), sample.value)
        yield from families.values()
