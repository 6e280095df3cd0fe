"""The commands by name. Errors that a command lets through become sentences and exit codes here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyclopts import App, CycloptsError, CycloptsPanel, Parameter, UnknownOptionError

from warpack.gpu_runtime.interpreter import import_root
from warpack.service.cli.database_trouble import in_words
from warpack.service.cli.examples import told
from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.help_page import HelpPage
from warpack.service.cli.inputs import with_stdin_named
from warpack.service.cli.terminal import be_quiet, complain, complain_of, err, out
from warpack.solver.wire.problems import ManifestError

_HELP = """
Packs GPU buffers so that more warps fit.

A manifest (JSON, YAML or TOML) names the buffers of one kernel, their sizes and their lifetimes. Warpack answers with
a layout: the place of every byte of shared memory, the threads per block, and a proof of how good that is.

Every command has a page of its own: "warpack solve --help".
"""

_COMMANDS = {
    "solve": "Pack the buffers of a manifest and show the layout.",
    "build": "Make the allocators of a manifest as a step of a build: CMake, setuptools, make.",
    "draw": "Draw a layout as an SVG picture: where every byte went, when, and what more threads would want.",
    "check": "Say everything that is wrong with a manifest, or how many bytes it needs at least.",
    "verify": "Check a layout against its manifest; every rule is derived anew.",
    "init": "Write a commented manifest to begin with.",
    "explain": "Say why a buffer lies where it does, who shares its bytes, and what would free it.",
    "diff": "Say what changed from one manifest or layout to another.",
    "schema": "Print the JSON Schema of manifests, for editors.",
    "import": "Make a manifest from what another tool wrote down of memory.",
    "trace": "Run a script with numba-cuda kernels, and write manifests from what the kernels do.",
    "measure": "Read a kernel's machine code, and say which manifest fields follow from it.",
    "demo": "Start a service, send it manifests, and show what comes back.",
    "watch": "Follow a job of a service until it ends.",
    "serve": "Answer HTTP calls, and work on the jobs that they make.",
    "worker": "Work on the jobs of a service.",
    "admin": "Look after the store of a service: backups, API keys, and answers that a faulty version made.",
    "doctor": "Say what is installed here, what is missing, and what that means.",
    "completion": "Print a script with which a shell completes commands and options.",
}

_MODULES = {"import": "import_"}
"""Of commands that are words of Python."""


_BENCH = "Compare Warpack with other solvers on the same instances, each result checked."

_SUITE = Path("benchmarks/command.py")
"""The benchmark suite's command. The suite is in the source tree, and in no installed package."""


def source_tree() -> Path | None:
    """The source tree that this Warpack runs from; None if it is an installed package."""
    root = import_root()
    return root if (root / "pyproject.toml").is_file() and (root / _SUITE).is_file() else None


def build(sources: Path | None, asked: str = "") -> App:
    """The application, with the suite's command if there are `sources`.

    Commands are import paths: a module is loaded when its command is asked for. The one that is `asked` for has its
    whole page of help, with examples; the others have a line.
    """
    app = App(
        name="warpack",
        help=_HELP,
        help_format="plaintext",
        help_formatter=HelpPage(),
        help_epilogue=told(asked),
        version=_version,
        exit_on_error=False,
        suppress_keyboard_interrupt=False,
        result_action="return_value",
        default_parameter=Parameter(negative_iterable=()),
        error_formatter=_panel,
        console=out(),
        error_console=err(),
    )
    for at, (name, summary) in enumerate(_COMMANDS.items()):
        module = _MODULES.get(name, name)
        where = f"warpack.service.cli.{module}:{module}"
        app.command(where, name=name, help=None if name == asked else summary, sort_key=at)
    if sources is not None:
        if str(sources) not in sys.path:
            sys.path.append(str(sources))  # at the end, so that it hides no other module
        app.command("benchmarks.command:bench", name="bench", help=_BENCH, sort_key=len(_COMMANDS))
    return app


def run(arguments: Sequence[str], sources: Path | None = None) -> int:
    """Runs one command and returns its exit code."""
    be_quiet(False)
    try:
        asked = next(iter(arguments), "")
        app = build(sources or source_tree(), asked if asked in _COMMANDS or asked == "bench" else "")
        code = app(with_stdin_named(arguments))
    except CycloptsError:
        return BAD_INPUT  # cyclopts has told what is wrong with the command line
    except ManifestError as error:
        complain_of(error.problems)
        return BAD_INPUT
    except CommandFailed as error:
        complain(str(error))
        return error.code
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        complain(f"{error.strerror or error}{where}")
        return FAILED
    except Exception as error:
        told = in_words(error)
        if told is None:
            raise
        complain(told)
        return FAILED
    return code if isinstance(code, int) else DONE


def _panel(error: CycloptsError) -> Any:
    """What is wrong with a command line. What stands after -- and looks like an option is none."""
    tokens = list(error.root_input_tokens or ())
    if isinstance(error, UnknownOptionError) and "--" in tokens:
        word = error.token.keyword or error.token.value
        if word in tokens[tokens.index("--") :] and word not in tokens[: tokens.index("--")]:
            return CycloptsPanel(f"There is one argument too many: {word}. After -- nothing is an option.")
    return CycloptsPanel(error)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("warpack")
    except PackageNotFoundError:
        return "unknown (Warpack runs from its sources and is not installed)"
