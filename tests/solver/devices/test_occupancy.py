"""Occupancy agrees with NVIDIA's own header, and refuses what no launch can have."""

from __future__ import annotations

import ctypes
import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.solver.devices.reference import COLUMNS, compile_reference, header_folder, reference_results
from warpack.solver.devices import DEVICES, Device, device
from warpack.solver.devices.occupancy import NO_LIMIT, block_limits, occupancy

Point = tuple[int, int, int, int, int, int]
RANDOM_POINTS = 100_000

# cuda_occupancy.h of CUDA 13.0 counts two named barriers a block slot for 10.3, that of 13.5 one. The table takes the
# later.
HEADER_13_0_BARRIER_SLOTS = {"10.3": 2}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return compile_reference(tmp_path_factory.mktemp("occupancy"))


def ours(limits: Device, points: list[Point]) -> NDArray[np.int32]:
    rows = []
    for threads, registers, static, dynamic, barriers, carveout in points:
        by = block_limits(
            limits,
            threads=threads,
            registers_per_thread=registers,
            static_shared_bytes=static,
            dynamic_shared_bytes=dynamic,
            carveout="max" if carveout < 0 else carveout,
            barriers=barriers,
        )
        rows.append((min(by.values()), *(by[column] for column in COLUMNS[1:])))
    return np.array(rows, dtype=np.int32)


def header_barrier_slots(library: ctypes.CDLL, limits: Device) -> int:
    """Named barriers a block slot, as the installed header counts them."""
    if not limits.barriers_limit_occupancy:
        return limits.barriers_per_block_slot
    results = reference_results(library, limits, np.array([(32, 0, 0, 0, 1, -1)], dtype=np.int32))
    return int(results[0][COLUMNS.index("barriers")]) // limits.max_blocks_per_sm


def assert_agrees(library: ctypes.CDLL, limits: Device, points: list[Point]) -> None:
    limits = replace(limits, barriers_per_block_slot=header_barrier_slots(library, limits))
    expected, found = reference_results(library, limits, np.array(points, dtype=np.int32)), ours(limits, points)
    wrong = np.flatnonzero((expected != found).any(axis=1))
    report = [f"{points[i]}: header {expected[i].tolist()}, Warpack {found[i].tolist()}" for i in wrong[:5]]
    assert not report, f"{limits.compute_capability}: {len(wrong)} of {len(points)} points differ\n" + "\n".join(report)


def around(values: set[int], least: int, most: int) -> list[int]:
    """Each value and its neighbours, within [least, most]."""
    near = {value + step for value in values for step in (-1, 0, 1)}
    return sorted(value for value in near if least <= value <= most)


def thread_and_register_limits(limits: Device) -> list[Point]:
    threads = around(set(range(0, limits.max_threads_per_block + 1, limits.warp_size)), 1, 1025)
    step = limits.reg_alloc_unit_per_warp // limits.warp_size
    # The header lets 256 registers a thread pass (what is allocated for 255); no instruction can name the last one.
    registers = around(set(range(0, limits.max_regs_per_thread + 1, step)), 0, limits.max_regs_per_thread)
    return [(t, r, 0, 0, 1, -1) for t, r in product(threads, registers)]


