# SPDX-License-Identifier: MIT
"""Finds every way out of a node in its own code, and writes docs/ways-out.md.

Run `python tests/house/ways_out.py` after adding a way out; a test fails while the page is stale, while a way to a
partner has no guard named below, or while a named one is gone.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
from starlette.routing import Route

import tasuki
from tasuki.app.main import COMMANDS
from tasuki.core.release.forms import DOCUMENTS, NOTICES, PROTOCOL
from tasuki.faces.api.app import ROUTES as API
from tasuki.faces.exchange.app import ROUTES as EXCHANGE

SOURCE = Path(tasuki.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "ways-out.md"
MAKERS = ("release_objects", "release_notice", "release_protocol", "release_document", "protocol")
"""The functions of core/release that make `Released`, and the one through which the channel asks for wire forms."""

TO_PARTNERS = {
    "POST /exchange/v1/envelopes": "`accept`: a stored receipt (closed form) or an unsigned notice (code and sentence)",
    "POST /exchange/v1/add-checkpoint": "`add_checkpoint`: a cosignature line, a size, or a code with its sentence",
    "POST /exchange/v1/statement": "`answer_statement`: our statement to this very partner, or an unsigned notice",
    "POST /exchange/v1/compare": "`answer_comparison`: the closed list `compared`, of what this very partner exchanged",
    "POST /exchange/v1/mirror": "`receive_mirror`: the closed list `mirrored`",
    "GET, POST /exchange/v1/health": "`sign_of_life`: the closed list `health`",
    "services/channel/sending.py push": "an envelope: sealed from what the gate released for its one recipient",
    "services/reconciliation/exchanging.py exchange": "a statement: numbers, hashes and roots of this pair alone",
    "services/reconciliation/comparing.py _ask": "the closed list `compare`: spans of numbers of this pair",
    "services/ledger/cosigning.py _send": "the closed list `mirror`: leaves of the log kept with this very partner",
    "services/ledger/cosigning.py _ask": "a checkpoint: origin, size, root, signatures",
    "services/ledger/third.py _post": "the same, to a witness that is no partner: nothing of any leaf",
    "services/health/life.py reach": "the closed list `health`",
    "POST /exchange/v1/recover": "`answer`: the closed list `recovered`: what the partner itself logged, sent or got",
    "POST /exchange/v1/trust": "`answer`: our signed metadata, naming no partner, and what is opened to this one alone",
    "services/trust/following.py _ask": "the closed list `trust-ask`: versions",
    "services/recovery/posting.py post": "the closed list `recover`: numbers of this pair, and a token",
}
"""What guards each way to a partner: read in the code, and exercised by tests/house/test_ways_out.py."""


@dataclass(frozen=True)
class Place:
    """Something the code does, and where."""

    what: str
    where: str


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Return every module of the product by its path, parsed."""
    return tuple(
        (path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8")))
        for path in sorted(SOURCE.rglob("*.py"))
    )


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield every function of a module by its name, without those it holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node


@cache
def calls(function: ast.AST) -> tuple[ast.Call, ...]:
    """Return the calls in a function, those of functions it holds left out."""
    found: list[ast.Call] = []
    stack: list[ast.AST] = list(ast.iter_child_nodes(function))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            stack.extend(ast.iter_child_nodes(node))
    return tuple(found)


@cache
def called(call: ast.Call) -> str:
    """Return what a call calls, as written: `node.link.post`."""
    return ast.unparse(call.func)


def posts() -> dict[str, ast.Call]:
    """Return every place that sends something to a partner over a link."""
    return {
        f"{path} {name}": call
        for path, tree in modules()
        for name, function in functions(tree)
        for call in calls(function)
        if called(call).endswith(("link.post", "link.ask", "third.ask"))
    }


def makers() -> list[Place]:
    """Return every place that asks the gate for something that may leave, with the kind it asks for."""
    return sorted(
        {
            Place(what=f"{called(call)}({_kind(call)})", where=f"{path} {name}")
            for path, tree in modules()
            if not path.startswith("core/release/")
            for name, function in functions(tree)
            for call in calls(function)
            if called(call).rpartition(".")[2] in MAKERS
        },
        key=lambda place: (place.what, place.where),
    )


def _kind(call: ast.Call) -> str:
    named = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return named[0] if named and named[0] else "..."


def log_events() -> list[tuple[str, tuple[str, ...], str]]:
    """Return every event the product writes into its log: name, fields, place."""
    return sorted(
        (ast.literal_eval(call.args[0]), tuple(str(each.arg) for each in call.keywords), path)
        for path, tree in modules()
        for _, function in functions(tree)
        for call in calls(function)
        if called(call).startswith("_LOG.") and call.args
    )


def metrics() -> list[str]:
    """Return the names of all metrics."""
    return sorted(
        {
            ast.literal_eval(each.value)
            for _, tree in modules()
            for _, function in functions(tree)
            for call in calls(function)
            if called(call) == "Sample"
            for each in call.keywords
            if each.arg == "name"
        }
    )


def exchange_routes() -> list[str]:
    """Return what partners may ask."""
    return [_line(route) for route in EXCHANGE]


def api_routes() -> list[tuple[str, str]]:
    """Return what the node's own people and programs may ask, with the type of the answer."""
    return sorted((_line(route), _answer(route)) for route in API)


def _line(route: Route) -> str:
    return f"{', '.join(sorted((route.methods or set()) - {'HEAD'}))} {route.path}"


def _answer(route: Route) -> str:
    cells = inspect.getclosurevars(route.endpoint).nonlocals
    act: Callable[..., Any] = cells.get("act", route.endpoint)
    return str(inspect.signature(act).return_annotation)


def commands() -> list[tuple[str, tuple[str, ...]]]:
    """Return every command with the parameters that name a file or folder it writes."""
    found = []
    for name, each in _leaves(COMMANDS, ""):
        written = [
            param.opts[0]
            for param in each.params
            if isinstance(param.type, click.Path) and param.name in ("out", "keep", "directory")
        ]
        found.append((name, tuple(written)))
    return found


def _leaves(listed: Any, before: str) -> Iterator[tuple[str, click.Command]]:
    for each in listed:
        if isinstance(each, click.Group):
            yield from _leaves(each.commands.values(), f"{before}{each.name} ")
        else:
            yield f"{before}{each.name}", each


def writers() -> list[str]:
    """Return every function that opens a file for writing."""
    marks = (".write_bytes", ".write_text", ".fdopen", ".NamedTemporaryFile")
    return sorted(
        {
            f"{path} {name}"
            for path, tree in modules()
            for name, function in functions(tree)
            for call in calls(function)
            if (called(call).endswith(marks) and not called(call).startswith("formatter.")) or _opens_for_writing(call)
        }
    )


def _opens_for_writing(call: ast.Call) -> bool:
    if called(call) == "os.open":
        return "O_WRONLY" in ast.unparse(call)
    modes = [each for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return called(call).endswith("open") and any("w" in str(each.value) and len(str(each.value)) <= 3 for each in modes)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join([_row(*head), _row(*("---",) * len(head)), *(_row(*row) for row in rows), ""])


TEMPLATE = """# Every way out

Written by `python tests/house/ways_out.py` from the code; a test fails when it is stale. Each way to a partner is
exercised by `tests/house/test_ways_out.py` with holdings that must not come out. The rules are in
[policy/release.md](policy/release.md).

Bytes leave only as `Released`, which `core/release` alone makes: after a verdict on each object, or in the form of a
closed list.

## To partners, when they ask

Mutual TLS; the guard asks for a trusted certificate with every request. `faces/exchange/answers.py` is the only place
that answers: it takes `Released`, and gives it to nobody but whom it was released to. Errors are one of
`exchange.stranger`, `exchange.no-route`, `http.too-large`, `exchange.trouble`; every other path and method is refused
alike.

{exchange}
## To partners, by our own act

`Link.post` and `Link.ask` take nothing but `Released`, and send it to nobody but whom it was released to.

{posts}
## Where the gate is asked

{makers}
Notices and what each may carry, by name and form (`core/release/forms.py`):

{notices}
Wire forms, which hold hashes, numbers, keys, names of nodes, or what the gate let in before:
{protocol}.
Documents, for whoever reads at this node: {documents}.

## To the node's own people and programs

Over a socket in the node's folder; its permissions are the authentication, and whoever has it and shows no token is the
holder (rule R2). `faces/api/admission.py` stands before them: who shows the token of a person of another desk may ask
what its table opens to readers, and hears nothing there but what was `Released` to that reader (section 10 of the
policy). None of these paths exists on the exchange. Where bytes are handed out to be taken along, they are `Released`
as a document.

{api}
## Commands

Commands ask the paths above and print the answers; those with a file write what a path gave them, or what needs no
node.

{commands}
## Files

Everything that opens a file for writing: the node's own folder, or where its people say.

{files}

## Logs and metrics

Structured lines on standard error, for the node's own operators. Fields are from a closed list; an unforeseen error is
logged by its kind and places, without its words. Metrics are numbers under names of partners, lanes, logs and loops,
on the node's own socket.

{events}
Metrics: {metrics}.
"""


def page() -> str:
    """Return docs/ways-out.md."""
    notices = [(f"`{kind}`", _listed(forms)) for kind, forms in sorted(NOTICES.items())]
    written = [(f"`tasuki {name}`", _listed(files) or "-") for name, files in commands()]
    events = [(f"`{event}`", ", ".join(fields), f"`{path}`") for event, fields, path in log_events()]
    return TEMPLATE.format(
        exchange=_guarded("way", exchange_routes()),
        posts=_guarded("place", sorted(posts())),
        makers=_table(("asked for", "place"), [(f"`{each.what}`", f"`{each.where}`") for each in makers()]),
        notices=_table(("notice", "members"), notices),
        protocol=_listed(PROTOCOL),
        documents=_listed(DOCUMENTS),
        api=_table(("way", "answer"), [(f"`{line}`", f"`{answer}`") for line, answer in api_routes()]),
        commands=_table(("command", "writes"), written),
        files="\n".join(f"* `{each}`" for each in writers()),
        events=_table(("event", "fields", "place"), events),
        metrics=_listed(metrics()),
    )


def _guarded(head: str, ways: list[str]) -> str:
    return _table((head, "what guards it"), [(f"`{each}`", TO_PARTNERS.get(each, "?")) for each in ways])


def _listed(names: Any) -> str:
    return ", ".join(f"`{each}`" for each in sorted(names))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
