# SPDX-License-Identifier: MIT
"""Vulnerabilities that other systems had: each is played by a test here or elsewhere, or waits for what it could hit.

The catalogue is part of the shared material. A row names tests by file and name, or the issue that brings the room in
which it will apply, with the reason why it cannot apply before. So do the moves of an attacker against the release.
"""

from __future__ import annotations

import ast
import json
import typing
from dataclasses import dataclass
from functools import cache
from inspect import getclosurevars
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

import tasuki
from making_readers import Reader, let_in, pair
from making_release import indicator, take_in, uid
from tasuki.faces.api.app import ROUTES
from tasuki.store.database import METADATA

SOURCE = Path(tasuki.__file__).parent
TESTS = Path(__file__).parents[1]
LEAKS, HERE = "attack/test_peer_leaks.py", "attack/test_peer_vulnerabilities.py"
DOOR, FILES = "unit/faces/api/test_admission.py", "attack/test_bad_files.py"
READERS, OUT = "contract/test_readers.py", "house/test_ways_out.py"


@dataclass(frozen=True)
class Later:
    """What cannot be hit yet, and what will bring it."""

    issue: int
    why: str


CODE = (f"{HERE}::test_nothing_a_stranger_sends_becomes_code",)
PATHS = (f"{HERE}::test_a_name_from_outside_is_no_path",)
SHELL = (f"{HERE}::test_no_program_is_started_through_a_shell",)
FETCH = (f"{HERE}::test_nothing_a_stranger_names_is_fetched",)
ROW = (f"{LEAKS}::test_cve_2026_56424_what_is_changed_is_what_was_asked_about",)
ALIKE = (f"{READERS}::test_what_may_not_be_seen_is_answered_like_what_is_not_held",)
REFUSED = (f"{DOOR}::test_what_a_reader_may_not_ask_is_refused_alike_whether_it_exists_or_not",)
TOKEN = (f"{DOOR}::test_a_token_that_is_unknown_taken_back_or_said_another_way_is_refused_alike",)
KEEPER = (f"{DOOR}::test_no_person_lets_in_another_else_one_could_be_two",)
TABLE = ("house/test_admission.py::test_every_route_is_in_the_table_and_nothing_else_is",)
VERBS = (f"{HERE}::test_another_verb_is_no_way_around",)
READING = (f"{HERE}::test_asking_changes_nothing",)
FIELDS = (f"{HERE}::test_every_question_refuses_fields_it_does_not_know",)
SQL = (f"{HERE}::test_words_of_query_languages_are_words",)
SHOWN = (f"{HERE}::test_what_looks_like_a_template_or_markup_is_text",)
CANARY = (f"{OUT}::test_nothing_of_it_comes_to_a_reader_of_another_desk",)
SIGNED = "unit/formats/suites/test_signatures.py"

PAGES = Later(5, "no page is rendered before there is a console or a feed in HTML; until then answers are JSON")
NO_PASSWORD = Later(5, "there is no password, one-time code or reset; a token has 256 random bits and is not guessed")
NO_ACCOUNTS = Later(5, "there is no account, role or sign-in of another system to be linked or raised")

