"""`warpack completion`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from warpack.service.cli.exits import DONE
from warpack.service.cli.terminal import note, write_text

Shell = Literal["bash", "zsh", "fish"]


def completion(
    shell: Annotated[Shell, Parameter(help="The shell that the script is for.")],
    /,
    *,
    install: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Write the script where the shell looks for it, and name it in the shell's own start file if it must be.",
        ),
    ] = False,
) -> int:
    """Print a script with which a shell completes commands, options and files at the Tab key.

    --install writes it for the user: below ~/.local/share/bash-completion, ~/.zsh or ~/.config/fish. Then start a new
    shell. It changes nothing else but one line in ~/.bashrc or ~/.zshrc, and says so.
    """
    from warpack.service.cli.app import build, source_tree

    app = build(source_tree())
    if not install:
        write_text(app.generate_completion(shell=shell))
        return DONE
    path = app.install_completion(shell=shell)
    note(f"Wrote {path}.")
    if shell != "fish":
        note(f"~/.{shell}rc has the line that loads it.")
    if fault := _fault(shell, path):
        note(f"{shell} says of it: {fault}")
    note(f"Start a new {shell} to have it.")
    return DONE


def _fault(shell: Shell, path: Path) -> str:
    """What the shell finds wrong with the script; "" if nothing, or if the shell is not here."""
    program = shutil.which(shell)
    if program is None:
        return ""
    ran = subprocess.run([program, "-n", str(path)], capture_output=True, text=True, check=False)  # noqa: S603
    return ran.stderr.strip() if ran.returncode else ""
