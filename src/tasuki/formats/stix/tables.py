# SPDX-License-Identifier: MIT
"""The properties of every STIX 2.1 type, as the standard states them, and the rules between properties.

One line per type: `name:code`, `!` for required. Codes:

    s string        s(url) string a check of `checks.TEXTS` accepts       o(x) open vocabulary x    c(x) enumeration x
    t timestamp     t(ms) at least milliseconds, t(s) whole seconds      b boolean           f number, f(-90..90)
    i integer       i(0..65535), i(0..) within bounds                    h hashes, h(listed) of listed algorithms only
    d dictionary    d(s), d(i), d(si), d([s]) with such values           x anything, without nulls and empty lists
    r identifier    r:a|b of these types only (`SCO`, `SDO`, `SRO` mean the whole class)
    @(x) nested type x of `NESTED`    n extensions    u contents by language    m container of observables
    [c] list of c   e, k, g lists of external references, kill chain phases, granular markings

Source: STIX 2.1 (OASIS standard, errata 01) sections 2 to 8. Where the text of errata 01 differs from the standard of
June 2021 without naming the change in its section 1.3.1, the standard stands: `is_family` is required, `grouping.name`
is optional, `summary` is a boolean.
"""

from __future__ import annotations

from typing import Final

COMMON_OBJECT: Final = (
    "type:s! spec_version:s! id:s! created_by_ref:r:identity created:t(ms)! modified:t(ms)! revoked:b labels:[s] "
    "confidence:i(0..100) lang:s(language) external_references:e object_marking_refs:[r:marking-definition] "
    "granular_markings:g extensions:n"
)
"""Section 3.2, for SDOs and SROs."""

COMMON_OBSERVABLE: Final = (
    "type:s! id:s! spec_version:s object_marking_refs:[r:marking-definition] granular_markings:g defanged:b "
    "extensions:n"
)
"""Section 3.2, for SCOs."""

DOMAIN_OBJECTS: Final = {
    "attack-pattern": "name:s! description:s aliases:[s] kill_chain_phases:k",
    "campaign": "name:s! description:s aliases:[s] first_seen:t last_seen:t objective:s",
    "course-of-action": "name:s! description:s",
    "grouping": "name:s description:s context:o(grouping-context-ov)! object_refs:[r]!",
    "identity": (
        "name:s! description:s roles:[s] identity_class:o(identity-class-ov) sectors:[o(industry-sector-ov)] "
        "contact_information:s"
    ),
    "incident": "name:s! description:s",
    "indicator": (
        "name:s description:s indicator_types:[o(indicator-type-ov)] pattern:s! pattern_type:o(pattern-type-ov)! "
        "pattern_version:s valid_from:t! valid_until:t kill_chain_phases:k"
    ),
    "infrastructure": (
        "name:s! description:s infrastructure_types:[o(infrastructure-type-ov)] aliases:[s] kill_chain_phases:k "
        "first_seen:t last_seen:t"
    ),
    "intrusion-set": (
        "name:s! description:s aliases:[s] first_seen:t last_seen:t goals:[s] "
        "resource_level:o(attack-resource-level-ov) primary_motivation:o(attack-motivation-ov) "
        "secondary_motivations:[o(attack-motivation-ov)]"
    ),
    "location": (
        "name:s description:s latitude:f(-90..90) longitude:f(-180..180) precision:f region:o(region-ov) "
        "country:s(country) administrative_area:s(subdivision) city:s street_address:s postal_code:s"
    ),
    "malware": (
        "name:s description:s malware_types:[o(malware-type-ov)] is_family:b! aliases:[s] kill_chain_phases:k "
        "first_seen:t last_seen:t operating_system_refs:[r:software] "
        "architecture_execution_envs:[o(processor-architecture-ov)] "
        "implementation_languages:[o(implementation-language-ov)] capabilities:[o(malware-capabilities-ov)] "
        "sample_refs:[r:artifact|file]"
    ),
    "malware-analysis": (
        "product:s(product)! version:s host_vm_ref:r:software operating_system_ref:r:software "
        "installed_software_refs:[r:software] configuration_version:s modules:[s] analysis_engine_version:s "
        "analysis_definition_version:s submitted:t analysis_started:t analysis_ended:t result_name:s "
        "result:o(malware-result-ov) analysis_sco_refs:[r:SCO] sample_ref:r:artifact|file|network-traffic"
    ),
    "note": "abstract:s content:s! authors:[s] object_refs:[r]!",
    "observed-data": (
        "first_observed:t! last_observed:t! number_observed:i(1..999999999)! objects:m object_refs:[r:SCO|SRO]"
    ),
    "opinion": "explanation:s authors:[s] opinion:c(opinion-enum)! object_refs:[r]!",
    "report": "name:s! description:s report_types:[o(report-type-ov)] published:t! object_refs:[r]!",
    "threat-actor": (
        "name:s! description:s threat_actor_types:[o(threat-actor-type-ov)] aliases:[s] first_seen:t last_seen:t "
        "roles:[o(threat-actor-role-ov)] goals:[s] sophistication:o(threat-actor-sophistication-ov) "
        "resource_level:o(attack-resource-level-ov) primary_motivation:o(attack-motivation-ov) "
        "secondary_motivations:[o(attack-motivation-ov)] personal_motivations:[o(attack-motivation-ov)]"
    ),
    "tool": "name:s! description:s tool_types:[o(tool-type-ov)] aliases:[s] kill_chain_phases:k tool_version:s",
    "vulnerability": "name:s! description:s",
}

