# SPDX-License-Identifier: MIT
"""People take back what was sent, read what goes and what stays, and follow who stated what, in both languages."""

import pytest

from making_release import BBB as CSIRT
from making_release import CCC, LATER, indicator, raw_of, take_in, three_nodes, uid
from making_typist import Typist
from making_withdrawal import say
from tasuki.services import release
from tasuki.store.channel import MESSAGES_IN

ONE, TWO, THREE, FOUR = (uid("indicator", number) for number in (1, 2, 3, 4))


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        take_in(nodes.aaa, *(indicator(number, "clear") for number in (1, 2, 3, 4)))
        release.share(nodes.aaa, [ONE, TWO, THREE], CSIRT)
        release.share(nodes.aaa, [TWO], CCC)
        nodes.carry()
        yield nodes


@pytest.fixture
def london(three):
    return Typist(three.aaa, "en_GB")


@pytest.fixture
def tokyo(three):
    return Typist(three.aaa, "ja_JP")


def test_a_recall_says_whom_it_tells_and_later_who_stated_what(three, london, tokyo):
    done = london.run("recall", ONE, "--why", "Shared hosting.")
    assert done.exit_code == 0
    assert "1 holdings left use at this node." in done.output
    assert "BBB is told of 1 recalled." in done.output
    assert "nothing stated yet" in london.run("withdrawals").output
    three.carry()
    read = london.run("withdrawals").output
    assert "to BBB: 1 recalled (Shared hosting.), received; BBB states since " in read
    assert "use stopped: 1 (a statement, not a proof)" in read
    assert "BBBの申告" in tokyo.run("withdrawals").output
    received = Typist(three.bbb).run("withdrawals").output
    assert "from AAA: 1 recalled (Shared hosting.); we stated use stopped: 1" in received
    assert ONE in received
    assert london.json("withdrawals")["made"][0]["attested"]["counts"] == {"use-stopped": 1}


def test_a_revocation_says_what_goes_and_what_stays(three, london, tokyo):
    london.run("mark", TWO, "--tlp", "green")
    done = london.run("revoke", TWO, "--why", "It was benign.").output
    assert "1 revoked as of 2026-03-01T12:00:0" in done
    assert "BBB/cert:csirt: 1 of the new version queued, urgent." in done
    assert "CCC/cert:csirt: 1 of the new version stay here: TLP:GREEN stays within the community" in done
    assert "BBB is told of 1 revoked." in done
    assert "CCC is told of 1 revoked." in done
    three.carry()
    read = london.run("withdrawals").output
    assert "to BBB: 1 revoked (It was benign.), received; BBB states since" in read
    assert "replaced by a newer version: 1" in read
    assert "use stopped: 1" in read
    assert "CCCへ1件の失効(It was benign.)、受領済み。" in tokyo.run("withdrawals").output


def test_a_narrowing_says_who_keeps_it_and_who_does_not(three, london, tokyo):
    done = london.run("narrow", TWO, "--releasable-to", str(CSIRT), "--tlp", "AMBER", "--why", "It names a source.")
    assert "1 narrowed here." in done.output
    assert "BBB is told to narrow 1." in done.output
    assert "CCC is told of 1 recalled." in done.output
    three.carry()
    read = london.run("withdrawals").output
    assert "to TLP:AMBER" in read
    assert "to AAA/cert:csirt, BBB/cert:csirt alone" in read
    assert "narrowed: 1 (a statement, not a proof)" in read
    assert "提供先はAAA/cert:csirt, BBB/cert:csirtのみ" in tokyo.run("withdrawals").output


