"""Reports of earlier validations, kept for `warpack solve --validate` in the user's cache folder.

A report is kept if its level ran and passed. It is used again only for the same manifest, the same layout with its
proofs, and the same versions of Warpack and of every tool. It then says from when it is. The level `static` takes
little time and always runs; `hardware` is about the machine of the moment, and always runs too.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warpack.service.cli.terminal import note

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Level, Manifest

_FORM = 1
_LEVELS = frozenset({"compiled", "simulated"})
_MOST_FILES = 400
"""The oldest go first. A report has some 5 to 50 KB."""


class KeptReports:
    """The reports for one layout. `architectures` is what level compiled compiles for. With `fresh`, none is used, and
    what runs replaces them. A folder that cannot be written keeps nothing, and that is no error."""

    def __init__(
        self, folder: Path, manifest: Manifest, layout: Layout, *, architectures: str = "own", fresh: bool = False
    ) -> None:
        self._folder, self._fresh = folder / "reports", fresh
        self._about = {
            "form": _FORM,
            "manifest_sha256": manifest.sha256,
            "layout": _digest(_proven(layout)),
            "architectures": architectures,
            "versions": _versions(),
        }

    def get(self, level: Level) -> dict[str, Any] | None:
        """The report, with `detail.reused.at`: when it ran. None if there is none that may be used. A file that is
        damaged, or is not the user's own, is told and left out."""
        path = self._path(level)
        if level not in _LEVELS or self._fresh or not path.exists():
            return None
        try:
            if path.stat().st_uid != os.getuid():
                raise ValueError("it belongs to another user")
            return self._read(path, level)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            note(f"Left out a kept report, so level {level} runs: {path}: {error}")
            return None

    def put(self, level: Level, report: Mapping[str, Any]) -> None:
        """Keeps a report if it may be used again."""
        if level not in _LEVELS or report["passed"] is not True or report["detail"].get("ran") is False:
            return
        kept = {"about": self._about | {"level": level}, "at": _now(), "report": dict(report)}
        with suppress(OSError):  # a full or read-only disk keeps nothing; the report itself is not affected
            self._write(self._path(level), json.dumps({**kept, "sha256": _digest(kept)}))
            self._trim()

    def _read(self, path: Path, level: Level) -> dict[str, Any]:
        entry = json.loads(path.read_bytes())
        if not isinstance(entry, dict) or entry.pop("sha256", None) != _digest(entry):
            raise ValueError("it is damaged")
        if entry["about"] != self._about | {"level": level}:
            raise ValueError("it is about another layout or other versions")
        report: dict[str, Any] = entry["report"]
        if report["level"] != level or report["passed"] is not True:
            raise ValueError(f"it does not say that level {level} passed")
        return report | {"detail": report["detail"] | {"reused": {"at": entry["at"]}}}

    def _path(self, level: Level) -> Path:
        return self._folder / f"{_digest(self._about | {'level': level})}.json"

    def _write(self, path: Path, text: str) -> None:
        """In one step, so that no reader sees half of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise

    def _trim(self) -> None:
        found = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        for path in found[:-_MOST_FILES]:
            path.unlink(missing_ok=True)


def _proven(layout: Layout) -> dict[str, Any]:
    """All that a report may depend on: not how long the search took, and not earlier validations."""
    return {key: value for key, value in layout.model_dump().items() if key not in ("run_info", "validation", "name")}


@cache
def _versions() -> dict[str, str]:
    """Python, Warpack down to the text of its modules, and every package that compiles or simulates."""
    from warpack.gpu_runtime.compiler.errors import ToolchainError
    from warpack.gpu_runtime.compiler.toolchain import wheel_versions
    from warpack.service.versions import validator_version

    try:
        tools = wheel_versions()
    except ToolchainError:
        tools = {}  # the extra is missing: no level that is kept can run or be used
    here = {"python": sys.version, "machine": f"{platform.system()} {platform.machine()}"}
    return tools | here | {"warpack": validator_version(), "code": _code()}


def _code() -> str:
    """The modules of solver and runtime by size and time: a source tree changes without a new version."""
    import warpack.gpu_runtime
    import warpack.solver

    found = hashlib.sha256()
    for room in (warpack.solver, warpack.gpu_runtime):
        root = Path(str(room.__file__)).resolve().parent
        for path in sorted(root.rglob("*.py")):
            about = path.stat()
            found.update(f"{path.relative_to(root)} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _digest(document: object) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
