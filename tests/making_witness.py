# SPDX-License-Identifier: MIT
"""A small C2SP witness over HTTP on loopback, with key and memory of its own: it shares no rule with the product."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grew(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether a tree grew, by the recursive definition of RFC 6962, 2.1.2, turned round."""
    rest = list(proof)

    def climb(count: int, size: int, *, whole: bool) -> tuple[bytes, bytes]:
        if count == size:
            top = old_root if whole else rest.pop(0)
            return top, top
        split = 1 << (size - 1).bit_length() - 1
        if count <= split:
            before, after = climb(count, split, whole=whole)
            return before, _node(after, rest.pop(0))
        before, after = climb(count - split, size - split, whole=False)
        left = rest.pop(0)
        return _node(left, before), _node(left, after)

    try:
        return climb(old, new, whole=True) == (old_root, new_root) and not rest
    except IndexError:
        return False


@dataclass
class Witness:
    """What it remembers, and how it answers.

    Attributes:
        seen: every request as it came.
        lie: what to answer instead, if anything.
    """

    name: str = "third.example/w1"
    now: int = 0
    seed: bytes = bytes(range(32))
    state: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    seen: list[bytes] = field(default_factory=list)
    lie: tuple[int, bytes] | None = None

    @property
    def public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n\x04" + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([4]) + self.public).decode()}"

    def answer(self, body: bytes) -> tuple[int, bytes]:
        self.seen.append(body)
        if self.lie is not None:
            return self.lie
        head, _, note = body.partition(b"\n\n")
        first, *proof = head.decode().split("\n")
        text = note.partition(b"\n\n")[0].decode() + "\n"
        origin, size, root = text.split("\n")[:3]
        old, new, top = int(first.removeprefix("old ")), int(size), base64.b64decode(root)
        kept, kept_root = self.state.get(origin, (0, b""))
        if old != kept or (new == kept and top != kept_root):
            return 409, f"{kept}\n".encode()
        if kept and not grew(kept, new, kept_root, top, [base64.b64decode(each) for each in proof]):
            return 422, b"proof\n"
        self.state[origin] = new, top
        return 200, self.line(text)

    def line(self, text: str) -> bytes:
        message = f"cosignature/v1\ntime {self.now}\n{text}".encode()
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        blob = self.key_id + self.now.to_bytes(8, "big") + signature
        return f"— {self.name} {base64.b64encode(blob).decode()}\n".encode()


@contextmanager
def served(witness: Witness) -> Iterator[str]:
    """Serve a witness on loopback; give its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/w/add-checkpoint"
            status, body = witness.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/w"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
