# SPDX-License-Identifier: MIT
"""The kit of the command line: commands in two languages, one way to ask the node, one way to answer."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, NoReturn

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, TaskID

from tasuki.base.errors import CallerError, InputError, TasukiError, WorldError
from tasuki.base.reasons import Language, Reason, Text, kind
from tasuki.faces.cli.door import Answer, Door, OpenNode, Question, Sink
from tasuki.faces.cli.reasons import NO_NODE, NO_TOKEN, STRANGE, UNREADABLE, UNWRITABLE, USAGE
from tasuki.faces.cli.words import (
    AS_JSON,
    COMMANDS,
    EXAMPLE,
    OPTIONS,
    SHOW_HELP,
    WHICH_NODE,
    WHOSE_TOKEN,
    language,
    say,
)
from tasuki.services.backup import Order as RestoreOrder
from tasuki.services.backup import Restored
from tasuki.services.setup import Made, Order
from tasuki.services.upgrade import Step, Upgraded

DONE: Final = 0
REFUSED: Final = 1
USED_WRONGLY: Final = 2

TOKEN: Final = "TASUKI_TOKEN"  # noqa: S105 where a token may stand, not one
"""The variable in which a person may give a token."""

_LONGEST_TOKEN: Final = 200
_OK = 200
_BAD_REQUEST = 400
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the wiring lends the command line.

    Attributes:
        open_node: opens a stopped node; see `door`.
        profile: text of the profile that ships under a name, or lies at a path.
        init: makes a node.
        serve: runs a node until it is told to stop.
        upgrade: brings a stopped node's database to this version, without a copy where people say they have one.
        restore: makes a node of a backup, closed until it has caught up.
        demo: runs the demonstration with these commands, keeping its nodes in a new folder where one is named.
    """

    open_node: OpenNode
    profile: Callable[[str], str]
    init: Callable[[Order], Made]
    serve: Callable[[Path], None]
    upgrade: Callable[[Path, bool, Callable[[Step], None]], Upgraded]
    restore: Callable[[RestoreOrder], Restored]
    demo: Callable[[click.Command, Path | None], None]


@dataclass(slots=True, kw_only=True)
class Call:
    """One command being carried out: where its node is, and how its caller wants to be answered."""

    house: House | None
    directory: Path | None
    as_json: bool
    language: Language
    token_file: Path | None = None
    resources: ExitStack = field(default_factory=ExitStack)
    _door: Door | None = None

    @property
    def lent(self) -> House:
        """What the wiring lends; every command run by `tasuki` has it.

        Raises:
            CallerError: the command runs by itself, in a program of somebody else.
        """
        if self.house is None:
            raise CallerError(NO_NODE.because())
        return self.house

    @property
    def node_directory(self) -> Path:
        """Directory of the node this command is about.

        Raises:
            CallerError: none was named.
        """
        if self.directory is None:
            raise CallerError(NO_NODE.because())
        return self.directory

    def get(self, path: str, **params: object) -> Any:
        """Return the node's JSON answer to a GET; parameters that are None are left out."""
        return _value(self.ask(Question(method="GET", path=path, params=_texts(params))))

    def fetch(self, path: str, **params: object) -> bytes:
        """Return the raw answer to a GET: a file, or JSON lines."""
        return self.ask(Question(method="GET", path=path, params=_texts(params))).body

    def post(self, path: str, body: object = None) -> Any:
        """Return the node's JSON answer to a POST of `body`."""
        encoded = msgspec.json.encode({} if body is None else body)
        return _value(self.ask(Question(method="POST", path=path, params={}, body=encoded)))

    def upload(self, path: str, file: Path, **params: object) -> Any:
        """Return the node's JSON answer to a file, with a progress bar on terminals."""
        with ExitStack() as stack:
            chunks = stack.enter_context(_reading(file, show=not self.as_json and sys.stderr.isatty()))
            return _value(self.ask(Question(method="POST", path=path, params=_texts(params), body=chunks)))

    def download(self, path: str, body: object, file: Path) -> Downloaded:
        """Write the node's answer to a POST into a file that appears once it is whole, or to standard output for `-`.

        Raises:
            InputError: the file cannot be written.
        """
        encoded = msgspec.json.encode(body)
        show = not self.as_json and sys.stderr.isatty() and str(file) != "-"
        with _writing(file, show=show) as write:
            self.ask(Question(method="POST", path=path, params={}, body=encoded), write)
        return write.downloaded

    def ask(self, question: Question, sink: Sink | None = None) -> Answer:
        """Return the node's answer; with a `sink`, the body of a good answer goes there as it comes.

        Raises:
            RefusedError: the node refused, with its reason.
            WorldError: it cannot be reached.
        """
        if self._door is None:
            token = _token(self.token_file)
            self._door = Door(self.node_directory, self.lent.open_node, self.resources, token)
        answer = self._door.ask(question, sink)
        if answer.status != _OK:
            raise _refusal(answer)
        return answer

    def show(self, value: Any, lines: Iterable[str] | Callable[[Any], Iterable[str]]) -> None:
        """Print `value` as JSON when asked to, else `lines` (or what `lines(value)` makes of it)."""
        if self.as_json:
            click.echo(msgspec.json.encode(value))
            return
        for line in lines(value) if callable(lines) else lines:
            click.echo(printable(line))

    def show_each(self, values: Iterable[Any], line: Callable[[Any], str]) -> None:
        """Print many values: one JSON line each when asked to, else one line for people each."""
        for value in values:
            click.echo(msgspec.json.encode(value) if self.as_json else printable(line(value)))

    def say(self, text: Text, **params: object) -> str:
        """Return `text` in the reader's language, its placeholders filled."""
        return text.in_language(self.language).format(**params)

    def refuse(self, code: int = REFUSED) -> NoReturn:
        """End the command with an exit code after its answer was printed: something was found wrong."""
        raise click.exceptions.Exit(code)


