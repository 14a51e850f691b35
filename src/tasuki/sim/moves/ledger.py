# SPDX-License-Identifier: MIT
"""Moves against the logs, the mirror and the witness."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tasuki.base.canonical import canonical
from tasuki.base.ids import uuid7
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.note import Note, SignatureLine, cosigned_at, parse_note
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.stage import Stage, now
from tasuki.sim.partner.honest import ADD_CHECKPOINT, HEALTH, MIRROR
from tasuki.sim.partner.letters import Letter
from tasuki.sim.partner.liar import Liar
from tasuki.sim.partner.log import Leaf, PairLog, request, signed_note
from tasuki.sim.partner.wire import Reply, Wire

OK: Final = 200
EVIDENCE: Final = frozenset({"log_forks"})
_PAIR: Final = "pair:JPN"


def _state(liar: Liar) -> dict[str, Any]:
    """Return how far the node mirrors and witnesses the partner's log."""
    answer: dict[str, Any] = liar.mirror(0, 0)
    return answer


def _base(stage: Stage, grown: int = 0) -> tuple[int, int]:
    """Have the whole log cosigned, then let it grow and be mirrored; return the size cosigned and the new one."""
    liar = stage.jpn
    if not liar.log.leaves:
        liar.send("attestation on urgent")
    liar.mirror()
    old = int(_state(liar)["witnessed"])
    _cosign(liar, old)
    size = len(liar.log.leaves)
    for _ in range(grown):
        liar.send("attestation on urgent")
    liar.mirror()
    stage.settle()
    return size, len(liar.log.leaves)


def _cosign(liar: Liar, old: int, size: int | None = None, wire: Wire | None = None) -> Reply:
    new = len(liar.log.leaves) if size is None else size
    proof = liar.log.proof(old, new) if old else ()
    return (wire or liar.wire).post(ADD_CHECKPOINT, request(old, proof, liar.log.note(new).raw))


def _ask(stage: Stage, old: int | str, proof: Sequence[bytes], note: bytes) -> Reply:
    return stage.jpn.wire.post(ADD_CHECKPOINT, request(old, proof, note))


def _change(stage: Stage, log: str, at: int, column: str, value: bytes | str) -> None:
    query = f"UPDATE log_leaves SET {column} = ? WHERE log = ? AND leaf_index = ?"  # noqa: S608 columns named above
    stage.node.scribble(query, (value, log, at))


def _drop(stage: Stage, log: str, at: int) -> None:
    stage.node.scribble("DELETE FROM log_leaves WHERE log = ? AND leaf_index = ?", (log, at))


def _insert(stage: Stage, log: str, at: int) -> None:
    stage.node.scribble(
        "UPDATE log_leaves SET leaf_index = -leaf_index - 1000 WHERE log = ? AND leaf_index >= ?", (log, at)
    )
    stage.node.scribble("UPDATE log_leaves SET leaf_index = -leaf_index - 999 WHERE log = ? AND leaf_index < 0", (log,))
    stage.node.scribble(
        "INSERT INTO log_leaves SELECT log, ?, kind, env_id, salt, body, hash, at FROM log_leaves"
        " WHERE log = ? AND leaf_index = ?",
        (at, log, at + 1),
    )


def _swap(stage: Stage, log: str, at: int) -> None:
    for before, after in ((at, -1), (at - 1, at), (-1, at - 1)):
        stage.node.scribble(
            "UPDATE log_leaves SET leaf_index = ? WHERE log = ? AND leaf_index = ?", (after, log, before)
        )


SCRIBBLES: Final[Mapping[str, Callable[[Stage, str, int], None]]] = {
    "body rewritten": lambda stage, log, at: _change(stage, log, at, "body", b'{"forged":1}'),
    "salt rewritten": lambda stage, log, at: _change(stage, log, at, "salt", bytes(32)),
    "hash rewritten": lambda stage, log, at: _change(stage, log, at, "hash", bytes(32)),
    "kind rewritten": lambda stage, log, at: _change(stage, log, at, "kind", "envelope-sent-not"),
    "deleted": _drop,
    "inserted": _insert,
    "swapped": _swap,
}


