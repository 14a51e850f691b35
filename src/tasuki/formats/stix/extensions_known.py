# SPDX-License-Identifier: MIT
"""Extensions of STIX 2.1 that others registered and we read: the incident suite, contacts, TLP 2.0, PAP, IEP, ACS.

The suite's schema and its prose disagree on `determination`: a term of either is read. Of its objects `event` and
`impact` only what is at hand is checked: common properties, closed vocabularies, times and references.

Sources: OASIS cti-stix-common-objects: Incident Extension Suite 2.0 (draft of October 2023) and its JSON schemas;
identity-contact extension; TLP 2.0 extension; PAP extension (November 2022); IEP 2.0 extension (December 2022); ACS 3.0
extension and its JSON schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tasuki.formats.stix.extensions import ACS_3, CAVEAT, IEP_2, PAP, TLP_2
from tasuki.formats.stix.vocabularies import Vocabulary

INCIDENT_CORE: Final = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
EVENT: Final = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e"
IMPACT: Final = "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9"
TASK: Final = "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030"
IDENTITY_CONTACT: Final = "extension-definition--66e2492a-bbd3-4be6-88f5-cc91a017a498"

_SUITE_SECTION: Final = "Incident Extension Suite 2.0"
_CONTACT_SECTION: Final = "Identity contact extension"
_ACS_SECTION: Final = "ACS 3.0 extension"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownExtension:
    """A property extension we know the inside of.

    Attributes:
        extends: the type of object it stands on.
        section: how its rules are cited.
        properties: in the codes of `tables`.
    """

    extends: str
    section: str
    properties: str


PROPERTY_EXTENSIONS: Final = {
    INCIDENT_CORE: KnownExtension(
        extends="incident",
        section=_SUITE_SECTION,
        properties=(
            "scores:[@(incident-score)] events:[@(event-entry)] tasks:[@(task-entry)] "
            "determination:c(incident-determination-enum)! impact_refs:[r:impact] "
            "investigation_status:o(incident-investigation-ov)! incident_types:[o(event-type-ov)] "
            "detection_methods:[s] criticality:i(0..100) recoverability:c(recoverability-enum) "
            "impacted_entity_counts:d(i(0..))"
        ),
    ),
    IDENTITY_CONTACT: KnownExtension(
        extends="identity",
        section=_CONTACT_SECTION,
        properties=(
            "contact_numbers:[@(contact-number)] email_addresses:[@(email-contact)] "
            "social_media_accounts:[@(social-media-contact)] first_name:s last_name:s middle_name:s prefix:s suffix:s"
        ),
    ),
    TLP_2: KnownExtension(
        extends="marking-definition", section="TLP 2.0 extension", properties="tlp_2_0:c(tlp-2-0-enum)!"
    ),
    CAVEAT: KnownExtension(
        extends="marking-definition",
        section="docs/spec/extensions.md",
        properties="releasable_to:[s] consent_of:[s] classification:s embargo:t ahead:[s] until:t",
    ),
    PAP: KnownExtension(extends="marking-definition", section="PAP extension", properties="pap:c(pap-enum)!"),
    IEP_2: KnownExtension(
        extends="marking-definition",
        section="IEP 2.0 extension",
        properties=(
            "iep_id:s! iep_version:f(2..2)! description:s! start_date:t! end_date:t tlp:c(iep-tlp-enum)! "
            "encrypt_in_transit:c(iep-must-may-enum)! permitted_actions:c(iep-permitted-actions-enum)! "
            "affected_party_notifications:c(iep-may-must-not-enum)! provider_attribution:c(iep-attribution-enum)! "
            "unmodified_resale:c(iep-may-must-not-enum)!"
        ),
    ),
    ACS_3: KnownExtension(
        extends="marking-definition",
        section=_ACS_SECTION,
        properties=(
            "identifier:s! name:s create_date_time:t! responsible_entity_custodian:s! responsible_entity_originator:s "
            "authority_reference:[s] policy_reference:s! original_classification:d derivative_classification:d "
            "declassification:d resource_disposition:d public_release:d access_privilege:[@(acs-privilege)] "
            "further_sharing:[@(acs-sharing)] control_set:@(acs-control-set)!"
        ),
    ),
}
"""By the id of their extension definition; `extension_type` is asked of every extension."""

NEW_TYPES: Final = {
    "event": (
        EVENT,
        (
            "name:s description:s status:c(event-status-enum) event_types:[o(event-type-ov)] start_time:t "
            "start_time_fidelity:c(timestamp-fidelity-enum) end_time:t end_time_fidelity:c(timestamp-fidelity-enum) "
            "goal:s sighting_refs:[r:sighting] changed_objects:[@(state-change)] subevents:[@(event-entry)]"
        ),
    ),
    "impact": (
        IMPACT,
        (
            "name:s description:s impact_category:c(impact-category-enum) criticality:i(0..100) start_time:t "
            "start_time_fidelity:c(timestamp-fidelity-enum) end_time:t end_time_fidelity:c(timestamp-fidelity-enum) "
            "impacted_entity_counts:d(i(0..)) impacted_refs:[r] recoverability:c(recoverability-enum) "
            "superseded_by_ref:r:impact"
        ),
    ),
    "task": (
        TASK,
        (
            "name:s description:s outcome:c(task-outcome-enum)! task_types:[o(task-type-ov)] start_time:t "
            "start_time_fidelity:c(timestamp-fidelity-enum) end_time:t end_time_fidelity:c(timestamp-fidelity-enum) "
            "error:s priority:i(0..100) changed_objects:[@(state-change)] subtasks:[@(task-entry)]"
        ),
    ),
}
"""Objects of the suite: the extension that announces each, and its properties beside the common ones."""

NESTED: Final = {
    "incident-score": "name:s! value:f! description:s",
    "event-entry": "event_ref:r:event! sequence_start:b next_steps:[@(event-step)]",
    "event-step": (
        "condition_type:c(activity-condition-enum)! event_ref:r:event! transition_type:c(activity-transition-enum)!"
    ),
    "task-entry": "task_ref:r:task! sequence_start:b next_steps:[@(task-step)]",
    "task-step": (
        "condition_type:c(activity-condition-enum)! task_ref:r:event|task! transition_type:c(activity-transition-enum)!"
    ),
    "state-change": "state_change_type:o(state-change-type-ov)! initial_ref:r result_ref:r",
    "contact-number": ("contact_number:s! classified:b contact_number_type:o(contact-number-ov)! description:s"),
    "email-contact": (
        "email_address_ref:r:email-addr! classified:b digital_contact_type:o(digital-number-ov)! description:s"
    ),
    "social-media-contact": (
        "user_account_ref:r:user-account! classified:b digital_contact_type:o(digital-number-ov)! description:s"
    ),
    "acs-control-set": (
        "classification:c(acs-classification-enum)! sci_controls:[s] logical_authority_category:[s] "
        "formal_determination:[c(acs-determination-enum)] caveat:[c(acs-caveat-enum)] "
        "sensitivity:[c(acs-sensitivity-enum)] shareability:[c(acs-shareability-enum)] entity:[c(acs-entity-enum)] "
        "permitted_nationalities:[s] permitted_organizations:[s]"
    ),
    "acs-privilege": (
        "privilege_action:c(acs-action-enum)! privilege_scope:@(acs-scope)! rule_effect:c(acs-effect-enum)!"
    ),
    "acs-scope": "permitted_nationalities:[s] permitted_organizations:[s] shareability:[s] entity:[s]",
    "acs-sharing": "sharing_scope:[s]! rule_effect:c(acs-effect-enum)!",
}
"""Types that stand inside these extensions."""


def _section_of(name: str) -> str:
    if name.startswith("acs-"):
        return _ACS_SECTION
    return _CONTACT_SECTION if "contact" in name else _SUITE_SECTION


NESTED_SECTIONS: Final = {name: _section_of(name) for name in NESTED}

NESTED_AT_LEAST_ONE: Final = {
    "state-change": (_SUITE_SECTION, "initial_ref result_ref"),
    "acs-scope": (_ACS_SECTION, "permitted_nationalities permitted_organizations shareability entity"),
}


def _suite(name: str, terms: str, section: str = _SUITE_SECTION) -> Vocabulary:
    return Vocabulary(name=name, section=section, terms=frozenset(terms.split()), is_closed=name.endswith("-enum"))


_VOCABULARIES: Final = (
    _suite(
        "incident-determination-enum",
        "blocked confirmed failed-attempt false-positive low-value successful-attempt suspected",
    ),
    _suite("incident-investigation-ov", "closed new open"),
    _suite(
        "entity-type-ov",
        "computers-mobile computers-personal computers-server customer customer-individual "
        "customer-organization domain-controller employee group ics-actuator ics-engineering-workstation "
        "ics-historian ics-hmi ics-other ics-plc ics-safety-system ics-sensor individual network-device "
        "organization system vehicles",
    ),
    _suite(
        "external-impact-ov",
        "economic emergency-services foreign-relations national-security public-confidence public-health public-safety",
    ),
    _suite(
        "information-type-ov",
        "classified-material communication credentials-admin credentials-user financial legal payment phi pii "
        "proprietary system",
    ),
    _suite(
        "monetary-impact-type-ov",
        "asset-and-fraud brand-damage business-disruption competitive-advantage legal-and-regulatory "
        "operating-costs ransom-demand ransom-payment response-and-recovery uncategorized",
    ),
    _suite("state-change-type-ov", "caused contributed-to input mitigated output resolved"),
    _suite(
        "task-type-ov",
        "administrative attribution containment declared detected eradication escalated exercised-control "
        "external-intelligence external-outreach external-support implemented-control investigation "
        "negotiation playbook-execution playbook-step-execution ransom-payment recovery reported "
        "routine-updates victim-notification",
    ),
    _suite(
        "event-type-ov",
        "aggregation-information-phishing-schemes benign blocked brute-force-attempt c&c-server-hosting "
        "compromised-system confirmed connection-malware-port connection-malware-system "
        "content-forbidden-by-law control-system-bypass copyrighted-content data-exfiltration deferred "
        "deletion-information denial-of-service destruction dictionary-attack-attempt discarded "
        "disruption-data-transmission dissemination-malware-email dissemination-phishing-emails "
        "dns-cache-poisoning dns-local-resolver-hijacking dns-spoofing-registered dns-rebinding "
        "dns-server-compromise dns-spoofing-unregistered dns-stub-resolver-hijacking dns-zone-transfer "
        "domain-name-compromise duplicate email-flooding equipment-loss equipment-theft exploit "
        "exploit-attempt exploit-framework-exhausting-resources exploit-tool-exhausting-resources failed "
        "file-inclusion file-inclusion-attempt hosting-malware-webpage hosting-phishing-sites "
        "illegitimate-use-name illegitimate-use-resources infected-by-known-malware insufficient-data "
        "known-malware lame-delegations major modification-information misconfiguration natural negotiation "
        "network-scanning no-apt packet-flood password-cracking-attempt policy-violation ransomware "
        "ransomware-payment refuted scan-probe silently-discarded supply-chain-customer supply-chain-vendor "
        "spam sql-injection sql-injection-attempt successful system-probe theft-access-credentials "
        "unattributed unauthorized-access-information unauthorized-access-system unauthorized-equipment "
        "unauthorized-release unauthorized-use undetermined unintentional unknown-apt unspecified vandalism "
        "wiretapping worm-spreading xss xss-attempt",
    ),
    _suite("event-status-enum", "ongoing occurred not-occurred pending undetermined"),
    _suite(
        "incident-confidentiality-loss-enum",
        "confirmed-loss contained exploited-loss none suspected-loss",
    ),
    _suite(
        "integrity-alteration-enum",
        "potential-destruction potential-modification partial-destruction partial-modification "
        "full-destruction full-modification none",
    ),
    _suite("physical-impact-enum", "damaged-functional damaged-nonfunctional destruction none unknown"),
    _suite("recoverability-enum", "extended not-applicable not-recoverable regular supplemented"),
    _suite("task-outcome-enum", "cancelled failed ongoing pending successful unknown"),
    _suite("timestamp-fidelity-enum", "day hour minute month second year"),
    _suite("traceability-enum", "accountability-lost partial-accountability provable-accountability"),
    _suite("activity-condition-enum", "optional required unknown"),
    _suite("activity-transition-enum", "completion failure success unknown"),
    _suite(
        "impact-category-enum",
        "availability confidentiality external integrity monetary physical traceability",
    ),
    _suite(
        "contact-number-ov",
        "personal-landline-phone personal-mobile-phone personal-fax work-phone work-fax",
        _CONTACT_SECTION,
    ),
    _suite("digital-number-ov", "organizational personal work", _CONTACT_SECTION),
    _suite("tlp-2-0-enum", "clear green amber amber+strict red", "TLP 2.0 extension"),
    _suite("pap-enum", "clear white green amber red", "PAP extension"),
    _suite("iep-tlp-enum", "white green amber red", "IEP 2.0 extension"),
    _suite("iep-must-may-enum", "must may", "IEP 2.0 extension"),
    _suite("iep-may-must-not-enum", "may must-not", "IEP 2.0 extension"),
    _suite("iep-attribution-enum", "may must must-not", "IEP 2.0 extension"),
    _suite(
        "iep-permitted-actions-enum",
        "none contact-for-instruction internally-visible-actions externally-visible-indirect-actions "
        "externally-visible-direct-actions",
        "IEP 2.0 extension",
    ),
    _suite("acs-classification-enum", "U C S TS", _ACS_SECTION),
    _suite(
        "acs-determination-enum",
        "PUBREL NF AIS PII-NECESSARY-TO-UNDERSTAND-THREAT NO-PII-PRESENT FOUO "
        "INFORMATION-DIRECTLY-RELATED-TO-CYBERSECURITY-THREAT",
        _ACS_SECTION,
    ),
    _suite("acs-caveat-enum", "FISA POSSIBLEPII CISAPROPRIETARY", _ACS_SECTION),
    _suite("acs-sensitivity-enum", "NTOC_DHS_ECYBER_SVC_SHARE.NSA.NSA PCII LES INT PII PR TEI", _ACS_SECTION),
    _suite("acs-shareability-enum", "NCC EM LE IC", _ACS_SECTION),
    _suite("acs-entity-enum", "MIL GOV CTR SVR SVC DEV NET", _ACS_SECTION),
    _suite(
        "acs-action-enum",
        "DSPLY IDSRC TENOT NETDEF LEGAL INTEL TEARLINE OPACTION REQUEST ANONYMOUSACCESS CISAUSES ALL",
        _ACS_SECTION,
    ),
    _suite("acs-effect-enum", "permit deny", _ACS_SECTION),
)

SUITE_VOCABULARIES: Final = {vocabulary.name: vocabulary for vocabulary in _VOCABULARIES}
"""The vocabularies of these extensions, by name."""
