# SPDX-License-Identifier: MIT
"""The signer: its own process, the only one that holds private keys; it reads what it signs.

The node and the signer talk over socket pairs that only they hold: no path to guess, nothing to connect to. When the
node ends, however it ends, the sockets close and the signer ends too.
"""

from __future__ import annotations

import base64
import contextlib
import queue
import re
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA65PrivateKey

from tasuki.adapters.clock import Entropy
from tasuki.adapters.keyfiles import FOLDER, PrivateKey, destroy_key, load_keys, renew_keys
from tasuki.adapters.reasons import (
    CANNOT_OPEN,
    KEY_FILE_BAD,
    KEYS_MISSING,
    KEYS_SEALED,
    NO_PRIVATE_KEY,
    NOT_OURS,
    PASSPHRASE_FILE,
    PASSPHRASE_WRONG,
    SIGNER_GONE,
    SIGNER_REFUSED,
)
from tasuki.adapters.sealing import open_sealed, private_key
from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, PeerError, TasukiError, WorldError
from tasuki.base.ids import NodeName
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.channel.model import STATEMENT_TYPES
from tasuki.core.ledger.model import witness_name
from tasuki.formats.bundle import bundle
from tasuki.formats.envelope import anchor, receipt, statement
from tasuki.formats.envelope.header import read_header
from tasuki.formats.suites.fields import Fields, read_statement
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose, public_key
from tasuki.formats.suites.signatures import Signatures, context, read_signatures, signing_input
from tasuki.formats.tlog.cosignature import read_message_v2
from tasuki.formats.trust.statement import (
    ROLES,
    KeySignature,
    Signed,
    fields_of,
    key_json,
    read_signed,
    write_signed,
)

CONNECTIONS: Final = 4
"""Statements that may be signed at once; more wait their turn."""

MAX_MESSAGE_BYTES: Final = 64 << 20
"""One question or answer; the largest is a sealed payload."""

_COSIGNATURE = re.compile(rb"cosignature/v1\ntime (0|[1-9][0-9]{0,11})\n([^\n]+)\n(0|[1-9][0-9]*)\n")
_READY: Final = b"ready"
_LENGTH_BYTES = 4
_ATTEMPTS = 3
_Sockets = queue.LifoQueue[socket.socket | None]