RELATIONSHIP_OBJECTS: Final = {
    "relationship": (
        "relationship_type:s(relationship-type)! description:s source_ref:r:SDO|SCO! target_ref:r:SDO|SCO! "
        "start_time:t stop_time:t"
    ),
    "sighting": (
        "description:s first_seen:t last_seen:t count:i(0..999999999) sighting_of_ref:r:SDO! "
        "observed_data_refs:[r:observed-data] where_sighted_refs:[r:identity|location] summary:b"
    ),
}

META_OBJECTS: Final = {
    "marking-definition": (
        "type:s! spec_version:s! id:s! created_by_ref:r:identity created:t(ms)! external_references:e "
        "object_marking_refs:[r:marking-definition] granular_markings:g extensions:n name:s definition_type:s "
        "definition:d"
    ),
    "extension-definition": (
        "type:s! spec_version:s! id:s! created_by_ref:r:identity! created:t(ms)! modified:t(ms)! revoked:b labels:[s] "
        "external_references:e object_marking_refs:[r:marking-definition] granular_markings:g name:s! description:s "
        "schema:s! version:s! extension_types:[c(extension-type-enum)]! extension_properties:[s(property-name)]"
    ),
    "language-content": (
        "type:s! spec_version:s! id:s! created_by_ref:r:identity created:t(ms)! modified:t(ms)! revoked:b labels:[s] "
        "confidence:i(0..100) external_references:e object_marking_refs:[r:marking-definition] granular_markings:g "
        "extensions:n object_ref:r! object_modified:t contents:u!"
    ),
}

BUNDLE: Final = "type:s! id:s! objects:x"

