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
from tasuki.core.markings.lattice import meet, meet_all
from tasuki.core.markings.model import Label
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.forms import DOCUMENTS, NOTICES, PROTOCOL
from tasuki.core.release.reasons import (
    NO_VERDICT,
    NOTICE_FIELDS,
    NOTICE_FORM,
    NOTICE_KIND,
    OTHER_RULES,
    WRONG_ADDRESSEE,
)

_KEY: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An object somebody wants to let go, with everything the decision needs.

    Attributes:
        own: the label of this very holding, which travels with it.
        closure: the label of its id and of all it refers to, over all sources; both must allow.
        handling: its handling basis in JSON form.
        at: the circumstances of this release.
    """

    stix_id: StixId
    raw: bytes
    own: Label
    closure: Label
    closure_number: int
    handling: Mapping[str, Json]
    originator: ParticipantId
    at: Circumstances


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedObject:
    """One object on its way out: its bytes as they are held, and what the manifest says of it."""

    stix_id: StixId
    raw: bytes
    entry: Mapping[str, Json]


class Released:
    """Bytes that may leave this node. The gate alone makes it; every way out takes nothing else.

    Nothing of it changes once it is made, so what the gate saw is what leaves.

    Attributes:
        kind: `objects`, a notice kind, or a document kind.
        audience: who gets it: a participant, an organisation in it, or a node; empty for what anybody may have.
        objects: the objects of an `objects` release, else empty.
        body: the bytes of a notice or document, else empty.
        label: the meet of everything inside; None for a notice.
        policy: digest of the rules that allowed it.
    """

    __slots__ = ("audience", "body", "kind", "label", "objects", "policy")

    kind: str
    audience: str
    policy: str
    objects: tuple[ReleasedObject, ...]
    body: bytes
    label: Label | None

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
        values = {"kind": kind, "audience": audience, "policy": policy, "objects": objects, "body": body}
        for name, value in {**values, "label": label}.items():
            object.__setattr__(self, name, value)

    def __init_subclass__(cls) -> None:
        """Refuse to have children: one of them could be made without the key.

        Raises:
            TypeError: always.
        """
        message = "Released has no subclasses"
        raise TypeError(message)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse to be changed.

        Raises:
            AttributeError: always.
        """
        message = f"Released does not change: {name} was decided on by the gate"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> None:
        """Refuse to be changed.

        Raises:
            AttributeError: always.
        """
        message = f"Released does not change: {name} was decided on by the gate"
        raise AttributeError(message)

    def bytes_for(self, participant: ParticipantId) -> bytes:
        """Return the body for a partner, if it was released to that partner or to anybody.

        Raises:
            CallerError: it was released to somebody else.
        """
        if self.audience and self.audience.partition("/")[0] != participant:
            raise CallerError(WRONG_ADDRESSEE.because(audience=self.audience, found=participant))
        return self.body


Ask = Callable[[int, Label, Audience, Circumstances], Verdict]
"""`Gate.verdict`, or a fresh decision; the number 0 stands for a label that is not interned."""


def release_objects(
    candidates: Sequence[Candidate], reader: Audience, ask: Ask, policy: str
) -> tuple[Released, tuple[tuple[StixId, Verdict], ...]]:
    """Return what of `candidates` may go to `reader`, and the rest with the verdict on each."""
    kept: list[tuple[StixId, Verdict]] = []
    going: list[Candidate] = []
    for candidate in candidates:
        verdict = verdict_on(candidate.own, candidate.closure, candidate.closure_number, reader, candidate.at, ask)
        if verdict.allowed:
            going.append(candidate)
        else:
            kept.append((candidate.stix_id, verdict))
    # Few labels among many objects: each is written once.
    labels = {label: label_to_json(label) for label in {candidate.own for candidate in going}}
    released = Released(
        _KEY,
        kind="objects",
        audience=str(reader),
        policy=policy,
        objects=tuple(_out(candidate, labels[candidate.own], str(reader)) for candidate in going),
        label=meet_all(candidate.own for candidate in going),
    )
    return released, tuple(kept)


def verdict_on(
    own: Label, closure: Label, closure_number: int, reader: Audience, at: Circumstances, ask: Ask
) -> Verdict:
    """Return the verdict on one holding: by the label of its closure, and by its own where that one is narrower.

    An older version, or the copy of one source, may be narrower than what is held of the id now.
    """
    both = meet(own, closure)
    return ask(closure_number, closure, reader, at) if both == closure else ask(0, both, reader, at)


def _out(candidate: Candidate, label: Json, reader: str) -> ReleasedObject:
    entry: dict[str, Json] = {
        "label": label,
        "handling": dict(candidate.handling),
        "originator": candidate.originator,
        "audience": reader,
    }
    return ReleasedObject(stix_id=candidate.stix_id, raw=candidate.raw, entry=entry)


def release_notice(kind: str, message: Mapping[str, Json], audience: str, policy: str) -> Released:
    """Return a protocol message as something that may leave.

    Raises:
        CallerError: the kind is not in `NOTICES`, its members are not those listed there, one has another form, or
            it is the mirror of a log kept with somebody else.
    """
    forms = NOTICES.get(kind)
    if forms is None:
        raise CallerError(NOTICE_KIND.because(notice=kind[:60]))
    if message.keys() != forms.keys():
        differing = ", ".join(sorted(message.keys() ^ forms.keys()))[:80]
        raise CallerError(NOTICE_FIELDS.because(notice=kind, allowed=", ".join(sorted(forms)), found=differing))
    for name, fits in forms.items():
        if not fits(message[name]):
            raise CallerError(NOTICE_FORM.because(notice=kind, member=name))
    if kind == "mirror" and str(message["log"]).split("/")[4] != audience.partition("/")[0]:
        raise CallerError(WRONG_ADDRESSEE.because(audience=str(message["log"]), found=audience))
    if kind == "recovered" and not str(message["log"]).startswith(f"tasuki/{audience}/pair/"):
        raise CallerError(WRONG_ADDRESSEE.because(audience=str(message["log"]), found=audience))
    return Released(_KEY, kind=kind, audience=audience, policy=policy, body=canonical(dict(message)))


def release_protocol(kind: str, body: bytes, audience: str, policy: str) -> Released:
    """Return a wire form of the protocol as something that may leave.

    Raises:
        CallerError: the kind is not in `PROTOCOL`, or the body is none of it.
    """
    fits = PROTOCOL.get(kind)
    if fits is None:
        raise CallerError(NOTICE_KIND.because(notice=kind[:60]))
    if not fits(body):
        raise CallerError(NOTICE_FORM.because(notice=kind, member="body"))
    return Released(_KEY, kind=kind, audience=audience, policy=policy, body=body)


def release_document(kind: str, body: bytes, verdicts: Sequence[Verdict], audience: str, policy: str) -> Released:
    """Return a document as something that may leave, once every verdict on its parts allows it.

    A document without parts of its own, such as evidence, is decided on by `rules.of_the_node`.

    Raises:
        CallerError: the kind is not in `DOCUMENTS`, nobody decided, a part was denied, or a verdict was made under
            other rules.
    """
    if kind not in DOCUMENTS:
        raise CallerError(NOTICE_KIND.because(notice=kind[:60]))
    if not verdicts:
        raise CallerError(NO_VERDICT.because(document=kind))
    for verdict in verdicts:
        if not verdict.allowed:
            raise CallerError(verdict.reason)
        if verdict.rules_digest != policy:
            raise CallerError(OTHER_RULES.because(document=kind))
    return Released(_KEY, kind=kind, audience=audience, policy=policy, body=body)
