# SPDX-License-Identifier: MIT
"""What is selected as a set is what the gate says when asked about one object after the other, on both databases."""

import random
from dataclasses import replace

import pytest

from making_readers import pair
from making_release import CREATED, LATER, indicator, raw_of, report, take_in, uid
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES, UNKNOWN
from tasuki.core.holdings.model import PersonalData
from tasuki.core.markings.lattice import WIDEST
from tasuki.core.persons.model import Principal
from tasuki.formats.json.pieces import Piece
from tasuki.services.intake import import_pieces
from tasuki.services.labelling import Terms
from tasuki.services.release import weigh_ids
from tasuki.services.viewing import View
from tasuki.store import holdings as store
from tasuki.store.viewing import Wanted

OWN = BASES["own-analysis"]
READERS = [
    Audience.parse(each)
    for each in (
        "AAA", "AAA/cert", "AAA/cert:policy", "AAA/police", "AAA/police:policy", "AAA/police:policy@hill",
        "AAA/police:csirt@moss", "BBB/cert:csirt", "BBB", "CCC/cert:csirt", "ZZZ",
    )
]  # fmt: skip
HANDLINGS = (*[OWN] * 12, UNKNOWN, replace(OWN, personal_data=PersonalData.YES), replace(OWN, purpose=None))
LEVELS = ((), *[("clear",)] * 4, *[("green",)] * 4, ("amber",), ("amber",), ("amber+strict",), ("red",))
CAVEATS = (*[()] * 10, (("AAA/police",),), (("AAA/police:policy@hill", "BBB"),), ((),))


@pytest.fixture
def two(node_url, tmp_path):
    with pair(tmp_path, node_url) as made:
        yield made


def objects(chance):
    """Return forty objects that refer to each other, some of them in two versions."""
    for number in range(40):
        refs = [
            _id(each) for each in chance.sample(range(max(1, number - 9), number + 2), chance.choice([0, 0, 0, 1, 2]))
        ]
        for modified in (CREATED, LATER)[: chance.choice([1, 1, 2])]:
            if number % 2:
                yield {**report(number, object_refs=refs or [_id(0)]), "modified": modified}
            else:
                yield indicator(number, modified=modified, description=" ".join(refs))


def _id(number):
    return uid("report" if number % 2 else "indicator", number)


def fill(two, chance):
    """Let AAA hold them, from itself and from BBB, marked and addressed in every way."""
    node, until = two.aaa, two.hands.now
    besides = [WIDEST] * 12 + [replace(WIDEST, until=until), replace(WIDEST, consent_of=frozenset({"BBB"}))]
    for made in objects(chance):
        terms = {"levels": chance.choice(LEVELS), "caveats": chance.choice(CAVEATS), "besides": chance.choice(besides)}
        handling = chance.choice([*HANDLINGS, replace(OWN, dispose_by=until)])
        if chance.random() < 0.6:
            take_in(node, made, handling=handling, **terms)
        if chance.random() < 0.6:
            to = chance.choice(["AAA/police:policy", "AAA", "AAA/cert:csirt", "AAA/police:policy@hill"])
            given = Terms(source="BBB", originator="BBB", handling=handling, addressed=to, **terms)
            import_pieces(node, [Piece(place="0", raw=raw_of(made))], given)
    gone = [_id(number) for number in chance.sample(range(40), 3)]
    node.database.write(lambda connection: store.bury(connection, "local", gone, two.hands.now))
    node.database.write(lambda connection: store.set_state(connection, "BBB", gone[:1], store.State.RECALLED))


@pytest.mark.parametrize("seed", range(4))
def test_a_view_holds_what_the_gate_allows_of_each_id(two, seed):
    fill(two, random.Random(seed))  # noqa: S311 the same in every run
    ids = [_id(number) for number in range(44)]
    allowed = agreed = 0
    for reader in READERS:
        with two.aaa.database.read() as connection:
            view = View(two.aaa, connection, Principal(reader, reader.person or None))
            rows = view.of(ids)
            weighed = weigh_ids(two.aaa, connection, ids, reader)
            wanted = {each: one.standing.position for each, one in weighed.items() if one.verdict.allowed}
            assert {row.stix_id: row.position for row in rows} == wanted, str(reader)
            assert all(view.verdict(row).allowed for row in rows)
            listed = [row.position for page in view.pages(Wanted(), 3) for row in page]
            assert listed == sorted(wanted.values(), reverse=True)
            assert [row.position for row in view.at(range(1, 200))] == listed[::-1]
            allowed += len(rows)
            agreed += sum(row.position in view._agreed for row in rows)
    assert (allowed > 20, agreed > 0) == (True, True)
