# SPDX-License-Identifier: MIT
"""A node full of things that must not come out, and a partner who asks for everything it may ask for.

AAA holds the canaries. BBB is the partner who must hear nothing of them; CCC is the third, of whose dealings with AAA
BBB must hear nothing either. Whatever leaves AAA for BBB is collected by the way it took.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from making_release import AAA, BBB, CCC, LATER, Three, indicator, raw_of, report, take_in, three_nodes, uid
from making_trusting import give_trust
from tasuki.adapters.logs import redact, trace
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.model import PersonalData
from tasuki.core.persons.model import Principal
from tasuki.core.reconciliation.sets import Span
from tasuki.core.recovery.messages import write_question
from tasuki.core.release.circumstances import GrantKind
from tasuki.core.release.released import Released
from tasuki.faces.api.app import ROUTES, api_app
from tasuki.faces.exchange.app import exchange_app
from tasuki.faces.exchange.peer import SCOPE_KEY
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.json.pieces import Piece
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, make_key
from tasuki.formats.tlog.policy import Policy
from tasuki.services import (
    bundle,
    channel,
    consent,
    health,
    ledger,
    partners,
    persons,
    reconciliation,
    recovery,
    release,
    tearline,
    trust,
    withdrawal,
)
from tasuki.services import holdings as showing
from tasuki.services.intake import import_pieces
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.services.node.link import Third
from tasuki.services.recovery.collecting import first_question
from tasuki.store import channel as store

WORD = "CANARY7f3aQX"
"""Stands in every field of what must not come out."""

MARK = "cafe0000-"
"""Begins the UUID of every object that must not come out."""


def secret(number: int, *levels: str, kind: str = "indicator", **properties: Any) -> dict[str, Any]:
    """Return an object whose id and every text is a canary."""
    words = {
        "name": f"{WORD} name",
        "description": f"{WORD} description",
        "pattern": f"[domain-name:value = '{WORD}{number}.example']",
        "x_custom": {WORD: [WORD]},
        "labels": [WORD],
    }
    identifier = f"{kind}--{MARK}{number:04}-4000-8000-000000000000"
    return {**indicator(number, *levels), **words, "type": kind, "id": identifier, **properties}


@dataclass
class Heard:
    """What left AAA for BBB, by the way it took; what AAA wrote into its log; what it released at all.

    Attributes:
        local: what a reader of another desk heard at AAA itself, by route.
    """

    ways: dict[str, list[bytes]] = field(default_factory=dict)
    local: dict[str, list[bytes]] = field(default_factory=dict)
    log: list[bytes] = field(default_factory=list)
    released: list[tuple[str, str, list[bytes]]] = field(default_factory=list)
    metrics: bytes = b""
    forbidden: list[bytes] = field(default_factory=list)
    asked: bytes = b""

    def hear(self, way: str, *said: bytes) -> None:
        self.ways.setdefault(way, []).extend(self.beside_the_question(_unpacked(each)) for each in said)

    def beside_the_question(self, said: bytes) -> bytes:
        """Take out of an answer what was in the question: what BBB said itself is no news to it."""
        for word in self.forbidden:
            if word in self.asked:
                said = said.replace(word, b"[asked]")
        return said

    def traces(self, said: bytes) -> list[bytes]:
        """Return what of the forbidden occurs in bytes, plain or in base64."""
        return [each for each in self.forbidden if each in said]


def _unpacked(said: bytes) -> bytes:
    """Return an answer to a restored node with its base64 undone: signatures in it may hold any four letters."""
    head, _, content = said.rpartition(b"\n\n")
    if not content.startswith(b'{"closed"'):
        return said
    value = json.loads(content)
    blobs = [*value.pop("receipts"), *value.pop("cosigned"), value.pop("note"), value.pop("root")]
    blobs += [each.pop(name) for each in value["sent"] for name in ("receipt", "body")]
    blobs += [each.pop("salt") for each in (*value["leaves"], *value["theirs"])]
    return b"\n\n".join((head, canonical(value), *map(base64.b64decode, blobs)))


def _encodings(text: str) -> Iterator[bytes]:
    """Yield a text and how it looks inside base64, at each of the three places it may begin at."""
    yield text.encode()
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + text.encode() + b"yyy")
        yield whole[4 if shift else 0 : len(whole) - 8]


def ask(node: Node, certificate: bytes, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """Ask a node's exchange face as whoever presents a certificate."""
    inner = exchange_app(node)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope[SCOPE_KEY] = certificate
        await inner(scope, receive, send)

    async def talk() -> tuple[int, bytes]:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            answer = await client.request(method, f"http://node{path}", content=body)
            said = b"\n".join(f"{name}: {value}".encode() for name, value in answer.headers.items())
            return answer.status_code, said + b"\n\n" + answer.content

    return asyncio.run(talk())


