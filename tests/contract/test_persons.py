# SPDX-License-Identifier: MIT
"""Persons, on both databases: let in with a token that is kept as a digest, known by it, and let go at once."""

import pytest

from making_holdings import audited
from making_nodes import make_node
from making_release import PROFILE
from tasuki.base.errors import CallerError
from tasuki.core.persons.model import Principal
from tasuki.services import persons

DESK = "AAA/police:policy"


@pytest.fixture
def node(node_url, tmp_path):
    made = make_node(tmp_path / "node", "AAA/aaa-1", lambda *_: b"", url=node_url, under=PROFILE)
    yield made
    made.database.close()


def test_a_person_is_known_by_the_token_and_by_nothing_else(node):
    added = persons.add(node, "bell", DESK)
    assert persons.who(node, added.token) == Principal(added.person.reader, "bell")
    for other in ("", added.token[:-1], added.token + "x", added.token.upper(), "bell", "tasuki_"):
        assert persons.who(node, other) is None


def test_what_is_kept_does_not_give_the_token_back(node):
    token = persons.add(node, "bell", DESK).token
    with node.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM persons").all()
    assert token not in repr(rows)
    assert token not in repr(audited(node, "persons:person:add"))


def test_two_tokens_are_never_the_same(node):
    first = persons.add(node, "bell", DESK).token
    persons.remove(node, "bell")
    second = persons.add(node, "bell", DESK).token
    assert first != second
    assert persons.who(node, first) is None
    assert persons.who(node, second).person == "bell"


def test_whoever_is_removed_is_known_no_more(node):
    token = persons.add(node, "bell", DESK).token
    persons.add(node, "mori", DESK)
    assert persons.remove(node, "bell").name == "bell"
    assert persons.who(node, token) is None
    assert [each.name for each in persons.persons(node)] == ["mori"]
    with pytest.raises(CallerError) as caught:
        persons.remove(node, "bell")
    assert caught.value.reason.code == "persons.nobody"


def test_a_name_is_given_once(node):
    persons.add(node, "bell", DESK)
    with pytest.raises(CallerError) as caught:
        persons.add(node, "bell", DESK)
    assert caught.value.reason.code == "persons.taken"


def test_a_name_never_comes_to_another_desk(node):
    persons.add(node, "bell", DESK)
    persons.remove(node, "bell")
    with pytest.raises(CallerError) as caught:
        persons.add(node, "bell", str(node.home))
    assert caught.value.reason.code == "persons.taken-before"
    assert persons.persons(node) == []


def test_letting_in_and_letting_go_are_in_the_audit_log(node):
    persons.add(node, "bell", DESK)
    persons.remove(node, "bell")
    entry = {"name": "bell", "of": DESK}
    assert audited(node, "persons:person:add") == [entry]
    assert audited(node, "persons:person:remove") == [entry]
