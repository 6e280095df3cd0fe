"""`warpack admin`: an operator looks after the store of a service, while it runs or not."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from warpack.service.cli.admin_store import DataDir, opened
from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.terminal import note, out

admin = App(name="admin", help="Look after the store of a service, while it runs or not.")
admin.command("warpack.service.cli.keys:keys", name="keys", help="Make, list and revoke API keys.")
admin.command("warpack.service.cli.backup:backup", name="backup", help="Write the store to a file, while it is used.")
admin.command("warpack.service.cli.backup:restore", name="restore", help="Put a backup in the place of the store.")


@admin.command
def versions(*, data_dir: DataDir = None) -> int:
    """Lists the versions of the solver and of the validators, with how many stored answers each has made."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("made by", "version", "answers"):
        table.add_column(title, justify="right" if title == "answers" else "left")
    with opened(data_dir) as store:
        for made in store.withdrawals.made():
            table.add_row(made.kind, made.version or "(before versions were kept)", str(made.answers))
    out().print(table)
    return DONE


@admin.command
def invalidate(
    *,
    solver: Annotated[
        str | None, Parameter(help="A version of the solver, as `warpack admin versions` names it.")
    ] = None,
    validator: Annotated[str | None, Parameter(help="A version of the emitters and probes.")] = None,
    data_dir: DataDir = None,
) -> int:
    """Withdraw every answer that a faulty version made.

    Jobs with such an answer end as failed, with a problem of type withdrawn. When the same manifests are posted again,
    they are solved or validated anew.
    """
    asked = [(kind, version) for kind, version in (("solver", solver), ("validator", validator)) if version is not None]
    if not asked:
        raise CommandFailed("say which version: --solver VERSION or --validator VERSION", BAD_INPUT)
    with opened(data_dir) as store:
        known = {(made.kind, made.version) for made in store.withdrawals.made()}
        for kind, version in asked:
            if (kind, version) not in known:
                raise CommandFailed(
                    f"the {kind} {version!r} has made no stored answer; `warpack admin versions` lists the versions "
                    "that have",
                    BAD_INPUT,
                )
        for kind, version in asked:
            count = store.withdrawals.withdraw(kind, version)
            note(f"Withdrawn: all answers of the {kind} {version!r}, with {count} jobs.")
    return DONE
