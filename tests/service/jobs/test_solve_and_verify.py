"""Solving and verifying in one request: the same as one after the other, in a warm child as in a fresh one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.helpers.child_tasks import find_by_rule
from tests.helpers.processes import PATIENCE_S
from tests.helpers.small_manifests import small_manifest
from warpack.service.jobs.child_tasks.solves import solve, solve_and_verify, validate
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.children.process import Child
from warpack.service.jobs.children.rehearsal import MANIFEST
from warpack.service.jobs.children.warm import WarmChildren
from warpack.solver import load_manifest, read_layout, verify


def solve_request(document: dict[str, Any]) -> bytes:
    return json.dumps({"manifest": json.dumps(document), "time_limit_s": 20.0}).encode()


def told(answer: bytes | None) -> tuple[Any, ...]:
    """What must not depend on the child: all but the seconds that things took."""
    assert answer is not None
    found = json.loads(answer)
    if found["validated"] is None:
        return found["solved"]["status"], None
    solved, validated = found["solved"], found["validated"]
    return solved["status"], solved["layout_sha256"], validated["passed"], validated["artefacts"]


def test_a_warm_child_answers_as_a_fresh_one_does() -> None:
    documents = [small_manifest(seed) for seed in range(8)]

    async def ask_all() -> list[tuple[Any, ...]]:
        children = WarmChildren(SOLVING, size=1)
        requests = [solve_request(document) for document in documents]
        answers = [told((await children.ask(solve_and_verify, one, PATIENCE_S)).answer) for one in requests]
        await children.close()
        return answers

    warm = asyncio.run(ask_all())
    for document, answer in zip(documents, warm, strict=True):
        child = Child(SOLVING)
        assert told(child.answer(solve_and_verify, solve_request(document))) == answer
        child.close()


def test_solving_and_verifying_at_once_is_the_one_after_the_other() -> None:
    request = solve_request(MANIFEST)
    both = json.loads(solve_and_verify(request, lambda: False))
    solved, validated = both["solved"], both["validated"]
    alone = json.loads(solve(request, lambda: False))
    assert {**alone, "document": ""} == {**solved, "document": ""}
    again = {"manifest": json.dumps(MANIFEST), "layout": solved["document"], "required": "static", "with_bundle": False}
    assert json.loads(validate(json.dumps(again).encode(), lambda: False))["artefacts"] == validated["artefacts"]
    assert (validated["passed"], validated["level"]) == (True, "static")
    assert verify(load_manifest(MANIFEST), read_layout(validated["document"].encode())).passed


def test_what_has_no_layout_is_not_verified() -> None:
    too_large = MANIFEST | {"buffers": [{"name": "a", "size": 1_000_000, "dtype": "float32"}]}
    both = json.loads(solve_and_verify(solve_request(too_large), lambda: False))
    assert (both["solved"]["status"], both["validated"]) == ("infeasible", None)
    assert both["solved"]["minimum_budget_bytes"] >= 4_000_000


@pytest.mark.parametrize(
    ("rule", "ended"),
    [("simulator-killed", "killed"), ("compiler-over-memory", "over-memory"), ("overlap", "answered")],
)
def test_what_befell_a_process_of_a_level_is_no_verdict_on_the_layout(rule: str, ended: str) -> None:
    child = Child(SOLVING)
    answer = child.answer(find_by_rule, rule.encode())
    if answer is None:
        child.wait(PATIENCE_S)
    assert (child.close()[0] if answer is None else "answered") == ended
