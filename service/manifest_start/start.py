"""What a first manifest says, and how its parts are written in a line each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from warpack.solver import load_manifest
from warpack.solver.devices import DEVICES
from warpack.solver.wire.manifest import MANIFEST_SCHEMA

_BETWEEN = re.compile(r"[:\s]+")
_USUAL_DTYPE = "float32"


@dataclass(frozen=True, slots=True)
class FirstBuffer:
    """A buffer as one line says it. `lifetime`: first and last phase; None: every phase."""

    name: str
    size: int
    dtype: str = _USUAL_DTYPE
    lifetime: tuple[str, str] | None = None

    def document(self) -> dict[str, Any]:
        times = {} if self.lifetime is None else {"lifetime": [list(self.lifetime)]}
        return {"name": self.name, "size": self.size, "dtype": self.dtype} | times


@dataclass(frozen=True, slots=True)
class Start:
    """A first manifest. `loops`: the first and last phase of each. `barriers`: the threads wait for one another before
    every phase. That is the user's word, and never taken for granted."""

    name: str
    arch: str
    threads_per_run: int
    phases: tuple[str, ...]
    loops: tuple[tuple[str, str], ...]
    buffers: tuple[FirstBuffer, ...]
    barriers: bool = False

    def document(self) -> dict[str, Any]:
        """The manifest as JSON values."""
        timeline: dict[str, Any] = {"phases": list(self.phases)}
        if self.loops:
            timeline["loops"] = [list(span) for span in self.loops]
        if self.barriers:
            timeline["barriers"] = "every"
        return {
            "schema": MANIFEST_SCHEMA,
            "name": self.name,
            "target": {"compute_capability": self.arch},
            "launch": {"threads_per_run": self.threads_per_run},
            "timeline": timeline,
            "buffers": [buffer.document() for buffer in self.buffers],
        }


DEFAULTS = Start(
    name="kernel",
    arch="8.6",
    threads_per_run=1,
    phases=("load", "compute", "store"),
    loops=(),
    buffers=(
        FirstBuffer("tile", 64, lifetime=("load", "compute")),
        FirstBuffer("result", 64, lifetime=("store", "store")),
    ),
)
"""Two buffers that take turns."""


def stated(
    name: str | None = None,
    arch: str | None = None,
    threads_per_run: int | None = None,
    phases: str | None = None,
    loops: Iterable[str] | None = None,
    buffers: Iterable[str] | None = None,
    *,
    barriers: bool = False,
) -> Start:
    """From options, with the defaults for those that are None. With phases of one's own and no buffers there is one
    buffer that is live in the first of them.

    Raises ValueError for a line that is none, ManifestError for what no manifest may say.
    """
    start = replace(
        DEFAULTS,
        name=DEFAULTS.name if name is None else name,
        arch=DEFAULTS.arch if arch is None else known_arch(arch),
        threads_per_run=DEFAULTS.threads_per_run if threads_per_run is None else threads_per_run,
        loops=() if loops is None else tuple(loop_of(loop) for loop in loops),
        barriers=barriers,
    )
    if phases is not None:
        start = replace(start, phases=phases_of(phases))
        start = replace(start, buffers=(FirstBuffer("tile", 64, lifetime=(start.phases[0], start.phases[0])),))
    if buffers is not None:
        start = replace(start, buffers=tuple(buffer_of(buffer) for buffer in buffers))
    load_manifest(start.document())
    return start


def known_arch(text: str) -> str:
    if text in DEVICES:
        return text
    raise ValueError(f"{text!r} is no compute capability that is known: {', '.join(DEVICES)}")


def phases_of(text: str) -> tuple[str, ...]:
    """`load, compute, store`."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise ValueError("name at least one phase, several with commas between: load,compute,store")
    return names


def loop_of(text: str) -> tuple[str, str]:
    """`load:store`, or one phase."""
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    if not 1 <= len(words) <= 2:
        raise ValueError(f"{text!r} is no loop: write its first and its last phase, FIRST:LAST")
    return words[0], words[-1]


def buffer_of(text: str) -> FirstBuffer:
    """`tile:64:float32:load:compute`; spaces do for colons."""
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    if not 2 <= len(words) <= 5 or not words[1].isdecimal():
        raise ValueError(f"{text!r} is no buffer: write NAME:SIZE[:DTYPE[:FIRST[:LAST]]], the size in elements")
    lifetime = (words[3], words[-1]) if len(words) > 3 else None
    return FirstBuffer(words[0], int(words[1]), words[2] if len(words) > 2 else _USUAL_DTYPE, lifetime)
