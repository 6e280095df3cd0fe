"""The first caller after a start waits no longer than the second: everything a stored answer needs is loaded before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_FIRST_CALLS = """
import asyncio, json, sys
from pathlib import Path
from warpack.service.api import create_app
from warpack.service.api import warm_up
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.settings import Settings

async def first_calls():
    app = create_app(Settings(data_dir=Path(sys.argv[1]), workers=0))
    async with app.router.lifespan_context(app):
        before = set(sys.modules)
        await warm_up.call(app, "POST", "/v1/layouts", json.dumps(MANIFEST).encode())
        await warm_up.call(app, "GET", "/v1/layouts/none")
        print(sorted(set(sys.modules) - before))

asyncio.run(first_calls())
"""


def test_the_first_calls_of_a_service_load_no_module(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", _FIRST_CALLS, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
