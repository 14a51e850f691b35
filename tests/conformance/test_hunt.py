# SPDX-License-Identifier: MIT
"""Real indicators against real logs: `tasuki hunt` hits exactly what a reading and matching of its own hits."""

import csv
import gzip
import io
import json
import re
import subprocess
import sys
import tarfile
from collections import defaultdict
from datetime import UTC, datetime

import pytest

import brute_force
from tasuki.services.detection import load_indicators

TELEMETRY = ("telemetry-zeek-wrccdc", "telemetry-zeek-apt29", "telemetry-suricata-eve", "telemetry-windows-attack")
IS_BINARY = re.compile(r"ascii[^/]*/ssh\.log").search
"""Baselines that show how bytes are escaped; they are read in `tests/vectors`."""

TIMES = ("ts", "timestamp", "@timestamp", "_write_ts", "time")


@pytest.fixture(scope="module")
def records(data, tmp_path_factory):
    """Read every record of the telemetry with the standard library: (folder, file, line, time, fields)."""
    found = []
    for folder in TELEMETRY:
        for path in sorted((data / folder).iterdir()):
            if path.name.removesuffix(".gz").endswith((".log", ".json")):
                raw = path.read_bytes()
                raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
                found.extend((str(path), *each) for each in read_json(raw.decode()))
    unpacked = tmp_path_factory.mktemp("baselines")
    with tarfile.open(data / "telemetry-zeek-baselines" / "logs.tar.gz") as archive:
        archive.extractall(unpacked, filter="data")
    for path in sorted(unpacked.rglob("*.log")):
        found.extend((str(path), *each) for each in read_zeek(path.read_bytes()))
    return unpacked, found


def read_json(text):
    if text.startswith("["):
        starts = [number for number, line in enumerate(text.split("\n"), 1) if re.fullmatch(" {0,2}{", line)]
        objects = zip(starts, json.loads(text), strict=True)
    else:
        objects = ((n, json.loads(line)) for n, line in enumerate(text.split("\n"), 1) if line.strip())
    for number, obj in objects:
        moment = next((obj[name] for name in TIMES if obj.get(name) is not None), None)
        yield number, moment, list(leaves(obj))


def leaves(value, name=""):
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
    elif isinstance(value, dict):
        for inner, each in value.items():
            yield from leaves(each, f"{name}.{inner}" if name else inner)


def read_zeek(raw):
    names, kinds = None, {}
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line.startswith(b"#fields"):
            separator = line[7:8]
            names, kinds = line.decode().split(separator.decode())[1:], {}
        elif line.startswith(b"#types"):
            kinds = dict(zip(names, line.decode().split(separator.decode())[1:], strict=True))
        elif names is None and line.startswith(b"{") and is_json(line):
            yield from ((number, moment, fields) for _, moment, fields in read_json(line.decode()))
        elif line and not line.startswith(b"#") and names and line.count(separator) + 1 == len(names):
            cells = dict(zip(names, line.decode("utf-8", "backslashreplace").split(separator.decode()), strict=True))
            yield number, cells.get("ts"), list(zeek_fields(cells, kinds))


def is_json(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def zeek_fields(cells, kinds):
    for name, cell in cells.items():
        if cell in ("-", "(empty)", "EMPTY"):
            continue
        parts = cell.split(",") if kinds.get(name, "").startswith(("set", "vector")) else [cell]
        for part in parts:
            if part != "-":
                yield (
                    name,
                    re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), part).replace("\\\\", "\\"),
                )


