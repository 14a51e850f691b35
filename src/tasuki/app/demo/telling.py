# SPDX-License-Identifier: MIT
"""How the demonstration speaks: numbered steps, plain lines, the commands typed, in one language at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from tasuki.base.reasons import Language, Text


@dataclass(slots=True)
class Telling:
    """A story told to a terminal."""

    console: Console
    language: Language
    step: int = 0

    def banner(self, text: Text) -> None:
        """Show what must be on every page: that this is a demonstration."""
        self.console.rule(f"[bold yellow]{text.in_language(self.language)}")

    def heading(self, text: Text) -> None:
        """Begin the next numbered step."""
        self.step += 1
        self.console.print(f"\n[bold cyan]{self.step}. {text.in_language(self.language)}")

    def say(self, text: Text, **values: object) -> None:
        """Tell one line; `values` fill its placeholders."""
        shown = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in values.items()}
        self.console.print("   " + text.in_language(self.language).format(**shown), highlight=False, markup=False)

    def word(self, text: Text) -> str:
        """Return a text in the listener's language."""
        return text.in_language(self.language)

    def sentence(self, said: Mapping[str, Any]) -> str:
        """Return what a node said, which it says in both languages, in the listener's."""
        return str(said[self.language.value])

    def typed(self, who: str, command: str) -> None:
        """Show a command as it was typed at one side."""
        self.console.print(f"   [dim]{who}$ tasuki {command}[/dim]", highlight=False)

    def table(self, title: Text, columns: tuple[Text, ...], rows: Sequence[tuple[str, ...]]) -> None:
        """Show rows under a title."""
        table = Table(
            title=title.in_language(self.language), title_justify="left", header_style="bold", show_edge=False
        )
        for column in columns:
            table.add_column(column.in_language(self.language), overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)
