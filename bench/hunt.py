# SPDX-License-Identifier: MIT
"""Hunt: records per CPU second in real and made logs, beside plain Python; what an indicator costs in time and memory.

    python bench/hunt.py [--indicators 100000] [--held 1000000]

The peer is what a good analyst's script does, and less than a hunt: orjson, one set of exact values, one of domains
walked label by label; no networks, URLs, e-mail addresses or other spellings, no times, no hits in a fixed form.
Both read the same logs from disk in this process, one after the other.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from tasuki.core.detection.matchers import CompiledSet
from tasuki.engines.scan import LogFile, ScanReport, log_files, scan
from tasuki.formats.stix.build import pattern_for

DATA = Path(os.environ.get("TASUKI_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")).resolve()
FOLDERS = ("telemetry-zeek-wrccdc", "telemetry-zeek-apt29")
MADE = 200_000
ROUNDS = 3


def values(count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (class, value) of made indicators: half domains, then addresses, hashes, URLs and a few networks."""
    for number in range(count):
        kind = chance.choices(["domain", "ipv4", "sha256", "url", "cidr4"], [50, 25, 14, 10, 1])[0]
        address = f"{chance.randrange(11, 223)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        yield (
            kind,
            {
                "domain": f"{chance.getrandbits(32):x}.bad-{number}.example",
                "ipv4": address,
                "sha256": f"{chance.getrandbits(256):064x}",
                "url": f"http://bad-{number}.example/{chance.getrandbits(64):x}",
                "cidr4": f"{address}/{chance.choice([20, 22, 24])}",
            }[kind],
        )


def made_log(folder: Path, known: list[tuple[str, str]], chance: random.Random) -> Path:
    """Write a DNS log as Zeek writes it as JSON: skewed names, one in a thousand indicated."""
    names = [f"host{number}.site{number % 5000}.example" for number in range(50_000)]
    weights = [1 / (rank + 1) for rank in range(len(names))]
    asked = chance.choices(names, weights, k=MADE)
    domains = [value for kind, value in known if kind == "domain"]
    path = folder / "dns.log"
    with path.open("wb") as file:
        for number, name in enumerate(asked):
            query = f"www.{chance.choice(domains)}" if number % 1000 == 0 else name
            record = {
                "_path": "dns",
                "ts": 1_700_000_000 + number / 1000,
                "uid": f"C{chance.getrandbits(80):x}",
                "id.orig_h": f"10.0.{number % 20}.{number % 241}",
                "id.orig_p": 1024 + number % 60000,
                "id.resp_h": "10.0.0.53",
                "id.resp_p": 53,
                "proto": "udp",
                "query": query,
                "qtype_name": "A",
                "rcode_name": "NOERROR",
                "answers": [f"198.51.{number % 256}.{number % 199}"],
            }
            file.write(orjson.dumps(record) + b"\n")
    return path


def ours(compiled: CompiledSet, logs: list[LogFile]) -> tuple[int, int]:
    """Hunt; return (records, hits)."""
    report = ScanReport()
    hits = sum(1 for _ in scan(compiled, logs, report))
    return report.records, hits


def plain(exact: set[str], domains: set[str], logs: list[LogFile]) -> tuple[int, int]:
    """Do what a script does; return (records, hits)."""
    records = hits = 0
    for log in logs:
        opened = gzip.open if log.path.suffix == ".gz" else open
        with opened(log.path, "rb") as file:
            for line in file:
                records += 1
                for value in orjson.loads(line).values():
                    for text in value if isinstance(value, list) else (value,):
                        if not isinstance(text, str):
                            continue
                        hits += text in exact
                        name = text
                        while "." in name:
                            if name in domains:
                                hits += 1
                                break
                            name = name.partition(".")[2]
    return records, hits


def rate(act: Callable[[], tuple[int, int]]) -> tuple[float, int]:
    """Return records per CPU second of the best round, and the hits."""
    best, hits = 0.0, 0
    for _ in range(ROUNDS):
        began = time.process_time()
        records, hits = act()
        best = max(best, records / (time.process_time() - began))
    return best, hits


def resident() -> int:
    """Return the bytes of memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def held(count: int) -> None:
    """Print what compiling, one more, one recalled and keeping an indicator cost."""
    compiled = CompiledSet()
    sample: list[tuple[str, tuple[str, str]]] = []
    before, spent = resident(), 0.0
    for number, value in enumerate(values(count, random.Random(7))):
        stix_id = f"indicator--{number:08x}-0000-4000-8000-{number * 7919:012x}"
        began = time.perf_counter()
        compiled.add_pattern(stix_id, pattern_for(*value))
        spent += time.perf_counter() - began
        if number % (count // 1000) == 0:
            sample.append((stix_id, value))
    gc.collect()
    size = (resident() - before) / count
    began = time.process_time()
    for stix_id, _ in sample:
        compiled.remove(stix_id)
    removed = (time.process_time() - began) / len(sample)
    began = time.process_time()
    for stix_id, value in sample:
        compiled.add_pattern(stix_id, pattern_for(*value))
    added = (time.process_time() - began) / len(sample)
    print(f"compile {count:,} patterns        {spent:8.1f} s")
    print(f"one more / one recalled           {added * 1e6:8.1f} / {removed * 1e6:.1f} us")
    print(f"memory an indicator, id included  {size:8.0f} bytes")


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, default=100_000)
    parser.add_argument("--held", type=int, default=1_000_000)
    asked = parser.parse_args()
    held(asked.held)
    chance = random.Random(1)
    known = list(values(asked.indicators, chance))
    compiled = CompiledSet()
    for number, value in enumerate(known):
        compiled.add(str(number), [value])
    exact = {value for kind, value in known if kind in ("ipv4", "sha256", "url")}
    domains = {value for kind, value in known if kind == "domain"}
    print(f"\n{asked.indicators:,} indicators, records per CPU second      ours       plain   ratio")
    with tempfile.TemporaryDirectory() as folder:
        paths = [DATA / name for name in FOLDERS if (DATA / name).is_dir()]
        for path in (*paths, made_log(Path(folder), known, chance)):
            logs = log_files([path])
            speed, hits = rate(lambda logs=logs: ours(compiled, logs))
            peer, others = rate(lambda logs=logs: plain(exact, domains, logs))
            print(f"  {path.name:32} hits {hits:5} / {others:5} {speed:10,.0f}  {peer:10,.0f}   {speed / peer:.2f}")


if __name__ == "__main__":
    main()