class RefusedError(TasukiError):
    """The node refused; `exit_code` says whether the caller or the matter was wrong."""

    def __init__(self, reason: Reason, exit_code: int) -> None:
        """Keep the node's reason."""
        super().__init__(reason)
        self.exit_code = exit_code


class Option(click.Option):
    """An option that explains itself in both languages."""

    def __init__(self, declarations: tuple[str, ...], *, text: Text, **settings: Any) -> None:
        """Keep both texts; the reader's is chosen when it is shown."""
        super().__init__(list(declarations), **settings)
        self.text = text

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its explanation in the reader's language."""
        self.help = say(self.text)
        return super().get_help_record(ctx)


class _Bilingual(click.Command):
    """A command whose help exists in both languages."""

    text: Text
    example: str

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        as_json = "--json" in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise _Mistake(error, as_json=as_json) from error

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say(SHOW_HELP)
        return option

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 our texts are short
        return say(self.text).split("\n", 1)[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(self.text))
            formatter.write_paragraph()
            formatter.write_text(f"{say(EXAMPLE)}: {self.example}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx)) is not None]
        with formatter.section(say(OPTIONS)):
            formatter.write_dl(records)


class Command(_Bilingual):
    """A command; what it raises on purpose becomes one line and an exit code."""

    def __init__(self, *, text: Text, example: str, **settings: Any) -> None:
        """Keep the help in both languages and an example a person can type."""
        super().__init__(help=text.en, **settings)
        self.text, self.example = text, example
        self.params += [_json_option(), _node_option(), token_option()]


class Group(_Bilingual, click.Group):
    """A command with commands below it; `otherwise` names the one that is meant where an id stands in its place."""

    def __init__(self, *, text: Text, example: str, otherwise: str = "", **settings: Any) -> None:
        """Keep the help in both languages and an example a person can type."""
        super().__init__(help=text.en, **settings)
        self.text, self.example, self.otherwise = text, example, otherwise

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command that was typed; a name nobody has is one line too."""
        as_json = "--json" in args
        try:
            return super().resolve_command(ctx, self.completed(args))
        except click.UsageError as error:
            raise _Mistake(error, as_json=as_json) from error

    def completed(self, args: list[str]) -> list[str]:
        """Return what was typed with the command that is meant where a person names an id at once."""
        is_id = bool(self.otherwise and args) and "--" in args[0][1:]
        return [self.otherwise, *args] if is_id else args

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write options and commands."""
        super().format_options(ctx, formatter)
        rows = [
            (name, command.get_short_help_str())
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        if rows:
            with formatter.section(say(COMMANDS)):
                formatter.write_dl(rows)


def command(name: str, *, en: str, ja: str, example: str) -> Callable[[Callable[..., None]], Command]:
    """Make a command of a function `act(call: Call, **parameters)`; `--json` and `--node` come by themselves.

    Args:
        name: as typed.
        en: what it does, first line short.
        ja: the same in Japanese.
        example: a line a person can type.
    """

    def make(act: Callable[..., None]) -> Command:
        params = list(reversed(getattr(act, "__click_params__", [])))
        return Command(name=name, callback=_carried_out(act), params=params, text=Text(en=en, ja=ja), example=example)

    return make


def option(*declarations: str, en: str, ja: str, **settings: Any) -> Callable[[Callable[..., None]], Any]:
    """Add an option, explained in both languages; `settings` are those of `click.option`."""

    def add(act: Callable[..., None]) -> Callable[..., None]:
        made: list[click.Parameter] = [Option(declarations, text=Text(en=en, ja=ja), **settings)]
        act.__click_params__ = [*getattr(act, "__click_params__", []), *made]  # type: ignore[attr-defined]
        return act

    return add


def group(
    name: str, *, en: str, ja: str, example: str, commands: Iterable[click.Command], otherwise: str = ""
) -> Group:
    """Return a command that has others below it, such as `tasuki partner`; see `Group` for `otherwise`."""
    return Group(name=name, text=Text(en=en, ja=ja), example=example, commands=list(commands), otherwise=otherwise)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file a person named; `-` is standard input.

    Raises:
        InputError: it cannot be read.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error for a file that cannot be read."""
    return InputError(UNREADABLE.because(path=str(path), cause=error.strerror or type(error).__name__))


def _json_option() -> Option:
    return Option(("--json", "as_json"), text=AS_JSON, is_flag=True)


def _node_option() -> Option:
    return Option(
        ("--node", "node"), text=WHICH_NODE, type=click.Path(path_type=Path), envvar="TASUKI_NODE", metavar="DIR"
    )


def token_option() -> Option:
    """Return the option that names a file with a person's token."""
    return Option(("--token-file",), text=WHOSE_TOKEN, type=click.Path(path_type=Path), metavar="FILE")


def _token(file: Path | None) -> str | None:
    """Return the token of the person at the keyboard, or None where nobody showed one."""
    said = os.environ.get(TOKEN) if file is None else read_file(file).decode("utf-8", "replace").strip()
    if said is not None and not _is_token(said):
        raise CallerError(NO_TOKEN.because(place=TOKEN if file is None else str(file)))
    return said


def _is_token(said: str) -> bool:
    return 0 < len(said) <= _LONGEST_TOKEN and said.isascii() and said.isprintable() and " " not in said


def _carried_out(act: Callable[..., None]) -> Callable[..., None]:
    @wraps(act)
    def run(*, as_json: bool, node: Path | None, token_file: Path | None, **parameters: Any) -> None:
        outer = click.get_current_context().find_root()
        house = outer.obj if isinstance(outer.obj, House) else None
        node = node or outer.params.get("node")
        token_file = token_file or outer.params.get("token_file")
        call = Call(house=house, directory=node, as_json=as_json, language=language(), token_file=token_file)
        try:
            with call.resources:
                act(call, **parameters)
        except TasukiError as error:
            fail(error, as_json=as_json)

    return run


def fail(error: TasukiError, *, as_json: bool) -> NoReturn:
    """Print an error in one line in the reader's language and end with its exit code."""
    if as_json:
        click.echo(msgspec.json.encode({"error": error.reason.as_json()}))
    else:
        click.echo(printable(f"tasuki: {error.reason.sentence(language())}"), err=True)
    raise click.exceptions.Exit(_exit_code(error)) from error


def _exit_code(error: TasukiError) -> int:
    if isinstance(error, RefusedError):
        return error.exit_code
    return USED_WRONGLY if isinstance(error, CallerError) else REFUSED


class _Mistake(click.ClickException):
    """A command typed wrongly."""

    exit_code = USED_WRONGLY

    def __init__(self, error: click.UsageError, *, as_json: bool) -> None:
        super().__init__(error.format_message())
        path = "tasuki" if error.ctx is None else error.ctx.command_path
        self.reason = USAGE.because(detail=error.format_message().replace("\n", " "), command=path)
        self.as_json = as_json

    def show(self, file: IO[Any] | None = None) -> None:
        if self.as_json:
            click.echo(msgspec.json.encode({"error": self.reason.as_json()}))
        else:
            click.echo(printable(f"tasuki: {self.reason.sentence(language())}"), err=True, file=file)


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else str(value)
        for name, value in params.items()
        if value is not None
    }


def _value(answer: Answer) -> Any:
    return msgspec.json.decode(answer.body)


def _refusal(answer: Answer) -> TasukiError:
    """Return the node's refusal as an error; its sentences are complete, so braces in them are text."""
    try:
        error = msgspec.json.decode(answer.body)["error"]
        said = kind(error["code"], en=_literal(error["en"]), ja=_literal(error["ja"]))
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
        return WorldError(STRANGE.because(status=answer.status), retry=False)
    code = USED_WRONGLY if answer.status == _BAD_REQUEST else REFUSED
    return RefusedError(said.because(**error["params"]), code)


def _literal(sentence: str) -> str:
    return sentence.replace("{", "{{").replace("}", "}}")


@contextmanager
def _reading(file: Path, *, show: bool) -> Iterator[Iterator[bytes]]:
    """Give the chunks of a file, or of standard input for `-`, moving a progress bar where somebody watches."""
    with opened(file) as stream, Progress(console=Console(stderr=True), transient=True, disable=not show) as progress:
        size = None if str(file) == "-" else file.stat().st_size
        yield _chunks(stream, progress, progress.add_task(file.name, total=size))


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Give a file a person named, to be read; `-` is standard input.

    Raises:
        InputError: it cannot be read.
    """
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise unreadable(file, error) from error
    with stream:
        yield stream


def _chunks(stream: BinaryIO, progress: Progress, task: TaskID) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk
        progress.update(task, advance=len(chunk))


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """What was written.

    Attributes:
        sha256: lower-case hex.
    """

    bytes: int
    sha256: str


class _Sink:
    """Writes chunks and keeps count of them."""

    def __init__(self, stream: BinaryIO, advance: Callable[[int], None]) -> None:
        self._stream = stream
        self._advance = advance
        self._digest = hashlib.sha256()
        self._size = 0

    def __call__(self, chunk: bytes) -> None:
        self._stream.write(chunk)
        self._digest.update(chunk)
        self._size += len(chunk)
        self._advance(len(chunk))

    @property
    def downloaded(self) -> Downloaded:
        return Downloaded(bytes=self._size, sha256=self._digest.hexdigest())


@contextmanager
def _writing(file: Path, *, show: bool) -> Iterator[_Sink]:
    """Give a sink into a file that takes its name once it is whole, readable by its owner alone."""
    if str(file) == "-":
        yield _Sink(sys.stdout.buffer, lambda _: None)
        sys.stdout.buffer.flush()
        return
    part = file.with_name(f".{file.name}.part")
    try:
        with (
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream,
            Progress(console=Console(stderr=True), transient=True, disable=not show) as progress,
        ):
            task = progress.add_task(file.name, total=None)
            yield _Sink(stream, lambda size: progress.update(task, advance=size))
        part.replace(file)
    except OSError as error:
        raise InputError(UNWRITABLE.because(path=str(file), cause=error.strerror or type(error).__name__)) from error
    finally:
        part.unlink(missing_ok=True)


def write_file(file: Path, content: bytes) -> None:
    """Write a file that appears once it is whole, readable by its owner alone; `-` is standard output.

    Raises:
        InputError: it cannot be written.
    """
    with _writing(file, show=False) as write:
        write(content)


def printable(line: str) -> str:
    """Return a line as a terminal may show it: what strangers wrote could steer the terminal, or reverse the text."""
    return line.translate(_CONTROLS)


_CONTROLS: Final = {
    code: f"\\u{code:04x}"
    for code in (
        *(each for each in range(0x20) if each not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        0x061C,
        *range(0x200E, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2066, 0x206A),
    )
}
"""Control characters of terminals, and of the direction of text, by how they are shown instead."""
