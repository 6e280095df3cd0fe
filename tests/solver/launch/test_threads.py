"""The block size against trying every one."""

from __future__ import annotations

import random
from math import lcm
from typing import Any, Literal

import pytest

from tests.solver.launch.manifests import buffer, manifest
from warpack.solver.devices import DEVICES, device
from warpack.solver.devices.occupancy import occupancy
from warpack.solver.launch.ranking import rank_of
from warpack.solver.launch.region import run_region
from warpack.solver.launch.stride import stride_bytes
from warpack.solver.launch.threads import largest_run_bytes_for, launch_for, launch_warnings, minimum_budget_bytes
from warpack.solver.wire.manifest import Manifest


def threads_of(given: Manifest, run_bytes: int, block_region_bytes: int = 0) -> int | None:
    figures = launch_for(given, run_bytes=run_bytes, block_region_bytes=block_region_bytes)
    return None if figures is None else figures.threads_per_block


def random_manifest(rng: random.Random) -> Manifest:
    launch: dict[str, Any] = {
        "threads_per_run": rng.choice((1, 1, 1, 2, 3, 8, 32)),
        "max_threads_per_block": rng.choice((1024, 256, 96, 31, 20)),
        "threads_multiple": rng.choice((32, 32, 1, 48, 7, 64, 96)),
        "bank_conflicts": rng.choice(("avoid", "ignore")),
        "threads_per_block": rng.choice((None, None, None, 64, 96)),
    }
    target: dict[str, Any] = {
        "compute_capability": rng.choice(list(DEVICES)),
        "shared_budget_bytes": rng.choice(("default", "opt-in", rng.randint(1000, 49_152))),
        "static_shared_bytes": rng.choice((0, 0, 4, 1000)),
        "registers_per_thread": rng.choice((None, None, 40, 128, 255)),
        "carveout": rng.choice(("max", 50)),
    }
    buffers = [buffer("a", 4, rng.choice(("float32", "float64", "int8", "complex128")))]
    if rng.random() < 0.5:
        buffers.append(buffer("shared_by_all", 5, rng.choice(("float64", "int8")), scope="block"))
    objective = rng.choice(("threads_per_block", "resident_threads", "shared_bytes"))
    return manifest(*buffers, target=target, launch=launch, objective=objective)


