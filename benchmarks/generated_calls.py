"""Calls made from the API's own description, right and wrong ones, against a service of its own: 20,000 unless said.

    python -m benchmarks.generated_calls [--cases 20000] [--seed 1]

Schemathesis makes them in runs with one seed after another until there are enough. Exit code 1: a call was answered
with a fault of the service, with what the description does not tell of, or not within 30 s.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.helpers.service_process import service

_MOST_S = 30
_LEFT_OUT = "positive_data_acceptance,missing_required_header"
"""A manifest may keep its schema and break a rule; no header field is required."""


def one_run(url: str, seed: int) -> tuple[int, bool, str]:
    """How many calls were made, whether all was well, and what Schemathesis said."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--no-color"]
    command += ["--max-examples", "40", "--seed", str(seed), "--phases", "examples,coverage,fuzzing"]
    command += ["--exclude-checks", _LEFT_OUT, "--request-timeout", str(_MOST_S), "--continue-on-failure"]
    with tempfile.TemporaryDirectory() as folder:  # where it leaves its cache
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    made = re.search(r"(\d[\d,]*) generated", ran.stdout)
    return (0 if made is None else int(made.group(1).replace(",", ""))), ran.returncode == 0, ran.stdout + ran.stderr


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=20_000, help="how many calls at least")
    options.add_argument("--seed", type=int, default=1, help="of the first run")
    given = options.parse_args()
    total, well, seed = 0, True, given.seed
    with (
        tempfile.TemporaryDirectory(prefix="warpack-calls-") as folder,
        service(Path(folder, "data"), fresh=True) as running,
    ):
        while total < given.cases:
            made, fine, said = one_run(running.url, seed)
            if not fine or not made:
                print(said)
            if not made:
                return 1
            total, well, seed = total + made, well and fine, seed + 1
            print(f"seed {seed - 1}: {made} calls, {'all well' if fine else 'NOT WELL'}; {total} in all", flush=True)
        alive = running.process.poll() is None
    return 0 if well and alive else 1


if __name__ == "__main__":
    sys.exit(main())
