# SPDX-License-Identifier: MIT
"""Who may ask what: a token is looked up before anything else, and a table says for each route who is let in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tasuki.base.errors import TasukiError
from tasuki.core.persons.model import Principal
from tasuki.core.persons.reasons import NOT_FOR_READERS, UNKNOWN_TOKEN
from tasuki.faces.http.kit import PRINCIPAL, error_response, status_of
from tasuki.services import persons
from tasuki.services.node import Node

_BEARER: Final = b"bearer "
_UNKNOWN: Final = 401
_REFUSED: Final = 403


class Admits(StrEnum):
    """Who may ask a route."""

    KEEPER = "keeper"
    """Whoever may open the node's socket, and no token beside: who gives tokens out must not need one."""
    HOME = "home"
    """The keeper, and people of the home's own desk."""
    READER = "reader"
    """Everybody known here; the gate decides what they get."""


TABLE: Final[Mapping[str, Admits]] = {
    "GET /v1/assistance": Admits.HOME,
    "POST /v1/assistance": Admits.HOME,
    "GET /v1/assistance/words": Admits.HOME,
    "GET /v1/assistance/definitions": Admits.HOME,
    "GET /v1/assistance/{stix_id}": Admits.HOME,
    "POST /v1/assistance/{stix_id}/amend": Admits.HOME,
    "POST /v1/assistance/{stix_id}/acknowledge": Admits.HOME,
    "POST /v1/assistance/{stix_id}/answer": Admits.HOME,
    "POST /v1/assistance/{stix_id}/close": Admits.HOME,
    "POST /v1/backup": Admits.KEEPER,
    "POST /v1/backup/key": Admits.KEEPER,
    "GET /v1/recovery": Admits.HOME,
    "POST /v1/recovery/catch-up": Admits.HOME,
    "POST /v1/recovery/open": Admits.KEEPER,
    "GET /v1/holds": Admits.HOME,
    "POST /v1/holds": Admits.KEEPER,
    "POST /v1/holds/lift": Admits.KEEPER,
    "GET /v1/bundle": Admits.HOME,
    "POST /v1/bundle/epoch": Admits.HOME,
    "POST /v1/bundle/export": Admits.HOME,
    "POST /v1/bundle/import": Admits.HOME,
    "GET /v1/channel/lanes": Admits.HOME,
    "GET /v1/channel/envelopes": Admits.HOME,
    "GET /v1/channel/envelopes/{env_id}": Admits.HOME,
    "POST /v1/channel/envelopes/{env_id}/decide": Admits.HOME,
    "POST /v1/channel/sync": Admits.HOME,
    "GET /v1/channel/reconciliations": Admits.HOME,
    "POST /v1/channel/reconcile": Admits.HOME,
    "GET /v1/consent": Admits.HOME,
    "POST /v1/consent": Admits.HOME,
    "POST /v1/consent/victim": Admits.HOME,
    "POST /v1/consent/victim/state": Admits.HOME,
    "POST /v1/consent/override": Admits.HOME,
    "POST /v1/consent/override/confirm": Admits.HOME,
    "POST /v1/consent/override/reject": Admits.HOME,
    "POST /v1/consent/override/end": Admits.HOME,
    "GET /v1/consent/{request}": Admits.HOME,
    "POST /v1/consent/{request}/grant": Admits.HOME,
    "POST /v1/consent/{request}/refuse": Admits.HOME,
    "POST /v1/consent/{request}/withdraw": Admits.HOME,
    "GET /v1/detection": Admits.HOME,
    "GET /v1/detection/indicators/{stix_id}": Admits.HOME,
    "POST /v1/detection/hunts": Admits.HOME,
    "POST /v1/detection/answers": Admits.HOME,
    "POST /v1/detection/answers/check": Admits.HOME,
    "GET /v1/health": Admits.HOME,
    "GET /v1/health/status": Admits.HOME,
    "GET /v1/health/alarms": Admits.HOME,
    "POST /v1/health/doctor": Admits.HOME,
    "GET /v1/metrics": Admits.HOME,
    "GET /v1/holdings": Admits.READER,
    "POST /v1/holdings/import": Admits.HOME,
    "POST /v1/holdings/export": Admits.READER,
    "POST /v1/holdings/dispose": Admits.HOME,
    "GET /v1/holdings/find": Admits.READER,
    "GET /v1/holdings/quarantine": Admits.HOME,
    "POST /v1/holdings/quarantine/drop": Admits.HOME,
    "POST /v1/holdings/quarantine/retry": Admits.HOME,
    "GET /v1/holdings/quarantine/{number}": Admits.HOME,
    "GET /v1/holdings/quarantine/{number}/content": Admits.HOME,
    "GET /v1/holdings/{stix_id}": Admits.READER,
    "GET /v1/ledger": Admits.HOME,
    "POST /v1/ledger/evidence": Admits.HOME,
    "POST /v1/ledger/audit": Admits.HOME,
    "POST /v1/ledger/export": Admits.HOME,
    "GET /v1/ledger/tile": Admits.HOME,
    "GET /v1/marking/{stix_id}": Admits.HOME,
    "GET /v1/marking/{stix_id}/readers": Admits.HOME,
    "GET /v1/partners": Admits.HOME,
    "POST /v1/partners": Admits.HOME,
    "GET /v1/partners/anchor": Admits.HOME,
    "GET /v1/partners/anchor/file": Admits.HOME,
    "GET /v1/partners/{partner}": Admits.HOME,
    "POST /v1/partners/{partner}/compare": Admits.HOME,
    "GET /v1/persons": Admits.HOME,
    "POST /v1/persons": Admits.KEEPER,
    "POST /v1/persons/remove": Admits.KEEPER,
    "POST /v1/release/mark": Admits.HOME,
    "GET /v1/release/explain/{stix_id}": Admits.READER,
    "POST /v1/release/share": Admits.HOME,
    "POST /v1/release/share-next": Admits.HOME,
    "POST /v1/withdrawal/revoke": Admits.HOME,
    "POST /v1/withdrawal/recall": Admits.HOME,
    "POST /v1/withdrawal/narrow": Admits.HOME,
    "POST /v1/withdrawal/correct/{stix_id}": Admits.HOME,
    "GET /v1/withdrawal": Admits.HOME,
    "GET /v1/release/rules": Admits.HOME,
    "POST /v1/release/rules/try": Admits.HOME,
    "GET /v1/tearlines": Admits.HOME,
    "POST /v1/tearlines": Admits.HOME,
    "POST /v1/tearlines/release": Admits.HOME,
    "POST /v1/tearlines/reject": Admits.HOME,
    "GET /v1/tearlines/{number}": Admits.HOME,
    "GET /v1/trust": Admits.HOME,
    "GET /v1/trust/file": Admits.HOME,
    "POST /v1/trust/rotate": Admits.KEEPER,
    "POST /v1/trust/use": Admits.KEEPER,
    "POST /v1/trust/revoke": Admits.KEEPER,
    "GET /v1/trust/doubtful": Admits.HOME,
    "POST /v1/trust/confirm": Admits.HOME,
    "POST /v1/trust/root": Admits.KEEPER,
    "POST /v1/trust/sign": Admits.KEEPER,
    "POST /v1/trust/seal": Admits.KEEPER,
    "POST /v1/trust/publish": Admits.KEEPER,
}
"""Each route, and who is let in; one that is not here lets in nobody who shows a token."""