OBSERVABLES: Final = {
    "artifact": (
        "mime_type:s(media-type) payload_bin:s(base64) url:s(url) hashes:h "
        "encryption_algorithm:c(encryption-algorithm-enum) decryption_key:s"
    ),
    "autonomous-system": "number:i! name:s rir:s",
    "directory": "path:s! path_enc:s(character-set) ctime:t mtime:t atime:t contains_refs:[r:file|directory]",
    "domain-name": "value:s(domain)! resolves_to_refs:[r:ipv4-addr|ipv6-addr|domain-name]",
    "email-addr": "value:s(email)! display_name:s belongs_to_ref:r:user-account",
    "email-message": (
        "is_multipart:b! date:t content_type:s from_ref:r:email-addr sender_ref:r:email-addr to_refs:[r:email-addr] "
        "cc_refs:[r:email-addr] bcc_refs:[r:email-addr] message_id:s subject:s(decoded) received_lines:[s] "
        "additional_header_fields:d([s]) body:s body_multipart:[@(email-mime-part-type)] raw_email_ref:r:artifact"
    ),
    "file": (
        "hashes:h size:i(0..) name:s name_enc:s(character-set) magic_number_hex:s(hex) mime_type:s(media-type) ctime:t "
        "mtime:t atime:t parent_directory_ref:r:directory contains_refs:[r:SCO] content_ref:r:artifact"
    ),
    "ipv4-addr": "value:s(ipv4)! resolves_to_refs:[r:mac-addr] belongs_to_refs:[r:autonomous-system]",
    "ipv6-addr": "value:s(ipv6)! resolves_to_refs:[r:mac-addr] belongs_to_refs:[r:autonomous-system]",
    "mac-addr": "value:s(mac)!",
    "mutex": "name:s!",
    "network-traffic": (
        "start:t end:t is_active:b src_ref:r:ipv4-addr|ipv6-addr|mac-addr|domain-name "
        "dst_ref:r:ipv4-addr|ipv6-addr|mac-addr|domain-name src_port:i(0..65535) dst_port:i(0..65535) "
        "protocols:[s(service)]! src_byte_count:i(0..) dst_byte_count:i(0..) src_packets:i(0..) dst_packets:i(0..) "
        "ipfix:d(si) src_payload_ref:r:artifact dst_payload_ref:r:artifact encapsulates_refs:[r:network-traffic] "
        "encapsulated_by_ref:r:network-traffic"
    ),
    "process": (
        "is_hidden:b pid:i created_time:t cwd:s command_line:s environment_variables:d(s) "
        "opened_connection_refs:[r:network-traffic] creator_user_ref:r:user-account image_ref:r:file "
        "parent_ref:r:process child_refs:[r:process]"
    ),
    "software": "name:s! cpe:s(cpe) swid:s languages:[s(language)] vendor:s version:s",
    "url": "value:s(url)!",
    "user-account": (
        "user_id:s credential:s account_login:s account_type:o(account-type-ov) display_name:s is_service_account:b "
        "is_privileged:b can_escalate_privs:b is_disabled:b account_created:t account_expires:t "
        "credential_last_changed:t account_first_login:t account_last_login:t"
    ),
    "windows-registry-key": (
        "key:s(registry-key) values:[@(windows-registry-value-type)] modified_time:t creator_user_ref:r:user-account "
        "number_of_subkeys:i"
    ),
    "x509-certificate": (
        "is_self_signed:b hashes:h version:s serial_number:s signature_algorithm:s issuer:s validity_not_before:t "
        "validity_not_after:t subject:s subject_public_key_algorithm:s subject_public_key_modulus:s "
        "subject_public_key_exponent:i x509_v3_extensions:@(x509-v3-extensions-type)"
    ),
}

NESTED: Final = {
    "external-reference": "source_name:s! description:s url:s(url) hashes:h(listed) external_id:s",
    "kill-chain-phase": "kill_chain_name:s(kill-chain)! phase_name:s(kill-chain)!",
    "granular-marking": "lang:s(language) marking_ref:r:marking-definition selectors:[s(selector)]!",
    "email-mime-part-type": "body:s body_raw_ref:r:artifact|file content_type:s content_disposition:s",
    "alternate-data-stream-type": "name:s! hashes:h size:i(0..)",
    "windows-pe-optional-header-type": (
        "magic_hex:s(hex) major_linker_version:i minor_linker_version:i size_of_code:i(0..) "
        "size_of_initialized_data:i(0..) size_of_uninitialized_data:i(0..) address_of_entry_point:i base_of_code:i "
        "base_of_data:i image_base:i section_alignment:i file_alignment:i major_os_version:i minor_os_version:i "
        "major_image_version:i minor_image_version:i major_subsystem_version:i minor_subsystem_version:i "
        "win32_version_value_hex:s(hex) size_of_image:i(0..) size_of_headers:i(0..) checksum_hex:s(hex) "
        "subsystem_hex:s(hex) dll_characteristics_hex:s(hex) size_of_stack_reserve:i(0..) "
        "size_of_stack_commit:i(0..) size_of_heap_reserve:i(0..) size_of_heap_commit:i(0..) "
        "loader_flags_hex:s(hex) number_of_rva_and_sizes:i hashes:h"
    ),
    "windows-pe-section-type": "name:s! size:i(0..) entropy:f hashes:h",
    "windows-registry-value-type": "name:s data:s data_type:c(windows-registry-datatype-enum)",
    "x509-v3-extensions-type": (
        "basic_constraints:s name_constraints:s policy_constraints:s key_usage:s extended_key_usage:s "
        "subject_key_identifier:s authority_key_identifier:s subject_alternative_name:s issuer_alternative_name:s "
        "subject_directory_attributes:s crl_distribution_points:s inhibit_any_policy:s "
        "private_key_usage_period_not_before:t private_key_usage_period_not_after:t certificate_policies:s "
        "policy_mappings:s"
    ),
    "archive-ext": "contains_refs:[r:file|directory]! comment:s",
    "ntfs-ext": "sid:s alternate_data_streams:[@(alternate-data-stream-type)]",
    "pdf-ext": "version:s is_optimized:b document_info_dict:d(s) pdfid0:s pdfid1:s",
    "raster-image-ext": "image_height:i image_width:i bits_per_pixel:i exif_tags:d(si)",
    "windows-pebinary-ext": (
        "pe_type:o(windows-pebinary-type-ov)! imphash:s machine_hex:s(hex) number_of_sections:i(0..) "
        "time_date_stamp:t(s) pointer_to_symbol_table_hex:s(hex) number_of_symbols:i(0..) "
        "size_of_optional_header:i(0..) characteristics_hex:s(hex) file_header_hashes:h "
        "optional_header:@(windows-pe-optional-header-type) sections:[@(windows-pe-section-type)]"
    ),
    "http-request-ext": (
        "request_method:s(lower)! request_value:s! request_version:s(lower) request_header:d([s]) "
        "message_body_length:i message_body_data_ref:r:artifact"
    ),
    "icmp-ext": "icmp_type_hex:s(hex)! icmp_code_hex:s(hex)!",
    "socket-ext": (
        "address_family:c(network-socket-address-family-enum)! is_blocking:b is_listening:b options:d(i) "
        "socket_type:c(network-socket-type-enum) socket_descriptor:i(0..) socket_handle:i"
    ),
    "tcp-ext": "src_flags_hex:s(hex) dst_flags_hex:s(hex)",
    "windows-process-ext": (
        "aslr_enabled:b dep_enabled:b priority:s(priority) owner_sid:s windows_title:s window_title:s startup_info:d "
        "integrity_level:c(windows-integrity-level-enum)"
    ),
    "windows-service-ext": (
        "service_name:s descriptions:[s] display_name:s group_name:s start_type:c(windows-service-start-type-enum) "
        "service_dll_refs:[r:file] service_type:c(windows-service-type-enum) "
        "service_status:c(windows-service-status-enum)"
    ),
    "unix-account-ext": "gid:i groups:[s] home_dir:s shell:s",
}
"""Types that stand inside others, the predefined extensions among them. `window_title` is the name the standard of 2021
gives what errata 01 calls `windows_title`: both are read."""

