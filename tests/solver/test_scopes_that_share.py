"""Buffers of both scopes that share bytes: the threads are the most there are, by looking at every place.

More at a time: `python -m tests.helpers.both_scopes 500`.
"""

from __future__ import annotations

import pytest

from tests.helpers.both_scopes import mix_of_scopes, wrongly_counted

A_BATCH = 10


@pytest.mark.parametrize("batch", range(4))
def test_the_threads_of_random_mixes_are_the_most_of_all_places(batch: int) -> None:
    first = 25 + batch * A_BATCH  # seed 24 alone takes twice as long as all these batches
    said = [wrongly_counted(seed) for seed in range(first, first + A_BATCH)]
    assert [one for one in said if one is not None] == []


def test_the_mixes_are_always_the_same_and_many_have_block_scoped_buffers_that_die() -> None:
    documents = [mix_of_scopes(seed) for seed in range(40)]
    assert documents == [mix_of_scopes(seed) for seed in range(40)]
    dying = [any(b.get("scope") == "block" and "lifetime" in b for b in one["buffers"]) for one in documents]
    assert sum(dying) > 25