@contextlib.contextmanager
def _as_it_was(stage: Stage, log: str) -> Iterator[None]:
    """Undo afterwards whatever was done to the leaves a log had."""
    rows = stage.node.rows("SELECT * FROM log_leaves WHERE log = ?", (log,))
    try:
        yield
    finally:
        size = len(rows)
        stage.node.scribble(
            "DELETE FROM log_leaves WHERE log = ?"
            " AND (leaf_index < ? OR leaf_index >= (SELECT size FROM logs WHERE log = ?))",
            (log, size, log),
        )
        marks = ", ".join("?" * len(rows[0]))
        for row in rows:
            stage.node.scribble(f"INSERT OR REPLACE INTO log_leaves VALUES ({marks})", row)  # noqa: S608 marks alone


_MOVED: Final = ("inserted", "swapped")
_UNNAMED: Final = frozenset(("audit", each) for each in _MOVED)


@move(
    "LOG01",
    Shows(("the audit names what was altered", "and the leaf")),
    over=tuple(f"{each} in {log}" for log in (_PAIR, "audit") for each in SCRIBBLES if (log, each) not in _UNNAMED),
)
def _scribbled(stage: Stage, over: str) -> Saw:
    """Rewrite, delete, insert or reorder one leaf in the database, behind the node's back."""
    found = _examined(stage.yard, *over.split(" in "))
    named = {each["params"].get("index") for each in found}
    return {"the audit names what was altered": bool(found), "and the leaf": bool(named & {1, 2, 3})}


@move("LOG01", Shows(("the audit names the log and the size it no longer fits",)), over=_MOVED)
def _shuffled(stage: Stage, over: str) -> Saw:
    """Insert or reorder leaves of the private log, which names no places: its root alone tells."""
    found = _examined(stage.yard, over, "audit")
    sizes = [each["params"].get("size") for each in found if each["params"].get("log") == "audit"]
    return {"the audit names the log and the size it no longer fits": any(sizes)}


def _examined(yard: Stage, scribble: str, log: str) -> list[dict[str, Any]]:
    """Change the third leaf of a log, and return what an audit finds."""
    yard.jpn.send("attestation on urgent")
    while len(yard.node.rows("SELECT 1 FROM log_leaves WHERE log = ?", (log,))) < 4:  # noqa: PLR2004 one beyond
        yard.jpn.send("attestation on urgent")
    with _as_it_was(yard, log):
        SCRIBBLES[scribble](yard, log, 2)
        examined = yard.ok("POST", "/v1/ledger/audit", {})
    return next(each["differences"] for each in examined if each["log"] == log)


@move("LOG02", Shows(("it signs nothing over it", "people are told")))
def _cut_short(stage: Stage, _over: str) -> Saw:
    """Put an older copy of the database in place after the partner cosigned more."""
    with stage.apart("log02") as other:
        jpn = other.jpn
        with jpn.witnessing():
            other.ship()
            other.until(lambda: jpn.honest.witnessed > 0)
            with other.rolled_back():
                other.ship()
                size = len(jpn.honest.mirrored)
                other.until(lambda: len(jpn.honest.mirrored) > size and jpn.honest.witnessed > size)
            witnessed = jpn.honest.witnessed
            start = len(jpn.server.heard)
            jpn.send("attestation on urgent")
            jpn.server.wait(lambda heard: heard.path == MIRROR, after=start)
            time.sleep(1.5)
            asked = [each for each in jpn.server.heard[start:] if each.path == ADD_CHECKPOINT]
            told = other.until(lambda: bool({"health.loop-fails", "health.restored"} & other.alarms()))
        return {
            "it signs nothing over it": not asked and jpn.honest.witnessed == witnessed,
            "people are told": told,
        }


@move("LOG03", Refused((), status=(409, 422), keeps=EVIDENCE, leaf="log-fork"), over=("1", "2", "3"))
def _other_root(stage: Stage, _over: str) -> Saw:
    """Have a checkpoint cosigned of a size that was cosigned already, over another root."""
    size, _ = _base(stage)
    return _ask(stage, size, (), stage.jpn.log.note(size, root=secrets.token_bytes(32)).raw)


