"""Hand-overs and proofs of a layout, from JSON and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from warpack.solver.reading.layout_figures import no_proof
from warpack.solver.reading.layout_reader import LayoutFormatError, read_layout
from warpack.solver.wire.layout import BytesProof, CountProof, Handoff, Layout, Proof

HANDOFF = Handoff("a", "b", "run", 0, 16, 3, "use", 2, "fill")
OTHERS = (
    replace(HANDOFF, side="after", proxy_fence=True),
    replace(HANDOFF, barrier=None, barrier_name=None, side=None, ordered_by="alias", region="block"),
)


def layout_of(*handoffs: Handoff, proof: Proof | None = None) -> Layout:
    return Layout("0" * 64, "infeasible", None, (), proof or no_proof(), {}, handoffs=handoffs)


def problems_of(handoff: dict[str, Any]) -> dict[str, str]:
    document = layout_of().model_dump() | {"handoffs": [handoff]}
    with pytest.raises(LayoutFormatError) as caught:
        read_layout(document)
    return {problem.pointer.removeprefix("/handoffs/0/"): problem.type for problem in caught.value.problems}


def test_every_kind_of_hand_over_comes_back() -> None:
    layout = layout_of(HANDOFF, *OTHERS)
    assert read_layout(layout.model_dump()) == layout


def test_a_hand_over_says_on_which_side_its_barrier_stands() -> None:
    before, after, alias = layout_of(HANDOFF, *OTHERS).model_dump()["handoffs"]
    assert (before["barrier_before"], before["barrier_before_name"]) == (2, "fill")
    assert (after["barrier_after"], after["proxy_fence"]) == (2, True)
    assert alias["ordered_by"] == "alias"
    assert not [key for key in alias if key.startswith("barrier")]


def test_a_hand_over_of_an_older_layout_is_ordered_by_its_barrier() -> None:
    document = layout_of(HANDOFF).model_dump()
    del document["handoffs"][0]["ordered_by"], document["handoffs"][0]["proxy_fence"]
    assert read_layout(document).handoffs == (HANDOFF,)


def test_a_barrier_missing_doubled_or_beside_an_alias_is_a_fault() -> None:
    (given,) = layout_of(HANDOFF).model_dump()["handoffs"]
    after = {"barrier_after": 2, "barrier_after_name": "fill"}
    bare = {key: value for key, value in given.items() if not key.startswith("barrier_")}
    assert problems_of(bare) == {"barrier_before": "missing-field"}
    assert problems_of(given | after) == {"barrier_after": "two-barriers"}
    assert problems_of(bare | {"barrier_after": 2}) == {"barrier_after_name": "missing-field"}
    assert problems_of(given | {"ordered_by": "alias"}) == {"barrier_before": "barrier-of-alias"}
    assert problems_of(given | {"ordered_by": "luck"}) == {"ordered_by": "wrong-type"}


def test_proofs_of_every_wish_come_back_and_those_of_none_are_null() -> None:
    proof = replace(
        no_proof(),
        resident_threads=CountProof("optimal", 2048, {"kind": "occupancy"}),
        accesses_on_chip=CountProof("feasible", 40, {}),
        stride_bytes=BytesProof("optimal", 700, {}),
    )
    layout = layout_of(proof=proof)
    assert read_layout(layout.model_dump()) == layout
    document = layout_of().model_dump()
    assert document["proof"]["stride_bytes"] is None
    for key in ("resident_threads", "accesses_on_chip", "stride_bytes"):
        del document["proof"][key]
    assert read_layout(document) == layout_of()
