"""Tables of minimalloc's and omnimalloc's become pools that mean the same."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import pytest

from tests.helpers.solving import solved
from warpack.gpu_runtime.imports import ImportFailed
from warpack.gpu_runtime.imports.csv_pool import import_csv
from warpack.solver import Manifest, load_manifest
from warpack.solver.flatten import flatten
from warpack.solver.flatten.pairs import forbidden_differences

PAPER = "id,lower,upper,size\nb1,0,3,4\nb2,3,9,4\nb3,0,9,4\nb4,9,21,4\nb5,0,21,4\n"
PLACED = "id,lower,upper,size,offset\nb1,0,3,4,8\nb2,3,9,4,8\nb3,0,9,4,4\nb4,9,21,4,4\nb5,0,21,4,0\n"


def read(text: str, **how: Any) -> Manifest:
    return load_manifest(import_csv(text, **how).manifest)


def pool_bytes(manifest: Manifest) -> int:
    pool = solved(manifest).pool
    assert pool is not None
    return pool.pool_bytes


def conflicts(manifest: Manifest) -> set[frozenset[str]]:
    problem = flatten(manifest).run
    names = [item.name for item in problem.items]
    return {
        frozenset((names[a], names[b]))
        for a, b in combinations(range(len(names)), 2)
        if forbidden_differences(problem, a, b)
    }


def test_the_example_of_minimalloc_needs_its_twelve_bytes() -> None:
    assert pool_bytes(read(PAPER)) == 12


def test_a_solution_comes_back_as_the_layout_to_compare_with() -> None:
    manifest = read(PLACED, name="paper")
    layout = solved(manifest)
    assert manifest.name == "paper"
    assert (layout.baselines["by_hand"].pool_bytes, layout.baselines["by_hand"].broken) == (12, ())


def test_offsets_can_be_kept_as_pins() -> None:
    layout = solved(read(PLACED, pinned=True))
    assert {placed.name: placed.offset_bytes for placed in layout.buffers} == {
        "b1": 8,
        "b2": 8,
        "b3": 4,
        "b4": 4,
        "b5": 0,
    }


def test_an_old_header_has_ends_that_are_inclusive() -> None:
    assert conflicts(read("buffer,start,end,size\na,0,3,4\nb,3,5,4\nc,6,7,4\n")) == {frozenset("ab")}
    assert conflicts(read("buffer_id,begin,upper,size\na,0,3,4\nb,3,5,4\n")) == set()


def test_a_gap_frees_the_bytes_and_a_window_keeps_some_of_them() -> None:
    gap = read("id,lower,upper,size,gaps\na,0,10,8,2-4 6-8\nb,2,4,8,\nc,5,6,8,\n")
    assert conflicts(gap) == {frozenset("ac")}
    window = read("id,lower,upper,size,gaps\na,0,10,8,2-6@0:2\nb,3,5,6,\n")
    assert pool_bytes(window) == 8
    assert solved(window).by_name["b"].offset_bytes == 2


def test_alignments_are_kept() -> None:
    layout = solved(read("id,lower,upper,size,alignment\na,0,2,3,\nb,0,2,8,64\n"))
    assert (layout.by_name["b"].offset_bytes or 0) % 64 == 0


def test_times_are_named_so_that_a_peak_can_be_found_again() -> None:
    manifest = read("id,lower,upper,size\na,100,200,3\nb,150,300,3\n")
    assert manifest.timeline.names == ("100", "150", "200")
    assert solved(manifest).advice["peak"]["phase_name"] == "150"


def test_ids_that_are_no_identifiers_stay_apart() -> None:
    imported = import_csv("id,lower,upper,size\n1,0,1,4\nb1,0,1,4\na/b,0,1,4\na b,0,1,4\nfor,0,1,4\n007,0,1,4\n")
    names = [buffer["name"] for buffer in imported.manifest["buffers"]]
    assert len(set(names)) == 6
    assert pool_bytes(load_manifest(imported.manifest)) == 24
    assert "were changed" in imported.notes[0]


@pytest.mark.parametrize("seed", range(20))
def test_vector_clocks_leave_exactly_the_unordered_pairs_in_conflict(seed: int) -> None:
    random = Random(seed)
    rows: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = []
    for number in range(12):
        lower = tuple(random.randrange(6) for _ in range(3))
        upper = tuple(one + random.randrange(3) for one in lower)
        if lower != upper:
            rows.append((f"v{number}", lower, upper))
    written = ("id,lower,upper,size", *(f"{n},{':'.join(map(str, a))},{':'.join(map(str, b))},4" for n, a, b in rows))
    right = {
        frozenset((one, other))
        for (one, a, b), (other, c, d) in combinations(rows, 2)
        if not all(x <= y for x, y in zip(b, c, strict=True)) and not all(x <= y for x, y in zip(d, a, strict=True))
    }
    manifest = read("\n".join(written))
    assert conflicts(manifest) == right
    solved(manifest)


def test_what_omnimalloc_adds_is_read_and_said() -> None:
    imported = import_csv("# pool_offset=4096\r\nid,lower,upper,size,offset,kind\r\na,0,2,8,,WEIGHT\r\nb,0,2,8,8,\r\n")
    assert "baseline" not in imported.manifest
    assert [word for word in ("4096", "kind", "1 of 2") if any(word in note for note in imported.notes)] == [
        "4096",
        "kind",
        "1 of 2",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the table is empty"),
        ("id,lower,upper,size\n", "no rows"),
        ("id,lower,size\na,1,2\n", "line 1: the columns upper are missing"),
        ("id,lower,upper,size,colour\n", "line 1: there is no column 'colour'"),
        ("id,buffer,lower,upper,size\n", "two columns give `id`"),
        ("id,lower,upper,size\na,0,1\n", "line 2: 3 fields, and the header has 4"),
        ("id,lower,upper,size\na,0,1,4\na,0,1,4\n", "line 3: the id 'a' stands in line 2 already"),
        ("id,lower,upper,size\n,0,1,4\n", "line 2: `id` is empty"),
        ("id,lower,upper,size\na,1,1,4\n", "`lower` (1) must come before `upper` (1)"),
        ("id,lower,upper,size\na,2:0,1:5,4\n", "`lower` (2:0) must come before"),
        ("id,lower,upper,size\na,0,1,4\nb,0:1,1:1,4\n", "line 3: times have 2 and 2 components"),
        ("id,lower,upper,size\na,0,x,4\n", "`upper` must be a whole number, and is 'x'"),
        ("id,lower,upper,size\na,0,1,-4\n", "`size` must be at least 0"),
        ("id,lower,upper,size\na,0,1,4.5\n", "`size` must be a whole number"),
        ("id,lower,upper,size\na,0,1,99999999999999999999\n", "`size` is too large"),
        ("id,lower,upper,size,alignment\na,0,1,4,12\n", "only powers of two"),
        ("id,lower,upper,size,offset\na,0,1,4,-8\n", "`offset` must be at least 0"),
        ("id,lower,upper,size,gaps\na,0,9,4,2_4\n", "the gap '2_4' is neither"),
        ("id,lower,upper,size,gaps\na,0,9,4,4-2\n", "the gap 4-2 is empty"),
        ("id,lower,upper,size,gaps\na,0,9,4,2-12\n", "outside the lifetime"),
        ("id,lower,upper,size,gaps\na,0,9,4,2-4@0:9\n", "none of the buffer's 4"),
        ("id,lower,upper,size,gaps\na,0:0,9:9,4,2-4\n", "no meaning"),
    ],
)
def test_each_fault_is_told_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(ImportFailed) as caught:
        import_csv(text)
    assert fault in str(caught.value)


def test_all_faults_of_a_table_are_told_at_once() -> None:
    with pytest.raises(ImportFailed) as caught:
        import_csv("id,lower,upper,size\na,1,1,4\nb,0,x,4\nc,0,1,4\n")
    assert len(caught.value.faults) == 2


def test_pins_need_offsets() -> None:
    with pytest.raises(ImportFailed, match="no column `offset`"):
        import_csv(PAPER, pinned=True)
