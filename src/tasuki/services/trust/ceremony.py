# SPDX-License-Identifier: MIT
"""The ceremony: a root is drafted here, signed by its holders elsewhere, and published here by two people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from tasuki.adapters.clock import Entropy
from tasuki.adapters.holders import load_holder, make_holder, public_file
from tasuki.adapters.passphrase import read_passphrase
from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.time import format_rfc3339
from tasuki.core.partners.trust import Chain, signers
from tasuki.core.persons.two import both
from tasuki.formats.envelope.fingerprint import hexadecimal, spoken
from tasuki.formats.suites.fields import Fields, read_statement
from tasuki.formats.suites.keys import PublicKey
from tasuki.formats.trust.file import Parts
from tasuki.formats.trust.keys import read_keys
from tasuki.formats.trust.root import Holder, Role, Root, read_holder, read_root, root_statement
from tasuki.formats.trust.statement import (
    KEYS,
    MAGIC,
    PEERS,
    ROLES,
    ROOT,
    Head,
    KeySignature,
    Signed,
    fields_of,
    read_head,
    read_signed,
    role_of,
    write_signed,
)
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.trust import reasons as why
from tasuki.services.trust.publishing import Act, now_of, publish, sign
from tasuki.services.trust.standing import current
from tasuki.store import trust as store

LONGEST_DAYS: Final = 10 * 366


@dataclass(frozen=True, slots=True, kw_only=True)
class RootOrder:
    """What the next root is to say.

    Attributes:
        holders: public files of the holders, by role; a role that is not named stays as it is.
        thresholds: how many of them must sign, by role; 1 where none is named and the role changes.
        days: how long the root is valid.
        by: who drafts it.
        reset: whether versions last seen of a changed role count no more: the way out of a version driven to its end.
    """

    holders: Mapping[str, Sequence[bytes]]
    thresholds: Mapping[str, int]
    days: int
    by: Sequence[str]
    reset: bool = False


def draft_root(node: Node, order: RootOrder) -> tuple[int, bytes]:
    """Return version and bytes of the next root, unsigned: the holders of the old and of the new one must sign it.

    Raises:
        CallerError: no such role, a validity that cannot be, or a threshold of nobody.
        PeerError: a public file is none, or its keys are unsound or stand twice.
    """
    with node.database.read() as connection:
        _, chain = current(connection)
    for role in (*order.holders, *order.thresholds):
        if role not in ROLES:
            raise CallerError(why.NOT_A_HELD_ROLE.because(found=role[:20]))
    if not 1 <= order.days <= LONGEST_DAYS:
        raise CallerError(why.BAD_DAYS.because(most=LONGEST_DAYS, found=order.days))
    before, now = chain.root.root, now_of(node)
    head = Head(
        role=ROOT,
        node=chain.node,
        version=before.head.version + 1,
        created=now,
        expires=now + timedelta(days=order.days),
    )
    statement = root_statement(
        Root(head=head, roles={role: _role(before, order, role) for role in ROLES}, floors=_floors(chain, order))
    )
    # Read as partners read it: what they would refuse is refused before anybody signs it.
    read_root(Signed(statement=statement, signatures=()))
    roles: dict[str, Json] = {role: [each.id for each in _role(before, order, role).holders] for role in ROLES}
    named: list[Json] = [*order.by]
    detail: dict[str, Json] = {"role": ROOT, "version": head.version, "holders": roles, "by": named}
    node.database.write(lambda connection: audit(node, connection, "trust-drafted", detail))
    return head.version, statement


def _role(before: Root, order: RootOrder, role: str) -> Role:
    old = before.roles[role]
    files = order.holders.get(role)
    if files is None:
        return Role(threshold=order.thresholds.get(role, old.threshold), holders=old.holders)
    return Role(threshold=order.thresholds.get(role, 1), holders=tuple(map(read_public, files)))


def read_public(raw: bytes) -> Holder:
    """Return the holder that a public file names.

    Raises:
        PeerError: it is none.
    """
    return read_holder(Fields(read_statement(raw.strip(), "holder file"), "holder file"))


def _floors(chain: Chain, order: RootOrder) -> dict[str, int]:
    versions = chain.versions
    if order.reset:
        return {role: chain.root.root.floors[role] for role in (KEYS, PEERS)}
    return {role: versions[role] for role in (KEYS, PEERS)}


def publish_signed(node: Node, statements: Sequence[bytes], by: Sequence[str]) -> Chain:
    """Publish statements that holders signed elsewhere, once this node judges them as its partners will.

    Raises:
        CallerError: fewer than two people, or nothing new.
        PeerError: a statement is none, of another node, or too few holders signed it; nothing is published.
        WorldError: another act was faster.
    """
    people = both(by)
    found: dict[str, list[Signed]] = {role: [] for role in ROLES}
    for raw in statements:
        signed, end = read_signed(raw)
        if end != len(raw):
            raise CallerError(why.MORE_THAN_ONE.because())
        found[role_of(signed)].append(signed)
    parts = Parts(roots=tuple(found[ROOT]), keys=tuple(found[KEYS]), peers=tuple(found[PEERS]))
    with node.locks.hold("trust"):
        with node.database.read() as connection:
            before = current(connection)
            known = {each.key for each in store.own_keys(connection)}
        act = Act(
            kind="trust-published",
            detail={"signed": _signed_by(before[1], parts)},
            by=people,
            made=_made(parts, known),
        )
        return publish(node, before, parts, act)


def _signed_by(chain: Chain, parts: Parts) -> list[Json]:
    """Return who signed what, for the ceremony's entry in the audit log."""
    roots = [chain.root.root, *(read_root(each).root for each in parts.roots)]
    listed: list[Json] = []
    for role, signed in (
        *((ROOT, each) for each in parts.roots),
        *((KEYS, each) for each in parts.keys),
        *((PEERS, each) for each in parts.peers),
    ):
        people = {each for root in roots for each in signers(root.roles[role], role, signed)}
        named: list[Json] = [*sorted(people)]
        listed.append({"role": role, "holders": named})
    return listed


