"""Compiles a header with debug information. Nothing of it is run."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from warpack.gpu_runtime.imports.outcome import ImportFailed

COMPILERS = ("g++", "clang++", "c++")
ANCHOR = "warpack_import_anchor"
STRUCT_OPTION = "--struct"

_TIME_LIMIT_S = 120.0
_TAIL_LINES = 20
_AS_HOST_CODE = (
    "-D__host__=",
    "-D__device__=",
    "-D__global__=",
    "-D__shared__=",
    "-D__constant__=",
    "-D__forceinline__=inline",
    "-D__align__(n)=alignas(n)",
)
"""What CUDA adds to C++ and a header may use."""


def debug_information(header: Path, struct: str | None, compiler: str | None, options: Sequence[str]) -> bytes:
    """The object file of a source that includes `header`. `struct`: a type that is to be in it, as C++ spells it:
    templates are instantiated. Raises ImportFailed."""
    command = compiler or next((one for one in COMPILERS if shutil.which(one)), None)
    if command is None or shutil.which(command) is None:
        named = " or ".join(COMPILERS[:2]) if compiler is None else compiler
        raise ImportFailed(f"a record layout comes from a C++ compiler, and {named} is not installed here")
    lines = [f'#include "{header.resolve()}"']
    if struct is not None:
        lines.append(f'#line 1 "{STRUCT_OPTION}"')  # what the compiler says of it names no file of ours
        lines += [f"{struct} *{ANCHOR} = nullptr;", f"static_assert(sizeof({struct}) > 0);"]
    with TemporaryDirectory() as folder:
        source, object_ = Path(folder, "import.cpp"), Path(folder, "import.o")
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        arguments = [command, "-std=c++17", "-g", "-gdwarf-5", "-O0", "-w"]
        arguments += ["-fno-eliminate-unused-debug-types", *_AS_HOST_CODE, *options]
        try:
            ran = subprocess.run(  # noqa: S603  (a compiler that the user names, on the user's header)
                [*arguments, "-c", str(source), "-o", str(object_)],
                capture_output=True,
                text=True,
                timeout=_TIME_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ImportFailed(f"{command} did not end within {_TIME_LIMIT_S:g} s") from None
        if ran.returncode:
            said = [line for line in ran.stderr.splitlines() if line.strip() and str(source) not in line][:_TAIL_LINES]
            raise ImportFailed(f"{command} does not take the header", *said)
        return object_.read_bytes()
