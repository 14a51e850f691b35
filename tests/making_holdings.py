# SPDX-License-Identifier: MIT
"""Makes objects to hold, and one node to hold them, for tests that look at what became of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from making_nodes import Hands, make_node
from tasuki.services.importing import Statement, import_stream, terms_of
from tasuki.services.intake import ImportReport
from tasuki.services.node import Node
from tasuki.store import ledger

AT = "2026-01-01T00:00:00.000Z"
OPEN = Statement(tlp="clear", basis="open-source")


def uid(kind: str, number: int) -> str:
    """Return a STIX id that is the same in every run."""
    return f"{kind}--{uuid.uuid5(uuid.NAMESPACE_DNS, f'{kind}{number}.example')}"


def obj(number: int = 1, kind: str = "identity", **more: Any) -> dict[str, Any]:
    """Return an object; `more` changes it."""
    made = {
        "type": kind,
        "spec_version": "2.1",
        "id": uid(kind, number),
        "created": AT,
        "modified": AT,
        "name": f"organisation number {number}",
    }
    return {**made, **more}


def raw(value: Any) -> bytes:
    """Return the bytes of a value, as somebody else might write it."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def lines(*values: Any) -> bytes:
    """Return values as JSON lines."""
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


@contextmanager
def one_node(directory: Path, *, hands: Hands | None = None, url: str | None = None) -> Iterator[Node]:
    """Give a node that nobody knows yet."""
    node = make_node(directory, "GBR/gbr-1", lambda *_: b"", hands=hands or Hands(), url=url)
    try:
        yield node
    finally:
        node.database.close()


def bring(
    node: Node, content: bytes | Iterable[bytes], name: str = "feed.jsonl", statement: Statement = OPEN
) -> ImportReport:
    """Import content as a person would."""
    chunks = [content] if isinstance(content, bytes) else content
    return import_stream(node, name, chunks, terms_of(node, statement), keep_ids=True)


def audited(node: Node, kind: str) -> list[dict[str, Any]]:
    """Return the bodies of the entries of one kind in the private log, oldest first."""
    with node.database.read() as connection:
        leaves = ledger.leaves(connection, "audit", 0, 10_000)
    return [dict(leaf.body) for leaf in leaves if leaf.kind == kind]
