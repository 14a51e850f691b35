# SPDX-License-Identifier: MIT
"""Rules that look at several properties of one object at once, each with its name, its clause and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import reasons as why
from tasuki.formats.stix import tables, values
from tasuki.formats.stix.extensions import TLP_2
from tasuki.formats.stix.granular import leads_somewhere
from tasuki.formats.stix.ids import deterministic_id
from tasuki.formats.stix.problems import Findings, Severity, Where, excerpt
from tasuki.formats.stix.tlp import TLP_1_IDS, TLP_IDS
from tasuki.formats.stix.translations import judge_translation
from tasuki.formats.stix.vocabularies import COMMON_RELATIONSHIPS, RELATIONSHIPS, VOCABULARIES

Object = dict[str, Json]
Judge = Callable[[Object, Where, Findings], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule about a whole object.

    Attributes:
        name: what it is called in docs/spec/stix-rules.md, unique.
        kinds: the types it speaks of; `*` means every top-level object.
        needs: the property without which it has nothing to say; empty where it always has.
        says: the rule in one sentence.
    """

    name: str
    kinds: tuple[str, ...]
    section: str
    severity: Severity
    says: str
    judge: Judge
    needs: str = ""


SPECIAL: Final[list[Rule]] = []
"""Rules written out as functions, in the order of the standard."""


def _rule(name: str, section: str, severity: Severity, *kinds: str, needs: str = "") -> Callable[[Judge], Judge]:
    def add(judge: Judge) -> Judge:
        says = (judge.__doc__ or "").strip()
        rule = Rule(name=name, kinds=kinds, section=section, severity=severity, says=says, judge=judge, needs=needs)
        SPECIAL.append(rule)
        return judge

    return add


