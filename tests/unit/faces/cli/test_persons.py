# SPDX-License-Identifier: MIT
"""Persons by typing: let in, listed, let go; a token in a file or in the environment."""

import json

import pytest
from click.testing import CliRunner

from making_commands import settle
from tasuki.app.main import cli


@pytest.fixture
def keeper(tmp_path):
    return settle(tmp_path / "gbr")


def typed(keeper, *words, token=None, language="en_GB", code=0):
    """Type a command as somebody with a token in the environment."""
    environment = {"LC_ALL": f"{language}.UTF-8", "TASUKI_NODE": str(keeper.directory), "COLUMNS": "200"}
    if token is not None:
        environment["TASUKI_TOKEN"] = token
    done = CliRunner(env=environment).invoke(cli, [str(each) for each in words], prog_name="tasuki")
    assert done.exit_code == code, done.output
    return done


def test_a_token_is_shown_once_and_known_from_the_environment_or_a_file(keeper, tmp_path):
    shown = keeper.run("person", "add", "bell", "--of", "GBR/ncsc:csirt").stdout.splitlines()
    assert "once" in shown[0]
    token = shown[1]
    assert token not in keeper.run("person", "list").stdout
    assert typed(keeper, "status", token=token).output
    (tmp_path / "token").write_text(f"{token}\n")
    assert typed(keeper, "--token-file", tmp_path / "token", "status").output
    assert typed(keeper, "status", "--token-file", tmp_path / "token", token="tasuki_other").output


def test_a_token_goes_into_a_file_that_only_its_owner_reads(keeper, tmp_path):
    file = tmp_path / "bell.token"
    shown = keeper.run("person", "add", "bell", "--of", "GBR/nca:police", "--out", file)
    assert file.read_text().strip() not in shown.output
    assert file.stat().st_mode & 0o777 == 0o600
    refused = typed(keeper, "status", "--token-file", file, code=1)
    assert "readers" in refused.output


@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_an_unknown_token_is_one_line_in_the_readers_language(keeper, language):
    refused = typed(keeper, "status", token="tasuki_unknown", language=language, code=1)
    assert refused.output.startswith("tasuki: ")
    assert len(refused.output.splitlines()) == 1
    assert ("トークン" in refused.output) == (language == "ja_JP")
    assert "tasuki_unknown" not in refused.output


@pytest.mark.parametrize("token", ["", " ", "two words", "襷", "x" * 201])
def test_what_is_no_token_is_refused_and_never_taken_for_the_home(keeper, token):
    refused = json.loads(typed(keeper, "status", "--json", token=token, code=2).output)
    assert refused["error"]["code"] == "cli.no-token"


def test_whoever_is_removed_is_refused(keeper):
    token = keeper.ask("person", "add", "bell", "--of", "GBR/ncsc:csirt")["token"]
    assert keeper.ask("person", "remove", "bell")["name"] == "bell"
    assert "bell" in keeper.run("person", "remove", "bell", code=2).output
    typed(keeper, "status", token=token, code=1)
    assert "Nobody" in keeper.run("person", "list").output


GREEN = {
    "type": "identity",
    "spec_version": "2.1",
    "id": "identity--00000001-0000-4000-8000-000000000000",
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-01T00:00:00.000Z",
    "name": "Kujira Brewing",
}


@pytest.fixture
def shelf(keeper, tmp_path):
    """Give a node that holds one green and one unmarked object."""
    other = {**GREEN, "id": GREEN["id"].replace("1", "2", 1), "name": "Hidden Brewing"}
    for obj, terms in ((GREEN, ["--tlp", "green", "--basis", "open-source"]), (other, [])):
        (tmp_path / "one.json").write_text(json.dumps(obj))
        keeper.run("import", tmp_path / "one.json", *terms)
    return keeper


@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_a_reader_reads_by_typing(shelf, tmp_path, language):
    token = shelf.ask("person", "add", "bell", "--of", "GBR/nca:police")["token"]
    run = lambda *words, code=0: typed(shelf, *words, token=token, language=language, code=code).output  # noqa: E731
    assert run("holdings", "list") == f"GBR  {GREEN['id']}  Kujira Brewing\n"
    assert run("find", "brewing") == f"{GREEN['id']}  GBR  Kujira Brewing\n"
    assert "TLP:GREEN" in run("show", GREEN["id"])
    assert "R13" in run("release", "explain", GREEN["id"], "--to", "GBR/nca:police@bell")
    run("export", "--out", tmp_path / "out.json")
    assert [each["id"] for each in json.loads((tmp_path / "out.json").read_text())["objects"]] == [GREEN["id"]]
    hidden, absent = GREEN["id"].replace("1", "2", 1), GREEN["id"].replace("1", "3", 1)
    assert run("show", hidden, code=1).replace(hidden, "") == run("show", absent, code=1).replace(absent, "")
    line = json.loads(run("holdings", "list", "--json"))[0]
    assert "[]" in run("holdings", "list", "--after", f"{line['id']}@{line['sha256']}", "--json")
    run("status", code=1)
