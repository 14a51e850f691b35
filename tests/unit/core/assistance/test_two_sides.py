# SPDX-License-Identifier: MIT
"""Two sides that act on what they have heard so far agree once everything has arrived, whatever travelled how."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from making_assistance import LONDON, PROFILE, TOKYO, asking
from making_statements import LONDON_SIDE, REQUEST, START, TOKYO_SIDE, name, said
from tasuki.base.errors import CallerError
from tasuki.core.assistance import acts
from tasuki.core.assistance.acts import Amending, Answering, Desk
from tasuki.core.assistance.cases import cases
from tasuki.core.assistance.model import State

DESKS = {"JPN": Desk(home=TOKYO_SIDE, profile=PROFILE), "GBR": Desk(home=LONDON_SIDE, profile=PROFILE)}
OFFICES = {"JPN": TOKYO, "GBR": LONDON}
ANSWERS = (
    Answering(accepted=("indicators",)),
    Answering(accepted=("indicators", "hunt", "analysis"), severity="C2"),
    Answering(accepted=("hunt",), declined=("indicators", "analysis"), reason_code="capacity"),
    Answering(declined=("indicators", "hunt", "analysis"), reason_code="law"),
    Answering(referred_to="law-enforcement"),
    Answering(question="Since when?"),
    Answering(done=True),
)


class Side:
    """One node in small: what it holds, and a clock of its own."""

    def __init__(self, who):
        self.who, self.desk, self.held, self.sent = who, DESKS[who], [], []
        self.minutes = 0

    def case(self):
        return next(iter(cases(self.held, PROFILE)), None)

    def say(self, what):
        self.held.append(said(what, self.who))
        self.sent.append(self.held[-1])

    def act(self, number, choice):
        """Say something by what is known here; what may not be said now is not said."""
        now = START + timedelta(minutes=self.minutes)
        case, office = self.case(), OFFICES[self.who]
        if case is None:
            return
        with suppress(CallerError):
            if self.who == "GBR" and choice == 0:
                self.say(acts.acknowledgement(self.desk, case, office, name("assistance-response", number), now))
            elif self.who == "GBR":
                answering = ANSWERS[choice % len(ANSWERS)]
                made = name("assistance-response", number)
                self.say(acts.answer(self.desk, case, answering, office, made, now))
            elif choice % 2:
                self.say(acts.amended(self.desk, case, Amending(explanation=f"More ({number})."), now))
            else:
                outcome = ("fulfilled", "withdrawn")[choice // 2 % 2]
                self.say(acts.ending(self.desk, case, outcome, office, (name("assistance-ending", number), now)))


step = st.tuples(st.sampled_from(["JPN", "GBR"]), st.sampled_from(["act", "hear", "clock"]), st.integers(0, 9))


@settings(deadline=None)
@given(st.lists(step, max_size=40), st.randoms(use_true_random=False))
def test_both_sides_come_to_the_same(steps, dice):
    sides = {"JPN": Side("JPN"), "GBR": Side("GBR")}
    sides["JPN"].say(acts.request(DESKS["JPN"], asking(), REQUEST, START))
    for number, (who, what, choice) in enumerate(steps, 1):
        side, other = sides[who], sides["GBR" if who == "JPN" else "JPN"]
        if what == "act":
            side.act(number, choice)
        elif what == "clock":
            side.minutes += choice - 4
        elif other.sent:
            # Any of what was sent, in any order, however often.
            side.held.append(dice.choice(other.sent))
    for side, other in (("JPN", "GBR"), ("GBR", "JPN")):
        late = list(sides[other].sent)
        dice.shuffle(late)
        sides[side].held.extend(late)
    assert sides["JPN"].case() == sides["GBR"].case()
    assert sides["JPN"].case().state not in (State.UNKNOWN_REQUEST, State.HEARSAY)
    assert all(each.counts for each in sides["JPN"].case().steps)
