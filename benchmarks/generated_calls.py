"""Calls made from the API's own description, right and wrong ones, against a service of its own: 20,000 unless said.

    python -m benchmarks.generated_calls [--cases 20000] [--seed 1] [--as local --as stranger --as submit …]

Schemathesis makes them in runs with one seed after another until there are enough, shared among the callers: `local`
calls without a key where none is wanted, `stranger` without one where one is, and `submit`, `read`, `worker` and
`admin` with a key of that scope. All of them unless said. Exit code 1: a call was answered with a fault of the service,
with what the description does not tell of, or not within 30 s.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from tests.helpers.edge_server import serving
from tests.helpers.service_process import service
from warpack.service.api import create_app
from warpack.service.settings import Settings
from warpack.service.store.keys import SCOPES, Scope

_MOST_S = 30
_LEFT_OUT = "positive_data_acceptance,missing_required_header"
"""A manifest may keep its schema and break a rule; no header field is required."""
_CALLERS = ("local", "stranger", *SCOPES)
_MAY_SUBMIT = frozenset({"local", "submit", "admin"})
"""Of others no body is read, so that the thousands of the phase `coverage` would tell nothing."""


def one_run(url: str, seed: int, key: str | None, *, bodies: bool = True) -> tuple[int, bool, str]:
    """How many calls were made, whether all was well, and what Schemathesis said."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--no-color"]
    command += ["--max-examples", "40", "--seed", str(seed), "--phases"]
    command += ["examples,coverage,fuzzing" if bodies else "examples,fuzzing"]
    command += ["--exclude-checks", _LEFT_OUT, "--request-timeout", str(_MOST_S), "--continue-on-failure"]
    command += [] if key is None else ["--header", f"Authorization: Bearer {key}"]
    with tempfile.TemporaryDirectory() as folder:  # where it leaves its cache
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    made = re.search(r"(\d[\d,]*) generated", ran.stdout)
    return (0 if made is None else int(made.group(1).replace(",", ""))), ran.returncode == 0, ran.stdout + ran.stderr


@contextmanager
def service_for(caller: str, folder: Path) -> Iterator[tuple[str, str | None]]:
    """The URL of a service, and the key of this caller. One that wants keys believes that it listens to others."""
    if caller == "local":
        with service(folder, fresh=True) as running:
            yield running.url, None
            if running.process.poll() is not None:
                raise SystemExit("the service has ended")
        return
    settings = Settings(data_dir=folder, host="0.0.0.0", workers=1, max_requests_per_key=1e6)
    app = create_app(settings)
    with serving(app, settings) as port:
        key = None
        if caller != "stranger":
            scopes = frozenset((cast(Scope, caller),))
            key = app.state.runner.store.keys.make(caller, scopes, lasts_s=None)
        yield f"http://127.0.0.1:{port}", key


def calls_of(caller: str, cases: int, seed: int) -> tuple[int, bool]:
    """How many calls of this caller were made, at least so many, and whether all was well."""
    total, well = 0, True
    with (
        tempfile.TemporaryDirectory(prefix="warpack-calls-") as folder,
        service_for(caller, Path(folder, "data")) as (url, key),
    ):
        while total < cases:
            made, fine, said = one_run(url, seed, key, bodies=caller in _MAY_SUBMIT)
            if not fine or not made:
                print(said)
            if not made:
                return total, False
            total, well, seed = total + made, well and fine, seed + 1
            told = "all well" if fine else "NOT WELL"
            print(f"{caller}, seed {seed - 1}: {made} calls, {told}; {total} in all", flush=True)
    return total, well


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=20_000, help="how many calls at least, of all callers together")
    options.add_argument("--seed", type=int, default=1, help="of the first run of each caller")
    options.add_argument("--as", action="append", choices=_CALLERS, dest="callers", help="who calls; may be repeated")
    given = options.parse_args()
    callers = given.callers or _CALLERS
    each = -(-given.cases // len(callers))
    found = [calls_of(caller, each, given.seed) for caller in callers]
    print(f"{sum(made for made, _ in found)} calls of {', '.join(callers)}")
    return 0 if all(well for _, well in found) else 1


if __name__ == "__main__":
    sys.exit(main())
