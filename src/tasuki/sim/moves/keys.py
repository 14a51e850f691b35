# SPDX-License-Identifier: MIT
"""Moves against trust metadata, keys and their rotation."""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.sim.moves.access import locked
from tasuki.sim.moves.playing import ONCE, Refused, Saw, Shows, move
from tasuki.sim.moves.stage import Stage, now
from tasuki.sim.partner.honest import ADD_CHECKPOINT
from tasuki.sim.partner.identity import LIFE, key_json, make_key, sign_with
from tasuki.sim.partner.letters import Letter
from tasuki.sim.partner.liar import TRUST
from tasuki.sim.partner.log import request, signed_note
from tasuki.sim.partner.payloads import MESSAGES
from tasuki.sim.partner.trust import (
    BASE,
    BASE_KEYS,
    BASE_PEERS,
    BASE_ROOT,
    KEYS,
    PEERS,
    ROLES,
    ROOT,
    Ceremony,
    commitment,
    framed,
    make_holder,
    opening,
    pairs,
    role,
)

OK: Final = 200
_BY_HAND: Final = "by hand"
_BY_WIRE: Final = "over the wire"
_UNTAKEN: Final = (400, 422, 502)
_FAR: Final = 2**53 - 1
_NEXT: Final = BASE_ROOT + 1

Build = Callable[[Ceremony, str], bytes]
"""What a partner adds to the chain it is known by."""


def offered(name: str, *codes: str, over: tuple[str, ...] = ONCE, wire: bool = False) -> Callable[[Build], Build]:
    """Add a move in which a partner offers metadata, by a file that people bring and to the node that asks for it."""
    claims = ("it is not taken: " + " or ".join(codes), "what was last seen stays")

    def add(build: Build) -> Build:
        @functools.wraps(build)
        def play(stage: Stage, what: str) -> Saw:
            kind, _, way = what.rpartition(", ")
            more = build(stage.fra.ceremony, kind)
            before = _known(stage)
            code = by_hand(stage, more) if way == _BY_HAND else by_wire(stage, more)
            return dict(zip(claims, (code in codes, _known(stage) == before), strict=True))

        # A node that was told something wrong asks again later and later: by wire one case of a move is enough.
        ways = tuple(f"{each}, {_BY_HAND}" for each in over) + ((f"{over[0]}, {_BY_WIRE}",) if wire else ())
        move(name, Shows(claims, still=True), over=ways)(play)
        return build

    return add


def _known(stage: Stage) -> tuple[Any, ...]:
    return stage.node.rows("SELECT state, anchor FROM partners WHERE participant = 'FRA'")[0]


def by_hand(stage: Stage, more: bytes) -> str:
    """Bring a file of the whole chain and what is added to it; return the reason why it is not taken."""
    roots, rest = _parted(stage.fra.ceremony, more)
    said = stage.node.ask("POST", "/v1/partners", {"anchor": base64.b64encode(roots + rest).decode()})
    return said.code if said.status in _UNTAKEN else f"status {said.status}"


def _parted(ceremony: Ceremony, more: bytes) -> tuple[bytes, bytes]:
    """Complete what is added to a whole file: its own keys and peers, or the base's."""
    has_keys, has_peers = b'"role":"keys"' in more, b'"role":"peers"' in more
    keys = b"" if has_keys else ceremony.base_keys()
    peers = b"" if has_peers else ceremony.base_peers()
    if has_peers and not has_keys:
        return ceremony.base() + keys, more + ceremony.opened()
    return ceremony.base(), more + keys + peers + (b"" if b"TASUKIO" in more else ceremony.opened())


def by_wire(stage: Stage, more: bytes) -> str:
    """Say that there is something newer and give it when asked; return the reason the node logs."""
    fra, after = stage.fra, stage.node.audit_size()
    fra.offers = more
    try:
        versions = {"keys": BASE_KEYS + 1, "peers": BASE_PEERS + 1, "root": BASE_ROOT + 1}
        fra.wire.post(TRUST, canonical({"held": dict.fromkeys(ROLES, 0), "mine": versions}))
        stage.until(lambda: bool(_refusals(stage, after)), 70.0)
    finally:
        fra.offers = b""
    return (_refusals(stage, after) or ["nothing"])[0]


