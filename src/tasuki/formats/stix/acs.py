# SPDX-License-Identifier: MIT
"""The Access Control Specification of CISA, version 3.0, on a marking definition: what its members mean here.

docs/policy/markings.md says the same to people. Most of it speaks of persons, offices and laws of one state: what no
reader of a profile can be measured by is not understood, and so means no.

Sources: ISA Access Control Specification 3.0a (June 2019); OASIS cti-stix-common-objects, ACS marking definition, for
the form; MISP taxonomy acs-marking, version 2, for the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix.meaning import (
    NOTHING,
    PROPERTY_EXTENSION,
    UNREAD,
    Meaning,
    Reader,
    every,
    is_list,
    members,
    moment,
    read_members,
    text,
    texts,
    together,
    word,
    words,
)

_COUNTRY: Final = re.compile(r"[A-Z]{3}")
_CUSTODIAN: Final = re.compile(r"([A-Z]{3})\.[A-Z0-9]{1,40}(?:\.[A-Z0-9-]{1,40})?")
_HOLDER: Final = "custodian"
"""In place of the country of the custodian, which is known only when the whole was read."""

_PERSONAL: Final = Meaning(personal_data=True)
_HOLDER_ONLY: Final = Meaning(caveats=(frozenset({_HOLDER}),))
_HOLDER_CONSENTS: Final = Meaning(consent_of=frozenset({_HOLDER}))

POLICIES: Final = {
    f"urn:isa:policy:acs:ns:v3.0?privdefault={privilege}&sharedefault={sharing}": (privilege, sharing)
    for privilege in ("permit", "deny")
    for sharing in ("permit", "deny")
}
"""The policies, and by each what holds for actions and for further sharing that are not listed."""

ENTITIES: Final = frozenset({"MIL", "GOV", "CTR", "SVR", "SVC", "DEV", "NET"})
"""Every kind of person and machine."""


def _moment(value: Json) -> Meaning:
    return UNREAD if moment(value) is None else NOTHING


def _nationalities(value: Json) -> Meaning:
    if not is_list(value):
        return UNREAD
    countries = frozenset(each for each in value if isinstance(each, str) and _COUNTRY.fullmatch(each))
    return Meaning(caveats=(countries,)) if len(countries) == len(value) else UNREAD


def _entity(value: Json) -> Meaning:
    everybody = is_list(value) and all(isinstance(each, str) for each in value) and {*value} == ENTITIES
    return NOTHING if everybody else UNREAD


CONTROL_WORDS: Final[dict[str, dict[str, Meaning]]] = {
    "classification": {"U": NOTHING},
    "formal_determination": {
        "PUBREL": NOTHING,
        "AIS": NOTHING,
        "NO-PII-PRESENT": NOTHING,
        "NF": _HOLDER_ONLY,
        "PII-NECESSARY-TO-UNDERSTAND-THREAT": _PERSONAL,
        "INFORMATION-DIRECTLY-RELATED-TO-CYBERSECURITY-THREAT": _PERSONAL,
    },
    "caveat": {"POSSIBLEPII": _PERSONAL},
    "sensitivity": {"PII": _PERSONAL},
}
"""Members of `control_set` that take words of a list, and every word that is understood."""

CONTROL_SET: Final[dict[str, Reader]] = {
    **{name: words(table) for name, table in CONTROL_WORDS.items()},
    "classification": word(CONTROL_WORDS["classification"]),
    "entity": _entity,
    "permitted_nationalities": _nationalities,
}
"""Every member of `control_set` that is understood."""

DENIED: Final = {
    "DSPLY": UNREAD,
    "IDSRC": UNREAD,
    "TENOT": Meaning(paps=frozenset({"amber"})),
    "NETDEF": UNREAD,
    "LEGAL": UNREAD,
    "INTEL": UNREAD,
    "TEARLINE": UNREAD,
    "OPACTION": NOTHING,
    "REQUEST": UNREAD,
    "ANONYMOUSACCESS": NOTHING,
}
"""What it means that an action is denied. `CISAUSES` binds to a law and is not understood, permitted or denied."""

SCOPE: Final = frozenset({"permitted_nationalities", "permitted_organizations", "shareability", "entity"})
"""By what a privilege may be limited; it holds for everybody where each that is stated says `ALL`."""


def _custodian(value: Json) -> Meaning:
    return NOTHING if isinstance(value, str) and _CUSTODIAN.fullmatch(value) else UNREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class _Privilege:
    action: str
    for_everybody: bool
    permits: bool


def _privilege(value: Json) -> _Privilege | None:
    if not isinstance(value, dict) or value.keys() != {"privilege_action", "privilege_scope", "rule_effect"}:
        return None
    action, scope, effect = value["privilege_action"], value["privilege_scope"], value["rule_effect"]
    if not isinstance(action, str) or (action not in DENIED and action != "ALL") or effect not in ("permit", "deny"):
        return None
    if not isinstance(scope, dict) or not scope or not scope.keys() <= SCOPE:
        return None
    everybody = all(each == ["ALL"] for each in scope.values())
    return _Privilege(action=action, for_everybody=everybody, permits=effect == "permit")


def _privileges(value: Json) -> Meaning:
    return NOTHING if is_list(value) and all(map(_privilege, value)) else UNREAD


def _sharing(value: Json) -> Meaning:
    return every(_share, value)


def _share(value: Json) -> Meaning:
    """Read one rule of further sharing. What it permits widens nothing; a denial binds all states but the holder."""
    if not isinstance(value, dict) or value.keys() != {"sharing_scope", "rule_effect"}:
        return UNREAD
    scope, effect = value["sharing_scope"], value["rule_effect"]
    if texts(scope) == UNREAD:
        return UNREAD
    if effect == "permit":
        return NOTHING
    return _HOLDER_ONLY if effect == "deny" and scope == ["FOREIGNGOV"] else UNREAD


ACS_MEMBERS: Final[dict[str, Reader]] = {
    "extension_type": PROPERTY_EXTENSION,
    "identifier": text,
    "name": text,
    "create_date_time": _moment,
    "responsible_entity_custodian": _custodian,
    "responsible_entity_originator": text,
    "authority_reference": texts,
    "policy_reference": word(dict.fromkeys(POLICIES, NOTHING)),
    "public_release": members({"released_by": text, "released_on": _moment}, frozenset({"released_by"})),
    "access_privilege": _privileges,
    "further_sharing": _sharing,
    "control_set": members(CONTROL_SET, frozenset({"classification"})),
}
"""Every member that is understood."""

ACS_REQUIRED: Final = frozenset({"responsible_entity_custodian", "policy_reference", "control_set"})
"""Members that decide something; without one of them nobody knows what the policy is."""


def read_acs(value: Json) -> Meaning:
    """Read the ACS 3.0 extension of a marking definition."""
    found = read_members(value, ACS_MEMBERS, ACS_REQUIRED)
    if not isinstance(value, dict):
        return found
    custodian = value.get("responsible_entity_custodian")
    if found.unread:
        # Half a policy is none, and what it does say counts all the same: the country can be known.
        return _held_by(str(custodian)[:3], found) if _custodian(custodian) == NOTHING else found
    privilege, sharing = POLICIES[str(value["policy_reference"])]
    listed = value.get("access_privilege")
    entries = [_privilege(each) for each in listed] if isinstance(listed, list) else []
    parts = [found, *_denied([each for each in entries if each is not None], privilege)]
    if sharing == "deny":
        parts.append(_HOLDER_CONSENTS)
    return _held_by(str(custodian)[:3], together(parts))


def _denied(entries: list[_Privilege], default: str) -> Iterator[Meaning]:
    """Yield what the denied actions mean. A denial counts whomever it names, a permission only if for everybody."""
    for action, meaning in DENIED.items():
        named = [each for each in entries if each.action in (action, "ALL")]
        permitted = default == "permit" or any(each.permits and each.for_everybody for each in named)
        if not permitted or not all(each.permits for each in named):
            yield Meaning(unread=(f"access_privilege.{action}",)) if meaning.unread else meaning


def _held_by(country: str, meaning: Meaning) -> Meaning:
    """Put the country of the custodian where a table could only say `custodian`."""
    return replace(
        meaning,
        caveats=tuple(frozenset(country if each == _HOLDER else each for each in caveat) for caveat in meaning.caveats),
        consent_of=frozenset(country for _ in meaning.consent_of),
    )