class Desk:
    """What the signer does with its keys: typed statements only, and only those that name this node as their author."""

    def __init__(
        self,
        me: NodeName,
        keys: Iterable[PrivateKey],
        directory: Path | None = None,
        entropy: Entropy | None = None,
    ) -> None:
        """Sign for `me` with `keys`; with a directory, new keys are made there and those of another process found.

        New keys are drawn from `entropy`: the system's, unless it is the bench that asks.
        """
        self._me = me
        self._entropy = entropy or Entropy()
        self._directory = directory
        self._learned = 0
        self._keys = {(key.public.purpose, key.public.id): key for key in keys}

    def sign_envelope(self, header: bytes) -> bytes:
        """Return the signature block over an envelope header that names this node as its sender."""
        read, _ = read_header(header)
        self._require_author("envelope", read.sender)
        if read.type in STATEMENT_TYPES:
            raise CallerError(NOT_OURS.because(what="envelope", me=str(self._me), found=read.type))
        return self._sign_pair(read.type, header, Purpose.ENVELOPE, read.sig_keys)

    def sign_receipt(self, statement: bytes) -> bytes:
        """Return the signature block over a stored receipt that names this node as its giver."""
        fields = Fields(read_statement(statement, "receipt"), "receipt")
        self._require_author("receipt", fields.node("by"))
        return self._sign_pair(receipt.STATEMENT_TYPE, statement, Purpose.ENVELOPE, fields.key_pair("sig_keys"))

    def sign_statement(self, signed: bytes) -> bytes:
        """Return the signature block over a statement that names this node as the one that states."""
        fields = Fields(read_statement(signed, "statement"), "statement")
        self._require_author("statement", fields.node("by"))
        return self._sign_pair(statement.STATEMENT_TYPE, signed, Purpose.ENVELOPE, fields.key_pair("sig_keys"))

    def sign_bundle(self, manifest: bytes) -> bytes:
        """Return the signature block over the manifest of a bundle that names this node as its sender."""
        fields = Fields(read_statement(manifest, "manifest"), "manifest")
        self._require_author("manifest", fields.node("from"))
        return self._sign_pair(bundle.STATEMENT_TYPE, manifest, Purpose.ENVELOPE, fields.key_pair("sig_keys"))

    def sign_anchor(self, statement: bytes) -> bytes:
        """Return the signature block over an anchor of this node, by its newest root keys."""
        fields = Fields(read_statement(statement, "anchor"), "anchor")
        self._require_author("anchor", fields.node("node"))
        root = self._newest(Purpose.ROOT, Algorithm.ED25519), self._newest(Purpose.ROOT, Algorithm.ML_DSA_65)
        return self._sign_pair(anchor.STATEMENT_TYPE, statement, Purpose.ROOT, root)

    def sign_trust(self, role: str, statement: bytes) -> bytes:
        """Return trust metadata of this node with the signatures of the keys it holds for that role.

        Source: docs/spec/trust.md clause 1.2.
        """
        if role not in ROLES:
            raise CallerError(NOT_OURS.because(what="trust metadata", me=str(self._me), found=str(role)[:20]))
        fields = fields_of(Signed(statement=statement, signatures=()), role)
        self._require_author("trust metadata", fields.node("node"))
        purpose = Purpose(role)
        ids = self._newest(purpose, Algorithm.ED25519), self._newest(purpose, Algorithm.ML_DSA_65)
        both = read_signatures(self._sign_pair(role, statement, purpose, ids))
        made = zip(ids, (both.ed25519, both.ml_dsa_65), strict=True)
        signatures = tuple(KeySignature(key=key, signature=signature) for key, signature in made)
        return write_signed(Signed(statement=statement, signatures=signatures))

    def public(self) -> bytes:
        """Return the public halves of every key here, as JSON."""
        return canonical([_public_json(key.public) for _, key in sorted(self._keys.items())])

    def renew(self, purposes: list[str], at: str) -> bytes:
        """Make new keys of these purposes, valid from `at`, and return their public halves as JSON."""
        wanted = tuple(Purpose(each) for each in purposes)
        if self._directory is None:
            raise CallerError(NO_PRIVATE_KEY.because(key="directory", purpose=", ".join(purposes)[:60]))
        made = renew_keys(self._directory, self._entropy, parse_rfc3339(at), wanted)
        self._learn()
        return canonical([_public_json(key) for key in made])

    def destroy(self, key_id: str) -> bytes:
        """Remove a private KEM key for good; what was sealed to it opens nowhere any more."""
        key = self._key(Purpose.KEM, key_id)
        if self._directory is not None:
            destroy_key(self._directory, key.public)
        del self._keys[Purpose.KEM, key_id]
        return b""

    def _learn(self) -> None:
        """Take in keys that were made in this node's directory since."""
        if self._directory is None:
            return
        changed = (self._directory / FOLDER).stat().st_mtime_ns
        if changed == self._learned:
            return
        for key in load_keys(self._directory):
            self._keys.setdefault((key.public.purpose, key.public.id), key)
        self._learned = changed

    def sign_checkpoint(self, text: bytes, key_id: str = "") -> bytes:
        """Return the Ed25519 signature of a log key over a checkpoint whose origin names this node.

        Without a key id the newest key signs.

        Source: C2SP signed-note, tlog-checkpoint.
        """
        origin = text.split(b"\n", 1)[0]
        if not self._is_ours(origin) or not text.endswith(b"\n"):
            raise CallerError(NOT_OURS.because(what="checkpoint", me=str(self._me), found=_shown(origin)))
        return self._sign_ed25519(Purpose.LOG, text, key_id)

    def cosign(self, message: bytes, key_id: str = "") -> bytes:
        """Return the Ed25519 signature of a witness key over a cosignature message about another node's log.

        Without a key id the newest key signs.

        Source: C2SP tlog-cosignature, Ed25519 signatures (`cosignature/v1`).
        """
        match = _COSIGNATURE.match(message)
        if match is None or self._is_ours(match[2]):
            found = "no cosignature/v1 message" if match is None else _shown(match[2])
            raise CallerError(NOT_OURS.because(what="cosignature", me=str(self._me), found=found))
        return self._sign_ed25519(Purpose.WITNESS, message, key_id)

    def cosign_ml_dsa_44(self, message: bytes, key_id: str = "") -> bytes:
        """Return the ML-DSA-44 signature of a witness key over a cosignature message about another node's log.

        Without a key id the newest key signs.

        Source: C2SP tlog-cosignature, ML-DSA-44 signatures (`subtree/v1`); FIPS 204 with an empty context.
        """
        said = read_message_v2(message)
        if said.witness != witness_name(str(self._me)) or self._is_ours(said.origin.encode()):
            found = f"{said.witness} {said.origin}"[:60]
            raise CallerError(NOT_OURS.because(what="cosignature", me=str(self._me), found=found))
        key = self._key(Purpose.WITNESS, key_id or self._newest(Purpose.WITNESS, Algorithm.ML_DSA_44))
        return MLDSA44PrivateKey.from_seed_bytes(key.secret).sign(message)

    def open(self, enc_key_id: str, info: bytes, ciphertext: bytes) -> bytes:
        """Return what was sealed to one of this node's KEM keys.

        Raises:
            PeerError: there is no such key, or it does not open.
        """
        key = self._key(Purpose.KEM, enc_key_id)
        return open_sealed(private_key(key.secret), info, ciphertext)

    def answer(self, question: bytes) -> bytes:
        """Return the answer to one question: `[0, result]` or `[1, code, params]`."""
        try:
            name, arguments = msgspec.msgpack.decode(question, type=tuple[str, list[Any]])
            result = _STATEMENTS[name](self, *arguments)
        except TasukiError as error:
            return msgspec.msgpack.encode([1, error.reason.code, dict(error.reason.params), str(error)])
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            return msgspec.msgpack.encode([1, SIGNER_REFUSED.code, {"why": type(error).__name__}, ""])
        return msgspec.msgpack.encode([0, result])

    def _require_author(self, what: str, author: NodeName) -> None:
        if author != self._me:
            raise CallerError(NOT_OURS.because(what=what, me=str(self._me), found=str(author)))

    def _is_ours(self, origin: bytes) -> bool:
        """Whether an origin such as `tasuki/GBR/gbr-1/pair/JPN` is that of one of this node's logs."""
        return f"/{self._me}/".encode() in b"/" + origin + b"/"

    def _key(self, purpose: Purpose, key_id: str) -> PrivateKey:
        key = self._keys.get((purpose, key_id))
        if key is None:
            self._learn()
            key = self._keys.get((purpose, key_id))
        if key is None:
            raise PeerError(NO_PRIVATE_KEY.because(key=str(key_id)[:32], purpose=purpose))
        return key

    def _newest(self, purpose: Purpose, algorithm: Algorithm) -> str:
        fit = [
            key.public
            for key in self._keys.values()
            if (key.public.purpose, key.public.algorithm) == (purpose, algorithm)
        ]
        if not fit:
            raise CallerError(NO_PRIVATE_KEY.because(key=algorithm, purpose=purpose))
        return max(fit, key=lambda key: (key.not_before, key.id)).id

    def _sign_pair(self, statement_type: str, statement: bytes, purpose: Purpose, ids: tuple[str, str]) -> bytes:
        ed25519, ml_dsa_65 = self._key(purpose, ids[0]), self._key(purpose, ids[1])
        message = signing_input(statement_type, statement)
        return Signatures(
            ed25519=Ed25519PrivateKey.from_private_bytes(ed25519.secret).sign(message),
            ml_dsa_65=MLDSA65PrivateKey.from_seed_bytes(ml_dsa_65.secret).sign(message, context(statement_type)),
        ).as_bytes()

    def _sign_ed25519(self, purpose: Purpose, message: bytes, key_id: str) -> bytes:
        key = self._key(purpose, key_id or self._newest(purpose, Algorithm.ED25519))
        return Ed25519PrivateKey.from_private_bytes(key.secret).sign(message)


