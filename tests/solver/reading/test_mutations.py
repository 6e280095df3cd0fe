"""Documents broken at random places: they load, or they are refused with problems, and nothing else happens."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from solver.flatten import flatten
from solver.reading import load_manifest
from solver.wire.manifest import Manifest
from solver.wire.problems import ManifestError, Problem
from tests.bad_manifests import good
from tests.helpers.manifests import random_manifest

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 2**31, 2**80, 0.5, float("inf"), "", "x", "a/b", "every", "active", "block"),
    *([], [[]], [[0, 1]], [[3, 1]], ["x", "y"], {}, {"name": "x"}, {"before": 0, "scope": "run"}, "\ud800", "a#b"),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inner for place in places(one, (*at, key)))]


def broken(random: Random) -> dict[str, Any]:
    document = json.loads(json.dumps(random.choice([good(), random_manifest(random.randrange(1000))])))
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


def attempt(document: dict[str, Any]) -> tuple[Manifest | None, tuple[Problem, ...]]:
    try:
        return load_manifest(document), ()
    except ManifestError as error:
        return None, error.problems
