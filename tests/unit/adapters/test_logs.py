# SPDX-License-Identifier: MIT
"""The log says what happened and where, and never what was being worked on."""

import errno
import io
import json

import structlog

from tasuki.adapters.logs import Lossy, configure, redact, trace

CONTENT = "the name of the victim"


def failing():
    try:
        int(CONTENT)
    except ValueError as error:
        raise KeyError(CONTENT) from error


def caught():
    try:
        failing()
    except KeyError as error:
        return error
    return None


def test_an_exception_is_named_with_its_cause_and_its_places_and_without_its_words():
    event = trace(None, "error", {"event": "x", "exc_info": caught()})
    assert event["trace"][0] == "KeyError"
    assert "ValueError" in event["trace"]
    assert any("test_logs.py" in line and "failing" in line for line in event["trace"])
    assert CONTENT not in json.dumps(event)
    assert "exc_info" not in event


def test_the_exception_at_hand_is_found():
    try:
        failing()
    except KeyError:
        assert trace(None, "error", {"exc_info": True})["trace"][0] == "KeyError"
    assert "trace" not in trace(None, "error", {"exc_info": True})
    assert trace(None, "info", {"event": "x", "exc_info": False}) == {"event": "x"}


def test_a_circle_of_causes_ends():
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert trace(None, "error", {"exc_info": one})["trace"] == ["ValueError", "KeyError"]


def test_secrets_and_bytes_are_hidden_and_long_texts_cut():
    event = redact(None, "info", {"api_token": "x", "raw": b"12345", "said": "y" * 900, "count": 3})
    assert event == {"api_token": "[hidden]", "raw": "[5 bytes]", "said": "y" * 500 + "...", "count": 3}


def test_a_line_of_the_log_is_one_json_object(capsys):
    before = structlog.get_config()
    try:
        configure("info")
        log = structlog.get_logger("test")
        log.debug("not.shown")
        log.error("shown", 出来事="障害", exc_info=caught())
    finally:
        structlog.configure(**before)
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["event"], said["level"], said["出来事"]) == ("shown", "error", "障害")
    assert CONTENT not in line


def test_a_full_disk_loses_the_line_and_nothing_else():
    class Full(io.StringIO):
        def write(self, _text):
            raise OSError(errno.ENOSPC, "No space left on device")

        def flush(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    log = structlog.WriteLogger(Lossy(Full()))
    log.warning("lost")
