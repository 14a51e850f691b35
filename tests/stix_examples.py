# SPDX-License-Identifier: MIT
"""For every rule of STIX validation an object that breaks it and one that keeps it, for tests and rigs."""

from __future__ import annotations

from typing import Any, NamedTuple

from making_stix import CREATED, LATER, minimal, random_id, with_id
from tasuki.formats.stix import extensions, extensions_known, tables
from tasuki.formats.stix.tlp import TLP_IDS

Made = dict[str, Any]
DEFINITION = "extension-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a77"
WHITE = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "created": "2017-01-20T00:00:00.000Z",
    "definition_type": "tlp",
    "name": "TLP:WHITE",
    "definition": {"tlp": "white"},
}
CLEAR = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": next(identifier for identifier, level in TLP_IDS.items() if level == "clear"),
    "created": "2022-10-01T00:00:00.000Z",
    "name": "TLP:CLEAR",
    "extensions": {extensions.TLP_2: {"extension_type": "property-extension", "tlp_2_0": "clear"}},
}


class Example(NamedTuple):
    """A rule by the code of its reason, objects that break and keep it, and where it says so."""

    code: str
    broken: Any
    kept: Any
    path: str = ""
    severity: str = "error"
    rule: str = ""
    at_hand: dict[str, Made] = {}  # noqa: RUF012 a named tuple has no fields to share


def campaign(**changes: Any) -> Made:
    return minimal("campaign") | changes


def of(kind: str, **changes: Any) -> Made:
    made = minimal(kind) | changes
    return {name: value for name, value in made.items() if value is not ...}


def referring(**reference: str) -> Made:
    return campaign(external_references=[reference])


def extended(kind: str, key: str, body: Any) -> Made:
    return of(kind, extensions={key: body})


def marked(**marking: Any) -> Made:
    return campaign(granular_markings=[marking])


def related(name: str, source: str, target: str) -> Made:
    return of("relationship", relationship_type=name, source_ref=random_id(source), target_ref=random_id(target))


def observed(**objects: Made) -> Made:
    return of("observed-data", object_refs=..., objects=objects)


def translation(contents: Any, **changes: Any) -> Made:
    return of("language-content", object_ref=random_id("campaign"), contents={"ja": contents}, **changes)


def bundled(*objects: Any) -> Made:
    return {"type": "bundle", "id": random_id("bundle"), "objects": list(objects)}


def custom(kind: str, **changes: Any) -> Made:
    return campaign(type=kind, id=random_id(kind), **changes)


FAMILY = of("malware", id=random_id("malware", "family"), is_family=True, name="Family")
INSTANCE = of("malware", id=random_id("malware", "instance"))
VARIANT = of("relationship", relationship_type="variant-of", source_ref=FAMILY["id"], target_ref=INSTANCE["id"])
DEFINED = of(
    "extension-definition",
    id=DEFINITION,
    extension_types=["toplevel-property-extension"],
    extension_properties=["rank"],
)
TOPLEVEL = {DEFINITION: {"extension_type": "toplevel-property-extension"}}
TARGET = campaign(name="Example", aliases=["a", "b"])
AT_HAND = {"at_hand": {TARGET["id"]: TARGET}}
MUTEX_ID = with_id({"type": "mutex", "name": "x"})["id"]

