# SPDX-License-Identifier: MIT
"""`tasuki key`: what a person types and reads, and a whole ceremony with files."""

import stat

import pytest

from making_ledger import send
from making_trusting import settled, trusting
from making_typist import Typist
from tasuki.core.ledger.model import AUDIT
from tasuki.services.channel import partner_anchor
from tasuki.store import ledger

BY = ("--by", "Aoki", "--by", "Brown")


@pytest.fixture
def bench(tmp_path):
    with trusting(tmp_path / "nodes") as pair:
        yield pair


@pytest.fixture
def typist(bench):
    return Typist(bench[0])


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret.txt"
    file.write_text("correct horse battery\n", "utf-8")
    return str(file)


def audited(node):
    with node.database.read() as connection:
        return [leaf.kind for leaf, _ in ledger.newest(connection, AUDIT, 200)]


def ask(typist, *words):
    return typist.json("key", *words)


@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_everything_is_said_in_both_languages(bench, language):
    typist = Typist(bench[0], language)
    for words in (("list",), ("rotate", "envelope", "tls"), ("list",), ("use", "--by", "Aoki"), ("doubtful",)):
        done = typist.run("key", *words)
        assert done.exit_code == 0, done.output
        assert done.output.strip()
    assert ("使用" in typist.run("key", "list").output) == (language == "ja_JP")


def test_rotate_says_whom_it_waits_for_and_list_shows_it(bench, typist):
    made = ask(typist, "rotate", "kem", "log")
    assert made["waits_for"] == ["JPN"]
    shown = ask(typist, "list")
    assert shown["versions"]["keys"] == 2
    assert {key["state"] for key in shown["keys"] if key["key"] in made["made"]} == {"waits"}
    settled(*bench)
    assert ask(typist, "list")["held"] == {"JPN": 2}


def test_revoke_and_confirm_take_two_people(bench, typist):
    key = next(each["key"] for each in ask(typist, "list")["keys"] if each["purpose"] == "envelope")
    assert typist.json("key", "revoke", key, "--by", "Aoki", code=2)["error"]["code"] == "persons.two-names"
    send(bench[0], "JPN")
    done = ask(typist, "revoke", key, "--suspected", "2026-03-01T00:00:00Z", *BY)
    assert done["indexes"]["JPN"] > 0
    waiting = ask(typist, "doubtful")
    assert [each["confirmed_by"] for each in waiting] == [None]
    assert ask(typist, "confirm", waiting[0]["env_id"], *BY)["confirmed_by"] == "Aoki, Brown"
    assert typist.run("key", "doubtful").output.count("Aoki, Brown") == 1


@pytest.mark.parametrize("time", ["yesterday", "2026-03-01", ""])
def test_a_time_that_is_none_is_used_wrongly(typist, time):
    answer = typist.json("key", "revoke", "0" * 32, "--suspected", time, *BY, code=2)
    assert answer["error"]["code"] == "cli.no-moment"


def make_holders(typist, folder, secret, *names):
    for name in names:
        ask(
            typist,
            "root",
            "make",
            str(folder / name),
            "--id",
            name,
            "--name",
            name.upper(),
            "--passphrase-file",
            secret,
        )


def signed(typist, draft, folder, secret, *names):
    """Return the file with the signatures of these holders, and of the node itself for `node`."""
    files = []
    for name in names:
        out = str(folder / f"{name}.{draft}.signed")
        who = (
            ("--here", "--by", "Aoki") if name == "node" else ("--key", str(folder / name), "--passphrase-file", secret)
        )
        ask(typist, "root", "sign", str(folder / draft), *who, "--out", out)
        files.append(out)
    whole = str(folder / f"{draft}.signed")
    ask(typist, "root", "join", *files, "--out", whole)
    return whole


def drafted(typist, folder, name, *words):
    return ask(typist, "root", "draft", *words, "--by", "Aoki", "--out", str(folder / name))


def public(folder, option, *names):
    return [word for name in names for word in (option, str(folder / f"{name}.pub"))]


def test_a_ceremony_hands_the_root_to_people_and_partners_follow(bench, typist, tmp_path, secret):
    gbr, jpn = bench
    make_holders(typist, tmp_path, secret, "aoki", "brown", "chie")
    drafted(typist, tmp_path, "two", *public(tmp_path, "--root", "aoki", "brown", "chie"), "--threshold", "2")
    few = signed(typist, "two", tmp_path, secret, "node", "aoki")
    refused = typist.json("key", "root", "publish", few, *BY, code=1)
    assert refused["error"]["code"] == "trust.too-few"
    whole = signed(typist, "two", tmp_path, secret, "node", "aoki", "chie")
    shown = ask(typist, "root", "publish", whole, *BY)
    assert shown["thresholds"]["root"] == 2
    assert [holder["here"] for holder in shown["holders"] if holder["role"] == "root"] == [False] * 3
    settled(gbr, jpn)
    send(gbr, "JPN")
    kinds = audited(gbr)
    assert {"trust-drafted", "trust-signed", "trust-published"} <= set(kinds)
    drafted(typist, tmp_path, "three", *public(tmp_path, "--root", "brown", "chie"), "--threshold", "1")
    assert (
        typist.json("key", "root", "sign", str(tmp_path / "three"), "--here", "--out", str(tmp_path / "x"), code=2)[
            "error"
        ]["code"]
        == "trust.role-elsewhere"
    )
    alone = signed(typist, "three", tmp_path, secret, "chie")
    assert typist.json("key", "root", "publish", alone, *BY, code=1)["error"]["code"] == "trust.too-few"


