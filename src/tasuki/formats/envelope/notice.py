# SPDX-License-Identifier: MIT
"""The notice: an unsigned answer to an envelope that spent no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.formats.suites.fields import Fields, read_statement

MAGIC: Final = b"TASUKIN\x01"
"""First eight bytes of an unsigned notice: the number was not spent, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An unsigned answer to an envelope that spent no number; believed only as a hint on what to send next.

    Attributes:
        code: reason code, such as `channel.gap`.
        expected_seq: the number the answering node takes next in the lane; 0 where it cannot say.
        en: the reason for people.
        ja: the same in Japanese.
        retry_s: seconds after which it is worth trying again; 0 where that is for the sender to choose.
    """

    code: str
    expected_seq: int
    en: str
    ja: str
    retry_s: int = 0


_LONGEST_SENTENCE = 2000


def write_notice(notice: Notice) -> bytes:
    """Return the wire form of a notice."""
    said: dict[str, Json] = {
        "code": notice.code,
        "expected_seq": notice.expected_seq,
        "en": notice.en[:_LONGEST_SENTENCE],
        "ja": notice.ja[:_LONGEST_SENTENCE],
    }
    if notice.retry_s:
        said["retry_s"] = notice.retry_s
    return MAGIC + canonical(said)


def read_notice(raw: bytes) -> Notice:
    """Return the notice in `raw`.

    Raises:
        PeerError: malformed.
    """
    body = raw[len(MAGIC) :] if raw.startswith(MAGIC) else b""
    value = read_statement(body[:MAX_HEADER_BYTES], "notice")
    fields = Fields(value, "notice")
    return Notice(
        code=fields.text("code", 80),
        expected_seq=fields.integer("expected_seq", 0),
        en=fields.text("en", _LONGEST_SENTENCE),
        ja=fields.text("ja", _LONGEST_SENTENCE),
        # Nodes of the previous release do not say it.
        retry_s=fields.integer("retry_s", 0) if "retry_s" in value else 0,
    )
