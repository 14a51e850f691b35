# SPDX-License-Identifier: MIT
"""All rules of validation for people: docs/spec/stix-rules.md is this module's text, and a test keeps it so.

Write the page anew with:
python -c "from tasuki.formats.stix.rulebook import as_markdown; print(as_markdown(), end='')" > docs/spec/stix-rules.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.reasons import ReasonKind
from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix import tables
from tasuki.formats.stix.checks import TEXTS
from tasuki.formats.stix.problems import Severity, clause
from tasuki.formats.stix.rules import Base, Property, Rules, extension_rules, nested_rules, rows, rules_for
from tasuki.formats.stix.vocabularies import VOCABULARIES


@dataclass(frozen=True, slots=True, kw_only=True)
class General:
    """A rule about values of one kind wherever they stand."""

    section: str
    severity: Severity
    reason: ReasonKind
    says: str


def _must(section: str, reason: ReasonKind, says: str) -> General:
    return General(section=section, severity="error", reason=reason, says=says)


def _should(section: str, reason: ReasonKind, says: str) -> General:
    return General(section=section, severity="warning", reason=reason, says=says)


GENERAL: Final = (
    _must("2", why.WRONG_TYPE, "A value is of the JSON type of its property."),
    _must("2", why.NULL, "There is no null, at any depth, in custom content either."),
    _must("2.3", why.EMPTY_DICTIONARY, "A dictionary has a member."),
    _must("2.3", why.DICTIONARY_KEY, "A dictionary key has at most 250 of a-z, A-Z, 0-9, hyphen and underscore."),
    _must("2.4", why.ENUMERATION, "A value of an enumeration is one of its terms."),
    _must("2.5.1", why.HASH_UNLISTED, "The hashes of an external reference are of the listed algorithms."),
    _should("2.7", why.HASH_UNLISTED, "A hash algorithm is one of hash-algorithm-ov."),
    _must("2.7", why.HASH_NAME, "The name of an algorithm has 3 to 250 of a-z, A-Z, 0-9, hyphen and underscore."),
    _must("2.9", why.ID_SYNTAX, "An id is the object's type, two hyphens and a UUID of RFC 4122."),
    _must("2.9", why.IDENTIFIER, "A reference has the form of an id."),
    _should("2.9", why.UUID_CASE, "A UUID is written in lower case."),
    _should("2.9", why.UUID_VERSION, "Observables have UUIDs of version 5, all others of version 4."),
    _must("2.9", why.UUID_MUST_BE_RANDOM, "An observable without ID contributing properties has a UUID of version 4."),
    _should("2.9", why.DETERMINISTIC_ID, "A UUID of version 5 of an observable is the one its properties give."),
    _must("2.10", why.INTEGER_RANGE, "An integer lies within 2^53 - 1."),
    _must("2.12", why.EMPTY_LIST, "A list has an element."),
    _must(
        "2.13", why.LOCAL_REFERENCE, "A reference in the deprecated container names an object in it, of the right type."
    ),
    _should("2.13", why.DEPRECATED, "The deprecated container of observables is not used."),
    _should("2.14", why.OPEN_VOCABULARY, "A value of an open vocabulary is one of its terms."),
    _must("2.16.1", why.TIMESTAMP, "A timestamp is of RFC 3339, in UTC with Z, of a moment that exists."),
    _must("3.1", why.NOT_AN_OBJECT, "A STIX object is a JSON object."),
    _must("3.1", why.TYPE_SYNTAX, "A type has 3 to 250 of a-z, 0-9 and single hyphens, and starts with a letter."),
    _must("3.1", why.PROPERTY_NAME, "A property name has 3 to 250 of a-z, 0-9, underscore, and starts with a letter."),
    _must("3.2", why.TYPE_MISSING, "Every object has a `type`."),
    _must("3.2", why.REQUIRED, "What a table marks as required stands."),
    _must("3.2", why.SPEC_VERSION, "`spec_version` is 2.1 (2.0 is read as STIX 2.0)."),
    _should("3.2", why.VERSION_UNSTATED, "An object that uses what only 2.1 has states its `spec_version`."),
    _must("3.2", why.TIMESTAMP_PRECISION, "`created` and `modified` tell at least milliseconds."),
    _must("3.2", why.LANGUAGE, "A language is a tag of RFC 5646 whose language, script and region are registered."),
    _should(
        "3.2", why.LANGUAGE_REPLACED, "A language that has a two-letter code is named by it (RFC 5646 section 2.2.1)."
    ),
    _must("3.2", why.NOT_APPLICABLE, "`defanged` stands on observables only."),
    _should("3.2", why.NOT_APPLICABLE, "Common properties stand only where they apply."),
    _must("3.2", why.REFERENCE, "A reference names an object of a type its property allows."),
    _should("3.2", why.REFERENCE_UNKNOWN, "`created_by_ref` names an identity, not an object of a foreign type."),
    _must(
        "3.2", why.EXTENSION_KEY, "An extension's key is the id of an extension definition or a name ending in -ext."
    ),
    _must("3.2", why.EXTENSION_TYPE, "An extension by definition states its `extension_type`."),
    _must("3.6", why.VERSIONED_OBSERVABLE, "An observable with versions does not have the deterministic id."),
    _should("3.6", why.SAME_VERSION_TWICE, "A bundle holds one version of an object once."),
    _must("3.8", why.RESERVED, "No property is called severity, username, phone_number or action."),
    _must("6.7.6", why.TIMESTAMP_SECONDS, "`time_date_stamp` is precise to the second."),
    _must("7.2.3", why.SELECTOR, "A selector joins names and [indexes] by dots."),
    _must("7.3", why.REDEFINED, "An extension does not redefine a type of the standard."),
    _should("7.3.1", why.UNANNOUNCED, "Properties of a toplevel extension are those its definition at hand lists."),
    _must("8.1", why.NOT_IN_BUNDLE, "A bundle holds STIX objects, and a bundle is none."),
    _must("10.7", why.HASH, "A digest has the form of its algorithm."),
    _should("11.1", why.CUSTOM, "A property the standard does not know is announced by an extension; kept otherwise."),
    _should("11.2", why.CUSTOM_TYPE, "A type the standard does not know is announced by an extension; kept otherwise."),
    _should("11.3", why.CUSTOM_EXTENSION, "An extension has an extension definition; kept otherwise."),
    _must("Incident Extension Suite 2.0", why.EXTENSION_OF, "A property extension we know states that it is one."),
)
"""Rules that no single row of the tables states."""

CANNOT_BE_ASKED: Final = (
    ("2.9", "A producer uses a UUID once only, and not with the namespace of observables for other objects."),
    ("2.11", "`kill_chain_name` is the name of that kill chain."),
    ("3.2", "`labels` are not used for subtypes: only terms of the vocabularies are noticed, as a warning."),
    ("3.5, 3.6", "Only the creator makes versions; the first has equal times; none follows a revocation."),
    ("4.7.1", "`pattern_type` and `pattern_version` match patterns in other languages than STIX."),
    ("4.10", "The datum of a location with `precision` is WGS 84."),
    ("4.11.1", "All samples of a malware instance are the same binary data."),
    ("4.14.1", "Objects in one observed-data are related to each other."),
    ("4.18", "A tool is no malware, and none of the responders' own."),
    ("6.1.1", "The URL of an artifact resolves, and to the hashed content."),
    ("6.6", "Bodies and header fields were decoded; only encoded words in the subject are noticed."),
    ("6.7.1", "`hash-algorithm-ov` is open (2.7, 2.14, 10), so other algorithms are worth a warning, not an error."),
    ("6.12.1", "Protocols are listed from the outer to the inner; IPFIX keys are registered elements."),
    ("6.14.1", "The official CPE dictionary lists the CPE: only its form is asked."),
    ("7.3.2", "What an extension's schema says, where we do not know the extension."),
)
"""MUSTs that one object, or a few at hand, cannot show to be kept."""


def as_markdown() -> str:
    """Return docs/spec/stix-rules.md."""
    return "\n".join([*_head(), *_general(), *_texts(), *_types(), *_nested(), *_vocabularies(), *_unasked()]) + "\n"


def _head() -> Iterator[str]:
    yield "# The rules STIX objects are held to"
    yield ""
    yield "Written by `tasuki.formats.stix.rulebook` from the tables that validation is compiled from; do not edit."
    yield "An **error** breaks a MUST of STIX 2.1 (OASIS standard, errata 01); a **warning** is a SHOULD, or something"
    yield "the standard does not know and that is kept. Each problem names its clause. An object of a type STIX 2.0"
    yield "has, without `spec_version`, is read as STIX 2.0 and held to what both versions share."
    yield ""


def _general() -> Iterator[str]:
    yield "## Everywhere"
    yield ""
    yield "| clause | severity | rule | reason |"
    yield "|---|---|---|---|"
    for rule in GENERAL:
        yield f"| {clause(rule.section)} | {rule.severity} | {rule.says} | `{rule.reason.code}` |"
    yield ""


def _texts() -> Iterator[str]:
    yield "## Forms of text"
    yield ""
    yield "| form | clause | severity | reason |"
    yield "|---|---|---|---|"
    for name, form in sorted(TEXTS.items()):
        severity = "error" if form.is_must else "warning"
        cited = clause(form.section) if form.section else "of its property"
        defanged = " (warning where `defanged` is true)" if form.is_address else ""
        yield f"| {name} | {cited} | {severity}{defanged} | `{form.kind.code}` |"
    yield ""


def _types() -> Iterator[str]:
    yield "## Types"
    yield ""
    groups: tuple[tuple[Base, Mapping[str, str]], ...] = (
        ("SDO", tables.DOMAIN_OBJECTS),
        ("SRO", tables.RELATIONSHIP_OBJECTS),
        ("SCO", tables.OBSERVABLES),
        ("other", tables.META_OBJECTS),
    )
    for title, text in (("SDOs and SROs", tables.COMMON_OBJECT), ("SCOs", tables.COMMON_OBSERVABLE)):
        yield f"### Common properties of {title}"
        yield ""
        yield from _table(rows(text, "3.2"))
    for base, group in groups:
        for kind in group:
            yield from _section(f"{kind} ({clause(tables.SECTIONS[kind])})", rules_for(kind, base, "2.1"))


def _nested() -> Iterator[str]:
    yield "## Types within objects, and extensions"
    yield ""
    for name in (*tables.NESTED, *known.NESTED):
        rules = nested_rules(name)
        yield from _section(f"{name} ({clause(rules.section)})", rules)
    for identifier in known.PROPERTY_EXTENSIONS:
        rules_of_extension = extension_rules(identifier)
        if rules_of_extension is not None:
            yield from _section(f"{rules_of_extension.kind} `{identifier}`", rules_of_extension)
    for kind, (identifier, text) in known.NEW_TYPES.items():
        yield f"### {kind} `{identifier}`"
        yield ""
        yield from _table(rows(text, "Incident Extension Suite 2.0"))


def _section(title: str, rules: Rules) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    own = [row for row in rules.properties if row.section == rules.section]
    common = [row for row in rules.properties if row.section != rules.section]
    if common and rules.kind in tables.META_OBJECTS:
        own = [*common, *own]
    yield from _table(iter(own))
    if rules.whole:
        yield "| rule | clause | severity | |"
        yield "|---|---|---|---|"
        for rule in rules.whole:
            yield f"| {rule.name} | {clause(rule.section)} | {rule.severity} | {rule.says} |"
        yield ""


def _table(properties: Iterator[Property]) -> Iterator[str]:
    yield "| property | must be | required | clause |"
    yield "|---|---|---|---|"
    for row in properties:
        code = row.code.replace("|", "\\|")
        yield f"| {row.name} | `{code}` | {'yes' if row.is_required else ''} | {clause(row.section)} |"
    yield ""


def _vocabularies() -> Iterator[str]:
    yield "## Vocabularies"
    yield ""
    yield "| vocabulary | clause | other terms | terms |"
    yield "|---|---|---|---|"
    for vocabulary in (*VOCABULARIES.values(), *known.SUITE_VOCABULARIES.values()):
        others = "error" if vocabulary.is_closed else "warning"
        yield f"| {vocabulary.name} | {clause(vocabulary.section)} | {others} | {len(vocabulary.terms)} |"
    yield ""


def _unasked() -> Iterator[str]:
    yield "## What cannot be asked of an object"
    yield ""
    for section, says in CANNOT_BE_ASKED:
        yield f"* {clause(section)}: {says}"