def receive(node: Node, certificate: bytes, path: str, body: bytes) -> Any:
    """Answer through the whole exchange face."""
    status, said = ask(node, certificate, "POST", path, body)
    content = said.partition(b"\n\n")[2]
    return (status, content) if path == ledger.ADD_CHECKPOINT else content


PLACES = {
    channel.PATH: "services/channel/sending.py push",
    ledger.MIRROR: "services/ledger/cosigning.py _send",
    ledger.ADD_CHECKPOINT: "services/ledger/cosigning.py _ask",
    health.PATH: "services/health/life.py reach",
    recovery.PATH: "services/recovery/posting.py post",
    reconciliation.STATEMENT: "services/reconciliation/exchanging.py exchange",
    reconciliation.COMPARE: "services/reconciliation/comparing.py _ask",
    trust.PATH: "services/trust/following.py _ask",
}
"""From where in the code something is posted to each path."""


@contextmanager
def scene(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[tuple[Three, Heard]]:
    """Play everything once and give what was heard."""
    heard = Heard()
    with three_nodes(folder, receive) as three, capture_logs() as lines:
        _listen(three, heard, patch)
        _fill(three)
        _share(three)
        _agree(three)
        _recall(three)
        _trust(three)
        heard.forbidden += _forbidden(three)
        _visit(three, heard)
        _read_at_home(three, heard)
        _cosign(three)
        _ask_third(three, heard)
        _carry_files(three)
        heard.metrics = health.metrics(three.aaa)
        heard.log += [json.dumps(redact(None, "", trace(None, "", dict(line))), default=str).encode() for line in lines]
        yield three, heard


def _carry_files(three: Three) -> None:
    """Exchange by files what is left to say, both ways."""
    for sender, reader in ((three.aaa, three.bbb), (three.bbb, three.aaa)):
        participant = reader.me.participant
        bundle.take_in(reader, bundle.export(sender, participant).bytes_for(participant))


def _ask_third(three: Three, heard: Heard) -> None:
    """Let a witness that is no partner be asked, and answer nothing of use."""

    def noted(_url: str, body: Released) -> tuple[int, bytes]:
        heard.hear("services/ledger/third.py _post", body.body)
        return 500, b""

    key = make_key("third.example/w", COSIGNATURE_ED25519, bytes(range(32)))
    policy = Policy(logs=(), witnesses={"w": key}, groups={}, quorum="w", urls={"w": "https://third.example"})
    with suppress(PeerError):
        ledger.ask_third(three.aaa, Third(policy=policy, ask=noted), "BBB")


def _listen(three: Three, heard: Heard, patch: pytest.MonkeyPatch) -> None:
    """Note what AAA posts to BBB and what it releases."""
    post, made = three.aaa.link.post, Released.__init__
    mine = three.aaa.gate.rules.digest

    def noted(partner: Any, path: str, body: Released) -> Any:
        if partner.name.participant == "BBB":
            heard.hear(PLACES[path], body.body, *_opened(three.bbb, path, body.body))
        return post(partner, path, body)

    def noting(self: Released, key: object, **values: Any) -> None:
        made(self, key, **values)
        if self.policy == mine:
            objects = [each.raw + canonical(dict(each.entry)) for each in self.objects]
            bodies = [heard.beside_the_question(_unpacked(each)) for each in (self.body, *objects)]
            heard.released.append((self.kind, self.audience, bodies))

    patch.setattr(three.aaa.link, "post", noted)
    patch.setattr(Released, "__init__", noting)


def _opened(node: Node, path: str, raw: bytes) -> Iterator[bytes]:
    if path == channel.PATH:
        envelope = read_envelope(raw)
        yield envelope.header_bytes
        yield node.signer.open(envelope.header.enc_key_id, envelope.info, envelope.ciphertext)


def _fill(three: Three) -> None:
    """Let AAA hold canaries of every kind, and some that may go."""
    aaa = three.aaa
    take_in(aaa, *(indicator(number, "green") for number in (1, 2, 3, 4, 5)))
    take_in(aaa, secret(1, "red"), secret(2), secret(3, "green", object_marking_refs=[uid("marking-definition", 9)]))
    take_in(aaa, secret(4, "amber"), caveats=(("CCC",),))
    take_in(aaa, {**secret(5, kind="identity"), "identity_class": "organization"})
    take_in(aaa, indicator(6, "green", created_by_ref=secret(5, kind="identity")["id"]))
    take_in(aaa, report(7, "green", object_refs=[secret(1)["id"]]), report(8, "green", description=secret(1)["id"]))
    own = BASES["own-sensor"]
    take_in(aaa, secret(6, "green"), handling=replace(own, personal_data=PersonalData.YES))
    take_in(aaa, secret(7, "green"), handling=replace(own, dispose_by=three.hands.now))
    take_in(aaa, secret(8, "green"), secret(9, "green"), secret(10, "amber"))
    take_in(three.ccc, secret(11, "amber"))
    release.share(three.ccc, [secret(11)["id"]], AAA)
    take_in(three.bbb, indicator(50, "green"), report(51, "green", object_refs=[secret(1)["id"]]))
    terms = Terms(source=LOCAL, originator="AAA", handling=own)
    broken = [b'{"type": "' + WORD.encode(), raw_of({**secret(12, "green"), "x_note": "SECRET"})]
    import_pieces(aaa, [Piece(place=str(number), raw=raw) for number, raw in enumerate(broken)], terms)
    three.carry()


def _share(three: Three) -> None:
    """Share everything with BBB on every lane, narrow and recall some of it while it waits, and deal with CCC."""
    aaa = three.aaa
    release.share(aaa, [uid("indicator", 2)], BBB, lane="urgent")
    release.share(aaa, [uid("indicator", 3)], BBB, lane="exercise")
    release.share_all(aaa, BBB)
    release.share(aaa, [secret(4)["id"], secret(10)["id"], uid("indicator", 5)], CCC)
    release.share(aaa, [secret(11)["id"]], BBB)
    release.mark(aaa, [secret(8)["id"]], level="red")
    withdrawal.recall(aaa, [secret(9)["id"]], why="Too early.")
    release.mark(aaa, [secret(10)["id"]], level=None, audiences=["CCC"])
    release.share(three.bbb, [uid("indicator", 50)], AAA)
    three.carry()


def _agree(three: Three) -> None:
    """Ask for consent, both partners; override for CCC; make tear-lines of what must not go: canaries in every word."""
    aaa, later = three.aaa, three.hands.now + timedelta(days=9)
    one, two = (Principal(replace(AAA, person=name), name) for name in ("ash", "elm"))
    take_in(three.bbb, indicator(52, "amber"))
    release.share(three.bbb, [uid("indicator", 52)], AAA)
    take_in(aaa, indicator(40, "amber"))
    release.share(aaa, [uid("indicator", 40)], BBB)
    three.carry()
    police = Audience.parse("AAA/police:policy")
    onward = consent.Asking(ids=(uid("indicator", 52),), to=police, until=later, why="To warn them.")
    (asked,) = consent.ask(aaa, onward)
    consent.ask(aaa, consent.Asking(ids=(secret(11)["id"],), to=BBB, until=later, why=f"{WORD} why"))
    wish = consent.Asking(
        ids=(uid("indicator", 40),), to=replace(BBB, capacity="policy"), until=later, why="To warn them."
    )
    (theirs,) = consent.ask(three.bbb, wish)
    three.carry()
    consent.refuse(three.bbb, asked.request, why="Not yet.")
    consent.grant(aaa, theirs.request, why="Do.")
    statute = consent.Proposal(
        stix_id=secret(6)["id"], to=CCC, kind=GrantKind.STATUTORY, words=f"{WORD} Act", until=later
    )
    proposed = consent.propose(aaa, one, statute)
    consent.confirm(aaa, two, proposed.number, why=f"{WORD} Act applies")
    release.share(aaa, [secret(6)["id"]], CCC)
    line = tearline.Order(
        ids=(secret(1)["id"],),
        marking=tearline.Marking(to=str(BBB), tlp="green", personal_data="no"),
        edited=raw_of(indicator(60, name="A tear-line")),
        why=f"{WORD} derived",
    )
    released = tearline.release(aaa, two, tearline.draft(aaa, one, line).number, why=f"{WORD} released")
    release.share(aaa, [released.id], BBB)
    unused = tearline.Order(
        ids=(secret(2)["id"],),
        marking=tearline.Marking(to=str(CCC), tlp="green", personal_data="no"),
        edited=raw_of(indicator(61, name=f"{WORD} draft")),
        why=f"{WORD} never released",
    )
    tearline.draft(aaa, one, unused)
    three.carry()


def _recall(three: Three) -> None:
    """Take back by each verb what BBB got and what only CCC got; let BBB recall what it sent and what it did not."""
    aaa = three.aaa
    for number in (41, 42, 43):
        take_in(aaa, indicator(number, "green"))
    release.share(aaa, [uid("indicator", number) for number in (41, 42, 43)], BBB)
    three.carry()
    withdrawal.revoke(aaa, [uid("indicator", 41)], why="It was wrong.")
    better = indicator(42, "green", modified=LATER, description="better")
    withdrawal.correct(aaa, uid("indicator", 42), raw_of(better), why="Better now.")
    withdrawal.narrow(aaa, [uid("indicator", 43)], level="amber", why="Fewer may have it.")
    withdrawal.recall(aaa, [secret(6)["id"]], why=f"{WORD} reason")
    three.carry()
    withdrawal.recall(three.aaa, [uid("indicator", 1), secret(10)["id"]], why="Sent by mistake.")
    withdrawal.recall(three.bbb, [uid("indicator", 50)], why="Ours, by mistake.")
    body = canonical({"ids": [secret(1)["id"]], "reason": "Not ours.", "at": LATER})
    decided = canonical(
        {"env_id": "01890a5d-ac96-774b-bcce-b302099a8057", "decision": "accepted", "office": "cert", "at": LATER}
    )
    for node, partner, kind, message in ((three.bbb, "AAA", "recall", body), (three.aaa, "BBB", "receipt", decided)):
        node.database.write(
            lambda c, partner=partner, kind=kind, message=message: store.enqueue(
                c, partner=partner, lane="urgent", kind=kind, body=message, at=three.hands.now
            )
        )
    three.carry()


def _trust(three: Three) -> None:
    """Let AAA and BBB know each other by trust metadata; AAA says with whom it deals, and revokes a key."""
    aaa, bbb = three.aaa, three.bbb
    for node in (aaa, bbb):
        give_trust(node)
    for node, peer in ((aaa, bbb), (bbb, aaa)):
        partners.add(node, partners.export_trust(peer).body)
    trust.publish_peers(aaa, ["BBB", "CCC"])
    key = aaa.anchor.current(Purpose.ENVELOPE, Algorithm.ED25519, aaa.clock.now()).id
    trust.revoke(aaa, key, None, ["ash", "elm"])
    trust.refresh(bbb, "AAA")


def _of_trust(version: int) -> bytes:
    """Return a question for what is newer than this version of every role."""
    versions = dict.fromkeys(("root", "keys", "peers"), version)
    return canonical({"held": versions, "mine": versions})


def _visit(three: Three, heard: Heard) -> None:
    """Let BBB ask for everything it may ask for, and for much that it may not."""
    shown = three.bbb.anchor.tls_certificate

    def visit(
        way: str, body: bytes = b"", *, path: str | None = None, method: str | None = None, before: bytes = b""
    ) -> None:
        verb, known = way.rsplit(" ", 1)
        heard.asked = (path or known).encode() + body + before
        status, said = ask(three.aaa, shown, method or verb.split(",")[0], path or known, body)
        heard.hear(way, str(status).encode() + b"\n" + said)
        heard.asked = b""

    envelopes = f"POST {channel.PATH}"
    others = [raw for path, raw in three.ccc.link.carried if path == channel.PATH]
    ours = [raw for path, raw in three.bbb.link.carried if path == channel.PATH]
    for raw in (b"", b"garbage", *others, *ours, ours[0][:-1]):
        visit(envelopes, raw)
    for page in (b"", b"{}", _page(three, "BBB"), _page(three, "CCC")):
        visit(f"POST {ledger.MIRROR}", page)
    for request in (b"", b"old 0\n\ngarbage\n", b"old 9\n\ntasuki/CCC/ccc-1/pair/AAA\n1\nAAAA\n"):
        visit(f"POST {ledger.ADD_CHECKPOINT}", request)
    stated = reconciliation.make(three.bbb, three.aaa.anchor).raw
    for raw in (b"", b"garbage", reconciliation.make(three.ccc, three.aaa.anchor).raw, stated, stated[:-1]):
        visit(f"POST {reconciliation.STATEMENT}", raw)
    for way in ("sent", "received"):
        span = {"way": way, "lane": "urgent", "epoch": 1, "first": 1, "last": 60}
        visit(f"POST {reconciliation.COMPARE}", canonical({"spans": [span, {**span, "lane": "bulk"}]}))
    visit(f"POST {reconciliation.COMPARE}", canonical({"spans": []}))
    whole = replace(first_question(three.bbb, "AAA"), size=0, mirror=0)
    anew = tuple(replace(each, next_in=1, receipts_from=1, next_out=1, sent_from=1) for each in whole.lanes)
    for question in (whole, replace(whole, lanes=anew), replace(whole, lanes=anew, resend=True)):
        visit(f"POST {recovery.PATH}", canonical(write_question(question)), before=_said_by_bbb(three))
    for raw in (b"", b"garbage", b"{}", *map(_of_trust, (0, 1, 99))):
        visit(f"POST {recovery.PATH}", raw)
        visit(f"POST {trust.PATH}", raw)
    visit(f"GET, POST {health.PATH}")
    visit(f"GET, POST {health.PATH}", WORD.encode(), method="POST")
    for path in ("/", "/v1/holdings", f"/v1/holdings/{secret(1)['id']}", "/v1/metrics", "/exchange/v1/envelopes/"):
        visit(f"GET, POST {health.PATH}", path=path)
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(ledger, "receive_mirror", _fail)
        visit(f"POST {ledger.MIRROR}", _page(three, "BBB"))


def _said_by_bbb(three: Three) -> bytes:
    """Return what BBB said to AAA in notices, which it hears again when it was restored."""
    with three.aaa.database.read() as connection:
        bodies = connection.execute(store.MESSAGES_IN.select().where(store.MESSAGES_IN.c.partner == "BBB")).columns(
            "body"
        )
        return b"".join(body + base64.b64encode(body) for body in bodies.scalars())


READER_ROUTES = (
    ("GET", "/v1/holdings?limit=10000"),
    ("GET", "/v1/holdings?limit=2&type=indicator,identity,report"),
    ("GET", "/v1/holdings/find?words={word}"),
    ("GET", "/v1/holdings/find?words=canary7f3aqx+name"),
    ("GET", "/v1/holdings/find?words=indicator"),
    ("GET", "/v1/holdings/{id}"),
    ("GET", "/v1/holdings/{id}?view=2.1"),
    ("GET", "/v1/holdings?after={id}@{digest}"),
    ("GET", "/v1/holdings?after={id}@{digest}@local"),
    ("GET", "/v1/release/explain/{id}?to={me}"),
    ("GET", "/v1/release/explain/{id}?to=BBB/cert:csirt"),
    ("POST", "/v1/holdings/export"),
    ("GET", "/v1/holdings/{none}"),
)
"""What a reader may ask, and how it may ask for what it must not get."""


def _read_at_home(three: Three, heard: Heard) -> None:
    """Let somebody of the police at AAA ask for everything they may ask for, and for every other route."""
    aaa, me = three.aaa, "AAA/police:policy@hill"
    token = persons.add(aaa, "hill", "AAA/police:policy").token
    heard.forbidden.append(persons.add(aaa, "moss", "AAA/police:policy").token.encode())
    app = api_app(aaa)
    ids = [secret(number)["id"] for number in range(1, 13)] + [uid("indicator", 2)]
    digest = hashlib.sha256(raw_of(secret(1, "red"))).hexdigest()

    def ask_as(method: str, path: str, body: bytes = b"") -> None:
        async def talk() -> bytes:
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, headers={"authorization": f"Bearer {token}"}) as client:
                answer = await client.request(method, f"http://node{path}", content=body)
                said = b"\n".join(f"{name}: {value}".encode() for name, value in answer.headers.items())
                return str(answer.status_code).encode() + b"\n" + said + b"\n\n" + answer.content

        heard.asked = path.encode() + body
        heard.local.setdefault(f"{method} {path.partition('?')[0]}", []).append(
            heard.beside_the_question(asyncio.run(talk()))
        )
        heard.asked = b""

    for method, path in READER_ROUTES:
        for each in ids if "{id}" in path else ids[:1]:
            filled = path.format(id=each, word=WORD, me=me, digest=digest, none=uid("malware", 1))
            ask_as(method, filled, b"{}" if method == "POST" else b"")
    ask_as("POST", "/v1/holdings/export", canonical({"ids": [secret(1)["id"]]}))
    for route in ROUTES:
        ask_as(min(route.methods - {"HEAD"}), route.path.replace("{", "").replace("}", ""), b"{}")


