# SPDX-License-Identifier: MIT
"""What two people decide about a tear-line: for whom, TLP, PAP, caveat, classification, personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.holdings.model import PersonalData
from tasuki.core.markings.labels import ACTIONS, LEVELS, PERSONAL_DATA, blocking, classification, stated
from tasuki.core.markings.lattice import WIDEST, caveat, meet
from tasuki.core.markings.model import Label
from tasuki.core.release.reasons import NO_LEVEL
from tasuki.core.tearline import reasons as why
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix import build
from tasuki.formats.stix.pap import PAP_IDS
from tasuki.formats.stix.tlp import marking_id
from tasuki.services.consent.knowing import require_reader
from tasuki.services.intake import IDENTITY_SINCE, home_identity
from tasuki.services.node import Node
from tasuki.services.release.weighing import audience_of

_PAP_BY_LEVEL: Final = {level: identifier for identifier, level in reversed(PAP_IDS.items())}
"""The first id of each level: what we write; all of them are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """What a drafter says, as typed.

    Attributes:
        to: for whom it is.
        tlp: such as `green`.
        pap: such as `amber`; None leaves it unsaid.
        releasable_to: audiences to which it is limited; none means no caveat.
        classifications: each `PPP:level`.
        personal_data: `yes` or `no`; None says what the sources say.
    """

    to: str
    tlp: str
    pap: str | None = None
    releasable_to: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    personal_data: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The same as the node understands it.

    Attributes:
        label: TLP, PAP, caveat and classification, and whether it carries personal data.
        markings: ids of the markings the new object carries.
        definitions: those of them that not every node knows.
    """

    to: Audience
    label: Label
    level: str
    audiences: tuple[str, ...]
    personal_data: PersonalData | None
    markings: tuple[str, ...]
    definitions: tuple[Piece, ...]

    def with_personal_data(self, there_is: bool) -> Label:  # noqa: FBT001 one fact
        """Return the label of what carries personal data or not."""
        return meet(self.label, blocking(PERSONAL_DATA)) if there_is else self.label


def decided_of(node: Node, marking: Marking) -> Decided:
    """Return what a marking means at this node.

    Raises:
        CallerError: an audience, level or classification that nobody knows.
    """
    to = audience_of(node, marking.to)
    require_reader(node, to)
    if marking.tlp not in LEVELS:
        raise CallerError(NO_LEVEL.because(known=", ".join(LEVELS), found=marking.tlp[:40]))
    if marking.pap is not None and marking.pap not in ACTIONS:
        raise CallerError(why.NO_PAP.because(known=", ".join(ACTIONS), found=marking.pap[:40]))
    for each in marking.releasable_to:
        require_reader(node, audience_of(node, each))
    audiences = tuple(sorted(set(marking.releasable_to)))
    label = replace(_stated(marking), tlp=LEVELS[marking.tlp])
    if audiences:
        label = meet(label, replace(WIDEST, releasable_to=caveat(audiences)))
    markings = [marking_id(marking.tlp)]
    if marking.pap is not None:
        markings.append(_PAP_BY_LEVEL[marking.pap])
    definitions: list[Piece] = []
    if audiences:
        identifier, raw = build.caveat_definition(audiences, creator=home_identity(node)[0], at=IDENTITY_SINCE)
        markings.append(identifier)
        definitions.append(Piece(place="caveat", raw=raw))
    return Decided(
        to=to,
        label=label,
        level=marking.tlp,
        audiences=audiences,
        personal_data=None if marking.personal_data is None else PersonalData(marking.personal_data),
        markings=tuple(markings),
        definitions=tuple(definitions),
    )


def _stated(marking: Marking) -> Label:
    for each in marking.classifications:
        try:
            classification(each)
        except ValueError as error:
            raise CallerError(why.NO_CLASSIFICATION.because(found=each[:60])) from error
    paps = () if marking.pap is None else (marking.pap,)
    return stated(paps=paps, classifications=marking.classifications)


def terms_to_json(marking: Marking) -> dict[str, Json]:
    """Return what a drafter said, as it is kept."""
    return {
        "to": marking.to,
        "tlp": marking.tlp,
        "pap": marking.pap,
        "releasable_to": [*marking.releasable_to],
        "classifications": [*marking.classifications],
        "personal_data": marking.personal_data,
    }


def terms_from_json(said: Mapping[str, Json]) -> Marking:
    """Return what a drafter said, from what is kept."""
    pap, personal = said["pap"], said["personal_data"]
    return Marking(
        to=str(said["to"]),
        tlp=str(said["tlp"]),
        pap=None if pap is None else str(pap),
        releasable_to=_texts(said["releasable_to"]),
        classifications=_texts(said["classifications"]),
        personal_data=None if personal is None else str(personal),
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