@move("LOG03", Shows(("both checkpoints are kept", "people are told")))
def _fork_kept(stage: Stage, _over: str) -> Saw:
    """The same, and see what is kept and who is told."""
    size, _ = _base(stage)
    note = stage.jpn.log.note(size, root=secrets.token_bytes(32))
    _ask(stage, size, (), note.raw)
    kept = stage.node.rows("SELECT note, cosigned FROM log_forks")
    return {
        "both checkpoints are kept": any(bytes(row[0]) == note.raw and bytes(row[1]) for row in kept),
        "people are told": "health.fork" in stage.alarms(),
    }


@move("LOG04", Refused(("ledger.witness-proof",), status=(422,), leaf=False), over=tuple(str(n) for n in range(8)))
def _other_history(stage: Stage, over: str) -> Saw:
    """Grow the log from another history than the one that was cosigned."""
    size, new = _base(stage, grown=3)
    leaves = list(stage.jpn.log.leaves)
    leaves[int(over) % size] = Leaf(kind="envelope-sent", body={})
    forged = PairLog(owner=stage.jpn.me, witness=stage.jpn.log.witness, leaves=leaves)
    return _ask(stage, size, forged.proof(size, new), forged.note(new).raw)


BENT: Final[Mapping[str, Callable[[tuple[bytes, ...], random.Random], Sequence[bytes]]]] = {
    "empty": lambda _proof, _chance: (),
    "first left out": lambda proof, _chance: proof[1:],
    "last left out": lambda proof, _chance: proof[:-1],
    "one too many": lambda proof, chance: (*proof, chance.randbytes(32)),
    "one before": lambda proof, chance: (chance.randbytes(32), *proof),
    "last twice": lambda proof, _chance: (*proof, proof[-1]),
    "reversed": lambda proof, _chance: (*proof[::-1], b"\0" * 32) if proof == proof[::-1] else proof[::-1],
    "a bit flipped in the first": lambda proof, _chance: (bytes([proof[0][0] ^ 1, *proof[0][1:]]), *proof[1:]),
    "a bit flipped in the last": lambda proof, _chance: (*proof[:-1], bytes([*proof[-1][:-1], proof[-1][-1] ^ 128])),
    "all zeros": lambda proof, _chance: tuple(bytes(32) for _ in proof),
    "a hash too short": lambda proof, _chance: (proof[0][:31], *proof[1:]),
    "a hash too long": lambda proof, _chance: (proof[0] + b"\0", *proof[1:]),
}


@move(
    "LOG05",
    Refused(("ledger.witness-proof", "ledger.witness-body"), status=(400, 422), leaf=False),
    over=tuple(f"{bent}, {grown} more" for grown in (1, 2, 3, 5) for bent in BENT),
)
def _bent_proof(stage: Stage, over: str) -> Saw:
    """Prove the growth of the log by a consistency proof that is bent in one place."""
    bent, _, grown = over.partition(", ")
    size, new = _base(stage, grown=int(grown.split(" ")[0]))
    proof = stage.jpn.log.proof(size, new)
    if not proof:
        proof = (bytes(32),)
    return _ask(stage, size, BENT[bent](proof, random.Random(over)), stage.jpn.log.note(new).raw)  # noqa: S311


@move("LOG06", Refused(("ledger.witness-size",), status=(400,), leaf=False))
def _old_above_new(stage: Stage, _over: str) -> Saw:
    """Name an old size above the new one."""
    size, _ = _base(stage)
    return _ask(stage, size + 1, (), stage.jpn.log.note(size).raw)


@move("LOG06", Refused((), status=(409,), leaf=False), over=("too small", "zero"))
def _wrong_old(stage: Stage, over: str) -> Saw:
    """Name an old size that is not the one cosigned last."""
    size, new = _base(stage, grown=1)
    old = 0 if over == "zero" else size - 1
    return _ask(stage, old, stage.jpn.log.proof(old, new) if old else (), stage.jpn.log.note(new).raw)


