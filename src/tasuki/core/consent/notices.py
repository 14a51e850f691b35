# SPDX-License-Identifier: MIT
"""The two notices of consent, from their members and back; the closed list of forms was held against them before.

Source: docs/policy/release.md, section 6.
"""

from __future__ import annotations

from collections.abc import Mapping

from tasuki.base.canonical import Json
from tasuki.base.ids import Audience, stix_id
from tasuki.base.time import format_exact, format_rfc3339, parse_rfc3339
from tasuki.core.consent.model import Answer, Decision, Request, Terms, Version


def request_to_message(request: Request) -> dict[str, Json]:
    """Return the members of a `consent-request`."""
    return {**_terms_to_message(request.terms), "reason": request.reason, "at": format_rfc3339(request.at)}


def request_from_message(message: Mapping[str, Json]) -> Request:
    """Return what a `consent-request` says.

    Raises:
        ValueError: it has not the members and forms of its notice.
    """
    return Request(
        terms=_terms_from_message(message), reason=str(message["reason"]), at=parse_rfc3339(str(message["at"]))
    )


def answer_to_message(answer: Answer) -> dict[str, Json]:
    """Return the members of a `consent`."""
    return {
        **_terms_to_message(answer.terms),
        "decision": answer.decision.value,
        "reason": answer.reason,
        "at": format_rfc3339(answer.at),
    }


def answer_from_message(message: Mapping[str, Json]) -> Answer:
    """Return what a `consent` says.

    Raises:
        ValueError: it has not the members and forms of its notice.
    """
    return Answer(
        terms=_terms_from_message(message),
        decision=Decision(str(message["decision"])),
        reason=str(message["reason"]),
        at=parse_rfc3339(str(message["at"])),
    )


def _terms_to_message(terms: Terms) -> dict[str, Json]:
    objects: list[Json] = []
    objects.extend({"id": each.stix_id, "digest": each.digest} for each in terms.objects)
    return {
        "request": terms.request,
        "objects": objects,
        "audience": str(terms.audience),
        "purpose": terms.purpose,
        "until": format_exact(terms.until),
    }


def _terms_from_message(message: Mapping[str, Json]) -> Terms:
    return Terms(
        request=str(message["request"]),
        objects=_versions(message["objects"]),
        audience=Audience.parse(str(message["audience"])),
        purpose=str(message["purpose"]),
        until=parse_rfc3339(str(message["until"])),
    )


def _versions(value: Json) -> tuple[Version, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        message = "objects that are no list of versions"
        raise ValueError(message)
    return tuple(Version(stix_id(str(each["id"])), str(each["digest"])) for each in value if isinstance(each, dict))
