# SPDX-License-Identifier: MIT
"""The properties of every STIX 2.1 type, as the standard states them.

One line per type: `name` and a code, `!` for required. Codes: s string, t timestamp, i integer, f number, b boolean,
h hashes, d dictionary, x anything, r reference, k kill chain phases, e external references; `[c]` a list of c;
`r:a|b` a reference to those types only (`SCO`, `SDO`, `SRO` mean the whole class).

Source: STIX 2.1 (OASIS standard, errata 01) sections 3 to 7.
"""

from __future__ import annotations

from typing import Final

COMMON_OBJECT: Final = (
    "type:s! spec_version:s! id:s! created_by_ref:r:identity created:t! modified:t! revoked:b labels:[s] confidence:i "
    "lang:s external_references:e object_marking_refs:[r:marking-definition] granular_markings:g extensions:n"
)
COMMON_OBSERVABLE: Final = (
    "type:s! id:s! spec_version:s object_marking_refs:[r:marking-definition] granular_markings:g defanged:b "
    "extensions:n"
)

DOMAIN_OBJECTS: Final = {
    "attack-pattern": "name:s! description:s aliases:[s] kill_chain_phases:k",
    "campaign": "name:s! description:s aliases:[s] first_seen:t last_seen:t objective:s",
    "course-of-action": "name:s! description:s action:x",
    "grouping": "name:s description:s context:s! object_refs:[r]!",
    "identity": "name:s! description:s roles:[s] identity_class:s sectors:[s] contact_information:s",
    "incident": "name:s! description:s",
    "indicator": (
        "name:s description:s indicator_types:[s] pattern:s! pattern_type:s! pattern_version:s valid_from:t! "
        "valid_until:t kill_chain_phases:k"
    ),
    "infrastructure": (
        "name:s! description:s infrastructure_types:[s] aliases:[s] kill_chain_phases:k first_seen:t last_seen:t"
    ),
    "intrusion-set": (
        "name:s! description:s aliases:[s] first_seen:t last_seen:t goals:[s] resource_level:s primary_motivation:s "
        "secondary_motivations:[s]"
    ),
    "location": (
        "name:s description:s latitude:f longitude:f precision:f region:s country:s administrative_area:s city:s "
        "street_address:s postal_code:s"
    ),
    "malware": (
        "name:s description:s malware_types:[s] is_family:b! aliases:[s] kill_chain_phases:k first_seen:t last_seen:t "
        "operating_system_refs:[r:software] architecture_execution_envs:[s] implementation_languages:[s] "
        "capabilities:[s] sample_refs:[r:artifact|file]"
    ),
    "malware-analysis": (
        "product:s! version:s host_vm_ref:r:software operating_system_ref:r:software "
        "installed_software_refs:[r:software] configuration_version:s modules:[s] analysis_engine_version:s "
        "analysis_definition_version:s submitted:t analysis_started:t analysis_ended:t result_name:s result:s "
        "analysis_sco_refs:[r:SCO] sample_ref:r:artifact|file|network-traffic"
    ),
    "note": "abstract:s content:s! authors:[s] object_refs:[r]!",
    "observed-data": "first_observed:t! last_observed:t! number_observed:i! objects:d object_refs:[r:SCO|SRO]",
    "opinion": "explanation:s authors:[s] opinion:s! object_refs:[r]!",
    "report": "name:s! description:s report_types:[s] published:t! object_refs:[r]!",
    "threat-actor": (
        "name:s! description:s threat_actor_types:[s] aliases:[s] first_seen:t last_seen:t roles:[s] goals:[s] "
        "sophistication:s resource_level:s primary_motivation:s secondary_motivations:[s] personal_motivations:[s]"
    ),
    "tool": "name:s! description:s tool_types:[s] aliases:[s] kill_chain_phases:k tool_version:s",
    "vulnerability": "name:s! description:s",
}

RELATIONSHIP_OBJECTS: Final = {
    "relationship": "relationship_type:s! description:s source_ref:r! target_ref:r! start_time:t stop_time:t",
    "sighting": (
        "description:s first_seen:t last_seen:t count:i sighting_of_ref:r:SDO! observed_data_refs:[r:observed-data] "
        "where_sighted_refs:[r:identity|location] summary:b"
    ),
}

