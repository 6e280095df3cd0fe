"""Documents broken at random places: they load, or they are refused with problems, and nothing else happens."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from tests.bad_manifests import good, program
from tests.helpers.manifests import random_manifest
from warpack.solver.flatten import flatten
from warpack.solver.reading import load_manifest
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import ManifestError, Problem

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 2**31, 2**80, 0.5, float("inf"), "", "x", "a/b", "every", "active", "block"),
    *(
        [],
        [[]],
        [[0, 1]],
        [[3, 1]],
        ["x", "y"],
        {},
        {"name": "x"},
        {"before": 0, "scope": "run"},
        {"span": [0, 1]},
        "\ud800",
        "a#b",
    ),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inner for place in places(one, (*at, key)))]


def broken(random: Random, whole: dict[str, Any] | None = None) -> dict[str, Any]:
    document = json.loads(json.dumps(whole or random.choice([good(), random_manifest(random.randrange(1000))])))
    for _ in range(random.randint(1, 3)):
        *way, last = random.choice(places(document)[1:])
        at = document
        for step in way:
            at = at[step]
        if random.random() < 0.2:
            del at[last]
        else:
            at[last] = random.choice(VALUES)
    return document


@pytest.mark.parametrize("seed", range(12))
def test_random_damage_is_refused_in_order_or_does_no_harm(seed: int) -> None:
    random = Random(seed)
    for _ in range(100):
        document = broken(random)
        manifest, problems = attempt(document)
        assert json.dumps([problem.to_json() for problem in problems], ensure_ascii=False).encode()
        if manifest is None:
            assert problems
        else:
            flatten(manifest, frozenset(buffer.full_name for buffer in manifest if buffer.location == "auto"))
            assert load_manifest(manifest.model_dump()) == manifest


def whole_program() -> dict[str, Any]:
    """A manifest with every construct of time."""
    buffers = [
        {"name": "a", "scope": "block", "lifetime": [["then", "last"], ["else", "last"]], "async": True},
        {"name": "b", "scope": "block", "accesses_in": {"writes": ["head"], "updates": [4], "reads": ["after"]}},
        {"name": "c", "component": "k", "lifetime": [["y", "x"]], "reentry": "dropped", "stages": 2},
        {"name": "d", "parts": [{"offset": 0, "size": 4, "accesses_in": {"writes": [0]}, "reentry": "dropped"}]},
    ]
    kid = {"phases": ["x", "y"], "loops": [["x", "y"]], "barriers": "every"}
    return program(
        *buffers,
        loops=[{"span": ["head", "after"], "at_least": 1, "breaks": ["then", "after"]}, ["load", "load"]],
        barriers=[{"after": "load", "scope": "track"}, {"before": "else", "proxy_fence": True}],
        components=[{"path": "k", "timeline": kid, "called_in": ["work"]}],
        in_place=[{"phase": 4, "read": "a", "write": "b"}],
    )


def test_a_program_with_every_construct_is_good() -> None:
    assert len(load_manifest(whole_program()).buffers) == 4


@pytest.mark.parametrize("seed", range(12))
def test_random_damage_to_a_program_is_refused_or_reads_back(seed: int) -> None:
    random = Random(seed)
    for _ in range(100):
        manifest, problems = attempt(broken(random, whole_program()))
        assert json.dumps([problem.to_json() for problem in problems], ensure_ascii=False).encode()
        assert manifest is not None or problems
        assert manifest is None or load_manifest(manifest.model_dump()) == manifest


def attempt(document: dict[str, Any]) -> tuple[Manifest | None, tuple[Problem, ...]]:
    try:
        return load_manifest(document), ()
    except ManifestError as error:
        return None, error.problems
