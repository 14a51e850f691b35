# SPDX-License-Identifier: MIT
"""The fictional incident: a brewer, a ransomware group and their traces, all invented and all `.example`."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from tasuki.base.reasons import Text

ACTOR: Final = "HOLLOW LANTERN (fictional)"
MALWARE: Final = "BarrelLock (fictional)"
VICTIM: Final = Text(en="Kujira Brewing (fictional)", ja="くじら麦酒(架空)")
COMMAND_SERVER: Final = "orders.barrel-lock.example"
WRONG_SERVER: Final = "static.shared-hosting.example"
DROPPER: Final = hashlib.sha256(b"Tasuki demonstration: this is no malware").hexdigest()

INDICATORS: Final = f"""indicator,type,description
{COMMAND_SERVER},domain,DEMONSTRATION: {MALWARE} command server of {ACTOR}
http://files.barrel-lock.example/stage2,url,DEMONSTRATION: {MALWARE} second stage
{DROPPER},SHA-256,DEMONSTRATION: {MALWARE} dropper
203.0.113.77,ipv4,DEMONSTRATION: {MALWARE} relay (TEST-NET-3)
"""

WRONG_INDICATOR: Final = f"""indicator,type,description
{WRONG_SERVER},domain,DEMONSTRATION: taken for a server of {ACTOR} by mistake
"""

FULLER_INDICATORS: Final = """indicator,type,description
panel.barrel-lock.example,domain,DEMONSTRATION: seen by a source that must be protected
"""


def write_lists(folder: Path) -> dict[str, Path]:
    """Write the three indicator lists of the story; return them by name."""
    texts = {"shared": INDICATORS, "wrong": WRONG_INDICATOR, "fuller": FULLER_INDICATORS}
    paths = {name: folder / f"{name}.csv" for name in texts}
    for name, text in texts.items():
        paths[name].write_text(text)
    return paths


def write_logs(folder: Path, now: datetime) -> dict[str, Path]:
    """Write invented Zeek logs of the brewer, of a power utility and of the brewer's web shop; return them by name."""
    start = now.timestamp() - 3600
    brewery = [_dns(start + 60 * i, "10.20.0.7", name) for i, name in enumerate(_BREWERY_QUERIES)]
    power = [_dns(start + 60 * i, "10.30.0.9", name) for i, name in enumerate(_POWER_QUERIES)]
    web = [_dns(start + 60 * i, "10.20.0.8", name) for i, name in enumerate(_WEB_QUERIES)]
    paths: dict[str, Path] = {}
    for name, records in (("food", brewery), ("power", power), ("web", web)):
        paths[name] = folder / f"{name}_dns.log"
        paths[name].write_bytes(b"\n".join(records) + b"\n")
    return paths


def _dns(moment: float, client: str, query: str) -> bytes:
    return orjson.dumps({"_path": "dns", "ts": moment, "id.orig_h": client, "id.resp_h": "10.0.0.53", "query": query})


_BREWERY_QUERIES: Final = (
    "mail.kujira-beer.example",
    "shipping.kujira-beer.example",
    "api." + COMMAND_SERVER,
    "time.kujira-beer.example",
)
_WEB_QUERIES: Final = ("www.kujira-beer.example", "cdn." + WRONG_SERVER)
_POWER_QUERIES: Final = ("scada-gw.power.example", "mail.power.example", "update.vendor.example")
