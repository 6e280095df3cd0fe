"""Writes the API's description to a file:

python -m warpack.service.api docs/openapi.json
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from warpack.service.api import create_app
from warpack.service.api.documentation.description import text_of
from warpack.service.settings import Settings


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m warpack.service.api FILE", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        text = text_of(create_app(Settings.model_validate({"data_dir": folder})))
    Path(arguments[0]).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
