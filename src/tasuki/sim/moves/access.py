# SPDX-License-Identifier: MIT
"""Moves of authentication, authorisation and session: at the socket of the node, and at the door of the exchange."""

from __future__ import annotations

import base64
import contextlib
import secrets
import shutil
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tasuki.faces.api.admission import TABLE, Admits
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.release import TOKYO, bring, marked, received, sent
from tasuki.sim.moves.stage import HOME, POLICE, Stage
from tasuki.sim.partner.driven import Driven, Said
from tasuki.sim.partner.honest import HEALTH
from tasuki.sim.partner.identity import make_certificate
from tasuki.sim.partner.letters import Message
from tasuki.sim.partner.wire import CUT

OK: Final = 200
_UNKNOWN: Final = 401
_FORBIDDEN: Final = 403
_SERVER_ERROR: Final = 500


def path_of(route: str) -> tuple[str, str]:
    """Return verb and path of a route of the table, its places filled."""
    verb, _, path = route.partition(" ")
    for name in ("stix_id", "request", "number", "partner", "env_id"):
        path = path.replace("{" + name + "}", "1")
    return verb, path


def _ask(stage: Stage, route: str, token: str | None) -> Said:
    verb, path = path_of(route)
    return stage.node.ask(verb, path, None if verb == "GET" else {}, token=token)


@move(
    "API01",
    Refused(("persons.not-for-readers",), status=(_FORBIDDEN,), leaf=False),
    over=tuple(route for route, admits in TABLE.items() if admits is not Admits.READER),
)
def _reader(stage: Stage, over: str) -> Saw:
    """Ask, as a reader of another desk, every route that is not for readers."""
    return _ask(stage, over, stage.token("reader", POLICE))


@move(
    "API01",
    Refused(("persons.not-for-readers",), status=(_FORBIDDEN,), leaf=False),
    over=tuple(route for route, admits in TABLE.items() if admits is Admits.KEEPER),
)
def _home(stage: Stage, over: str) -> Saw:
    """Ask, as a person of the home, every route that is for the keeper alone."""
    return _ask(stage, over, stage.token("mori", HOME))


@move("API01", Refused(("persons.unknown-token",), status=(_UNKNOWN,), leaf=False), over=tuple(TABLE))
def _nobody(stage: Stage, over: str) -> Saw:
    """Ask every route with a token nobody gave out."""
    return _ask(stage, over, "tasuki_" + secrets.token_hex(16))


@move(
    "API01",
    Refused(("persons.not-for-readers",), status=(_FORBIDDEN,), leaf=False),
    over=(
        "/",
        "/v1",
        "/v1/nowhere",
        "/v2/holdings",
        "/v1/holdings/",
        "/v1//holdings",
        "/admin",
        "/debug",
        "/openapi.json",
    ),
)
def _nowhere(stage: Stage, over: str) -> Saw:
    """Ask, as a reader, for a path that is in no table."""
    return stage.node.ask("GET", over, token=stage.token("reader", POLICE))


@move(
    "API02",
    Shows(("it is answered like what does not exist", "with nothing of it")),
    over=("sequential", "random", "known"),
)
def _other_id(stage: Stage, over: str) -> Saw:
    """Ask, as a reader of another desk, for an object of the home by ids that follow, are guessed, or are known."""
    hidden = marked("red")
    bring(stage, hidden)
    token = stage.token("reader", POLICE)
    stem = hidden["id"][:-1]
    ids = {
        "sequential": [stem + each for each in "0123456789abcdef"],
        "random": [f"indicator--{_uuid()}" for _ in range(16)],
        "known": [hidden["id"]],
    }[over]
    missing = f"indicator--{_uuid()}"
    like = stage.node.ask("GET", f"/v1/holdings/{missing}", token=token).body.replace(missing.encode(), b"ID")
    seen = [
        stage.node.ask("GET", f"/v1/holdings/{each}", token=token).body.replace(each.encode(), b"ID") for each in ids
    ]
    return {
        "it is answered like what does not exist": all(each == like for each in seen),
        "with nothing of it": not any(hidden["x_word"].encode() in each for each in seen),
    }


