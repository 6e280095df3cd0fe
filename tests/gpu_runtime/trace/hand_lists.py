"""The conflicts of the kernels beside this file, derived by hand.

`a b: why`: needed at once, in the order of the program. `a | b: why`: not so, but no barrier of all threads that share
them lies between, on some way through the kernel that the timeline allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.gpu_runtime.trace.recorded import KERNELS

Pair = frozenset[str]


@dataclass
class HandList:
    at_once: set[Pair] = field(default_factory=set)
    unordered: set[Pair] = field(default_factory=set)


def hand_lists(script: str) -> dict[str, HandList]:
    """By kernel."""
    found: dict[str, HandList] = {}
    current = HandList()
    for line in (KERNELS / f"{script}.conflicts").read_text(encoding="utf-8").splitlines():
        names, colon, why = line.partition(":")
        if not colon:
            current = found[line.strip()] = HandList()
            continue
        one, *bar, other = names.split()
        assert why.strip(), f"{line}: why?"
        (current.unordered if bar else current.at_once).add(frozenset((one, other)))
    return found
