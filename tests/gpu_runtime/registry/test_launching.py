"""How many runs a block can have, and how far apart their windows are."""

from __future__ import annotations

import pytest

from tests.gpu_runtime.registry.parents import Parent
from warpack.gpu_runtime import BufferRegistry
from warpack.solver import ManifestError


def registered(size: int, precision: str = "float32") -> tuple[BufferRegistry, Parent]:
    registry, parent = BufferRegistry(), Parent(precision)
    registry.register("rows", parent, size, "shared")
    return registry, parent


def test_windows_are_padded_so_that_neighbouring_runs_use_different_banks() -> None:
    registry, parent = registered(10)
    launch = registry.launch(parent, "8.6", max_threads_per_block=128)
    assert (launch.threads_per_block, launch.stride_bytes, launch.dynamic_shared_bytes) == (128, 44, 128 * 44)


def test_the_widest_element_decides_about_padding_and_alignment() -> None:
    registry, parent = registered(10)
    registry.register("sums", parent, 1, "shared", dtype="float64")
    launch = registry.launch(parent, "8.6", max_threads_per_block=32)
    assert launch.stride_bytes == 56
    assert launch.stride_bytes % registry.shared_alignment_bytes(parent) == 0


@pytest.mark.parametrize(("floats", "doubles", "stride"), [(340, 9, 1440), (2, 178, 1472)])
def test_the_width_with_the_most_elements_decides_where_several_threads_serve_a_run(
    floats: int, doubles: int, stride: int
) -> None:
    """Both windows have 1432 bytes."""
    registry, parent = registered(floats)
    registry.register("sums", parent, doubles, "shared", dtype="float64")
    assert registry.shared_buffer_size(parent) * 4 == 1432
    assert registry.launch(parent, "8.6", threads_per_run=8).stride_bytes == stride


def test_settings_of_target_and_launch_count() -> None:
    registry, parent = registered(1000)
    assert registry.launch(parent, "9.0").threads_per_block == 12
    assert registry.launch(parent, "9.0", shared_budget_bytes="opt-in").threads_per_block == 32
    with pytest.raises(ManifestError, match="warps_per_block"):
        registry.launch(parent, "9.0", warps_per_block=3)


def test_a_window_that_no_block_can_have_is_refused() -> None:
    registry, parent = registered(20_000)
    with pytest.raises(ValueError, match="Not one run fits: its window has 80000 bytes"):
        registry.launch(parent, "8.6")


def test_a_parent_without_shared_buffers_is_not_limited_by_them() -> None:
    assert BufferRegistry().launch(Parent(), "8.6").threads_per_block == 1024


@pytest.mark.parametrize("stride", [36, 42])
def test_a_stride_that_is_too_short_or_not_aligned_is_refused(stride: int) -> None:
    registry, parent = registered(10)
    with pytest.raises(ValueError, match="at least 40, in multiples of 4"):
        registry.get_run_window(parent, stride)