EXAMPLES = [
    Example("stix.not-an-object", [], campaign()),
    Example("stix.type-missing", {"id": random_id("campaign")}, campaign(), "/type"),
    Example("stix.type-syntax", custom("a--b"), campaign(), "/type"),
    Example("stix.type-syntax", custom("corpo_ration"), campaign(), "/type"),
    Example("stix.id-syntax", campaign(id=random_id("tool")), campaign(), "/id"),
    Example("stix.id-syntax", campaign(id="campaign--1"), campaign(), "/id"),
    Example("stix.id-syntax", campaign(id="campaign--0192b1a2-7b1c-7000-8000-000000000000"), campaign(), "/id"),
    Example("stix.spec-version", campaign(spec_version="2.2"), campaign(), "/spec_version"),
    Example("stix.required", of("campaign", name=...), campaign(), "/name"),
    Example("stix.version-unstated", of("indicator", spec_version=...), of("indicator"), "/spec_version", "warning"),
    Example("stix.required", of("note", spec_version=...), of("note"), "/spec_version"),
    Example("stix.required", of("extension-definition", created_by_ref=...), DEFINED, "/created_by_ref"),
    Example("stix.wrong-type", campaign(name=7), campaign(), "/name"),
    Example("stix.null", campaign(x_a={"b": [None]}), campaign(x_a={"b": ["c"]}), "/x_a/b/0"),
    Example("stix.empty-list", campaign(x_a=[]), campaign(x_a=[1]), "/x_a"),
    Example("stix.empty-dictionary", campaign(x_a={}), campaign(x_a={"a": 1}), "/x_a"),
    Example(
        "stix.dictionary-key",
        of("process", environment_variables={"é": "x"}),
        of("process"),
        "/environment_variables/é",
    ),
    Example("stix.integer-range", campaign(x_a=2**53), campaign(x_a=2**53 - 1), "/x_a"),
    Example("stix.bounds", campaign(confidence=101), campaign(confidence=100), "/confidence"),
    Example("stix.negative", of("file", size=-1), of("file", size=0), "/size"),
    Example("stix.timestamp", campaign(modified="2026-13-01T00:00:00.000Z"), campaign(modified=LATER), "/modified"),
    Example("stix.timestamp-precision", campaign(created="2026-01-15T08:00:00Z"), campaign(), "/created"),
    Example(
        "stix.timestamp-seconds",
        extended("file", "windows-pebinary-ext", {"pe_type": "exe", "time_date_stamp": CREATED}),
        extended("file", "windows-pebinary-ext", {"pe_type": "exe", "time_date_stamp": "2026-01-15T08:00:00Z"}),
        "/extensions/windows-pebinary-ext/time_date_stamp",
    ),
    *(
        Example(
            "stix.time-after" if strict else "stix.time-order",
            of(
                "campaign" if kind == "*" else kind,
                **{first: "2026-02-01T00:00:00.000001Z", last: "2026-02-01T00:00:00.000Z"},
            ),
            of(
                "campaign" if kind == "*" else kind,
                **{first: "2026-02-01T00:00:00.000Z", last: "2026-02-01T00:00:00.0001Z"},
            ),
            f"/{last}",
        )
        for kind, _, first, last, strict in tables.TIME_ORDER
    ),
    Example(
        "stix.time-after", of("indicator", valid_until=CREATED), of("indicator", valid_until=LATER), "/valid_until"
    ),
    Example(
        "stix.identifier", related("uses", "campaign", "tool") | {"target_ref": "tool--x"}, campaign(), "/target_ref"
    ),
    Example(
        "stix.reference", of("sighting", sighting_of_ref=random_id("ipv4-addr")), of("sighting"), "/sighting_of_ref"
    ),
    Example(
        "stix.reference", related("uses", "campaign", "sighting"), related("uses", "campaign", "tool"), "/target_ref"
    ),
    Example(
        "stix.reference",
        campaign(created_by_ref=random_id("tool")),
        campaign(created_by_ref=random_id("identity")),
        "/created_by_ref",
    ),
    Example(
        "stix.reference-unknown-type",
        campaign(created_by_ref=random_id("source")),
        campaign(),
        "/created_by_ref",
        "warning",
    ),
    Example(
        "stix.local-reference",
        observed(**{"0": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "9"}}),
        observed(
            **{
                "0": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "1"},
                "1": {"type": "ipv4-addr", "value": "192.0.2.1"},
            }
        ),
        "/objects/0/src_ref",
    ),
    Example("stix.enumeration", of("opinion", opinion="maybe"), of("opinion", opinion="agree"), "/opinion"),
    Example(
        "stix.open-vocabulary",
        of("grouping", context="lunch"),
        of("grouping", context="unspecified"),
        "/context",
        "warning",
    ),
    Example(
        "stix.hash", of("file", hashes={"SHA-256": "0"}), of("file", hashes={"SHA-256": "0" * 64}), "/hashes/SHA-256"
    ),
    Example(
        "stix.hash", of("file", hashes={"TLSH": "x" * 70}), of("file", hashes={"TLSH": "T1" + "0" * 70}), "/hashes/TLSH"
    ),
    Example(
        "stix.hash", of("file", hashes={"SSDEEP": "x"}), of("file", hashes={"SSDEEP": "3:abc:d"}), "/hashes/SSDEEP"
    ),
    Example("stix.hash-name", of("file", hashes={"x": "0"}), of("file"), "/hashes/x"),
    Example(
        "stix.hash-unlisted",
        of("file", hashes={"x_foo": "0"}),
        of("file", hashes={"MD5": "0" * 32}),
        "/hashes/x_foo",
        "warning",
    ),
    Example(
        "stix.hash-unlisted",
        campaign(external_references=[{"source_name": "a", "url": "https://a.example", "hashes": {"x_foo": "0"}}]),
        campaign(external_references=[{"source_name": "a", "url": "https://a.example", "hashes": {"MD5": "0" * 32}}]),
        "/external_references/0/hashes/x_foo",
    ),
    Example("stix.property-name", campaign(mp="x"), campaign(x_mp="x"), "/mp"),
    Example("stix.property-name", campaign(**{"x-a": "x"}), campaign(x_mp="x"), "/x-a"),
    Example("stix.property-name", campaign(**{"x" * 251: "x"}), campaign(**{"x" * 250: "x"}), "/" + "x" * 251),
    Example("stix.reserved-name", campaign(severity="high"), campaign(x_severity="high"), "/severity"),
    Example("stix.reserved-name", of("course-of-action", action="run"), of("course-of-action"), "/action"),
    Example("stix.custom-property", campaign(x_a="b"), campaign(x_a="b", extensions=TOPLEVEL), "", "warning"),
    Example("stix.not-applicable", of("mutex", labels=["x"]), of("mutex"), "", "warning"),
    Example(
        "stix.not-applicable",
        campaign(defanged=True),
        with_id({"type": "mutex", "name": "x", "defanged": True}),
        "/defanged",
    ),
    Example(
        "stix.custom-type",
        custom("x-thing"),
        custom("x-thing", extensions={DEFINITION: {"extension_type": "new-sdo"}}),
        "/type",
        "warning",
    ),
    Example(
        "stix.custom-extension",
        extended("file", "x-foo-ext", {"foo": "x"}),
        extended("file", "pdf-ext", {"version": "1"}),
        "/extensions/x-foo-ext",
        "warning",
    ),
    Example(
        "stix.custom-marking",
        of("marking-definition", definition_type="x", definition={"a": "b"}),
        WHITE,
        "/definition_type",
        "warning",
    ),
    *(
        Example("stix.one-of", broken, kept, path)
        for broken, kept, path in (
            (of("location", region=...), of("location"), ""),
            (of("malware-analysis", result=...), of("malware-analysis"), ""),
            (of("observed-data", object_refs=...), of("observed-data"), ""),
            (of("artifact", payload_bin=...), of("artifact"), ""),
            (of("file", name=...), of("file"), ""),
            (of("network-traffic", src_ref=...), of("network-traffic"), ""),
            (of("process", pid=...), extended("process", "windows-process-ext", {"dep_enabled": True}), ""),
            (of("user-account", user_id=...), of("user-account"), ""),
            (of("windows-registry-key", key=...), of("windows-registry-key", key=..., values=[{"name": "x"}]), ""),
            (of("x509-certificate", serial_number=...), of("x509-certificate"), ""),
            (referring(source_name="a"), referring(source_name="a", external_id="b"), "/external_references/0"),
            (marked(selectors=["name"]), marked(selectors=["name"], lang="ja"), "/granular_markings/0"),
        )
    ),
    Example(
        "stix.not-together",
        of("observed-data", objects={"0": {"type": "mutex", "name": "x"}}),
        of("observed-data"),
        "/object_refs",
    ),
    Example(
        "stix.not-together", of("artifact", url="https://a.example", hashes={"MD5": "0" * 32}), of("artifact"), "/url"
    ),
    Example(
        "stix.not-together",
        marked(selectors=["name"], lang="ja", marking_ref=random_id("marking-definition")),
        marked(selectors=["name"], lang="ja"),
        "/granular_markings/0/marking_ref",
    ),
    Example(
        "stix.not-together",
        of("email-message", is_multipart=True, body_multipart=[{"body": "x", "body_raw_ref": random_id("file")}]),
        of("email-message", is_multipart=True, body_multipart=[{"body": "x"}]),
        "/body_multipart/0/body_raw_ref",
    ),
    *(
        Example("stix.requires", broken, kept, path)
        for broken, kept, path in (
            (of("location", latitude=1.5), of("location", latitude=1.5, longitude=2), "/longitude"),
            (of("location", longitude=1.5), of("location", latitude=1.5, longitude=2), "/latitude"),
            (of("location", precision=1.5), of("location", latitude=1, longitude=2, precision=3), "/latitude"),
            (of("location", precision=1.5), of("location", latitude=1, longitude=2, precision=3), "/longitude"),
            (of("artifact", payload_bin=..., url="https://a.example"), of("artifact"), "/hashes"),
            (
                of("artifact", decryption_key="k"),
                of("artifact", decryption_key="k", encryption_algorithm="AES-256-GCM"),
                "/encryption_algorithm",
            ),
            (of("file", name=..., hashes={"MD5": "0" * 32}, name_enc="UTF-8"), of("file", name_enc="UTF-8"), "/name"),
        )
    ),
    Example("stix.extension-key", extended("campaign", "foo", {"a": "b"}), campaign(), "/extensions/foo"),
    Example(
        "stix.extension-type-missing",
        extended("campaign", DEFINITION, {"rank": 5}),
        extended("campaign", DEFINITION, {"extension_type": "property-extension"}),
        f"/extensions/{DEFINITION}",
    ),
    Example(
        "stix.extension-of",
        extended(
            "incident",
            extensions_known.INCIDENT_CORE,
            {
                "extension_type": "toplevel-property-extension",
                "determination": "confirmed",
                "investigation_status": "new",
            },
        ),
        extended(
            "incident",
            extensions_known.INCIDENT_CORE,
            {"extension_type": "property-extension", "determination": "confirmed", "investigation_status": "new"},
        ),
        f"/extensions/{extensions_known.INCIDENT_CORE}/extension_type",
    ),
    Example(
        "stix.redefined-type",
        extended("campaign", DEFINITION, {"extension_type": "new-sdo"}),
        campaign(),
        f"/extensions/{DEFINITION}/extension_type",
    ),
    Example(
        "stix.unannounced-property",
        campaign(x_other="b", extensions=TOPLEVEL),
        campaign(rank=5, extensions=TOPLEVEL),
        "",
        "warning",
        at_hand={DEFINITION: DEFINED},
    ),
    Example(
        "stix.selector",
        marked(selectors=["[0]"], lang="ja"),
        marked(selectors=["name"], lang="ja"),
        "/granular_markings/0/selectors/0",
    ),
    Example(
        "stix.selector-target",
        marked(selectors=["pattern"], lang="ja"),
        marked(selectors=["granular_markings.[0].lang"], lang="ja"),
        "/granular_markings/0/selectors/0",
        rule="selector-resolves",
    ),
    Example(
        "stix.selector-target",
        marked(selectors=["name.[0]"], lang="ja"),
        marked(selectors=["name"], lang="ja"),
        "/granular_markings/0/selectors/0",
        rule="selector-resolves",
    ),
    Example(
        "stix.marks-itself",
        of("marking-definition", object_marking_refs=[random_id("marking-definition")]),
        of("marking-definition", object_marking_refs=[WHITE["id"]]),
        "/object_marking_refs",
        rule="no-self-marking",
    ),
    Example("stix.required", of("marking-definition", definition=...), CLEAR, "/definition", rule="definition"),
    Example(
        "stix.statement",
        of("marking-definition", definition={"statement": 5}),
        of("marking-definition"),
        "/definition",
        rule="statement",
    ),
    Example("stix.tlp-instance", WHITE | {"definition": {"tlp": "green"}}, WHITE, "", rule="tlp-instance"),
    Example("stix.tlp-instance", WHITE | {"id": random_id("marking-definition")}, WHITE, "", rule="tlp-instance"),
    Example("stix.tlp2-instance", CLEAR | {"name": "TLP:RED"}, CLEAR, "", rule="tlp-2-instance"),
    Example("stix.tlp2-instance", CLEAR | {"id": random_id("marking-definition")}, CLEAR, "", rule="tlp-2-instance"),
    Example(
        "stix.custom-marking",
        of("marking-definition", definition_type="x"),
        of("marking-definition"),
        "/definition_type",
        "warning",
        "custom-marking",
    ),
    Example(
        "stix.cve",
        referring(source_name="cve", external_id="2016-1234"),
        referring(source_name="cve", external_id="CVE-2016-1234"),
        "/external_references/0/external_id",
        rule="catalogue-ids",
    ),
    Example(
        "stix.cve",
        referring(source_name="CVE", external_id="CVE-2016-1234"),
        referring(source_name="cve", url="https://a.example"),
        "/external_references/0/external_id",
        rule="catalogue-ids",
    ),
    Example(
        "stix.capec",
        referring(source_name="capec", external_id="CAPEC-abc"),
        referring(source_name="capec", external_id="CAPEC-98"),
        "/external_references/0/external_id",
        rule="catalogue-ids",
    ),
    Example(
        "stix.url-without-hashes",
        referring(source_name="a", url="https://a.example"),
        referring(source_name="a", external_id="1"),
        "/external_references/0",
        "warning",
        "url-with-hashes",
    ),
    Example("stix.language", campaign(lang="foo"), campaign(lang="zh-Hant-TW"), "/lang"),
    Example(
        "stix.language-replaced",
        of("software", languages=["eng"]),
        of("software", languages=["en"]),
        "/languages/0",
        "warning",
    ),
    Example(
        "stix.uuid-version", campaign(id="campaign--5c7f3b1e-2f6a-5f0d-9a54-6f1d0f3f7a77"), campaign(), "/id", "warning"
    ),
    Example("stix.uuid-version", of("mutex", id=random_id("mutex")), of("mutex"), "/id", "warning"),
    Example(
        "stix.uuid-must-be-random",
        of("process", id="process--5c7f3b1e-2f6a-5f0d-9a54-6f1d0f3f7a77"),
        of("process"),
        "/id",
    ),
    Example(
        "stix.uuid-must-be-random",
        {"type": "x509-certificate", "id": "x509-certificate--5c7f3b1e-2f6a-5f0d-9a54-6f1d0f3f7a77", "version": "3"},
        of("x509-certificate"),
        "/id",
    ),
    Example(
        "stix.uuid-case",
        campaign(id=random_id("campaign").upper().replace("CAMPAIGN", "campaign")),
        campaign(),
        "/id",
        "warning",
    ),
    Example("stix.deterministic-id", of("mutex", name="other", id=MUTEX_ID), of("mutex"), "/id", "warning"),
    Example(
        "stix.versioned-observable",
        of("mutex", created=CREATED, modified=CREATED),
        of("mutex", created=CREATED, id=random_id("mutex")),
        "/id",
    ),
    Example("stix.family-name", of("malware", is_family=True), FAMILY, "/name", rule="family-name"),
    Example(
        "stix.no-observable",
        of("observed-data", object_refs=[random_id("sighting")]),
        of("observed-data"),
        "/object_refs",
        rule="an-observable",
    ),
    Example(
        "stix.body-of-multipart",
        of("email-message", is_multipart=True, body="x"),
        of("email-message", body="x"),
        "/body",
        rule="multipart-body",
    ),
    Example(
        "stix.body-of-multipart",
        of("email-message", body_multipart=[{"body": "x"}]),
        of("email-message"),
        "/body_multipart",
        rule="multipart-body",
    ),
    Example(
        "stix.still-active",
        of("network-traffic", is_active=True, end=CREATED),
        of("network-traffic", is_active=False, end=CREATED),
        "/end",
        rule="no-end-of-active-traffic",
    ),
    Example("stix.ports", of("network-traffic", dst_port=...), of("network-traffic"), "", "warning", "ports"),
    Example(
        "stix.protocol-of-extension",
        of("network-traffic", extensions={"icmp-ext": {"icmp_type_hex": "08", "icmp_code_hex": "00"}}),
        of(
            "network-traffic",
            protocols=["ipv4", "icmp"],
            extensions={"icmp-ext": {"icmp_type_hex": "08", "icmp_code_hex": "00"}},
        ),
        "/protocols",
        "warning",
        "protocol-of-extension",
    ),
    Example(
        "stix.pattern-name",
        of("indicator", pattern="[f:name = 'x']"),
        of("indicator", pattern="[file:name = 'f:n']"),
        "/pattern",
        rule="pattern-names",
    ),
    Example(
        "stix.pattern-name",
        of("indicator", pattern="[file:n = 'x']"),
        of("indicator", pattern="[app:id = 'x']"),
        "/pattern",
        rule="pattern-names",
    ),
    Example(
        "stix.pattern-custom-type",
        of("indicator", pattern="[app:id = 'x']"),
        of("indicator"),
        "/pattern",
        "warning",
        "pattern-types",
    ),
    Example(
        "stix.pattern-refused", of("indicator", pattern="[mutex:name ="), of("indicator"), "/pattern", rule="pattern"
    ),
    Example(
        "stix.indicator-words", of("indicator", description=...), of("indicator"), "", "warning", "indicator-words"
    ),
    Example(
        "stix.relationship-pair",
        related("mitigates", "malware", "tool"),
        related("mitigates", "course-of-action", "tool"),
        "/relationship_type",
        "warning",
        "relationship-pair",
    ),
    Example(
        "stix.relationship-pair",
        related("derived-from", "malware", "tool"),
        related("derived-from", "tool", "tool"),
        "/relationship_type",
        "warning",
        "relationship-pair",
    ),
    Example(
        "stix.relationship-pair",
        related("consists-of", "infrastructure", "tool"),
        related("consists-of", "infrastructure", "mutex"),
        "/relationship_type",
        "warning",
        "relationship-pair",
    ),
    Example(
        "stix.family-variant",
        VARIANT,
        VARIANT | {"source_ref": INSTANCE["id"], "target_ref": FAMILY["id"]},
        "/target_ref",
        rule="no-variant-of-an-instance",
        at_hand={FAMILY["id"]: FAMILY, INSTANCE["id"]: INSTANCE},
    ),
    Example(
        "stix.label-as-subtype",
        of("malware", labels=["trojan"]),
        of("malware", labels=["seen-in-summer"]),
        "/labels/0",
        "warning",
        "labels-no-subtypes",
    ),
    Example(
        "stix.deprecated", observed(**{"0": {"type": "mutex", "name": "x"}}), of("observed-data"), "/objects", "warning"
    ),
    Example(
        "stix.toplevel-only",
        of("extension-definition", extension_properties=["rank"]),
        DEFINED,
        "/extension_properties",
        rule="toplevel-only",
    ),
    Example(
        "stix.toplevel-names",
        of("extension-definition", extension_types=["toplevel-property-extension"]),
        DEFINED,
        "/extension_properties",
        "warning",
        "toplevel-names",
    ),
    Example(
        "stix.extension-description",
        of("extension-definition", description=...),
        DEFINED,
        "/description",
        "warning",
        "extension-description",
    ),
    Example(
        "stix.translation-key",
        translation({"goals": ["x"]}),
        translation({"name": "例"}),
        "/contents/ja/goals",
        "warning",
        "translation",
        **AT_HAND,
    ),
    Example(
        "stix.translation-type",
        translation({"name": ["x"]}),
        translation({"name": "例"}),
        "/contents/ja/name",
        rule="translation",
        **AT_HAND,
    ),
    Example(
        "stix.translation-length",
        translation({"aliases": ["x"]}),
        translation({"aliases": ["x", ""]}),
        "/contents/ja/aliases",
        rule="translation",
        **AT_HAND,
    ),
    Example(
        "stix.translation-out-of-date",
        translation({"name": "例"}, object_modified="2025-01-01T00:00:00.000Z"),
        translation({"name": "例"}, object_modified=CREATED),
        "/object_modified",
        "warning",
        "translation",
        **AT_HAND,
    ),
    Example("stix.not-in-bundle", bundled(bundled(campaign())), bundled(campaign()), "/objects/0/type"),
    Example("stix.not-an-object", bundled("x"), bundled(campaign()), "/objects/0"),
    Example(
        "stix.empty-list", {"type": "bundle", "id": random_id("bundle"), "objects": []}, bundled(campaign()), "/objects"
    ),
    Example("stix.required", {"type": "bundle", "objects": [campaign()]}, bundled(campaign()), "/id"),
    Example("stix.custom-property", bundled(campaign()) | {"version": 1}, bundled(campaign()), "", "warning"),
    Example(
        "stix.same-version-twice",
        bundled(campaign(), campaign()),
        bundled(campaign(), campaign(modified=LATER)),
        "/objects/1/id",
        "warning",
    ),
    *(
        Example(code, with_id({"type": kind, name: bad}), with_id({"type": kind, name: good}), f"/{name}", severity)
        for code, kind, name, good, bad, severity in (
            ("stix.url", "url", "value", "https://a.example/", "foo", "error"),
            ("stix.domain", "domain-name", "value", "日本.example", "a_b.example", "error"),
            ("stix.email", "email-addr", "value", "a@b.example", "A <a@b.example>", "error"),
            ("stix.ipv4", "ipv4-addr", "value", "192.0.2.1", "192.0.2.1/01", "error"),
            ("stix.ipv6", "ipv6-addr", "value", "::ffff:192.0.2.1", "foo", "error"),
            ("stix.mac", "mac-addr", "value", "00:00:5e:00:53:01", "00:00:5E:00:53:01", "error"),
            ("stix.base64", "artifact", "payload_bin", "aGVsbG8=", "failing test", "error"),
            ("stix.registry-hive", "windows-registry-key", "key", r"HKEY_USERS\a", r"hkcu\a", "error"),
        )
    ),
    Example("stix.hex", of("file", magic_number_hex="0"), of("file", magic_number_hex="00"), "/magic_number_hex"),
    Example("stix.hex", campaign(x_a_hex="0G"), campaign(x_a_hex="00"), "/x_a_hex"),
    Example("stix.base64", campaign(x_a_bin="?"), campaign(x_a_bin="AAAA"), "/x_a_bin"),
    Example("stix.cpe", of("software", cpe="cpe:/a:x"), of("software", cpe="cpe:2.3:a:x:y:*:*:*:*:*:*:*:*"), "/cpe"),
    Example("stix.character-set", of("directory", path_enc="x"), of("directory", path_enc="Shift_JIS"), "/path_enc"),
    Example(
        "stix.encoded-word", of("email-message", subject="=?utf-8?q?a?="), of("email-message", subject="a"), "/subject"
    ),
    Example(
        "stix.relationship-type",
        related("Uses", "campaign", "tool"),
        related("uses", "campaign", "tool"),
        "/relationship_type",
    ),
    Example("stix.media-type", of("file", mime_type="x"), of("file", mime_type="text/html"), "/mime_type", "warning"),
    Example("stix.country", of("location", country="Japan"), of("location", country="JP"), "/country", "warning"),
    Example(
        "stix.subdivision",
        of("location", administrative_area="x"),
        of("location", administrative_area="JP-13"),
        "/administrative_area",
        "warning",
    ),
    Example(
        "stix.lower-case",
        of("malware-analysis", product="A b"),
        of("malware-analysis", product="a-b"),
        "/product",
        "warning",
    ),
    Example("stix.service", of("network-traffic", protocols=["a_b"]), of("network-traffic"), "/protocols/0", "warning"),
    Example(
        "stix.priority",
        extended("process", "windows-process-ext", {"priority": "x"}),
        extended("process", "windows-process-ext", {"priority": "HIGH_PRIORITY_CLASS"}),
        "/extensions/windows-process-ext/priority",
        "warning",
    ),
]