PREDEFINED_EXTENSIONS: Final = {
    "file": ("archive-ext", "ntfs-ext", "pdf-ext", "raster-image-ext", "windows-pebinary-ext"),
    "network-traffic": ("http-request-ext", "icmp-ext", "socket-ext", "tcp-ext"),
    "process": ("windows-process-ext", "windows-service-ext"),
    "user-account": ("unix-account-ext",),
}

SECTIONS: Final = {
    **{kind: f"4.{index}.1" for index, kind in enumerate(DOMAIN_OBJECTS, 1)},
    "relationship": "5.1.2",
    "sighting": "5.2.1",
    **{kind: f"6.{index}.1" for index, kind in enumerate(OBSERVABLES, 1)},
    "language-content": "7.1.1",
    "marking-definition": "7.2.1",
    "extension-definition": "7.3.1",
    "bundle": "8.1",
    "external-reference": "2.5",
    "kill-chain-phase": "2.11",
    "granular-marking": "7.2.3",
    "email-mime-part-type": "6.6.2",
    "archive-ext": "6.7.2",
    "ntfs-ext": "6.7.3",
    "alternate-data-stream-type": "6.7.3",
    "pdf-ext": "6.7.4",
    "raster-image-ext": "6.7.5",
    "windows-pebinary-ext": "6.7.6",
    "windows-pe-optional-header-type": "6.7.6",
    "windows-pe-section-type": "6.7.6",
    "http-request-ext": "6.12.2",
    "icmp-ext": "6.12.3",
    "socket-ext": "6.12.4",
    "tcp-ext": "6.12.5",
    "windows-process-ext": "6.13.2",
    "windows-service-ext": "6.13.3",
    "unix-account-ext": "6.16.2",
    "windows-registry-value-type": "6.17.2",
    "x509-v3-extensions-type": "6.18.2",
}
"""The section that defines each type's properties."""

