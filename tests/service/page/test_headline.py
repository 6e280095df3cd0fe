"""A layout in one sentence, on the page and in pictures."""

from __future__ import annotations

import json
from typing import Any

from tests.helpers.page_code import answered, needs_node
from tests.helpers.page_steps import small_manifest
from tests.helpers.pictured import EXAMPLES
from tests.helpers.solving import solved
from warpack.service.render.draw.told import launch_line
from warpack.solver import Layout, load_manifest


def layout_of(**fields: Any) -> Layout:
    return solved(load_manifest(small_manifest(**fields)))


def headline(layout: Layout) -> str:
    return str(answered("headline.mjs", [json.loads(layout.model_dump_json())])[0])


@needs_node
def test_the_bytes_of_the_block_region_are_told_where_there_are_some() -> None:
    cg = solved(load_manifest(EXAMPLES / "kernels" / "ginkgo-cg.json"))
    blocks = cg.launch.occupancy.blocks_per_sm if cg.launch else 0
    assert headline(cg) == (
        f"1,024 threads per block, {blocks} blocks on a multiprocessor ({1024 * blocks:,} threads), "
        "48,000 bytes of the block region; proven optimal."
    )
    both = layout_of(
        buffers=[
            {"name": "mine", "size": 64, "dtype": "float32"},
            {"name": "ours", "size": 64, "dtype": "float32", "scope": "block"},
        ]
    )
    assert "256 bytes a run and 256 bytes of the block region" in headline(both)
    assert "no shared bytes" in headline(layout_of(buffers=[]))


@needs_node
def test_a_block_of_one_thread_is_told_in_the_singular() -> None:
    layout = layout_of(
        launch={"threads_per_block": 1},
        buffers=[{"name": "wide", "size": 40000, "dtype": "uint8"}],
        target={"compute_capability": "8.0", "carveout": 25},
    )
    wanted = "1 thread per block, 1 block on a multiprocessor (1 thread), 40,000 bytes a run; proven optimal."
    assert headline(layout) == wanted
    assert launch_line(layout).startswith("1 thread per block, 1 block and 1 thread on a multiprocessor, ")
    assert "1 thread per block, 1 block per multiprocessor (1 resident thread," in repr(layout)
