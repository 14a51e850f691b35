# SPDX-License-Identifier: MIT
"""The process that reads bundles: strangers' bytes in, the same bytes made anew out, and nothing else within reach.

Run as `python -I -m tasuki.adapters.bundle_reader`. Standard input: 4 length and a question in JSON (this node, the
moment, the partners' keys), then the bundle to its end. Standard output: 4 length and an answer in JSON, then the
bundle as it was made anew, where nothing was wrong with it.
"""

from __future__ import annotations

import base64
import codecs
import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey, MLDSA65PublicKey

from tasuki.adapters.confinement import confine
from tasuki.adapters.reasons import BUNDLE_READER
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError, TasukiError, WorldError
from tasuki.base.ids import NodeName
from tasuki.base.reasons import Reason, ReasonKind, Text
from tasuki.base.time import format_exact, parse_rfc3339
from tasuki.core.bundle.judging import Signer, require_signed
from tasuki.core.bundle.reading import read_strictly
from tasuki.formats.bundle.bundle import MAX_BUNDLE_BYTES
from tasuki.formats.suites.keys import KEY_BYTES, Algorithm, PublicKey, public_key

MEMORY: Final = 1 << 30
"""Bytes of address space: the buffer, the bundle made anew, and the program."""

SECONDS: Final = 60
"""Processor time; the largest bundle takes some two."""

PATIENCE: Final = 120
"""Seconds of waiting for it."""

_MAX_SAID: Final = 1000
_LENGTH_BYTES: Final = 4
_MAX_QUESTION: Final = 4 << 20


def write_question(me: NodeName, now: datetime, signers: Sequence[Signer]) -> bytes:
    """Return what the process is asked, before the bundle."""
    question = {
        "me": str(me),
        "now": format_exact(now),
        "signers": [{"node": str(each.node), "keys": [_key_json(key) for key in each.keys]} for each in signers],
    }
    return _framed(question)


def _key_json(key: PublicKey) -> dict[str, str]:
    return {
        "purpose": key.purpose,
        "algorithm": key.algorithm,
        "raw": base64.b64encode(key.raw).decode(),
        "not_before": format_exact(key.not_before),
        "not_after": format_exact(key.not_after),
    }


def _framed(value: object) -> bytes:
    raw = json.dumps(value).encode()
    return len(raw).to_bytes(_LENGTH_BYTES, "big") + raw


def split(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the JSON object before, and the bytes behind.

    Raises:
        ValueError: another form.
    """
    end = _LENGTH_BYTES + int.from_bytes(raw[:_LENGTH_BYTES], "big")
    value = json.loads(raw[_LENGTH_BYTES:end])
    if not isinstance(value, dict):
        message = "expected an object"
        raise ValueError(message)  # noqa: TRY004 whatever is wrong with it, it is one thing to the caller
    return value, raw[end:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A bundle as it came out of its reader.

    Attributes:
        confined: which rights the process could give up on this machine.
    """

    bundle: bytes
    confined: Mapping[str, bool]


def read(me: NodeName, now: datetime, signers: Sequence[Signer], raw: bytes) -> Read:
    """Have a process of its own read a bundle.

    Raises:
        PeerError: it is refused, with the reader's reason.
        WorldError: the process ended without an answer.
    """
    command = [sys.executable, "-I", "-m", "tasuki.adapters.bundle_reader"]
    question = write_question(me, now, signers) + raw[: MAX_BUNDLE_BYTES + 1]
    try:
        done = subprocess.run(  # noqa: S603 our own program, and nothing of the file in its words
            command, input=question, capture_output=True, env={}, timeout=PATIENCE, check=False
        )
        answer, made = split(done.stdout)
        said, confined = answer["refused"], dict(answer["confined"])
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
        code = -1 if isinstance(error, OSError | subprocess.TimeoutExpired) else done.returncode
        raise WorldError(BUNDLE_READER.because(code=code), retry=False) from error
    if said is not None:
        # The reader speaks our own sentences; its code and values are all that is taken over.
        raise PeerError(_reason(said))
    return Read(bundle=made, confined=confined)


def _reason(said: Mapping[str, Any]) -> Reason:
    en, ja = (str(said[language])[:_MAX_SAID].replace("{", "(").replace("}", ")") for language in ("en", "ja"))
    kind = ReasonKind(code=str(said["code"])[:80], text=Text(en=en, ja=ja))
    return Reason(kind=kind, params={str(name): each for name, each in dict(said["params"]).items()})


def main() -> None:
    """Give up rights first, then read."""
    _load()
    confined = confine(MEMORY, SECONDS)
    asked, raw = _taken(sys.stdin.buffer)
    answer: dict[str, Any] = {"confined": confined, "refused": None}
    made = b""
    try:
        bundle, made = read_strictly(raw)
        signers = [_signer(each) for each in asked["signers"]]
        require_signed(bundle, signers, NodeName.parse(asked["me"]), parse_rfc3339(asked["now"]))
    except TasukiError as error:
        answer["refused"] = error.reason.as_json()
        made = b""
    sys.stdout.buffer.write(_framed(answer) + made)
    sys.stdout.buffer.flush()


def _load() -> None:
    """Have everything loaded that Python and its libraries load only when it is used: afterwards no file opens."""
    MLDSA65PublicKey.from_public_bytes(bytes(KEY_BYTES[Algorithm.ML_DSA_65]))
    Ed25519PublicKey.from_public_bytes(bytes(KEY_BYTES[Algorithm.ED25519]))
    MLDSA44PublicKey.from_public_bytes(bytes(KEY_BYTES[Algorithm.ML_DSA_44]))
    with contextlib.suppress(TasukiError):
        read_strictly(b"")
    for name in ("ascii", "latin-1", "utf-8"):
        codecs.lookup(name)
    # Numbers with a point, and names beyond ASCII, take another way through canonical JSON, with codecs of its own.
    canonical({"\u00e9": 0.5})


def _taken(source: BinaryIO) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(source.read(_LENGTH_BYTES), "big")
    question = json.loads(source.read(min(size, _MAX_QUESTION)))
    return question, source.read(MAX_BUNDLE_BYTES + 1)


def _signer(said: Mapping[str, Any]) -> Signer:
    return Signer(node=NodeName.parse(said["node"]), keys=tuple(_key(each) for each in said["keys"]))


def _key(said: Mapping[str, str]) -> PublicKey:
    return public_key(
        purpose=said["purpose"],
        algorithm=said["algorithm"],
        raw=base64.b64decode(said["raw"]),
        not_before=parse_rfc3339(said["not_before"]),
        not_after=parse_rfc3339(said["not_after"]),
    )


if __name__ == "__main__":
    main()
