"""Manifests as the page writes them: short, with phases by name, and always the same manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.manifests import random_manifest
from tests.helpers.page_code import answered, needs_node
from tests.helpers.pictured import EXAMPLES, crowd, structured
from tests.helpers.sweeps import seeds
from warpack.service.schema.documents import manifest_schema
from warpack.solver import Manifest, ManifestError, load_manifest
from warpack.solver.wire.dtypes import DTYPES

pytestmark = needs_node

FILES = sorted(
    path
    for folder in (EXAMPLES, EXAMPLES / "kernels", EXAMPLES / "getters", EXAMPLES / "zoo", EXAMPLES / "checked")
    for path in folder.iterdir()
    if path.suffix in (".json", ".yaml")
)


def written(manifests: list[Manifest]) -> list[str]:
    schema = manifest_schema()
    return answered("written.mjs", [{"manifest": one.model_dump(), "schema": schema} for one in manifests])


def assert_same(manifests: list[Manifest]) -> list[dict[str, Any]]:
    """What the page writes of each. It is read as the very same manifest."""
    texts = written(manifests)
    for manifest, text in zip(manifests, texts, strict=True):
        again = load_manifest(json.loads(text))
        assert again.sha256 == manifest.sha256
        assert again.model_dump() == manifest.model_dump()
    return [json.loads(text) for text in texts]


def random_manifests() -> list[Manifest]:
    found = []
    for seed in seeds(300):
        try:
            found.append(load_manifest(random_manifest(seed)))
        except ManifestError:
            continue
    assert len(found) > 100
    return found


def test_every_example_and_random_manifests_stay_what_they_are() -> None:
    assert len(FILES) > 40
    manifests = [load_manifest(path) for path in FILES]
    types = [{"name": f"of_{name}", "size": 8, "dtype": name} for name in DTYPES]
    for document in (structured(), crowd(30), crowd(0, buffers=types)):
        manifests.append(load_manifest(document))
    for document in assert_same(manifests)[-1:]:
        assert all("alignment_bytes" not in one and "accesses" not in one for one in document["buffers"])
    assert_same(random_manifests())


@pytest.mark.parametrize(
    "path", [EXAMPLES / "01-two-buffers.json", EXAMPLES / "07-kvaerno5.json"], ids=lambda it: it.name
)
def test_phases_keep_their_names_and_nothing_is_said_that_nobody_wrote(path: Path) -> None:
    own = json.loads(path.read_text(encoding="utf-8"))
    (found,) = assert_same([load_manifest(path)])
    for mine, theirs in zip(own["buffers"], found["buffers"], strict=True):
        assert theirs.get("lifetime") == mine.get("lifetime")
        assert set(theirs) <= set(mine)


def test_a_structure_is_written_in_the_names_of_its_own_timeline() -> None:
    document = structured()
    document["components"] = [
        {"path": "step", "timeline": {"phases": ["in", "mid", "out"], "loops": [["mid", "mid"]]}, "called_in": ["left"]}
    ]
    document["buffers"].append(
        {
            "name": "row",
            "component": "step",
            "size": 4,
            "dtype": "float32",
            "accesses_in": {"writes": ["in"], "reads": ["out"]},
        }
    )
    (found,) = assert_same([load_manifest(document)])
    assert found["components"] == document["components"]
    assert found["buffers"][-1] == document["buffers"][-1]
    assert found["in_place"] == document["in_place"]
    assert found["timeline"]["barriers"] == document["timeline"]["barriers"]
    assert found["timeline"]["branches"] == [{"arms": [["left", "left"], ["right", "right"]], "uniform": "block"}]


def changed(own: Any, **changes: Any) -> Any:
    (text,) = answered("written.mjs", [{"text": own if isinstance(own, str) else json.dumps(own), "changes": changes}])
    return text and json.loads(text)


def test_of_a_text_that_is_json_only_what_was_changed_is_changed() -> None:
    own = {**structured(), "$schema": "https://example.org/schema.json", "name": "µ"}
    assert changed(own) == own
    assert changed(own, frontier=True) == {**own, "frontier": True}
    target = {"compute_capability": "9.0", "registers_per_thread": 40, "shared_budget_bytes": None}
    assert changed(own, target=target) == {
        **own,
        "target": {"compute_capability": "9.0", "registers_per_thread": 40},
    }
    del own["launch"]
    assert changed(own, launch={"threads_per_block": None}) == own
    found = changed(own, launch={"threads_per_block": 64})
    assert list(found) == [*list(own)[:3], "launch", *list(own)[3:]]


def test_a_text_that_is_no_json_object_has_no_values_to_change() -> None:
    for text in ("schema: warpack/manifest/1", "[1, 2]", "null", ""):
        assert changed(text) is None
