"""The versions of what makes answers: stored with each of them, and told by every worker."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

FORMAT = 1
"""Of what tasks carry: manifests, layouts and bundles. To be raised with a change of theirs that an older version
cannot read or keep to. A worker takes tasks of its own format and of older ones, so both versions may run side by
side."""

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


def versions() -> dict[str, str]:
    """What a worker says of itself."""
    return {"solver": solver_version(), "validator": validator_version(), "format": str(FORMAT)}


def _joined(packages: tuple[str, ...]) -> str:
    return " ".join(f"{package}-{_version(package)}" for package in packages)[:64]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
