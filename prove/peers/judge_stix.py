# SPDX-License-Identifier: MIT
"""Judge STIX objects with stix2-validator: the OASIS schemas and its own checks. Run by prove/validate.py.

usage: judge_stix.py FILE.jsonl  ->  one JSON line per object: {"valid", "errors": [text, ...]}
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
from pathlib import Path

from stix2validator import ValidationOptions, validate_instance


def main() -> None:
    """Judge every line; a peer that fails on an object says so as an error."""
    logging.disable(logging.CRITICAL)
    options = ValidationOptions(version="2.1")
    answers = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
            obj = json.loads(line)
            try:
                result = validate_instance(obj, options)
                errors = [str(error.message) for error in result.errors]
            except Exception as error:  # noqa: BLE001 what a peer breaks on is a finding about the peer
                errors = [f"PEER FAILED {type(error).__name__}: {error}"]
            answers.append({"valid": not errors, "errors": [text[:300] for text in errors]})
    for answer in answers:
        print(json.dumps(answer))


main()
