# SPDX-License-Identifier: MIT
"""What may leave: a type that only this room makes, after the gate said yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience, ParticipantId, StixId
from tasuki.base.verdict import Verdict
from tasuki.core.markings.labels import label_to_json
from tasuki.core.markings.lattice import meet_all
from tasuki.core.markings.model import Label
from tasuki.core.release.reasons import NOTICE_FIELDS, NOTICE_KIND

_KEY: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An object somebody wants to let go, with everything the decision needs.

    Attributes:
        own: its own label, which travels with it; `closure` decides.
        handling: its handling basis in JSON form.
    """

    stix_id: StixId
    raw: bytes
    own: Label
    closure: Label
    closure_number: int
    handling: Mapping[str, Json]
    originator: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedObject:
    """One object on its way out: its bytes as they are held, and what the manifest says of it."""

    stix_id: StixId
    raw: bytes
    entry: Mapping[str, Json]


class Released:
    """Bytes that may leave this node. The gate alone makes it; every way out takes nothing else.

    Attributes:
        kind: `objects`, a notice kind, or a document kind.
        audience: who gets it.
        objects: the objects of an `objects` release, else empty.
        body: the bytes of a notice or document, else empty.
        label: the meet of everything inside; None for a notice.
        policy: digest of the rules that allowed it.
    """

    __slots__ = ("audience", "body", "kind", "label", "objects", "policy")

    def __init__(  # noqa: PLR0913 a record with a lock
        self,
        key: object,
        *,
        kind: str,
        audience: str,
        policy: str,
        objects: tuple[ReleasedObject, ...] = (),
        body: bytes = b"",
        label: Label | None = None,
    ) -> None:
        """Make one; only this module has the key.

        Raises:
            TypeError: somebody else tried.
        """
        if key is not _KEY:
            message = "Released is made by core.release alone: ask release_objects, release_notice or release_document"
            raise TypeError(message)
        self.kind = kind
        self.audience = audience
        self.policy = policy
        self.objects = objects
        self.body = body
        self.label = label


Ask = Callable[[int, Label, Audience], Verdict]
"""`Gate.verdict`, or a fresh decision."""


def release_objects(
    candidates: Sequence[Candidate], reader: Audience, ask: Ask, policy: str
) -> tuple[Released, tuple[tuple[StixId, Verdict], ...]]:
    """Return what of `candidates` may go to `reader`, and the rest with the verdict on each."""
    kept: list[tuple[StixId, Verdict]] = []
    going: list[Candidate] = []
    for candidate in candidates:
        verdict = ask(candidate.closure_number, candidate.closure, reader)
        if verdict.allowed:
            going.append(candidate)
        else:
            kept.append((candidate.stix_id, verdict))
    released = Released(
        _KEY,
        kind="objects",
        audience=str(reader),
        policy=policy,
        objects=tuple(_out(candidate, reader) for candidate in going),
        label=meet_all(candidate.own for candidate in going),
    )
    return released, tuple(kept)


def _out(candidate: Candidate, reader: Audience) -> ReleasedObject:
    entry: dict[str, Json] = {
        "label": label_to_json(candidate.own),
        "handling": dict(candidate.handling),
        "originator": candidate.originator,
        "audience": str(reader),
    }
    return ReleasedObject(stix_id=candidate.stix_id, raw=candidate.raw, entry=entry)


NOTICES: Final[dict[str, frozenset[str]]] = {
    "recall": frozenset({"ids", "reason", "at"}),
    "attestation": frozenset({"recall", "counts", "statement", "at"}),
    "receipt": frozenset({"env_id", "decision", "office", "at"}),
    "mirror": frozenset({"log", "start", "leaves"}),
    "health": frozenset({"node", "version", "at"}),
}
"""Protocol messages that may leave, and the only members each may have: ids, hashes, counts, times, codes."""

PROTOCOL: Final = frozenset({"envelope", "stored-receipt", "unsigned-notice", "checkpoint", "cosignature", "anchor"})
"""Wire forms that hold nothing but hashes, numbers, keys and names of nodes, or what the gate let into them before."""

DOCUMENTS: Final = frozenset({"export", "evidence", "report"})
"""Documents written for a person of this node or an auditor."""


def release_notice(kind: str, message: Mapping[str, Json], audience: str, policy: str) -> Released:
    """Return a protocol message as something that may leave.

    Raises:
        CallerError: the kind is not in `NOTICES`, or a member is not in its list.
    """
    allowed = NOTICES.get(kind)
    if allowed is None:
        raise CallerError(NOTICE_KIND.because(notice=kind))
    surplus = set(message) - allowed
    if surplus:
        shown = ", ".join(sorted(surplus))[:80]
        raise CallerError(NOTICE_FIELDS.because(notice=kind, allowed=", ".join(sorted(allowed)), found=shown))
    return Released(_KEY, kind=kind, audience=audience, policy=policy, body=canonical(dict(message)))


def release_protocol(kind: str, body: bytes, audience: str, policy: str) -> Released:
    """Return a wire form of the protocol as something that may leave.

    Raises:
        CallerError: the kind is not in `PROTOCOL`.
    """
    if kind not in PROTOCOL:
        raise CallerError(NOTICE_KIND.because(notice=kind))
    return Released(_KEY, kind=kind, audience=audience, policy=policy, body=body)


def release_document(kind: str, body: bytes, verdicts: Sequence[Verdict], audience: str, policy: str) -> Released:
    """Return a document as something that may leave, once every verdict on its parts allows it.

    Raises:
        CallerError: the kind is not in `DOCUMENTS`, or a part was denied.
    """
    if kind not in DOCUMENTS:
        raise CallerError(NOTICE_KIND.because(notice=kind))
    for verdict in verdicts:
        if not verdict.allowed:
            raise CallerError(verdict.reason)
    return Released(_KEY, kind=kind, audience=audience, policy=policy, body=body)
