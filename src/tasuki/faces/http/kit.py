# SPDX-License-Identifier: MIT
"""The kit of the HTTP faces: routes from plain service functions, typed by msgspec, run in threads."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tasuki.base.errors import CallerError, InputError, PeerError, TasukiError, WorldError
from tasuki.base.limits import MAX_FILE_BYTES
from tasuki.base.reasons import Reason
from tasuki.core.persons.model import Principal
from tasuki.core.release.released import Released
from tasuki.faces.http.reasons import BAD_REQUEST, CUT_OFF, NO_ROUTE, TOO_LARGE, UNEXPECTED
from tasuki.services.node import Node
from tasuki.services.persons import home_principal

MAX_QUESTION_BYTES: Final = 4 << 20
"""A JSON question to the local API: lists of ids, settings, one object."""

JSON: Final = "application/json"
JSON_LINES: Final = "application/x-ndjson"
BYTES: Final = "application/octet-stream"

PRINCIPAL: Final = "tasuki.principal"
"""Where a face that made sure who asks says so, in the scope of the request."""

_LOG = structlog.get_logger("tasuki.http")
_STATUS: Final[tuple[tuple[type[TasukiError], int], ...]] = (
    (InputError, 422),
    (PeerError, 502),
    (WorldError, 503),
    (CallerError, 400),
)

Q = TypeVar("Q")


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The question of a route that asks for nothing but its path."""


def get(path: str, question: type[Q], act: Callable[[Node, Q], object]) -> Route:
    """Return a route that reads path and query parameters into `question` and answers `act(node, question)`.

    Args:
        path: such as `/v1/holdings/{id}`.
        question: a `msgspec.Struct` that forbids unknown fields; `Nothing` where there is nothing to ask.
        act: runs in a thread. What it returns decides the answer: `Released` its body, bytes as they are, an
            iterator of bytes as JSON lines one after the other, anything else as JSON (dataclasses, structs, mappings;
            a `Reason` goes in as `reason.as_json()`, names as text).
    """

    async def endpoint(request: Request) -> Response:
        asked = _convert({**request.query_params, **request.path_params}, question, strict=False)
        return await _answer(act, node_of(request), asked)

    return Route(path, endpoint, methods=["GET"])


def post(path: str, question: type[Q], act: Callable[[Node, Q], object]) -> Route:
    """Return a route that reads a JSON body (and path parameters) into `question`; see `get`."""

    async def endpoint(request: Request) -> Response:
        asked = await _posted(request, question)
        return await _answer(act, node_of(request), asked)

    return Route(path, endpoint, methods=["POST"])


def get_by(path: str, question: type[Q], act: Callable[[Node, Q, Principal], object]) -> Route:
    """Return a route as `get`, whose act is told who asks: `act(node, question, principal)`."""

    async def endpoint(request: Request) -> Response:
        asked = _convert({**request.query_params, **request.path_params}, question, strict=False)
        return respond(await run_in_threadpool(act, node_of(request), asked, principal_of(request)))

    return Route(path, endpoint, methods=["GET"])


def post_by(path: str, question: type[Q], act: Callable[[Node, Q, Principal], object]) -> Route:
    """Return a route as `post`, whose act is told who asks: `act(node, question, principal)`."""

    async def endpoint(request: Request) -> Response:
        asked = await _posted(request, question)
        return respond(await run_in_threadpool(act, node_of(request), asked, principal_of(request)))

    return Route(path, endpoint, methods=["POST"])


def principal_of(request: Request) -> Principal:
    """Return who asks: whom the face let in, else the home, for whom the way to the node is the proof."""
    found: Principal | None = request.scope.get(PRINCIPAL)
    return found or home_principal(request.app.state.node)


def node_of(request: Request) -> Node:
    """Return the node as it is for who asks: its audit log names a person who acts."""
    node: Node = request.app.state.node
    found: Principal | None = request.scope.get(PRINCIPAL)
    return node if found is None or found.person is None else replace(node, person=found.person)


def upload(path: str, question: type[Q], act: Callable[[Node, Q, Path], object]) -> Route:
    """Return a route whose body is a file: it is spooled to the node's disk and `act` gets the path of the copy.

    The copy is readable by the node only and gone when `act` returns, so `act` answers values, not iterators.
    """

    async def endpoint(request: Request) -> Response:
        asked = _convert({**request.query_params, **request.path_params}, question, strict=False)
        node = node_of(request)
        with tempfile.NamedTemporaryFile(dir=node.directory, prefix=".upload-") as file:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                if size > MAX_FILE_BYTES:
                    raise InputError(TOO_LARGE.because(limit=MAX_FILE_BYTES))
                await run_in_threadpool(file.write, chunk)
            file.flush()
            return respond(await run_in_threadpool(act, node, asked, Path(file.name)))

    return Route(path, endpoint, methods=["POST"])