VULNERABILITIES: dict[str, tuple[str, ...] | Later] = {
    "CVE-2015-5721": CODE,
    "CVE-2019-12868": (*CODE, *PATHS),
    "CVE-2022-29528": CODE,
    "CVE-2018-19908": (*SHELL, *PATHS),
    "CVE-2021-41326": SHELL,
    "CVE-2018-8949": ROW,
    "CVE-2019-9482": (f"{LEAKS}::test_opencti_15533_names_copied_beside_filtered_references_stay_with_them",),
    "CVE-2020-14969": (f"{LEAKS}::test_thehive_1427_likeness_to_what_is_hidden_shows_nothing",),
    "CVE-2020-15411": (*REFUSED, *CANARY),
    "CVE-2020-8894": (f"{LEAKS}::test_opencti_6785_no_history_tells_of_what_was",),
    "CVE-2021-27904": (f"{LEAKS}::test_misp_4200_a_caveat_that_names_nobody_is_for_nobody",),
    "CVE-2021-31780": (f"{LEAKS}::test_misp_4200_a_caveat_that_names_nobody_is_for_nobody", *ROW),
    "CVE-2019-19379": ("unit/services/release/test_marking.py::test_marks_add_up_for_the_versions_to_come",),
    "CVE-2023-50918": (*REFUSED, *CANARY),
    "CVE-2022-42724": REFUSED,
    "CVE-2024-45509": ALIKE,
    "CVE-2024-46918": REFUSED,
    "CVE-2018-12649": (*VERBS, *TOKEN),
    "CVE-2020-8890": NO_PASSWORD,
    "CVE-2020-8891": TOKEN,
    "CVE-2020-8892": VERBS,
    "CVE-2022-29534": (*TABLE, *VERBS, f"{DOOR}::test_a_header_of_somebody_else_makes_nobody_more_than_they_are"),
    "CVE-2017-14337": TOKEN,
    "CVE-2019-12794": KEEPER,
    "CVE-2020-28043": FETCH,
    "CVE-2022-27245": FETCH,
    "CVE-2022-27243": PATHS,
    "CVE-2022-27246": PAGES,
    "CVE-2017-16946": ("contract/test_persons.py::test_what_is_kept_does_not_give_the_token_back", *CANARY),
    "CVE-2021-39302": SQL,
    "CVE-2023-48656": SQL,
    "CVE-2024-25675": READING,
    "CVE-2023-37306": (f"{OUT}::test_an_unforeseen_error_is_told_by_a_number_alone",),
    "CVE-2017-13671 and 39 more": (*SHOWN, f"{FILES}::test_what_strangers_wrote_cannot_steer_the_terminal"),
    "CVE-2026-56424": (*ROW, *REFUSED),
    "CVE-2026-44380": KEEPER,
    "CVE-2026-9084": NO_ACCOUNTS,
    "CVE-2026-10856": FETCH,
    "CVE-2024-45404": NO_PASSWORD,
    "CVE-2026-21886": (*ROW, *REFUSED),
    "CVE-2026-21887": FETCH,
    "CVE-2026-27960": (*TOKEN, f"{DOOR}::test_a_header_of_somebody_else_makes_nobody_more_than_they_are"),
    "CVE-2026-44730": KEEPER,
    "CVE-2023-39069 (SB-SEC-ADV-2022-001)": TOKEN,
    "SB-SEC-ADV-2022-002": (*TABLE, *REFUSED),
    "CVE-2024-22877 (2023-001), CVE-2024-22876 (2023-002), SB-SEC-ADV-2023-003": SHOWN,
    "SB-SEC-ADV-2023-004": NO_PASSWORD,
    "SB-SEC-ADV-2023-005, 2024-001": TOKEN,
    "CVE-2025-48740": READING,
    "CVE-2025-48739": FETCH,
    "CVE-2025-48738": NO_PASSWORD,
    "CVE-2025-48741": (*TABLE, *REFUSED),
    "CVE-2026-22783 (GHSA-qhqj-8qw6-wp8v)": (*FIELDS, *PATHS),
    "CVE-2024-34060 (GHSA-9rw6-5q9j-82fm)": PATHS,
    "CVE-2024-25624 (GHSA-m64w-f7fg-hpcr)": (*CODE, *SHOWN),
    "CVE-2024-25640, CVE-2023-50712, CVE-2023-30615": SHOWN,
    "CVE-2026-42540": FIELDS,
    "no CVE found": (*TOKEN, *CODE),
    "XRDDEV-3054 (7.7.1, Dec 2025)": (*TABLE, *REFUSED),
    "XRDDEV-2889": ("unit/faces/api/test_health.py::test_a_node_whose_signer_does_not_sign_is_not",),
    "XRDDEV-2840": (f"{OUT}::test_metrics_carry_labels_of_a_closed_list",
                    f"{OUT}::test_the_log_carries_fields_of_a_closed_list"),
    "GHSA-pwqf-9h7j-7mv8": (f"{SIGNED}::test_one_good_signature_is_not_enough",),
    "GHSA-3633-5h82-39pq": (f"{SIGNED}::test_one_good_signature_is_not_enough",
                            "unit/formats/envelope/test_anchor.py::test_one_key_for_two_purposes_is_refused"),
    "CVE-2022-29173": Later(4, "anchors have versions, root metadata with roll-back checks comes with key rotation"),
    "GHSA-fphv-w9fq-2525": Later(4, "thresholds come with root metadata; today both signatures are needed, always"),
    "GHSA-5q2r-92f9-4m49": (f"{SIGNED}::test_one_good_signature_is_not_enough",),
}  # fmt: skip

