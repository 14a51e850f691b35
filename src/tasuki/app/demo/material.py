# SPDX-License-Identifier: MIT
"""Where the demonstration finds its material: the shared collection where it is present, else the sample that ships."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasuki.base.reasons import Text

SAMPLES: Final = Path(__file__).parents[1] / "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One collection of real intelligence and how it is marked.

    Attributes:
        tlp: the marking the importing side sets, such as `clear`.
        caveat: audiences it is limited to, or none.
        basis: how it was obtained; None leaves the handling basis unknown, which keeps it at home.
    """

    name: Text
    path: Path
    tlp: str
    caveat: tuple[str, ...] = ()
    basis: str | None = "open-source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """Real logs to hunt in, and what they are."""

    name: Text
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything real that the demonstration uses."""

    is_shared: bool
    sources: tuple[Source, ...]
    logs: tuple[Logs, ...]


def find(explicit: Path | None) -> Material:
    """Return the shared material under `explicit`, `$TASUKI_DATA` or `../shared/data`, else the shipped sample."""
    candidates = [explicit, _from_environment(), Path.cwd().parent / "shared" / "data"]
    for folder in candidates:
        if folder is not None and (folder / "indicators-ipsum").is_dir():
            return _shared(folder)
    return _shipped()


def _from_environment() -> Path | None:
    value = os.environ.get("TASUKI_DATA")
    return Path(value) if value else None


def _shared(folder: Path) -> Material:
    spyware = sorted((folder / "stix-indicators-real").glob("*.stix2.json"))
    sources = [
        Source(name=_IPSUM, path=folder / "indicators-ipsum" / "4.txt.gz", tlp="clear"),
        Source(name=_MALTRAIL, path=folder / "indicators-maltrail" / "trails.csv.gz", tlp="green"),
        *(Source(name=_SPYWARE, path=path, tlp="green") for path in spyware),
        Source(name=_ATTACK, path=folder / "attack-stix21" / "ics-attack-18.1.json", tlp="clear"),
        Source(
            name=_HASHES,
            path=folder / "indicators-hashes" / "signature-base.csv",
            tlp="amber+strict",
            caveat=("GBR/ncsc:csirt",),
        ),
        Source(name=_EXERCISE, path=SAMPLES / "apt29-exercise.csv", tlp="amber"),
    ]
    logs = (
        Logs(name=_HONEYPOT, paths=(folder / "telemetry-suricata-eve",)),
        Logs(name=_COMPETITION, paths=(folder / "telemetry-zeek-wrccdc",)),
        Logs(name=_APT29, paths=(folder / "telemetry-zeek-apt29",)),
    )
    return Material(is_shared=True, sources=tuple(sources), logs=logs)


def _shipped() -> Material:
    sources = (
        Source(name=_IPSUM, path=SAMPLES / "ipsum.txt", tlp="clear"),
        Source(name=_MALTRAIL, path=SAMPLES / "maltrail.csv", tlp="green"),
        Source(name=_SPYWARE, path=SAMPLES / "spyware.csv", tlp="amber+strict", caveat=("GBR/ncsc:csirt",)),
        Source(name=_EXERCISE, path=SAMPLES / "apt29-exercise.csv", tlp="amber"),
    )
    logs = (
        Logs(name=_HONEYPOT, paths=(SAMPLES / "honeypot-eve.json",)),
        Logs(name=_APT29, paths=(SAMPLES / "zeek",)),
    )
    return Material(is_shared=False, sources=sources, logs=logs)


_IPSUM = Text(
    en="IPsum: addresses on four or more public block lists", ja="IPsum: 4つ以上の公開ブロックリストに載るアドレス"
)
_MALTRAIL = Text(
    en="Maltrail: domains, URLs and addresses of malware", ja="Maltrail: マルウェアのドメイン・URL・アドレス"
)
_SPYWARE = Text(en="Published indicators of mobile spyware", ja="公開済みのモバイル向けスパイウェアのインディケーター")
_ATTACK = Text(en="MITRE ATT&CK for ICS 18.1", ja="MITRE ATT&CK for ICS 18.1")
_HASHES = Text(en="File hashes of known campaigns, kept for NCSC only", ja="既知の攻撃活動のファイルハッシュ(NCSC限定)")
_EXERCISE = Text(
    en="Hashes and URLs taken from the APT29 exercise below",
    ja="下記APT29演習から取り出したハッシュとURL",
)
_HONEYPOT = Text(en="Suricata alerts of a honeypot and a conference", ja="ハニーポットと会議網のSuricataアラート")
_COMPETITION = Text(en="Zeek logs of the WRCCDC 2018 competition", ja="WRCCDC 2018競技会のZeekログ")
_APT29 = Text(en="Zeek logs of the APT29 emulation exercise", ja="APT29模擬演習のZeekログ")