def _refusals(stage: Stage, after: int) -> list[str]:
    return [str(body["reason"]) for kind, body in stage.node.audited(after) if "trust-refused" in f"{kind} {body}"]


@offered("ENV05", "trust.too-few", over=(ROOT, KEYS, PEERS))
def _same_twice(ceremony: Ceremony, over: str) -> bytes:
    """Reach a threshold of two by the signatures of one holder, listed twice."""
    one = ceremony.holders[over][0].keys
    return _statement(ceremony, over, by=[*one, *one])


@offered("ENV06", "trust.too-few", "trust.twice", over=(ROOT, KEYS, PEERS))
def _same_key(ceremony: Ceremony, over: str) -> bytes:
    """Register one holder's keys under a second holder too, and let both sign."""
    first, second, third = ceremony.holders[over]
    twin = make_holder("delta", "x", ceremony.began)
    doubled = role((first, second, third), 2)
    doubled["holders"].append({**twin.as_json(), "keys": first.as_json()["keys"]})
    roles = {**{name: role(ceremony.holders[name], 2) for name in ROLES}, over: doubled}
    return ceremony.root(_NEXT, roles=roles)


@offered(
    "ENV07",
    "trust.bad-threshold",
    "envelope.bad-field",
    over=tuple(f"{name} {number}" for name in ROLES for number in ("0", "-1", "4", "true", "2.5", "null")),
)
def _threshold(ceremony: Ceremony, over: str) -> bytes:
    """Set a threshold of zero, below it, above the number of holders, or no number."""
    name, _, number = over.partition(" ")
    value: Any = {"true": True, "2.5": 2.5, "null": None}.get(number)
    value = int(number) if number.lstrip("-").isdigit() else value
    roles = {**{each: role(ceremony.holders[each], 2) for each in ROLES}, name: role(ceremony.holders[name], value)}
    return ceremony.root(_NEXT, roles=roles)


def _statement(ceremony: Ceremony, name: str, version: int | None = None, **more: Any) -> bytes:
    """Return the next statement of a role."""
    if name == ROOT:
        return ceremony.root(_NEXT if version is None else version, **more)
    told = {"together": BASE, **more}
    if name == KEYS:
        return ceremony.keys(BASE_KEYS + 1 if version is None else version, **told)
    return ceremony.peers(BASE_PEERS + 1 if version is None else version, **told)


@offered("KEY01", "trust.two-versions", over=("1", "2", "3"))
def _root_back(ceremony: Ceremony, over: str) -> bytes:
    """Offer another root under a version that was seen."""
    return ceremony.root(int(over), floors={"keys": 1, "peers": 2})


@move("KEY01", Shows(("it is not taken", "what was last seen stays"), still=True))
def _shorter(stage: Stage, _over: str) -> Saw:
    """Bring the file of an older root, as it was then."""
    ceremony, before = stage.fra.ceremony, _known(stage)
    older = ceremony.root() + ceremony.keys() + ceremony.peers()
    said = stage.node.ask("POST", "/v1/partners", {"anchor": base64.b64encode(older).decode()})
    return {"it is not taken": said.status in _UNTAKEN, "what was last seen stays": _known(stage) == before}


@offered(
    "KEY02",
    "trust.rolled-back",
    "trust.two-versions",
    "trust.never-together",
    over=(f"{KEYS} 1", f"{KEYS} 2", f"{KEYS} 3", f"{PEERS} 1", f"{PEERS} 2"),
)
def _role_back(ceremony: Ceremony, over: str) -> bytes:
    """Offer an older version of keys or peers, or another one under the newest number."""
    name, _, version = over.partition(" ")
    changed: dict[str, Any] = {"expires": format_rfc3339(ceremony.began + LIFE - timedelta(days=1))}
    return _statement(ceremony, name, int(version), **changed)


@move("KEY03", Shows(("bulk is refused as stale", "urgent goes on", "people are told")))
def _frozen(stage: Stage, _over: str) -> Saw:
    """Serve the same metadata past its end."""
    yard = stage.yard
    with yard.under(str(int(LIFE.total_seconds()) + 86_400)):
        bulk = yard.fra.post(yard.fra.draft("attestation on bulk").seal())
        urgent = yard.fra.post(yard.fra.draft("attestation on urgent").seal())
        told = yard.alarms()
    return {
        "bulk is refused as stale": bulk.code == "channel.stale-anchor",
        "urgent goes on": urgent.receipt is not None,
        "people are told": any("anchor" in each or "trust" in each for each in told),
    }


