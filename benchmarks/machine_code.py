"""Compares the machine code of the emitted getters and zero functions with that of pointers written by hand.

    python -m benchmarks.machine_code [--architectures 8.6 9.0]

Each line is one small kernel in numba-cuda and in CUDA C++, once with the emitted calls and once with offsets and loops
by hand. It shows how many instructions (without the padding after the end) and registers each takes. Nothing is run,
and no GPU is needed. Exit code 1 where the emitted one takes more than the one by hand in C++, or 3 % more in
numba-cuda.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from elftools.elf.elffile import ELFFile

from benchmarks.machine_code_kernels import CPP, MANIFEST, PYTHON, Kernel
from warpack.gpu_runtime.compiler import compile_kernel, cpp_to_cubin, load_module
from warpack.gpu_runtime.compiler.figures import figures_of
from warpack.gpu_runtime.emitters import emit
from warpack.solver import load_manifest, optimize

_INSTRUCTION_BYTES = 16
_OPCODE, _NOP = 0xFFF, 0x918
"""The lowest bits of an instruction say which it is, on every architecture from 7.0 on."""

_MORE = {"numba-cuda": 0.03, "CUDA C++": 0.0}
"""By what share the emitted code may take more instructions than the code by hand."""


@dataclass(frozen=True)
class Cost:
    instructions: int
    registers: int


def misses(language: str, ours: Cost, by_hand: Cost) -> bool:
    """Whether the emitted code takes more than it may."""
    return ours.instructions - by_hand.instructions > _MORE[language] * by_hand.instructions


def instructions(cubin: bytes) -> int:
    """The instructions of the one kernel in the machine code, without the padding after its end."""
    texts = [part.data() for part in ELFFile(io.BytesIO(cubin)).iter_sections() if part.name.startswith(".text.")]
    if len(texts) != 1:
        raise ValueError(f"{len(texts)} functions, one kernel was compiled")
    (text,) = texts
    words = [text[at : at + 8] for at in range(0, len(text), _INSTRUCTION_BYTES)]
    return sum(int.from_bytes(word, "little") & _OPCODE != _NOP for word in words)


def measured(architecture: str) -> dict[tuple[str, str], tuple[Cost, Cost]]:
    """By language and kernel, what the emitted calls cost and what the pointers by hand."""
    manifest = load_manifest(MANIFEST)
    layout = optimize(manifest)
    found = {}
    python = emit(layout, manifest)
    for kernel in PYTHON:
        found["numba-cuda", kernel.name] = (
            _numba(python, kernel.emitted, kernel, architecture),
            _numba(python, kernel.by_hand(layout), kernel, architecture),
        )
    header = emit(layout, manifest, "cuda-c++")
    for kernel in CPP:
        found["CUDA C++", kernel.name] = (
            _cpp(header, kernel.emitted, kernel, architecture),
            _cpp(header, kernel.by_hand(layout), kernel, architecture),
        )
    return found


def _numba(allocators: str, body: str, kernel: Kernel, architecture: str) -> Cost:
    text = f"{allocators}\n\ndef kernel({kernel.arguments}):{body}"
    module = load_module(text, "machine_code")
    compiled = compile_kernel(module.kernel, kernel.signature, architecture, module.THREADS_PER_BLOCK)
    return Cost(instructions(compiled.cubin), compiled.figures.registers)


def _cpp(header: str, body: str, kernel: Kernel, architecture: str) -> Cost:
    bounds = "__launch_bounds__(layout::threads_per_block)"
    source = f'#include "allocators.cuh"\nextern "C" __global__ void {bounds} kernel({kernel.arguments}) {{{body}}}\n'
    linked = cpp_to_cubin(source, architecture, {"allocators.cuh": header})
    return Cost(instructions(linked.cubin), figures_of(linked).registers)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architectures", nargs="+", default=["8.6", "9.0"], help="compute capabilities")
    asked = parser.parse_args(arguments)
    print("| compute capability | language | kernel | emitted: instructions, registers | by hand | more |")
    print("|---|---|---|---|---|---|")
    missed = 0
    for architecture in asked.architectures:
        for (language, name), (ours, by_hand) in measured(architecture).items():
            share = ours.instructions / by_hand.instructions
            missed += misses(language, ours, by_hand)
            print(
                f"| {architecture} | {language} | {name} | {ours.instructions}, {ours.registers} "
                f"| {by_hand.instructions}, {by_hand.registers} | {100 * (share - 1):+.0f} % |",
                flush=True,
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
