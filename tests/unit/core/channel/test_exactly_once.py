# SPDX-License-Identifier: MIT
"""Whatever the network does, each envelope is applied exactly once and in order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from making_channel import GBR, JPN, NOW, letter, seal
from tasuki.core.channel.acceptance import Again, Facts, Gap, Open, judge
from tasuki.core.channel.model import START, Seen
from tasuki.formats.envelope.envelope import read_envelope

LENGTH = 6


def chain():
    """Return one signed sequence of envelopes, made once: signing is the slow part."""
    state, made = START, []
    for number in range(LENGTH):
        read = read_envelope(seal(letter(str(number).encode()), state))
        state = state.after(read.hash)
        made.append(read)
    return made


CHAIN = chain()


class Delivery(RuleBasedStateMachine):
    """A sender that resends what has no receipt, a network that loses, repeats and reorders, and a receiver."""

    def __init__(self):
        super().__init__()
        self.sent = 0
        self.flying = []
        self.answered = set()
        self.lane = START
        self.seen = {}
        self.applied = []

    @rule()
    def send_next(self):
        if self.sent < LENGTH:
            self.flying.append(self.sent)
            self.sent += 1

    @rule()
    def resend_oldest_unanswered(self):
        waiting = [number for number in range(self.sent) if number not in self.answered]
        self.flying.extend(waiting[:1])

    @rule(pick=st.integers(min_value=0))
    def lose(self, pick):
        if self.flying:
            self.flying.pop(pick % len(self.flying))

    @rule(pick=st.integers(min_value=0))
    def repeat(self, pick):
        if self.flying:
            self.flying.append(self.flying[pick % len(self.flying)])

    @rule(pick=st.integers(min_value=0), receipt_lost=st.booleans())
    def deliver(self, pick, receipt_lost):
        if self.flying:
            number = self.flying.pop(pick % len(self.flying))
            if self.receive(number) and not receipt_lost:
                self.answered.add(number)

    def receive(self, number):
        arrived = CHAIN[number]
        known = Facts(
            me=JPN.anchor.name,
            now=NOW,
            anchor=GBR.anchor,
            certificate=GBR.anchor.tls_certificate,
            lane=self.lane,
            seen=tuple(each for each in (self.seen.get(arrived.header.env_id),) if each),
        )
        match judge(arrived, known):
            case Open():
                self.applied.append(number)
                self.lane = self.lane.after(arrived.hash)
                self.seen[arrived.header.env_id] = Seen(
                    env_id=arrived.header.env_id, hash=arrived.hash, receipt=str(number).encode()
                )
                return True
            case Again(receipt=receipt):
                assert receipt == str(number).encode()
                return True
            case Gap(expected_seq=expected):
                assert expected == len(self.applied) + 1
                return False
            case other:
                message = f"an honest envelope was answered {other}"
                raise AssertionError(message)

    @invariant()
    def applied_once_and_in_order(self):
        assert self.applied == list(range(len(self.applied)))
        assert self.answered <= set(self.applied)

    def teardown(self):
        """Once the network heals, resending brings over all that was sent."""
        for number in range(self.sent):
            assert self.receive(number)
        assert self.applied == list(range(self.sent))


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
