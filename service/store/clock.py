"""The database's clock. All processes of a service share it, so leases use it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class db_now(FunctionElement[float]):
    """Seconds since 1970 when the statement runs."""

    type = Float()
    inherit_cache = True


@compiles(db_now, "sqlite")
def _sqlite(_element: db_now, _compiler: Any, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(db_now, "postgresql")
def _postgresql(_element: db_now, _compiler: Any, **_: Any) -> str:
    return "extract(epoch from clock_timestamp())::float8"