_STATEMENTS: Final[dict[str, Callable[..., bytes]]] = {
    "sign_envelope": Desk.sign_envelope,
    "sign_receipt": Desk.sign_receipt,
    "sign_statement": Desk.sign_statement,
    "sign_bundle": Desk.sign_bundle,
    "sign_anchor": Desk.sign_anchor,
    "sign_checkpoint": Desk.sign_checkpoint,
    "sign_trust": Desk.sign_trust,
    "public": Desk.public,
    "renew": Desk.renew,
    "destroy": Desk.destroy,
    "cosign": Desk.cosign,
    "cosign_ml_dsa_44": Desk.cosign_ml_dsa_44,
    "open": Desk.open,
}
"""Everything the signer can be asked."""


def _shown(origin: bytes) -> str:
    return origin[:60].decode("utf-8", "replace")


class Signer:
    """The node's side of the signer: asks, and restarts the process if it died."""

    def __init__(self, ask: Callable[[bytes], bytes], stop: Callable[[], None]) -> None:
        """Use `ask` for every question; see `start` and `in_process`."""
        self._ask = ask
        self.stop = stop

    @classmethod
    def start(cls, directory: Path, me: NodeName) -> Signer:
        """Start the signer process of the node in `directory`; `stop` ends it.

        Raises:
            WorldError: it did not come up, for want of keys among other causes.
        """
        process = _Process(directory, me)
        return cls(process.ask, process.stop)

    @classmethod
    def when_asked(cls, directory: Path, me: NodeName) -> Signer:
        """Return a signer whose process starts with the first question: a command that signs nothing starts none."""
        late = _Late(directory, me)
        return cls(late.ask, late.stop)

    @classmethod
    def in_process(cls, me: NodeName, keys: Iterable[PrivateKey], directory: Path | None = None) -> Signer:
        """Return a signer without a process, for setting up, tests and the bench."""
        return cls(Desk(me, keys, directory).answer, _nothing)

    def sign_envelope(self, header: bytes) -> Signatures:
        """Sign an envelope header of this node."""
        return read_signatures(self._question("sign_envelope", header))

    def sign_receipt(self, statement: bytes) -> Signatures:
        """Sign a stored receipt of this node."""
        return read_signatures(self._question("sign_receipt", statement))

    def sign_statement(self, signed: bytes) -> Signatures:
        """Sign a statement of this node to a partner."""
        return read_signatures(self._question("sign_statement", signed))

    def sign_bundle(self, manifest: bytes) -> Signatures:
        """Return both signatures over the manifest of a bundle of this node."""
        return read_signatures(self._question("sign_bundle", manifest))

    def sign_anchor(self, statement: bytes) -> Signatures:
        """Sign an anchor of this node with its root keys."""
        return read_signatures(self._question("sign_anchor", statement))

    def sign_trust(self, role: str, statement: bytes) -> Signed:
        """Return trust metadata of this node, signed by the keys of that role that it holds itself.

        Raises:
            PeerError: it holds none: the role is held by others, who sign by a ceremony.
        """
        signed, _ = read_signed(self._question("sign_trust", role, statement))
        return signed

    def public(self) -> tuple[PublicKey, ...]:
        """Return the public halves of every key the signer holds."""
        return _publics(self._question("public"))

    def renew(self, purposes: Iterable[Purpose], at: datetime) -> tuple[PublicKey, ...]:
        """Have new keys made, valid from `at`, and return their public halves; the private ones stay with the signer.

        Raises:
            CallerError: keys of a purpose are not renewed so.
            WorldError: the disk refused.
        """
        return _publics(self._question("renew", [each.value for each in purposes], format_rfc3339(at)))

    def destroy(self, key_id: str) -> None:
        """Remove a private KEM key for good.

        Raises:
            PeerError: there is none of that id.
        """
        self._question("destroy", key_id)

    def sign_checkpoint(self, text: bytes, key_id: str = "") -> bytes:
        """Return a log key's Ed25519 signature over a checkpoint of this node (the whole note text)."""
        return self._question("sign_checkpoint", text, key_id)

    def cosign(self, message: bytes, key_id: str = "") -> bytes:
        """Return a witness key's Ed25519 signature over `cosignature/v1`, time line and a partner's checkpoint."""
        return self._question("cosign", message, key_id)

    def cosign_ml_dsa_44(self, message: bytes, key_id: str = "") -> bytes:
        """Return a witness key's ML-DSA-44 signature over a `subtree/v1` message about a partner's checkpoint."""
        return self._question("cosign_ml_dsa_44", message, key_id)

    def open(self, enc_key_id: str, info: bytes, ciphertext: bytes) -> bytes:
        """Open what a partner sealed to this node.

        Raises:
            PeerError: it was sealed to no key of this node, or does not open.
        """
        return self._question("open", enc_key_id, info, ciphertext)

    def _question(self, name: str, *arguments: object) -> bytes:
        answer = msgspec.msgpack.decode(self._ask(msgspec.msgpack.encode([name, arguments])))
        if answer[0] == 0:
            return bytes(answer[1])
        _, code, params, sentence = answer
        for kind in (CANNOT_OPEN, NO_PRIVATE_KEY):
            if code == kind.code:
                raise PeerError(kind.because(**params))
        if code == NOT_OURS.code:
            raise CallerError(NOT_OURS.because(**params))
        raise CallerError(SIGNER_REFUSED.because(why=sentence or str(params)))


