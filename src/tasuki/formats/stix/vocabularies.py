# SPDX-License-Identifier: MIT
"""The vocabularies of STIX 2.1 and the relationships it names.

Source: STIX 2.1 (OASIS standard, errata 01) section 10 for the vocabularies; the relationship tables of sections 3.7, 4
and 6 for the relationships.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The terms of one vocabulary.

    Attributes:
        section: the section of STIX 2.1 that lists the terms.
        is_closed: whether only these terms are allowed (an enumeration); an open vocabulary suggests.
    """

    name: str
    section: str
    terms: frozenset[str]
    is_closed: bool


def _vocabulary(name: str, section: str, terms: str) -> Vocabulary:
    split = terms.split("|") if "|" in terms else terms.split()
    listed = frozenset(term.strip() for term in split)
    return Vocabulary(name=name, section=section, terms=listed, is_closed=name.endswith("-enum"))


_STANDARD: Final = (
    _vocabulary(
        "account-type-ov",
        "10.1",
        "facebook ldap nis openid radius skype tacacs twitter unix windows-local windows-domain",
    ),
    _vocabulary(
        "attack-motivation-ov",
        "10.2",
        "accidental coercion dominance ideology notoriety organizational-gain personal-gain "
        "personal-satisfaction revenge unpredictable",
    ),
    _vocabulary("attack-resource-level-ov", "10.3", "individual club contest team organization government"),
    _vocabulary("encryption-algorithm-enum", "10.4", "AES-256-GCM ChaCha20-Poly1305 mime-type-indicated"),
    _vocabulary(
        "extension-type-enum",
        "10.5",
        "new-sdo new-sco new-sro property-extension toplevel-property-extension",
    ),
    _vocabulary("grouping-context-ov", "10.6", "suspicious-activity malware-analysis unspecified"),
    _vocabulary("hash-algorithm-ov", "10.7", "MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH"),
    _vocabulary("identity-class-ov", "10.8", "individual group system organization class unknown"),
    _vocabulary(
        "implementation-language-ov",
        "10.9",
        "applescript bash c c++ c# go java javascript lua objective-c perl php powershell python ruby rust "
        "scala swift typescript visual-basic x86-32 x86-64",
    ),
    _vocabulary(
        "indicator-type-ov",
        "10.10",
        "anomalous-activity anonymization benign compromised malicious-activity attribution unknown",
    ),
    _vocabulary(
        "industry-sector-ov",
        "10.11",
        "agriculture aerospace automotive chemical commercial communications construction defense education "
        "energy entertainment financial-services government emergency-services government-local "
        "government-national government-public-services government-regional healthcare hospitality-leisure "
        "infrastructure dams nuclear water insurance legal manufacturing mining non-profit pharmaceuticals "
        "retail technology telecommunications transportation utilities",
    ),
    _vocabulary(
        "infrastructure-type-ov",
        "10.12",
        "amplification anonymization botnet command-and-control control-system exfiltration firewall "
        "hosting-malware hosting-target-lists phishing reconnaissance routers-switches staging workstation "
        "unknown",
    ),
    _vocabulary(
        "malware-capabilities-ov",
        "10.13",
        "accesses-remote-machines anti-debugging anti-disassembly anti-emulation anti-memory-forensics "
        "anti-sandbox anti-vm captures-input-peripherals captures-output-peripherals "
        "captures-system-state-data cleans-traces-of-infection commits-fraud communicates-with-c2 "
        "compromises-data-availability compromises-data-integrity compromises-system-availability "
        "controls-local-machine degrades-security-software degrades-system-updates determines-c2-server "
        "emails-spam escalates-privileges evades-av exfiltrates-data fingerprints-host hides-artifacts "
        "hides-executing-code infects-files infects-remote-machines installs-other-components "
        "persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion "
        "probes-network-environment self-modifies steals-authentication-credentials "
        "violates-system-operational-integrity",
    ),
    _vocabulary("malware-result-ov", "10.14", "malicious suspicious benign unknown"),
    _vocabulary(
        "malware-type-ov",
        "10.15",
        "adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware "
        "remote-access-trojan resource-exploitation rogue-security-software rootkit screen-capture spyware "
        "trojan unknown virus webshell wiper worm",
    ),
    _vocabulary(
        "network-socket-address-family-enum",
        "10.16",
        "AF_UNSPEC AF_INET AF_IPX AF_APPLETALK AF_NETBIOS AF_INET6 AF_IRDA AF_BTH",
    ),
    _vocabulary("network-socket-type-enum", "10.17", "SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET"),
    _vocabulary("opinion-enum", "10.18", "strongly-disagree disagree neutral agree strongly-agree"),
    _vocabulary("pattern-type-ov", "10.19", "stix pcre sigma snort suricata yara"),
    _vocabulary("processor-architecture-ov", "10.20", "alpha arm ia-64 mips powerpc sparc x86 x86-64"),
    _vocabulary(
        "region-ov",
        "10.21",
        "africa eastern-africa middle-africa northern-africa southern-africa western-africa americas "
        "caribbean central-america latin-america-caribbean northern-america south-america asia central-asia "
        "eastern-asia southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe "
        "southern-europe western-europe oceania antarctica australia-new-zealand melanesia micronesia "
        "polynesia",
    ),
    _vocabulary(
        "report-type-ov",
        "10.22",
        "attack-pattern campaign identity incident indicator intrusion-set malware observed-data threat-actor "
        "threat-report tool vulnerability",
    ),
    _vocabulary(
        "threat-actor-type-ov",
        "10.23",
        "activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled "
        "nation-state private-sector sensationalist spy terrorist unknown",
    ),
    _vocabulary(
        "threat-actor-role-ov",
        "10.24",
        "agent director independent infrastructure-architect infrastructure-operator malware-author sponsor",
    ),
    _vocabulary(
        "threat-actor-sophistication-ov",
        "10.25",
        "none minimal intermediate advanced expert innovator strategic",
    ),
    _vocabulary(
        "tool-type-ov",
        "10.26",
        "denial-of-service exploitation information-gathering network-capture credential-exploitation "
        "remote-access vulnerability-scanning unknown",
    ),
    _vocabulary("windows-integrity-level-enum", "10.27", "low medium high system"),
    _vocabulary("windows-pebinary-type-ov", "10.28", "dll exe sys"),
    _vocabulary(
        "windows-registry-datatype-enum",
        "10.29",
        "REG_NONE REG_SZ REG_EXPAND_SZ REG_BINARY REG_DWORD REG_DWORD_BIG_ENDIAN REG_DWORD_LITTLE_ENDIAN "
        "REG_LINK REG_MULTI_SZ REG_RESOURCE_LIST REG_FULL_RESOURCE_DESCRIPTION REG_RESOURCE_REQUIREMENTS_LIST "
        "REG_QWORD REG_INVALID_TYPE",
    ),
    _vocabulary(
        "windows-service-start-type-enum",
        "10.30",
        "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED SERVICE_SYSTEM_ALERT",
    ),
    _vocabulary(
        "windows-service-type-enum",
        "10.31",
        "SERVICE_KERNEL_DRIVER SERVICE_FILE_SYSTEM_DRIVER SERVICE_WIN32_OWN_PROCESS SERVICE_WIN32_SHARE_PROCESS",
    ),
    _vocabulary(
        "windows-service-status-enum",
        "10.32",
        "SERVICE_CONTINUE_PENDING SERVICE_PAUSE_PENDING SERVICE_PAUSED SERVICE_RUNNING SERVICE_START_PENDING "
        "SERVICE_STOP_PENDING SERVICE_STOPPED",
    ),
)

