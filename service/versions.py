"""The versions of what makes answers: stored with each of them, and told by every worker."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

_SOLVER = ("warpack", "ortools")
_VALIDATOR = ("warpack", "numba-cuda", "nvidia-nvjitlink")


@cache
def solver_version() -> str:
    """Of the solver in this installation: one seed gives one layout only within it."""
    return _joined(_SOLVER)


@cache
def validator_version() -> str:
    """Of the emitters and probes, with the compilers that they use."""
    return _joined(_VALIDATOR)


def _joined(packages: tuple[str, ...]) -> str:
    return " ".join(f"{package}-{_version(package)}" for package in packages)[:64]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
