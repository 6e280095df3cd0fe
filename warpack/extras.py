"""Which extra brings a package that is not installed: one clear sentence in place of a traceback."""

from __future__ import annotations

EXTRAS = {
    "alembic": "service",
    "cubie": "cubie",
    "cuda": "gpu",
    "cyclopts": "cli",
    "dbos": "service",
    "elftools": "gpu",
    "fastapi": "service",
    "h11": "service",
    "httpx2": "client",
    "llvmlite": "gpu",
    "matplotlib": "bench",
    "numba": "gpu",
    "omnimalloc": "bench",
    "prometheus_client": "service",
    "pydantic": "service",
    "pydantic_settings": "service",
    "rich": "cli",
    "sqlalchemy": "service",
    "starlette": "service",
    "structlog": "service",
    "uvicorn": "service",
    "yaml": "cli",
}
"""By the name that is imported, the smallest extra that brings it."""


class MissingExtraError(ImportError):
    """What was asked for needs a package that the core does not bring."""


def explained(wanted: str, error: ModuleNotFoundError) -> MissingExtraError | None:
    """The error in words for who wants `wanted`; None where the module is none that an extra brings."""
    package = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(package)
    if extra is None:
        return None
    return MissingExtraError(
        f"{wanted} needs the package {package}, which is not installed: pip install 'warpack[{extra}]'",
        name=error.name,
    )
