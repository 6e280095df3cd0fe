"""`warpack measure`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.terminal import note, out, write_json
from warpack.service.render.text import plain

if TYPE_CHECKING:
    from warpack.gpu_runtime.compiler.cubin import Cubin, CubinKernel


def measure(
    cubin: Annotated[Path, Parameter(help="File of the kernel's machine code: a cubin.")],
    /,
    *,
    kernel: Annotated[str | None, Parameter(help="The kernel, where the file holds several.")] = None,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the figures as JSON.")] = False,
) -> int:
    """Read a kernel's machine code, and say which fields of its manifest follow from it.

    Make a cubin with "nvcc -cubin -arch=sm_86" or "ptxas", or take the one that numba-cuda or NVRTC gives the driver.
    Exit code 0: read. 2: not a cubin, or no such kernel in it.
    """
    found = _read(cubin)
    chosen = _chosen(found.kernels, kernel, cubin)
    if json:
        from json import dumps

        write_json(dumps(_document(found, chosen), ensure_ascii=False))
        return DONE
    _show(found, chosen)
    return DONE


def _read(path: Path) -> Cubin:
    try:
        from warpack.gpu_runtime.compiler.cubin import read_cubin
        from warpack.gpu_runtime.compiler.errors import CompileError
        from warpack.gpu_runtime.compiler.file_kinds import kind_of

        data = path.read_bytes()
        kind = kind_of(data)
        if kind is not None:
            raise CommandFailed(f"{path} is {kind}", BAD_INPUT)
        try:
            return read_cubin(data)
        except CompileError as error:
            raise CommandFailed(f"{path} is {error}", BAD_INPUT) from None
    except ImportError as error:
        raise CommandFailed(
            f"reading a cubin needs the extra `gpu` ({error.name}): pip install 'warpack[gpu]'"
        ) from None
    except OSError as error:
        raise CommandFailed(f"cannot read {path}: {error.strerror or error}", BAD_INPUT) from None


def _chosen(kernels: tuple[CubinKernel, ...], wanted: str | None, path: Path) -> CubinKernel | None:
    """The kernel that is asked for; None if there are several and none was named. Raises CommandFailed."""
    if not kernels:
        raise CommandFailed(f"{path} holds no kernel", BAD_INPUT)
    if wanted is None:
        return kernels[0] if len(kernels) == 1 else None
    for each in kernels:
        if each.entry == wanted:
            return each
    raise CommandFailed(
        f"{path} has no kernel {wanted!r}: there are {', '.join(each.entry for each in kernels)}", BAD_INPUT
    )


def _fields(architecture: str, kernel: CubinKernel) -> dict[str, Any]:
    return {
        "compute_capability": architecture,
        "registers_per_thread": kernel.registers,
        "static_shared_bytes": kernel.static_shared_bytes,
    }


def _document(found: Cubin, chosen: CubinKernel | None) -> dict[str, Any]:
    """`target` belongs into the manifest. It is null if several kernels are there and none was named."""
    from dataclasses import asdict

    return {
        "target": None if chosen is None else _fields(found.architecture, chosen),
        "kernel": None if chosen is None else chosen.entry,
        "compute_capability": found.architecture,
        "kernels": [asdict(each) for each in found.kernels],
    }


def _show(found: Cubin, chosen: CubinKernel | None) -> None:
    from rich.text import Text

    from warpack.service.render.columns import Column, Columns

    console = out()
    titles = ("registers", "static shared", "stack", "most threads")
    columns = [Column("kernel", head=True), *(Column(title, right=True) for title in titles)]
    rows = [
        (
            plain(each.entry),
            str(each.registers),
            f"{each.static_shared_bytes} B",
            f"{each.stack_bytes} B",
            "not bounded" if each.max_threads is None else str(each.max_threads),
        )
        for each in found.kernels
    ]
    table = Columns(columns, rows)
    console.print(f"Machine code for compute capability {found.architecture}.")
    console.print()
    console.print(table)
    console.print()
    if chosen is None:
        note("Several kernels: name yours with --kernel NAME for its manifest fields.")
        return
    from json import dumps

    console.print("In the manifest:")
    console.print(Text(f'  "target": {dumps(_fields(found.architecture, chosen))}'))
