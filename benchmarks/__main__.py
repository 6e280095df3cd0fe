"""`python -m benchmarks` is `warpack bench`, also beside a Warpack that is installed without its sources."""

import sys
from pathlib import Path

from warpack.service.cli import main

if __name__ == "__main__":
    sys.exit(main(["bench", *sys.argv[1:]], sources=Path(__file__).resolve().parents[1]))