def tried_threads(given: Manifest, run_bytes: int, block_bytes: int) -> int | None:
    """The block size that the rules ask for, found by trying each."""
    limits, launch, region = device(given.target.compute_capability), given.launch, run_region(given)
    named = {"default": 49_152, "opt-in": limits.max_smem_per_block_optin}
    budget = named.get(given.target.shared_budget_bytes, given.target.shared_budget_bytes)  # type: ignore[call-overload]  # names and integers are the keys asked for
    stride = stride_bytes(run_bytes, region, launch.threads_per_run, launch.bank_conflicts)
    static = -(-given.target.static_shared_bytes // region.base_alignment_bytes) * region.base_alignment_bytes
    runs_start = -(-block_bytes // region.run_alignment_bytes) * region.run_alignment_bytes
    resident = {}
    for threads in range(launch.threads_per_run, min(1024, launch.max_threads_per_block) + 1, launch.threads_per_run):
        dynamic = runs_start + stride * (threads // launch.threads_per_run)
        found = occupancy(
            limits,
            threads=threads,
            registers_per_thread=given.target.registers_per_thread,
            static_shared_bytes=static,
            dynamic_shared_bytes=dynamic,
            carveout=given.target.carveout,
        )
        if static + dynamic <= budget and found.blocks_per_sm:
            resident[threads] = found.resident_threads
    if launch.threads_per_block is not None:
        return launch.threads_per_block if launch.threads_per_block in resident else None
    multiple = lcm(launch.threads_per_run, launch.threads_multiple)
    whole = [threads for threads in resident if threads % multiple == 0]
    if given.objective == "resident_threads":
        return min(whole or resident, key=lambda threads: (-resident[threads], threads), default=None)
    return max(whole or resident, default=None)


@pytest.mark.parametrize("seed", range(150))
def test_the_chosen_block_is_the_one_that_trying_all_would_choose(seed: int) -> None:
    rng = random.Random(seed)
    given = random_manifest(rng)
    block_bytes = rng.randint(1, 5000) if len(given.buffers) > 1 else 0
    run_bytes = rng.choice((16, 512, rng.randint(1, 3000), rng.randint(1, 100_000)))
    assert threads_of(given, run_bytes, block_bytes) == tried_threads(given, run_bytes, block_bytes)


@pytest.mark.parametrize("seed", range(150))
def test_fewer_bytes_never_give_a_lower_rank(seed: int) -> None:
    rng = random.Random(seed)
    given = random_manifest(rng)
    sizes = sorted(rng.randint(1, rng.choice((500, 8000, 60_000))) for _ in range(20))
    found = [launch_for(given, run_bytes=size, block_region_bytes=0) for size in sizes]
    ranks = [(False, 0, -(10**9)) if launch is None else rank_of(given, launch) for launch in found]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize(
    ("objective", "threads", "resident"), [("threads_per_block", 8, 32), ("resident_threads", 3, 36)]
)
def test_below_one_multiple_the_objective_decides_between_whole_runs(
    objective: Literal["threads_per_block", "resident_threads"], threads: int, resident: int
) -> None:
    given = manifest(buffer("x", 6128, "uint8"), target={"compute_capability": "9.0"}, objective=objective)
    figures = launch_for(given, run_bytes=6128, block_region_bytes=0)
    assert figures is not None
    assert (figures.threads_per_block, figures.occupancy.resident_threads) == (threads, resident)


@pytest.mark.parametrize("fields", [{"threads_multiple": 64, "max_threads_per_block": 31}, {"threads_multiple": 7}])
def test_whole_multiples_come_before_more_resident_threads(fields: dict[str, int]) -> None:
    """Found by trying every block size."""
    for run_bytes in range(64, 49_152, 1021):
        given = manifest(buffer("x", run_bytes, "uint8"), launch=fields, objective="resident_threads")
        assert threads_of(given, run_bytes) == tried_threads(given, run_bytes, 0)


@pytest.mark.parametrize("seed", range(60))
def test_the_largest_run_bytes_are_the_last_with_which_the_block_fits(seed: int) -> None:
    rng = random.Random(seed)
    given = random_manifest(rng)
    threads = rng.choice((given.launch.threads_per_run * rng.randint(1, 40), 64, 33))
    exactly = manifest(
        *given.buffers,
        target={field: getattr(given.target, field) for field in given.target.__slots__},
        launch={field: getattr(given.launch, field) for field in given.launch.__slots__}
        | {"threads_per_block": threads},
    )
    largest = largest_run_bytes_for(given, threads, 0)
    if largest is None:
        assert threads_of(exactly, 1) is None
    else:
        assert threads_of(exactly, largest) == threads
        assert threads_of(exactly, largest + 1) is None


def test_the_figures_of_a_block_add_up() -> None:
    given = manifest(
        buffer("table", 5, "int8", scope="block"),
        buffer("x", 10, "float64"),
        target={"static_shared_bytes": 20, "shared_budget_bytes": "opt-in"},
    )
    figures = launch_for(given, run_bytes=80, block_region_bytes=5)
    assert figures is not None
    assert (figures.run_bytes, figures.padding_bytes, figures.stride_bytes) == (80, 8, 88)
    assert (figures.block_region_bytes, figures.region_gap_bytes, figures.base_alignment_bytes) == (5, 3, 16)
    assert figures.dynamic_shared_bytes == 8 + 88 * figures.runs_per_block
    assert (figures.threads_per_block, figures.runs_per_block) == (1024, 1024)
    assert figures.opt_in
    assert figures.bank_conflict_degree == {8: 1}


def test_opt_in_begins_one_byte_above_48_kb() -> None:
    given = manifest(buffer("x", 1, "int8"), launch={"threads_multiple": 1, "bank_conflicts": "ignore"})
    opted = manifest(
        buffer("x", 1, "int8"),
        target={"shared_budget_bytes": "opt-in"},
        launch={"threads_multiple": 1, "max_threads_per_block": 1, "bank_conflicts": "ignore"},
    )
    for run_bytes, opt_in in ((49_152, False), (49_153, True)):
        figures = launch_for(opted, run_bytes=run_bytes, block_region_bytes=0)
        assert figures is not None
        assert figures.opt_in is opt_in
    assert threads_of(given, 49_152) == 1
    assert threads_of(given, 49_153) is None


def test_opt_in_counts_static_bytes_up_to_the_base_alignment() -> None:
    """Static 16 and 49136 dynamic bytes are 48 KB, but a base aligned to 1024 begins 1008 bytes later."""
    target = {"compute_capability": "9.0", "static_shared_bytes": 16}
    wide = buffer("x", 49_136, "uint8", alignment_bytes=1024)
    assert threads_of(manifest(wide, target=target), 49_136) is None
    opted = manifest(wide, target=target | {"shared_budget_bytes": "opt-in"})
    figures = launch_for(opted, run_bytes=49_136, block_region_bytes=0)
    assert figures is not None
    assert figures.opt_in


def test_without_run_buffers_shared_memory_does_not_limit_the_block() -> None:
    figures = launch_for(manifest(), run_bytes=0, block_region_bytes=0)
    assert figures is not None
    assert (figures.threads_per_block, figures.stride_bytes, figures.padding_bytes) == (1024, 0, 0)
    assert figures.bank_conflict_degree == {}


def test_where_avoiding_conflicts_costs_threads_the_figures_say_what_ignoring_gives() -> None:
    given = manifest(buffer("x", 192))
    figures = launch_for(given, run_bytes=768, block_region_bytes=0)
    assert figures is not None
    assert (figures.threads_per_block, figures.threads_if_conflicts_ignored) == (32, 64)


@pytest.mark.parametrize("seed", range(60))
def test_the_minimum_budget_is_enough_and_one_byte_less_is_not(seed: int) -> None:
    rng = random.Random(seed)
    given = random_manifest(rng)
    run_bytes = rng.randint(1, 1500)
    needed = minimum_budget_bytes(given, run_bytes, 0)
    target = {field: getattr(given.target, field) for field in given.target.__slots__}
    launch = {field: getattr(given.launch, field) for field in given.launch.__slots__}

    def with_budget(budget: int) -> int | None:
        return threads_of(
            manifest(*given.buffers, target=target | {"shared_budget_bytes": budget}, launch=launch), run_bytes
        )

    optin = device(given.target.compute_capability).max_smem_per_block_optin
    if needed is None:
        assert with_budget(optin) is None
    else:
        assert with_budget(needed - 1) is None
        assert needed > optin or with_budget(needed) is not None


def test_no_budget_helps_a_block_that_registers_forbid() -> None:
    target = {"registers_per_thread": 255}
    assert (
        minimum_budget_bytes(manifest(buffer("x", 1), target=target, launch={"threads_per_block": 512}), 4, 0) is None
    )
    assert (
        minimum_budget_bytes(manifest(buffer("x", 1), launch={"threads_per_run": 3, "threads_per_block": 64}), 4, 0)
        is None
    )


def warning_types(given: Manifest, run_bytes: int) -> list[str]:
    figures = launch_for(given, run_bytes=run_bytes, block_region_bytes=0)
    assert figures is not None
    return [warning.type for warning in launch_warnings(given, figures)]


def test_a_block_below_one_multiple_warns() -> None:
    assert warning_types(manifest(buffer("x", 1000)), 4000) == ["threads-not-a-multiple"]
    assert warning_types(manifest(buffer("x", 1000), launch={"threads_per_block": 8}), 4000) == []
    assert warning_types(manifest(buffer("x", 10)), 40) == []


def test_a_wide_element_that_forces_conflicts_on_narrow_ones_warns_and_names_them() -> None:
    given = manifest(buffer("narrow", 10), buffer("wide", 10, "float64"))
    figures = launch_for(given, run_bytes=120, block_region_bytes=0)
    assert figures is not None
    (warning,) = launch_warnings(given, figures)
    assert (warning.type, warning.names) == ("bank-conflicts-remain", ("narrow",))
    assert "8 bytes" in warning.message


def test_an_alignment_that_forces_conflicts_warns() -> None:
    assert warning_types(manifest(buffer("x", 16, alignment_bytes=64)), 64) == ["bank-conflicts-remain"]


def test_conflicts_that_the_manifest_ignores_do_not_warn() -> None:
    given = manifest(buffer("x", 16, alignment_bytes=64), launch={"bank_conflicts": "ignore"})
    assert warning_types(given, 64) == []
