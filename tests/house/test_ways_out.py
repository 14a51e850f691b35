# SPDX-License-Identifier: MIT
"""Every way out passes the gate: found in the code, listed in a page, exercised with what must not come out."""

from __future__ import annotations

import ast

import pytest

from house import ways_out
from making_canaries import MARK, WORD, ask, scene, secret
from making_release import CCC, uid
from tasuki.core.release.forms import DOCUMENTS, NOTICES, PROTOCOL
from tasuki.services import holdings as showing
from tasuki.services import withdrawal

LOG_FIELDS = frozenset(
    "count endpoint exc_info failures held incident loop node partner path reason said".split()  # noqa: SIM905 a list of words
)
"""What a line of the log may carry: names, numbers, codes and our own sentences."""

METRIC_LABELS = {"source", "state", "partner", "lane", "log", "loop"}
WAYS = sorted([*ways_out.exchange_routes(), *ways_out.posts()])
KINDS = sorted({"objects", *NOTICES, *PROTOCOL})
MODULES = dict(ways_out.modules())
FACE = {path: tree for path, tree in MODULES.items() if path.startswith("faces/exchange/")}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, scene(tmp_path_factory.mktemp("canaries"), patch) as everything:
        yield everything


@pytest.fixture
def heard(played):
    return played[1]


def test_the_page_says_what_the_code_does():
    written = ways_out.PAGE.read_text("utf-8") if ways_out.PAGE.exists() else ""
    assert written == ways_out.page(), "stale: run `python tests/house/ways_out.py` and read what changed"


