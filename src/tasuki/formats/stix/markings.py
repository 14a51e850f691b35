# SPDX-License-Identifier: MIT
"""Which markings an object carries, resolved as far as the definitions at hand allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix.acs import read_acs
from tasuki.formats.stix.caveats import read_caveat
from tasuki.formats.stix.extensions import ACS_3, CAVEAT, IEP_2, PAP, TLP_2
from tasuki.formats.stix.iep import read_iep
from tasuki.formats.stix.meaning import MOST_MEMBERS, NOTHING, Embargo, Meaning, Reader, read_member, text, together
from tasuki.formats.stix.pap import PAP_IDS, read_pap, read_pap_extension
from tasuki.formats.stix.tlp import OFFICIAL, read_tlp, read_tlp_extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Markings:
    """What an object's marking references mean.

    Attributes:
        levels: TLP levels named, such as `amber+strict`.
        paps: PAP levels named: `clear`, `green`, `amber`, `red`.
        caveats: one set of audience texts per caveat; the object must satisfy each.
        consent_of: participants without whose consent it goes to nobody else, such as `JPN`.
        classifications: national classifications, as `PPP:level`.
        embargoes: moments before which it goes to nobody but the audiences that stand beside each.
        untils: moments from which on it goes to nobody.
        personal_data: whether a marking says that it tells of people.
        statements: ids of markings that inform and decide nothing, as statements do.
        unknown: ids that no definition at hand explains whole; each means no.
    """

    levels: frozenset[str]
    paps: frozenset[str] = frozenset()
    caveats: tuple[frozenset[str], ...] = ()
    consent_of: frozenset[str] = frozenset()
    classifications: frozenset[str] = frozenset()
    embargoes: tuple[Embargo, ...] = ()
    untils: tuple[datetime, ...] = ()
    personal_data: bool = False
    statements: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


Lookup = Callable[[str], Mapping[str, Json] | None]
"""From a marking-definition id to its object, or None where it is not at hand."""


def read_markings(identifiers: Iterable[str], lookup: Lookup) -> Markings:
    """Return what markings mean, by their ids; of a definition that says several things each counts.

    Granular markings, and those inside embedded objects, are read as if they marked the whole: `Admitted.markings`
    names them all.

    Source: STIX 2.1 section 7.2.
    """
    meanings: list[Meaning] = []
    statements, unknown = set(), set()
    for identifier in sorted(set(identifiers)):
        definition = FIXED.get(identifier) or lookup(identifier)
        if definition is None:
            unknown.add(identifier)
            continue
        meaning = definition if isinstance(definition, Meaning) else meaning_of(definition)
        meanings.append(meaning)
        if meaning.unread:
            unknown.add(identifier)
        elif meaning == NOTHING:
            statements.add(identifier)
    found = together(meanings)
    return Markings(
        levels=found.levels,
        paps=found.paps,
        caveats=found.caveats,
        consent_of=found.consent_of,
        classifications=found.classifications,
        embargoes=found.embargoes,
        untils=found.untils,
        personal_data=found.personal_data,
        statements=frozenset(statements),
        unknown=frozenset(unknown),
    )


FIXED: Final[Mapping[str, Meaning]] = {
    **{identifier: Meaning(levels=frozenset({level})) for identifier, level in OFFICIAL.items()},
    **{identifier: Meaning(paps=frozenset({level})) for identifier, level in PAP_IDS.items()},
}
"""Marking definitions whose meaning is fixed by their id, whatever is held under it."""

EXTENSIONS: Final[Mapping[str, tuple[str, Reader]]] = {
    TLP_2: ("tlp", read_tlp_extension),
    PAP: ("pap", read_pap_extension),
    CAVEAT: ("caveat", read_caveat),
    IEP_2: ("iep", read_iep),
    ACS_3: ("acs", read_acs),
}
"""The extensions that are understood, by the id of their definition: the name they go by, and their reader."""


def meaning_of(definition: Mapping[str, Json]) -> Meaning:
    """Return what a marking definition says in all of its forms; `unread` names what was not understood of it.

    Source: docs/policy/release.md sections 2.2 and 2.6.
    """
    identifier = definition.get("id")
    if isinstance(identifier, str) and identifier in FIXED:
        return FIXED[identifier]
    said = [*_of_extensions(definition.get("extensions", {})), *_of_body(definition)]
    return together(said) if said else Meaning(unread=("definition",))


def _of_extensions(extensions: Json) -> Iterator[Meaning]:
    if not isinstance(extensions, dict) or len(extensions) > MOST_MEMBERS:
        yield Meaning(unread=("extensions",))
        return
    for identifier, value in extensions.items():
        name, reader = EXTENSIONS.get(identifier, (identifier, None))
        yield read_member(name, reader, value)


def _of_body(definition: Mapping[str, Json]) -> Iterator[Meaning]:
    """Yield what `definition_type` and `definition` say: the older form, deprecated and still the usual one."""
    kind, body = definition.get("definition_type"), definition.get("definition")
    said = body if isinstance(body, dict) else {}
    if kind not in (None, "tlp", "pap", "statement"):
        yield Meaning(unread=("definition_type",))
    if kind == "tlp" or "tlp" in said:
        yield read_member("tlp", read_tlp, said.get("tlp"))
    if kind == "pap" or "pap" in said:
        yield read_member("pap", read_pap, said.get("pap"))
    statement = said.get("statement")
    about = _ABOUT.match(statement) if isinstance(statement, str) else None
    if about is not None:
        yield read_member("statement", read_tlp if about[1].lower() == "tlp" else read_pap, statement)
    elif kind == "statement":
        yield read_member("statement", text, statement)


_ABOUT: Final = re.compile(r"\s{0,8}(tlp|pap)(?![a-z0-9])", re.IGNORECASE)
