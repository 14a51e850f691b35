# SPDX-License-Identifier: MIT
"""The closed lists: which protocol messages, wire forms and documents may leave, and what each may carry.

Nothing here holds content: ids, hashes, numbers, times, codes, names of nodes, and the one sentence a person signs.
docs/policy/release.md repeats the lists for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError
from tasuki.base.ids import Audience, NodeName, stix_id
from tasuki.base.time import parse_rfc3339
from tasuki.core.markings.labels import LEVELS
from tasuki.core.markings.lattice import caveat
from tasuki.formats.bundle import bundle
from tasuki.formats.envelope import anchor, envelope, notice, receipt, statement
from tasuki.formats.trust.file import read_parts
from tasuki.formats.trust.statement import ROLES

MAX_IDS: Final = 10_000
"""Ids in one notice."""

MAX_VERSIONS: Final = 1_000
"""Versions in one request for consent."""

MAX_SENTENCE: Final = 500
"""Characters of the one sentence a notice carries."""

MAX_REFUSAL: Final = 600
"""Characters of the sentence with which leaves or a checkpoint are refused."""

MAX_SPANS: Final = 64
"""Spans of numbers in one comparison."""

MAX_ITEMS: Final = 64
"""Envelopes named in one of them."""

MAX_LEAVES: Final = 1_000
"""Leaves in one page of a mirrored log."""

MAX_GIVEN_BACK: Final = 5_000
"""Entries of one list in what is given back to a restored node."""

_HEX64: Final = re.compile(r"[0-9a-f]{64}")
_CODE: Final = re.compile(r"[a-z][a-z0-9.-]{0,79}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ORIGIN: Final = re.compile(r"tasuki/[A-Z]{3}/[a-z0-9-]{1,32}/pair/[A-Z]{3}(?:/[0-9]{4}/[0-9]{1,16})?")
_HASH64: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_SIGNATURE_LINE: Final = re.compile("— [^\\s+]+ [A-Za-z0-9+/]+={0,2}")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_SIZE: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})\n")
_MAX_COUNTS: Final = 20
_MAX_NUMBER: Final = 2**53 - 1

Form = Callable[[Json], bool]
"""Whether a value has the form; total, and linear in the value."""


def ids(value: Json) -> bool:
    """STIX ids, at most `MAX_IDS`."""
    return isinstance(value, list) and 0 < len(value) <= MAX_IDS and all(_is_stix_id(each) for each in value)


def sentence(value: Json) -> bool:
    """One sentence of a person: at most `MAX_SENTENCE` printable characters."""
    return isinstance(value, str) and 0 < len(value) <= MAX_SENTENCE and value.isprintable()


def moment(value: Json) -> bool:
    """An RFC 3339 timestamp."""
    return isinstance(value, str) and _reads(parse_rfc3339, value)


def envelope_id(value: Json) -> bool:
    """The id of an envelope, or of a request for consent."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def sha256(value: Json) -> bool:
    """A hash in lower-case hex."""
    return isinstance(value, str) and _HEX64.fullmatch(value) is not None


