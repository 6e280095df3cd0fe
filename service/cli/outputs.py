"""Looks, before a command works, whether what it will write can be written. Nothing is made."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from warpack.service.cli.exits import CommandFailed


def need_folder(folder: Path, names: Iterable[str] = ()) -> None:
    """Raises CommandFailed if files cannot be written into the folder, which may be made for that. `names`: the files
    that will be written."""
    at = folder.absolute()
    while True:
        try:
            at.lstat()
            break
        except (FileNotFoundError, NotADirectoryError):
            at = at.parent
        except OSError as error:
            raise CommandFailed(f"cannot write to {folder}: {error.strerror}") from None
    if not at.is_dir():
        raise CommandFailed(f"cannot write to {folder}: {at} is no folder")
    if not os.access(at, os.W_OK | os.X_OK):
        raise CommandFailed(f"cannot write to {folder}: {at} may not be written")
    for name in names:
        if os.path.lexists(folder / name):
            need_file(folder / name)


def need_file(file: Path) -> None:
    """Raises CommandFailed if the file cannot be written."""
    if file.is_dir():
        raise CommandFailed(f"cannot write {file}: it is a folder")
    folder = file.absolute().parent
    if not folder.is_dir():
        raise CommandFailed(f"cannot write {file}: there is no folder {folder}")
    at = file if file.exists() else folder
    if not os.access(at, os.W_OK):
        raise CommandFailed(f"cannot write {file}: {at} may not be written")
