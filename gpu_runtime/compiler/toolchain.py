"""Which CUDA libraries are in use, where they came from, and what they can compile for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.compiler.errors import ToolchainError

_LIBRARIES = {"nvvm": "nvidia-nvvm", "nvrtc": "nvidia-cuda-nvrtc", "nvJitLink": "nvidia-nvjitlink"}
"""Maps each library, by its name in cuda-pathfinder, to the wheel that contains it."""

_PACKAGE_FOLDERS = ("site-packages", "dist-packages")

_PACKAGES = ("numba", "numba-cuda", "llvmlite", "cuda-bindings", "cuda-core")

_INSTALL = "install the extra: pip install 'warpack[gpu]'"


@dataclass(frozen=True, slots=True)
class Library:
    """A shared library that was loaded, the version of its wheel, and how it was found. `path` is absolute."""

    name: str
    version: str
    path: str
    found_via: str

    def to_json(self) -> dict[str, str]:
        """For reports, which others read: the path is relative to the packages' folder, so it says nothing about this
        machine."""
        parts = Path(self.path).parts
        folders = [at for at, part in enumerate(parts) if part in _PACKAGE_FOLDERS]
        inside = parts[folders[-1] + 1 :] if folders else parts[-1:]
        return {"name": self.name, "version": self.version, "path": "/".join(inside), "found_via": self.found_via}


@dataclass(frozen=True, slots=True)
class Toolchain:
    libraries: tuple[Library, ...]
    packages: tuple[tuple[str, str], ...]

    @property
    def versions(self) -> dict[str, str]:
        """Version by library and package name: what a figure must be stored with."""
        return {library.name: library.version for library in self.libraries} | dict(self.packages)

    def to_json(self) -> dict[str, Any]:
        return {"libraries": [library.to_json() for library in self.libraries], "packages": dict(self.packages)}


@lru_cache(maxsize=1)
def wheel_versions() -> dict[str, str]:
    """What `Toolchain.versions` will be, read from the packages' metadata alone: no library is loaded.

    Raises ToolchainError where a package is missing.
    """
    try:
        libraries = {name: version(wheel) for name, wheel in _LIBRARIES.items()}
        return libraries | {name: version(name) for name in _PACKAGES}
    except PackageNotFoundError as error:
        raise ToolchainError("packages-missing", f"{error}; {_INSTALL}") from error


@lru_cache(maxsize=1)
def find_toolchain() -> Toolchain:
    """Loads the three libraries and says which they are.

    Raises ToolchainError where a package or a library is missing, and where a library was found outside the installed
    wheels: cuda-pathfinder silently falls back to the system's toolkit, whose machine code would be reported under the
    wrong version.
    """
    try:
        return Toolchain(
            libraries=tuple(_library(name, wheel) for name, wheel in _LIBRARIES.items()),
            packages=tuple((name, version(name)) for name in _PACKAGES),
        )
    except (ImportError, PackageNotFoundError) as error:
        raise ToolchainError("packages-missing", f"{error}; {_INSTALL}") from error


def _library(name: str, wheel: str) -> Library:
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

    try:
        loaded = load_nvidia_dynamic_lib(name)
    except DynamicLibNotFoundError as error:
        raise ToolchainError("library-not-found", f"no library {name} (wheel {wheel}); {_INSTALL}") from error
    if loaded.found_via != "site-packages":
        raise ToolchainError(
            "library-not-from-wheel",
            f"the library {name} in use is {loaded.abs_path} (found via {loaded.found_via}), not that of the wheel {wheel}; "
            f"{_INSTALL}",
        )
    return Library(name, version(wheel), loaded.abs_path, loaded.found_via)


def compilable_architectures() -> tuple[str, ...]:
    """The compute capabilities that this toolchain compiles for, e.g. `("7.5", "8.0", …)`."""
    return tuple(f"{number // 10}.{number % 10}" for number in _supported_numbers())


@lru_cache(maxsize=1)
def _supported_numbers() -> tuple[int, ...]:
    find_toolchain()
    from cuda.bindings import nvrtc

    status, numbers = nvrtc.nvrtcGetSupportedArchs()
    if status != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        raise ToolchainError("library-not-found", f"NVRTC does not say which architectures it supports: {status}")
    return tuple(numbers)


def check_architecture(compute_capability: str) -> tuple[int, int]:
    """The compute capability as numba wants it, e.g. `"8.6"` as (8, 6), once this toolchain is known to compile for
    it."""
    if (
        re.fullmatch(r"[0-9]{1,2}\.[0-9]", compute_capability) is None
        or compute_capability not in compilable_architectures()
    ):
        raise ToolchainError(
            "architecture-not-compilable",
            f"nvrtc {find_toolchain().versions['nvrtc']} compiles for {', '.join(compilable_architectures())}, "
            f"not for {compute_capability}",
        )
    major, minor = compute_capability.split(".")
    return int(major), int(minor)
