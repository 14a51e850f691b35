# SPDX-License-Identifier: MIT
"""Moves that have nothing to be played against yet, and the proof that there is no such thing.

Each proof fails once the thing is built: then the move has to be played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from typing import Final

from tasuki.core.channel.model import TYPES
from tasuki.faces.api.admission import TABLE
from tasuki.faces.api.assistance import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Why a move cannot be played.

    Attributes:
        plays: what it would play.
        why: what does not exist.
        proof: holds as long as it does not.
    """

    plays: str
    why: str
    proof: Callable[[], bool]


def _no_joint_record() -> bool:
    """Whether no envelope carries what two sides sign together, no room decides on it, and no question asks for it."""
    words = ("joint", "concur")
    named = [*TYPES, *TABLE]
    return find_spec("tasuki.core.joint") is None and not any(word in each for word in words for each in named)


def _one_addressee() -> bool:
    """Whether a request for assistance goes to one audience and no more."""
    return bool(Asked.__annotations__["to"] == "str")


def _no_route(*words: str) -> Callable[[], bool]:
    return lambda: not any(word in route for word in words for route in TABLE)


def _no_csv_out() -> bool:
    """Whether nothing here writes a table of values for a spreadsheet."""
    marks = ("csv." + "writer", "csv." + "DictWriter", "text" + "/csv")
    return not any(mark in text for text in _sources() for mark in marks)


def _sources() -> list[str]:
    found, folders = [], [resources.files("tasuki")]
    while folders:
        for each in folders.pop().iterdir():
            if each.is_dir():
                folders.append(each)
            elif each.name.endswith(".py"):
                found.append(each.read_text("utf-8"))
    return found


_JOINT: Final = "no joint record exists: no envelope type, room or route for what two sides sign together"

ABSENT: Final[Mapping[str, Absent]] = {
    "REL30": Absent(plays="Use something AMBER in the draft of a joint statement.", why=_JOINT, proof=_no_joint_record),
    "WF08": Absent(
        plays="Have two partners accept one exclusive task at once.",
        why="a request goes to one audience; no task is offered to two",
        proof=_one_addressee,
    ),
    "WF09": Absent(plays="Change the text after the first signature.", why=_JOINT, proof=_no_joint_record),
    "WF10": Absent(plays="Sign other language versions than the set has.", why=_JOINT, proof=_no_joint_record),
    "WF11": Absent(plays="Sign twice for one side, never for the other.", why=_JOINT, proof=_no_joint_record),
    "WF12": Absent(plays="Sign for the wrong office, or after the mandate.", why=_JOINT, proof=_no_joint_record),
    "WF13": Absent(plays="Publish before all signed, or before the embargo.", why=_JOINT, proof=_no_joint_record),
    "WF14": Absent(plays="Withdraw a signature before the release.", why=_JOINT, proof=_no_joint_record),
    "WF15": Absent(plays="Replay old signatures on a new text.", why=_JOINT, proof=_no_joint_record),
    "WF16": Absent(plays="Sign a text that is equal only to the eye.", why=_JOINT, proof=_no_joint_record),
    "INP11": Absent(
        plays="Have a spreadsheet run what stands in a field.",
        why="no table of values is written for a spreadsheet",
        proof=_no_csv_out,
    ),
    "API10": Absent(
        plays="Guess a one-time code.",
        why="there are no one-time codes: a token has 256 random bits",
        proof=_no_route("otp", "one-time", "password", "login", "session"),
    ),
    "API12": Absent(
        plays="Link an account by its e-mail address alone.",
        why="no account of another system is known here",
        proof=_no_route("oidc", "saml", "oauth", "account", "login"),
    ),
    "API14": Absent(
        plays="Flood the reset of a password; tell users apart by the answer.",
        why="there are no passwords, and nothing to reset",
        proof=_no_route("password", "reset", "forgot"),
    ),
}
"""Every move that is not played, by id."""
