"""Says why a command could not use the database."""

from __future__ import annotations


def in_words(error: Exception) -> str | None:
    """A sentence about the database's fault. None if the error is about something else: then it is a fault of ours, and
    its traceback is shown."""
    if not type(error).__module__.startswith(("sqlalchemy.", "warpack.service.store.")):
        return None
    from sqlalchemy.exc import SQLAlchemyError

    from warpack.service.api.edge.database_faults import unavailable
    from warpack.service.store.migrate import StoreTooNew

    if isinstance(error, StoreTooNew):
        return str(error)
    found = unavailable(error) if isinstance(error, SQLAlchemyError) else None
    if found is None:
        return None
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return f"{found.problem.detail} ({said[0].strip()})" if said else found.problem.detail