SHARE, RULES = "unit/services/release/test_sharing.py", "unit/core/release/test_rules.py"
TOLD = "unit/services/withdrawal"
MARKS = "unit/formats/stix/test_markings.py"
MOVES: dict[str, tuple[str, ...] | Later] = {
    "REL01": (f"{SHARE}::test_an_unmarked_object_stays",),
    "REL02": (f"{LEAKS}::test_opencti_connectors_6593_an_unknown_marking_is_no_lack_of_one",),
    "REL03": (f"{LEAKS}::test_opencti_connectors_6593_an_unknown_marking_is_no_lack_of_one",),
    "REL04": (f"{LEAKS}::test_misp_2223_of_two_colours_the_narrower_counts",),
    "REL05": (f"{RULES}::test_each_rule_speaks_where_the_policy_says", "house/test_policy_page.py"),
    "REL06": ("unit/formats/stix/test_tlp.py::test_a_label_is_read_in_the_spellings_in_use",),
    "REL07": (f"{SHARE}::test_a_granular_marking_counts_for_the_whole",),
    "REL08": (f"{MARKS}::test_an_object_whose_markings_cannot_be_read_is_not_held_as_if_it_had_none",),
    "REL09": (f"{LEAKS}::test_opencti_17576_a_report_does_not_name_what_its_reader_may_not_have",),
    "REL10": (f"{LEAKS}::test_deterministic_ids_of_hidden_observables_are_told_to_nobody",),
    "REL11": (f"{LEAKS}::test_opencti_15533_names_copied_beside_filtered_references_stay_with_them",
              f"{LEAKS}::test_opencti_6785_no_history_tells_of_what_was"),
    "REL12": (f"{LEAKS}::test_deterministic_ids_of_hidden_observables_are_told_to_nobody",),
    "REL13": (f"{SHARE}::test_a_newer_and_narrower_version_holds_back_the_older_one",
              f"{TOLD}/test_correcting.py::test_an_old_version_that_comes_after_its_correction_is_not_used"),
    "REL14": (f"{TOLD}/test_narrowing.py::test_a_wider_word_widens_nothing",),
    "REL15": (f"{TOLD}/test_recalling.py::test_each_partner_hears_only_of_what_it_got",),
    "REL16": (f"{LEAKS}::test_misp_2455_what_one_gave_does_not_go_on_to_another",),
    "REL17": ("attack/test_consent.py::test_an_altered_answer_is_kept_flagged_and_grants_nothing",
              "unit/core/release/test_circumstances.py::test_a_grant_that_differs_in_anything_does_not"),
    "REL18": ("unit/services/consent/test_answering.py::test_calls_back_what_left_and_lets_nothing_more_go",),
    "REL19": ("unit/core/markings/test_lattice.py::test_two_caveats_meet_in_the_narrower",),
    "REL20": (f"{RULES}::test_nobody_outside_the_caveat_gets_anything",
              f"{RULES}::test_the_digest_names_policy_profile_and_holder"),
    "REL21": (f"{LEAKS}::test_opencti_connectors_7011_a_marking_on_a_part_counts_for_the_whole",
              f"{MARKS}::test_a_marking_counts_wherever_it_stands"),
    "REL22": (*ALIKE, f"{READERS}::test_a_cursor_that_names_what_is_hidden_is_none"),
    "REL23": (f"{LEAKS}::test_thehive_1427_likeness_to_what_is_hidden_shows_nothing",
              f"{READERS}::test_only_the_newest_version_is_seen"),
    "REL24": (*CANARY, f"{OUT}::test_what_people_look_at_beside_holdings_holds_nothing_of_it"),
    "REL25": (f"{HERE}::test_a_gate_that_breaks_lets_nothing_go",),
    "REL26": (f"{SHARE}::test_what_is_narrowed_between_the_gate_and_the_commit_does_not_leave",
              "unit/core/release/test_released.py::test_a_document_is_not_released_under_other_rules_than_its_parts"),
    "REL27": ("unit/services/consent/test_overriding.py",),
    "REL28": ("attack/test_envelope.py::test_no_flipped_bit_outside_the_signatures_is_taken",),
    "REL29": (f"{LEAKS}::test_opencti_17576_a_report_does_not_name_what_its_reader_may_not_have",
              "unit/core/tearline/test_inheriting.py"),
    "REL30": Later(7, "joint statements come with joint records; what a draft refers to narrows it like anything else"),
}  # fmt: skip


