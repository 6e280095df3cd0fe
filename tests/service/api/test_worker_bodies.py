"""What workers send is read as it is: JSON of another type is a fault."""

from __future__ import annotations

import json
from typing import Any

import pytest

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.calls.worker_bodies import Beat, ClaimRequest, Incumbent, read_body


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Beat, {"taking": 1}),
        (Beat, {"claiming": "false"}),
        (Beat, {"holds": "a" * 32}),
        (ClaimRequest, {"queues": ["solve"], "wait_s": "20"}),
        (ClaimRequest, {"queues": ["solve"], "wait_s": True}),
        (Incumbent, {"run_bytes": "4"}),
        (Incumbent, {"seconds": False}),
    ],
)
def test_a_value_of_another_type_is_a_fault_and_never_converted(kind: type[Any], said: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        read_body(kind, json.dumps(said).encode())
    assert refused.value.problem.status == 422


def test_what_workers_send_is_read_as_it_is() -> None:
    held = "a" * 32
    assert read_body(Beat, json.dumps({"holds": [held]}).encode()) == Beat(frozenset({held}))
    asked = json.dumps({"queues": ["solve"], "holds": [held], "wait_s": 20}).encode()
    assert read_body(ClaimRequest, asked) == ClaimRequest(("solve",), frozenset({held}), 20.0)
