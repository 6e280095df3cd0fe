"""The versions of the solver and the validator. They are stored with each answer, and every worker tells its own."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

FORMAT = 1
"""The format of what tasks carry: manifests, layouts and bundles. Raise it with a change that an older version cannot
read, or would break. A worker takes tasks of its own format and of older ones, so two versions may run side by side."""

_SOLVER = ("warpack", "ortools")
_VALIDATOR = ("warpack", "numba-cuda", "nvidia-nvjitlink")


@cache
def solver_version() -> str:
    """The version of the installed solver. One seed gives the same layout only within one version."""
    return _joined(_SOLVER)


@cache
def validator_version() -> str:
    """The version of the emitters and probes, with those of their compilers."""
    return _joined(_VALIDATOR)


def versions() -> dict[str, str]:
    """The versions that a worker tells of itself."""
    return {"solver": solver_version(), "validator": validator_version(), "format": str(FORMAT)}


def _joined(packages: tuple[str, ...]) -> str:
    return " ".join(f"{package}-{_version(package)}" for package in packages)[:64]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