def test_keys_in_the_hands_of_others_are_rotated_by_a_draft(bench, typist, tmp_path, secret):
    gbr, jpn = bench
    make_holders(typist, tmp_path, secret, "office", "night")
    drafted(typist, tmp_path, "root", *public(tmp_path, "--keys", "office", "night"), "--keys-threshold", "2")
    root = signed(typist, "root", tmp_path, secret, "node")
    ask(typist, "rotate", "log", "--draft", str(tmp_path / "first"))
    first = signed(typist, "first", tmp_path, secret, "office", "night")
    ask(typist, "root", "publish", root, first, *BY)
    settled(gbr, jpn)
    assert typist.json("key", "rotate", "kem", code=2)["error"]["code"] == "trust.role-elsewhere"
    made = ask(typist, "rotate", "envelope", "--draft", str(tmp_path / "next"))
    whole = signed(typist, "next", tmp_path, secret, "office", "night")
    ask(typist, "root", "publish", whole, *BY)
    settled(gbr, jpn)
    states = {each["key"]: each["state"] for each in ask(typist, "list")["keys"]}
    assert [states[key] for key in made["made"]] == ["in use"] * 2
    send(gbr, "JPN")
    assert partner_anchor(jpn, "GBR").version == 3


def test_key_files_are_encrypted_unless_said_otherwise_and_owned_by_one(typist, tmp_path, secret):
    where = str(tmp_path / "aoki")
    words = ("root", "make", where, "--id", "aoki", "--name", "Aoki")
    assert typist.json("key", *words, code=2)["error"]["code"] == "cli.plain-or-sealed"
    assert (
        typist.json("key", *words, "--plain", "--passphrase-file", secret, code=2)["error"]["code"]
        == "cli.plain-or-sealed"
    )
    assert ask(typist, *words, "--passphrase-file", secret)["encrypted"]
    assert stat.S_IMODE((tmp_path / "aoki").stat().st_mode) == 0o600
    assert b"secret" not in (tmp_path / "aoki").read_bytes()
    assert typist.json("key", *words, "--plain", code=2)["error"]["code"] == "adapters.holder-exists"


def test_a_sealed_key_file_opens_with_its_passphrase_alone(typist, tmp_path, secret):
    make_holders(typist, tmp_path, secret, "aoki")
    drafted(typist, tmp_path, "root", *public(tmp_path, "--root", "aoki"))
    words = ("root", "sign", str(tmp_path / "root"), "--key", str(tmp_path / "aoki"), "--out", str(tmp_path / "x"))
    assert typist.json("key", *words, code=2)["error"]["code"] == "adapters.holder-sealed"
    other = tmp_path / "other.txt"
    other.write_text("another passphrase", "utf-8")
    answer = typist.json("key", *words, "--passphrase-file", str(other), code=1)
    assert answer["error"]["code"] == "adapters.passphrase-wrong"
    short = tmp_path / "short.txt"
    short.write_text("short", "utf-8")
    answer = typist.json("key", *words, "--passphrase-file", str(short), code=1)
    assert answer["error"]["code"] == "adapters.passphrase-file"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b'{"kind":"other","id":"a","name":"b","secret":""}'])
def test_a_file_that_is_no_key_file_is_refused(typist, tmp_path, secret, content):
    drafted(typist, tmp_path, "root")
    (tmp_path / "bad").write_bytes(content)
    words = ("root", "sign", str(tmp_path / "root"), "--key", str(tmp_path / "bad"), "--out", str(tmp_path / "x"))
    answer = typist.json("key", *words, "--passphrase-file", secret, code=1)
    assert answer["error"]["code"] == "adapters.holder-file"


def test_copies_of_two_drafts_are_not_joined(typist, tmp_path, secret):
    make_holders(typist, tmp_path, secret, "aoki")
    for name, days in (("one", "100"), ("two", "200")):
        drafted(typist, tmp_path, name, "--days", days)
    files = [signed(typist, name, tmp_path, secret, "aoki") for name in ("one", "two")]
    answer = typist.json("key", "root", "join", *files, "--out", str(tmp_path / "x"), code=1)
    assert answer["error"]["code"] == "trust.signatures-differ"


def test_a_draft_shows_who_holds_what_and_its_digest(typist, tmp_path):
    made = drafted(typist, tmp_path, "root")
    seen = ask(typist, "root", "show", str(tmp_path / "root"))
    assert seen["digest"] == made["digest"]
    assert seen["holders"]["root"].startswith("1/1: node")
    assert made["words"] in typist.run("key", "root", "show", str(tmp_path / "root")).output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--threshold", "2"), "trust.bad-threshold"),
        (("--threshold", "0"), "trust.bad-threshold"),
        (("--days", "0"), "trust.bad-days"),
    ],
)
def test_a_root_that_could_not_be_is_not_drafted(typist, tmp_path, words, code):
    answer = typist.run("key", "root", "draft", *words, "--out", str(tmp_path / "root"), "--json")
    assert answer.exit_code in {1, 2}
    assert code in answer.output
    assert not (tmp_path / "root").exists()


def test_the_anchor_command_gives_metadata_and_on_demand_the_previous_form(typist, tmp_path):
    for words, magic in (((), b"TASUKIT\x01"), (("--previous",), b"TASUKIA\x01"), (("--for", "JPN"), b"TASUKIT\x01")):
        out = tmp_path / "out"
        said = typist.json("partner", "anchor", "--out", str(out), *words)
        assert out.read_bytes().startswith(magic)
        assert said["words"]