def named(table):
    return sorted({each for row in table.values() if isinstance(row, tuple) for each in row})


def catalogue(data, file, member):
    return json.loads((data / "security" / "attack_catalogue" / file).read_text("utf-8"))[member]


def test_every_known_vulnerability_is_played_or_waits_for_its_room(data):
    items = catalogue(data, "peer_vulnerabilities.json", "items")
    assert [each["id"] for each in items] == list(VULNERABILITIES)
    assert len(items) == 66


def test_every_move_against_the_release_is_played_or_waits_for_its_room(data):
    moves = catalogue(data, "attacker_moves.json", "moves")
    assert [each["id"] for each in moves if each["id"].startswith("REL")] == list(MOVES)


@pytest.mark.parametrize("test", named(VULNERABILITIES | MOVES))
def test_a_test_that_a_row_names_exists(test):
    path, _, name = test.partition("::")
    assert (TESTS / path).is_file()
    tree = ast.parse((TESTS / path).read_text("utf-8"))
    functions = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
    assert not name or name in functions


def test_what_waits_names_an_issue_to_come_and_why():
    for row in (VULNERABILITIES | MOVES).values():
        assert isinstance(row, tuple) or (row.issue > 3 and len(row.why) > 40)


@cache
def modules():
    return {path: ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py")}


def imported(tree):
    for each in ast.walk(tree):
        if isinstance(each, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module:
            yield each.module.partition(".")[0]


def test_nothing_a_stranger_sends_becomes_code():
    """No deserialiser of objects, no XML, no template engine at work on anything, no evaluation."""
    never = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle", "xml", "lxml", "jinja2", "plistlib"}
    for path, tree in modules().items():
        assert not never & set(imported(tree)), path
        for each in ast.walk(tree):
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
                assert each.func.id not in ("eval", "exec", "compile", "__import__"), path


def test_no_program_is_started_through_a_shell():
    for path, tree in modules().items():
        for each in ast.walk(tree):
            if isinstance(each, ast.Call):
                assert not [word for word in each.keywords if word.arg == "shell"], path
                assert ast.unparse(each.func) not in ("os.system", "os.popen", "subprocess.getoutput"), path


def test_nothing_a_stranger_names_is_fetched():
    """Three modules speak HTTP: to a partner's pinned address, to witnesses of a policy, to the node's own socket."""
    clients = {"httpx2", "httpx", "requests", "aiohttp", "ftplib", "smtplib"}
    can = {path.relative_to(SOURCE).as_posix() for path, tree in modules().items() if clients & set(imported(tree))}
    assert can == {"adapters/partner_http.py", "adapters/witness_http.py", "faces/cli/door.py"}
    for path in modules():
        assert "urllib.request" not in path.read_text("utf-8"), path


@pytest.fixture
def two(tmp_path):
    with pair(tmp_path) as made:
        yield made


def test_a_name_from_outside_is_no_path(two, tmp_path):
    before = sorted(path for path in tmp_path.rglob("*") if not path.name.startswith("node.db"))
    home = Reader(two.aaa)
    for name in ("../../x.json", "/etc/passwd", "phar://x.json", "CON", "x%00y", "$(touch x)", "; ls"):
        home.ask("POST", "/holdings/import", params={"name": name, "tlp": "green"}, content=json.dumps(indicator(1)))
        for path in (f"/holdings/{name}", f"/channel/envelopes/{name}", f"/partners/{name}"):
            assert home.ask("GET", path).status_code in (400, 404, 422)
    after = sorted(path for path in tmp_path.rglob("*") if not path.name.startswith("node.db"))
    assert after == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods - {'HEAD'})} {route.path}")
