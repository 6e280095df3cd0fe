"""Single constructs in small kernels: what is recorded, what it becomes in a timeline, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.gpu_runtime.trace.constructs import BODIES, HEAD, TAIL
from tests.gpu_runtime.trace.recorded import run
from tests.helpers.solving import solved
from warpack.gpu_runtime.trace.against import compared
from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.manifest import manifest_of
from warpack.gpu_runtime.trace.report import findings, races
from warpack.gpu_runtime.trace.summary.merging import merged
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.text import from_json
from warpack.gpu_runtime.trace.timeline.timeline import timeline_of
from warpack.service.cli.against import against
from warpack.solver import load_manifest


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("constructs")
    requests = []
    for name, (launch, body) in BODIES.items():
        path = folder / f"{name}.py"
        path.write_text(HEAD + body + TAIL.format(launch=launch), encoding="utf-8")
        requests.append({"script": str(path), "order": "forward", "may_fail": True})
    found = dict(zip(BODIES, run(requests), strict=True))
    for answer in found.values():
        answer["folder"] = str(folder)
    return found


Kernel = Callable[[str], Summary]


@pytest.fixture
def kernel(answers: dict[str, dict[str, Any]]) -> Kernel:
    def found(name: str) -> Summary:
        assert not answers[name].get("failed"), answers[name]
        assert not answers[name].get("trouble"), answers[name]
        (summary,) = answers[name]["summaries"]
        return from_json(summary, answers[name]["folder"])

    return found


def document(summary: Summary, *run_scope: str) -> dict[str, Any]:
    found = manifest_of(summary, timeline_of(summary, run_scope), "8.6")
    load_manifest(found)
    return found


def line(name: str, text: str) -> int:
    body = (HEAD + BODIES[name][1]).splitlines()
    return next(number for number, one in enumerate(body, 1) if text in one)


def test_a_while_that_looks_at_an_array_runs_its_test_and_may_end_there(kernel: Kernel) -> None:
    timeline = document(kernel("while_test"))["timeline"]
    (loop,) = timeline["loops"]
    test = f"kernel_{line('while_test', 'while a')}"
    assert loop == {"span": [test, timeline["phases"][-1]], "at_least": 1, "breaks": [test]}


def test_a_loop_over_a_constant_range_is_never_skipped(kernel: Kernel) -> None:
    (loop,) = document(kernel("fixed_loop"))["timeline"]["loops"]
    assert loop["at_least"] == 1
    assert "breaks" not in loop


def test_a_loop_that_ends_by_its_break_alone_is_endless(kernel: Kernel) -> None:
    timeline = document(kernel("endless"))["timeline"]
    (loop,) = timeline["loops"]
    assert loop["endless"] is True
    assert loop["breaks"] == [f"kernel_{line('endless', 'cuda.syncthreads')}"]


def test_a_barrier_that_a_continue_skips_is_not_counted(kernel: Kernel) -> None:
    summary = kernel("skipped_barrier")
    assert "barriers" not in document(summary)["timeline"]
    told = [finding for finding in findings(summary, timeline_of(summary)) if "some way leaves it out" in finding]
    assert len(told) == 2


def test_barriers_of_warps_order_only_those_who_wait_together(kernel: Kernel) -> None:
    (found,) = races(kernel("warp_barriers"))
    wrote = line("warp_barriers", "a[t] = out[t]")
    assert f"warp_barriers.py:{wrote} writes (thread 0) and" in found
    assert "(thread 8) element 0 of block 0" in found


def test_an_atomic_operation_and_a_plain_read_race(kernel: Kernel) -> None:
    found = list(races(kernel("atomic_and_plain")))
    add, read = line("atomic_and_plain", "atomic.add"), line("atomic_and_plain", "out[0]")
    assert found
    assert all(f"atomic_and_plain.py:{add} writes" in one and f":{read} reads" in one for one in found)


def test_shuffles_and_votes_hand_values_on(kernel: Kernel) -> None:
    assert kernel("votes").arrays == ()


def test_one_slice_under_two_names_is_one_buffer(kernel: Kernel) -> None:
    summary = kernel("two_names")
    assert [(array.site.name, array.site.shape) for array in summary.arrays] == [("first", (8,)), ("other", (8,))]
    assert any("first and second: written as the one in line" in note for note in summary.notes)


def test_what_goes_from_one_buffer_of_a_manifest_to_another_breaks_the_manifest(kernel: Kernel) -> None:
    summary = kernel("two_names")
    written = document(summary)
    [first] = [buffer for buffer in written["buffers"] if buffer["name"] == "first"]
    both = written | {"buffers": [*written["buffers"], {**first, "name": "second"}]}
    found = compared(summary, timeline_of(summary), load_manifest(written), load_manifest(both))
    [broken] = found.violations()
    assert broken.startswith("second is read at two_names.py:")
    assert "its bytes were overwritten by first at two_names.py:" in broken
    assert found.unknown == ()


def test_what_goes_from_one_buffer_of_a_layout_to_another_breaks_the_layout(
    kernel: Kernel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = kernel("two_names")
    written = document(summary)
    [first] = [buffer for buffer in written["buffers"] if buffer["name"] == "first"]
    layout = solved(load_manifest(written | {"buffers": [*written["buffers"], {**first, "name": "second"}]}))
    (tmp_path / "layout.json").write_text(layout.model_dump_json())
    assert against(tmp_path / "layout.json", {summary.kernel: summary}, "two_names.py", []) == 2
    assert "second is read at two_names.py:" in capsys.readouterr().err


def test_slices_that_hand_on_contents_but_are_not_the_same_are_taken_as_one(kernel: Kernel) -> None:
    summary = kernel("broken_alias")
    assert [(array.site.name, array.site.shape) for array in summary.arrays] == [("memory", (16,))]
    assert any("read as the other in line" in note for note in summary.notes)


def test_windows_of_eight_threads_are_runs_of_eight(kernel: Kernel) -> None:
    found = document(kernel("eights"))
    assert found["launch"] == {"threads_per_run": 8}
    assert [(buffer["name"], buffer["size"], buffer["dtype"]) for buffer in found["buffers"]] == [
        ("row", 8, "float64"),
        ("sums", 8, "float64"),
    ]
    assert [barrier["scope"] for barrier in found["timeline"]["barriers"]] == ["run"]


def test_windows_that_overlap_from_thread_to_thread_are_no_windows(kernel: Kernel) -> None:
    (buffer,) = document(kernel("sliding"))["buffers"]
    assert (buffer["name"], buffer["size"], buffer["scope"]) == ("memory", 32, "block")


def test_one_memory_seen_as_two_types_gives_buffers_of_two_types(kernel: Kernel) -> None:
    buffers = document(kernel("mixed_types"))["buffers"]
    assert [(buffer["name"], buffer["size"], buffer["dtype"]) for buffer in buffers] == [
        ("numbers", 4, "float64"),
        ("counts", 4, "int32"),
    ]


def test_two_axes_may_count_threads_together(kernel: Kernel) -> None:
    (buffer,) = document(kernel("two_axes"))["buffers"]
    assert buffer["size"] == 3
    assert "scope" not in buffer


def test_what_is_read_before_it_is_written_starts_as_zero(kernel: Kernel) -> None:
    summary = kernel("unwritten")
    buffers = {buffer["name"]: buffer for buffer in document(summary)["buffers"]}
    assert (buffers["a"]["zero"], buffers["b"].get("zero")) == ("entry", None)
    told = list(findings(summary, timeline_of(summary)))
    assert any(one.startswith("a: 32 elements read before anything writes them, at unwritten.py:") for one in told)
    assert any(one.startswith("b: nobody reads what unwritten.py:") for one in told)


def test_an_array_of_one_element_a_thread_is_a_runs_where_told(kernel: Kernel) -> None:
    summary = kernel("unwritten")
    by_name = {buffer["name"]: buffer for buffer in document(summary, "a")["buffers"]}
    assert (by_name["a"]["size"], by_name["a"].get("scope"), by_name["b"]["scope"]) == (1, None, "block")
    with pytest.raises(TraceError, match="no such array"):
        timeline_of(summary, ["c"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("divergent", "not all threads come to the same barrier: threads 0, 1, 2, 3, … at "),
        ("left_behind", "not all threads come to the same barrier"),
        ("other_type", "only of dynamic shared memory can it be recorded"),
        ("no_alignment", "alignment 24 is no power of two"),
        ("records", "only arrays of plain elements can be recorded"),
    ],
)
def test_what_cannot_be_recorded_is_said(answers: dict[str, dict[str, Any]], name: str, message: str) -> None:
    assert message in answers[name]["trouble"]


def test_an_error_of_the_kernel_is_the_scripts_own(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["out_of_range"]["failed"].startswith("IndexError")


def test_traces_of_two_kernels_are_not_merged(kernel: Kernel) -> None:
    with pytest.raises(TraceError, match="traces of two kernels"):
        merged(kernel("endless"), kernel("unwritten"))


def test_a_file_that_was_moved_is_the_same_trace(answers: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    (summary,) = answers["endless"]["summaries"]
    there, here = from_json(summary, str(tmp_path)), from_json(summary, answers["endless"]["folder"])
    assert there.file == str(tmp_path / "endless.py")
    assert [place.order for place in there.places] == [place.order for place in here.places]
