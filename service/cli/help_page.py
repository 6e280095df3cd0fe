"""Help pages: plain columns, in which no word is broken, at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from warpack.service.render.columns import Column, Columns
from warpack.service.render.wrapping import Prose

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

_SAYS_NOTHING = ("", "()", "[]", "False", "None", '""')
"""Defaults that are told by their absence."""
_TITLES = {"Parameters": "Options"}


class HelpPage:
    """What cyclopts asks to format help."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """One panel: arguments, options or commands."""
        if not panel.entries:
            return
        console.print()
        console.print(Text(f"{_TITLES.get(str(panel.title), panel.title)}:", style="bold"))
        rows = [(f"  {', '.join(_names(entry))}", _described(entry)) for entry in panel.entries]
        console.print(Columns((Column(head=True, style="cyan"), Column()), rows))

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:
        """The line that says how to call the command."""
        if usage:
            console.print(Prose(Text(f"Usage: {_plain(usage).removeprefix('Usage:').strip()}", style="bold")))

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        """The paragraphs of a docstring. Their lines are joined, and wrapped anew."""
        text = _plain(description).strip()
        for paragraph in text.split("\n\n") if text else ():
            console.print()
            console.print(Prose(Text(" ".join(paragraph.split()))))


def _names(entry: HelpEntry) -> tuple[str, ...]:
    """The name, with the kind of its value."""
    names = entry.all_options or ((entry.positional_label,) if entry.positional_label else ())
    long = [name for name in names if name.startswith("--") or not name.startswith("-")]
    short = [name for name in names if name not in long]
    shown = (*short, *long)
    value = f" {entry.metavar}" if entry.metavar and entry.all_options and not entry.choices else ""
    return (*shown[:-1], f"{shown[-1]}{value}") if shown else ()


def _described(entry: HelpEntry) -> str:
    said = [_plain(entry.description).strip()]
    if entry.choices:
        said.append(f"One of {', '.join(map(str, entry.choices))}.")
    default = _plain(entry.default)
    if default not in _SAYS_NOTHING:
        said.append(f"[{default}]")
    return " ".join(" ".join(said).split())


def _plain(what: Any) -> str:
    """The text of what cyclopts hands over: a string, a text of rich, or one with more behind it."""
    if what is None:
        return ""
    first = getattr(what, "primary_renderable", what)
    return getattr(first, "plain", None) or str(first)
