# SPDX-License-Identifier: MIT
"""Runs in the peer's own environment: how fast OpenTAXII takes in envelopes of 1,000 objects, HTTP left out.

Reads JSON lines (one object each) from the file named, prints one JSON object.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from opentaxii.persistence.sqldb import Taxii2SQLDatabaseAPI
from opentaxii.taxii2.validation import validate_envelope

BATCH = 1000


def main() -> None:
    """Validate and store every object, as the server does for a POST; print seconds and CPU seconds."""
    lines = Path(sys.argv[1]).read_text().splitlines()
    with tempfile.TemporaryDirectory() as folder:
        api = Taxii2SQLDatabaseAPI(f"sqlite:///{folder}/peer.db", create_tables=True)
        root = api.add_api_root("bench", default=True)
        collection = api.add_collection(root.id, "bench")
        started, used = time.perf_counter(), time.process_time()
        for start in range(0, len(lines), BATCH):
            body = '{"objects":[' + ",".join(lines[start : start + BATCH]) + "]}"
            validate_envelope(body, allow_custom=True)
            api.add_objects(root.id, collection.id, json.loads(body)["objects"])
        seconds = time.perf_counter() - started
        print(json.dumps({"objects": len(lines), "seconds": seconds, "cpu": time.process_time() - used}))


if __name__ == "__main__":
    main()
