# SPDX-License-Identifier: MIT
"""What is a hit, once more and naively, from docs/spec/hits.md alone: every indicator is held against every text.

Nothing of the product is used here but the text of its specification.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

HASH_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
REGISTRIES = {"co.co", "co.jp", "tokyo.jp", "co.uk", "com.au", "or.jp"}
DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}
_MAIL = re.compile(r"[^\s<>(),;\"\[\]@]+@[^\s<>(),;\"\[\]@']+")
_NAME = re.compile(r"[a-z0-9_*-]+(\.[a-z0-9_*-]+)+")


def proves(kind: str, value: str, text: str) -> bool:
    """Whether the text of one field proves an indicator's value."""
    if kind in HASH_LENGTHS:
        return len(value) == HASH_LENGTHS[kind] and is_hex(value) and value.lower() in hashes(text)
    if kind == "email":
        return value.lower() in mails(text) and is_name(value.lower().rpartition("@")[2])
    if kind in ("url", "domain") and is_url(value) and not network(value):
        return is_one_word(text) and "/" in text and not network(text) and same_url(value, text)
    wanted = network(value)
    if wanted is not None:
        return wanted.prefixlen > 0 and any(is_within(each, wanted) for each in networks(text))
    name = bare(value)
    if not is_name(name) or name in REGISTRIES:
        return False
    return any(host == name or host.endswith("." + name) for host in hosts(text) if is_name(host))


def proves_request(value: str, host: str, path: str) -> bool:
    """Whether a URL told as host and path proves a URL, whose scheme the log does not tell."""
    return any(same_url(value, f"{scheme}://{host}{path}") for scheme in ("http", "https"))


def is_url(value: str) -> bool:
    """Whether a value of a URL indicator has more than a host."""
    return "/" in value or "?" in value


def is_hex(text: str) -> bool:
    return re.fullmatch("[0-9a-fA-F]+", text) is not None


def is_one_word(text: str) -> bool:
    return len(text.split()) == 1


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and not text.rpartition(".")[2].isdigit()


def hashes(text: str) -> set[str]:
    parts = [text, text.replace(":", "") if re.fullmatch("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})+", text) else ""]
    parts += [part.rpartition("=")[2] for part in text.split(",") if "=" in text]
    return {part.lower() for part in parts if len(part) in HASH_LENGTHS.values() and is_hex(part)}


def mails(text: str) -> set[str]:
    if is_one_word(text) and "/" in text:
        return set()
    words = [found for found in _MAIL.findall(text) if "/" not in found]
    words += [word.rpartition("=")[2] for word in words]
    return {word.strip("'").removeprefix("mailto:").lower().removesuffix(".") for word in words if "@" in word}


def hosts(text: str) -> list[str]:
    """The names and addresses a text holds: itself, the host of a URL, the domains of e-mail addresses."""
    if is_one_word(text) and "/" in text:
        return [] if network(text) else [host_of(text)]
    if "@" in text:
        return [mail.rpartition("@")[2] for mail in mails(text)]
    return [bare(text)] if is_one_word(text) else []


def host_of(url: str) -> str:
    try:
        host = urlsplit(url if "://" in url else "//" + url.removeprefix("//")).hostname
    except ValueError:
        return ""
    return (host or "").removesuffix(".")


def bare(text: str) -> str:
    """A host without its port and final dot, in lower case."""
    bracketed = re.fullmatch(r"\[([^\]]*)\](:\d{1,5})?", text)
    if bracketed:
        return bracketed[1].lower()
    ported = re.fullmatch(r"([^:]+):\d{1,5}", text)
    return (ported[1] if ported else text).lower().removesuffix(".")


def network(text: str):
    """A text as a network, an address as one of itself; IPv4 where it is mapped; None where it is none."""
    try:
        if "/" in text:
            return unmapped(ipaddress.ip_network(text, strict=False))
        return unmapped(ipaddress.ip_network(bare_address(text)))
    except ValueError:
        return None


def bare_address(text: str) -> str:
    name = bare(text) if not text.endswith(".") else text
    return name.partition("%")[0] if ":" in name else name


def unmapped(found):
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    if mapped is None or found.prefixlen < 96:
        return found
    return ipaddress.ip_network(f"{mapped}/{found.prefixlen - 96}")


def networks(text: str) -> list:
    own = network(text)
    if own is not None:
        return [own]
    found = [network(host) for host in hosts(text)] if not text.endswith(".") else []
    return [each for each in found if each is not None]


def is_within(inner, outer) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)


def same_url(one: str, other: str) -> bool:
    """Whether a record's URL is an indicator's; a record without a scheme tells of http or https."""
    (scheme, *first), (told, *second) = parts(one), parts(other)
    return first == second and (scheme in ("", told) or (not told and scheme in ("http", "https")))


def parts(url: str) -> tuple[str, str, int | None, str]:
    url = url.partition("#")[0]
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    rest = url.partition("://")[2] if scheme else url.removeprefix("//")
    split = re.split("(?=[/?])", rest, maxsplit=1)
    path = split[1] if len(split) > 1 else ""
    authority = split[0].rpartition("@")[2]
    port = re.search(r":(\d{1,5})$", authority) if "]" not in authority else re.search(r"\]:(\d{1,5})$", authority)
    number = int(port[1]) if port else None
    host = bare(authority)
    found = network(host)
    if found is not None:
        host = str(found.network_address)
    return (
        scheme,
        host,
        None if number == DEFAULT_PORTS.get(scheme) else number,
        path if path[:1] == "/" else "/" + path,
    )