def whole_rules(kind: str, own_names: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules of a type; `own_names` are the properties its own table states."""
    listed = [rule for rule in _table_rules(kind, own_names) if kind in rule.kinds]
    nested = kind in tables.NESTED or kind in known.NESTED or kind.endswith(" extension")
    listed.extend(rule for rule in SPECIAL if kind in rule.kinds or ("*" in rule.kinds and not nested))
    if not nested:
        listed.append(_order("*", "3.6.1", "created", "modified", is_strict=False))
    return tuple(listed)


def _table_rules(kind: str, own_names: tuple[str, ...]) -> Iterator[Rule]:
    for owner, section, earlier, later, is_strict in tables.TIME_ORDER:
        if owner == kind:
            yield _order(owner, section, earlier, later, is_strict=is_strict)
    at_least = tables.AT_LEAST_ONE.get(kind) or known.NESTED_AT_LEAST_ONE.get(kind)
    if at_least is not None:
        yield _at_least_one(kind, *at_least, own_names)
    if kind in tables.NOT_TOGETHER:
        yield _not_together(kind, *tables.NOT_TOGETHER[kind])
    for owner, section, present, required in tables.REQUIRES:
        if owner == kind:
            yield _requires(kind, section, present, required)


def _order(kind: str, section: str, earlier: str, later: str, *, is_strict: bool) -> Rule:
    def judge(obj: Object, where: Where, out: Findings) -> None:
        first, last = obj.get(earlier), obj.get(later)
        if type(first) is not str or type(last) is not str:
            return
        if len(first) == len(last) and (first < last or (first == last and not is_strict)):
            return
        if not (values.TIMESTAMP.fullmatch(first) and values.TIMESTAMP.fullmatch(last)):
            return
        one, two = values.moment(first), values.moment(last)
        if two < one or (is_strict and two == one):
            reason = why.TIME_AFTER if is_strict else why.TIME_ORDER
            out.error((where, later), section, reason, earlier=earlier, later=later)

    says = f"`{later}` lies {'after' if is_strict else 'not before'} `{earlier}`."
    name = f"{later}-{'after' if is_strict else 'not-before'}-{earlier}"
    return Rule(name=name, kinds=(kind,), section=section, severity="error", says=says, judge=judge, needs=later)


def _at_least_one(kind: str, section: str, listed: str, own_names: tuple[str, ...]) -> Rule:
    left_out = {word[1:] for word in listed.split() if word.startswith("-")}
    names = [name for word in listed.split() for name in (own_names if word == "*" else (word,))]
    wanted = tuple(name for name in names if not name.startswith("-") and name not in left_out)
    shown = ", ".join(wanted)

    def judge(obj: Object, where: Where, out: Findings) -> None:
        for name in wanted:
            if name in obj:
                return
        out.error(where, section, why.ONE_OF, names=shown)

    says = f"At least one of {shown} stands."
    return Rule(name="at-least-one", kinds=(kind,), section=section, severity="error", says=says, judge=judge)


def _not_together(kind: str, section: str, one: str, other: str) -> Rule:
    def judge(obj: Object, where: Where, out: Findings) -> None:
        if one in obj and other in obj:
            out.error((where, other), section, why.NOT_TOGETHER, one=one, other=other)

    says = f"`{one}` and `{other}` do not stand together."
    return Rule(
        name="not-together", kinds=(kind,), section=section, severity="error", says=says, judge=judge, needs=other
    )


def _requires(kind: str, section: str, present: str, required: str) -> Rule:
    def judge(obj: Object, where: Where, out: Findings) -> None:
        if present in obj and required not in obj:
            out.error((where, required), section, why.REQUIRES, present=present, required=required)

    says = f"Where `{present}` stands, `{required}` stands too."
    name = f"{present}-requires-{required}"
    return Rule(name=name, kinds=(kind,), section=section, severity="error", says=says, judge=judge, needs=present)


@_rule("selector-resolves", "7.2.3", "error", "*", needs="granular_markings")
def _selectors(obj: Object, where: Where, out: Findings) -> None:
    """Each selector of a granular marking names something the object holds."""
    markings = obj.get("granular_markings")
    if type(markings) is not list:
        return
    for index, marking in enumerate(markings):
        selectors = marking.get("selectors") if type(marking) is dict else None
        for place, selector in enumerate(selectors if type(selectors) is list else ()):
            if type(selector) is str and values.SELECTOR.fullmatch(selector) and not leads_somewhere(selector, obj):
                step: Where = ((((where, "granular_markings"), index), "selectors"), place)
                out.error(step, "7.2.3", why.SELECTOR_TARGET, found=excerpt(selector))


@_rule("url-with-hashes", "2.5.1", "warning", "*", needs="external_references")
def _urls(obj: Object, where: Where, out: Findings) -> None:
    """An external reference with a `url` carries `hashes` (said once per object)."""
    references = obj.get("external_references")
    if type(references) is not list:
        return
    for index, reference in enumerate(references):
        if type(reference) is dict and "url" in reference and "hashes" not in reference:
            out.advise(((where, "external_references"), index), "2.5.1", why.URL_WITHOUT_HASHES)
            return


_CATALOGUES: Final = ("cve", "capec")


@_rule("catalogue-ids", "4.1.1, §4.19.1", "error", "external-reference", needs="external_id")
def _catalogues(reference: Object, where: Where, out: Findings) -> None:
    """A CVE or CAPEC ID stands, exactly, in `external_id` under the source_name `cve` or `capec`."""
    number, name = reference.get("external_id"), reference.get("source_name")
    if type(number) is not str or (number[:1] != "C" and name not in _CATALOGUES):
        return
    if (name == "cve") != (values.CVE.fullmatch(number) is not None):
        out.error((where, "external_id"), "4.19.1", why.CVE, source=excerpt(name), found=excerpt(number))
    elif (name == "capec") != (values.CAPEC.fullmatch(number) is not None):
        out.error((where, "external_id"), "4.1.1", why.CAPEC, source=excerpt(name), found=excerpt(number))


@_rule("labels-no-subtypes", "3.2", "warning", *tables.SUBTYPES, needs="labels")
def _labels(obj: Object, where: Where, out: Findings) -> None:
    """`labels` holds no term of the vocabulary that has a property of its own."""
    labels = obj.get("labels")
    if type(labels) is not list:
        return
    vocabulary = VOCABULARIES[tables.SUBTYPES[str(obj["type"])]]
    for index, label in enumerate(labels):
        if type(label) is str and label in vocabulary.terms and label != "unknown":
            found = excerpt(label)
            out.advise(((where, "labels"), index), "3.2", why.LABEL_AS_SUBTYPE, vocabulary=vocabulary.name, found=found)


_PATTERN_TOKENS: Final = re.compile(
    r"'(?:[^'\\]|\\.)*+(?:'|\\?\Z)|([A-Za-z0-9_-]++)(?::(?:([A-Za-z0-9_-]++)|'((?:[^'\\]|\\.)*+)))?+", re.DOTALL
)
"""Strings, and words with what follows their colon. Each takes all it can, none is tried twice: linear."""

_SINGLE_PATTERN: Final = re.compile(
    r"\[ ?([a-z0-9-]++):([a-z0-9_]++)(?:\.(?:[A-Za-z0-9_]++|'[A-Za-z0-9_-]++'))*+ ?= ?'[^'\\]*+' ?\]"
)
"""One comparison with one text, as most patterns are: its names are found without cutting the rest up."""

_SHORTEST_NAME: Final = 3


@_rule("pattern", "9", "error", "indicator", needs="pattern")
def _pattern(obj: Object, where: Where, out: Findings) -> None:
    """A pattern of type `stix` is one by the grammar of section 9."""
    pattern = obj.get("pattern")
    if obj.get("pattern_type", "stix") != "stix" or type(pattern) is not str:
        return
    if out.check_pattern is not None:
        version = obj.get("pattern_version", obj.get("spec_version", "2.0"))
        reason = out.check_pattern(pattern, "2.0" if version == "2.0" else "2.1")
        if reason is not None:
            out.error((where, "pattern"), "9", reason.kind, **reason.params)


@_rule("pattern-names", "3.1", "error", "indicator", needs="pattern")
def _pattern_names(obj: Object, where: Where, out: Findings) -> None:
    """Object types and properties in a pattern have at least 3 letters."""
    for kind, name in _names_of_pattern(obj):
        if len(kind) < _SHORTEST_NAME or (len(name) < _SHORTEST_NAME and name != "id"):
            out.error((where, "pattern"), "3.1", why.PATTERN_NAME, found=f"{excerpt(kind)}:{excerpt(name)}")
            return


@_rule("pattern-types", "11.2", "warning", "indicator", needs="pattern")
def _pattern_types(obj: Object, where: Where, out: Findings) -> None:
    """Object types in a pattern are observables of the standard (said once per object)."""
    for kind, _ in _names_of_pattern(obj):
        if kind not in tables.OBSERVABLES:
            out.advise((where, "pattern"), "11.2", why.PATTERN_CUSTOM, found=excerpt(kind))
            return


def _names_of_pattern(obj: Object) -> tuple[tuple[str, str], ...]:
    pattern = obj.get("pattern")
    is_stix = type(pattern) is str and obj.get("pattern_type", "stix") == "stix"
    return _names_in(str(pattern)) if is_stix else ()


@lru_cache(maxsize=2)
def _names_in(pattern: str) -> tuple[tuple[str, str], ...]:
    """Return object type and first property of each comparison of a pattern, whether it is well formed or not."""
    single = _SINGLE_PATTERN.fullmatch(pattern)
    if single is not None:
        return ((single[1], single[2]),)
    found = _PATTERN_TOKENS.findall(pattern)
    return tuple([(kind, plain or quoted) for kind, plain, quoted in found if plain or quoted])


@_rule("indicator-words", "4.7.1", "warning", "indicator")
def _indicator_words(obj: Object, where: Where, out: Findings) -> None:
    """An indicator has `name` and `description`."""
    if "name" not in obj or "description" not in obj:
        out.advise(where, "4.7.1", why.INDICATOR_WORDS)


@_rule("family-name", "4.11.1", "error", "malware", needs="is_family")
def _family_name(obj: Object, where: Where, out: Findings) -> None:
    """A malware family has a `name`."""
    if obj.get("is_family") is True and "name" not in obj:
        out.error((where, "name"), "4.11.1", why.FAMILY_NAME)


@_rule("an-observable", "4.14.1", "error", "observed-data", needs="object_refs")
def _an_observable(obj: Object, where: Where, out: Findings) -> None:
    """`object_refs` names at least one observable."""
    references = obj.get("object_refs")
    if type(references) is list and references and all(_is_relationship(each) for each in references):
        out.error((where, "object_refs"), "4.14.1", why.NO_OBSERVABLE)


def _is_relationship(reference: Json) -> bool:
    return type(reference) is str and reference.partition("--")[0] in tables.RELATIONSHIP_OBJECTS


@_rule("relationship-pair", "5.1.2", "warning", "relationship")
def _pair(obj: Object, where: Where, out: Findings) -> None:
    """The relationship is one the standard lists for its source and target."""
    name, source_ref, target_ref = obj.get("relationship_type"), obj.get("source_ref"), obj.get("target_ref")
    if type(name) is not str or type(source_ref) is not str or type(target_ref) is not str:
        return
    source, target = source_ref[:_BEFORE_UUID], target_ref[:_BEFORE_UUID]
    if target in _PAIRS.get((source, name), ()):
        return
    if name in COMMON_RELATIONSHIPS and (source == target or not COMMON_RELATIONSHIPS[name]):
        return
    out.advise(
        (where, "relationship_type"),
        "5.1.2",
        why.RELATIONSHIP_PAIR,
        type=excerpt(name),
        source=excerpt(source_ref.partition("--")[0]),
        target=excerpt(target_ref.partition("--")[0]),
    )


_BEFORE_UUID: Final = -len("--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01")


_PAIRS: Final = {
    (source, name): frozenset(targets.split()) | (frozenset(tables.OBSERVABLES) if "SCO" in targets else frozenset())
    for source, listed in RELATIONSHIPS.items()
    for name, targets in listed.items()
}


@_rule("no-variant-of-an-instance", "4.11.2", "error", "relationship")
def _variant(obj: Object, where: Where, out: Findings) -> None:
    """A malware family is no variant of a malware instance (asked where both are at hand)."""
    if obj.get("relationship_type") != "variant-of" or out.look_up is None:
        return
    source, target = out.look_up(str(obj.get("source_ref"))), out.look_up(str(obj.get("target_ref")))
    if source and target and source.get("is_family") is True and target.get("is_family") is False:
        out.error((where, "target_ref"), "4.11.2", why.FAMILY_VARIANT)


@_rule("multipart-body", "6.6.1", "error", "email-message")
def _multipart(obj: Object, where: Where, out: Findings) -> None:
    """`body` stands only where is_multipart is false, `body_multipart` only where it is true."""
    is_multipart = obj.get("is_multipart")
    name = {True: "body", False: "body_multipart"}.get(is_multipart) if type(is_multipart) is bool else None
    if name is not None and name in obj:
        value = "true" if is_multipart else "false"
        out.error((where, name), "6.6.1", why.BODY_OF_MULTIPART, name=name, value=value)


@_rule("no-end-of-active-traffic", "6.12.1", "error", "network-traffic", needs="end")
def _still_active(obj: Object, where: Where, out: Findings) -> None:
    """Traffic that is active has no `end`."""
    if obj.get("is_active") is True and "end" in obj:
        out.error((where, "end"), "6.12.1", why.STILL_ACTIVE)


@_rule("ports", "6.12", "warning", "network-traffic")
def _ports(obj: Object, where: Where, out: Findings) -> None:
    """Network traffic tells `src_port` and `dst_port`."""
    if "src_port" not in obj or "dst_port" not in obj:
        out.advise(where, "6.12", why.PORTS)


_PROTOCOLS: Final = {"http-request-ext": "http", "icmp-ext": "icmp", "tcp-ext": "tcp"}


@_rule("protocol-of-extension", "6.12.1", "warning", "network-traffic", needs="extensions")
def _protocols(obj: Object, where: Where, out: Findings) -> None:
    """The protocol of each extension is listed in `protocols`."""
    listed, extensions = obj.get("protocols"), obj.get("extensions")
    if type(listed) is not list or type(extensions) is not dict:
        return
    for name, protocol in _PROTOCOLS.items():
        if name in extensions and not any(type(each) is str and each.startswith(protocol) for each in listed):
            out.advise((where, "protocols"), "6.12.1", why.PROTOCOL_OF_EXTENSION, expected=protocol)


@_rule("translation", "7.1.1", "error", "language-content")
def _translation(obj: Object, where: Where, out: Findings) -> None:
    """The contents mirror the object translated: shapes, list lengths, version (asked where it is at hand)."""
    target = out.look_up(str(obj.get("object_ref"))) if out.look_up is not None else None
    if target is not None:
        judge_translation(obj, target, where, out)


_TLP_1: Final = {identifier: level.replace("clear", "white") for identifier, level in TLP_1_IDS.items()}
_TLP_1_CREATED: Final = "2017-01-20T00:00:00.000Z"


@_rule("definition", "7.2.1", "error", "marking-definition")
def _definition(obj: Object, where: Where, out: Findings) -> None:
    """Without `extensions`, `definition_type` and `definition` stand."""
    if "extensions" in obj:
        return
    for name in ("definition_type", "definition"):
        if name not in obj:
            out.error((where, name), "7.2.1", why.REQUIRED, name=name, type="marking-definition")


@_rule("statement", "7.2.1.3", "error", "marking-definition", needs="definition")
def _statement(obj: Object, where: Where, out: Findings) -> None:
    """A statement marking holds a text `statement`."""
    definition = obj.get("definition")
    if obj.get("definition_type") != "statement" or type(definition) is not dict:
        return
    if type(definition.get("statement")) is not str:
        out.error((where, "definition"), "7.2.1.3", why.STATEMENT)


@_rule("tlp-instance", "7.2.1.4", "error", "marking-definition")
def _tlp(obj: Object, where: Where, out: Findings) -> None:
    """A TLP marking is one of the four of the standard, to the letter."""
    identifier = obj.get("id")
    level = _TLP_1.get(identifier, "") if type(identifier) is str else ""
    if obj.get("definition_type") != "tlp" and not level:
        return
    expected: Object = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": identifier,
        "created": _TLP_1_CREATED,
        "definition_type": "tlp",
        "name": f"TLP:{level.upper()}",
        "definition": {"tlp": level},
    }
    if "spec_version" not in obj:
        del expected["spec_version"], expected["name"]
    if not level or obj != expected:
        out.error(where, "7.2.1.4", why.TLP_INSTANCE)


@_rule("tlp-2-instance", "TLP 2.0 extension", "error", "marking-definition")
def _tlp_2(obj: Object, where: Where, out: Findings) -> None:
    """A TLP 2.0 marking has the id, the name and the level OASIS published."""
    identifier, extensions = obj.get("id"), obj.get("extensions")
    extension = extensions.get(TLP_2) if type(extensions) is dict else None
    level = TLP_IDS.get(identifier, "") if type(identifier) is str else ""
    if extension is None and not level:
        return
    stated = extension.get("tlp_2_0") if type(extension) is dict else None
    if not level or stated != level or obj.get("name") != f"TLP:{level.upper()}":
        out.error(where, "TLP 2.0 extension", why.TLP_2_INSTANCE)


@_rule("custom-marking", "7.2.1", "warning", "marking-definition", needs="definition_type")
def _custom_marking(obj: Object, where: Where, out: Findings) -> None:
    """A marking type of one's own comes as an extension, not as a `definition_type`."""
    form = obj.get("definition_type")
    if form is not None and form not in ("statement", "tlp"):
        out.advise((where, "definition_type"), "7.2.1", why.CUSTOM_MARKING, found=excerpt(form))


@_rule("no-self-marking", "3.2", "error", "marking-definition")
def _marks_itself(obj: Object, where: Where, out: Findings) -> None:
    """A marking definition does not mark itself."""
    identifier = obj.get("id")
    references, granular = obj.get("object_marking_refs"), obj.get("granular_markings")
    if type(references) is list and identifier in references:
        out.error((where, "object_marking_refs"), "3.2", why.MARKS_ITSELF)
    if type(granular) is list and any(
        type(each) is dict and each.get("marking_ref") == identifier for each in granular
    ):
        out.error((where, "granular_markings"), "3.2", why.MARKS_ITSELF)


@_rule("toplevel-only", "7.3.1", "error", "extension-definition", needs="extension_properties")
def _toplevel_only(obj: Object, where: Where, out: Findings) -> None:
    """`extension_properties` stands only with the type toplevel-property-extension."""
    forms = obj.get("extension_types")
    if "extension_properties" in obj and type(forms) is list and "toplevel-property-extension" not in forms:
        out.error((where, "extension_properties"), "7.3.1", why.TOPLEVEL_ONLY)


@_rule("toplevel-names", "7.3.1", "warning", "extension-definition", needs="extension_types")
def _toplevel_names(obj: Object, where: Where, out: Findings) -> None:
    """A toplevel-property-extension lists its `extension_properties`."""
    forms = obj.get("extension_types")
    if type(forms) is list and "toplevel-property-extension" in forms and "extension_properties" not in obj:
        out.advise((where, "extension_properties"), "7.3.1", why.TOPLEVEL_NAMES)


@_rule("extension-description", "7.3.1", "warning", "extension-definition")
def _extension_description(obj: Object, where: Where, out: Findings) -> None:
    """An extension definition has a `description`."""
    if "description" not in obj:
        out.advise((where, "description"), "7.3.1", why.EXTENSION_DESCRIPTION)


_VERSIONS: Final = ("created", "modified", "created_by_ref", "revoked")


def judge_observable_id(obj: Object, kind: str, identifier: str, out: Findings) -> None:
    """Record what the standard says of an observable's UUID; foreign ids are never corrected, only spoken of.

    Source: STIX 2.1 section 2.9, 3.6.
    """
    version = identifier[len(kind) + 16]
    contributing = tables.ID_PROPERTIES.get(kind)
    if contributing is not None and not any(name in obj for name in contributing):
        if version != "4":
            out.error("id", "2.9", why.UUID_MUST_BE_RANDOM, type=kind, found=version)
        return
    if version != "5":
        out.advise("id", "2.9", why.UUID_VERSION, type=excerpt(kind), expected="5", found=version)
        return
    expected = _advised_id(obj)
    if expected is None:
        return
    if expected != identifier:
        out.advise("id", "2.9", why.DETERMINISTIC_ID, expected=expected)
    elif any(name in obj for name in _VERSIONS):
        out.error("id", "3.6", why.VERSIONED_OBSERVABLE)


def _advised_id(obj: Object) -> str | None:
    """Return the id the standard gives an observable; None where it gives none or there is no canonical form."""
    try:
        return deterministic_id(obj)
    except ValueError:
        return None


def judge_random_id(kind: str, identifier: str, out: Findings) -> None:
    """Record that the UUID of an object that is no observable should be random.

    Source: STIX 2.1 section 2.9.
    """
    version = identifier[len(kind) + 16]
    if version != "4":
        out.advise("id", "2.9", why.UUID_VERSION, type=excerpt(kind), expected="4", found=version)


def judge_announcements(obj: Mapping[str, Json], names: list[str], kind: str, out: Findings) -> bool:
    """Whether an extension announces the properties of its object that no row knows.

    Where the extension definition is at hand, only the names it lists are announced.

    Source: STIX 2.1 section 7.3.
    """
    extensions = obj.get("extensions")
    if type(extensions) is not dict:
        return False
    forms = {key: each.get("extension_type") for key, each in extensions.items() if type(each) is dict}
    if any(type(form) is str and form.startswith("new-") for form in forms.values()):
        return True
    toplevel = [key for key, form in forms.items() if form == "toplevel-property-extension"]
    definitions = [out.look_up(key) if out.look_up is not None else None for key in toplevel]
    if toplevel and all(definition is not None for definition in definitions):
        listed = {name for definition in definitions if definition for name in _names_of(definition)}
        missing = [name for name in names if name not in listed]
        if listed and missing:
            out.advise(None, "7.3.1", why.UNANNOUNCED, type=excerpt(kind), names=", ".join(map(excerpt, missing[:12])))
    return bool(toplevel)


def _names_of(definition: Mapping[str, Json]) -> list[str]:
    listed = definition.get("extension_properties")
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
