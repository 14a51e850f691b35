# SPDX-License-Identifier: MIT
"""Consent at work: originators are asked and answer, victims agree, two people override; every act is audited."""

from tasuki.services.consent.agreeing import Agreeing, Stated, agree, state_victim
from tasuki.services.consent.answering import grant, refuse, withdraw
from tasuki.services.consent.asking import PURPOSE, Asking, ask
from tasuki.services.consent.hearing import prepare_answer, prepare_request
from tasuki.services.consent.overriding import Proposal, confirm, end, propose, reject
from tasuki.services.consent.showing import Listed, Shown, ShownAgreement, listed, show, waiting

__all__ = [
    "PURPOSE",
    "Agreeing",
    "Asking",
    "Listed",
    "Proposal",
    "Shown",
    "ShownAgreement",
    "Stated",
    "agree",
    "ask",
    "confirm",
    "end",
    "grant",
    "listed",
    "prepare_answer",
    "prepare_request",
    "propose",
    "refuse",
    "reject",
    "show",
    "state_victim",
    "waiting",
    "withdraw",
]