def moment_of(value):
    if value is None or re.fullmatch("X+.X+", str(value)):
        return None
    text = str(value)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        whole, _, fraction = text.partition(".")
        return datetime.fromtimestamp(int(whole), UTC).replace(microsecond=int(fraction[:6].ljust(6, "0")))
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Indicators:
    """Indicators by what brute force takes a value for, so that all of them can be held against every text."""

    def __init__(self, listed):
        self.by = defaultdict(lambda: defaultdict(set))
        self.networks = []
        for name, kind, value in listed:
            network = brute_force.network(brute_force.bare(value)) or brute_force.network(value)
            if kind in brute_force.HASH_LENGTHS:
                self.by["hash"][value.lower()].add(name)
            elif kind == "email":
                self.by["mail"][value.lower()].add(name)
            elif kind == "url" and brute_force.is_url(value):
                scheme, *rest = brute_force.parts(value)
                self.by["url"][tuple(rest)].add((scheme, name))
            elif network is not None and network.num_addresses == 1:
                self.by["address"][network].add(name)
            elif network is not None:
                self.networks.append((network, name))
            else:
                self.by["domain"][brute_force.bare(value)].add(name)
        self.known = {}

    def of_text(self, text):
        if text not in self.known:
            self.known[text] = frozenset(self._proven(text))
        return self.known[text]

    def _proven(self, text):
        for found in brute_force.hashes(text):
            yield from self.by["hash"].get(found, ())
        for mail in brute_force.mails(text) if "@" in text else ():
            yield from self.by["mail"].get(mail, ())
        for network in brute_force.networks(text):
            yield from self.by["address"].get(network, ())
            yield from (name for wide, name in self.networks if brute_force.is_within(network, wide))
        for host in brute_force.hosts(text):
            labels = host.split(".") if brute_force.is_name(host) else []
            for start in range(len(labels)):
                yield from self.by["domain"].get(".".join(labels[start:]), ())
        if brute_force.is_one_word(text) and "/" in text and not brute_force.network(text):
            yield from self._urls(text)

    def _urls(self, text):
        told, *rest = brute_force.parts(text)
        for scheme, name in self.by["url"].get(tuple(rest), ()):
            if scheme in ("", told) or (not told and scheme in ("http", "https")):
                yield name

    def of_request(self, host, path):
        for scheme in ("http", "https"):
            yield from self._urls(f"{scheme}://{host}{path}")

    def hits(self, records):
        for file, line, moment, fields in records:
            proven = {(name, field, text) for field, text in fields for name in self.of_text(text)}
            for first, second in (("host", "uri"), ("http.hostname", "http.url")):
                host = next((text for field, text in fields if field == first), None)
                paths = [text for field, text in fields if field == second and text.startswith("/")]
                if host is not None:
                    proven |= {(name, second, path) for path in paths for name in self.of_request(host, path)}
            for name, field, text in proven:
                yield name, field, text, file, line, moment_of(moment)


def hunt(tmp_path, indicators, *logs):
    out = tmp_path / "hits.jsonl"
    words = ["hunt", "--indicators", indicators, "--logs", *logs, "--out", out, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "tasuki", *map(str, words)], capture_output=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr.decode()
    hits = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert all(list(hit) == ["indicator", "value", "field", "file", "line", "time"] for hit in hits)
    told = [
        (
            hit["indicator"],
            hit["field"],
            hit["value"],
            hit["file"],
            hit["line"],
            None if hit["time"] is None else datetime.fromisoformat(hit["time"]),
        )
        for hit in hits
    ]
    return json.loads(done.stdout), told


def agree(tmp_path, data, records, listed, path):
    """Hunt through everything; every hit is one of brute force, and the other way round."""
    unpacked, read = records
    summary, told = hunt(tmp_path, path, *(data / folder for folder in TELEMETRY), unpacked)
    wanted = {each for each in Indicators(listed).hits(read) if not IS_BINARY(each[3])}
    assert len(told) == len(set(told))
    ours = {each for each in told if not IS_BINARY(each[3])}
    assert ours - wanted == set()
    assert wanted - ours == set()
    assert summary["records"] == len(read)
    return summary, told


def kind_of(value):
    if re.fullmatch("[0-9a-fA-F]+", value) and len(value) in brute_force.HASH_LENGTHS.values():
        return {length: kind for kind, length in brute_force.HASH_LENGTHS.items()}[len(value)]
    if "://" in value or ("/" in value and not brute_force.network(value)):
        return "url"
    return "email" if "@" in value else "host"


