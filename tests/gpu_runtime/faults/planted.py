"""What a planted fault is: a right layout, and the one thing that was broken in it or in the code made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

Edit = Callable[[str], str]


def nothing(text: str) -> str:
    return text


def no_change(plan: dict[str, Any]) -> dict[str, Any]:
    return plan


@dataclass(frozen=True)
class Planted:
    """`allocators`, `header` and `kernel` change the emitted texts and the probe kernel's, `plan` the arrays that back
    ends run."""

    manifest: Manifest
    layout: Layout
    allocators: Edit = nothing
    header: Edit = nothing
    kernel: Edit = nothing
    plan: Callable[[dict[str, Any]], dict[str, Any]] = no_change


@dataclass(frozen=True)
class Fault:
    """`what` is said on the documentation's page; `where`: layout, code (allocators.py), header, kernel or plan.
    `compiled`: whether it is put to the compiler, which has nothing to say about changed numbers."""

    what: str
    where: str
    plant: Callable[[], Planted]
    compiled: bool = False


def replaced(*pairs: tuple[str, str], count: int = -1) -> Edit:
    """Text with each first string of `pairs` replaced by the second, `count` times (-1: everywhere)."""

    def edit(text: str) -> str:
        for old, new in pairs:
            if old not in text:
                raise ValueError(f"the text does not say {old!r} any more: the fault would not be planted")
            text = text.replace(old, new, count)
        return text

    return edit


def in_function(name: str, old: str, new: str) -> Edit:
    """The first `old` from the head of the function `name` on becomes `new`."""

    def edit(text: str) -> str:
        head, found, body = text.partition(f"def {name}(")
        if not found or old not in body:
            raise ValueError(f"function {name} does not say {old!r} any more: the fault would not be planted")
        return head + found + body.replace(old, new, 1)

    return edit
