# SPDX-License-Identifier: MIT
"""Two nodes that reach each other by files alone, and bundles that keep every rule but one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from making_ledger import put
from making_nodes import Hands, two_nodes
from tasuki.base.ids import ParticipantId
from tasuki.formats.bundle.bundle import Bundle, Manifest, Part, manifest_statement, read_bundle, write_bundle
from tasuki.services import bundle
from tasuki.services.node import Node


def nobody(_node: Node, _certificate: bytes, path: str, _body: bytes) -> bytes:
    """There is no network."""
    message = f"{path} was asked over a network"
    raise AssertionError(message)


@contextmanager
def apart(directory: Path, hands: Hands | None = None) -> Iterator[tuple[Node, Node]]:
    """Give the UK's and Japan's node, introduced to each other and never connected."""
    with two_nodes(directory, nobody, hands=hands) as pair:
        yield pair


def made(node: Node, partner: str) -> bytes:
    """Return the next bundle of a node for a partner."""
    return bundle.export(node, ParticipantId(partner)).bytes_for(partner)


def carried(sender: Node, reader: Node) -> bundle.Took:
    """Make the next bundle and take it in on the other side."""
    return bundle.take_in(reader, made(sender, reader.me.participant))


def with_letters(node: Node, partner: str, count: int = 1) -> bytes:
    """Queue messages, and return the bundle they are in."""
    for _ in range(count):
        put(node, partner)
    return made(node, partner)


def signed(node: Node, manifest: Manifest, parts: tuple[Part, ...]) -> bytes:
    """Return a bundle that a node signs, whatever it says."""
    statement = manifest_statement(manifest, parts)
    return write_bundle(statement, node.signer.sign_bundle(statement), parts)


def changed(node: Node, raw: bytes, *, parts: tuple[Part, ...] | None = None, **changes: object) -> bytes:
    """Return a bundle with another manifest or other parts, signed again by its sender."""
    read: Bundle = read_bundle(raw)
    return signed(node, replace(read.manifest, **changes), read.parts if parts is None else parts)
