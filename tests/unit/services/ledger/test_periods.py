# SPDX-License-Identifier: MIT
"""Periods at work: a new year opens one, both sides agree on it, and proofs, audits and exports work across."""

import json
from datetime import UTC, datetime

import pytest

from making_ledger import change, cosigned, joined, leaves_of, log_leaf, receive, send, sent_ids
from making_nodes import Hands
from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError, WorldError
from tasuki.core.ledger.evidence import verify_evidence
from tasuki.core.ledger.mirror import write_page
from tasuki.core.ledger.model import AUDIT, SALT_BYTES, pair_log
from tasuki.core.ledger.periods import PERIOD_OPENED, Period, Turn
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.note import parse_note
from tasuki.formats.tlog.tiles import read_hashes
from tasuki.services import ledger
from tasuki.store import ledger as store

OURS = "pair:JPN"
NAME = "tasuki/GBR/gbr-1/pair/JPN"
NEXT_YEAR = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def hands():
    return Hands(now=datetime(2026, 12, 20, 12, 0, tzinfo=UTC))


@pytest.fixture
def nodes(tmp_path, hands):
    """Give both nodes: what they exchanged last year is cosigned, and it is next year."""
    with joined(tmp_path, hands) as pair:
        gbr, jpn = pair
        send(gbr, "JPN", 2)
        send(jpn, "GBR")
        cosigned(gbr, jpn)
        yield pair


def turned(gbr, jpn, hands):
    """Log something in the next year and have it cosigned."""
    hands.now = NEXT_YEAR
    log_leaf(gbr, "JPN", seq=9)
    log_leaf(jpn, "GBR", seq=9)
    cosigned(gbr, jpn)


def periods_of(node, log):
    with node.database.read() as connection:
        return store.periods(connection, log)


def note_of(node, period):
    with node.database.read() as connection:
        return parse_note(store.checkpoint_of(connection, period, cosigned=True).cosigned)


@pytest.fixture
def later(nodes, hands):
    """Give both nodes after the first round of the next year."""
    turned(*nodes, hands)
    return nodes


def test_the_first_round_of_a_year_ends_one_period_and_cosigns_the_next(later):
    gbr, jpn = later
    first, second = periods_of(gbr, OURS)
    assert (first.year, first.start, second.year, second.start, second.size) == (0, 0, 2027, first.size, 1)
    opening = leaves_of(gbr, OURS)[second.start]
    with gbr.database.read() as connection:
        root = store.root_of(connection, first)
    assert (opening.kind, opening.body) == (PERIOD_OPENED, Turn(year=2027, size=first.size, root=root).body)
    for period, name in ((first, NAME), (second, f"{NAME}/2027/{second.start}")):
        note = note_of(gbr, period)
        assert parse_checkpoint(note.text).origin == name
        assert parse_checkpoint(note.text).size == period.size
        assert len(note.lines) == 3
    assert [(each.year, each.start, each.size) for each in periods_of(jpn, "mirror:GBR")] == [
        (each.year, each.start, each.size) for each in (first, second)
    ]
    assert leaves_of(jpn, "mirror:GBR") == leaves_of(gbr, OURS)


def test_nothing_turns_twice_in_a_year_nor_without_anything_to_cosign(later):
    gbr, _ = later
    assert not ledger.cosign_with(gbr, "JPN")
    log_leaf(gbr, "JPN", seq=10)
    assert ledger.cosign_with(gbr, "JPN")
    assert len(periods_of(gbr, OURS)) == 2
    assert not ledger.open_period(gbr, OURS)


def test_a_partner_of_the_previous_release_never_meets_a_period(nodes, hands):
    gbr, jpn = nodes
    plain = gbr.link.receive

    def previous(node, certificate, path, body):
        answer = plain(node, certificate, path, body)
        if path != ledger.MIRROR:
            return answer
        return canonical({name: value for name, value in json.loads(answer).items() if name != "periods"})

    gbr.link.receive = previous
    hands.now = NEXT_YEAR
    log_leaf(gbr, "JPN", seq=9)
    assert ledger.cosign_with(gbr, "JPN")
    assert len(periods_of(gbr, OURS)) == len(periods_of(jpn, "mirror:GBR")) == 1


