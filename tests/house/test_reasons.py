# SPDX-License-Identifier: MIT
"""Every reason and sentence exists in both languages, says the same things, and is used."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from pathlib import Path

import pytest

import tasuki
from tasuki.base.reasons import ReasonKind, Text

SOURCE = Path(tasuki.__file__).parent
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
MODULES = sorted(
    each.name for each in pkgutil.walk_packages([str(SOURCE)], "tasuki.") if not each.name.endswith("__main__")
)


def kinds():
    for name in MODULES:
        if name.endswith(".reasons") and name != "tasuki.base.reasons":
            for variable, value in vars(importlib.import_module(name)).items():
                if isinstance(value, ReasonKind):
                    yield pytest.param(name, variable, value, id=f"{name}.{variable}")


def texts():
    for name in MODULES:
        if ".migrations" in name:
            continue
        module = importlib.import_module(name)
        for variable, value in sorted(vars(module).items()):
            if isinstance(value, Text):
                yield pytest.param(value, id=f"{name}.{variable}")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize(("module", "variable", "kind"), list(kinds()))
def test_a_reason_says_the_same_in_both_languages(module, variable, kind):
    del module, variable
    assert placeholders(kind.text.en) == placeholders(kind.text.ja)
    assert JAPANESE.search(kind.text.ja)
    assert not JAPANESE.search(kind.text.en.replace("極秘", "").replace("特定秘密", ""))


@pytest.mark.parametrize("text", list(texts()))
def test_a_text_has_the_same_placeholders_in_both_languages(text):
    assert placeholders(text.en) == placeholders(text.ja)


def test_codes_are_unique():
    codes = [each.values[2].code for each in kinds()]
    assert len(codes) == len(set(codes))


def test_every_reason_is_given_somewhere():
    code = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py") if path.name != "reasons.py")
    words = set(re.findall(r"[A-Z][A-Z0-9_]+", code))
    unused = [each.id for each in kinds() if each.values[1] not in words]
    assert not unused