def line(route: Route) -> str:
    """Return a route as the table writes it."""
    return f"{min((route.methods or set()) - {'HEAD'})} {route.path}"


class Admission:
    """Stands before the local API. What a token may not ask is refused alike, whether there is such a route or not."""

    def __init__(self, app: ASGIApp, routes: Iterable[Route]) -> None:
        """Let in to `app`, whose routes are these, in the order in which it tries them."""
        self._app = app
        self._routes = tuple(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on with who asks."""
        said = [value for name, value in scope.get("headers", ()) if name.lower() == b"authorization"]
        if scope["type"] != "http" or not said:
            await self._app(scope, receive, send)
            return
        node: Node = scope["app"].state.node
        try:
            principal = await run_in_threadpool(_known, node, said)
        except TasukiError as error:
            await error_response(error.reason, status_of(error))(scope, receive, send)
            return
        if principal is None:
            answer = error_response(UNKNOWN_TOKEN.because(), _UNKNOWN)
            answer.headers["www-authenticate"] = "Bearer"
            await answer(scope, receive, send)
        elif not self._admits(node, principal, scope):
            await error_response(NOT_FOR_READERS.because(), _REFUSED)(scope, receive, send)
        else:
            await self._app({**scope, PRINCIPAL: principal}, receive, send)

    def _admits(self, node: Node, principal: Principal, scope: Scope) -> bool:
        route = next((each for each in self._routes if each.matches(scope)[0] is Match.FULL), None)
        admits = Admits.KEEPER if route is None else TABLE.get(line(route), Admits.KEEPER)
        return admits is Admits.READER or (admits is Admits.HOME and principal.is_of(node.home))


def _known(node: Node, said: list[bytes]) -> Principal | None:
    """Return who shows a token; nobody is let in who says two things, or says it another way."""
    if len(said) != 1 or not said[0].lower().startswith(_BEARER):
        return None
    return persons.who(node, said[0][len(_BEARER) :].decode("latin-1"))