@offered(
    "KEY04",
    "trust.never-together",
    over=(
        "keys of a later root",
        "keys of later peers",
        "keys of peers far ahead",
        "peers of later keys",
        "peers of a later root",
    ),
)
def _mixed(ceremony: Ceremony, over: str) -> bytes:
    """Join versions that never stood together."""
    together = {
        "keys of a later root": {"root": BASE_ROOT + 1},
        "keys of later peers": {"peers": BASE_PEERS + 1},
        "keys of peers far ahead": {"peers": BASE_PEERS + 200},
        "peers of later keys": {"keys": BASE_KEYS + 1},
        "peers of a later root": {"root": BASE_ROOT + 1},
    }[over]
    return _statement(ceremony, over.partition(" ")[0], together={**BASE, **together})


@offered(
    "KEY05",
    "trust.jump",
    "trust.skipped",
    over=tuple(f"{name} {version}" for name in ROLES for version in (_FAR, 100_000, 300)),
)
def _forward(ceremony: Ceremony, over: str) -> bytes:
    """Drive a version to its end, or far ahead."""
    name, _, version = over.partition(" ")
    return _statement(ceremony, name, int(version))


@offered("KEY06", "trust.too-few", over=("all holders new", "one holder new"), wire=True)
def _by_new(ceremony: Ceremony, over: str) -> bytes:
    """Give the root new holders, and have the new ones alone sign."""
    new = [make_holder(f"new{number}", "x", ceremony.began) for number in range(3)]
    holders = new if over == "all holders new" else [*new[:2], ceremony.holders[ROOT][0]]
    roles = {**{name: role(ceremony.holders[name], 2) for name in ROLES}, ROOT: role(holders, 2)}
    return ceremony.root(_NEXT, roles=roles, by=pairs(new[:2]))


@offered("KEY07", "trust.too-few")
def _by_old(ceremony: Ceremony, _over: str) -> bytes:
    """Give the root new holders, and have the old ones alone sign."""
    new = [make_holder(f"new{number}", "x", ceremony.began) for number in range(3)]
    return ceremony.root(_NEXT, roles={**{name: role(ceremony.holders[name], 2) for name in ROLES}, ROOT: role(new, 2)})


@offered("KEY08", "trust.too-few", over=("both keys twice", "Ed25519 of two, ML-DSA of one", "ten times"))
def _one_holder(ceremony: Ceremony, over: str) -> bytes:
    """Meet the threshold of the root by one holder's keys, listed more than once, or by halves."""
    first, second, _ = ceremony.holders[ROOT]
    by = {
        "both keys twice": [*first.keys, *first.keys],
        "Ed25519 of two, ML-DSA of one": [*first.keys, second.keys[0]],
        "ten times": [*first.keys] * 10,
    }[over]
    return ceremony.root(_NEXT, by=by)


@offered("KEY09", "trust.too-few", over=("keys", "peers", "envelope", "strangers"))
def _by_others(ceremony: Ceremony, over: str) -> bytes:
    """Sign a root with keys of another role, of the node, or of nobody."""
    strangers = pairs([make_holder(f"x{number}", "x", ceremony.began) for number in range(2)])
    by = {"envelope": [*ceremony.me.pair()], "strangers": strangers}.get(over) or pairs(ceremony.holders[over])
    return ceremony.root(_NEXT, by=by)


@offered("KEY10", "trust.too-few", over=("slh-dsa", "rsa-2048", "ED25519"))
def _unknown_kind(ceremony: Ceremony, over: str) -> bytes:
    """Have one holder sign with keys of a kind nobody knows: they are ignored, the threshold stands."""
    holders = role(ceremony.holders[ROOT], 2)
    for key in holders["holders"][1]["keys"]:
        key["algorithm"] = over
    roles = {**{name: role(ceremony.holders[name], 2) for name in ROLES}, ROOT: holders}
    return ceremony.root(_NEXT, roles=roles)


