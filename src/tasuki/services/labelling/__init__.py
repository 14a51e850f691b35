# SPDX-License-Identifier: MIT
"""Labelling: the label of each holding, from its markings, its terms, and what was said of its id before and since."""

from tasuki.services.labelling.bound import Met, bind, bound
from tasuki.services.labelling.definitions import held_definition
from tasuki.services.labelling.late import relabel
from tasuki.services.labelling.own import LOCAL, Definitions, Labelling, Terms, besides, restate

__all__ = [
    "LOCAL",
    "Definitions",
    "Labelling",
    "Met",
    "Terms",
    "besides",
    "bind",
    "bound",
    "held_definition",
    "relabel",
    "restate",
]
