# SPDX-License-Identifier: MIT
"""The workbench shows what may go and why not, and nothing that tells of source or victim ever gets through."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import CallerError
from tasuki.core.holdings.handling import BASES
from tasuki.core.markings.labels import label_of
from tasuki.core.markings.lattice import WIDEST
from tasuki.core.markings.model import Tlp
from tasuki.core.release.reasons import NOT_HELD
from tasuki.core.tearline.drafting import ANEW, anew, assembled, forbidden, workbench
from tasuki.core.tearline.model import Made, Source

ID = "report--11111111-2222-4333-8444-555555555555"
SECOND = "report--aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
KNOWN = "malware--00000000-0000-4000-8000-000000000001"
HIDDEN = "malware--00000000-0000-4000-8000-000000000002"
STANDARD = {"name", "description", "object_refs", "labels", "published"}
MADE = Made(
    stix_id="report--99999999-9999-4999-8999-999999999999",
    at="2026-03-01T00:00:00.000Z",
    creator="identity--x",
    markings=("marking-definition--y",),
)
GREEN = replace(WIDEST, tlp=Tlp.GREEN)


def known(identifier):
    return None if identifier == KNOWN else NOT_HELD.because(stix_id=identifier)


def source(stix_id=ID, parts=None, **properties):
    label = label_of(levels=["amber"], caveats=(), blocked=(), originator="AAA")
    obj = {"type": "report", "id": stix_id, "created": "x", "name": "A report", **properties}
    return Source(
        stix_id=stix_id, obj=obj, label=label, basis=BASES["own-analysis"], victims=frozenset(), parts=parts or {}
    )


def bench(*sources, keep=None, words=()):
    fields = workbench(sources, GREEN, keep=keep, standard=STANDARD, words=words, known=known)
    return {each.name: each for each in fields}


def code(field):
    return field.kept, None if field.reason is None else field.reason.code


def test_what_nothing_speaks_against_is_kept():
    fields = bench(source(description="What happened."))
    assert {name: code(each) for name, each in fields.items()} == {
        "name": (True, None),
        "description": (True, None),
    }


@pytest.mark.parametrize(
    ("properties", "words", "found"),
    [
        ({"description": "of Example Foods"}, ("example foods",), "tearline.withheld-word"),
        ({"description": "of EXAMPLE FOODS"}, ("Example Foods",), "tearline.withheld-word"),
        ({"description": "ＥＸＡＭＰＬＥ食品の件"}, ("example食品",), "tearline.withheld-word"),
        ({"labels": ["a", "example"]}, ("example",), "tearline.withheld-word"),
        ({"x_who": {"Example": 1}}, ("example",), "tearline.withheld-word"),
        ({"description": f"derived from {ID}"}, (), "tearline.names-source"),
        ({"description": f"see {ID.partition('--')[2].upper()}"}, (), "tearline.names-source"),
        ({"object_refs": [KNOWN, HIDDEN]}, (), "tearline.refers"),
        ({"description": f"uses {HIDDEN}"}, (), "tearline.refers"),
        ({"x_new": "?"}, (), "tearline.not-standard"),
    ],
    ids=str,
)
def test_what_may_not_go_stays_with_the_reason(properties, words, found):
    (name,) = properties
    assert code(bench(source(**properties), words=words)[name]) == (False, found)


def test_a_source_is_found_whatever_the_case_of_its_id():
    capitals = "report--ABCDEFAB-2222-4333-8444-555555555555"
    found = bench(source(capitals, description="of abcdefab-2222-4333-8444-555555555555"))
    assert code(found["description"]) == (False, "tearline.names-source")


def test_a_reference_that_may_be_known_goes():
    assert code(bench(source(object_refs=[KNOWN]))["object_refs"]) == (True, None)


def test_a_part_marked_more_narrowly_stays_unless_it_is_named():
    red = label_of(levels=["red"], caveats=(), blocked=(), originator="AAA")
    clear = label_of(levels=["clear"], caveats=(), blocked=(), originator="AAA")
    marked = source(
        description="a", labels=["b"], published="c", parts={"description": red, "labels": clear, "published": None}
    )
    fields = bench(marked)
    assert code(fields["description"]) == (False, "tearline.marked-narrower")
    assert code(fields["labels"]) == (True, None)
    assert code(fields["published"]) == (False, "tearline.marking-unknown")
    named = bench(marked, keep=("description",))
    assert code(named["description"]) == (True, "tearline.marked-narrower")
    assert code(named["labels"]) == (False, None)


@pytest.mark.parametrize(
    ("keep", "words", "found"),
    [
        (("description",), ("foods",), "tearline.withheld-word"),
        (("object_refs",), (), "tearline.refers"),
        (("summary",), (), "tearline.no-field"),
        (("id",), (), "tearline.no-field"),
        (("granular_markings",), (), "tearline.no-field"),
    ],
    ids=str,
)
def test_naming_a_property_does_not_let_go_what_never_goes(keep, words, found):
    with pytest.raises(CallerError) as refused:
        bench(source(description="Example Foods", object_refs=[HIDDEN]), keep=keep, words=words)
    assert refused.value.reason.code == found


def test_of_several_sources_the_first_that_has_a_property_counts():
    sources = source(), source(SECOND, name="Another", description="Only here")
    fields = bench(*sources)
    assert (fields["name"].source, fields["description"].source) == (ID, SECOND)
    obj = assembled(sources, list(fields.values()), MADE)
    assert (obj["name"], obj["description"]) == ("A report", "Only here")


def test_the_new_object_has_everything_of_its_own():
    whole = source(granular_markings=[{"lang": "en"}], object_marking_refs=["m"], revoked=False, created_by_ref="i")
    obj = assembled([whole], list(bench(whole).values()), MADE)
    assert obj == {
        "type": "report", "spec_version": "2.1", "id": MADE.stix_id, "created_by_ref": "identity--x",
        "created": MADE.at, "modified": MADE.at, "name": "A report", "object_marking_refs": ["marking-definition--y"],
    }  # fmt: skip


def test_what_an_editor_writes_of_id_time_or_marking_is_put_right():
    edited = {**dict.fromkeys(ANEW, "forged"), "type": "report", "name": "Mine"}
    obj = anew(edited, MADE)
    assert "forged" not in obj.values()
    assert (obj["id"], obj["name"]) == (MADE.stix_id, "Mine")


texts = st.text(max_size=12)
trees = st.recursive(
    texts | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def hidden(draw, inside):
    """Return a value with a text put somewhere into it, among whatever else."""
    path = draw(st.lists(st.sampled_from(["list", "member", "name"]), max_size=4))
    value = draw(texts) + inside + draw(texts)
    for step in path:
        if step == "list":
            value = [draw(trees), value]
        elif step == "member":
            value = {draw(texts): draw(trees), "m": value}
        elif isinstance(value, str):
            value = {value: draw(trees)}
    return value


@given(hidden("VicTim食品"))
def test_a_withheld_word_is_found_wherever_it_stands(value):
    assert forbidden({"x": value}, (), ["victim食品"], lambda _: None).code == "tearline.withheld-word"


@given(hidden(ID))
def test_a_source_is_found_wherever_it_is_named(value):
    assert forbidden({"x": value}, {ID}, (), lambda _: None).code == "tearline.names-source"


@given(trees)
def test_what_holds_none_of_it_passes(value):
    assert forbidden({"x": value}, {ID}, ["no such word in here"], lambda _: None) is None