def test_every_way_to_a_partner_has_its_guard_and_every_guard_its_way():
    assert set(ways_out.TO_PARTNERS) == set(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_that_must_not_come_out_comes_out(heard, way):
    assert heard.ways[way], f"nothing was heard by {way}: the scene does not reach it"
    for said in heard.ways[way]:
        assert not heard.traces(said), said[:400]


LOCAL = sorted({f"{min(route.methods - {'HEAD'})} {route.path}" for route in ways_out.API})


def test_nothing_of_it_comes_to_a_reader_of_another_desk(heard):
    asked = set(heard.local)
    assert {line.replace("{", "").replace("}", "") for line in LOCAL} <= asked, "the scene does not reach every route"
    for way, answers in heard.local.items():
        for said in answers:
            assert not heard.traces(said), f"{way}: {said[:400]!r}"


def test_a_reader_of_another_desk_gets_what_it_may_have(heard):
    """Else nothing above would mean anything."""
    whole = b"".join(heard.local["GET /v1/holdings"] + heard.local["POST /v1/holdings/export"])
    assert whole.count(uid("indicator", 2).encode()) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_gate_released_for_a_partner_holds_nothing_of_it(heard, kind):
    made = [(audience, bodies) for each, audience, bodies in heard.released if each == kind]
    assert made, f"nothing of kind {kind} was released: the scene does not reach it"
    for audience, bodies in made:
        if audience.partition("/")[0] in ("BBB", ""):
            for body in bodies:
                assert not heard.traces(body), body[:400]


@pytest.mark.parametrize("what", ["log", "metrics", "evidence"])
def test_what_people_look_at_beside_holdings_holds_nothing_of_it(heard, what):
    said = {
        "log": heard.log,
        "metrics": [heard.metrics],
        "evidence": [body for kind, _, bodies in heard.released if kind == "evidence" for body in bodies],
    }[what]
    assert said
    words = [each for each in heard.forbidden if each not in (b'"CCC', b"CCC/", b"/CCC")]
    for each in said:
        assert not [word for word in words if word in each], each[:400]


def test_everything_the_gate_can_release_was_released(heard):
    assert {kind for kind, _, _ in heard.released} == {"objects", *NOTICES, *PROTOCOL, *DOCUMENTS}


def test_the_canaries_are_alive_and_come_out_where_they_may(played):
    """Else nothing above would mean anything."""
    three, heard = played
    taken = b"".join(body for kind, _, bodies in heard.released if kind == "export" for body in bodies)
    assert taken.count(WORD.encode()) > 20
    assert MARK.encode() in taken
    assert heard.traces(taken)
    to_ccc = [bodies for kind, audience, bodies in heard.released if kind == "objects" and audience == str(CCC)]
    assert any(WORD.encode() in body for bodies in to_ccc for body in bodies)
    assert showing.show(three.ccc, secret(4)["id"])[0].body["name"].startswith(WORD)


def test_what_may_go_went(played):
    three, _ = played
    came = {each["id"]: each for each in showing.listed(three.bbb, types=(), sources=["AAA"], limit=99)}
    assert {uid("indicator", number) for number in (1, 2, 3, 4, 5)} <= {*came, uid("indicator", 1)}
    assert not [each for each in came if MARK in each]
    told = [each.ids for each in withdrawal.withdrawals(three.bbb, limit=9).received]
    assert sorted(told) == [[uid("indicator", number)] for number in (1, 41, 42, 43)]


def test_an_unforeseen_error_is_told_by_a_number_alone(heard):
    said = [each for each in heard.ways["POST /exchange/v1/mirror"] if each.startswith(b"500")]
    assert len(said) == 1
    assert b"exchange.trouble" in said[0]
    assert b"ValueError" not in said[0]


@pytest.mark.parametrize("way", [line for line, _ in ways_out.api_routes()])
def test_what_the_nodes_own_people_may_ask_partners_may_not(played, way):
    three, _ = played
    methods, _, path = way.rpartition(" ")
    for method in methods.split(", "):
        status, said = ask(three.aaa, three.bbb.anchor.tls_certificate, method, path)
        assert status == 404
        assert b"exchange.no-route" in said


class TestHouse:
    """The code keeps the gate's monopoly."""

    def test_nobody_but_the_gate_makes_what_may_leave(self):
        for path, tree in MODULES.items():
            if path == "core/release/released.py":
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    assert ways_out.called(node).rpartition(".")[2] != "Released", path
                    assert not (ways_out.called(node) == "object.__new__" and "Released" in ast.unparse(node)), path
                if isinstance(node, ast.ImportFrom) and node.module == "tasuki.core.release.released":
                    assert "_KEY" not in [each.name for each in node.names], path
                if isinstance(node, ast.ClassDef):
                    assert "Released" not in [ast.unparse(base) for base in node.bases], path

    def test_a_link_is_given_nothing_but_what_the_gate_made(self):
        makers = {*ways_out.MAKERS, *_returning_released()}
        for place, call in ways_out.posts().items():
            path, _, name = place.rpartition(" ")
            function = next(each for known, each in ways_out.functions(MODULES[path]) if known == name)
            made = {
                target.id
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
                for target in node.targets
                if isinstance(target, ast.Name) and ways_out.called(node.value).rpartition(".")[2] in makers
            }
            body = call.args[-1]
            if isinstance(body, ast.Call):
                assert ways_out.called(body).rpartition(".")[2] in makers, place
            else:
                assert isinstance(body, ast.Name), place
                assert body.id in made, place

    def test_the_http_link_sends_to_nobody_but_whom_it_was_released_to(self):
        text = ast.unparse(MODULES["adapters/partner_http.py"])
        assert "body.bytes_for(partner.name.participant)" in text
        assert "body.body" not in text
        third = ast.unparse(MODULES["adapters/witness_http.py"])
        assert "body.bytes_for(THIRD)" in third
        assert "body.body" not in third

    @pytest.mark.parametrize("path", sorted(FACE))
    def test_no_face_of_partners_makes_its_own_answer(self, path):
        allowed = path in ("faces/exchange/answers.py", "faces/exchange/guard.py")
        for node in ast.walk(FACE[path]):
            if isinstance(node, ast.Call):
                name = ways_out.called(node).rpartition(".")[2]
                assert allowed or not name.endswith("Response"), path
                assert name not in ("respond", "error_response", "dumps", "encode_json"), path
            if isinstance(node, ast.ImportFrom | ast.Import):
                named = [each.name for each in node.names] + [getattr(node, "module", "") or ""]
                assert not {"orjson", "msgspec", "json", "JSONResponse"} & set(named), path

    @pytest.mark.parametrize("path", ["faces/exchange/answers.py", "faces/exchange/guard.py"])
    def test_what_a_face_of_partners_answers_comes_out_of_the_gate(self, path):
        for node in ast.walk(FACE[path]):
            if isinstance(node, ast.Call) and ways_out.called(node) == "Response":
                body = ast.unparse(node.args[0])
                assert body in ("body", "channel.refusal(node, reason).body"), path
        if path.endswith("answers.py"):
            assert "body = released.bytes_for(partner(request).name.participant)" in ast.unparse(FACE[path])

    @pytest.mark.parametrize("route", ways_out.EXCHANGE, ids=ways_out.exchange_routes())
    def test_every_route_of_partners_ends_in_give(self, route):
        (function,) = [
            each for tree in FACE.values() for name, each in ways_out.functions(tree) if name == route.endpoint.__name__
        ]
        returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
        assert returned
        for value in returned:
            assert isinstance(value, ast.Call)
            assert ways_out.called(value) == "give"

    def test_the_log_carries_fields_of_a_closed_list(self):
        for event, fields, path in ways_out.log_events():
            assert set(fields) <= LOG_FIELDS, f"{event} in {path}"

    def test_metrics_carry_labels_of_a_closed_list(self, heard):
        found = set()
        for line in heard.metrics.decode().splitlines():
            if "{" in line and not line.startswith("#"):
                found |= {each.partition("=")[0] for each in line[line.index("{") + 1 : line.index("}")].split(",")}
        assert found <= METRIC_LABELS


def _returning_released() -> set[str]:
    """Return the functions whose answer is typed as made by the gate."""
    return {
        name
        for tree in MODULES.values()
        for name, function in ways_out.functions(tree)
        if isinstance(function, ast.FunctionDef)
        and function.returns is not None
        and ast.unparse(function.returns) == "Released"
    }
