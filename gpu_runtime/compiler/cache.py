"""Compiled kernels, kept from one validation to the next: cuda-core's file cache under a key of our own.

The cache writes a temporary file and renames it, so that concurrent processes never read half an entry. It stays below
its size limit by removing the least recently used entries. A key contains everything that the machine code depends on:
the request (source texts, architectures, launch bounds) and the versions of all tools.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.compiler.errors import ToolchainError
from warpack.gpu_runtime.compiler.toolchain import wheel_versions

_FORM = 1
"""The version of the form of entries. Entries of another version are never looked up."""

_MOST_BYTES = 512 * 1024 * 1024


def default_cache_folder() -> Path:
    """`WARPACK_CACHE_DIR`, or the user's cache folder as the XDG base directory specification places it."""
    chosen = os.environ.get("WARPACK_CACHE_DIR")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "warpack"


class KernelCache:
    """JSON objects by request. A folder that cannot be used (not writable, disk full) is a ToolchainError,
    `cache-unusable`."""

    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        from cuda.core.utils import FileStreamProgramCache

        self._folder = folder
        with self._usable():
            self._files = FileStreamProgramCache(folder / "kernels", max_size_bytes=most_bytes)

    def get(self, key: str) -> dict[str, Any] | None:
        """The entry, or None where there is none or it is damaged."""
        with self._usable():
            found = self._files.get(key)
        if found is None:
            return None
        try:
            entry: dict[str, Any] = json.loads(found)
        except ValueError:
            return None
        return entry

    def put(self, key: str, entry: Mapping[str, Any]) -> None:
        with self._usable():
            self._files[key] = json.dumps(entry).encode()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ToolchainError(
                "cache-unusable",
                f"compiled kernels cannot be kept in {self._folder}: {error.strerror or error}; WARPACK_CACHE_DIR names a "
                "folder that can be written",
            ) from error


def cache_key(request: Mapping[str, Any]) -> str:
    """Raises ToolchainError where a package is missing, so that the cache never answers what this installation could
    not compile."""
    whole = {"form": _FORM, "request": request, "versions": wheel_versions()}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
