"""Makes the examples' CuBIE manifests: runs CuBIE, reads the buffers it registered, and adds when each is live.

    pip install -c constraints.txt -e '.[cubie]'
    python examples/make_cubie_manifests.py            # writes examples/05-…json to 07-…json
    python examples/make_cubie_manifests.py --check    # says whether the committed files are what CuBIE gives

CuBIE runs in its simulator mode, so no GPU is needed. It has a process and a folder of its own, since it writes the
code that it generates into its working folder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a committed manifest differs")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        dump_all(Path.cwd())
        return 0
    with tempfile.TemporaryDirectory(prefix="warpack-cubie-") as folder:
        run_cubie(Path(folder))
        made = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("0*.json"))}
    if arguments.check:
        different = [name for name, text in made.items() if (HERE / name).read_text(encoding="utf-8") != text]
        print(
            f"differ from what CuBIE gives: {', '.join(different)}"
            if different
            else f"{len(made)} manifests are up to date"
        )
        return 1 if different else 0
    for name, text in made.items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"wrote {HERE.name}/{name}")
    return 0


def run_cubie(folder: Path) -> None:
    """This script again, with CuBIE's simulator switched on (it is read when CuBIE is imported), in `folder`."""
    environment = os.environ | {
        "NUMBA_ENABLE_CUDASIM": "1",
        "CUBIE_CACHE_DIR": str(folder / "cache"),
        "PYTHONPATH": str(HERE.parent),
    }
    subprocess.run([sys.executable, str(Path(__file__).resolve()), "--inside"], cwd=folder, env=environment, check=True)


def dump_all(folder: Path) -> None:
    """Build every example's solver and write its manifest, and nothing else, as `folder/NAME.json`."""
    from cubie_systems import SOLVERS
    from warpack.gpu_runtime.adapters.cubie import collect

    warnings.simplefilter("ignore")  # the simulator warns that it is one
    for name, (label, build) in SOLVERS.items():
        solver = build()
        try:
            manifest = collect(solver, name=label, compute_capability="8.6").manifest
            (folder / f"{name}.json").write_text(to_text(manifest), encoding="utf-8")
        finally:
            solver.close()


def to_text(manifest: dict[str, Any]) -> str:
    """JSON with one buffer, component or pair per line, for reading and comparing by eye."""
    lines = []
    for key, value in manifest.items():
        if isinstance(value, list) and value:
            inner = ",\n    ".join(json.dumps(entry) for entry in value)
            lines.append(f"  {json.dumps(key)}: [\n    {inner}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
