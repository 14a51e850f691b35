# SPDX-License-Identifier: MIT
"""Local rules at work: read from a file, shown, and tried before they are in force."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Final

from tasuki.base.errors import InputError
from tasuki.core.release.local import LocalRule, parse_rules
from tasuki.core.release.reasons import LOCAL_RULES as WRONG
from tasuki.core.release.rules import POLICY_VERSION
from tasuki.services.node import Node

LOCAL_RULES: Final = "rules.toml"
"""The file in a node's directory; the node reads it when it starts."""


def read_rules(raw: bytes) -> Mapping[str, object]:
    """Return what the text of local rules states, for `rules_for`.

    Raises:
        InputError: it is no TOML, or a rule in it is not understood.
    """
    try:
        said = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(WRONG.because(path=LOCAL_RULES, found=str(error)[:80])) from error
    parse_rules(said)
    return said


def rules(node: Node) -> dict[str, object]:
    """Return what is in force at this node: policy, profile, home, local rules, and the digest of all."""
    force = node.gate.rules
    return {
        "policy": POLICY_VERSION,
        "profile": force.profile.id,
        "home": str(force.home),
        "rules_digest": force.digest,
        "local": [_shown(rule) for rule in force.local],
    }


def try_rules(text: str) -> dict[str, object]:
    """Return the local rules that a text states, without putting them in force.

    Raises:
        InputError: as `read_rules`.
    """
    return {"local": [_shown(rule) for rule in parse_rules(read_rules(text.encode()))]}


def _shown(rule: LocalRule) -> dict[str, object]:
    conditions: dict[str, object] = {
        "tlp": None if rule.tlp is None else [str(each) for each in sorted(rule.tlp)],
        "pap": None if rule.pap is None else [str(each) for each in sorted(rule.pap)],
        "originators": None if rule.originators is None else sorted(rule.originators),
        "classifications": None if rule.classifications is None else sorted(rule.classifications),
        "to": None if rule.to is None else sorted(str(each) for each in rule.to),
    }
    return {
        "id": rule.id,
        "by": str(rule.by),
        "when": {name: value for name, value in conditions.items() if value is not None},
        "en": rule.reason.en,
        "ja": rule.reason.ja,
    }