def _made(parts: Parts, known: set[str]) -> tuple[PublicKey, ...]:
    """Return the keys that are named for the first time."""
    return tuple(key for each in parts.keys for key in read_keys(each).keys.keys if key.id not in known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a statement says, as whoever signs it reads it before.

    Attributes:
        digest: SHA-256 of the statement in hex; `words` say the same.
        holders: of a root: who holds which role, and how many of them must sign.
        signed_by: ids of the keys it has signatures of; whether they hold is asked when it is published.
    """

    role: str
    node: str
    version: int
    created: str
    expires: str
    digest: str
    words: str
    holders: Mapping[str, str]
    signed_by: tuple[str, ...]


def see(raw: bytes) -> Seen:
    """Return what a draft or a signed statement says.

    Raises:
        PeerError: it is none.
    """
    signed = _either(raw)
    role = role_of(signed)
    head = read_head(fields_of(signed, role), role)
    roles = read_root(signed).root.roles if role == ROOT else {}
    digest = hashlib.sha256(signed.statement).digest()
    return Seen(
        role=role,
        node=str(head.node),
        version=head.version,
        created=format_rfc3339(head.created),
        expires=format_rfc3339(head.expires),
        digest=hexadecimal(digest),
        words=spoken(digest),
        holders={
            name: f"{each.threshold}/{len(each.holders)}: "
            + ", ".join(f"{one.id} ({one.name})" for one in each.holders)
            for name, each in roles.items()
        },
        signed_by=tuple(each.key for each in signed.signatures),
    )


def _either(raw: bytes) -> Signed:
    """Return a draft, which nobody signed yet, or a signed statement."""
    if not raw.startswith(MAGIC):
        return Signed(statement=raw, signatures=())
    signed, end = read_signed(raw)
    if end != len(raw):
        raise CallerError(why.MORE_THAN_ONE.because())
    return signed


def make_holder_file(file: Path, holder_id: str, name: str, passphrase_file: Path | None) -> bytes:
    """Make a holder's keys on this machine, which needs no node; return the public file.

    Raises:
        CallerError: the file exists.
        InputError: the passphrase is too short or not readable.
        PeerError: the id is no lower-case word, or the name too long.
        WorldError: the disk refused.
    """
    passphrase = None if passphrase_file is None else read_passphrase(passphrase_file)
    asked = Fields({"id": holder_id, "name": name, "keys": []}, "holder")
    read_holder(asked)
    return public_file(make_holder(file, holder_id, name, passphrase, Entropy()))


def sign_file(raw: bytes, key_file: Path, passphrase_file: Path | None) -> tuple[str, bytes]:
    """Return who signs a draft or a signed statement, and the statement with that holder's signatures added.

    Raises:
        CallerError: the key file is sealed and no passphrase was named.
        InputError: key file or passphrase are wrong.
        PeerError: the statement is none.
    """
    signed = _either(raw)
    role = role_of(signed)
    secret = load_holder(key_file, None if passphrase_file is None else read_passphrase(passphrase_file))
    made = secret.sign(role, signed.statement)
    return secret.holder.id, write_signed(_joined(signed, made))


def sign_here(node: Node, raw: bytes, by: Sequence[str]) -> bytes:
    """Return a draft or signed statement with the signatures added of the role keys this node holds itself.

    Raises:
        CallerError: it holds none of that role, or the statement is of another node.
        PeerError: the statement is none.
    """
    signed = _either(raw)
    role = role_of(signed)
    head = read_head(fields_of(signed, role), role)
    if head.node != node.me:
        raise CallerError(why.OTHER_NODES.because(me=str(node.me), found=str(head.node)))
    made = sign(node, role, signed.statement).signatures
    named: list[Json] = [*by]
    digest = hashlib.sha256(signed.statement).hexdigest()
    detail: dict[str, Json] = {"role": role, "version": head.version, "digest": digest, "by": named}
    node.database.write(lambda connection: audit(node, connection, "trust-signed", detail))
    return write_signed(_joined(signed, made))


def join_files(files: Mapping[str, bytes]) -> bytes:
    """Return one statement with the signatures of all copies.

    Raises:
        InputError: two files are not of the same statement.
        PeerError: one is none.
    """
    whole: Signed | None = None
    for name, raw in files.items():
        signed = _either(raw)
        if whole is not None and signed.statement != whole.statement:
            raise InputError(why.SIGNATURES_DIFFER.because(path=name[-120:]))
        whole = signed if whole is None else _joined(whole, signed.signatures)
    if whole is None:
        raise CallerError(why.NOTHING_NEW.because())
    return write_signed(whole)


def _joined(signed: Signed, more: Sequence[KeySignature]) -> Signed:
    fresh = {each.key for each in more}
    kept = tuple(each for each in signed.signatures if each.key not in fresh)
    return Signed(statement=signed.statement, signatures=(*kept, *more))