ENDS: Final[Mapping[str, tuple[timedelta, bool]]] = {
    "a millisecond before the first moment": (timedelta(milliseconds=-1), False),
    "the first moment": (timedelta(), True),
    "the last moment": (timedelta(minutes=10), True),
    "a millisecond after the last moment": (timedelta(minutes=10, milliseconds=1), False),
}


@move("KEY11", Shows(("both ends count as inside", "beyond them it is refused for the key's time")), over=tuple(ENDS))
def _ends(stage: Stage, over: str) -> Saw:
    """Sign at the first and last moment of a key's life, and a millisecond beyond."""
    yard = stage.yard
    jpn, (shift, is_inside) = yard.jpn, ENDS[over]
    keys = [dict(key_json(each.public)) for each in jpn.me.keys]
    for key in keys:
        if key["purpose"] == "envelope":
            key["not_after"] = format_rfc3339(jpn.me.began + timedelta(minutes=10))
    number = int(yard.ok("GET", "/v1/partners/JPN")["version"])
    _give(yard, jpn.me.anchor_file(number + 1, keys=keys))
    made = jpn.draft("attestation on urgent").with_header(created=format_rfc3339(jpn.me.began + shift)).seal()
    reply = jpn.post(made)
    _give(yard, jpn.me.anchor_file(number + 2))
    return {
        "both ends count as inside": not is_inside or reply.receipt is not None,
        "beyond them it is refused for the key's time": is_inside or reply.code == "suites.key-not-valid",
    }


def _give(stage: Stage, raw: bytes) -> None:
    stage.ok("POST", "/v1/partners", {"anchor": base64.b64encode(raw).decode()})


@move("KEY12", Shows(("the new root is taken, one version after the other", "bulk goes on")))
def _walked(stage: Stage, _over: str) -> Saw:
    """Offer two newer roots after the one that is held has expired."""
    with stage.apart("key12") as other:
        ceremony = other.fra.ceremony
        late = format_rfc3339(ceremony.began + LIFE * 3)
        keys = [
            {**dict(key_json(each.public)), "not_after": late}
            for each in ceremony.me.keys
            if each.public.purpose is not Purpose.ROOT
        ]
        roots = ceremony.root(_NEXT, expires=late) + ceremony.root(_NEXT + 1, expires=late)
        newer = ceremony.keys(BASE_KEYS + 1, expires=late, keys=keys, together={**BASE, "root": _NEXT + 1})
        with other.under(str(int(LIFE.total_seconds()) + 86_400)):
            by_hand(other, roots + newer)
            version = int(other.ok("GET", "/v1/partners/FRA")["version"])
            reply = other.fra.post(other.fra.draft("attestation on bulk").seal())
        return {
            "the new root is taken, one version after the other": version == BASE_KEYS + 1,
            "bulk goes on": reply.receipt is not None,
        }


@offered("KEY13", "trust.skipped", over=("one", "many"), wire=True)
def _skipped(ceremony: Ceremony, over: str) -> bytes:
    """Leave out a version of the root."""
    return ceremony.root(_NEXT + (1 if over == "one" else 50))


@offered("KEY14", "trust.too-long", "trust.too-much", "http.too-large")
def _endless(ceremony: Ceremony, _over: str) -> bytes:
    """Offer three hundred roots in a row, each signed as it should be."""
    return b"".join(ceremony.root(version) for version in range(_NEXT, _NEXT + 300))


@offered(
    "KEY15", "trust.not-a-file", "trust.too-much", over=("statement", "block", "signature", "cut", "9 MiB", "behind")
)
def _lengths(ceremony: Ceremony, over: str) -> bytes:
    """Lie about a length, cut the file short, or let it go on and on."""
    root = ceremony.root(_NEXT)
    size = int.from_bytes(root[8:12], "big")
    statement, block = root[12 : 12 + size], root[16 + size :]
    return {
        "statement": root[:8] + (2**32 - 1).to_bytes(4, "big") + root[12:],
        "block": root[: 12 + size] + (2**32 - 1).to_bytes(4, "big") + block,
        "signature": framed(statement, block[:16] + (60_000).to_bytes(2, "big") + block[18:]),
        "cut": root[:-1] + b"",
        "9 MiB": root + bytes(9 << 20),
        "behind": root + b"more",
    }[over]