def test_audits_and_comparisons_go_over_all_periods(later):
    for node in later:
        for examination in ledger.examine(node, None):
            found = [each.code for each in examination.differences if each.code != "ledger.audit-no-record"]
            assert found == []
    (examined,) = ledger.examine(later[0], "JPN")
    assert (examined.leaves, examined.cosigned) == (periods_of(later[0], OURS)[-1].end,) * 2
    assert (examined.mirrored, examined.witnessed) == (periods_of(later[1], "pair:GBR")[-1].end,) * 2


def test_evidence_of_either_period_holds_for_whoever_has_the_anchors(later):
    gbr, jpn = later
    anchors = [gbr.anchor, jpn.anchor]
    send(jpn, "GBR")
    send(gbr, "JPN")
    cosigned(gbr, jpn)
    old, new = sent_ids(gbr)[0], sent_ids(gbr)[-1]
    for env_id, origin in ((old, NAME), (new, f"{NAME}/2027/{periods_of(gbr, OURS)[1].start}")):
        raw = ledger.export_evidence(gbr, "JPN", env_id, opened=True).body
        finding = verify_evidence(raw, anchors)
        assert [check.name for check in finding.checks if not check.holds] == []
        assert finding.meaning["origin"] == origin
    # A receipt names its leaf over all periods, the file the place in its own.
    received = sent_ids(jpn)[-1]
    raw = ledger.export_evidence(gbr, "JPN", received, opened=True).body
    finding = verify_evidence(raw, anchors)
    start = periods_of(gbr, OURS)[1].start
    assert finding.holds
    assert finding.meaning["kind"] == "receipt-issued"
    assert finding.meaning["receipt"]["log_index"] == start + finding.meaning["index"]
    moved = json.loads(raw)
    moved["index"] += 1
    assert not verify_evidence(canonical(moved), anchors).holds


def test_each_period_is_exported_by_itself(later):
    gbr, _ = later
    first, second = periods_of(gbr, OURS)
    for period in (first, second):
        note = parse_note(ledger.export_checkpoint(gbr, "JPN", period.start).body)
        state = parse_checkpoint(note.text)
        width = f"tile/0/000.p/{state.size}"
        hashes = read_hashes(ledger.export_tile(gbr, "JPN", state.size, width, start=period.start).body)
        assert merkle.root(hashes) == state.root
    newest = parse_checkpoint(parse_note(ledger.export_checkpoint(gbr, "JPN").body).text)
    assert newest.origin == f"{NAME}/2027/{second.start}"
    with pytest.raises(InputError):
        ledger.export_tile(gbr, "JPN", first.size, f"tile/0/000.p/{first.size}", start=second.start)


def test_the_private_log_turns_by_itself(nodes, hands):
    gbr, _ = nodes
    ledger.checkpoint(gbr, AUDIT)
    assert not ledger.open_period(gbr, AUDIT)
    hands.now = NEXT_YEAR
    assert ledger.open_period(gbr, AUDIT)
    ledger.checkpoint(gbr, AUDIT)
    first, second = periods_of(gbr, AUDIT)
    with gbr.database.read() as connection:
        signed = store.checkpoint_of(connection, second)
        assert store.checkpoint_of(connection, first).size == first.size
    assert parse_checkpoint(parse_note(signed.note).text).origin == f"tasuki/GBR/gbr-1/audit/2027/{first.size}"


