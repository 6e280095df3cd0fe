"""The command line, `warpack`. `--help` lists the commands. Each is a module here, imported when it is called.

Exit codes: 0 done (solve: solved), 1 something failed (a validation, a verification, a service), 2 a bad manifest,
layout or command line, 3 infeasible, 130 interrupted, 141 the reader of the output has closed it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from warpack.extras import explained
from warpack.service.cli.streams import flushed, give_up, usable_streams

_UNREAD = 141
"""What a shell reports for a process that SIGPIPE ended. The reader of our output has closed it."""


def main(arguments: Sequence[str] | None = None, *, sources: Path | None = None) -> int:
    """Runs one command and returns its exit code. A user's mistake is told on standard error, never as a traceback.

    `sources` is a source tree whose benchmark suite adds its command. None stands for the tree that this Warpack runs
    from, if any.
    """
    with usable_streams():
        return _written(_run(sys.argv[1:] if arguments is None else arguments, sources))


def _run(arguments: Sequence[str], sources: Path | None) -> int:
    try:
        from warpack.service.cli.app import run

        return run(arguments, sources)
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
        give_up(sys.stdout)
        return _UNREAD


def _written(code: int) -> int:
    """The exit code, once standard output has all that is for it."""
    error = flushed(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return _UNREAD
    if error is not None and code == 0:  # a full disk
        print(f"warpack: {error.strerror}: standard output", file=sys.stderr)
        return 1
    return code
