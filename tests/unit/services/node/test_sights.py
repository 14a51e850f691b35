# SPDX-License-Identifier: MIT
"""What a reader may see, as numbers of labels, is what the gate says of each label, at whatever moment it is asked."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from making_labels import NOW, asking, labels
from making_release import PROFILE
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import BLOCKS
from tasuki.core.release.circumstances import LIFTABLE, Circumstances
from tasuki.core.release.rules import Gate, decide, rules_for
from tasuki.services.node.sights import Sights
from tasuki.store.database import METADATA, Database
from tasuki.store.release import Labels

HOME = Audience.parse("AAA/cert:csirt")
RULES = rules_for(PROFILE, HOME)
stored = labels.map(lambda label: replace(label, blocked=label.blocked & frozenset(BLOCKS)))
steps = st.lists(st.tuples(st.lists(stored, max_size=4), st.integers(-2, 2), asking), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_labels_come_and_time_goes_either_way_and_each_is_as_the_gate_says(tmp_path_factory, steps):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sights') / 'one.db'}")
    METADATA.create_all(database.engine)
    known, sights, gate = {}, Sights(), Gate(RULES)
    for fresh, offset, reader in steps:

        def number(connection, fresh=fresh):
            return {Labels().number(connection, label): label for label in fresh}

        known.update(database.write(number))
        now = NOW + timedelta(microseconds=offset)
        with database.read() as connection:
            sight = sights.of(connection, gate, reader, now)
        verdicts = {each: decide(label, reader, RULES, Circumstances(now=now)) for each, label in known.items()}
        assert sight.allowed == {each for each, verdict in verdicts.items() if verdict.allowed}
        assert sight.perhaps == {
            each
            for each, verdict in verdicts.items()
            if verdict.rule in ("R3", "R9") and known[each].blocked <= LIFTABLE
        }
    database.close()