def values_of(path):
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    if text.startswith("indicator,"):
        return [row["indicator"] for row in csv.DictReader(io.StringIO(text))]
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def planted(records):
    """Return values that stand in the logs: names, addresses, networks, hashes, URLs, e-mail addresses."""
    texts, requests = set(), set()
    for *_, fields in records:
        texts.update(text for _, text in fields if len(text) < 300)
        told = dict(fields)
        if told.get("uri", "").startswith("/") and brute_force.is_name(told.get("host", "")):
            requests.add(f"http://{told['host']}{told['uri']}")
    requests = {url for url in requests if brute_force.is_one_word(url)}
    words = [text for text in sorted(texts) if brute_force.is_one_word(text) and not set(",*") & set(text)]
    names = [
        text
        for text in words
        if brute_force.is_name(text) and text.count(".") > 1 and len(max(text.split("."), key=len)) < 64
    ][::40]
    addresses = [text for text in words if brute_force.network(text) and "/" not in text][::40]
    hashes = [text for text in words if len(text) in (32, 40, 64) and brute_force.is_hex(text)][::10]
    urls = [text for text in words if re.match(r"https?://[a-z]", text) and len(text) < 200][::5]
    mails = [text for text in words if re.fullmatch(r"[a-z.]+@[a-z.]+\.[a-z]+", text)][::2]
    assert min(map(len, (names, addresses, hashes, urls, mails, requests))) > 0
    wider = [name.partition(".")[2] for name in names[::5]]
    wider += [f"{address}/{16 + at % 15}" for at, address in enumerate(addresses[::9]) if ":" not in address]
    return [*names, *addresses, *hashes, *urls, *mails, *sorted(requests)[::3], *wider]


LISTS = ("indicators-ipsum/4.txt.gz", "indicators-maltrail/trails.csv.gz", "indicators-hashes/signature-base.csv")


def test_listed_values_hit_what_brute_force_hits(tmp_path, data, records):
    values = [value for name in LISTS for value in values_of(data / name)] + planted(records[1])
    values = [value for value in dict.fromkeys(values) if not value.startswith(("#", "::"))]
    path = tmp_path / "all.txt"
    path.write_text("\n".join(values))
    summary, told = agree(tmp_path, data, records, [(value, kind_of(value), value) for value in values], path)
    assert (summary["left_out"], summary["indicators"]) == (0, len(values))
    assert len(told) > 5000
    honeypot = [each for each in told if "telemetry-suricata-eve" in each[3]]
    assert {each[0] for each in honeypot} & set(values_of(data / LISTS[0])) >= {"80.82.77.33", "71.6.165.200"}


def test_spyware_indicators_of_stix_hit_what_brute_force_hits(tmp_path, data, records):
    kinds = {"domain-name:value": "domain", "ipv4-addr:value": "ipv4", "file:hashes.sha256": "sha256"}
    kinds["file:hashes.'SHA-256'"] = "sha256"
    bundles = sorted((data / "stix-indicators-real").glob("*.stix2.json"))
    objects = [obj for path in bundles for obj in json.loads(path.read_text("utf-8"))["objects"]]
    names = [text for *_, fields in records[1] for _, text in fields if brute_force.is_name(text) and "." in text]
    for at, name in enumerate(sorted(set(names))[::200]):
        pattern = f"[domain-name:value = '{name}']"
        objects.append({"type": "indicator", "id": f"indicator--00000000-0000-4000-8000-{at:012d}", "pattern": pattern})
    (tmp_path / "all.json").write_text(json.dumps({"type": "bundle", "id": "x", "objects": objects}))
    listed = []
    for obj in objects:
        found = re.fullmatch(r"\[(\S+?)\s*=\s*'([^']*)'\]", obj.get("pattern", ""))
        if found and found[1] in kinds:
            kind = "url" if "/" in found[2] else kinds[found[1]]
            listed.append((obj["id"], kind, found[2]))
    assert len(listed) > 1000
    summary, told = agree(tmp_path, data, records, listed, tmp_path / "all.json")
    # One of the real patterns names a domain of one label.
    assert summary["indicators"] == len({name for name, _, _ in listed}) - 1
    assert len(told) > 50


def test_every_line_of_real_lists_is_an_indicator(data):
    for name in LISTS:
        loaded = load_indicators(data / name)
        assert (loaded.left_out, len(loaded.compiled)) == (0, len(set(values_of(data / name))))
