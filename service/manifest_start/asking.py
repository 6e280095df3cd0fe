"""A few questions, each asked until its answer can be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TextIO, TypeVar

from warpack.service.manifest_start.start import (
    DEFAULTS,
    FirstBuffer,
    Start,
    buffer_of,
    known_arch,
    loop_of,
    phases_of,
)
from warpack.solver import ManifestError, load_manifest

_Answer = TypeVar("_Answer")


def asked(answers: TextIO, tell: Callable[[str], None]) -> Start:
    """What is answered, line by line; an empty line, and the end of the text, take what stands in brackets."""
    asking = _Asking(answers, tell)
    usual = DEFAULTS
    name = asking.until("Name of the kernel", usual.name, str, lambda name: replace(usual, name=name))
    start = replace(usual, name=name)
    arch = asking.until("Compute capability of the GPU", usual.arch, known_arch, lambda arch: replace(start, arch=arch))
    threads = asking.until(
        "Threads that work on one item together", "1", _count, lambda count: replace(start, threads_per_run=count)
    )
    start = replace(start, arch=arch, threads_per_run=threads, buffers=())
    phases = asking.until(
        "Phases, in program order", ",".join(usual.phases), phases_of, lambda names: replace(start, phases=names)
    )
    start = replace(start, phases=phases)
    if threads > 1:
        question = "Do the threads wait for one another before every phase, as by __syncthreads"
        start = replace(start, barriers=asking.until(question, "no", _yes, lambda _: start))
    loops: list[tuple[str, str]] = []
    while loop := asking.maybe("A loop: FIRST LAST phase, or nothing", loop_of, _with_loops(start, loops)):
        loops.append(loop)
    start = replace(start, loops=tuple(loops))
    tell("Buffers, one a line: NAME SIZE [DTYPE [FIRST [LAST]]]. The size is in elements; FIRST is the phase of the")
    tell("first write, LAST that of the last read; without both it is live in every phase. An empty line ends them.")
    buffers: list[FirstBuffer] = []
    while buffer := asking.maybe("A buffer", buffer_of, _with_buffers(start, buffers)):
        buffers.append(buffer)
    if not buffers:
        buffers.append(FirstBuffer("tile", 64, lifetime=(start.phases[0], start.phases[0])))
    return replace(start, buffers=tuple(buffers))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no number of threads")
    return int(text)


def _yes(text: str) -> bool:
    if text.lower() not in ("y", "yes", "n", "no"):
        raise ValueError("yes or no")
    return text.lower()[0] == "y"


def _with_loops(start: Start, loops: list[tuple[str, str]]) -> Callable[[tuple[str, str]], Start]:
    return lambda loop: replace(start, loops=(*loops, loop))


def _with_buffers(start: Start, buffers: list[FirstBuffer]) -> Callable[[FirstBuffer], Start]:
    return lambda buffer: replace(start, buffers=(*buffers, buffer))


class _Asking:
    def __init__(self, answers: TextIO, tell: Callable[[str], None]) -> None:
        self._answers, self._tell = answers, tell

    def until(
        self, question: str, usual: str, read: Callable[[str], _Answer], fits: Callable[[_Answer], Start]
    ) -> _Answer:
        """The first answer that is one, and gives a manifest that may be."""
        while True:
            self._tell(f"{question} [{usual}]:")
            answer = self._taken(self._answers.readline().strip() or usual, read, fits)
            if answer is not None:
                return answer

    def maybe(self, question: str, read: Callable[[str], _Answer], fits: Callable[[_Answer], Start]) -> _Answer | None:
        """As `until`; None for an empty line."""
        while True:
            self._tell(f"{question}:")
            line = self._answers.readline().strip()
            if not line:
                return None
            answer = self._taken(line, read, fits)
            if answer is not None:
                return answer

    def _taken(self, text: str, read: Callable[[str], _Answer], fits: Callable[[_Answer], Start]) -> _Answer | None:
        """None, and the reasons told, where it cannot be taken."""
        try:
            answer = read(text)
            load_manifest(fits(answer).document())
        except ManifestError as error:
            for problem in error.problems:
                self._tell(f"  {problem.message}")
            return None
        except ValueError as error:
            self._tell(f"  {error}")
            return None
        return answer