def shared_limits(limits: Device) -> list[Point]:
    """Where one block more or less fits into each carve-out, and the most that a block may have."""
    unit, reserved = limits.smem_alloc_unit, limits.reserved_smem_per_block
    most = limits.max_smem_per_block_optin + unit + 1
    points: list[Point] = []
    for step in limits.carveout_steps_kb:
        sizes = {step * 1024 // blocks // unit * unit - reserved for blocks in range(1, limits.max_blocks_per_sm + 2)}
        sizes |= {0, step * 1024, limits.max_smem_per_block_default, limits.max_smem_per_block_optin}
        percent = step * 1024 * 100 // limits.max_smem_per_sm
        carveouts = {-1, *around({percent}, 0, 100)}
        for size, carveout in product(around(sizes, 0, most), carveouts):
            points.append((32, 0, 0, size, 1, carveout))
            points.append((64, 0, min(size, 4096), size - min(size, 4096), 1, carveout))
            points.append((96, 0, size, 0, 1, carveout))
    return points


def barrier_limits(limits: Device) -> list[Point]:
    slots = limits.max_blocks_per_sm * 2
    return [(32, 0, 0, 0, barriers, -1) for barriers in around({0, *range(slots + 1)}, 0, slots + 1)]


def random_points(limits: Device, count: int) -> list[Point]:
    rng = random.Random(f"occupancy {limits.compute_capability}")
    most = limits.max_smem_per_block_optin + 2048
    points = []
    for _ in range(count):
        static = rng.choice((0, 0, rng.randint(0, 256), rng.randint(0, limits.max_smem_per_block_default)))
        dynamic = rng.randint(0, rng.choice((2048, 16384, most)))
        carveout = rng.choice((-1, -1, rng.randint(0, 100)))
        registers = rng.randint(0, limits.max_regs_per_thread)
        points.append((rng.randint(1, 1056), registers, static, dynamic, rng.randint(0, 16), carveout))
    return points


@pytest.mark.parametrize("cc", DEVICES)
def test_every_limit_and_one_to_each_side_agrees_with_the_header(library: ctypes.CDLL, cc: str) -> None:
    limits = device(cc)
    assert_agrees(library, limits, thread_and_register_limits(limits))
    assert_agrees(library, limits, shared_limits(limits))
    assert_agrees(library, limits, barrier_limits(limits))


def test_a_hundred_thousand_random_points_agree_with_the_header(library: ctypes.CDLL) -> None:
    for limits in DEVICES.values():
        assert_agrees(library, limits, random_points(limits, -(-RANDOM_POINTS // len(DEVICES))))


@pytest.mark.parametrize("cc", DEVICES)
def test_barrier_slots_are_the_headers_or_the_known_newer_figure(library: ctypes.CDLL, cc: str) -> None:
    table, header = device(cc).barriers_per_block_slot, header_barrier_slots(library, device(cc))
    assert table == header or (header == HEADER_13_0_BARRIER_SLOTS.get(cc) and table < header)


def test_where_the_table_counts_fewer_barriers_than_the_header_a_kernel_with_one_barrier_is_unaffected(
    library: ctypes.CDLL,
) -> None:
    for cc in HEADER_13_0_BARRIER_SLOTS:
        points = [point for point in random_points(device(cc), 5000) if point[4] <= 1]
        expected = reference_results(library, device(cc), np.array(points, dtype=np.int32))
        assert (ours(device(cc), points)[:, 0] == expected[:, 0]).all()


def test_the_binding_resource_is_named() -> None:
    def limited_by(**arguments: int) -> str:
        defaults = {"threads": 32, "registers_per_thread": 0, "static_shared_bytes": 0, "dynamic_shared_bytes": 0}
        return occupancy(device("9.0"), **{**defaults, **arguments}).limited_by  # type: ignore[arg-type]  # integers by name

    assert limited_by(threads=1024) == "warps"
    assert limited_by(threads=32) == "blocks"
    assert limited_by(threads=256, registers_per_thread=255) == "registers"
    assert limited_by(threads=64, dynamic_shared_bytes=100_000) == "shared"
    assert limited_by(threads=32, barriers=16) == "barriers"


def test_resident_threads_are_blocks_times_threads() -> None:
    found = occupancy(
        device("8.6"), threads=64, registers_per_thread=None, static_shared_bytes=0, dynamic_shared_bytes=44_800
    )
    assert (found.blocks_per_sm, found.resident_threads, found.limited_by) == (2, 128, "shared")
    assert found.assumes_no_register_limit


def test_a_block_that_cannot_start_has_no_resident_threads() -> None:
    def blocks(threads: int, registers: int, dynamic: int) -> int:
        return occupancy(
            device("8.6"),
            threads=threads,
            registers_per_thread=registers,
            static_shared_bytes=0,
            dynamic_shared_bytes=dynamic,
        ).blocks_per_sm

    assert blocks(1025, 32, 0) == 0
    assert blocks(512, 255, 0) == 0
    assert blocks(32, 256, 0) == 0
    assert blocks(32, 32, device("8.6").max_smem_per_block_optin + 1) == 0
    assert blocks(32, 32, device("8.6").max_smem_per_block_optin) == 1


def test_without_shared_memory_or_barriers_only_warps_and_slots_bind() -> None:
    limits = block_limits(
        device("7.5"), threads=32, registers_per_thread=None, static_shared_bytes=0, dynamic_shared_bytes=0, barriers=0
    )
    assert limits == {"warps": 32, "blocks": 16, "registers": NO_LIMIT, "shared": NO_LIMIT, "barriers": NO_LIMIT}


@pytest.mark.parametrize(
    "arguments",
    [
        {"threads": 0},  # a block has a thread
        {"threads": -32},
        {"registers_per_thread": -1},
        {"static_shared_bytes": -1},
        {"dynamic_shared_bytes": -1},
        {"barriers": -1},
        {"carveout": -1},  # percent
        {"carveout": 101},
    ],
)
def test_impossible_arguments_are_refused(arguments: dict[str, int]) -> None:
    defaults = {"threads": 32, "registers_per_thread": 32, "static_shared_bytes": 0, "dynamic_shared_bytes": 0}
    with pytest.raises(ValueError, match=r"not|negative"):
        occupancy(device("8.6"), **{**defaults, **arguments})  # type: ignore[arg-type]  # integers by name


def test_a_missing_compiler_fails_and_says_what_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    header_folder()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match=r"g\+\+ is needed"):
        compile_reference(tmp_path)
