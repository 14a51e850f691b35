# SPDX-License-Identifier: MIT
"""Judge or parse STIX objects with a peer; run by bench/validate.py in the peer's own environment.

usage: validate_stix.py validator|parse FILE.jsonl  ->  {"cpu_s": {"text": s, "value": s}, "verdicts": [bool, ...]}

`text` starts from lines of JSON, `value` from what they hold, read before.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any


def judge_with_validator(objects: list[Any]) -> list[bool]:
    """Return the verdict of stix2-validator in its default mode on each object, or each line of one."""
    from stix2validator import ValidationOptions, validate_instance

    options = ValidationOptions(version="2.1")
    return [
        bool(validate_instance(json.loads(each) if isinstance(each, bytes) else each, options).is_valid)
        for each in objects
    ]


def parse(objects: list[Any]) -> list[bool]:
    """Return whether stix2.parse accepts each object, or each line of one, custom content allowed."""
    import stix2

    verdicts = []
    for each in objects:
        try:
            stix2.parse(each.decode() if isinstance(each, bytes) else each, allow_custom=True)
        except Exception:  # noqa: BLE001 a peer may fail in any way; that is its verdict
            verdicts.append(False)
        else:
            verdicts.append(True)
    return verdicts


def main() -> None:
    """Run the peer over a few lines to warm it, then measured, from text and from values."""
    work = {"validator": judge_with_validator, "parse": parse}[sys.argv[1]]
    lines = Path(sys.argv[2]).read_bytes().splitlines()
    spent = {}
    logging.disable(logging.CRITICAL)
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        work(lines[:20])
        for name, objects in (("text", lines), ("value", [json.loads(line) for line in lines])):
            start = time.process_time()
            verdicts = work(objects)
            spent[name] = time.process_time() - start
    print(json.dumps({"cpu_s": spent, "verdicts": verdicts}))


main()
