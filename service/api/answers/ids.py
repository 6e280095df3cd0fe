"""The form of an id. Text of another form is refused at once, and never reaches a database."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Path

ID_PATTERN = "[0-9a-f]{28}"

JobId = Annotated[str, Path(description="The job's `id`.", json_schema_extra={"pattern": f"^{ID_PATTERN}$"})]

_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """Whether the text has the form of an id."""
    return _ID.fullmatch(text) is not None
