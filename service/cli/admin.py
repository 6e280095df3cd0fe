"""`warpack admin`: what an operator does to the store of a service, while it runs or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.table import Table

from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.settings import settings_with
from warpack.service.cli.terminal import note, out

if TYPE_CHECKING:
    from warpack.service.store import Store

admin = App(name="admin", help="Look after the store of a service, while it runs or not.")

_DataDir = Annotated[Path | None, Parameter(help="Folder of the database (WARPACK_DATA_DIR; the user's data folder).")]


@admin.command
def versions(*, data_dir: _DataDir = None) -> int:
    """Which versions of the solver and of the validators made the stored answers, and how many."""
    store = _store(data_dir)
    try:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("made by", "version", "answers"):
            table.add_column(title, justify="right" if title == "answers" else "left")
        for made in store.withdrawals.made():
            table.add_row(made.kind, made.version or "(before versions were kept)", str(made.answers))
    finally:
        store.close()
    out().print(table)
    return DONE


@admin.command
def invalidate(
    *,
    solver: Annotated[
        str | None, Parameter(help="A version of the solver, as `warpack admin versions` names it.")
    ] = None,
    validator: Annotated[str | None, Parameter(help="A version of the emitters and probes.")] = None,
    data_dir: _DataDir = None,
) -> int:
    """Withdraw every answer that a faulty version made.

    Jobs that have one end as failed, with a problem of type withdrawn. The same manifests are worked on anew when they
    are posted again.
    """
    asked = [(kind, version) for kind, version in (("solver", solver), ("validator", validator)) if version is not None]
    if not asked:
        raise CommandFailed("say which version: --solver VERSION or --validator VERSION", BAD_INPUT)
    store = _store(data_dir)
    try:
        known = {(made.kind, made.version) for made in store.withdrawals.made()}
        for kind, version in asked:
            if (kind, version) not in known:
                raise CommandFailed(
                    f"no stored answer was made by the {kind} {version!r}; `warpack admin versions` lists those that made any",
                    BAD_INPUT,
                )
        for kind, version in asked:
            count = store.withdrawals.withdraw(kind, version)
            note(f"Withdrawn: what the {kind} {version!r} made, with {count} jobs.")
    finally:
        store.close()
    return DONE


def _store(data_dir: Path | None) -> Store:
    from warpack.service.store import Store

    return Store(settings_with(data_dir=data_dir))
