"""The builder as a kernel's author writes it: what each block and call puts into the document."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

import warpack
from tests.bad_manifests import BAD_MANIFESTS
from tests.helpers.built import built
from warpack import Kernel, ManifestError, load_manifest, optimize, verify
from warpack.solver.builder import Component
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem


def test_buffers_live_in_the_block_that_they_are_declared_in() -> None:
    kernel = Kernel("two buffers", arch="8.6", max_threads_per_block=256)
    kernel.phase("init")
    with kernel.loop(at_least=1):
        with kernel.phases("gather", "smooth"):
            kernel.buffer("samples", 64, np.float32)
        with kernel.phase("rank"):
            kernel.buffer("ranking", 64, np.dtype("int32"))
    kernel.buffer("steady", 2, "float64", persistent=True)
    assert kernel.to_json() == {
        "schema": "warpack/manifest/1",
        "name": "two buffers",
        "target": {"compute_capability": "8.6"},
        "launch": {"max_threads_per_block": 256},
        "timeline": {
            "phases": ["init", "gather", "smooth", "rank"],
            "loops": [{"span": ["gather", "rank"], "at_least": 1, "breaks": [], "endless": False}],
        },
        "buffers": [
            {"name": "samples", "size": 64, "dtype": "float32", "lifetime": [["gather", "smooth"]]},
            {"name": "ranking", "size": 64, "dtype": "int32", "lifetime": [["rank", "rank"]]},
            {"name": "steady", "size": 2, "dtype": "float64", "persistent": True},
        ],
    }
    layout = optimize(kernel.manifest())
    assert layout.launch is not None
    assert layout.launch.run_bytes == 64 * 4 + 16
    assert verify(kernel.manifest(), layout).passed


def test_a_block_lasts_to_what_was_added_in_it_last() -> None:
    kernel = Kernel(arch="8.6")
    with kernel.phase("outer"):
        kernel.buffer("sum", 4, "float32")
        with kernel.loop(), kernel.phases("inner", "last"):
            kernel.buffer("term", 4, "float32")
    kernel.phase("after")
    lifetimes = {one["name"]: one["lifetime"] for one in kernel.to_json()["buffers"]}
    assert lifetimes == {"sum": [["outer", "last"]], "term": [["inner", "last"]]}


def test_lifetimes_are_written_in_handles_names_or_indices() -> None:
    kernel = Kernel(arch="8.6")
    both = kernel.phases("a", "b", "c")
    a, b, c = both
    lifetimes = [a, (a, b), ("a", "b"), [(a, a), ("c", c)], both, [], "active", "b", [(0, 1), (2, 3)]]
    for number, lifetime in enumerate(lifetimes):
        kernel.buffer(f"b{number}", 1, "int8", lifetime=lifetime)  # type: ignore[arg-type]  # of many types
    kernel.buffer("every", 1, "int8")
    with kernel.during(b, c):
        kernel.buffer("during", 1, "int8")
        kernel.buffer("stated", 1, "int8", lifetime=None)
    assert [one.get("lifetime") for one in kernel.to_json()["buffers"]] == [
        [["a", "a"]], [["a", "b"]], [["a", "b"]], [["a", "a"], ["c", "c"]], [["a", "c"]], [], "active", [["b", "b"]],
        [[0, 1], [2, 3]], None, [["b", "c"]], None,
    ]  # fmt: skip


def test_phases_without_names_are_spelled_in_indices() -> None:
    kernel = Kernel(arch="8.6")
    first, second = kernel.phases(None, None)
    with kernel.loop():
        third = kernel.phase()
    kernel.buffer("x", 1, "int8", lifetime=[(first, second), third])
    document = kernel.to_json()
    assert document["timeline"]["length"] == 3
    assert document["timeline"]["loops"][0]["span"] == [2, 3]
    assert document["buffers"][0]["lifetime"] == [[0, 2], [2, 3]]


def test_accesses_are_said_where_they_happen() -> None:
    kernel = Kernel(arch="8.6")
    kernel.barriers_everywhere()
    tile = kernel.buffer("tile", 256, "float16", scope="block")
    rows = kernel.buffer("rows", 8, "float32")
    head, rest = rows.part("head", 2), rows.part(None, 6, reentry="dropped")
    with kernel.phase("load") as load:
        tile.write()
        head.write()
        rest.update()
    with kernel.phase("use"):
        tile.read()
        head.read()
    rest.read("use", load)
    found = kernel.to_json()
    assert found["timeline"]["barriers"] == "every"
    assert found["buffers"][0]["accesses_in"] == {"writes": ["load"], "reads": ["use"]}
    assert found["buffers"][1]["parts"] == [
        {"name": "head", "offset": 0, "size": 2, "accesses_in": {"writes": ["load"], "reads": ["use"]}},
        {"offset": 2, "size": 6, "reentry": "dropped",
         "accesses_in": {"updates": ["load"], "reads": ["use", "load"]}},
    ]  # fmt: skip
    assert (head.full_name, rest.full_name) == ("rows#head", "rows#1")


def test_structures_are_blocks() -> None:
    kernel = Kernel(arch="9.0", threads_per_block=128)
    with kernel.loop(endless=True) as loop:
        test = kernel.phase("test")
        loop.break_after(test)
        with kernel.branch(uniform="block") as branch:
            with branch.arm():
                kernel.phase("then")
            with branch.arm():
                kernel.phase("else")
        with kernel.maybe():
            kernel.phase("sometimes")
        with kernel.tracks() as tracks:
            with tracks.track("copy", threads=32):
                kernel.phases("issue", "wait")
            with tracks.track("use", threads="rest"):
                kernel.phase("compute")
    assert kernel.to_json()["timeline"] == {
        "phases": ["test", "then", "else", "sometimes", "issue", "wait", "compute"],
        "loops": [{"span": ["test", "compute"], "at_least": 0, "breaks": ["test"], "endless": True}],
        "branches": [
            {"arms": [["then", "then"], ["else", "else"]], "may_skip": False, "uniform": "block"},
            {"arms": [["sometimes", "sometimes"]], "may_skip": True},
        ],
        "tracks": [[
            {"name": "copy", "span": ["issue", "wait"], "threads": 32},
            {"name": "use", "span": ["compute", "compute"], "threads": "rest"},
        ]],
    }  # fmt: skip
    assert "test to compute" in repr(loop)
    assert "2 arms" in repr(branch)


def test_a_barrier_stands_where_it_is_written() -> None:
    kernel = Kernel(arch="9.0")
    first = kernel.phase("first")
    kernel.barrier()
    with kernel.loop():
        kernel.barrier(scope="run")
        kernel.phase("head")
        kernel.phase("tail")
        kernel.barrier(proxy_fence=True)
    kernel.barrier()
    kernel.phase("last")
    kernel.barrier(before=first)
    kernel.barrier(after="last", scope="run")
    assert kernel.to_json()["timeline"]["barriers"] == [
        {"before": "first"},
        {"after": "last", "scope": "run"},
        {"after": "first"},
        {"before": "last"},
        {"before": "head", "scope": "run"},
        {"after": "tail", "proxy_fence": True},
    ]


def test_components_are_blocks_handles_and_decorators() -> None:
    kernel = Kernel(arch="8.6")
    with kernel.component("loop") as loop:
        step = kernel.phase("step")
        kernel.buffer("state", 4, "float32", persistent=True)

        @kernel.component("solver", window="contiguous", called_in=[step])
        def solver(own: Component) -> None:
            with own.phases("residual", "update"):
                own.buffer("work", 4, "float32")
                kernel.buffer("more", 2, "float32")

    store = kernel.phase("store")
    solver.call_in(store)
    loop.buffer("late", 1, "int8", lifetime=store)
    assert kernel.component("loop/solver") is solver
    assert (solver.path, repr(solver)) == ("loop/solver", "<Component loop/solver, 2 phases of its own>")
    document = kernel.to_json()
    assert document["components"] == [
        {"path": "loop"},
        {"path": "loop/solver", "window": "contiguous", "called_in": ["step", "store"],
         "timeline": {"phases": ["residual", "update"]}},
    ]  # fmt: skip
    assert [(one["component"], one["name"], one.get("lifetime")) for one in document["buffers"]] == [
        ("loop", "state", None),
        ("loop/solver", "work", [["residual", "update"]]),
        ("loop/solver", "more", [["residual", "update"]]),
        ("loop", "late", [["store", "store"]]),
    ]
    kernel.manifest()


def test_handles_stand_for_full_names() -> None:
    kernel = Kernel(arch="8.6", shared_budget_bytes="opt-in", objective="shared_bytes", time_limit_s=1, seed=3)
    with kernel.component("k"):
        with kernel.phase("a"):
            old = kernel.buffer("old", 4, "float32")
        with kernel.phase("b"):
            kernel.in_place(read=old, write="k/new")
            new = kernel.buffer("new", 4, "float32")
        third = kernel.buffer("third", kernel.per_thread(2, plus=8), kernel.opaque(12, 4), scope="block", aliases=new)
        third.alias("other")
        kernel.buffer("other", kernel.per_warp(1), "int8", scope="block")
    kernel.apart(old, new, "k/third")
    kernel.baseline({old: 0, new: 16, third: 0, "k/other": 0}, run_bytes=64)
    kernel.warm_start({old: 0})
    document = kernel.to_json()
    assert document["in_place"] == [{"phase": "b", "read": "k/old", "write": "k/new"}]
    assert document["apart"] == [["k/old", "k/new"], ["k/old", "k/third"], ["k/new", "k/third"]]
    assert document["buffers"][2]["aliases"] == ["k/new", "other"]
    assert document["buffers"][2]["size"] == {"per_thread": 2, "plus": 8}
    assert document["baseline"] == {
        "offsets_bytes": {"k/old": 0, "k/new": 16, "k/third": 0, "k/other": 0}, "run_bytes": 64,
    }  # fmt: skip
    assert document["solver"] == {"time_limit_s": 1, "seed": 3, "warm_start": {"k/old": 0}}
    assert document["target"] == {"compute_capability": "8.6", "shared_budget_bytes": "opt-in"}
    assert document["objective"] == "shared_bytes"


def test_what_is_shown_of_handles_is_short() -> None:
    kernel = Kernel("k", arch="8.6")
    phases = kernel.phases("a", "b")
    buffer = kernel.buffer("x", 4, "float32")
    assert repr(kernel) == "<Kernel 'k' for 8.6: 2 phases, 0 components, 1 buffers>"
    assert repr(phases) == "<Phases a, b>"
    assert repr(phases[0]) == "<Phase 'a', number 0>"
    assert repr(buffer) == "<Buffer x: float32[4]>"
    assert repr(buffer.part("row", 4)) == "<Part x#row: 4 elements from 0>"


def test_it_is_public() -> None:
    assert warpack.Kernel is Kernel


def test_bad_manifests_that_can_be_built_have_the_same_problems_each_with_a_line() -> None:
    same = 0
    for bad in BAD_MANIFESTS:
        if len(bad.body) > 50_000:
            continue
        try:
            kernel = built(bad.document)  # type: ignore[arg-type]
        except (ValueError, TypeError, KeyError, StopIteration, AttributeError, IndexError):
            continue  # what is no document of the right form cannot be said in calls
        found = problems_of(kernel.manifest)
        assert all(problem.place is not None for problem in found), bad.name
        same += found == problems_of(lambda document=bad.document: load_manifest(document))  # type: ignore[misc]
    assert same >= 190


def problems_of(call: Callable[[], Manifest]) -> tuple[Problem, ...]:
    """None where a call has no word for what is wrong in the document."""
    try:
        call()
    except ManifestError as error:
        return error.problems
    return ()


def test_numpys_numbers_are_taken_as_pythons() -> None:
    def kernel(number: Callable[[int], int], seconds: float) -> Kernel:
        made = Kernel(arch="8.6", threads_per_run=number(2), time_limit_s=seconds)
        first = made.phase()
        made.phase()
        made.buffer("mixed", 4, "float32", lifetime=(first, number(1)))
        made.buffer("whole", number(20), "float32", alignment_bytes=number(16), pinned_offset_bytes=number(0))
        rows = made.buffer("rows", number(8), "float32", lifetime=None)
        rows.part("upper", number(4), lifetime=[(number(0), number(1))])
        rows.part("lower", number(4), lifetime=[(number(0), number(1))])
        made.buffer("grown", Kernel.per_thread(number(2), plus=number(1)), "int8", scope="block")
        return made

    expected = kernel(int, 5.0)
    found = kernel(np.int64, np.float64(5))
    assert json.dumps(found.to_json()) == json.dumps(expected.to_json())
    assert found.manifest() == expected.manifest()
    product = Kernel(arch="8.6")
    product.buffer("b", np.prod((4, 5)), "float32")
    assert product.manifest().buffers[0].size == 20


def test_what_is_no_number_is_still_refused() -> None:
    for wrong in (np.float32(4), np.bool_(True), 4.0, True, [4]):
        kernel = Kernel(arch="8.6")
        kernel.buffer("b", wrong, "float32")  # type: ignore[arg-type]  # what is tried
        with pytest.raises(ManifestError, match="must be an integer"):
            kernel.manifest()
