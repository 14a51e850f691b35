# SPDX-License-Identifier: MIT
"""Moves against the exchange by files."""

from __future__ import annotations

import io
import tarfile
import threading
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Final

from tasuki.base.canonical import canonical
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.release import TOKYO, bring, marked
from tasuki.sim.moves.stage import Stage
from tasuki.sim.partner.bundle import Courier, Part, part_of
from tasuki.sim.partner.driven import Driven, Said
from tasuki.sim.partner.payloads import MESSAGES

OK: Final = 200
_REFUSED: Final = (400, 422, 502)
_CHANGED: Final = (
    "bundle.form", "bundle.spelling", "bundle.signature", "bundle.part", "envelope.not-json", "envelope.bad-field",
    "suites.truncated", "suites.too-large",
)  # fmt: skip


def carry(stage: Stage, raw: bytes) -> Said:
    """Carry a file to the node and have it taken in."""
    return stage.node.ask("POST", "/v1/bundle/import", raw=raw)


def _out(stage: Stage) -> Courier:
    return stage.jpn.courier


def _pass(stage: Stage, raw: bytes) -> Said:
    """Carry a bundle that keeps every rule; the next one follows it."""
    said = carry(stage, raw)
    if said.status == OK:
        _out(stage).taken(raw)
    return said


@move(
    "AIR01",
    Shows(("what came too early is held", "the missing number is named", "everything is taken once, in order")),
    over=tuple(each for each in MESSAGES if "exercise" in each),
)
def _disordered(stage: Stage, over: str) -> Saw:
    """Carry bundles out of order, one of them late and one twice."""
    jpn, courier = stage.jpn, _out(stage)
    letter = jpn.draft(over).seal()
    first = courier.bundle([part_of(letter)])
    number = courier.number
    courier.taken(first)
    second = courier.bundle()
    courier.taken(second)
    early = carry(stage, second)
    named = stage.ok("GET", "/v1/bundle")
    late, twice = carry(stage, first), carry(stage, first)
    jpn.advance(letter)
    rows = stage.node.rows("SELECT count(*) FROM envelopes_in WHERE env_id = ?", (letter.header["env_id"],))
    after = next(each for each in stage.ok("GET", "/v1/bundle") if each["partner"] == "JPN")
    return {
        "what came too early is held": early.status == OK and "held" in str(early.json),
        "the missing number is named": any(number in each["missing"] for each in named),
        "everything is taken once, in order": late.status == OK
        and twice.status == OK
        and rows[0][0] == 1
        and after["taken"] == number + 1,
    }


@move(
    "AIR02",
    Refused(("bundle.epoch", "bundle.form", "envelope.bad-field"), status=_REFUSED),
    over=("epoch 2", "epoch 0"),
)
def _other_epoch(stage: Stage, over: str) -> Saw:
    """Carry a bundle of another epoch."""
    return carry(stage, _out(stage).bundle(epoch=int(over[-1])))


@move(
    "AIR02",
    Refused(("bundle.wrong-recipient", "bundle.stranger", "bundle.signature"), status=_REFUSED),
    over=("to a third", "of a third", "of nobody known", "of the node itself"),
)
def _other_channel(stage: Stage, over: str) -> Saw:
    """Carry a bundle that belongs to another channel."""
    courier = _out(stage)
    changes: dict[str, Any] = {
        "to a third": {"to": str(stage.fra.me.name)},
        "of a third": {"from": str(stage.fra.me.name)},
        "of nobody known": {"from": "USA/usa-1"},
        "of the node itself": {"from": str(stage.anchor.name), "to": str(stage.jpn.me.name)},
    }[over]
    return carry(stage, courier.bundle(**changes))


@move(
    "AIR02",
    Refused(("bundle.signature",), status=_REFUSED),
    over=("signed by a third", "an envelope's signature", "zeros"),
)
def _other_hand(stage: Stage, over: str) -> Saw:
    """Carry a bundle that somebody else signed, or that was signed as something else."""
    courier = _out(stage)
    statement = canonical(courier.says())
    block = {
        "signed by a third": stage.fra.me.sign("bundle", statement).as_bytes(),
        "an envelope's signature": stage.jpn.me.sign("objects", statement).as_bytes(),
        "zeros": bytes(3373),
    }[over]
    return carry(stage, courier.framed(statement, block, ()))