TIME_ORDER: Final = (
    ("*", "3.6.1", "created", "modified", False),
    ("campaign", "4.2.1", "first_seen", "last_seen", False),
    ("indicator", "4.7.1", "valid_from", "valid_until", True),
    ("infrastructure", "4.8.1", "first_seen", "last_seen", False),
    ("intrusion-set", "4.9.1", "first_seen", "last_seen", False),
    ("malware", "4.11.1", "first_seen", "last_seen", False),
    ("observed-data", "4.14.1", "first_observed", "last_observed", False),
    ("threat-actor", "4.17.1", "first_seen", "last_seen", False),
    ("relationship", "5.1.2", "start_time", "stop_time", True),
    ("sighting", "5.2.1", "first_seen", "last_seen", False),
    ("network-traffic", "6.12.1", "start", "end", False),
)
"""(type, section, earlier, later, strict): later must not lie before earlier, or must lie after it where strict."""

AT_LEAST_ONE: Final = {
    "external-reference": ("2.5.2", "description url external_id"),
    "location": ("4.10", "region country latitude"),
    "malware-analysis": ("4.12", "result analysis_sco_refs"),
    "observed-data": ("4.14", "objects object_refs"),
    "artifact": ("6.1", "payload_bin url"),
    "email-mime-part-type": ("6.6.2", "body body_raw_ref"),
    "file": ("6.7", "hashes name"),
    "network-traffic": ("6.12", "src_ref dst_ref"),
    "granular-marking": ("7.2.3", "lang marking_ref"),
    "process": ("6.13", "* extensions"),
    "user-account": ("6.16", "* extensions"),
    "windows-registry-key": ("6.17", "*"),
    "x509-certificate": ("6.18", "*"),
    "ntfs-ext": ("6.7.3", "*"),
    "pdf-ext": ("6.7.4", "*"),
    "raster-image-ext": ("6.7.5", "*"),
    "windows-pebinary-ext": ("6.7.6", "* -pe_type"),
    "windows-pe-optional-header-type": ("6.7.6", "*"),
    "tcp-ext": ("6.12.5", "*"),
    "windows-process-ext": ("6.13.2", "*"),
    "windows-service-ext": ("6.13.3", "*"),
    "unix-account-ext": ("6.16.2", "*"),
    "windows-registry-value-type": ("6.17.2", "*"),
    "x509-v3-extensions-type": ("6.18.2", "*"),
}
"""type: (section, the properties of which at least one must stand; `*` means the type's own, `-name` not that one)."""

NOT_TOGETHER: Final = {
    "observed-data": ("4.14", "objects", "object_refs"),
    "artifact": ("6.1.1", "payload_bin", "url"),
    "email-mime-part-type": ("6.6.2", "body", "body_raw_ref"),
    "granular-marking": ("7.2.3", "lang", "marking_ref"),
}
"""type: (section, one, other): at most one of the two may stand."""

REQUIRES: Final = (
    ("location", "4.10.1", "latitude", "longitude"),
    ("location", "4.10.1", "longitude", "latitude"),
    ("location", "4.10.1", "precision", "latitude"),
    ("location", "4.10.1", "precision", "longitude"),
    ("artifact", "6.1.1", "url", "hashes"),
    ("artifact", "6.1.1", "decryption_key", "encryption_algorithm"),
    ("file", "3.1", "name_enc", "name"),
)
"""(type, section, present, required): where the first stands, the second must stand too."""

RESERVED_NAMES: Final = frozenset({"severity", "username", "phone_number", "action"})
"""Property names no STIX content may use (section 3.8)."""

SUBTYPES: Final = {
    "indicator": "indicator-type-ov",
    "infrastructure": "infrastructure-type-ov",
    "malware": "malware-type-ov",
    "report": "report-type-ov",
    "threat-actor": "threat-actor-type-ov",
    "tool": "tool-type-ov",
}
"""Types with a property for subtypes, and its vocabulary: `labels` must not be used for that (section 3.2)."""

NEW_IN_2_1: Final = {
    "*": "spec_version confidence lang extensions",
    "grouping": "type",
    "incident": "type",
    "infrastructure": "type",
    "location": "type",
    "malware-analysis": "type",
    "note": "type",
    "opinion": "type",
    "extension-definition": "type",
    "language-content": "type",
    "indicator": "indicator_types pattern_type pattern_version",
    "identity": "roles",
    "malware": "malware_types is_family",
    "marking-definition": "name",
    "observed-data": "object_refs",
    "report": "report_types",
    "threat-actor": "threat_actor_types",
    "tool": "tool_types",
}
"""What only STIX 2.1 has: an object without `spec_version` that uses it may be a 2.1 object that lacks its version."""

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
