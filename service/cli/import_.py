"""`warpack import`: manifests from what other tools write down of memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.inputs import STDIN, checked_architecture, stdin_bytes
from warpack.service.cli.outputs import need_file
from warpack.service.cli.terminal import complain, complain_of, note, write_text
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.problems import ManifestError

if TYPE_CHECKING:
    from warpack.gpu_runtime.imports.outcome import Imported, ImportFailed

import_ = App(name="import", help="Make a manifest from what another tool wrote down of memory.")

Output = Annotated[
    Path | None, Parameter(name=["-o", "--output"], help="Write the manifest to this file, not to standard output.")
]


@import_.command
def csv(
    table: Annotated[str, Parameter(help="File of the table; - is standard input.")],
    /,
    *,
    pin: Annotated[bool, Parameter(negative="", show_default=False, help="Keep the table's offsets, as pins.")] = False,
    output: Output = None,
) -> int:
    """A table of minimalloc's or omnimalloc's, as a pool.

    Its columns are id, lower, upper and size, and perhaps alignment, gaps and offset; times may be vector clocks, a:b.
    The table's own offsets become the baseline to compare with. Exit code 0: written. 2: the table is bad, each fault
    on standard error with its line.
    """
    from warpack.gpu_runtime.imports import ImportFailed
    from warpack.gpu_runtime.imports.csv_pool import import_csv

    _need(output)
    name = "" if table == STDIN else Path(table).stem
    try:
        imported = import_csv(_text(table), name=name, pinned=pin)
    except ImportFailed as error:
        return _refused(table, error)
    return _write(table, imported, output)


@import_.command
def header(
    file: Annotated[Path, Parameter(help="The header, in C++ or CUDA C++.")],
    /,
    *,
    struct: Annotated[
        str | None,
        Parameter(help="The struct, as C++ spells it (templates with their arguments), where there are several."),
    ] = None,
    arch: Annotated[str, Parameter(help="Compute capability of the manifest: no header names one.")] = "8.0",
    compiler: Annotated[
        str | None, Parameter(help="The compiler: g++ or clang++, whichever is there.", show_default=False)
    ] = None,
    option: Annotated[
        tuple[str, ...],
        Parameter(help="A further option of the compiler, such as --option=-I/usr/include; repeatable."),
    ] = (),
    output: Output = None,
) -> int:
    """A struct of shared storage, as a start to be edited.

    The compiler itself says where each member lies. Alternatives of a union are taken as phases that take turns, and
    the struct's own layout becomes the baseline to compare with. Nothing is run. Exit code 0: written. 2: the header
    does not compile, or it is not clear which struct is meant.
    """
    from warpack.gpu_runtime.imports import ImportFailed

    if not file.is_file():
        raise CommandFailed(f"cannot read {file}: there is no such file", BAD_INPUT)
    checked_architecture(arch)
    _need(output)
    try:
        from warpack.gpu_runtime.imports.header import import_header

        imported = import_header(file, struct=struct, compute_capability=arch, compiler=compiler, options=option)
    except ImportError as error:
        raise CommandFailed(
            f"reading debug information needs the extra `gpu` ({error.name}): pip install 'warpack[gpu]'"
        ) from None
    except ImportFailed as error:
        return _refused(str(file), error)
    return _write(str(file), imported, output)


@import_.command
def triton(
    file: Annotated[Path, Parameter(help="A dump of Triton's compiler, or a Python file with kernels.")],
    /,
    *,
    kernel: Annotated[str | None, Parameter(help="The kernel, where there are several.")] = None,
    signature: Annotated[
        str | None,
        Parameter(
            help="Of a Python file: types of the arguments as triton.tools.compile takes them, '*fp16:16, i32, 64'."
        ),
    ] = None,
    arch: Annotated[str, Parameter(help="Of a Python file: the compute capability to compile for.")] = "8.0",
    num_warps: Annotated[int, Parameter(help="Of a Python file.")] = 4,
    num_stages: Annotated[int, Parameter(help="Of a Python file.")] = 3,
    python: Annotated[
        str | None,
        Parameter(help="Of a Python file: an interpreter that has Triton, if not this one.", show_default=False),
    ] = None,
    output: Output = None,
) -> int:
    """The shared memory of a Triton kernel: buffers, scratch and loops, at the offsets that Triton gave them.

    A dump is what "MLIR_ENABLE_DUMP=1 TRITON_ALWAYS_COMPILE=1" writes to standard error. A Python file is compiled here
    without a GPU, in a process of its own, and no kernel is launched. Exit code 0: written. 2: the dump is not
    understood to the byte, or the kernel does not compile.
    """
    from warpack.gpu_runtime.imports import ImportFailed
    from warpack.gpu_runtime.imports.triton import import_triton
    from warpack.gpu_runtime.imports.triton.compiling import Compilation, compile_kernel

    _need(output)
    try:
        if file.suffix == ".py":
            if signature is None:
                raise CommandFailed("a Python file needs --signature: a kernel says nothing of its types", BAD_INPUT)
            if not file.is_file():
                raise CommandFailed(f"cannot read {file}: there is no such file", BAD_INPUT)
            checked_architecture(arch)
            options = {"num_warps": num_warps, "num_stages": num_stages}
            dump = compile_kernel(Compilation(file, signature, kernel, arch, options), interpreter=python).dump
            imported = import_triton(dump)
        else:
            imported = import_triton(_text(str(file)), kernel=kernel)
    except ImportFailed as error:
        return _refused(str(file), error)
    return _write(str(file), imported, output)


def _need(output: Path | None) -> None:
    if output is not None:
        need_file(output)


def _text(source: str) -> str:
    if not source:
        raise CommandFailed("the name of the file is empty", BAD_INPUT)
    try:
        data = stdin_bytes() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {source}: {error.strerror or error}", BAD_INPUT) from None
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CommandFailed(f"{source} is no text in UTF-8", BAD_INPUT) from None


def _refused(source: str, error: ImportFailed) -> int:
    complain(f"{source} cannot be imported:")
    for fault in error.faults:
        note(f"error: {fault}")
    return BAD_INPUT


def _write(source: str, imported: Imported, output: Path | None) -> int:
    """The manifest where it is wanted, and on standard error what it is and what has to be known about it."""
    from warpack.solver import load_manifest
    from warpack.solver.baselines import broken_by_hand

    text = manifest_text(imported.manifest)
    try:
        manifest = load_manifest(text.encode())
    except ManifestError as error:
        complain(f"{source} gives a manifest that breaks these rules:")
        complain_of(error.problems)
        return BAD_INPUT
    if output is None:
        write_text(text)
    else:
        output.write_text(text, encoding="utf-8")
    told = [number_of(len(manifest.buffers), "buffer"), number_of(manifest.timeline.length, "phase")]
    if manifest.baseline is not None:
        own = manifest.baseline
        told.append(f"their own layout of {own.pool_bytes or own.block_region_bytes or own.run_bytes} bytes")
    note(f"{', '.join(told)}{'' if output is None else f', in {output}'}.")
    for said in imported.notes:
        note(f"note: {said}.")
    complain_of((*manifest.warnings, *broken_by_hand(manifest)), "warning")
    return DONE


def manifest_text(manifest: dict[str, Any]) -> str:
    """JSON with one line for each field, and for each entry of a list of objects: to be read and edited."""
    lines = []
    for key, value in manifest.items():
        if isinstance(value, list) and value and isinstance(value[0], dict | list):
            entries = ",\n".join(f"    {_json(entry)}" for entry in value)
            lines.append(f"  {_json(key)}: [\n{entries}\n  ]")
        else:
            lines.append(f"  {_json(key)}: {_json(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
