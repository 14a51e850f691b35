# SPDX-License-Identifier: MIT
"""A profile is read whole or refused with the place that is wrong."""

import copy
import tomllib

import pytest

from making_profiles import THREE
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience
from tasuki.base.reasons import Language
from tasuki.core.partners.model import audiences
from tasuki.core.partners.profile import parse_profile

SCALE = {
    "id": "scale",
    "name": {"en": "Scale", "ja": "尺度"},
    "levels": [{"code": "2", "en": "bad", "ja": "悪い"}, {"code": "1", "en": "calm", "ja": "平穏"}],
    "urgent": ["2"],
}
MISSING = object()


def data():
    return tomllib.loads(THREE)


def changed(path, value):
    """Return the data with one place changed, added or taken out."""
    whole = copy.deepcopy(data())
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return whole


def test_three_participants_need_no_new_code():
    profile = parse_profile(data())
    assert [each.id for each in profile.participants] == ["AAA", "BBB", "CCC"]
    assert profile.community == (Audience("AAA"), Audience("BBB", "cert"))
    assert profile.participant("CCC").organisations[0].name.ja == "対応班CCC"
    assert profile.texts["demonstration"].en.startswith("DEMONSTRATION")
    assert len(audiences(profile.participants)) == 3 * (1 + 2 + 4)
    with pytest.raises(KeyError):
        profile.participant("DDD")


def test_the_digest_changes_with_every_word():
    assert parse_profile(data()).digest == parse_profile(data()).digest
    other = changed(("participants", 1, "ceiling", "refused"), ["SECRET"])
    assert parse_profile(other).digest != parse_profile(data()).digest


def test_a_severity_scale_keeps_its_order():
    profile = parse_profile(changed(("participants", 0, "severity"), SCALE))
    severity = profile.participants[0].severity
    assert list(severity.levels) == ["2", "1"]
    assert severity.urgent == {"2"}


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        (("id",), MISSING, "missing", "id"),
        (("id",), "Three Islands", "name", "id"),
        (("id",), 3, "name", "id"),
        (("version",), "1", "integer", "version"),
        (("version",), True, "integer", "version"),
        (("version",), 0, "integer", "version"),
        (("name", "ja"), MISSING, "missing", "name.ja"),
        (("name", "ja"), " ", "text", "name.ja"),
        (("name", "fr"), "Trois", "unknown", "name.fr"),
        (("name",), "Three", "table", "name"),
        (("rules",), {}, "unknown", "rules"),
        (("community",), "AAA", "list", "community"),
        (("community",), [], "list", "community"),
        (("community",), ["AAA", ""], "text", "community[1]"),
        (("community",), ["AAA", "AAA"], "twice", "community"),
        (("community",), ["DDD"], "audience", "community"),
        (("community",), ["AAA/nobody"], "audience", "community"),
        (("community",), ["everybody"], "audience", "community"),
        (("texts",), [], "table", "texts"),
        (("texts", "demonstration", "en"), 1, "text", "texts.demonstration.en"),
        (("participants",), {}, "list", "participants"),
        (("participants",), ["AAA"], "table", "participants[0]"),
        (("participants", 1, "id"), "AAA", "twice", "participants"),
        (("participants", 1, "id"), "bbb", "participant", "participants[1].id"),
        (("participants", 1, "id"), 7, "participant", "participants[1].id"),
        (("participants", 1, "clearance"), "high", "unknown", "participants[1].clearance"),
        (("participants", 1, "ceiling"), MISSING, "missing", "participants[1].ceiling"),
        (("participants", 1, "ceiling", "refused"), [" SECRET"], "text", "participants[1].ceiling.refused[0]"),
        (("participants", 2, "organisations", 1, "id"), "cert", "twice", "participants[2].organisations"),
        (("participants", 2, "organisations", 1, "id"), "Cert", "name", "participants[2].organisations[1].id"),
        (("participants", 2, "organisations", 1, "id"), "a/b", "name", "participants[2].organisations[1].id"),
        (
            ("participants", 2, "organisations", 1, "capacities"),
            ["csirt", "Police Work"],
            "name",
            "participants[2].organisations[1].capacities[1]",
        ),
        (("participants", 0, "severity"), {**SCALE, "urgent": ["9"]}, "code", "participants[0].severity.urgent"),
        (
            ("participants", 0, "severity"),
            {**SCALE, "levels": SCALE["levels"] * 2},
            "twice",
            "participants[0].severity.levels",
        ),
        (
            ("assistance",),
            {
                "urgent": {"acknowledge_minutes": 60, "decide_minutes": 10**9},
                "routine": {"acknowledge_minutes": 60, "decide_minutes": 60},
            },
            "minutes",
            "assistance.urgent.decide_minutes",
        ),
    ],
    ids=lambda value: None if not isinstance(value, str) else value[:40],
)
def test_what_is_wrong_is_named_by_its_place(path, value, code, place):
    with pytest.raises(InputError) as caught:
        parse_profile(changed(path, value))
    reason = caught.value.reason
    assert (reason.code, reason.params["path"]) == (f"partners.profile-{code}", place)
    assert place in reason.sentence(Language.EN)
    assert place in reason.sentence(Language.JA)


def test_every_member_is_needed_or_known_to_be_optional():
    for name in ("id", "version", "name", "community", "participants", "texts"):
        with pytest.raises(InputError):
            parse_profile(changed((name,), MISSING))
