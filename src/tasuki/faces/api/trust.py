# SPDX-License-Identifier: MIT
"""Trust metadata and keys for the people of this node: shown, rotated, revoked, drafted, published."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from tasuki.base.errors import CallerError
from tasuki.core.release.released import Released
from tasuki.faces.http.kit import Nothing, get, post
from tasuki.faces.http.reasons import BAD_REQUEST
from tasuki.services import partners, trust
from tasuki.services.node import Node


class Rotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which keys are to be made anew."""

    roles: tuple[str, ...]
    draft: bool = False


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who decided that new keys are used at once."""

    by: tuple[str, ...]


class Revocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which key is dead, since when it may have been in wrong hands, and who says so."""

    key: str
    by: tuple[str, ...]
    suspected: datetime | None = None


class Confirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which doubtful envelope is right, and who asked the partner."""

    env_id: str
    by: tuple[str, ...]


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The holders of one or more roles, as their public files say (base64), and how many of them must sign."""

    holders: dict[str, tuple[str, ...]]
    thresholds: dict[str, int]
    days: int
    by: tuple[str, ...]
    reset: bool = False


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signed statements (base64), and who publishes them."""

    statements: tuple[str, ...]
    by: tuple[str, ...]


class Signing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft that this node's own role keys are to sign (base64), and who decided it."""

    statement: str
    by: tuple[str, ...]


class Sealing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where on the node's machine the passphrase of its key files lies."""

    passphrase_file: str


class Reader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For which partner a trust file is; empty for anybody."""

    partner: str = ""


class Drafted(msgspec.Struct, frozen=True):
    """An unsigned statement, base64."""

    version: int
    role: str
    statement: str


def _show(node: Node, _question: Nothing) -> trust.TrustView:
    return trust.show(node)


def _rotate(node: Node, question: Rotation) -> dict[str, object]:
    made = trust.rotate(node, question.roles, draft=question.draft)
    return {
        "version": made.version,
        "made": made.made,
        "certificate": made.certificate,
        "waits_for": made.waits_for,
        "draft": base64.b64encode(made.draft).decode(),
    }


def _use(node: Node, question: Use) -> trust.TrustView:
    trust.use_now(node, question.by)
    return trust.show(node)


def _revoke(node: Node, question: Revocation) -> trust.Revoked:
    return trust.revoke(node, question.key, question.suspected, question.by)


def _doubtful(node: Node, _question: Nothing) -> list[trust.Doubtful]:
    return trust.doubtful(node)


def _confirm(node: Node, question: Confirmation) -> trust.Doubtful:
    return trust.confirm(node, question.env_id, question.by)


def _draft(node: Node, question: Draft) -> Drafted:
    holders = {role: [_bytes(each) for each in files] for role, files in question.holders.items()}
    order = trust.RootOrder(
        holders=holders, thresholds=question.thresholds, days=question.days, by=question.by, reset=question.reset
    )
    version, statement = trust.draft_root(node, order)
    return Drafted(version=version, role="root", statement=base64.b64encode(statement).decode())


def _publish(node: Node, question: Publication) -> trust.TrustView:
    trust.publish_signed(node, [_bytes(each) for each in question.statements], question.by)
    return trust.show(node)


def _sign(node: Node, question: Signing) -> dict[str, str]:
    signed = trust.sign_here(node, _bytes(question.statement), question.by)
    return {"holder": "node", "statement": base64.b64encode(signed).decode()}


def _seal(node: Node, question: Sealing) -> dict[str, int]:
    return {"sealed": trust.seal_key_files(node, Path(question.passphrase_file))}


def _file(node: Node, question: Reader) -> Released:
    return partners.export_trust(node, question.partner)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CallerError(BAD_REQUEST.because(detail="a file is not base64")) from error


ROUTES: Final = (
    get("/v1/trust", Nothing, _show),
    get("/v1/trust/file", Reader, _file),
    post("/v1/trust/rotate", Rotation, _rotate),
    post("/v1/trust/use", Use, _use),
    post("/v1/trust/revoke", Revocation, _revoke),
    get("/v1/trust/doubtful", Nothing, _doubtful),
    post("/v1/trust/confirm", Confirmation, _confirm),
    post("/v1/trust/root", Draft, _draft),
    post("/v1/trust/sign", Signing, _sign),
    post("/v1/trust/seal", Sealing, _seal),
    post("/v1/trust/publish", Publication, _publish),
)
