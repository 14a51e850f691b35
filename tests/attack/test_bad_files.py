# SPDX-License-Identifier: MIT
"""Files meant to break a node, through the real commands: nothing crashes, and what was good in them is held."""

from __future__ import annotations

import gzip
import hashlib
import json
import tracemalloc
import uuid

import pytest

from making_commands import settle
from tasuki.base.limits import MAX_OBJECT_BYTES
from tasuki.services import files

AT = "2026-01-01T00:00:00.000Z"


def identity(name: str = "Kujira Brewing (fictional)", **more: object) -> dict[str, object]:
    stix_id = f"identity--{uuid.uuid4()}"
    made = {"type": "identity", "spec_version": "2.1", "id": stix_id, "created": AT, "modified": AT, "name": name}
    return {**made, "identity_class": "organization", **more}


def raw(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def bundle(*objects: bytes) -> bytes:
    return (
        b'{"type":"bundle","id":"bundle--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a03","objects":[' + b",".join(objects) + b"]}"
    )


@pytest.fixture(scope="module")
def person(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("bad") / "gbr")


@pytest.fixture
def bring(tmp_path, person):
    """Import bytes under a name; return the report."""

    def bring(content: bytes, name: str = "feed.json", code: int | None = 1, **more: str):
        file = tmp_path / name
        file.write_bytes(content)
        options = [word for option, value in more.items() for word in (f"--{option}", value)]
        return person.ask("import", file, *options, code=code)

    return bring


def outcome(report):
    return report["accepted"], report["quarantined"], sorted(report["reasons"])


def refusal(report):
    (file,) = report["files"]
    assert report["accepted"] == report["quarantined"] == 0
    return file["error"]["code"]


HALF = raw(identity())[:-30]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(HALF, "json.unexpected", id="truncated"),
        pytest.param(b'{"type":"identity","type":"identity"}', "json.duplicate-member", id="duplicate member"),
        pytest.param(raw(identity()).replace(b'"Kujira', b'"x":NaN,"y":"'), "json.unexpected", id="NaN"),
        pytest.param(raw(identity()).replace(b"Kujira", b"\\udfff"), "json.lone-surrogate", id="lone surrogate"),
        pytest.param(raw(identity()).replace(b"Kujira", b"\xff\xfe"), "json.not-utf8", id="not UTF-8"),
        pytest.param(raw(identity(x=[[]])).replace(b"[[]]", b"[" * 999 + b"]" * 999), "json.too-deep", id="deep"),
        pytest.param(raw(identity("x" * MAX_OBJECT_BYTES)), "json.too-large", id="oversized"),
        pytest.param(raw(identity(created=17)), "stix.timestamp", id="wrong type"),
        pytest.param(raw(identity(id="identity--1")), "stix.id-syntax", id="wrong id"),
        pytest.param(raw({"type": "bundle", "id": f"bundle--{uuid.uuid4()}"}), "stix.not-in-bundle", id="bundle"),
        pytest.param(b"null", "json.not-objects", id="null"),
        pytest.param(b'"text"', "json.not-objects", id="text"),
        pytest.param(b"[1]", "json.not-objects", id="list"),
        pytest.param(b"{}", "stix.type-missing", id="empty object"),
    ],
)
def test_one_bad_object_takes_nothing_along(bring, bad, reason):
    good = [raw(identity()) for _ in range(3)]
    assert outcome(bring(bundle(good[0], bad, b"\n" + good[1]))) == (2, 1, [reason])
    lines = bring(good[2] + b"\n" + bad + b"\n", "feed.jsonl", code=None)
    assert lines["accepted"] == 1
    # On a line of its own a bundle of nothing is no fault; anything else is named.
    assert lines["quarantined"] == (reason != "stix.not-in-bundle")


def test_of_a_truncated_bundle_everything_before_the_end_is_held(bring):
    good = [raw(identity()) for _ in range(4)]
    assert outcome(bring(bundle(*good)[:-60])) == (3, 1, ["json.unexpected"])
    assert outcome(bring(bundle(*(raw(identity()) for _ in range(2)))[:-2])) == (2, 1, ["json.truncated"])


