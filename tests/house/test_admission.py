# SPDX-License-Identifier: MIT
"""Every route of the local API says who may ask it, and readers may ask what the policy lets them."""

from __future__ import annotations

from tasuki.faces.api.admission import TABLE, Admits, line
from tasuki.faces.api.app import ROUTES

READERS = {
    "GET /v1/holdings",
    "GET /v1/holdings/find",
    "GET /v1/holdings/{stix_id}",
    "GET /v1/release/explain/{stix_id}",
    "POST /v1/holdings/export",
}
"""Written here once more on purpose: whoever opens another way to readers says so twice (policy section 10)."""


BY_NAME = {
    "POST /v1/backup",
    "POST /v1/backup/key",
    "POST /v1/recovery/open",
    "POST /v1/holds",
    "POST /v1/holds/lift",
    "POST /v1/trust/rotate",
    "POST /v1/trust/use",
    "POST /v1/trust/revoke",
    "POST /v1/trust/root",
    "POST /v1/trust/sign",
    "POST /v1/trust/seal",
    "POST /v1/trust/publish",
}
"""What concerns the whole node, or is done in the names of two people whom the keeper writes down."""


def test_every_route_is_in_the_table_and_nothing_else_is():
    assert {line(route) for route in ROUTES} == set(TABLE)


def test_a_route_has_one_method_by_which_the_table_knows_it():
    assert all(len((route.methods or set()) - {"HEAD"}) == 1 for route in ROUTES)


def test_readers_may_ask_nothing_but_what_is_named_here():
    assert {line for line, admits in TABLE.items() if admits is Admits.READER} == READERS


def test_who_gives_out_tokens_needs_none():
    keepers = {line for line, admits in TABLE.items() if admits is Admits.KEEPER}
    assert keepers == {"POST /v1/persons", "POST /v1/persons/remove", *BY_NAME}
