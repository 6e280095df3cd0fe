"""`python -m benchmarks` is the same as `warpack bench`. It also works with a Warpack that was installed without its
sources."""

import sys
from pathlib import Path

from warpack.service.cli import main

if __name__ == "__main__":
    sys.exit(main(["bench", *sys.argv[1:]], sources=Path(__file__).resolve().parents[1]))