def test_what_grew_after_the_last_checkpoint_of_a_period_is_signed_with_it(nodes):
    gbr, _ = nodes
    ledger.checkpoint(gbr, AUDIT)
    with gbr.database.read() as connection:
        newest = store.newest_period(connection, AUDIT)
    gbr.database.write(lambda c: store.append(c, AUDIT, "note", {}, gbr.clock.now(), gbr.entropy.draw(SALT_BYTES)))
    assert ledger.turn(gbr, newest, NEXT_YEAR)
    assert not ledger.turn(gbr, newest, NEXT_YEAR)
    ledger.checkpoint(gbr, AUDIT)
    first, second = periods_of(gbr, AUDIT)
    with gbr.database.read() as connection:
        assert store.checkpoint_of(connection, first).size == first.size
        assert store.checkpoint_of(connection, second).size == second.size == 1


def page(node, jpn, name, start, leaves):
    raw = receive(jpn, node.link.certificate, ledger.MIRROR, canonical(write_page(name, start, leaves)))
    return json.loads(raw)


LIES = {
    "another size": ({"size": 3}, 2027, "ledger.period"),
    "another root": ({"root": "A" * 43 + "="}, 2027, "ledger.period"),
    "another year than the origin": ({"year": 2028}, 2027, "ledger.period"),
}


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a_period_that_hides_the_end_of_the_one_before_is_refused(nodes, lie):
    gbr, jpn = nodes
    changes, year, code = LIES[lie]
    (first,) = periods_of(jpn, "mirror:GBR")
    with jpn.database.read() as connection:
        body = {**Turn(year=2027, size=first.size, root=store.root_of(connection, first)).body, **changes}
    log_leaf(gbr, "JPN", seq=1)
    leaf = leaves_of(gbr, OURS)[-1]
    forged = type(leaf)(index=0, kind=PERIOD_OPENED, salt=leaf.salt, body=body)
    answer = page(gbr, jpn, f"{NAME}/{year}/{first.size}", 0, [forged])
    assert answer["refused"]["code"] == code
    assert periods_of(jpn, "mirror:GBR") == [first]


def test_pages_of_closed_unknown_and_distant_periods_are_refused(later):
    gbr, jpn = later
    first, second = periods_of(gbr, OURS)
    leaf = leaves_of(gbr, OURS)[-1]
    cases = [
        (NAME, first.size, "ledger.period-closed"),
        (f"{NAME}/2027/{second.start}", 5, "ledger.mirror-gap"),
        (f"{NAME}/2026/{second.start}", 1, "ledger.witness-unknown"),
        (f"{NAME}/2027/{second.end + 7}", 0, "ledger.mirror-gap"),
        (f"{NAME}/2027/{second.end}", 0, "ledger.period"),
        (f"{NAME}/2027/0", 0, "ledger.witness-unknown"),
    ]
    for name, start, code in cases:
        assert page(gbr, jpn, name, start, [leaf])["refused"]["code"] == code
    asked = page(gbr, jpn, f"{NAME}/2027/{second.end}", 0, [])
    assert (asked["size"], asked["witnessed"], asked["refused"]) == (0, 0, {})
    assert [each.end for each in periods_of(jpn, "mirror:GBR")] == [first.end, second.end]


def test_a_leaf_that_opens_a_period_inside_a_page_is_refused(nodes):
    gbr, jpn = nodes
    (first,) = periods_of(gbr, OURS)
    ledger.turn(gbr, first, NEXT_YEAR)
    opening = leaves_of(gbr, OURS)[-1]
    answer = page(gbr, jpn, NAME, first.size, [opening])
    assert answer["refused"]["code"] == "ledger.period"
    assert answer["size"] == first.size


def test_a_checkpoint_of_a_period_that_is_not_mirrored_is_of_an_unknown_log(later):
    gbr, jpn = later
    _, second = periods_of(gbr, OURS)
    note = note_of(gbr, second).raw.replace(f"/2027/{second.start}".encode(), b"/2027/999")
    status, _ = receive(jpn, gbr.link.certificate, ledger.ADD_CHECKPOINT, b"old 0\n\n" + note)
    assert status == 404