def test_a_cut_gzip_gives_what_was_packed_before_the_cut(bring):
    lines = b"".join(raw(identity()) + b"\n" for _ in range(400))
    packed = gzip.compress(lines)
    report = bring(packed[: len(packed) // 2], "feed.jsonl.gz")
    assert report["accepted"] > 50
    assert "gzip.cut" in report["reasons"]
    assert refusal(bring(packed[:8], "feed.jsonl.gz")) == "gzip.cut"


def test_a_gzip_that_turns_to_garbage_gives_what_came_before(bring):
    lines = b"".join(raw(identity()) + b"\n" for _ in range(2))
    report = bring(gzip.compress(lines) + b"garbage", "feed.jsonl.gz")
    assert outcome(report) == (2, 1, ["gzip.broken"])


def test_a_gzip_bomb_is_stopped_at_the_limit_in_bounded_memory(bring, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 16 << 20)
    first = b'{"type":"bundle","objects":[' + raw(identity()) + b","
    bomb = gzip.compress(first + b" " * (64 << 20))
    assert len(bomb) < 100_000
    tracemalloc.start()
    report = bring(bomb, "bomb.json.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (report["accepted"], "gzip.too-large" in report["reasons"]) == (1, True)
    assert peak < 32 << 20


def test_a_file_beyond_the_limit_is_read_up_to_it(bring, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 2 << 20)
    lines = b"".join(raw(identity("x" * 5000)) + b"\n" for _ in range(600))
    report = bring(lines, "feed.jsonl")
    assert 0 < report["accepted"] < 600
    assert "holdings.too-long" in report["reasons"]


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        pytest.param(b"", "feed.json", "holdings.empty", id="empty"),
        pytest.param(b"", "feed.jsonl.gz", "holdings.empty", id="empty gzip name"),
        pytest.param(gzip.compress(b""), "feed.json.gz", "holdings.empty", id="gzip of nothing"),
        pytest.param(b"  \n ", "feed.json", "json.not-objects", id="blank"),
        pytest.param(raw(identity()).decode().encode("utf-16"), "feed.json", "holdings.encoding", id="UTF-16"),
        pytest.param(b"PK\x03\x04rest", "feed.zip", "holdings.packed", id="zip"),
        pytest.param(b"%PDF-1.7", "report.pdf", "holdings.packed", id="PDF"),
        pytest.param(b"\x7fELF\x00\x01", "program", "holdings.binary", id="binary"),
        pytest.param(gzip.compress(bytes(1 << 20)), "zeros.gz", "holdings.binary", id="bomb of zeros"),
        pytest.param(b"17", "feed.json", "json.not-objects", id="bare value"),
        pytest.param(b"nonsense", "feed.json", "json.unexpected", id="no JSON"),
    ],
)
def test_what_is_no_feed_at_all_is_refused_with_the_reason(bring, content, name, reason):
    assert refusal(bring(content, name)) == reason


def test_a_byte_order_mark_is_no_reason_to_refuse_a_feed(bring):
    assert bring(b"\xef\xbb\xbf" + bundle(raw(identity())), code=0)["accepted"] == 1


def test_a_directory_and_a_missing_file_are_named_and_the_others_are_read(tmp_path, person):
    file = tmp_path / "good.json"
    file.write_bytes(raw(identity()))
    report = person.ask("import", tmp_path, tmp_path / "none", file, code=1)
    assert [each.get("error", {}).get("code") for each in report["files"]] == ["cli.unreadable", "cli.unreadable", None]
    assert report["accepted"] == 1


def test_deep_brackets_cost_no_stack(bring):
    for opening in (b"[", b'{"a":', b'[{"":'):
        assert refusal_or_quarantine(bring(opening * 100_000))


def refusal_or_quarantine(report):
    return bool(report["quarantined"]) or "error" in report["files"][0]


def test_standard_input_is_a_feed_too(person):
    lines = raw(identity()) + b"\nnonsense\n" + raw(identity()) + b"\n"
    assert outcome(person.ask("import", "-", code=1, stdin=lines)) == (2, 1, ["json.unexpected"])


def test_an_unknown_marking_is_held_and_stays_at_home(bring, person):
    unknown = f"marking-definition--{uuid.uuid4()}"
    obj = identity(object_marking_refs=[unknown])
    assert bring(raw(obj), basis="open-source", tlp="clear", code=0)["accepted"] == 1
    (held,) = person.ask("show", obj["id"])
    assert "unknown-marking" in held["label"]["blocked"]
    verdict = person.ask("release", "explain", obj["id"], "--to", "JPN/nco:csirt", code=None)
    assert verdict["allowed"] is False


def test_stix_2_0_is_held_as_it_is_and_flagged(bring, person):
    obj = identity(labels=["food"])
    del obj["spec_version"]
    report = bring(raw(obj), code=0)
    assert (report["accepted"], report["flagged"]) == (1, 1)
    (held,) = person.ask("show", obj["id"], "--view", "2.1")
    assert held["flags"] == ["stix-2.0"]
    assert held["body"] == obj
    assert held["view"] == [
        {**{k: v for k, v in obj.items() if k != "labels"}, "spec_version": "2.1", "roles": ["food"]}
    ]


MARKS = ("SECRET", "極秘", "特定秘密", "TOP SECRET")


def spill(person, report, secret):
    """Assert that only the hash is kept of a piece, that nobody finds it, and that the alarm rings."""
    assert report["reasons"]["holdings.spill"] == 1
    pieces = person.ask("holdings", "quarantine", "--code", "holdings.spill")["pieces"]
    assert (pieces[0]["sha256"], pieces[0]["kept"]) == (hashlib.sha256(secret).hexdigest(), False)
    shown = person.ask("holdings", "quarantine", str(pieces[0]["number"]))
    assert shown["excerpt"] is None
    person.run("holdings", "quarantine", str(pieces[0]["number"]), "--out", "-", code=1)
    alarms = person.ask("status")["alarms"]
    assert any(alarm["code"] == "health.spill" and alarm["severity"] == "urgent" for alarm in alarms)


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"description": "{} // zebrafish"}, id="description"),
        pytest.param({"x_note": {"inner": ["{} zebrafish"]}}, id="a field nobody searches"),
        pytest.param({"external_references": [{"source_name": "x", "description": "{} zebrafish"}]}, id="reference"),
    ],
)
def test_text_marked_above_the_ceiling_leaves_only_its_hash(bring, person, mark, place):
    filled = json.loads(json.dumps(place, ensure_ascii=False).replace("{} ", f"{mark} "))
    secret = raw(identity(**filled))
    good = raw(identity())
    report = bring(bundle(secret, good))
    assert report["accepted"] == 1
    spill(person, report, secret)
    person.run("show", json.loads(secret)["id"], code=1)
    assert person.ask("find", "zebrafish") == []


