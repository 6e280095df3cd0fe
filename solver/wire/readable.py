"""Values as people read them in messages."""

from __future__ import annotations

import json
from typing import Any


def readable_json(value: Any) -> str:
    """JSON on one line, with the characters of every script as they are. Those that do not print are escaped, with
    those that turn the direction of what follows. Raises TypeError and ValueError as `json.dumps` does."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)