VOCABULARIES: Final = {vocabulary.name: vocabulary for vocabulary in _STANDARD}
"""The vocabularies of the standard, by name."""

COMMON_RELATIONSHIPS: Final = {"derived-from": True, "duplicate-of": True, "related-to": False}
"""Relationship types any pair of SDOs and SCOs may have, and whether both ends must be of one type (section 3.7)."""

RELATIONSHIPS: Final = {
    "attack-pattern": {
        "delivers": "malware",
        "targets": "identity location vulnerability",
        "uses": "malware tool",
    },
    "campaign": {
        "attributed-to": "intrusion-set threat-actor",
        "compromises": "infrastructure",
        "originates-from": "location",
        "targets": "identity location vulnerability",
        "uses": "attack-pattern infrastructure malware tool",
    },
    "course-of-action": {
        "investigates": "indicator",
        "mitigates": "attack-pattern indicator malware tool vulnerability",
        "remediates": "malware vulnerability",
    },
    "domain-name": {
        "resolves-to": "domain-name ipv4-addr ipv6-addr",
    },
    "identity": {
        "located-at": "location",
    },
    "indicator": {
        "based-on": "observed-data",
        "indicates": "attack-pattern campaign infrastructure intrusion-set malware threat-actor tool",
    },
    "infrastructure": {
        "communicates-with": "domain-name infrastructure ipv4-addr ipv6-addr url",
        "consists-of": "SCO infrastructure observed-data",
        "controls": "infrastructure malware",
        "delivers": "malware",
        "has": "vulnerability",
        "hosts": "malware tool",
        "located-at": "location",
        "uses": "infrastructure",
    },
    "intrusion-set": {
        "attributed-to": "threat-actor",
        "compromises": "infrastructure",
        "hosts": "infrastructure",
        "originates-from": "location",
        "owns": "infrastructure",
        "targets": "identity location vulnerability",
        "uses": "attack-pattern infrastructure malware tool",
    },
    "ipv4-addr": {
        "belongs-to": "autonomous-system",
        "resolves-to": "mac-addr",
    },
    "ipv6-addr": {
        "belongs-to": "autonomous-system",
        "resolves-to": "mac-addr",
    },
    "malware": {
        "authored-by": "intrusion-set threat-actor",
        "beacons-to": "infrastructure",
        "communicates-with": "domain-name ipv4-addr ipv6-addr url",
        "controls": "malware",
        "downloads": "file malware tool",
        "drops": "file malware tool",
        "exfiltrates-to": "infrastructure",
        "exploits": "vulnerability",
        "originates-from": "location",
        "targets": "identity infrastructure location vulnerability",
        "uses": "attack-pattern infrastructure malware tool",
        "variant-of": "malware",
    },
    "malware-analysis": {
        "av-analysis-of": "malware",
        "characterizes": "malware",
        "dynamic-analysis-of": "malware",
        "static-analysis-of": "malware",
    },
    "threat-actor": {
        "attributed-to": "identity",
        "compromises": "infrastructure",
        "hosts": "infrastructure",
        "impersonates": "identity",
        "located-at": "location",
        "owns": "infrastructure",
        "targets": "identity location vulnerability",
        "uses": "attack-pattern infrastructure malware tool",
    },
    "tool": {
        "delivers": "malware",
        "drops": "malware",
        "has": "vulnerability",
        "targets": "identity infrastructure location vulnerability",
        "uses": "infrastructure",
    },
}
"""Source type to relationship type to target types (`SCO`: any observable), as the standard lists them."""
