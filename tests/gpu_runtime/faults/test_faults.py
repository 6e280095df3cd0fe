"""Planted faults: every one is seen, by whom is what the page says, and no check can be taken away unnoticed."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

import warpack.solver.verifier
from tests.gpu_runtime.faults.catalogue import FAULTS, RIGHT
from tests.gpu_runtime.faults.rule_faults import RULE_FAULTS
from tests.gpu_runtime.faults.running import Seen, run
from tests.gpu_runtime.faults.table import PAGE, stated, tables
from warpack.gpu_runtime.probe.checks.catalogue import CHECKS
from warpack.solver import verify
from warpack.solver.verifier.findings import Findings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels_are_compiled")]


@pytest.fixture(scope="module")
def everything() -> list[Seen]:
    return run((*FAULTS, *RIGHT))


@pytest.fixture(scope="module")
def seen(everything: list[Seen]) -> Sequence[Seen]:
    return everything[: len(FAULTS)]


def test_right_layouts_are_complained_about_by_nobody(everything: list[Seen]) -> None:
    for one in everything[len(FAULTS) :]:
        assert (one.static, one.compiled or (), one.refused, one.simulated()) == ((), (), None, ()), one.fault.what


def test_every_fault_is_caught_by_a_level_below_hardware(seen: Sequence[Seen]) -> None:
    for one in seen:
        assert one.static or one.compiled or one.simulated(), one.fault.what


def test_every_fault_that_leaves_something_to_run_is_caught_by_the_probe(seen: Sequence[Seen]) -> None:
    assert [one.fault.what for one in seen if one.refused is None and not one.simulated()] == []


def test_every_fault_of_a_layout_is_caught_by_the_static_level(seen: Sequence[Seen]) -> None:
    assert [one.fault.what for one in seen if one.fault.where == "layout" and not one.static] == []


def test_the_page_says_who_catches_what(seen: Sequence[Seen]) -> None:
    assert stated(PAGE.read_text()) == tables(seen)


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_without_any_one_check_of_the_probe_a_fault_goes_unseen(name: str, seen: Sequence[Seen]) -> None:
    others = [check for check in CHECKS if check.name != name]
    assert any(one.simulated() and not one.simulated(others) for one in seen)


def rules_of_the_verifier() -> set[str]:
    """Every slug that the verifier's source hands to its findings."""
    rules = set()
    for path in Path(warpack.solver.verifier.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("findings.add", "findings.expect", "_add"):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    rules.add(first.value)
    return rules


def test_every_rule_of_the_verifier_has_a_fault() -> None:
    assert rules_of_the_verifier() == set(RULE_FAULTS)


@pytest.mark.parametrize("rule", RULE_FAULTS)
def test_without_any_one_rule_of_the_verifier_a_fault_goes_unseen(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, layout = RULE_FAULTS[rule]()
    assert {finding.rule for finding in verify(manifest, layout).findings} == {rule}
    add = Findings.add

    def without(self: Findings, name: str, *arguments: object, **options: object) -> None:
        if name != rule:
            add(self, name, *arguments, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Findings, "add", without)
    assert verify(manifest, layout).passed