def _public_json(key: PublicKey) -> Json:
    return dict(key_json(key.purpose, key.algorithm, key.raw, (key.not_before, key.not_after)))


def _publics(raw: bytes) -> tuple[PublicKey, ...]:
    rows: list[dict[str, str]] = orjson.loads(raw)
    return tuple(
        public_key(
            purpose=row["purpose"],
            algorithm=row["algorithm"],
            raw=base64.b64decode(row["raw"]),
            not_before=parse_rfc3339(row["not_before"]),
            not_after=parse_rfc3339(row["not_after"]),
        )
        for row in rows
    )


def _nothing() -> None:
    """Stop nothing: a signer without a process ends with its node."""


class _Late:
    """A signer process that is not started before it is needed."""

    def __init__(self, directory: Path, me: NodeName) -> None:
        self._directory = directory
        self._me = me
        self._guard = threading.Lock()
        self._process: _Process | None = None

    def ask(self, question: bytes) -> bytes:
        with self._guard:
            if self._process is None:
                self._process = _Process(self._directory, self._me)
        return self._process.ask(question)

    def stop(self) -> None:
        with self._guard:
            if self._process is not None:
                self._process.stop()


class _Process:
    """The running signer process and the sockets to it."""

    def __init__(self, directory: Path, me: NodeName) -> None:
        self._directory = directory
        self._me = me
        self._guard = threading.Lock()
        self._stopped = False
        self._start()

    def _start(self) -> None:
        pairs = [socket.socketpair() for _ in range(CONNECTIONS)]
        theirs = [pair[1] for pair in pairs]
        numbers = [str(each.fileno()) for each in theirs]
        command = [sys.executable, "-m", "tasuki.adapters.signer", str(self._directory), str(self._me), *numbers]
        self._child = subprocess.Popen(  # noqa: S603 our own interpreter and module
            command, pass_fds=[each.fileno() for each in theirs], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        for each in theirs:
            each.close()
        self._sockets: _Sockets = queue.LifoQueue()
        for ours, _ in pairs:
            self._sockets.put(ours)
        self._require_ready(pairs[0][0])

    def _require_ready(self, first: socket.socket) -> None:
        said = _receive(first)
        if said == _READY:
            return
        _drain(self._sockets)
        self._child.wait()
        raise WorldError(_why_not(said) or SIGNER_GONE.because(cause=f"exit {self._child.returncode}"), retry=False)

    def ask(self, question: bytes) -> bytes:
        """Return the answer to a question; a signer found dead is restarted once."""
        for _ in range(_ATTEMPTS):
            sockets = self._sockets
            connection = sockets.get()
            if connection is None:
                sockets.put(None)
                self._restart(sockets)
                continue
            answer = _converse(connection, question)
            if answer is not None:
                sockets.put(connection)
                return answer
            connection.close()
            self._restart(sockets)
        raise WorldError(SIGNER_GONE.because(cause="closed"), retry=True)

    def _restart(self, broken: _Sockets) -> None:
        with self._guard:
            if self._stopped:
                raise WorldError(SIGNER_GONE.because(cause="stopped"), retry=False)
            if self._sockets is broken:
                self._child.kill()
                self._child.wait()
                _drain(broken)
                self._start()

    def stop(self) -> None:
        """End the process: closing its sockets is the request, and it has nothing to lose."""
        with self._guard:
            self._stopped = True
            _drain(self._sockets)
            self._child.terminate()
            self._child.wait()


def _why_not(said: bytes | None) -> Reason | None:
    """Return why the signer did not come up, if it said so and not only ended."""
    if said is None:
        return None
    code, params = msgspec.msgpack.decode(said, type=tuple[str, dict[str, str | int]])
    kinds = {each.code: each for each in (KEYS_SEALED, KEYS_MISSING, KEY_FILE_BAD, PASSPHRASE_FILE, PASSPHRASE_WRONG)}
    return kinds[code].because(**params) if code in kinds else None


def _drain(sockets: _Sockets) -> None:
    """Close every idle socket and leave the mark that tells whoever waits for one that none will come."""
    with contextlib.suppress(queue.Empty):
        while True:
            idle = sockets.get_nowait()
            if idle is not None:
                idle.close()
    sockets.put(None)


def _converse(connection: socket.socket, question: bytes) -> bytes | None:
    try:
        _send(connection, question)
        return _receive(connection)
    except OSError:
        return None


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(_LENGTH_BYTES, "big"))
    connection.sendall(message)


