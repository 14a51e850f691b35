# SPDX-License-Identifier: MIT
"""A node says that it is up only while it can sign."""

import asyncio
from dataclasses import replace

import httpx2
import pytest

from making_nodes import make_node
from tasuki.adapters.reasons import SIGNER_GONE
from tasuki.adapters.signer import Signer
from tasuki.base.errors import WorldError
from tasuki.faces.api.app import api_app


@pytest.fixture
def node(tmp_path):
    made = make_node(tmp_path, "GBR/gbr-1", lambda *_: b"")
    yield made
    made.database.close()


def ask(node):
    async def talk():
        transport = httpx2.ASGITransport(app=api_app(node), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.get("http://node/v1/health")

    return asyncio.run(talk())


def gone(_question):
    raise WorldError(SIGNER_GONE.because(cause="closed"), retry=True)


def test_a_node_that_can_sign_is_up(node):
    answer = ask(node)
    assert (answer.status_code, answer.json()["up"]) == (200, True)


@pytest.mark.parametrize(
    "signer",
    [
        pytest.param(lambda _node: Signer(gone, lambda: None), id="gone"),
        pytest.param(lambda node: Signer.in_process(node.me, ()), id="without keys"),
    ],
)
def test_a_node_whose_signer_does_not_sign_is_not(node, signer):
    answer = ask(replace(node, signer=signer(node)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "health.signer-silent")
    assert answer.json()["error"]["ja"]
