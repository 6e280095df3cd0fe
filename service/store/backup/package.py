"""The file of a backup: a ZIP with `backup.json`, which describes it, and `store`, a copy in the database's format."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO, cast

from warpack.service.store.backup.errors import BackupError

_FORMAT = "warpack/backup/1"
_FACTS, _STORE = "backup.json", "store"
_PIECE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Facts:
    """`database` is sqlite or postgresql. `revision` is the migration step of the tables."""

    database: str
    revision: str
    made_at: str


def write(file: Path, facts: Facts, copy: Path) -> None:
    """Writes the file, readable for its owner alone: it has the hashes of keys, and every manifest."""
    told = {"format": _FORMAT, **asdict(facts), "made_by": _version(), "sha256": _sha256(copy)}
    draft = copy.with_name("draft")
    with (
        os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
    ):
        package.writestr(_FACTS, json.dumps(told, indent=1))
        package.write(copy, _STORE)
    with draft.open("rb") as whole:
        os.fsync(whole.fileno())
    draft.replace(file)


def read_facts(file: Path) -> Facts:
    """What `backup.json` says. Raises BackupError."""
    told = _told(file)
    return Facts(told["database"], told["revision"], told["made_at"])


def take_out(file: Path, copy: Path) -> None:
    """Writes the database's copy to `copy`, and checks its hash."""
    told = _told(file)
    try:
        with zipfile.ZipFile(file) as package, package.open(_STORE) as kept, copy.open("wb") as taken:
            shutil.copyfileobj(kept, cast(BinaryIO, taken), _PIECE_BYTES)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise BackupError(f"{file} is damaged: {error}") from None
    if _sha256(copy) != told["sha256"]:
        raise BackupError(f"{file} is damaged: its content has another hash than when it was made")


def _told(file: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(file) as package:
            told = json.loads(package.read(_FACTS))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
        raise BackupError(f"{file} is not a backup of a Warpack store, or is damaged") from None
    if not isinstance(told, dict) or told.get("format") != _FORMAT:
        raise BackupError(f"{file} is not a backup that this version of Warpack can read")
    if not all(isinstance(told.get(name), str) for name in ("database", "revision", "made_at", "sha256")):
        raise BackupError(f"{file} is damaged: it does not say what is in it")
    return told


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _version() -> str:
    try:
        return version("warpack")
    except PackageNotFoundError:
        return ""