def test_a_correction_is_read_from_a_file(three, london, tokyo, tmp_path):
    file = tmp_path / "better.json"
    file.write_bytes(raw_of(indicator(1, "clear", modified=LATER, name="より良い")))
    done = london.run("correct", ONE, "--file", str(file), "--why", "It was misspelt.").output
    assert f"The version of {LATER} replaces what was sent." in done
    assert "BBB is told of 1 corrected." in done
    three.carry()
    assert "1件の訂正(It was misspelt.)" in tokyo.run("withdrawals").output
    assert "新しい版に差替え1件" in tokyo.run("withdrawals").output
    later = raw_of(indicator(1, "clear", modified="2026-02-03T00:00:00.000Z"))
    said = london.json("correct", ONE, "--file", "-", "--why", "Again.", stdin=later.decode())
    assert said["modified"] == "2026-02-03T00:00:00.000Z"


def test_ids_are_read_from_a_list(three, london):
    said = london.json("recall", "--file", "-", "--why", "All of it.", stdin=f"# wrong\n{ONE}\n\n{TWO}\n{ONE}\n")
    assert said["recalled"] == 2
    assert {each["partner"]: each["ids"] for each in said["told"]} == {"BBB": 2, "CCC": 1}
    del three


def test_what_nobody_had_got_says_so(london, tokyo):
    assert "Nobody had got any of it." in london.run("recall", FOUR, "--why", "Wrong.").output
    assert "Nothing was taken back yet, either way." in london.run("withdrawals").output
    assert "双方ともまだありません" in tokyo.run("withdrawals").output


def test_a_statement_that_does_not_add_up_or_has_a_class_of_tomorrow_is_shown_as_such(three, london, tokyo):
    london.run("recall", ONE, TWO, "--why", "Wrong.")
    three.carry()
    made = london.json("withdrawals")["made"]
    assert all(each["attested"]["adds_up"] for each in made)

    def lie(connection):
        rows = connection.execute(MESSAGES_IN.select().where(MESSAGES_IN.c.partner == "BBB")).all()
        for row in rows:
            body = row.body.replace(b'{"use-stopped":2}', b'{"archived":1}')
            connection.execute(MESSAGES_IN.update().where(MESSAGES_IN.c.id == row.id).values(body=body))

    three.aaa.database.write(lie)
    assert (
        "archived: 1 (a statement, not a proof); this accounts for 1 of 2: ask them" in london.run("withdrawals").output
    )
    assert "2件中1件分の申告です" in tokyo.run("withdrawals").output


def test_a_narrowing_to_nobody_is_shown(three, london, tokyo):
    say(three.bbb, "AAA", "narrow", ids=[ONE], label={"releasable_to": []})
    three.carry()
    assert "to nobody alone" not in london.run("withdrawals").output
    assert "to nobody" in london.run("withdrawals").output
    assert "提供先はなし" in tokyo.run("withdrawals").output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("recall", ONE), 2),
        (("recall", ONE, "--why", ""), 2),
        (("recall", "--why", "Wrong."), 2),
        (("recall", uid("indicator", 99), "--why", "Wrong."), 1),
        (("revoke", ONE), 2),
        (("revoke", uid("indicator", 99), "--why", "Wrong."), 1),
        (("narrow", ONE, "--why", "x"), 2),
        (("narrow", ONE, "--tlp", "clear", "--why", "x"), 2),
        (("narrow", ONE, "--releasable-to", "BBB/typo", "--why", "x"), 2),
        (("narrow", uid("indicator", 99), "--tlp", "red", "--why", "x"), 1),
        (("correct", ONE, "--why", "x"), 2),
        (("correct", ONE, "--file", "/nowhere", "--why", "x"), 1),
        (("withdrawals", "--limit", "0"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_exit_codes_tell_a_wrong_word_from_a_no(three, words, code, language):
    done = Typist(three.aaa, language).run(*words)
    assert done.exit_code == code
    assert done.output.strip()


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"\xff\xfe", "to be a text in UTF-8"), (b"{", "line 1, column 2"), (raw_of(indicator(2, "clear")), "another id")],
    ids=["bytes", "no json", "another"],
)
def test_a_file_that_is_no_better_version_is_refused(london, tmp_path, content, found):
    file = tmp_path / "better.json"
    file.write_bytes(content)
    done = london.run("correct", ONE, "--file", str(file), "--why", "Better.")
    assert done.exit_code == 1
    assert found in done.output
