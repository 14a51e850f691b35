# SPDX-License-Identifier: MIT
"""The marking workbench: what an object is marked with, who would get it and who not, and marking it otherwise."""

from tasuki.services.marking.editing import Act, Edit, Edited, edit, marks_of
from tasuki.services.marking.readers import readers
from tasuki.services.marking.showing import AROUND, DEFINES, EMBEDDED, HERE, INSIDE, WHOLE, show, show_file

__all__ = [
    "AROUND",
    "DEFINES",
    "EMBEDDED",
    "HERE",
    "INSIDE",
    "WHOLE",
    "Act",
    "Edit",
    "Edited",
    "edit",
    "marks_of",
    "readers",
    "show",
    "show_file",
]