LISTS: Final = (
    "fewer",
    "more",
    "another length",
    "another hash",
    "another order",
    "another kind",
    "one twice",
    "an unknown kind",
    "of somebody else",
)


@move("AIR03", Refused(_CHANGED, status=_REFUSED), over=LISTS)
def _other_list(stage: Stage, over: str) -> Saw:
    """List other parts in the manifest than are carried."""
    courier, jpn = _out(stage), stage.jpn
    parts = [part_of(jpn.draft("attestation on exercise").seal()), part_of(jpn.draft("recall on exercise").seal())]
    said = courier.says(parts)
    listed: list[dict[str, Any]] = said["parts"]
    if over == "fewer":
        listed.pop()
    elif over == "more":
        listed.append(dict(listed[0]))
    elif over == "another order":
        listed.reverse()
    elif over == "one twice":
        listed[1] = dict(listed[0])
    else:
        changes: dict[str, dict[str, Any]] = {
            "another length": {"len": len(parts[0].raw) - 1},
            "another hash": {"sha256": "0" * 64},
            "another kind": {"kind": "receipt"},
            "an unknown kind": {"kind": "program"},
            "of somebody else": {"of": "019ca945-0a00-7610-98e6-f49f98cee84f"},
        }
        listed[0] |= changes[over]
    return carry(stage, courier.sealed(said, parts))


CUTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "cut in the magic": lambda raw: raw[:5],
    "cut in the manifest": lambda raw: raw[:200],
    "cut in the signatures": lambda raw: raw[: len(raw) // 3],
    "cut by a byte": lambda raw: raw[:-1],
    "a byte behind": lambda raw: raw + b"\0",
    "a hole of zeros": lambda raw: raw + bytes(1 << 20),
    "a byte changed in the manifest": lambda raw: raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
    "a byte changed in the signatures": lambda raw: _flip(raw, 1500),
    "a byte changed in a part": lambda raw: raw[:-10] + bytes([raw[-10] ^ 1]) + raw[-9:],
    "another magic": lambda raw: b"TASUKIE\x01" + raw[8:],
    "a later version": lambda raw: b"TASUKIB\x02" + raw[8:],
    "a length beyond all": lambda raw: raw[:8] + b"\xff\xff\xff\xff" + raw[12:],
    "nothing": lambda _raw: b"",
}


def _flip(raw: bytes, after: int) -> bytes:
    size = int.from_bytes(raw[8:12], "big")
    place = 12 + size + after
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


@move("AIR04", Refused(_CHANGED, status=_REFUSED), over=tuple(CUTS))
def _damaged(stage: Stage, over: str) -> Saw:
    """Carry a bundle cut short, with bytes behind, with a hole, or with one byte changed."""
    raw = _out(stage).bundle([part_of(stage.jpn.draft("attestation on exercise").seal())])
    return carry(stage, CUTS[over](raw))


@move("AIR05", Refused(("bundle.stale",), status=_REFUSED), over=("keys 0", "keys 2"))
def _old_media(stage: Stage, over: str) -> Saw:
    """Carry, of a partner whose keys were turned, a bundle that names keys from before."""
    courier = Courier(me=stage.fra.me, to=str(stage.anchor.name))
    return carry(stage, courier.bundle(keys=max(1, int(over[-1]))))


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("../../x", "/etc/x", "x", "X"):
            archive.writestr(name, b"x")
    return made.getvalue()