META_OBJECTS: Final = {
    "marking-definition": (
        "type:s! spec_version:s! id:s! created_by_ref:r:identity created:t! external_references:e "
        "object_marking_refs:[r:marking-definition] granular_markings:g extensions:n name:s definition_type:s "
        "definition:d"
    ),
    "extension-definition": "name:s! description:s schema:s! version:s! extension_types:[s]! extension_properties:[s]",
    "language-content": "object_ref:r! object_modified:t contents:d!",
}

OBSERVABLES: Final = {
    "artifact": "mime_type:s payload_bin:s url:s hashes:h encryption_algorithm:s decryption_key:s",
    "autonomous-system": "number:i! name:s rir:s",
    "directory": "path:s! path_enc:s ctime:t mtime:t atime:t contains_refs:[r:file|directory]",
    "domain-name": "value:s! resolves_to_refs:[r:ipv4-addr|ipv6-addr|domain-name]",
    "email-addr": "value:s! display_name:s belongs_to_ref:r:user-account",
    "email-message": (
        "is_multipart:b! date:t content_type:s from_ref:r:email-addr sender_ref:r:email-addr to_refs:[r:email-addr] "
        "cc_refs:[r:email-addr] bcc_refs:[r:email-addr] message_id:s subject:s received_lines:[s] "
        "additional_header_fields:d body:s body_multipart:x raw_email_ref:r:artifact"
    ),
    "file": (
        "hashes:h size:i name:s name_enc:s magic_number_hex:s mime_type:s ctime:t mtime:t atime:t "
        "parent_directory_ref:r:directory contains_refs:[r:SCO] content_ref:r:artifact"
    ),
    "ipv4-addr": "value:s! resolves_to_refs:[r:mac-addr] belongs_to_refs:[r:autonomous-system]",
    "ipv6-addr": "value:s! resolves_to_refs:[r:mac-addr] belongs_to_refs:[r:autonomous-system]",
    "mac-addr": "value:s!",
    "mutex": "name:s!",
    "network-traffic": (
        "start:t end:t is_active:b src_ref:r:ipv4-addr|ipv6-addr|mac-addr|domain-name "
        "dst_ref:r:ipv4-addr|ipv6-addr|mac-addr|domain-name src_port:i dst_port:i protocols:[s]! src_byte_count:i "
        "dst_byte_count:i src_packets:i dst_packets:i ipfix:d src_payload_ref:r:artifact dst_payload_ref:r:artifact "
        "encapsulates_refs:[r:network-traffic] encapsulated_by_ref:r:network-traffic"
    ),
    "process": (
        "is_hidden:b pid:i created_time:t cwd:s command_line:s environment_variables:d "
        "opened_connection_refs:[r:network-traffic] creator_user_ref:r:user-account image_ref:r:file "
        "parent_ref:r:process child_refs:[r:process]"
    ),
    "software": "name:s! cpe:s swid:s languages:[s] vendor:s version:s",
    "url": "value:s!",
    "user-account": (
        "user_id:s credential:s account_login:s account_type:s display_name:s is_service_account:b is_privileged:b "
        "can_escalate_privs:b is_disabled:b account_created:t account_expires:t credential_last_changed:t "
        "account_first_login:t account_last_login:t"
    ),
    "windows-registry-key": "key:s values:x modified_time:t creator_user_ref:r:user-account number_of_subkeys:i",
    "x509-certificate": (
        "is_self_signed:b hashes:h version:s serial_number:s signature_algorithm:s issuer:s validity_not_before:t "
        "validity_not_after:t subject:s subject_public_key_algorithm:s subject_public_key_modulus:s "
        "subject_public_key_exponent:i x509_v3_extensions:d"
    ),
}

TIME_ORDER: Final = (
    ("created", "modified", False),
    ("valid_from", "valid_until", True),
    ("first_seen", "last_seen", False),
    ("first_observed", "last_observed", False),
    ("start_time", "stop_time", True),
    ("start", "end", False),
    ("analysis_started", "analysis_ended", False),
)
"""(earlier, later, strict): the later one must not lie before the earlier, or must lie after it where strict."""

ID_PROPERTIES: Final = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"),
    "process": (),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
"""ID contributing properties of each observable (STIX 2.1 section 6)."""

HASH_PREFERENCE: Final = ("MD5", "SHA-1", "SHA-256", "SHA-512")
"""Which one hash of several contributes to an id (STIX 2.1 section 2.9)."""
