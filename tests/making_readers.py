# SPDX-License-Identifier: MIT
"""People who read at a node beside its home, and a way to ask its local API as one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from making_nodes import Hands, introduce, make_node
from making_release import PROFILE, answer_envelopes
from tasuki.faces.api.app import api_app
from tasuki.services import persons
from tasuki.services.channel import sync
from tasuki.services.node import Node

POLICE = "AAA/police:policy"
HOME = "AAA/cert:csirt"


@dataclass(frozen=True)
class Reader:
    """Somebody with a token, or the home without one."""

    node: Node
    token: str | None = None

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Ask the local API."""

        async def talk() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=api_app(self.node), raise_app_exceptions=False)
            headers = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
            async with httpx2.AsyncClient(transport=transport, headers=headers) as client:
                return await client.request(method, f"http://node/v1{path}", **more)

        return asyncio.run(talk())

    def ids(self, **params: Any) -> list[str]:
        """Return the ids a list of holdings gives, in its order."""
        answer = self.ask("GET", "/holdings", params={"limit": 10_000, **params})
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()]

    def found(self, words: str, **params: Any) -> list[str]:
        """Return the ids a search gives, in its order."""
        answer = self.ask("GET", "/holdings/find", params={"words": words, "limit": 10_000, **params})
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()]

    def taken(self, **selection: Any) -> list[str]:
        """Return the ids an export holds, in its order."""
        answer = self.ask("POST", "/holdings/export", json=selection)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json().get("objects", [])]


def let_in(node: Node, name: str, desk: str = POLICE) -> Reader:
    """Let somebody read at a node."""
    return Reader(node, persons.add(node, name, desk).token)


@dataclass
class Pair:
    """A node with readers, and the node of a partner."""

    aaa: Node
    bbb: Node
    hands: Hands

    def carry(self) -> None:
        """Let everything that waits travel, both ways."""
        while sync(self.aaa, "BBB") + sync(self.bbb, "AAA"):
            pass


@contextmanager
def pair(folder: Path, url: str | None = None) -> Iterator[Pair]:
    """Give two nodes that know each other; the first has its database at a URL where one is named."""
    hands = Hands()
    aaa = make_node(folder / "aaa", "AAA/aaa-1", answer_envelopes, url=url, hands=hands, under=PROFILE)
    bbb = make_node(folder / "bbb", "BBB/bbb-1", answer_envelopes, hands=hands, under=PROFILE)
    introduce(aaa, bbb)
    try:
        yield Pair(aaa, bbb, hands)
    finally:
        aaa.database.close()
        bbb.database.close()
