"""Constants of the emitted text, read without running it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.probe.checks.text_check import wrong_constants

_LAYOUT, _MANIFEST = SAMPLES["mixed"]
_TEXT = emit(_LAYOUT, _MANIFEST)
_CONSTANTS = [
    node.targets[0].id
    for node in ast.parse(_TEXT).body
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_emitted_text_has_the_constants_of_its_layout(sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    assert wrong_constants(emit(layout, manifest), manifest, layout) == []


@pytest.mark.parametrize("name", _CONSTANTS)
def test_each_constant_of_the_text_is_held_against_the_layout(name: str) -> None:
    wrong, times = re.subn(rf"^{name} = .*$", f"{name} = 77777", _TEXT, flags=re.MULTILINE)
    assert times == 1
    assert [each["name"] for each in wrong_constants(wrong, _MANIFEST, _LAYOUT)] == [name]


@pytest.mark.parametrize("name", _CONSTANTS)
def test_each_constant_that_is_missing_is_told(name: str) -> None:
    without = re.sub(rf"^{name} = .*$", "", _TEXT, flags=re.MULTILINE)
    assert [each["name"] for each in wrong_constants(without, _MANIFEST, _LAYOUT)] == [name]


@pytest.mark.parametrize(
    ("right", "wrong", "function"),
    [
        (
            "cuda.local.array(5, types.float32, alignment=ALIGN_64)",
            "cuda.local.array(5, types.float32)",
            "thread_memory",
        ),
        (
            "cuda.local.array(3, types.float64)",
            "cuda.local.array(3, types.float64, alignment=ALIGN_64)",
            "thread_memory",
        ),
    ],
)
def test_the_alignment_of_each_local_array_is_held_against_the_manifest(right: str, wrong: str, function: str) -> None:
    assert right in _TEXT
    (told,) = wrong_constants(_TEXT.replace(right, wrong), _MANIFEST, _LAYOUT)
    assert told["name"].endswith(function)


def test_a_text_that_is_no_python_is_told() -> None:
    (told,) = wrong_constants("def", _MANIFEST, _LAYOUT)
    assert (told["name"], told["right"]) == ("the module", "Python")