def feed(path: str, question: type[Q], act: Callable[[Node, Q, Iterator[bytes]], object]) -> Route:
    """Return a route whose body is taken in while it comes: `act` gets its chunks and never has all of it at once.

    Nothing of the body touches the disk unless `act` puts it there. What `act` leaves unread is read and dropped, so
    that the sender hears the answer; the chunks raise WorldError where the sender stops in the middle.
    """

    async def endpoint(request: Request) -> Response:
        asked = _convert({**request.query_params, **request.path_params}, question, strict=False)
        body = _Body(request)
        try:
            return respond(await run_in_threadpool(act, node_of(request), asked, body.chunks()))
        finally:
            await body.drop()

    return Route(path, endpoint, methods=["POST"])


class _Body:
    """The body of a request, asked for by a thread and read by the event loop."""

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()
        self._loop = asyncio.get_running_loop()

    def chunks(self) -> Iterator[bytes]:
        """Yield the chunks; called in a thread."""
        while chunk := asyncio.run_coroutine_threadsafe(self._next(), self._loop).result():
            yield chunk

    async def _next(self) -> bytes:
        try:
            return await anext(self._stream, b"")
        except ClientDisconnect as error:
            raise WorldError(CUT_OFF.because(), retry=True) from error

    async def drop(self) -> None:
        """Read and forget what is left."""
        size = 0
        with contextlib.suppress(WorldError):
            while size <= MAX_FILE_BYTES and (chunk := await self._next()):
                size += len(chunk)


async def bounded(request: Request, limit: int) -> bytes:
    """Return the body of a request of at most `limit` bytes.

    Raises:
        InputError: it is longer; the rest is not read.
    """
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise InputError(TOO_LARGE.because(limit=limit))
        parts.append(chunk)
    return b"".join(parts)


def respond(answer: object) -> Response:
    """Return what an act answered as a response; see `get`."""
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Released):
        return Response(answer.body, media_type=BYTES)
    if isinstance(answer, bytes):
        return Response(answer, media_type=BYTES)
    if isinstance(answer, Iterator):
        return StreamingResponse(answer, media_type=JSON_LINES)
    return Response(_ENCODER.encode(answer), media_type=JSON)


def error_response(reason: Reason, status: int) -> Response:
    """Return the JSON form of an error: `{"error": {"code", "params", "en", "ja"}}`."""
    return Response(_ENCODER.encode({"error": reason.as_json()}), status_code=status, media_type=JSON)


def status_of(error: TasukiError) -> int:
    """Return the HTTP status of a family of errors."""
    for family, status in _STATUS:
        if isinstance(error, family):
            return status
    return 500


async def on_error(_request: Request, error: Exception) -> Response:
    """Answer an error raised on purpose."""
    if not isinstance(error, TasukiError):
        raise error
    return error_response(error.reason, status_of(error))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such path or method."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    return error_response(NO_ROUTE.because(method=request.method, path=request.url.path[:100]), status)


async def on_surprise(request: Request, error: Exception) -> Response:
    """Answer an error nobody foresaw; its trace goes to the log, its kind alone to the caller."""
    node: Node = request.app.state.node
    incident = node.entropy.draw(6).hex()
    _LOG.error("http.unexpected", incident=incident, path=request.url.path, exc_info=error)
    return error_response(UNEXPECTED.because(cause=type(error).__name__, incident=incident), 500)


Handler = Callable[[Request, Exception], Awaitable[Response]]
HANDLERS: Final[dict[Any, Handler]] = {
    TasukiError: on_error,
    HTTPException: on_http_error,
    Exception: on_surprise,
}
"""What every HTTP application of a node does with errors."""


def _plain(value: object) -> object:
    """Return what msgspec has no form for."""
    if isinstance(value, Path):
        return str(value)
    message = f"no JSON form for {type(value).__name__}"
    raise NotImplementedError(message)


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)


async def _posted(request: Request, question: type[Q]) -> Q:
    raw = await bounded(request, MAX_QUESTION_BYTES)
    try:
        body = msgspec.json.decode(raw or b"{}", type=dict[str, msgspec.Raw])
        for name, value in request.path_params.items():
            body[name] = msgspec.Raw(msgspec.json.encode(value))
        return msgspec.json.decode(msgspec.json.encode(body), type=question)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CallerError(BAD_REQUEST.because(detail=str(error)[:200])) from error


async def _answer(act: Callable[[Node, Q], object], node: Node, asked: Q) -> Response:
    return respond(await run_in_threadpool(act, node, asked))


def _convert(values: object, question: type[Q], *, strict: bool) -> Q:
    try:
        return msgspec.convert(values, question, strict=strict)
    except msgspec.ValidationError as error:
        raise CallerError(BAD_REQUEST.because(detail=str(error)[:200])) from error
