"""Names of every script stand in messages as they are; what does not print is escaped."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.solving import manifest_of
from warpack.solver import ManifestError
from warpack.solver.wire.readable import readable_json

TURNING = "\u202e"
"""Turns what follows from right to left."""


@pytest.mark.parametrize("name", ["مرحلة", "שלב", "阶段", "фаза", "phase à 1"])
def test_a_phase_is_named_in_its_own_script(name: str) -> None:
    with pytest.raises(ManifestError, match=f'There is no phase "{name}"'):
        manifest_of({"name": "a", "size": 4, "lifetime": [[name, name]]}, timeline={"phases": ["load"]})


def test_what_turns_the_direction_or_is_not_seen_is_escaped() -> None:
    assert readable_json(f"a{TURNING}b") == '"a\\u202eb"'
    assert readable_json("a\u200bb\x7f\n") == '"a\\u200bb\\u007f\\n"'
    assert readable_json("\ud800") == '"\\ud800"'
    with pytest.raises(ManifestError, match=r'The phase name "a\\u202eb" holds characters that cannot be printed'):
        manifest_of({"name": "a", "size": 4}, timeline={"phases": [f"a{TURNING}b"]})


@given(st.text())
def test_it_is_one_line_that_prints_and_still_json(text: str) -> None:
    shown = readable_json(text)
    assert shown.isprintable()
    assert json.loads(shown) == text
