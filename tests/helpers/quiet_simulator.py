"""numba's simulator looks at its threads in a loop, and holds the interpreter lock while it does: between a third and
half of the processor's time. Here it gives the lock away at each look.

    NUMBA_ENABLE_CUDASIM=1 python -m tests.helpers.quiet_simulator PROGRAM.py …
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path

from numba.cuda.simulator.kernel import BlockThread


class _QuietThread(BlockThread):
    def is_alive(self) -> bool:
        time.sleep(0)  # no wait: whoever else can run comes first
        return super().is_alive()


def install() -> None:
    """For this process."""
    import numba.cuda.simulator.kernel as kernel

    kernel.BlockThread = _QuietThread


if __name__ == "__main__":
    install()
    del sys.argv[0]
    sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))
    runpy.run_path(sys.argv[0], run_name="__main__")
