# SPDX-License-Identifier: MIT
"""The story of the demonstration, step by step; every step is commands a person could type."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from tasuki.app.demo import incident, lines
from tasuki.app.demo.material import Material, find
from tasuki.app.demo.stage import Actor, introduce
from tasuki.app.demo.telling import Telling
from tasuki.app.reasons import DEMO_FAILED, KEEP_EXISTS
from tasuki.base.errors import CallerError, WorldError
from tasuki.faces.cli.words import language

TOKYO: Final = "JPN/nco:csirt"
LONDON: Final = "GBR/ncsc:csirt"
SINGLES: Final = 20
"""Single objects whose way from creation to use is timed."""

_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.01


@dataclass(slots=True, kw_only=True)
class Stage:
    """What every step needs.

    Attributes:
        found: what earlier steps found out, for the report.
    """

    london: Actor
    tokyo: Actor
    folder: Path
    telling: Telling
    material: Material
    found: dict[str, Any] = field(default_factory=dict)


def run(cli: click.Command, keep: Path | None) -> None:
    """Tell the whole story; the nodes are stopped at the end, and gone unless `keep` names a new folder for them.

    Raises:
        CallerError: `keep` exists already.
        WorldError: a step did not come to what it promises.
    """
    if keep is not None and keep.exists():
        raise CallerError(KEEP_EXISTS.because(path=str(keep)))
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="tasuki-demo-")) if keep is None else keep
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stage = Stage(
        london=Actor(participant="GBR", organisation="ncsc:csirt", directory=folder / "gbr", cli=cli),
        tokyo=Actor(participant="JPN", organisation="nco:csirt", directory=folder / "jpn", cli=cli),
        folder=folder,
        telling=Telling(Console(), language()),
        material=find(None),
    )
    try:
        _play(stage)
    finally:
        for actor in (stage.london, stage.tokyo):
            actor.stop()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    if keep is not None:
        stage.telling.say(lines.KEPT, directory=str(keep))
    stage.telling.say(lines.DONE, seconds=round(time.monotonic() - began, 1))
    stage.telling.banner(lines.BANNER)


def _play(stage: Stage) -> None:
    stage.telling.banner(lines.BANNER)
    for step in (_set_up, _bring_in, _share, _hunt_real, _time_singles, _ask, _release, _answer, _recall, _report):
        step(stage)


def _set_up(stage: Stage) -> None:
    tell, began = stage.telling, time.monotonic()
    tell.heading(lines.SETTING_UP)
    for actor, name in ((stage.london, lines.LONDON), (stage.tokyo, lines.TOKYO)):
        made = actor.make()
        tell.say(
            lines.NODE_MADE,
            who=tell.word(name),
            node=made["node"],
            organisation=made["home"],
            words=made["words"],
        )
    introduce(stage.london, stage.tokyo, stage.folder)
    tell.say(lines.COMPARED)
    tell.say(lines.RUNNING, seconds=round(time.monotonic() - began, 1))


def _bring_in(stage: Stage) -> None:
    tell = stage.telling
    tell.heading(lines.IMPORTING)
    if not stage.material.is_shared:
        tell.say(lines.SMALL)
    for source in stage.material.sources:
        words: list[str | Path] = ["import", source.path, "--tlp", source.tlp]
        for audience in source.caveat:
            words += ["--releasable-to", audience]
        if source.basis is not None:
            words += ["--basis", source.basis]
        report = stage.london.run(*words, accept=(0, 1))
        tell.say(
            lines.IMPORTED,
            name=tell.word(source.name),
            accepted=report["accepted"],
            flagged=report["flagged"],
            duplicate=report["duplicate"],
            quarantined=report["quarantined"],
            marking=" ".join([f"TLP:{source.tlp.upper()}", *source.caveat]),
        )


def _share(stage: Stage) -> None:
    tell = stage.telling
    tell.heading(lines.SHARING)
    tell.typed("London", f"share --all --to {TOKYO}")
    began = time.monotonic()
    shared = stage.london.run("share", "--all", "--to", TOKYO)
    _tell_shared(stage, shared)
    _until(stage, lambda: _held(stage.tokyo, "GBR") >= shared["released"])
    held, seconds = _held(stage.tokyo, "GBR"), time.monotonic() - began
    stage.found["shared"] = shared
    tell.say(lines.ARRIVED, held=held, rate=round(held / max(seconds, 0.001)))


def _tell_shared(stage: Stage, shared: dict[str, Any]) -> None:
    tell = stage.telling
    tell.say(lines.SHARED, audience=shared["audience"], released=shared["released"], withheld=shared["withheld"])
    for each in shared["why"]:
        tell.say(lines.WITHHELD_WHY, count=each["count"], reason=tell.sentence(each))


def _hunt_real(stage: Stage) -> None:
    tell = stage.telling
    tell.heading(lines.HUNTING)
    for logs in stage.material.logs:
        report = _hunt(stage.tokyo, *logs.paths)
        tell.say(
            lines.HUNTED,
            name=tell.word(logs.name),
            records=report["records"],
            hits=report["hits"],
            values=len(report["values"]),
        )
        shown = ", ".join(report["values"][:5])
        tell.say(lines.HIT_VALUES if shown else lines.NOTHING, values=shown)


def _time_singles(stage: Stage) -> None:
    spent: list[float] = []
    for number in range(SINGLES):
        path = stage.folder / "single.csv"
        path.write_text(f"single-{number}.create-to-usable.example\n")
        created = time.time()
        stix_id = _import_list(stage, path, "green")[-1]
        stage.london.run("share", stix_id, "--to", TOKYO)
        spent.append(_usable_at(stage, stix_id) - created)
    stage.found["latency"] = sorted(spent)


def _ask(stage: Stage) -> None:
    tell = stage.telling
    tell.heading(lines.ASKING)
    tell.say(lines.FICTION)
    tell.say(lines.STORY, victim=tell.word(incident.VICTIM), malware=incident.MALWARE, actor=incident.ACTOR)
    began = time.monotonic()
    summary = f"DEMONSTRATION / 実演: {incident.MALWARE} stopped the shipments of a brewer."
    words = ("--trigger", "ransomware", "--severity", "3", "--want", "indicators", "--want", "analysis")
    asked = stage.tokyo.run(
        "assist", "ask", "--to", LONDON, *words, "--consent", "given", "--summary", summary, "--tlp", "amber"
    )
    request = str(asked["id"])
    _until(stage, lambda: any(each["id"] == request for each in stage.london.run("assist", "list")))
    tell.say(lines.REQUESTED, ms=round((time.monotonic() - began) * 1000))
    stage.london.run("assist", "acknowledge", request, "--office", LONDON)
    stage.london.run(
        "assist", "answer", request, "--office", LONDON, "--accept", "indicators", "--decline", "analysis",
        "--reason-code", "capacity",
    )  # fmt: skip
    _until(stage, lambda: _state(stage, request) in ("accepted-in-part", "accepted in part"))
    tell.say(lines.ACKNOWLEDGED, accepted="indicators", declined="analysis")
    stage.found["request"] = request


def _state(stage: Stage, request: str) -> str:
    return str(stage.tokyo.run("assist", "show", request)["state"])


def _release(stage: Stage) -> None:
    tell = stage.telling
    tell.heading(lines.TEARING)
    paths = incident.write_lists(stage.folder)
    shared_ids = _import_list(stage, paths["shared"], "amber")
    fuller = _import_list(stage, paths["fuller"], "amber+strict", LONDON)
    stage.found["wrong"] = _import_list(stage, paths["wrong"], "amber")[-1]
    shared = stage.london.run("share", *shared_ids, stage.found["wrong"], "--to", TOKYO, "--lane", "urgent")
    tell.say(lines.RELEASED_LIST, released=shared["released"], actor=incident.ACTOR, audience=TOKYO)
    tell.typed("London", f"release explain {fuller[-1]} --to {TOKYO}")
    explained = stage.london.run("release", "explain", fuller[-1], "--to", TOKYO, accept=(0, 1))
    tell.say(lines.STAYS, reason=tell.sentence(explained))
    _require(not explained["allowed"], "release explain")
    for stix_id in (*shared_ids, stage.found["wrong"]):
        if stix_id.startswith("indicator--"):
            _usable_at(stage, stix_id)


def _answer(stage: Stage) -> None:
    tell = stage.telling
    tell.heading(lines.ANSWERING)
    logs = incident.write_logs(stage.folder, datetime.now(UTC))
    before = _answers(stage)
    hits = stage.folder / "hits.jsonl"
    food = _hunt(stage.tokyo, logs["food"], answer="food-and-agriculture", out=hits)
    for value in food["values"]:
        tell.say(lines.FOOD_HIT, value=value)
    power = _hunt(stage.tokyo, logs["power"], answer="energy")
    tell.say(lines.POWER_NULL, records=power["records"])
    _require(food["hits"] > 0 and power["hits"] == 0, "hunt")
    _until(stage, lambda: all(now > then for now, then in zip(_answers(stage), before, strict=True)))
    sightings, nulls = (now - then for now, then in zip(_answers(stage), before, strict=True))
    tell.say(lines.ANSWERS_HELD, sightings=sightings, nulls=nulls)
    stage.found["logs"] = logs


def _answers(stage: Stage) -> tuple[int, int]:
    held = stage.london.run("holdings", "list", "--source", "JPN", "--limit", "500")
    types = [each["type"] for each in held]
    return types.count("sighting"), types.count("null-result")


def _recall(stage: Stage) -> None:
    tell, wrong = stage.telling, str(stage.found["wrong"])
    tell.heading(lines.RECALLING)
    before = _hunt(stage.tokyo, stage.found["logs"]["web"])["hits"]
    tell.say(lines.BEFORE_RECALL, value=incident.WRONG_SERVER, hits=before)
    began = time.monotonic()
    tell.typed("London", f"recall {wrong} --why ...")
    stage.london.run("recall", wrong, "--why", "DEMONSTRATION: shared hosting, taken for the actor's by mistake")
    _until(stage, lambda: not _usable(stage, wrong)["usable"])
    spent = time.monotonic() - began
    after = _hunt(stage.tokyo, stage.found["logs"]["web"])["hits"]
    tell.say(lines.AFTER_RECALL, hits=after, ms=round(spent * 1000))
    _require(before > 0 and after == 0, "recall")


def _report(stage: Stage) -> None:
    tell = stage.telling
    tell.heading(lines.REPORTING)
    rows = [
        (actor.participant, each["source"], each["state"], f"{each['count']:,}")
        for actor in (stage.london, stage.tokyo)
        for each in actor.run("status")["holdings"]
    ]
    tell.table(lines.HELD_TITLE, (lines.NODE, lines.SOURCE, lines.STATE, lines.COUNT), rows)
    _tell_shared(stage, stage.found["shared"])
    spent = stage.found["latency"]
    p99 = spent[min(len(spent) - 1, int(len(spent) * 0.99))]
    tell.say(lines.LATENCY, p50=round(statistics.median(spent) * 1000), p99=round(p99 * 1000), count=len(spent))
    _tell_receipts(stage)
    _tell_logs(stage)
    _prove(stage)


def _tell_receipts(stage: Stage) -> None:
    _until(
        stage, lambda: not any(each["unanswered"] or each["waiting"] for each in stage.london.run("status")["lanes"])
    )
    lanes = _lanes(stage)
    answered = [count for each in lanes for count in each["answered"].items()]
    stage.telling.say(
        lines.RECEIPTS,
        sent=sum(each["sent"] for each in lanes),
        receipted=sum(count for _, count in answered),
        refused=sum(count for status, count in answered if status != "stored"),
    )


def _lanes(stage: Stage) -> list[dict[str, Any]]:
    lanes: list[dict[str, Any]] = stage.london.run("status")["lanes"]
    return lanes


def _tell_logs(stage: Stage) -> None:
    for actor, other in ((stage.london, "JPN"), (stage.tokyo, "GBR")):
        _until(stage, lambda actor=actor, other=other: _is_cosigned(actor, other))  # type: ignore[misc]
        audit = actor.run("ledger", "audit", "--with", other, accept=(0, 1))
        differences = [text for each in _audited(audit) for text in each["differences"]]
        if differences:
            stage.telling.say(lines.LOGS_DIFFER, detail=str(differences[0]))
        _require(not differences, "ledger audit")
        first = _audited(audit)[0]
        stage.telling.say(lines.LOGS_AGREE, node=actor.participant, leaves=first["leaves"], cosigned=first["cosigned"])


def _audited(audit: Any) -> list[dict[str, Any]]:
    listed = audit if isinstance(audit, list) else audit.get("logs", [audit])
    return [each for each in listed if "cosigned" in each]


def _is_cosigned(actor: Actor, other: str) -> bool:
    first = _audited(actor.run("ledger", "audit", "--with", other, accept=(0, 1)))[0]
    return bool(first["cosigned"] == first["leaves"])


def _prove(stage: Stage) -> None:
    newest = stage.london.run("channel", "show", "--with", "JPN", "--limit", "50")["envelopes"]
    env_id = next(each["env_id"] for each in newest if each["direction"] == "out" and each["receipt"])
    evidence = stage.folder / "evidence.json"
    stage.london.run("ledger", "prove", env_id, "--with", "JPN", "--out", evidence)
    anchors = [word for code in ("gbr", "jpn") for word in ("--anchor", str(stage.folder / f"{code}.anchor"))]
    command = [sys.executable, "-m", "tasuki", "verify", str(evidence), *anchors]
    # Another process, without a node: nothing but the file and public keys.
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own program
    _require(done.returncode == 0, f"verify: {done.stdout}{done.stderr}")
    stage.telling.say(lines.VERIFIED)


def _hunt(actor: Actor, *paths: Path, answer: str = "", out: Path | None = None) -> dict[str, Any]:
    target = out or actor.directory.with_name(f"{actor.participant.lower()}-hits.jsonl")
    words: list[str | Path] = ["hunt", "--indicators", "node", "--out", target]
    for path in paths:
        words += ["--logs", path]
    if answer:
        words += ["--answer-to", LONDON, "--sector", answer, "--question", "DEMONSTRATION: seen in this sector?"]
    report: dict[str, Any] = actor.run(*words)
    return report


def _import_list(stage: Stage, path: Path, tlp: str, *caveat: str) -> list[str]:
    words: list[str | Path] = ["import", path, "--tlp", tlp, "--basis", "own-analysis", "--ids"]
    for audience in caveat:
        words += ["--releasable-to", audience]
    report = stage.london.run(*words)
    return [str(each) for each in report["ids"]]


def _held(actor: Actor, source: str) -> int:
    held = actor.run("status")["holdings"]
    return sum(int(each["count"]) for each in held if each["source"] == source and each["state"] == "held")


def _usable(stage: Stage, stix_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = stage.tokyo.run("detection", "usable", stix_id)
    return answer


def _usable_at(stage: Stage, stix_id: str) -> float:
    _until(stage, lambda: _usable(stage, stix_id)["usable"])
    return int(_usable(stage, stix_id)["since"]) / 1e6


def _until(stage: Stage, come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not come():
        if time.monotonic() > deadline:
            raise WorldError(DEMO_FAILED.because(step=stage.telling.step, what="the wait was in vain"), retry=False)
        time.sleep(_LOOK_S)


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 the one thing it is about
    if not holds:
        raise WorldError(DEMO_FAILED.because(step=0, what=what[:300]), retry=False)
