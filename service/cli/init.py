"""`warpack init`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from warpack.by_service import service_url
from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.inputs import STDIN
from warpack.service.cli.terminal import note
from warpack.solver.wire.problems import ManifestError

_STDOUT = ("-", STDIN)


def init(
    *,
    output: Annotated[
        str, Parameter(name=("--output", "-o"), help="The file to write: .yaml, .json or .toml; - prints YAML.")
    ] = "kernel.yaml",
    name: Annotated[str | None, Parameter(help="A label for the kernel.", show_default=False)] = None,
    arch: Annotated[str | None, Parameter(help="Compute capability of the GPU.", show_default=False)] = None,
    threads_per_run: Annotated[
        int | None, Parameter(help="Threads that work on one item together.", show_default=False)
    ] = None,
    phases: Annotated[
        str | None, Parameter(help="The kernel's steps, in program order: a,b,c.", show_default=False)
    ] = None,
    loop: Annotated[
        list[str] | None,
        Parameter(help="A loop over phases, FIRST:LAST; may be repeated.", negative="", show_default=False),
    ] = None,
    buffer: Annotated[
        list[str] | None,
        Parameter(help="NAME:SIZE[:DTYPE[:FIRST[:LAST]]]; may be repeated.", negative="", show_default=False),
    ] = None,
    barriers: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="The kernel's threads wait before every phase."),
    ] = False,
    schema: Annotated[
        str | None,
        Parameter(help="Where editors find the JSON Schema (WARPACK_URL's, where that is set).", show_default=False),
    ] = None,
    defaults: Annotated[
        bool, Parameter(negative="", show_default=False, help="Ask nothing, and write an example to be edited.")
    ] = False,
    force: Annotated[bool, Parameter(negative="", show_default=False, help="Write over a file that is there.")] = False,
) -> int:
    """Write a commented manifest to begin with, which "warpack solve" takes at once.

    On a terminal it asks a few questions. It asks none where one of --name, --arch, --threads-per-run, --phases,
    --loop, --buffer, --barriers or --defaults is given. Exit code 0: written. 2: an answer is bad, or the file is there
    already.
    """
    from warpack.service.manifest_start import DEFAULTS, asked, stated, text_of
    from warpack.solver.reading.texts.written import form_of_name

    to_screen = output in _STDOUT
    if not to_screen and Path(output).exists() and not force:
        raise CommandFailed(f"{output} is there already: --force writes over it", BAD_INPUT)
    given = (name, arch, threads_per_run, phases, loop, buffer)
    if defaults or barriers or any(one is not None for one in given):
        try:
            start = stated(name, arch, threads_per_run, phases, loop, buffer, barriers=barriers)
        except ManifestError:
            raise
        except ValueError as error:
            raise CommandFailed(str(error), BAD_INPUT) from None
    else:
        start = asked(sys.stdin, note) if sys.stdin is not None and sys.stdin.isatty() else DEFAULTS
    text = text_of(
        start,
        "yaml" if to_screen else form_of_name(output),
        schema or _of_service(),
        "kernel.yaml" if to_screen else output,
    )
    if to_screen:
        print(text, end="")
        return DONE
    Path(output).write_text(text, encoding="utf-8")
    note(f"Wrote {output}: edit it, then run: warpack solve {output}")
    return DONE


def _of_service() -> str | None:
    url = service_url().rstrip("/")
    return f"{url}/v1/schema/manifest.json" if url else None