def _tar(kind: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("x")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    return made.getvalue()


ARCHIVES: Final[Mapping[str, Callable[[], bytes]]] = {
    "a zip": _zip,
    "a tar with a link": lambda: _tar(tarfile.SYMTYPE),
    "a tar with a device": lambda: _tar(tarfile.BLKTYPE),
    "a gzip": lambda: b"\x1f\x8b\x08" + bytes(64),
    "an ISO": lambda: bytes(32_769) + b"CD001" + bytes(64),
    "an executable": lambda: b"\x7fELF" + bytes(64),
}


@move("AIR06", Refused(_CHANGED, status=_REFUSED), over=tuple(ARCHIVES))
def _archive(stage: Stage, over: str) -> Saw:
    """Carry an archive with links, devices and names that climb: the form knows no such thing."""
    return carry(stage, ARCHIVES[over]())


@move("AIR07", Shows(("it is shown as unconfirmed", "people are told after a while")))
def _no_answer(stage: Stage, _over: str) -> Saw:
    """Let the answer to a bundle never come back."""
    yard = stage.yard
    made = yard.node.ask("POST", "/v1/bundle/export", {"partner": "FRA"})
    shown = next(each for each in yard.ok("GET", "/v1/bundle") if each["partner"] == "FRA")
    with yard.under(str(30 * 86_400)):
        told = yard.alarms()
    return {
        "it is shown as unconfirmed": made.status == OK and bool(shown["unconfirmed"]),
        "people are told after a while": any("bundle" in each for each in told),
    }


@move(
    "AIR08",
    Shows(("nothing of it is in the file", "the sharing was refused")),
    over=("red", "unmarked", "for our eyes only"),
)
def _not_releasable(stage: Stage, over: str) -> Saw:
    """Export a bundle while something is shared that must stay."""
    made = marked() if over == "unmarked" else marked("red" if over == "red" else "green")
    bring(stage, made, **({"releasable_to": "GBR"} if over == "for our eyes only" else {}))
    shared = stage.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": TOKYO, "lane": "exercise"})
    file = stage.node.ask("POST", "/v1/bundle/export", {"partner": "JPN"})
    opened = b"".join(got.payload for got in stage.jpn.honest.got)
    return {
        "nothing of it is in the file": file.status == OK and made["x_word"].encode() not in file.body + opened,
        "the sharing was refused": shared["released"] == 0,
    }


COVERT: Final = (
    "an unknown member",
    "white space",
    "another order of members",
    "an unknown member of a part",
    "an escaped letter",
    "a number spelled otherwise",
)


@move("AIR09", Refused(_CHANGED, status=_REFUSED), over=COVERT)
def _covert(stage: Stage, over: str) -> Saw:
    """Hide bytes in a bundle: members nobody knows, white space, the order of members, a second spelling."""
    courier = _out(stage)
    parts = [part_of(stage.jpn.draft("attestation on exercise").seal())]
    said = courier.says(parts)
    if over == "an unknown member":
        return carry(stage, courier.sealed({**said, "zz": "hidden"}, parts))
    if over == "an unknown member of a part":
        said["parts"][0]["zz"] = "hidden"
        return carry(stage, courier.sealed(said, parts))
    statement = canonical(said)
    spelled = {
        "white space": statement.replace(b",", b", ", 1),
        "another order of members": b'{"v":1,' + statement[1:].replace(b',"v":1', b""),
        "a number spelled otherwise": statement.replace(b'"epoch":1', b'"epoch":1.0'),
        "an escaped letter": statement.replace(b'"from"', b'"\\u0066rom"'),
    }[over]
    return carry(stage, courier.framed(spelled, stage.jpn.me.sign("bundle", spelled).as_bytes(), parts))


@move(
    "AIR09",
    Refused(_CHANGED, status=_REFUSED),
    over=("statement", "leaves", "mirrored", "cosigned", "checkpoint", "trust", "notice", "receipt"),
)
def _covert_part(stage: Stage, over: str) -> Saw:
    """Hide bytes in a part that is spelled in a second way."""
    of = "019ca945-0a00-7610-98e6-f49f98cee84f" if over in ("notice", "receipt") else None
    return carry(stage, _out(stage).bundle([Part(kind=over, raw=b'{ "hidden" : 1 }', of=of)]))


@move("AIR10", Shows(("one takes it in", "it counts once")), over=("1", "2"))
def _at_once(stage: Stage, _over: str) -> Saw:
    """Take one bundle in at two places at once."""
    jpn, courier = stage.jpn, _out(stage)
    letter = jpn.draft("attestation on exercise").seal()
    raw = courier.bundle([part_of(letter)])
    number = courier.number
    courier.taken(raw)
    found: list[Said] = []
    gate = threading.Barrier(2)

    def work() -> None:
        own = Driven(directory=stage.node.directory)
        gate.wait()
        found.append(own.ask("POST", "/v1/bundle/import", raw=raw))
        own.hang_up()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    jpn.advance(letter)
    rows = stage.node.rows("SELECT count(*) FROM envelopes_in WHERE env_id = ?", (letter.header["env_id"],))
    view = next(each for each in stage.ok("GET", "/v1/bundle") if each["partner"] == "JPN")
    return {
        "one takes it in": any(each.status == OK for each in found) and view["taken"] == number,
        "it counts once": rows[0][0] == 1,
    }
