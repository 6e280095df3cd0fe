"""Errors and warnings of what was built name the line of the call that they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from warpack import Kernel, ManifestError
from warpack.solver.wire.problems import Problem

HERE = Path(__file__)


def line_of(comment: str) -> int:
    """The one line of this file that ends with this comment."""
    (found,) = (n for n, line in enumerate(HERE.read_text().splitlines(), 1) if line.rstrip().endswith(f"# {comment}"))
    return found


def problems_of(kernel: Kernel) -> list[tuple[str, int]]:
    with pytest.raises(ManifestError) as raised:
        kernel.manifest()
    return [told(problem) for problem in raised.value.problems]


def told(problem: Problem) -> tuple[str, int]:
    assert problem.place is not None
    assert problem.place.file == __file__
    assert str(problem).startswith(f"{__file__}:{problem.place.line}: ")
    return problem.type, problem.place.line


def test_of_buffers_parts_and_accesses() -> None:
    kernel = Kernel(arch="8.6")
    load = kernel.phase("load")
    kernel.buffer("good", 4, "float32")
    kernel.buffer("size", -1, "float32")  # size
    kernel.buffer(  # dtype
        "dtype",
        4,
        "flot32",
    )
    rows = kernel.buffer("rows", 4, "float32")
    rows.part("a", 2)
    rows.part("a", 2)  # part
    used = kernel.buffer("used", 4, "float32")
    used.write(load)
    used.read("lode")  # access
    kernel.buffer("aliased", 4, "float32").alias(
        "good",
        "nobody",
    )  # alias
    assert problems_of(kernel) == [
        ("out-of-range", line_of("size")),
        ("unknown-dtype", line_of("dtype")),
        ("duplicate-name", line_of("part")),
        ("unknown-phase", line_of("access")),
        ("alias-unknown", line_of("alias") - 3),
    ]


def test_of_structures_components_and_pairs() -> None:
    kernel = Kernel(arch="8.6")
    with kernel.loop():  # nothing
        pass
    with kernel.branch() as branch:
        with branch.arm():
            kernel.phase("x")
        with branch.arm():  # arm
            pass
    kernel.component("a//b")  # component
    kernel.apart("x", "y")  # apart
    found = dict(problems_of(kernel))
    assert found["empty-loop"] == line_of("nothing")
    assert found["empty-interval"] == line_of("arm")
    assert found["bad-name"] == line_of("component")
    assert line_of("apart") in found.values()


def test_of_the_settings() -> None:
    kernel = Kernel("k", arch="8.7.1", threads_per_run=0)  # kernel
    kernel.buffer("x", 1, "int8")
    assert problems_of(kernel) == [("unknown-architecture", line_of("kernel")), ("out-of-range", line_of("kernel"))]


def test_of_what_a_document_could_not_say() -> None:
    kernel = Kernel(arch="8.6")
    with kernel.maybe(), kernel.loop():  # whole arm
        kernel.phase("x")
    kernel.barrier()  # between
    with kernel.maybe():
        kernel.phase("y")
    kernel.buffer("b", 1, "int8")
    assert problems_of(kernel) == [("barrier-without-phase", line_of("between")), ("same-span", line_of("whole arm"))]
    with pytest.raises(ManifestError, match="name one more"):
        kernel.to_json()


def test_of_one_track_in_a_loop() -> None:
    kernel = Kernel(arch="8.6", threads_per_block=32)
    with kernel.loop(), kernel.tracks() as tracks, tracks.track("all", threads="rest"):  # whole loop
        kernel.phase("x")
    kernel.buffer("b", 1, "int8")
    assert problems_of(kernel) == [("same-span", line_of("whole loop"))]


def test_barriers_everywhere_and_one_more() -> None:
    kernel = Kernel(arch="8.6")
    kernel.phase("x")
    kernel.barrier(after="x")
    kernel.barriers_everywhere()  # everywhere
    kernel.buffer("b", 1, "int8")
    assert problems_of(kernel) == [("barrier-twice", line_of("everywhere"))]


def test_warnings_have_their_lines_too() -> None:
    kernel = Kernel(arch="8.6")
    with kernel.branch() as branch:
        with branch.arm():
            one = kernel.phase("one")
        with branch.arm():
            kernel.phase("two")
    after = kernel.phase("after")
    kernel.buffer("b", 1, "int8", lifetime=(one, after))  # warned
    assert [told(warning) for warning in kernel.manifest().warnings] == [("other_arms_free", line_of("warned"))]


def test_misuse_is_raised_by_the_call_itself() -> None:
    kernel, other = Kernel(arch="8.6"), Kernel(arch="8.6")
    load = kernel.phase("load")
    with pytest.raises(ValueError, match="either all phases of the kernel have names or none has"):
        kernel.phase()
    with pytest.raises(ValueError, match="has a phase 'load' already"):
        kernel.phase("load")
    with pytest.raises(ValueError, match="name at least one"):
        kernel.phases()
    other.phase("load")
    with pytest.raises(ValueError, match="is no phase of the kernel"):
        other.buffer("x", 1, "int8", lifetime=load)
    with pytest.raises(TypeError, match="an interval is a phase"):
        kernel.buffer("x", 1, "int8", lifetime=[3])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="name the phase"):
        kernel.buffer("x", 1, "int8").write()
    with pytest.raises(ValueError, match="name one of the two"):
        kernel.barrier(before=load, after=load)
    with kernel.branch(), pytest.raises(ValueError, match="open an arm"):
        kernel.phase("x")
    with kernel.tracks(), pytest.raises(ValueError, match="open a track"):
        kernel.loop().__enter__()
    kernel.component("a")
    with pytest.raises(ValueError, match="component a is there already"):
        kernel.component("a", window="contiguous")
    with pytest.raises(ValueError, match=r"make it with called_in"):
        kernel.component("a").call_in(load)
