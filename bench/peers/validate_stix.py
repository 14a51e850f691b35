# SPDX-License-Identifier: MIT
"""Judge or parse STIX objects with a peer; run by bench/validate.py in the peer's own environment.

usage: validate_stix.py validator|parse FILE.jsonl  ->  {"cpu_s": seconds, "verdicts": [bool, ...]}
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import time
from pathlib import Path


def judge_with_validator(lines: list[bytes]) -> list[bool]:
    """Return the verdict of stix2-validator in its default mode on each object."""
    from stix2validator import ValidationOptions, validate_instance

    options = ValidationOptions(version="2.1")
    return [bool(validate_instance(json.loads(line), options).is_valid) for line in lines]


def parse(lines: list[bytes]) -> list[bool]:
    """Return whether stix2.parse accepts each object, custom content allowed."""
    import stix2

    verdicts = []
    for line in lines:
        try:
            stix2.parse(line.decode(), allow_custom=True)
        except Exception:  # noqa: BLE001 a peer may fail in any way; that is its verdict
            verdicts.append(False)
        else:
            verdicts.append(True)
    return verdicts


def main() -> None:
    """Run the peer over the file once to warm it, then measured."""
    work = {"validator": judge_with_validator, "parse": parse}[sys.argv[1]]
    lines = Path(sys.argv[2]).read_bytes().splitlines()
    logging.disable(logging.CRITICAL)
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        work(lines[:20])
        start = time.process_time()
        verdicts = work(lines)
        spent = time.process_time() - start
    print(json.dumps({"cpu_s": spent, "verdicts": verdicts}))


main()