@move("LOG06", Refused(("ledger.witness-body",), status=(400,), leaf=False), over=("64", "100", "1000"))
def _long_proof(stage: Stage, over: str) -> Saw:
    """Send more proof lines than a proof can have."""
    size, new = _base(stage, grown=1)
    return _ask(stage, size, [bytes(32)] * int(over), stage.jpn.log.note(new).raw)


@move("LOG07", Refused((), status=(409, 422), leaf=False))
def _empty_with_root(stage: Stage, _over: str) -> Saw:
    """Have an empty log cosigned whose root is not that of one."""
    note = stage.fra.log.note(0, root=secrets.token_bytes(32))
    return stage.fra.wire.post(ADD_CHECKPOINT, request(0, (), note.raw))


@move("LOG07", Refused(("ledger.witness-proof",), status=(422,), leaf=False))
def _empty_with_proof(stage: Stage, _over: str) -> Saw:
    """Prove from an empty log, where there is nothing to prove."""
    return stage.fra.wire.post(ADD_CHECKPOINT, request(0, [bytes(32)], stage.fra.log.note(0).raw))


@move("LOG08", Refused(("ledger.witness-body",), status=(400,), leaf=False), over=("one line", "two lines", "a link"))
def _extended(stage: Stage, over: str) -> Saw:
    """Add extension lines to a checkpoint."""
    lines = {"one line": ["more"], "two lines": ["more", "and more"], "a link": ["https://log.example/"]}[over]
    size, new = _base(stage, grown=1)
    return _ask(stage, size, stage.jpn.log.proof(size, new), stage.jpn.log.note(new, extensions=lines).raw)


@move("LOG09", Shows(("it is cosigned all the same", "the forged line is not kept", "later requests still work")))
def _forged_line(stage: Stage, _over: str) -> Saw:
    """Append a forged signature line under the witness's own name."""
    size, new = _base(stage, grown=1)
    note = stage.jpn.log.note(new)
    name = f"tasuki/{stage.anchor.name}/witness"
    forged = SignatureLine(name=name, key_id=b"\1\2\3\4", signature=secrets.token_bytes(72))
    both = Note(text=note.text, lines=(*note.lines, forged))
    first = _ask(stage, size, stage.jpn.log.proof(size, new), both.raw)
    kept = stage.node.rows("SELECT note FROM witnessed WHERE origin = ?", (stage.jpn.log.origin,))
    return {
        "it is cosigned all the same": first.status == OK,
        "the forged line is not kept": name.encode() not in bytes(kept[0][0]),
        "later requests still work": _cosign(stage.jpn, new).status == OK,
    }


SIZES: Final = ("01", "+1", "0x1", " 1", "1 ", "1.0", "-1", "\uff11", "1e0", "", "9" * 30, "1\r")


@move(
    "LOG10", Refused(("ledger.witness-body",), status=(400,), leaf=False), over=tuple(f"old {each!r}" for each in SIZES)
)
def _odd_old(stage: Stage, over: str) -> Saw:
    """Write the old size in a way that is no plain decimal."""
    size, _ = _base(stage)
    return _ask(stage, _named(over), (), stage.jpn.log.note(size).raw)


def _named(over: str) -> str:
    return next(each for each in SIZES if over.endswith(repr(each)))


@move(
    "LOG10",
    Refused(("ledger.witness-body", "tlog.checkpoint", "tlog.note"), status=(400,), leaf=False),
    over=tuple(f"size {each!r}" for each in SIZES),
)
def _odd_size(stage: Stage, over: str) -> Saw:
    """Write the size of the checkpoint in a way that is no plain decimal, and sign that."""
    size, _ = _base(stage)
    root = base64.b64encode(stage.jpn.log.root()).decode()
    text = f"{stage.jpn.log.origin}\n{_named(over)}\n{root}\n"
    return _ask(stage, size, (), signed_note(stage.jpn.me.key(Purpose.LOG), stage.jpn.log.origin, text).raw)


