"""Which `auto` buffers go on chip: the most accesses that cost no threads, and what is said about the others."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import pytest

from tests.helpers.solving import manifest_of, solved
from warpack.solver import Layout, Manifest

LAUNCH = {"max_threads_per_block": 32, "bank_conflicts": "ignore"}


def auto(name: str, size: int, accesses: int, *lifetime: list[int], **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "size": size,
        "location": "auto",
        "accesses": accesses,
        "lifetime": list(lifetime) or [[0, 8]],
        **fields,
    }


def manifest_with(budget: int, *buffers: dict[str, Any], **fields: Any) -> Manifest:
    target = {"compute_capability": "8.6", "shared_budget_bytes": budget}
    return manifest_of(*buffers, target=target, **{"launch": LAUNCH, **fields})


def on_chip(layout: Layout) -> set[str]:
    return {buffer.full_name for buffer in layout.buffers if buffer.location == "shared"}


def test_two_middling_buffers_beat_the_most_accessed_one() -> None:
    layout = solved(manifest_with(32 * 16, auto("big", 4, 9), auto("one", 2, 6), auto("two", 2, 6)))
    assert on_chip(layout) == {"one", "two"}
    advice = layout.advice["auto"]
    assert (advice["status"], advice["accesses_on_chip"], advice["accesses_at_most"]) == ("optimal", 12, 12)


def test_buffers_that_are_never_live_together_share_the_free_bytes() -> None:
    layout = solved(manifest_with(32 * 8, auto("early", 2, 3, [0, 4]), auto("late", 2, 3, [4, 8]), auto("all", 2, 5)))
    assert on_chip(layout) == {"early", "late"}


def test_of_equal_accesses_the_fewest_bytes_are_taken() -> None:
    layout = solved(manifest_with(32 * 16, auto("wide", 4, 7), auto("slim", 1, 7), auto("other", 4, 1)))
    assert on_chip(layout) == {"slim"}


def test_each_buffer_left_local_says_what_it_would_cost() -> None:
    layout = solved(manifest_with(32 * 8, auto("hot", 2, 9), auto("cold", 2, 3)))
    entries = {entry["name"]: entry for entry in layout.advice["auto"]["buffers"]}
    assert entries["hot"] == {"name": "hot", "on_chip": True, "accesses": 9, "bytes": 8}
    assert entries["cold"]["run_bytes_with_it"] == 16
    assert entries["cold"]["threads_per_block_with_it"] == 16


def test_shared_bytes_keeps_all_local_and_claims_no_choice() -> None:
    layout = solved(manifest_with(32 * 8, auto("a", 2, 9), objective="shared_bytes"))
    assert on_chip(layout) == set()
    assert "status" not in layout.advice["auto"]


def test_resident_threads_are_kept_as_well() -> None:
    buffers = [auto(f"b{number}", 8, 8) for number in range(40)]
    alone = solved(manifest_of(objective="resident_threads"))
    layout = solved(manifest_of(*buffers, objective="resident_threads"))
    assert layout.launch is not None
    assert alone.launch is not None
    assert layout.launch.occupancy.resident_threads == alone.launch.occupancy.resident_threads
    assert on_chip(layout)


@pytest.mark.parametrize("seed", range(20))
def test_the_choice_is_the_best_of_all(seed: int) -> None:
    random = Random(seed)
    buffers = []
    for number in range(7):
        start = random.randrange(6)
        lifetime = [start, random.randint(start + 1, 8)]
        buffers.append(auto(f"b{number}", random.randint(1, 5), random.randint(1, 9), lifetime))
    layout = solved(manifest_with(32 * 4 * 8, *buffers))
    advice = layout.advice["auto"]
    assert advice["status"] == "optimal"
    assert advice["accesses_on_chip"] == best_by_hand(buffers, 8)


def best_by_hand(buffers: list[dict[str, Any]], room: int) -> int:
    """Intervals of few sizes in so little room: whatever is never live above it is tried, most accesses first."""
    choices = (choice for count in range(len(buffers) + 1) for choice in combinations(buffers, count))
    for choice in sorted(choices, key=lambda choice: -sum(buffer["accesses"] for buffer in choice)):
        live = [sum(b["size"] for b in choice if b["lifetime"][0][0] <= p < b["lifetime"][0][1]) for p in range(8)]
        if max(live) <= room and packs(choice, room):
            return sum(buffer["accesses"] for buffer in choice)
    return 0


def packs(choice: tuple[dict[str, Any], ...], room: int) -> bool:
    """Every offset of every buffer is tried."""

    def place(index: int, placed: list[tuple[int, dict[str, Any]]]) -> bool:
        if index == len(choice):
            return True
        buffer = choice[index]
        (start, end) = buffer["lifetime"][0]
        for offset in range(room - buffer["size"] + 1):
            free = all(
                offset >= at + other["size"]
                or at >= offset + buffer["size"]
                or end <= other["lifetime"][0][0]
                or other["lifetime"][0][1] <= start
                for at, other in placed
            )
            if free and place(index + 1, [*placed, (offset, buffer)]):
                return True
        return False

    return place(0, [])
