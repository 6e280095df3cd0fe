"""`warpack admin keys`: the API keys of a service."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, get_args

from cyclopts import App, Parameter
from rich.table import Table

from warpack.service.cli.admin_store import DataDir, opened
from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.terminal import note, out
from warpack.service.store.keys import SCOPES, Key, Scope
from warpack.service.store.records import Priority

keys = App(name="keys", help="Make, list and revoke API keys.")

_DAY_S = 24 * 3600


@keys.command
def make(
    name: Annotated[str, Parameter(help="A label that says whose key it is.")],
    *,
    scope: Annotated[
        tuple[Scope, ...],
        Parameter(help=f"What it may do, repeated: {', '.join(get_args(Scope))} (submit and read).", negative=()),
    ] = ("submit", "read"),
    days: Annotated[int | None, Parameter(help="Days that it is valid. The default is until it is revoked.")] = None,
    priority: Annotated[Priority, Parameter(help="The highest priority of its orders.")] = "normal",
    data_dir: DataDir = None,
) -> int:
    """Make a key and print it. It is shown only this once, because the store has only its hash.

    Where there is no store yet, one is made.
    """
    if not name.strip():
        raise CommandFailed("a key needs a name that says whose it is, and this one is empty", BAD_INPUT)
    if days is not None and days < 1:
        raise CommandFailed(f"--days must be 1 or more, not {days}", BAD_INPUT)
    with opened(data_dir, may_be_new=True) as store:
        lasts_s = None if days is None else days * _DAY_S
        made = store.keys.make(name, frozenset(scope), lasts_s=lasts_s, priority=priority)
    note(f"A key for {name!r} with {', '.join(s for s in SCOPES if s in scope)}. Keep it: it is not shown again.")
    out().print(made, soft_wrap=True, highlight=False)
    return DONE


@keys.command(name="list")
def list_keys(*, data_dir: DataDir = None) -> int:
    """List every key: its id, what it may do, and how long it is valid."""
    with opened(data_dir) as store:
        found = store.keys.all()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("id", "name", "scopes", "priority", "made", "valid"):
        table.add_column(title)
    for key in found:
        scopes = ", ".join(scope for scope in SCOPES if scope in key.scopes)
        table.add_row(key.id, key.name, scopes, key.priority, key.created_at, _valid(key))
    out().print(table)
    return DONE


@keys.command
def revoke(
    key_id: Annotated[str, Parameter(help="Its id, as `warpack admin keys list` shows it.")],
    *,
    data_dir: DataDir = None,
) -> int:
    """Revoke a key. It stops working within a second. Its jobs stay."""
    with opened(data_dir) as store:
        if not store.keys.revoke(key_id):
            raise CommandFailed(f"there is no key {key_id!r}, or it is revoked already", BAD_INPUT)
    note(f"Revoked: {key_id}")
    return DONE


def _valid(key: Key) -> str:
    if key.revoked:
        return "revoked"
    if key.expires_in_s is None:
        return "until revoked"
    if key.expires_in_s <= 0:
        return "over"
    return f"for {timedelta(seconds=round(key.expires_in_s))}"
