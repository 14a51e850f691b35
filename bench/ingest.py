# SPDX-License-Identifier: MIT
"""Ingest: indicators marked, logged, durable and searchable, on SQLite, beside OpenTAXII's write in the same run.

    python bench/ingest.py [--held 1000000] [--peer 10000]

Windows of 10,000 objects are timed when 10 thousand are held and when --held are; the peer stores --peer of the same.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tasuki.adapters.clock import Clock, Entropy
from tasuki.app.config import configuration, profile_text
from tasuki.app.wiring import wired
from tasuki.core.holdings.handling import BASES
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix import build
from tasuki.formats.stix.tlp import marking_id
from tasuki.services.holdings import find
from tasuki.services.intake import Terms, home_identity, import_pieces
from tasuki.services.node import Node
from tasuki.services.setup import Order, init

WINDOW = 10_000
PEER = Path(".peers/taxii/bin/python")
AT = datetime(2026, 1, 31, tzinfo=UTC)


def indicators(creator: str, start: int, count: int) -> Iterator[bytes]:
    """Yield made-up indicators, each copied so that it takes no more memory than its bytes."""
    for i in range(start, start + count):
        raw = build.indicator(
            "domain",
            f"host{i}.bad{i % 977}.example",
            creator=creator,
            at=AT,
            description=f"family {i % 50}",
            markings=[marking_id("green")],
        )
        yield bytes(bytearray(raw))


def take_in(node: Node, creator: str, start: int, count: int) -> tuple[float, float]:
    """Take in a window; return objects per second and per CPU second. Making the objects is not timed."""
    made = list(indicators(creator, start, count))
    terms = Terms(source="local", originator="GBR", handling=BASES["open-source"])
    began, used = time.perf_counter(), time.process_time()
    report = import_pieces(node, (Piece(place="", raw=raw) for raw in made), terms)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    assert report.accepted == count, report.as_json()
    return count / seconds, count / cpu


def peer(creator: str, count: int) -> float | None:
    """Return objects per second of OpenTAXII, or None where it is not installed."""
    if not PEER.exists():
        return None
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(b"\n".join(indicators(creator, 0, count)))
        file.flush()
        done = subprocess.run(
            [PEER, "bench/peers/opentaxii_write.py", file.name], capture_output=True, check=True, text=True
        )
    answer = json.loads(done.stdout.splitlines()[-1])
    return count / answer["seconds"]


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", type=int, default=1_000_000)
    parser.add_argument("--peer", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "gbr"
        init(Order(directory=directory, profile=profile_text("japan-uk"), participant="GBR"), Clock(), Entropy())
        with wired(configuration(directory)) as node:
            creator, identity = home_identity(node)
            terms = Terms(source="local", originator="GBR", handling=BASES["open-source"])
            import_pieces(node, [Piece(place="", raw=identity)], terms)
            take_in(node, creator, 0, WINDOW)
            few = take_in(node, creator, WINDOW, WINDOW)
            held = 2 * WINDOW
            began = time.perf_counter()
            while held < asked.held:
                take_in(node, creator, held, min(WINDOW, asked.held - held))
                held += min(WINDOW, asked.held - held)
            whole = (held - 2 * WINDOW) / max(time.perf_counter() - began, 1e-9)
            many = take_in(node, creator, held, WINDOW)
            began = time.perf_counter()
            found = find(node, f"host{held}", 10)
            search = time.perf_counter() - began
            assert len(found) == 1
            size = sum(each.stat().st_size for each in directory.iterdir() if each.is_file())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    other = peer(creator, asked.peer)
    print(f"objects/s with {WINDOW:,} held      {few[0]:10,.0f}   per CPU second {few[1]:10,.0f}")
    print(f"objects/s with {held:,} held   {many[0]:10,.0f}   per CPU second {many[1]:10,.0f}")
    print(f"few : many                     {few[0] / many[0]:10.2f}   per CPU second {few[1] / many[1]:10.2f}")
    print(f"objects/s, making them included {whole:9,.0f}")
    print(f"search for one of them         {search * 1000:10.1f} ms")
    print(f"bytes on disk per object       {size / (held + WINDOW):10,.0f}")
    print(f"memory of the process          {memory:10,.0f} MB")
    if other is not None:
        print(f"OpenTAXII objects/s            {other:10,.0f}")
        print(f"ratio with {held:,} held       {many[0] / other:10.1f}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
