from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from warpack.solver.flatten import spans
from warpack.solver.flatten.problem import Phases

raw = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12)


def members(phases: Phases) -> set[int]:
    return {phase for start, end in phases.spans for phase in range(start, end)}


@given(raw, raw)
def test_span_sets_behave_as_sets(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    a, b = spans.phases_of(first), spans.phases_of(second)
    assert members(a) == {phase for start, end in first for phase in range(start, end)}
    assert members(spans.intersection(a, b)) == members(a) & members(b)
    assert members(spans.difference(a, b)) == members(a) - members(b)
    assert spans.within(a, b) == (members(a) <= members(b))
    assert spans.meet(a, b) == bool(members(a) & members(b))
    with patch.object(spans, "MASKS_UP_TO", 0):
        assert spans.meet(a, b) == bool(members(a) & members(b))
    assert all(spans.holds(a.spans, phase) == (phase in members(a)) for phase in range(42))
    assert all(one[1] < other[0] for one, other in zip(a.spans, a.spans[1:], strict=False))