def test_a_mark_behind_json_escapes_is_found(bring, person):
    secret = json.dumps(identity(description="極秘 zebrafish")).encode()
    assert b"\\u" in secret
    spill(person, bring(secret), secret)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(raw(identity(description="SECRET zebrafish"))[:-5], id="cut"),
        pytest.param(json.dumps(identity(description="極秘 zebrafish")).encode()[:-5], id="cut, escaped"),
        pytest.param(raw(identity(description="SECRET zebrafish", id="x")), id="wrong id"),
    ],
)
def test_a_marked_piece_that_is_broken_too_is_not_kept_either(bring, person, broken):
    spill(person, bring(broken), broken)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("SECRET\n\nzebrafish report\n203.0.113.9\n", id="header"),
        pytest.param("203.0.113.9\nzebrafish.example\n極秘\n", id="footer"),
        pytest.param("# 特定秘密\nindicator,description\n203.0.113.9,zebrafish\n", id="comment"),
    ],
)
def test_a_marked_page_is_not_taken_for_a_list(bring, person, page):
    report = bring(page.encode(), "page.txt")
    assert report["accepted"] == 0
    spill(person, report, page.encode())
    assert person.ask("find", "203.0.113.9") == []


def test_words_that_only_look_like_a_mark_are_held(bring):
    harmless = [raw(identity(description=text)) for text in ("client_secret", "SECRETARY", "特定秘密保護法", "秘書")]
    assert bring(bundle(*harmless), code=0)["accepted"] == len(harmless)


def test_what_strangers_wrote_cannot_steer_the_terminal(bring, person):
    name = "\x1b]0;owned\x07\x1b[2J zebrafish \u202eevil"
    assert bring(raw(identity(name)), code=0)["accepted"] == 1
    shown = person.run("find", "zebrafish").stdout
    assert "zebrafish" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    assert person.ask("find", "zebrafish")[0]["name"] == name


def test_what_bad_files_leave_behind_is_only_holdings_and_quarantine(person):
    """The node goes on after all of the above, its log is whole, and no copy of an upload lies about."""
    checks = {each["name"]: each["ok"] for each in person.ask("doctor", code=None)}
    assert checks["log"]
    assert not list(person.directory.glob(".upload-*"))


def test_wrong_terms_are_refused_before_anything_is_read(tmp_path, person):
    file = tmp_path / "feed.json"
    file.write_bytes(raw(identity()))
    for options in (
        ("--tlp", "purple"),
        ("--releasable-to", "ZZZ/nobody"),
        ("--releasable-to", "nonsense!"),
        ("--basis", "hearsay"),
        ("--dispose-by", "2020-01-01"),
        ("--dispose-by", "soon"),
    ):
        answer = person.ask("import", file, *options, code=2)
        assert answer["error"]["en"].startswith(("Expected", "The profile"))
        assert answer["error"]["ja"]