@move(
    "LOG11", Refused(("ledger.witness-signature",), status=(403,), leaf=False), over=("zeros", "a bit", "another key")
)
def _bad_signature(stage: Stage, over: str) -> Saw:
    """Name the log's key and id under a signature that is not its own."""
    size, new = _base(stage, grown=1)
    note = stage.jpn.log.note(new)
    line = note.lines[0]
    bad = {
        "zeros": bytes(64),
        "a bit": bytes([line.signature[0] ^ 1, *line.signature[1:]]),
        "another key": stage.jpn.me.key(Purpose.WITNESS).sign(note.text.encode()),
    }[over]
    forged = Note(text=note.text, lines=(replace(line, signature=bad),))
    return _ask(stage, size, stage.jpn.log.proof(size, new), forged.raw)


ORIGINS: Final = (
    "tasuki/FRA/fra-1/pair/GBR",
    "tasuki/JPN/jpn-1/pair/FRA",
    "tasuki/JPN/jpn-1/audit",
    "tasuki/JPN/jpn-2/pair/GBR",
    "tasuki/GBR/gbr-1/pair/JPN",
    "tasuki/jpn/jpn-1/pair/gbr",
    "../../etc/passwd",
    "log.example",
)


@move("LOG12", Refused(("ledger.witness-unknown",), status=(404,), leaf=False), over=ORIGINS)
def _other_origin(stage: Stage, over: str) -> Saw:
    """Have a checkpoint cosigned of a log that is not the partner's own with this node."""
    return _ask(stage, 0, (), _note_of(stage.jpn, over, 1).raw)


def _note_of(liar: Liar, origin: str, size: int) -> Note:
    root = base64.b64encode(secrets.token_bytes(32)).decode()
    return signed_note(liar.me.key(Purpose.LOG), origin, f"{origin}\n{size}\n{root}\n")