def _fail(*_: object) -> None:
    raise ValueError(WORD)


def _page(three: Three, participant: str) -> bytes:
    """Return a page of a log that claims an envelope of AAA and CCC."""
    with three.aaa.database.read() as connection:
        known = store.history(connection, partner="CCC", lane=None, limit=1)[0]
    leaf = {
        "kind": "receipt-issued", "salt": base64.b64encode(bytes(32)).decode(),
        "body": {"env_id": known.env_id, "env_hash": known.hash, "lane": known.lane, "epoch": 1, "seq": known.seq,
                 "status": "stored", "receipt_hash": "0" * 64},
    }  # fmt: skip
    name = f"{participant}/{participant.lower()}-1"
    return canonical({"log": f"tasuki/{name}/pair/AAA", "start": 0, "leaves": [leaf]})


def _cosign(three: Three) -> None:
    """Have the logs mirrored and cosigned, ask for signs of life, and write what people take along."""
    aaa = three.aaa
    for node in three.all:
        for peer in three.all:
            if peer is not node:
                ledger.cosign_with(node, peer.me.participant)
    health.reach(aaa, three.bbb.anchor)
    recovery.confirm(aaa, three.bbb.me.participant)
    reconciliation.exchange(aaa, three.bbb.me.participant)
    everything = Span(way="sent", lane="urgent", epoch=1, first=1, last=10_000)
    reconciliation.compare(aaa, three.bbb.anchor, [everything])
    trust.refresh(aaa, "BBB")
    partners.export_anchor(aaa)
    partners.export_trust(aaa, "BBB")
    with aaa.database.read() as connection:
        known = store.history(connection, partner="BBB", lane=None, limit=99)
    sent = next(each for each in reversed(known) if each.direction == "out")
    for opened in (False, True):
        ledger.export_evidence(aaa, "BBB", sent.env_id, opened=opened)
    list(showing.export(aaa, showing.Selection()))


def _forbidden(three: Three) -> list[bytes]:
    """Return everything of which BBB must see no trace."""
    words = [WORD, MARK]
    with three.aaa.database.read() as connection:
        words += [each.env_id for each in store.history(connection, partner="CCC", lane=None, limit=999)]
    for number in range(1, 13):
        for obj in (secret(number, "amber"), secret(number, "green"), secret(number, "red"), secret(number)):
            words.append(hashlib.sha256(raw_of(obj)).hexdigest())
    found = [code for word in words for code in _encodings(word)]
    return [*found, b'"CCC', b"CCC/", b"/CCC"]
