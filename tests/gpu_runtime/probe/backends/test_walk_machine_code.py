"""What goes through a plan's rows: one text for all layouts, compiled once, and fit for blocks of every size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gpu_runtime.faults.subjects import SUBJECTS, solved
from warpack.gpu_runtime.compiler import ALL_ARCHITECTURES, KernelCache
from warpack.gpu_runtime.compiler.link import MOST_REGISTERS
from warpack.gpu_runtime.probe.backends import walk_machine_code
from warpack.gpu_runtime.probe.backends.compile_child import answer
from warpack.gpu_runtime.probe.backends.prepared import Prepared, prepare
from warpack.gpu_runtime.probe.backends.walk_machine_code import Walk, walk_of
from warpack.gpu_runtime.probe.kernel.abi import MARK
from warpack.gpu_runtime.probe.kernel.walk_source import walk_source


def _prepared(subject: str) -> Prepared:
    return prepare(*solved(subject), None)


def test_the_walk_is_the_same_text_for_every_layout() -> None:
    assert {_prepared(subject).kernel.partition(MARK)[0] for subject in SUBJECTS} == {walk_source()}


def test_every_getter_is_called_once() -> None:
    prepared = _prepared("plain")
    kernel = prepared.kernel.partition(MARK)[2]
    for getter in prepared.plan.calls.getters.values():
        assert kernel.count(f"A.{getter.call}") == 1, getter.name


def test_machine_code_that_was_kept_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KernelCache(tmp_path)
    made = walk_of(walk_source())
    oldest = ALL_ARCHITECTURES[0]
    code = Walk(walk_source()).code(oldest, kept)
    monkeypatch.setattr(walk_machine_code, "function_to_ptx", lambda *_: pytest.fail("compiled again"))
    assert Walk(walk_source()).code(oldest, kept) == code
    assert walk_of(walk_source()) is made


def test_the_linked_kernel_can_be_launched_with_the_largest_block() -> None:
    """Registers of a function that is linked count as the kernel's: a block of 1024 threads has 64 for each."""
    prepared = _prepared("plain")
    request = {
        "allocators": prepared.allocators,
        "kernel": prepared.kernel,
        "elements": list(prepared.plan.calls.elements),
        "architecture": "9.0",
        "threads": 1024,
    }
    figures = answer(request)["figures"]
    assert figures["max_threads"] == 1024
    assert figures["registers"] <= MOST_REGISTERS