def test_every_question_refuses_fields_it_does_not_know(route):
    question = getclosurevars(route.endpoint).nonlocals["question"]
    seen, waiting = set(), [question]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            assert each.__struct_config__.forbid_unknown_fields, each
            waiting.extend(typing.get_type_hints(each).values())
        else:
            waiting.extend(part for part in typing.get_args(each) if isinstance(part, type) or typing.get_args(part))
    assert question in seen


INJECTIONS = (
    "' OR 1=1 --", '"; DROP TABLE holdings; --', "x') UNION SELECT digest FROM persons --", "example* NOT red",
    "NEAR(a b)", "a' & !b | (c", "%' ESCAPE '", "words:x", "\\",
)  # fmt: skip


@pytest.mark.parametrize("as_reader", [True, False])
def test_words_of_query_languages_are_words(two, as_reader):
    take_in(two.aaa, indicator(1, "red"), indicator(2, "green"))
    who = let_in(two.aaa, "hill") if as_reader else Reader(two.aaa)
    for words in INJECTIONS:
        for name in ("words", "type", "after", "limit"):
            answer = who.ask("GET", "/holdings/find" if name == "words" else "/holdings", params={name: words})
            assert answer.status_code in (200, 400, 422)
            assert uid("indicator", 1) not in answer.text
        assert who.ask("GET", f"/holdings/{words}").status_code in (404, 422)
    assert len(Reader(two.aaa).ids()) == 2


def test_another_verb_is_no_way_around(two):
    home = Reader(two.aaa)
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "").removeprefix("/v1")
        known = {method for each in ROUTES if each.matches(_scope("GET", path))[0].value for method in each.methods}
        for method in {"PUT", "DELETE", "OPTIONS", "X-ANY"} - known:
            overriding = {"x-http-method-override": min(route.methods), "x-method-override": min(route.methods)}
            assert home.ask(method, path, headers=overriding).status_code in (404, 405)


def _scope(method, path):
    return {"type": "http", "method": method, "path": f"/v1{path}", "root_path": "", "headers": []}


LOGGED = {"log_leaves", "log_subtrees", "logs", "checkpoints", "counters"}
"""That something was asked may be written down."""


def test_asking_changes_nothing(two):
    take_in(two.aaa, indicator(1, "green"))

    def state():
        with two.aaa.database.read() as connection:
            tables = [table for name, table in sorted(METADATA.tables.items()) if name not in LOGGED]
            return {table.name: connection.execute(table.select()).all() for table in tables}

    before = state()
    for route in ROUTES:
        if "GET" in route.methods:
            path = route.path.replace("{stix_id}", uid("indicator", 1)).replace("{", "").replace("}", "")
            Reader(two.aaa).ask("GET", path.removeprefix("/v1"), params={"to": "BBB/cert:csirt", "words": "example"})
    assert state() == before


TEXTS = (
    "{{7*7}}",
    "${7*7}",
    "%s%n",
    "{0.__class__}",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "=1+1",
    "\u202eabc",
)


def test_what_looks_like_a_template_or_markup_is_text(two):
    take_in(two.aaa, *(indicator(number, "green", name=text) for number, text in enumerate(TEXTS)))
    for who in (Reader(two.aaa), let_in(two.aaa, "hill")):
        answer = who.ask("GET", "/holdings")
        assert [each["name"] for each in answer.json()] == list(reversed(TEXTS))
        assert answer.headers["content-type"] == "application/json"
        for text in TEXTS:
            refused = who.ask("GET", f"/holdings/{text.replace('/', '')}")
            assert refused.headers["content-type"] == "application/json"
            assert "49" not in refused.text


def test_a_gate_that_breaks_lets_nothing_go(two, monkeypatch):
    take_in(two.aaa, indicator(1, "green"))
    hill = let_in(two.aaa, "hill")

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("tasuki.services.node.sights.Gate.verdict", broken)
    with capture_logs() as lines:
        for path in ("/holdings", "/holdings/find?words=example", f"/holdings/{uid('indicator', 1)}"):
            answer = hill.ask("GET", path)
            assert answer.status_code == 500
            assert uid("indicator", 1) not in answer.text
        assert hill.ask("POST", "/holdings/export", json={}).status_code == 500
    assert [line["event"] for line in lines] == ["http.unexpected"] * 4