def code(value: Json) -> bool:
    """A code or name out of a list of ours: small letters, digits, dots and hyphens."""
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def number(value: Json) -> bool:
    """A whole number from 0 to 2^53 - 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_NUMBER


def counts(value: Json) -> bool:
    """Whole numbers by code."""
    return (
        isinstance(value, dict)
        and len(value) <= _MAX_COUNTS
        and all(code(name) and number(count) for name, count in value.items())
    )


def narrowing(value: Json) -> bool:
    """A label that says `tlp`, `releasable_to` or both, each as labels write it."""
    return (
        isinstance(value, dict)
        and bool(value)
        and value.keys() <= {"tlp", "releasable_to"}
        and ("tlp" not in value or _is_level(value["tlp"]))
        and ("releasable_to" not in value or _is_caveat(value["releasable_to"]))
    )


def versions(value: Json) -> bool:
    """Versions of objects, each by id and SHA-256, at most `MAX_VERSIONS`."""
    return isinstance(value, list) and 0 < len(value) <= MAX_VERSIONS and all(_is_version(each) for each in value)


def audience(value: Json) -> bool:
    """A participant, an organisation, a capacity or a person."""
    return isinstance(value, str) and _reads(Audience.parse, value)


def decision(value: Json) -> bool:
    """What an originator says to a request for consent."""
    return value in ("granted", "refused", "withdrawn")


def node(value: Json) -> bool:
    """The name of a node."""
    return isinstance(value, str) and _reads(NodeName.parse, value)


def log(value: Json) -> bool:
    """The origin of a pair log; the private audit log has none that leaves."""
    return isinstance(value, str) and _ORIGIN.fullmatch(value) is not None


def root(value: Json) -> bool:
    """The root of a log, base64."""
    return isinstance(value, str) and _HASH64.fullmatch(value) is not None


def refusal(value: Json) -> bool:
    """Why leaves were not taken: a code of ours and its sentence in both languages; empty where they were."""
    if value == {}:
        return True
    return (
        isinstance(value, dict)
        and value.keys() == {"code", "en", "ja"}
        and code(value["code"])
        and all(isinstance(said := value[name], str) and len(said) <= MAX_REFUSAL for name in ("en", "ja"))
    )


def role_versions(value: Json) -> bool:
    """A version of each role of trust metadata, 0 for none."""
    return isinstance(value, dict) and value.keys() == {*ROLES} and all(number(each) for each in value.values())


def leaves(value: Json) -> bool:
    """Leaves of a pair log with their openings, each of a kind and with members of `LEAVES`."""
    return isinstance(value, list) and len(value) <= MAX_LEAVES and all(_is_leaf(each) for each in value)


def flag(value: Json) -> bool:
    """True or false."""
    return isinstance(value, bool)


def blob(value: Json) -> bool:
    """Bytes in base64, of a form that stands elsewhere in these lists."""
    return isinstance(value, str) and _BASE64.fullmatch(value) is not None


def hash_or_none(value: Json) -> bool:
    """A hash in lower-case hex, or nothing."""
    return value == "" or sha256(value)


def stix_identifier(value: Json) -> bool:
    """One STIX id."""
    return _is_stix_id(value)


def audience_list(value: Json) -> bool:
    """Audiences."""
    return isinstance(value, list) and len(value) <= _MAX_COUNTS and all(audience(each) for each in value)


def members(forms: Mapping[str, Form]) -> Form:
    """An object with exactly these members, each in its form."""
    return lambda value: (
        isinstance(value, dict)
        and value.keys() == forms.keys()
        and all(fits(value[name]) for name, fits in forms.items())
    )


def rows(fits: Form) -> Form:
    """A list of at most `MAX_GIVEN_BACK`, each in this form."""
    return lambda value: isinstance(value, list) and len(value) <= MAX_GIVEN_BACK and all(fits(each) for each in value)


def given_back(value: Json) -> bool:
    """A leaf of the log of the node it goes to, which is that node's own words whatever their kind."""
    return (
        isinstance(value, dict)
        and value.keys() == {"kind", "salt", "body"}
        and code(value["kind"])
        and isinstance(value["salt"], str)
        and _HASH64.fullmatch(value["salt"]) is not None
        and isinstance(value["body"], dict)
    )


_PLACE: Final[Mapping[str, Form]] = {
    "env_id": envelope_id,
    "env_hash": sha256,
    "lane": code,
    "epoch": number,
    "seq": number,
}

LEAVES: Final[Mapping[str, Mapping[str, Form]]] = {
    "envelope-sent": {**_PLACE, "type": code, "policy": sha256, "unwitnessed": flag},
    "receipt-issued": {**_PLACE, "status": code, "receipt_hash": sha256, "again": number},
    "receipt-held": {**_PLACE, "status": code, "receipt_hash": sha256, "log_index": number},
    "period-opened": {"year": number, "size": number, "root": root},
    "lost": {},
}
"""Leaves of a pair log: both sides know what is in them; a leaf of the private audit log is none of these."""


def spans(value: Json) -> bool:
    """Spans of numbers of lanes."""
    return _are(value, MAX_SPANS, _SPAN)


def tallies(value: Json) -> bool:
    """What is held of each span asked about: a count, a root, and numbers with hashes of envelopes."""
    return _are(value, MAX_SPANS, _TALLY)


def items(value: Json) -> bool:
    """Numbers and hashes of envelopes."""
    return _are(value, MAX_ITEMS, {"seq": number, "hash": sha256})


def _are(value: Json, most: int, forms: Mapping[str, Form]) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= most
        and all(
            isinstance(each, dict)
            and each.keys() == forms.keys()
            and all(fits(each[name]) for name, fits in forms.items())
            for each in value
        )
    )


_SPAN: Final[Mapping[str, Form]] = {"way": code, "lane": code, "epoch": number, "first": number, "last": number}
_TALLY: Final[Mapping[str, Form]] = {"count": number, "root": sha256, "items": items}

_WITHDRAWAL: Final[Mapping[str, Form]] = {"ids": ids, "reason": sentence, "at": moment}

_CONSENT: Final[Mapping[str, Form]] = {
    "request": envelope_id,
    "objects": versions,
    "audience": audience,
    "purpose": code,
    "until": moment,
}
"""What a request for consent asks for, and what its answer repeats."""

_RECOVER: Final[Mapping[str, Form]] = {
    "v": number,
    "restored": flag,
    "size": number,
    "mirror": number,
    "got_after": number,
    "resend": flag,
    "copy": members({"number": number, "token": hash_or_none, "next": sha256}),
    "lanes": rows(
        members(
            {
                "lane": code,
                "epoch_in": number,
                "next_in": number,
                "receipts_from": number,
                "epoch_out": number,
                "next_out": number,
                "sent_from": number,
            }
        )
    ),
}
"""What a node asks a partner after a restore, or to show which copy it is."""