@offered(
    "KEY16",
    "trust.not-a-file",
    "trust.wrong-role",
    "envelope.bad-field",
    over=("../../etc/passwd", "root/../keys", "%72oot", "r\u043eot", "ROOT", "", "timestamp"),
)
def _role_name(ceremony: Ceremony, over: str) -> bytes:
    """Sign under a role whose name climbs, is encoded, or only looks like one."""
    said = {**ceremony.root_says(_NEXT), "role": over}
    return ceremony.sign(ROOT, said)


@move("KEY17", Shows(("one person is not enough", "another hash is refused", "nobody is trusted by it")))
def _other_hash(stage: Stage, _over: str) -> Saw:
    """Swap the file at first contact, so that people read another fingerprint."""
    before = _known(stage)
    other = {"partner": "FRA", "compared": hashlib.sha256(b"another").hexdigest(), "by": ["A", "B"]}
    alone = stage.node.ask("POST", "/v1/partners/FRA/compare", {**other, "by": ["A", "A"]})
    swapped = stage.node.ask("POST", "/v1/partners/FRA/compare", other)
    return {
        "one person is not enough": alone.code == "persons.two-names",
        "another hash is refused": swapped.code == "services.fingerprint-differs",
        "nobody is trusted by it": _known(stage) == before,
    }


def revoke(stage: Stage, index: int, *, since: datetime | None = None) -> bytes:
    """Return keys in which the partner's envelope keys are revoked from a place in its log on, and new ones stand."""
    ceremony = stage.fra.ceremony
    salt, moment = secrets.token_bytes(32), format_rfc3339(now())
    suspected = moment if since is None else format_rfc3339(since)
    opened, revoked = b"", []
    for key in ceremony.me.pair():
        cuts = [commitment(key.public.id, index, salt)]
        revoked.append({"key": key.public.id, "at": moment, "suspected": suspected, "cuts": cuts})
        opened += opening(str(ceremony.me.name), key.public.id, index, salt)
    listed = [dict(key_json(each.public)) for each in ceremony.me.keys if each.public.purpose is not Purpose.ROOT]
    listed += [dict(key_json(each.public)) for each in fresh(stage)]
    made = ceremony.keys(BASE_KEYS + 1, keys=listed, revoked=revoked, together=BASE)
    return made + ceremony.opened() + opened


def fresh(stage: Stage) -> Sequence[Any]:
    """Return the envelope keys that take the place of revoked ones."""
    began = stage.fra.me.began
    return [
        make_key("FRA after", Purpose.ENVELOPE, each, validity=(began, began + LIFE))
        for each in (Algorithm.ED25519, Algorithm.ML_DSA_65)
    ]


@move(
    "KEY18", Shows(("what was logged before stays", "what the old key signs later is refused", "the new key is taken"))
)
def _stolen(stage: Stage, _over: str) -> Saw:
    """Go on signing with a node key after it was revoked from a place in the log on."""
    with stage.apart("key18") as other:
        return _after_revocation(other)


def _after_revocation(other: Stage) -> Mapping[str, bool]:
    fra = other.fra
    letter, _ = fra.send("attestation on urgent")
    fra.mirror()
    fra.offers = revoke(other, len(fra.log.leaves))
    fra.wire.post(
        TRUST,
        canonical(
            {"held": dict.fromkeys(ROLES, 0), "mine": {"keys": BASE_KEYS + 1, "peers": BASE_PEERS, "root": BASE_ROOT}}
        ),
    )
    other.until(lambda: int(other.ok("GET", "/v1/partners/FRA")["version"]) == BASE_KEYS + 1)
    again = fra.post_raw(letter.raw)
    old = fra.post(fra.draft("attestation on urgent").seal())
    new = fra.post(_by_fresh(other))
    return {
        "what was logged before stays": again.receipt is not None,
        "what the old key signs later is refused": old.code == "trust.revoked",
        "the new key is taken": new.receipt is not None,
    }


def _by_fresh(other: Stage) -> Letter:
    pair = fresh(other)
    made = other.fra.draft("attestation on urgent").with_header(sig_keys=[each.public.id for each in pair]).seal()
    signatures = sign_with((pair[0], pair[1]), str(made.header["type"]), made.statement)
    return Letter(header=made.header, statement=made.statement, signatures=signatures, ciphertext=made.ciphertext)


