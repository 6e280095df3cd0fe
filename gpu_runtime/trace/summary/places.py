"""Paths and arrays as JSON has them: files relative to the folder of the script, so that a trace may be moved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from warpack.gpu_runtime.trace.positions import ArraySite, Path, Position


class Places:
    """`folder`: of the script."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def file(self, file: str) -> str:
        inside = os.path.relpath(file, self._folder)
        return file if inside.startswith("..") else inside.replace(os.sep, "/")

    def read_file(self, file: object) -> str:
        return os.path.normpath(os.path.join(self._folder, str(file)))

    def path(self, path: Path) -> list[list[Any]]:
        return [[self.file(position.file), position.line, position.column] for position in path]

    def read_path(self, path: list[list[Any]]) -> Path:
        return tuple(Position(self.read_file(file), int(line), int(column)) for file, line, column in path)

    def site(self, site: ArraySite) -> dict[str, Any]:
        return {
            "name": site.name,
            "path": self.path(site.path),
            "space": site.space,
            "dtype": site.dtype,
            "shape": list(site.shape),
        }

    def read_site(self, site: Mapping[str, Any]) -> ArraySite:
        shape = tuple(int(length) for length in site["shape"])
        return ArraySite(self.read_path(site["path"]), str(site["name"]), str(site["space"]), str(site["dtype"]), shape)
