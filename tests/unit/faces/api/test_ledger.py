# SPDX-License-Identifier: MIT
"""The API shows the logs, proves and audits them, and hands out tiles."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from making_ledger import change, cosigned, joined, leaves_of, send, sent_ids
from tasuki.core.ledger.evidence import verify_evidence
from tasuki.core.ledger.model import AUDIT
from tasuki.core.ledger.periods import Period
from tasuki.faces.api.app import api_app
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.note import parse_note
from tasuki.store import ledger as store


def call(node, method, path, **more):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://node{path}", **more)

    return asyncio.run(talk())


@pytest.fixture
def nodes(tmp_path):
    with joined(tmp_path) as (gbr, jpn):
        send(gbr, "JPN", 2)
        cosigned(gbr, jpn)
        yield gbr, jpn


def test_logs_are_shown_by_name_and_all_together(nodes):
    gbr, _ = nodes
    everything = call(gbr, "GET", "/v1/ledger").json()
    assert [each["log"] for each in everything] == ["audit", "pair:JPN"]
    (pair,) = call(gbr, "GET", "/v1/ledger?partner=JPN&limit=1").json()
    assert (pair["size"], len(pair["leaves"]), pair["checkpoints"][0]["cosigned_by"]) == (
        4,
        1,
        "tasuki/JPN/jpn-1/witness",
    )
    (private,) = call(gbr, "GET", "/v1/ledger?audit=true&limit=2").json()
    assert (private["log"], private["partner"]) == ("audit", None)
    assert call(gbr, "GET", "/v1/ledger?partner=USA").status_code == 400
    assert call(gbr, "GET", "/v1/ledger?limit=1001").status_code == 400


def test_evidence_comes_as_a_file_closed_unless_opened(nodes):
    gbr, jpn = nodes
    env_id = sent_ids(gbr)[0]
    for opened in (False, True):
        answer = call(gbr, "POST", "/v1/ledger/evidence", json={"partner": "JPN", "env_id": env_id, "open": opened})
        assert answer.headers["content-type"] == "application/octet-stream"
        assert verify_evidence(answer.content, (gbr.anchor, jpn.anchor)).holds
        assert (env_id in answer.text) == opened
    refused = call(gbr, "POST", "/v1/ledger/evidence", json={"partner": "JPN", "env_id": "none"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "ledger.no-leaf")
    assert call(gbr, "POST", "/v1/ledger/evidence", json={"partner": "no", "env_id": env_id}).status_code == 400
    assert call(gbr, "POST", "/v1/ledger/evidence", json={"partner": "USA", "env_id": env_id}).status_code == 502


def test_an_audit_says_what_differs_in_both_languages(nodes):
    gbr, _ = nodes
    audit, pair = call(gbr, "POST", "/v1/ledger/audit", json={}).json()
    assert (audit["differences"], pair["differences"], pair["unseen"]) == ([], [], [])
    assert pair["envelopes"] == {"sent": 2, "receipted": 2, "issued": 0, "acknowledged": 0}
    table = store.LEAVES
    change(gbr, table.update().where(table.c.log == AUDIT, table.c.leaf_index == 1).values(salt=bytes(32)))
    audit, _ = call(gbr, "POST", "/v1/ledger/audit", json={}).json()
    (found,) = audit["differences"]
    assert (found["code"], found["params"]["index"]) == ("ledger.audit-leaf", 1)
    assert found["en"].startswith("audit: leaf 1 was altered")
    assert "葉1" in found["ja"]


def test_checkpoint_and_tiles_come_as_they_are_written(nodes):
    gbr, _ = nodes
    checkpoint = call(gbr, "POST", "/v1/ledger/export", json={"partner": "JPN"}).content
    assert parse_checkpoint(parse_note(checkpoint).text).size == 4
    tile = call(gbr, "GET", "/v1/ledger/tile?partner=JPN&size=4&tile=tile/0/000.p/4").content
    with gbr.database.read() as connection:
        assert tile == b"".join(store.row_of(connection, Period(log="pair:JPN"))(0, 0, 4))
    entries = call(gbr, "GET", "/v1/ledger/tile?partner=JPN&size=4&tile=tile/entries/000.p/4").content
    assert entries == b"".join(b"\x00\x20" + leaf.commitment for leaf in leaves_of(gbr, "pair:JPN"))
    assert call(gbr, "GET", "/v1/ledger/tile?partner=JPN&size=4&tile=tile/0/001").status_code == 422
    assert call(gbr, "POST", "/v1/ledger/export", json={}).status_code == 400