_RECOVERED: Final[Mapping[str, Form]] = {
    "v": number,
    "closed": flag,
    "copy": number,
    "log": log,
    "size": number,
    "root": root,
    "note": blob,
    "leaves": rows(given_back),
    "theirs": rows(given_back),
    "cosigned": rows(blob),
    "lanes": rows(
        members(
            {
                "lane": code,
                "taken_epoch": number,
                "taken_next": number,
                "taken_prev": hash_or_none,
                "epoch": number,
                "sealed": number,
                "missing": rows(number),
            }
        )
    ),
    "receipts": rows(blob),
    "sent": rows(members({**_PLACE, "type": code, "receipt": blob, "body": blob})),
    "got": rows(members({"id": stix_identifier, "audiences": audience_list, "position": number})),
    "refused": refusal,
}
"""What a partner gives back: the asker's own leaves, receipts and notices, receipts given to it, ids it sent."""

NOTICES: Final[Mapping[str, Mapping[str, Form]]] = {
    "recall": _WITHDRAWAL,
    "revoke": _WITHDRAWAL,
    "correct": _WITHDRAWAL,
    "narrow": {**_WITHDRAWAL, "label": narrowing},
    "attestation": {"of": envelope_id, "counts": counts, "statement": sentence, "at": moment},
    "consent-request": {**_CONSENT, "reason": sentence, "at": moment},
    "consent": {**_CONSENT, "decision": decision, "reason": sentence, "at": moment},
    "receipt": {"env_id": envelope_id, "decision": code, "office": code, "at": moment},
    "mirror": {"log": log, "start": number, "leaves": leaves},
    "mirrored": {"size": number, "root": root, "witnessed": number, "refused": refusal, "periods": number},
    "compare": {"spans": spans},
    "compared": {"spans": tallies},
    "health": {"node": node, "version": number, "at": moment},
    "trust-ask": {"held": role_versions, "mine": role_versions},
    "recover": _RECOVER,
    "recovered": _RECOVERED,
}
"""Protocol messages that may leave: all members each has, and the form of each."""


def _starts(magic: bytes) -> Callable[[bytes], bool]:
    return lambda body: body.startswith(magic)


def _witness_answer(body: bytes) -> bool:
    """The answer of a witness: signature lines, the size it knows, or a code and sentence of ours that say why not."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    if not text.endswith("\n"):
        return False
    first, *more = text[:-1].split("\n")
    if all(_SIGNATURE_LINE.fullmatch(line) for line in (first, *more)) or _SIZE.fullmatch(text):
        return True
    name, _, said = first.partition(" ")
    return not more and code(name) and 0 < len(said) <= MAX_REFUSAL


def _is_trust(body: bytes) -> bool:
    """Whether a body is trust metadata; empty where there is nothing newer."""
    try:
        read_parts(body)
    except PeerError:
        return False
    return True


PROTOCOL: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "envelope": _starts(envelope.MAGIC),
    "stored-receipt": _starts(receipt.MAGIC),
    "unsigned-notice": _starts(notice.MAGIC),
    "checkpoint": _starts(b"old "),
    "cosignature": _witness_answer,
    "anchor": _starts(anchor.MAGIC),
    "trust": _is_trust,
    "statement": _starts(statement.MAGIC),
    "bundle": _starts(bundle.MAGIC),
}
"""Wire forms, which hold hashes, numbers, keys and names of nodes, or what the gate let into them before."""

DOCUMENTS: Final = frozenset({"export", "evidence", "view"})
"""Documents for those who read at this node: taken out, or looked at; they are handed on by people."""


def _is_leaf(value: Json) -> bool:
    if not isinstance(value, dict) or value.keys() != {"kind", "salt", "body"}:
        return False
    kind, salt, body = value["kind"], value["salt"], value["body"]
    known = LEAVES.get(kind) if isinstance(kind, str) else None
    return (
        known is not None
        and isinstance(salt, str)
        and _HASH64.fullmatch(salt) is not None
        and isinstance(body, dict)
        and body.keys() <= known.keys()
        and all(known[name](each) for name, each in body.items())
    )


def _is_level(value: Json) -> bool:
    return isinstance(value, str) and value == value.upper() and value.lower() in LEVELS


def _is_caveat(value: Json) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(each, str) for each in value)
        and caveat(str(each) for each in value) is not None
    )


def _is_version(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"id", "digest"}
        and _is_stix_id(value["id"])
        and sha256(value["digest"])
    )


def _is_stix_id(value: Json) -> bool:
    return isinstance(value, str) and _reads(stix_id, value)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