def _receive(connection: socket.socket) -> bytes | None:
    """Return one message; None when the other side is gone or breaks the form."""
    head = _exactly(connection, _LENGTH_BYTES)
    if head is None:
        return None
    size = int.from_bytes(head, "big")
    return None if size > MAX_MESSAGE_BYTES else _exactly(connection, size)


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    buffer = bytearray(size)
    view = memoryview(buffer)
    filled = 0
    while filled < size:
        count = connection.recv_into(view[filled:])
        if count == 0:
            return None
        filled += count
    return bytes(buffer)


def _serve(desk: Desk, connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while (question := _receive(connection)) is not None:
            _send(connection, desk.answer(question))


def main(arguments: list[str]) -> None:
    """Run the signer: `DIRECTORY NODE SOCKET-NUMBER...`; it ends when the node closes the sockets."""
    directory, me, *numbers = arguments
    # Keys must not reach a disk through a core dump.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connections = [socket.socket(fileno=int(number)) for number in numbers]
    try:
        keys = load_keys(Path(directory))
    except TasukiError as error:
        _send(connections[0], msgspec.msgpack.encode([error.reason.code, dict(error.reason.params)]))
        sys.exit(1)
    desk = Desk(NodeName.parse(me), keys, Path(directory))
    _send(connections[0], _READY)
    threads = [threading.Thread(target=_serve, args=(desk, each)) for each in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1:])
