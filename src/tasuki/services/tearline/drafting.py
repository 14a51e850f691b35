# SPDX-License-Identifier: MIT
"""Drafting: one person says for whom and how marked, sees what may go of the sources, and edits the new object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError
from tasuki.base.ids import StixId, uuid4
from tasuki.base.time import format_rfc3339
from tasuki.core.consent.wording import require_sentence
from tasuki.core.holdings.model import PersonalData
from tasuki.core.persons.model import Principal
from tasuki.core.persons.two import named
from tasuki.core.tearline import reasons as why
from tasuki.core.tearline.drafting import anew, assembled, forbidden, workbench
from tasuki.core.tearline.inheriting import basis_of, needs_words
from tasuki.core.tearline.model import Field, Made, Source, State
from tasuki.formats.json.strict import loads
from tasuki.formats.stix.rules import rules_for
from tasuki.formats.stix.tables import DOMAIN_OBJECTS, RELATIONSHIP_OBJECTS
from tasuki.formats.stix.validate import validate
from tasuki.services import intake
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.tearline.marking import Decided, Marking, decided_of, terms_to_json
from tasuki.services.tearline.showing import Shown, shown
from tasuki.services.tearline.sources import knowable, read
from tasuki.store import tearline as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a drafter wants.

    Attributes:
        ids: the sources, the first of which counts where several have a property.
        marking: for whom and how marked.
        keep: names of properties; None keeps all that nothing speaks against.
        withhold: words that must not occur, such as a victim's name; looked for and never kept.
        edited: the draft as a person wrote it, instead of what is kept of the sources.
        why: one sentence for the record of this node.
        replaces: number of a draft that is rejected with this.
    """

    ids: tuple[str, ...]
    marking: Marking
    why: str
    keep: tuple[str, ...] | None = None
    withhold: tuple[str, ...] = ()
    edited: bytes | None = None
    replaces: int | None = None


def draft(node: Node, principal: Principal, order: Order) -> Shown:
    """Draft a tear-line; it is no holding before another person releases it.

    Raises:
        CallerError: nobody is named, no such audience or marking, or something that cannot stand in it.
        InputError: a source is not held, or the edited draft is no JSON.
    """
    person = named(principal, node.home)
    require_sentence(order.why, "--why")
    # The reason is kept; the words are not, and so must not stand in it.
    told = forbidden({"--why": order.why}, (), _words(order), lambda _: None)
    if told is not None:
        raise CallerError(told)
    decided = decided_of(node, order.marking)
    creator, _ = intake.home_identity(node)
    with node.database.read() as connection:
        held = read(node, connection, order.ids)
        sources = [each.source for each in held]
        kind = _type_of(sources)
        if needs_words(sources) and not _words(order):
            raise CallerError(why.NAME_NEEDED.because())
        basis = basis_of(sources, decided.personal_data)
        decided = replace(decided, label=decided.with_personal_data(basis.personal_data is PersonalData.YES))
        made = Made(
            stix_id=StixId(f"{kind}--{uuid4(node.entropy.draw(16))}"),
            at=format_rfc3339(node.clock.now()),
            creator=creator,
            markings=decided.markings,
        )
        fields, obj = _write(node, connection, order, decided, (sources, made))
    raw = canonical(obj)
    digest = sha256(raw).digest()
    ciphertext, wrapped = node.vault.seal(raw, digest)
    body = store.Sealed(digest=digest, ciphertext=ciphertext, wrapped=wrapped)

    def work(connection: sa.Connection) -> int:
        number = store.add(
            connection,
            stix_id=made.stix_id,
            body=body,
            terms=canonical(terms_to_json(order.marking)),
            by=person,
            at=node.clock.now(),
            why=order.why,
        )
        store.derive(connection, number, [(each.position, each.source.stix_id) for each in held])
        _replace(node, connection, order.replaces, number, person)
        # Not from what it derives: that stands in one place alone.
        detail: dict[str, Json] = {"tearline": number, "to": str(decided.to), "person": person, "why": order.why}
        audit(node, connection, "tearline:draft:make", detail)
        return number

    return shown(node, node.database.write(work), fields)


def _words(order: Order) -> list[str]:
    return [word for each in order.withhold if (word := each.strip())]


def _replace(node: Node, connection: sa.Connection, before: int | None, number: int, person: str) -> None:
    if before is None:
        return
    known = store.tearline(connection, before)
    if known is None:
        raise CallerError(why.NO_TEARLINE.because(number=before))
    if known.state is not State.DRAFTED:
        raise CallerError(why.DECIDED.because(number=before, state=known.state.value))
    reason = f"Replaced by draft {number}. / 草案{number}番に置き換えました。"
    store.decide(connection, before, State.REJECTED, by=person, at=node.clock.now(), why=reason)


def _type_of(sources: Iterable[Source]) -> str:
    types = sorted({str(each.obj["type"]) for each in sources})
    if len(types) > 1:
        raise CallerError(why.OTHER_TYPES.because(types=", ".join(types)[:200]))
    if types[0] not in DOMAIN_OBJECTS.keys() | RELATIONSHIP_OBJECTS.keys():
        raise CallerError(why.NO_TYPE.because(type=types[0][:60]))
    return types[0]


def _write(
    node: Node, connection: sa.Connection, order: Order, decided: Decided, parts: tuple[Sequence[Source], Made]
) -> tuple[list[Field], dict[str, Json]]:
    """Return what became of each property of the sources, and the new object, which holds nothing it must not."""
    sources, made = parts
    words = _words(order)
    edited = None if order.edited is None else _edited(order.edited, str(sources[0].obj["type"]))
    looked_at = [each.obj for each in sources] if edited is None else [*(each.obj for each in sources), edited]
    known = knowable(node, connection, looked_at, decided.to, [made.stix_id, made.creator, *made.markings])
    kind = str(sources[0].obj["type"])
    names = frozenset(row.name for row in rules_for(kind, "SDO", "2.1").properties) - {"extensions"}
    fields = workbench(sources, decided.label, keep=order.keep, standard=names, words=words, known=known)
    obj = assembled(sources, fields, made) if edited is None else anew(edited, made)
    for name, value in obj.items():
        never = forbidden({name: value}, {each.stix_id for each in sources}, words, known)
        if never is not None:
            raise CallerError(never)
    _require_valid(obj)
    return _as_written(fields, obj), obj


def _as_written(fields: Iterable[Field], obj: Mapping[str, Json]) -> list[Field]:
    return [replace(each, kept=each.name in obj) for each in fields]


def _edited(raw: bytes, kind: str) -> dict[str, Json]:
    obj = loads(raw)
    if not isinstance(obj, dict) or obj.get("type") != kind:
        found = str(obj.get("type"))[:60] if isinstance(obj, dict) else type(obj).__name__
        raise CallerError(why.NOT_READ.because(type=kind, found=found))
    return obj


def _require_valid(obj: dict[str, Json]) -> None:
    for problem in validate(obj):
        if problem.severity == "error":
            code = problem.reason.code
            raise CallerError(why.NOT_VALID.because(rule=problem.rule, path=problem.path or "/", code=code))
