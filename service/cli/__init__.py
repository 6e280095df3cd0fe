"""The command line, `warpack`. `--help` lists the commands. Each is a module here, imported when it is called.

Exit codes: 0 done (solve: solved), 1 something failed (a validation, a verification, a service), 2 a bad manifest,
layout or command line, 3 infeasible, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from warpack.extras import explained


def main(arguments: Sequence[str] | None = None, *, sources: Path | None = None) -> int:
    """Runs one command and returns its exit code. A user's mistake is told on standard error, never as a traceback.

    `sources` is a source tree whose benchmark suite adds its command. None stands for the tree that this Warpack runs
    from, if any.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a name that the locale cannot write must not end the command
    try:
        from warpack.service.cli.app import run

        code = run(sys.argv[1:] if arguments is None else arguments, sources)
        sys.stdout.flush()
    except ModuleNotFoundError as error:
        told = explained("this command", error)
        if told is None:
            raise
        print(f"warpack: {told}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("warpack: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has closed it. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # what a shell reports for a process that SIGPIPE ended
    return code
