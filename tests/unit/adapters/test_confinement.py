# SPDX-License-Identifier: MIT
"""What is left to a process that reads strangers' bytes: nothing that reaches anything."""

import json
import platform
import subprocess
import sys

import pytest

ACTS = {
    "a file is opened": "open('/etc/passwd')",
    "a file is written": "open('/tmp/written-by-a-confined-process', 'w')",
    "a socket is made": "__import__('_socket').socket(2, 1)",
    "a program is started": "os.execv('/bin/true', ['true'])",
    "a child is made": "os.fork()",
    "another process is signalled": "os.kill(os.getppid(), 0)",
    "a folder is listed": "os.listdir('/')",
    "a descriptor of the parent is read": "os.read(3, 1)",
}
PROGRAM = """
import json, os, sys
import _socket
from tasuki.adapters.confinement import confine
found = confine(1 << 30, 20)
print(json.dumps(found), flush=True)
try:
    {act}
except BaseException as error:
    print(type(error).__name__, flush=True)
else:
    print('DONE', flush=True)
"""
LINUX = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")


def run(act):
    done = subprocess.run([sys.executable, "-I", "-c", PROGRAM.format(act=act)], capture_output=True, check=False)
    said = done.stdout.decode().splitlines()
    return json.loads(said[0]), said[1:]


@pytest.mark.skipif(not LINUX, reason="the kernel's filter is known for Linux on x86_64 and aarch64")
@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_confined_process_reaches_nothing(name):
    held, said = run(ACTS[name])
    if not held["few-calls"]:
        pytest.skip("this kernel lets nobody set a filter")
    assert held["limits"]
    assert said
    assert said[0] in ("PermissionError", "OSError", "BlockingIOError")


def test_what_it_is_for_still_works():
    held, said = run("print(len(bytes(10_000_000)) + len(sys.stdin.buffer.read()))")
    assert held["limits"]
    assert said == ["10000000", "DONE"]


def test_memory_is_bounded():
    _, said = run("bytes(2 << 30)")
    assert said == ["MemoryError"]