@move(
    "REP16",
    Shows(("before it is known, the key counts", "once it is known, it is refused", "what came in between is listed")),
    over=("1",),
)
def _delayed(stage: Stage, _over: str) -> Saw:
    """Delay the news of a revocation and go on with the old key."""
    with stage.apart("rep16") as other:
        fra = other.fra
        _, first = fra.send("attestation on urgent")
        fra.mirror()
        fra.offers = revoke(other, len(fra.log.leaves), since=fra.me.began)
        fra.wire.post(
            TRUST,
            canonical(
                {
                    "held": dict.fromkeys(ROLES, 0),
                    "mine": {"keys": BASE_KEYS + 1, "peers": BASE_PEERS, "root": BASE_ROOT},
                }
            ),
        )
        other.until(lambda: int(other.ok("GET", "/v1/partners/FRA")["version"]) == BASE_KEYS + 1)
        then = fra.post(fra.draft("attestation on urgent").seal())
        listed = other.ok("GET", "/v1/trust/doubtful")
        return {
            "before it is known, the key counts": first.receipt is not None,
            "once it is known, it is refused": then.code == "trust.revoked",
            "what came in between is listed": bool(listed),
        }


@move("KEY19", Refused(("ledger.witness-unknown",), status=(404,), leaf=False), over=("1", "2"))
def _log_key(stage: Stage, over: str) -> Saw:
    """Use a partner's log key alone: have its checkpoint cosigned on a line of one's own."""
    note = stage.jpn.log.note(int(over), root=secrets.token_bytes(32))
    return stage.fra.wire.post(ADD_CHECKPOINT, request(0, (), note.raw))


@move("KEY20", Refused(("ledger.witness-signature",), status=(403,), leaf=False), over=("1", "2"))
def _witness_key(stage: Stage, over: str) -> Saw:
    """Use a witness key alone: sign a checkpoint of the log with it."""
    log = stage.jpn.log
    root = base64.b64encode(secrets.token_bytes(32)).decode()
    note = signed_note(stage.jpn.me.key(Purpose.WITNESS), log.origin, f"{log.origin}\n{over}\n{root}\n")
    return stage.jpn.wire.post(ADD_CHECKPOINT, request(0, (), note.raw))


@move(
    "KEY21",
    Shows(("nothing leaves unsigned", "what waits is kept", "people are told", "it leaves once there is a signer")),
)
def _no_signer(stage: Stage, _over: str) -> Saw:
    """Have the keeper of the keys fail while something waits to be sent."""
    yard = stage.yard
    start = len(yard.jpn.server.heard)
    with locked(yard):
        yard.ship()
        time.sleep(1.0)
        waits = yard.unanswered()
        sent = [each for each in yard.jpn.server.heard[start:] if each.path.endswith("/envelopes")]
        told = [each for each in yard.ok("POST", "/v1/health/doctor", {}) if not each["ok"]]
    return {
        "nothing leaves unsigned": not sent,
        "what waits is kept": waits > 0,
        "people are told": any(each["name"] == "keys" for each in told),
        "it leaves once there is a signer": yard.until(lambda: not yard.unanswered(), 70.0),
    }


@move("KEY22", Shows(("it signs no second history", "people are told")))
def _yesterday(stage: Stage, _over: str) -> Saw:
    """Put yesterday's copy of the database in place and let the node go on."""
    with stage.apart("key22") as other:
        jpn = other.jpn
        with jpn.witnessing():
            other.ship()
            other.until(lambda: jpn.honest.witnessed > 0)
            with other.rolled_back():
                other.ship()
                size = jpn.honest.witnessed
                other.until(lambda: jpn.honest.witnessed > size)
            witnessed = jpn.honest.witnessed
            jpn.send("attestation on urgent")
            told = other.until(lambda: bool(other.alarms()), 25.0)
        return {"it signs no second history": jpn.honest.witnessed == witnessed, "people are told": told}


@move("KEY23", Shows(("the second one does not start", "the first one is not disturbed")))
def _two_copies(stage: Stage, _over: str) -> Saw:
    """Start a second node beside the first, of one directory."""
    second = stage.node.type("serve", stage.node.directory)
    return {
        "the second one does not start": second.status != 0,
        "the first one is not disturbed": stage.jpn.send(MESSAGES[0])[1].code == "stored",
    }
