# SPDX-License-Identifier: MIT
"""Judge patterns with stix2-patterns and stix2-matcher; run by prove/patterns.py in the peers' own environment.

usage: judge_patterns.py FILE.jsonl
A line {"pattern", "version"} is answered {"valid", "error"}, one with "observed" {"result", "error"}, in order.
"""

from __future__ import annotations

import binascii
import json
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

from stix2matcher.matcher import MatcherException, match
from stix2patterns.exceptions import ParseException
from stix2patterns.validator import run_validator

PATIENCE_S = 5


class SlowError(Exception):
    """The peer took too long."""


def main() -> None:
    """Answer every line."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _interrupt)
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        for line in lines:
            asked = json.loads(line)
            signal.alarm(PATIENCE_S)
            answer = _matched(asked) if "observed" in asked else _checked(asked)
            signal.alarm(0)
            print(json.dumps(answer))


def _checked(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        errors = run_validator(asked["pattern"], asked["version"])
    except Exception as error:  # noqa: BLE001 what a peer breaks on is a finding about the peer
        return {"valid": False, "error": f"PEER FAILED {type(error).__name__}: {error}"[:300]}
    return {"valid": not errors, "error": "; ".join(errors)[:300]}


def _matched(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        found = match(asked["pattern"], asked["observed"], stix_version=asked["version"])
    except ParseException as error:
        return {"result": "parse-error", "error": str(error)[:300]}
    except (MatcherException, binascii.Error) as error:
        return {"result": "data-error", "error": str(error)[:300]}
    except Exception as error:  # noqa: BLE001 as above
        return {"result": "peer-failed", "error": f"{type(error).__name__}: {error}"[:300]}
    return {"result": "match" if found else "no-match", "error": ""}


def _interrupt(*_: object) -> None:
    raise SlowError


main()
