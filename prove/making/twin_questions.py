# SPDX-License-Identifier: MIT
"""What the onlookers ask: a person of the police the local API, the partner BBB the exchange face."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, urlencode

from twin_acts import CCC, WORDS
from twins import POLICE, Question, Twins

from making_release import uid
from tasuki.services import channel, health, ledger

HILL: Final = f"{POLICE}@hill"
FORBIDDEN: Final = (
    ("GET", "/v1/health/status"), ("GET", "/v1/metrics"), ("GET", "/v1/holdings/quarantine"), ("GET", "/v1/partners"),
    ("GET", "/v1/ledger"), ("GET", "/v1/channel/envelopes"), ("GET", "/v1/persons"), ("GET", "/v1/detection"),
    ("POST", "/v1/release/mark"), ("POST", "/v1/holdings/dispose"), ("GET", "/v1/nowhere"), ("PUT", "/v1/holdings"),
    ("OPTIONS", "/v1/holdings"), ("HEAD", "/v1/health"),
)  # fmt: skip


def pool(twins: Twins, chance: random.Random) -> str:
    """Return an id to ask about: visible, hidden in one, hidden in the other, gone, or of nothing."""
    chosen = chance.choice(
        [
            twins.visible,
            twins.one.hidden[-20:],
            twins.other.hidden[-20:],
            [uid("indicator", 20_000 + chance.randrange(12)), uid("indicator", 100 + chance.randrange(60))],
            [uid("indicator", 77_777_777), "indicator--x", "%00", "x" * 400, "..", "é"],
        ]
    )
    return chance.choice(chosen) if chosen else uid("malware", 9)


def _get(kind: str, twins: Twins, path: str, **query: object) -> Question:
    said = urlencode({name: str(value) for name, value in query.items() if value not in (None, "")})
    return Question(kind, "GET", path, query=said, headers=_bearer(twins.token))


def _bearer(token: str) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"authorization", f"Bearer {token}".encode()),)


def _place(twins: Twins, chance: random.Random) -> str:
    """Return a cursor: of the last list, or of anything."""
    if twins.seen and chance.random() < 0.6:
        return chance.choice(twins.seen)
    return f"{pool(twins, chance)}@{chance.choice(['0' * 64, *twins.digests[-30:]])}"


def lists(twins: Twins, chance: random.Random) -> Question:
    """A list, from its beginning or after an object."""
    after = _place(twins, chance) if chance.random() < 0.5 else ""
    types = chance.choice(["", "", "indicator", "report,note", "x-custom"])
    return _get("list", twins, "/v1/holdings", limit=chance.choice([1, 2, 5, 20, 10_000]), type=types, after=after)


def finds(twins: Twins, chance: random.Random) -> Question:
    """A search for words that hidden and visible texts hold."""
    wanted = " ".join(chance.sample(WORDS, chance.randrange(1, 3)))
    after = _place(twins, chance) if chance.random() < 0.3 else ""
    wanted = chance.choice([wanted, wanted, wanted, "organisation", "older", "酒", "nowhere", pool(twins, chance)])
    return _get("find", twins, "/v1/holdings/find", words=wanted, limit=chance.choice([1, 3, 50]), after=after)


def shows(twins: Twins, chance: random.Random) -> Question:
    """One id."""
    return _get("show", twins, f"/v1/holdings/{pool(twins, chance)}", view=chance.choice(["", "2.1"]))


def explains(twins: Twins, chance: random.Random) -> Question:
    """Whether the reader may have an id."""
    to = chance.choice([HILL, HILL, HILL, str(POLICE), "BBB/cert:csirt"])
    return _get("explain", twins, f"/v1/release/explain/{pool(twins, chance)}", to=to)


def exports(twins: Twins, chance: random.Random) -> Question:
    """Everything, some types, or some ids."""
    ids = [pool(twins, chance) for _ in range(chance.choice([0, 0, 1, 1, 3]))]
    if ids and chance.random() < 0.5:
        ids = chance.sample(twins.visible, 2)
    wanted = {"ids": ids, "types": chance.choice([[], [], ["indicator"]]), "newest": chance.random() < 0.5}
    body = json.dumps(wanted).encode()
    return Question("export", "POST", "/v1/holdings/export", body=body, headers=_bearer(twins.token))


def forbidden(twins: Twins, chance: random.Random) -> Question:
    """What is not for readers."""
    method, path = chance.choice(FORBIDDEN)
    return Question("forbidden", method, path, body=b"{}", headers=_bearer(twins.token))


def wrong(twins: Twins, chance: random.Random) -> Question:
    """A question of another form."""
    query = chance.choice(["limit=0", "limit=x", "colour=red", "source=local", "limit=99999", "after=" + "x" * 2000])
    return Question("wrong", "GET", "/v1/holdings", query=query, headers=_bearer(twins.token))


def unknown(_twins: Twins, chance: random.Random) -> Question:
    """A token nobody has."""
    return Question("unknown", "GET", "/v1/holdings", headers=_bearer(f"tasuki_{chance.randrange(10**9)}"))


READER: Final[tuple[Callable[[Twins, random.Random], Question], ...]] = (
    lists, lists, lists, finds, finds, shows, shows, explains, exports, forbidden, wrong, unknown,
)  # fmt: skip


def of_reader(twins: Twins, chance: random.Random, count: int) -> Iterator[Question]:
    """Yield questions of the police."""
    for _ in range(count):
        yield chance.choice(READER)(twins, chance)


def of_partner(twins: Twins, chance: random.Random, count: int) -> Iterator[Question]:
    """Yield questions of BBB, most of them such as no honest node would ask."""
    shown = twins.bbb.anchor.tls_certificate
    for _ in range(count):
        yield chance.choice(
            [
                Question("health", chance.choice(["GET", "POST"]), health.PATH, body=b"x", certificate=shown),
                Question("path", "GET", chance.choice(["/", "/v1/holdings", f"/v1/holdings/{_quoted(twins, chance)}"]),
                         certificate=shown),
                Question("method", chance.choice(["PUT", "DELETE", "HEAD"]), channel.PATH, certificate=shown),
                Question("stranger", "POST", channel.PATH, body=_envelope(twins, chance), certificate=b"nobody"),
                Question("garbage", "POST", channel.PATH, body=chance.choice([b"", b"x", b"TASUKIE\x01\x00"]),
                         certificate=shown),
                Question("again", "POST", channel.PATH, body=_envelope(twins, chance), certificate=shown),
                Question("cut", "POST", channel.PATH, body=_envelope(twins, chance)[:-3], certificate=shown),
                Question("others", "POST", channel.PATH, body=chance.choice(CCC.envelopes), certificate=shown),
                Question("mirror", "POST", ledger.MIRROR, body=_page(chance), certificate=shown),
                Question("checkpoint", "POST", ledger.ADD_CHECKPOINT, body=_checkpoint(chance), certificate=shown),
            ]
        )  # fmt: skip


def _quoted(twins: Twins, chance: random.Random) -> str:
    return quote(pool(twins, chance))


def _envelope(twins: Twins, chance: random.Random) -> bytes:
    return chance.choice(twins.carried) if twins.carried else b"TASUKIE\x01"


def _page(chance: random.Random) -> bytes:
    """Return a page of a log: of BBB's own, of another's, of nothing."""
    of = chance.choice(["BBB/bbb-1/pair/AAA", "CCC/ccc-1/pair/AAA", "AAA/aaa-1/pair/CCC", "AAA/aaa-1/audit"])
    pages = [b"", b"{}", json.dumps({"log": f"tasuki/{of}", "start": chance.randrange(3), "leaves": []}).encode()]
    return chance.choice(pages)


def _checkpoint(chance: random.Random) -> bytes:
    of = chance.choice(["BBB/bbb-1/pair/AAA", "CCC/ccc-1/pair/AAA", "AAA/aaa-1/pair/CCC"])
    return chance.choice([b"", b"old 0\n\ngarbage\n", f"old {chance.randrange(9)}\n\ntasuki/{of}\n1\nAAAA\n".encode()])


KINDS: Final = (
    "list", "find", "show", "explain", "export", "forbidden", "wrong", "unknown",
    "health", "path", "method", "stranger", "garbage", "again", "cut", "others", "mirror", "checkpoint",
)  # fmt: skip
