# SPDX-License-Identifier: MIT
"""Taking out on both databases: what was asked for, each object once, byte for byte, and through the gate."""

import json

import pytest

from making_holdings import audited, bring, lines, obj, one_node, raw, uid
from tasuki.base.errors import InputError
from tasuki.base.verdict import Verdict
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.release.reasons import NO_TLP
from tasuki.services import holdings
from tasuki.services.holdings import Selection, export
from tasuki.services.viewing import View
from tasuki.store import holdings as store


@pytest.fixture
def node(node_url, tmp_path):
    with one_node(tmp_path / "node", url=node_url) as made:
        yield made


def taken(node, **selection):
    whole = b"".join(part.body for part in export(node, Selection(**selection)))
    return json.loads(whole).get("objects", []), whole


def names(objects):
    return [each["name"] for each in objects]


def as_sent_by(node, source, *objects):
    """Hold objects as if a partner had sent them."""
    bring(node, lines(*objects))
    with node.database.read() as connection:
        top = store.top(connection)
    node.database.write(
        lambda connection: connection.execute(
            store.HOLDINGS.update().where(store.HOLDINGS.c.position == top).values(source=source)
        )
    )


def test_everything_comes_out_in_order_of_arrival_byte_for_byte(node):
    written = [raw(obj(number)) for number in (3, 1, 2)]
    bring(node, b"[" + b",".join(written) + b"]", "feed.json")
    _, whole = taken(node)
    assert whole.endswith(b'"objects":[\n' + b",\n".join(written) + b"\n]}\n")


def test_every_form_comes_out_or_only_the_newest(node):
    newer = obj(1, name="newer", modified="2026-02-01T00:00:00.000Z")
    bring(node, lines(newer, obj(1, name="older"), obj(2, name="other")))
    assert names(taken(node)[0]) == ["newer", "older", "other"]
    assert names(taken(node, newest=True)[0]) == ["newer", "other"]
    assert names(taken(node, ids=(uid("identity", 1),))[0]) == ["newer", "older"]
    assert names(taken(node, ids=(uid("identity", 1),), newest=True)[0]) == ["newer"]


def test_what_two_sources_gave_alike_comes_out_once(node):
    as_sent_by(node, "JPN", obj(1, name="same"))
    bring(node, lines(obj(1, name="same"), obj(1, name="different")))
    assert names(taken(node)[0]) == ["same", "different"]
    assert len(holdings.show(node, uid("identity", 1))) == 3


def test_types_narrow_what_comes_out(node):
    bring(node, lines(obj(1), obj(1, "malware"), obj(1, "tool")))
    assert [each["type"] for each in taken(node, types=("tool", "malware"))[0]] == ["malware", "tool"]
    assert taken(node, types=("report",))[0] == []


def test_a_bundle_of_nothing_is_a_bundle(node):
    objects, whole = taken(node)
    assert objects == []
    assert json.loads(whole).keys() == {"type", "id"}


def test_an_id_that_is_not_held_is_refused_before_anything_leaves(node):
    bring(node, lines(obj(1)))
    with pytest.raises(InputError):
        export(node, Selection(ids=(uid("identity", 1), uid("identity", 2))))
    assert audited(node, "holdings:bundle:export") == []


def test_what_is_recalled_or_disposed_of_does_not_come_out(node):
    bring(node, lines(obj(1), obj(2)))
    holdings.dispose(node, [uid("identity", 1)])
    assert names(taken(node)[0]) == ["organisation number 2"]


def test_the_act_is_in_the_log_before_the_first_byte_and_once(node):
    bring(node, b"".join(lines(obj(number)) for number in range(1200)))
    parts = export(node, Selection(newest=True))
    (entry,) = audited(node, "holdings:bundle:export")
    assert (entry["objects"], entry["newest"], entry["audience"]) == (1200, True, "GBR/ncsc:csirt")
    assert len(json.loads(b"".join(part.body for part in parts))["objects"]) == 1200
    assert len(audited(node, "holdings:bundle:export")) == 1


def test_what_the_gate_keeps_from_the_home_is_left_out(node):
    bring(node, lines(obj(1), obj(2), obj(3)))
    red = Label(tlp=Tlp.RED, releasable_to=None, originators=frozenset({"JPN"}), blocked=frozenset())
    node.database.write(lambda connection: store.set_own_label(connection, [2], node.labels.number(connection, red)))
    assert names(taken(node)[0]) == ["organisation number 1", "organisation number 3"]
    with pytest.raises(InputError):
        taken(node, ids=(uid("identity", 2),))


def test_the_gate_has_the_last_word_on_each_object(node, monkeypatch):
    bring(node, lines(obj(1), obj(2), obj(3)))
    ask = View.verdict
    asked = []

    def keep_second(view, row):
        asked.append(view.reader)
        verdict = ask(view, row)
        if len(asked) != 2:
            return verdict
        return Verdict(allowed=False, rule="R4", reason=NO_TLP.because(), rules_digest=verdict.rules_digest)

    monkeypatch.setattr(View, "verdict", keep_second)
    assert names(taken(node)[0]) == ["organisation number 1", "organisation number 3"]
    assert asked == [node.home] * 3


def test_only_a_part_is_open_at_once(node, monkeypatch):
    monkeypatch.setattr(holdings, "_OPEN_BYTES", 1000)
    bring(node, b"".join(lines(obj(number)) for number in range(20)))
    parts = [part.body for part in export(node, Selection())]
    assert max(map(len, parts)) < 1500
    assert len(json.loads(b"".join(parts))["objects"]) == 20