@move("LOG13", Shows(("at least one wins", "the state never goes back")), over=("1", "2", "3", "4"))
def _race(stage: Stage, _over: str) -> Saw:
    """Ask twice at once for the cosignature of two different sizes."""
    size, new = _base(stage, grown=2)
    replies: dict[int, Reply] = {}
    gate = threading.Barrier(2)

    def ask(target: int) -> None:
        with stage.jpn.shows(stage.jpn.me.certificate) as wire:
            gate.wait()
            replies[target] = _cosign(stage.jpn, size, target, wire)

    threads = [threading.Thread(target=ask, args=(target,)) for target in (new - 1, new)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    won = [target for target, reply in replies.items() if reply.status == OK]
    return {
        "at least one wins": bool(won) and all(reply.status in (OK, 409) for reply in replies.values()),
        "the state never goes back": int(_state(stage.jpn)["witnessed"]) == max(won, default=-1),
    }


@move(
    "LOG14",
    Shows(("the same checkpoint gets its cosignature", "nothing else of that size does")),
    over=("0", "5", "20", "80"),
)
def _killed_witness(stage: Stage, over: str) -> Saw:
    """Kill the witness some milliseconds after it was asked, and ask again."""
    yard = stage.yard
    size, new = _base(yard, grown=1)
    body = request(size, yard.jpn.log.proof(size, new), yard.jpn.log.note(new).raw)
    with yard.jpn.shows(yard.jpn.me.certificate) as wire:
        wire.abandon(
            f"POST {ADD_CHECKPOINT} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        )
    time.sleep(int(over) / 1000)
    yard.node.kill()
    yard.node.start()
    yard.jpn.wire.close()
    stands = int(_state(yard.jpn)["witnessed"])
    again = _cosign(yard.jpn, stands, new)
    other = _ask(yard, new, (), yard.jpn.log.note(new, root=secrets.token_bytes(32)).raw)
    return {
        "the same checkpoint gets its cosignature": again.status == OK,
        "nothing else of that size does": other.status == 409,  # noqa: PLR2004 a conflict
    }


@move("LOG15", Shows(("it is not signed", "people are told", "what is put right is signed")))
def _rotten_leaf(stage: Stage, _over: str) -> Saw:
    """Flip a bit in a leaf that is not signed yet."""
    yard = stage.yard
    yard.ship()
    yard.until(lambda: not yard.unanswered())
    yard.settle()
    signed = _signed(yard)
    with _as_it_was(yard, _PAIR), yard.jpn.witnessing():
        (last,) = yard.node.rows("SELECT max(leaf_index), body FROM log_leaves WHERE log = ?", (_PAIR,))
        body = bytearray(bytes(last[1]))
        body[len(body) // 2] ^= 1
        _change(yard, _PAIR, last[0], "body", bytes(body))
        start = len(yard.jpn.server.heard)
        yard.jpn.server.wait(lambda heard: heard.path == MIRROR, after=start)
        told = yard.until(lambda: "health.loop-fails" in yard.alarms())
        unsigned = _signed(yard) == signed
    with yard.jpn.witnessing():
        done = yard.until(lambda: _signed(yard) > signed, 70.0)
    return {"it is not signed": unsigned, "people are told": told, "what is put right is signed": done}


def _signed(stage: Stage) -> int:
    rows = stage.node.rows("SELECT coalesce(max(size), 0) FROM checkpoints WHERE log = ?", (_PAIR,))
    return int(rows[0][0])


@move("LOG16", Shows(("the body is not given out", "the reason is named"), still=True))
def _swapped_bodies(stage: Stage, _over: str) -> Saw:
    """Exchange the sealed bodies of two holdings in the database."""
    yard = stage.yard
    ids = [yard.bring_one(), yard.bring_one()]
    rows = yard.node.rows(
        "SELECT position, ciphertext FROM bodies WHERE position IN"
        " (SELECT position FROM holdings WHERE id IN (SELECT number FROM ids WHERE stix_id IN (?, ?)))"
        " ORDER BY position",
        ids,
    )
    (one, first), (two, second) = rows
    for position, ciphertext in ((one, second), (two, first)):
        yard.node.scribble("UPDATE bodies SET ciphertext = ? WHERE position = ?", (ciphertext, position))
    said = [yard.node.ask("GET", f"/v1/holdings/{each}") for each in ids]
    for position, ciphertext in ((one, first), (two, second)):
        yard.node.scribble("UPDATE bodies SET ciphertext = ? WHERE position = ?", (ciphertext, position))
    return {
        "the body is not given out": not any(each.status == OK for each in said),
        "the reason is named": all(each.code.startswith("adapters.vault") for each in said),
    }


@move("LOG17", Shows(("the cosignature bears the time of the witness",)))
def _backdated(stage: Stage, _over: str) -> Saw:
    """Log an envelope today that says it was made ten days ago."""
    letter: Letter = stage.jpn.draft("attestation on urgent").with_header(created="2026-01-01T00:00:00.000Z").seal()
    stage.jpn.post(letter)
    size, new = _base(stage, grown=1)
    reply = _cosign(stage.jpn, size, new)
    note = parse_note(stage.jpn.log.note(new).raw + reply.body)
    stamps = [cosigned_at(line) for line in note.lines[1:]]
    return {
        "the cosignature bears the time of the witness": bool(stamps)
        and all(abs(stamp - time.time()) < 30 for stamp in stamps)  # noqa: PLR2004 seconds
    }


@move("LOG18", Shows(("the signed receipt proves what was promised", "the missing leaf is named")))
def _omitted(stage: Stage, _over: str) -> Saw:
    """Give a receipt, and log everything but it."""
    yard = stage.yard
    yard.ship()
    yard.until(lambda: not yard.unanswered())
    promised = yard.jpn.log.leaves.pop()
    unknown = Leaf(kind="noted", body={"env_id": uuid7(now(), secrets.token_bytes(10))})
    yard.jpn.log.leaves.append(unknown)
    yard.jpn.mirror()
    found = yard.ok("POST", "/v1/ledger/audit", {"partner": "JPN"})[0]["differences"]
    env_id = str(promised.body["env_id"])
    raw = yard.node.rows("SELECT receipt FROM envelopes_out WHERE env_id = ?", (env_id,))
    return {
        "the signed receipt proves what was promised": hashlib.sha256(bytes(raw[0][0])).hexdigest()
        == promised.body["receipt_hash"],
        "the missing leaf is named": any(env_id in str(each["params"]) for each in found),
    }


@move("LOG19", Refused(("ledger.witness-unknown",), status=(404,), leaf=False), over=("of the pair", "of the other"))
def _other_log(stage: Stage, over: str) -> Saw:
    """Let a third offer this node the log it keeps with the partner: each pair log has one witness."""
    origin = "tasuki/FRA/fra-1/pair/JPN" if over == "of the pair" else "tasuki/JPN/jpn-1/pair/FRA"
    return stage.fra.wire.post(ADD_CHECKPOINT, request(0, (), _note_of(stage.fra, origin, 3).raw))


TILES: Final = (
    "/exchange/v1/tile/0/000",
    "/exchange/v1/checkpoint",
    "/exchange/v1/../../v1/holdings",
    "/exchange/v1/%2e%2e/%2e%2e/v1/holdings",
    "/exchange/v1/mirror/",
    "/exchange/v1//mirror",
    "/v1/ledger/tile?partner=JPN&size=1&tile=tile/0/000",
)


@move("LOG20", Refused(("exchange.no-route",), status=(404,), leaf=False), over=TILES)
def _tile_from_outside(stage: Stage, over: str) -> Saw:
    """Ask the exchange face for tiles, by plain paths and by ones that climb."""
    return stage.jpn.wire.ask("GET", over)


@move(
    "LOG20",
    Refused(("ledger.no-tile", "tlog.tile", "http.bad-request"), status=(400, 404, 422), leaf=False),
    over=(
        "../../../etc/passwd",
        "tile/0/../../x",
        "tile/0/999",
        "tile/9/000",
        "tile/0/000.p/999",
        "tile/0/-1",
        "tile/0/%00",
    ),
)
def _odd_tile(stage: Stage, over: str) -> Saw:
    """Ask the node's own tiles by a name that climbs, lies or is none."""
    return stage.node.ask("GET", f"/v1/ledger/tile?partner=JPN&size=1&tile={over}")


@move("LOG21", Shows(("no guess matches a leaf", "no guess matches the hash in the header"), still=True))
def _guessed(stage: Stage, _over: str) -> Saw:
    """Guess the content of what was sent, and hash the guess every way the wire does."""
    value = "low-entropy.example"
    start = len(stage.jpn.honest.got)
    stage.ship(value=value)
    stage.until(lambda: len(stage.jpn.honest.got) > start)
    stage.settle()
    got = stage.jpn.honest.got[-1]
    guesses = (value.encode(), got.payload, canonical({"body": value, "kind": "envelope-sent"}))
    hashed = {hashlib.sha256(each).digest() for each in guesses} | {merkle.leaf_hash(each) for each in guesses}
    entries = {bytes(row[0]) for row in stage.node.rows("SELECT hash FROM log_leaves")}
    return {
        "no guess matches a leaf": not hashed & entries,
        "no guess matches the hash in the header": got.envelope.header.payload_hash
        not in {each.hex() for each in hashed},
    }


@move("LOG22", Shows(("what the partner can ask is the same, byte for byte", "its own log alone has grown")))
def _counted(stage: Stage, _over: str) -> Saw:
    """Count leaves and answers while the node deals with a third."""
    before = _outlook(stage)
    third = stage.node.rows("SELECT count(*) FROM log_leaves WHERE log = 'pair:FRA'")
    for _ in range(3):
        stage.fra.send("attestation on urgent")
    grown = stage.node.rows("SELECT count(*) FROM log_leaves WHERE log = 'pair:FRA'")
    return {
        "what the partner can ask is the same, byte for byte": _outlook(stage) == before,
        "its own log alone has grown": grown[0][0] > third[0][0],
    }


def _outlook(stage: Stage) -> list[object]:
    """Return everything the partner can ask for without sending anything, but for the time."""
    log = stage.jpn.log
    alive = stage.jpn.wire.post(HEALTH, b"")
    gap = stage.jpn.draft("attestation on urgent").with_header(seq=2**40, prev="0" * 64).seal()
    return [
        stage.jpn.wire.post(MIRROR, log.page(0, 0)).body,
        _ask(stage, 10**6, (), log.note(len(log.leaves)).raw).body,
        stage.jpn.post_raw(gap.raw).body,
        sorted(alive.headers),
        len(alive.body),
    ]