def test_an_edit_in_an_older_period_is_found_and_the_leaf_named(later):
    gbr, _ = later
    place = store.LEAVES.c.log == OURS, store.LEAVES.c.leaf_index == 1
    change(gbr, store.LEAVES.update().where(*place).values(salt=bytes(32)))
    (examined,) = ledger.examine(gbr, "JPN")
    assert [each.params["index"] for each in examined.differences if each.code == "ledger.audit-leaf"] == [1]


def test_an_edit_in_the_newest_period_is_not_signed(later):
    gbr, _ = later
    log_leaf(gbr, "JPN", seq=11)
    with gbr.database.read() as connection:
        index = store.size(connection, OURS) - 1
    place = store.LEAVES.c.log == OURS, store.LEAVES.c.leaf_index == index
    change(gbr, store.LEAVES.update().where(*place).values(salt=bytes(32)))
    with pytest.raises(WorldError) as caught:
        ledger.checkpoint(gbr, OURS)
    assert (caught.value.reason.code, caught.value.reason.params["index"]) == ("ledger.store-altered", index)


def test_a_rebuilt_log_falls_into_the_same_periods(later):
    gbr, jpn = later
    leaves = leaves_of(jpn, "mirror:GBR")
    entries = [
        store.Entry(kind=each.kind, salt=each.salt, body=canonical(dict(each.body)), env_id=None) for each in leaves
    ]
    jpn.database.write(lambda connection: store.extend(connection, "rebuilt", entries, NEXT_YEAR))
    rebuilt = periods_of(jpn, "rebuilt")
    assert [(each.year, each.start, each.size) for each in rebuilt] == [
        (each.year, each.start, each.size) for each in periods_of(gbr, OURS)
    ]
    with jpn.database.read() as connection, gbr.database.read() as ours:
        for here, there in zip(rebuilt, periods_of(gbr, OURS), strict=True):
            assert store.root_of(connection, here) == store.root_of(ours, there)
        assert store.root(connection, "rebuilt") == store.root(ours, OURS)


def test_what_is_shown_names_the_newest_period(later):
    gbr, _ = later
    (view,) = ledger.show(gbr, partner="JPN", audit_log=False, limit=5)
    _, second = periods_of(gbr, OURS)
    assert (view.periods, view.origin, view.size) == (2, f"{NAME}/2027/{second.start}", second.end)
    assert (view.checkpoints[0].start, view.checkpoints[0].size) == (second.start, second.size)


def test_a_log_without_leaves_has_one_empty_period(nodes):
    gbr, _ = nodes
    with gbr.database.read() as connection:
        assert store.newest_period(connection, pair_log("USA")) == Period(log="pair:USA")
        assert store.period_at(connection, pair_log("USA"), 7) == Period(log="pair:USA")
        assert store.root(connection, pair_log("USA")) == (0, merkle.EMPTY_ROOT)
        assert store.root_at(connection, pair_log("USA"), 0) == merkle.EMPTY_ROOT


def test_a_log_put_back_to_the_end_of_a_period_does_not_go_on_in_it(later):
    gbr, _ = later
    first, second = periods_of(gbr, OURS)
    for table in (store.LOGS, store.CHECKPOINTS):
        change(gbr, table.delete().where(table.c.log == OURS, table.c.start == second.start))
    change(gbr, store.LEAVES.delete().where(store.LEAVES.c.log == OURS, store.LEAVES.c.leaf_index >= second.start))
    log_leaf(gbr, "JPN", seq=12)
    with pytest.raises(WorldError) as caught:
        ledger.cosign_with(gbr, "JPN")
    assert (caught.value.reason.code, caught.value.reason.params["theirs"]) == ("ledger.periods-ahead", 2)
    with gbr.database.read() as connection:
        assert store.checkpoint(connection, OURS).size == first.size
