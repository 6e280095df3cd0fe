"""The page's table of what a layout is compared with."""

from __future__ import annotations

from tests.helpers.page_code import answered, needs_node

pytestmark = needs_node

FITS = {"run_bytes": 664, "dynamic_shared_bytes": 85504, "threads_per_block": 128, "blocks_per_sm": 1}
TOO_LARGE = {"run_bytes": 972, "dynamic_shared_bytes": 0, "threads_per_block": 0, "blocks_per_sm": 0}
POOL = {"pool_bytes": 768, "threads_per_block": 0}


def cells(key: str, before: dict[str, int], after: dict[str, int]) -> str:
    return str(answered("compare.mjs", [[key, before, after]])[0])


def test_a_baseline_that_does_not_fit_has_bytes_and_no_launch() -> None:
    assert cells("run_bytes", TOO_LARGE, FITS) == "972 → 664 (\N{MINUS SIGN}308)"
    assert cells("dynamic_shared_bytes", TOO_LARGE, FITS) == "does not fit → 85,504"
    assert cells("threads_per_block", TOO_LARGE, FITS) == "does not fit → 128"
    assert cells("threads_per_block", FITS, TOO_LARGE) == "128 → does not fit"
    assert cells("threads_per_block", TOO_LARGE, TOO_LARGE) == "does not fit"


def test_what_has_no_launch_because_it_is_a_pool_is_compared_by_its_bytes() -> None:
    assert cells("pool_bytes", POOL | {"pool_bytes": 1024}, POOL) == "1,024 → 768 (\N{MINUS SIGN}256)"