def _uuid() -> str:
    raw = bytearray(secrets.token_bytes(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@move(
    "API03",
    Shows(("what is named in the body stays as it is", "it is refused, or done to what the path names")),
    over=("correct", "acknowledge", "compare"),
)
def _two_ids(stage: Stage, over: str) -> Saw:
    """Name one thing in the path and another in the body."""
    one, other = marked("green"), marked("green")
    bring(stage, one, other)
    before = stage.node.ask("GET", f"/v1/holdings/{other['id']}").body
    changed = {**other, "name": "changed", "modified": "2027-01-01T00:00:00.000Z"}
    path, body = {
        "correct": (
            f"/v1/withdrawal/correct/{one['id']}",
            {"object": msgspec.json.encode(changed).decode(), "why": "Better."},
        ),
        "acknowledge": (f"/v1/assistance/{one['id']}/acknowledge", {"stix_id": other["id"], "office": "desk"}),
        "compare": ("/v1/partners/FRA/compare", {"partner": "JPN", "compared": "0" * 64, "by": ["A", "B"]}),
    }[over]
    said = stage.node.ask("POST", path, body)
    return {
        "what is named in the body stays as it is": stage.node.ask("GET", f"/v1/holdings/{other['id']}").body == before,
        "it is refused, or done to what the path names": said.status != OK and said.status < _SERVER_ERROR + 3,
    }


WRITES: Final[Mapping[str, dict[str, Any]]] = {
    "/v1/release/mark": {"tlp": "clear"},
    "/v1/withdrawal/revoke": {"why": "x"},
    "/v1/withdrawal/recall": {"why": "x"},
    "/v1/withdrawal/narrow": {"why": "x", "tlp": "red"},
    "/v1/holdings/dispose": {},
    "/v1/release/share": {"to": TOKYO},
}


@move("API04", Shows(("it is visible", "writing is refused", "nothing changed")), over=tuple(WRITES))
def _only_visible(stage: Stage, over: str) -> Saw:
    """Write, as a reader, on an object that is only visible."""
    made = marked("green")
    bring(stage, made)
    token = stage.token("reader", POLICE)
    seen = stage.node.ask("GET", f"/v1/holdings/{made['id']}", token=token)
    stage.settle()
    said = stage.node.ask("POST", over, {"ids": [made["id"]], **WRITES[over]}, token=token)
    return {
        "it is visible": seen.status == OK and made["x_word"].encode() in seen.body,
        "writing is refused": said.status == _FORBIDDEN,
        "nothing changed": not stage.before.differs(stage.node.state()),
    }


@move(
    "API05",
    Shows(("what is the partner's is as narrow as it was", "no more of ours goes out")),
    over=("mark", "recall", "revoke", "narrow"),
)
def _mixed(stage: Stage, over: str) -> Saw:
    """Name, in one act, an object of ours and one of the partner's."""
    own = marked("red")
    bring(stage, own)
    theirs = received(stage, "amber")
    verb = "/v1/release/mark" if over == "mark" else f"/v1/withdrawal/{over}"
    more = {"tlp": "clear"} if over in ("mark", "narrow") else {}
    stage.node.ask("POST", verb, {"ids": [own["id"], theirs["id"]], **({} if over == "mark" else {"why": "x"}), **more})
    (shown,) = stage.ok("GET", f"/v1/holdings/{theirs['id']}")
    return {
        "what is the partner's is as narrow as it was": shown["label"]["tlp"] == "AMBER" and shown["state"] == "held",
        "no more of ours goes out": not stage.ok("GET", f"/v1/release/explain/{own['id']}?to={TOKYO}")["allowed"],
    }


TOKENS: Final = (
    "",
    "Bearer",
    "Bearer ",
    "Basic x",
    "bearer tasuki_x",
    "Bearer a b",
    "Token x",
    "Bearer \xff",
    "null",
    "Bearer undefined",
    "removed",
    "twice",
    "as basic",
)


@move("API06", Refused(("persons.unknown-token",), status=(_UNKNOWN,), leaf=False), over=TOKENS)
def _token(stage: Stage, over: str) -> Saw:
    """Show no token, an empty one, one that was taken back, or a good one said another way."""
    said = over
    if over in ("removed", "twice", "as basic"):
        name = f"gone{secrets.token_hex(4)}"
        token = stage.ok("POST", "/v1/persons", {"name": name, "of": HOME})["token"]
        said = {"removed": f"Bearer {token}", "twice": f"Bearer {token} {token}", "as basic": f"Basic {token}"}[over]
        if over == "removed":
            stage.ok("POST", "/v1/persons/remove", {"name": name})
        stage.settle()
    return stage.node.ask("GET", "/v1/holdings", headers={"authorization": said})


HEADERS: Final = (
    "x-forwarded-user", "x-remote-user", "x-original-url", "x-rewrite-url", "x-forwarded-for", "forwarded",
    "x-client-cert", "x-ssl-client-cert", "ssl-client-verify", "x-tasuki-principal", "x-http-method-override",
)  # fmt: skip


@move("API07", Refused(("persons.not-for-readers",), status=(_FORBIDDEN,), leaf=False), over=HEADERS)
def _header(stage: Stage, over: str) -> Saw:
    """Claim, in a header that proxies set, to be somebody else."""
    return stage.node.ask("GET", "/v1/metrics", token=stage.token("reader", POLICE), headers={over: "/v1/holdings"})


@move("API07", Shows(("whoever's line it is decides",), still=True), over=HEADERS)
def _header_outside(stage: Stage, over: str) -> Saw:
    """Claim, in a header at the exchange, the certificate of another partner."""
    certificate = urllib.parse.quote(base64.b64encode(stage.fra.me.certificate.der).decode())
    letter = stage.fra.draft("attestation on urgent").seal()
    reply = stage.jpn.wire.post("/exchange/v1/envelopes", letter.raw, {over: certificate})
    return {"whoever's line it is decides": reply.code == "channel.wrong-certificate"}


CERTIFICATES: Final = ("none", "a fresh one", "one of the partner's name", "the node's own name")


@move("API08", Refused((), status=(CUT,), leaf=False), over=CERTIFICATES)
def _certificate(stage: Stage, over: str) -> Saw:
    """Come with no certificate, or with a valid one that no anchor pins."""
    now = datetime.now(UTC)
    name = {"one of the partner's name": str(stage.jpn.me.name), "the node's own name": str(stage.anchor.name)}.get(
        over, "x"
    )
    shown = None if over == "none" else make_certificate(name, stage.jpn.me.endpoint, stage.folder, now)
    with stage.jpn.shows(shown) as wire:
        return wire.post(HEALTH, b"")


@move(
    "API09",
    Shows(("every guess is answered alike", "none lets anybody in")),
    over=("GET", "POST", "PUT", "HEAD", "get"),
)
def _guessed(stage: Stage, over: str) -> Saw:
    """Guess tokens, by every verb."""
    seen = {
        (said.status, said.body)
        for said in (stage.node.ask(over, "/v1/holdings", token="tasuki_" + secrets.token_hex(16)) for _ in range(60))
    }
    return {
        "every guess is answered alike": len(seen) == 1,
        "none lets anybody in": all(status in (_UNKNOWN, 400) for status, _ in seen),
    }


@move(
    "API11",
    Refused(("persons.not-for-readers",), status=(_FORBIDDEN,), leaf=False),
    over=("add", "remove", "add foreign"),
)
def _people(stage: Stage, over: str) -> Saw:
    """Let somebody in, or put somebody out, as a person of the home."""
    token = stage.token("mori", HOME)
    if over == "remove":
        return stage.node.ask("POST", "/v1/persons/remove", {"name": "reader"}, token=token)
    return stage.node.ask("POST", "/v1/persons", {"name": "x", "of": TOKYO if "foreign" in over else HOME}, token=token)


@move("API13", Shows(("asking changes nothing", "no cookie is set or heeded"), still=True),
      over=tuple(route for route in TABLE if route.startswith("GET")))  # fmt: skip
def _by_get(stage: Stage, over: str) -> Saw:
    """Ask every GET, with the origin and cookie of a stranger's page."""
    _, path = path_of(over)
    said = stage.node.ask("GET", path, headers={"origin": "https://evil.example", "cookie": "session=1"})
    return {
        "asking changes nothing": not stage.before.differs(stage.node.state()),
        "no cookie is set or heeded": "set-cookie" not in said.headers
        and "access-control-allow-origin" not in said.headers,
    }


@move("API15", Refused(("persons.not-for-readers",), status=(_FORBIDDEN,), leaf=False), over=(
    "/v1/ledger?audit=true", "/v1/ledger", "/v1/metrics", "/v1/holdings/quarantine/1/content", "/v1/tearlines/1",
    "/v1/consent/1", "/v1/channel/envelopes/1", "/v1/withdrawal", "/v1/detection", "/v1/health/status",
))  # fmt: skip
def _records(stage: Stage, over: str) -> Saw:
    """Ask, as a reader, for the log, metrics, quarantine, drafts and lists of the home."""
    return stage.node.ask("GET", over, token=stage.token("reader", POLICE))


@move("API16", Shows(("the next question is refused", "whatever was under way")), over=("1", "2", "3"))
def _removed_meanwhile(stage: Stage, _over: str) -> Saw:
    """Take a token back while its person is asking."""
    name = f"busy{secrets.token_hex(4)}"
    token = str(stage.ok("POST", "/v1/persons", {"name": name, "of": POLICE})["token"])
    found: list[int] = []
    gone = threading.Event()

    def work() -> None:
        own = Driven(directory=stage.node.directory)
        while not gone.is_set():
            own.ask("GET", "/v1/holdings?limit=1000", token=token)
        found.append(own.ask("GET", "/v1/holdings?limit=1000", token=token).status)
        own.hang_up()

    worker = threading.Thread(target=work)
    worker.start()
    stage.ok("POST", "/v1/persons/remove", {"name": name})
    gone.set()
    worker.join()
    then = stage.node.ask("GET", "/v1/holdings", token=token)
    return {"the next question is refused": then.status == _UNKNOWN, "whatever was under way": found == [_UNKNOWN]}


@move(
    "API17",
    Shows(("no machine decides for a person", "nothing leaves")),
    over=("consent-request", "receipt", "consent"),
)
def _deputy(stage: Stage, over: str) -> Saw:
    """Have the node's own worker do, by a message, what only people may."""
    made = marked("amber")
    bring(stage, made)
    start = len(stage.jpn.honest.got)
    content = stage.jpn.message(f"{over} on urgent")
    if over == "consent-request":
        said = msgspec.json.decode(content.payload, type=dict[str, Any])
        said["objects"] = [{"id": made["id"], "digest": "0" * 64}]
        content = Message(type=over, payload=msgspec.json.encode(said, order="sorted"), lane="urgent")
    stage.jpn.post(stage.jpn.draft_of(content).seal())
    stage.until(lambda: not stage.unanswered())
    got = [each.envelope.header.type for each in stage.jpn.honest.got[start:]]
    return {
        "no machine decides for a person": "consent" not in got and "objects" not in got,
        "nothing leaves": made["x_word"].encode() not in sent(stage),
    }


CURSORS: Final = ("0", "-1", "99999999999999999999", "a", "MQ==", "%00", "1 OR 1=1", "../1", "indicator--1", "\uff11")


@move("API18", Shows(("it is refused or gives only what may be seen",), still=True),
      over=tuple(f"{who} {n}" for who in ("reader", "home") for n in range(len(CURSORS))))  # fmt: skip
def _cursor(stage: Stage, over: str) -> Saw:
    """Page with a cursor that is made up, or was given to somebody else."""
    who, _, number = over.partition(" ")
    token = stage.token("reader", POLICE) if who == "reader" else None
    said = stage.node.ask("GET", f"/v1/holdings?after={urllib.parse.quote(CURSORS[int(number)])}", token=token)
    own = stage.node.ask("GET", "/v1/holdings?limit=1000", token=token).body
    rows = said.json if said.status == OK else []
    return {
        "it is refused or gives only what may be seen": said.status < _SERVER_ERROR
        and all(each["id"].encode() in own for each in rows)
    }


@move("API19", Shows(("an open line gives no longer life", "the name is not given to another desk")))
def _moved(stage: Stage, _over: str) -> Saw:
    """Take a person's place away while the line stays open, and give the name to another desk."""
    name = f"moved{secrets.token_hex(4)}"
    old = str(stage.ok("POST", "/v1/persons", {"name": name, "of": HOME})["token"])
    first = stage.node.ask("GET", "/v1/metrics", token=old)
    stage.ok("POST", "/v1/persons/remove", {"name": name})
    return {
        "an open line gives no longer life": first.status == OK
        and stage.node.ask("GET", "/v1/metrics", token=old).status == _UNKNOWN,
        "the name is not given to another desk": stage.node.ask(
            "POST", "/v1/persons", {"name": name, "of": POLICE}
        ).code
        == "persons.taken-before",
    }


@move("API20", Shows(("the node says that it is not ready", "people are told why", "it is ready again afterwards")))
def _locked(stage: Stage, _over: str) -> Saw:
    """Lock the keys away while the node runs, and ask whether it is well."""
    yard = stage.yard
    with locked(yard):
        said = yard.node.ask("GET", "/v1/health")
        told = [each for each in yard.ok("POST", "/v1/health/doctor", {}) if not each["ok"]]
    return {
        "the node says that it is not ready": said.status != OK or not said.json.get("ready", True),
        "people are told why": any(each["name"] == "keys" for each in told),
        "it is ready again afterwards": yard.until(lambda: yard.node.ask("GET", "/v1/health").status == OK),
    }


@contextlib.contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Take the keys away and end the signer, so that it cannot come back; put them in place again afterwards."""
    keys, away = stage.node.directory / "keys", stage.node.directory / "keys-away"
    shutil.move(keys, away)
    stage.node.end_children()
    try:
        yield
    finally:
        shutil.move(away, keys)
