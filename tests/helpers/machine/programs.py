"""Random manifests as a user would post them: small programs with every construct of SEMANTICS, from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from warpack.solver import ManifestError, load_manifest
from warpack.solver.wire.manifest import Manifest

from .stories import StoryTeller
from .timelines import Plan, TimelineMaker


def random_document(seed: int) -> dict[str, Any]:
    """One manifest's JSON object. Most are legal; see `random_programs`."""
    return _Maker(Random(seed)).document()


def random_programs(seed: int, count: int) -> Iterator[tuple[dict[str, Any], Manifest]]:
    """So many legal ones, each with the manifest that reading it gives."""
    tried = 0
    while count:
        document = random_document(seed * 1_000_003 + tried)
        tried += 1
        try:
            manifest = load_manifest(document)
        except ManifestError:
            continue
        count -= 1
        yield document, manifest


def program_of_one_scope(seed: int) -> dict[str, Any]:
    """A legal one whose buffers on chip are all of one scope, as an oracle wants it that looks at each region by
    itself."""
    tried = 0
    while True:
        (document, manifest), tried = next(random_programs(seed + 7919 * tried, 1)), tried + 1
        scopes = [buffer.scope for buffer in manifest.buffers]
        scope = max(set(scopes), key=scopes.count)
        gone = {buffer.full_name for buffer in manifest.buffers if buffer.scope != scope}
        if not gone:
            return document
        rest = _without(document, gone)
        try:
            load_manifest(rest)
        except ManifestError:
            continue
        return rest


def _without(document: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """The document without some buffers and all that names them."""

    def full_name(buffer: dict[str, Any]) -> str:
        component = buffer.get("component", "")
        return f"{component}/{buffer['name']}" if component else str(buffer["name"])

    buffers = [buffer for buffer in document["buffers"] if full_name(buffer) not in gone]
    kept = [{k: v for k, v in buffer.items() if k != "aliases" or v not in gone} for buffer in buffers]
    steps = [
        step
        for step in document.get("in_place", ())
        if not {step["read"].partition("#")[0], step["write"].partition("#")[0]} & gone
    ]
    apart = [pair for pair in document.get("apart", ()) if not set(pair) & gone]
    return document | {"buffers": kept, "in_place": steps, "apart": apart}


class _Maker:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.per_run = rng.choice((1, 1, 1, 2, 4, 32))
        self.plans: dict[str, Plan] = {}
        self.components: list[dict[str, Any]] = []

    def document(self) -> dict[str, Any]:
        rng = self.rng
        calls = rng.choice((0, 0, 0, 1, 1, 2))
        self.plans[""] = TimelineMaker(
            rng, rng.choice((2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10)) if not calls else rng.randint(2, 6), self.per_run
        ).plan
        for number in range(calls):
            self._component("AB"[number], "")
        if calls and rng.random() < 0.25:
            self._component("A/S", "A")
        if rng.random() < 0.2:
            self.components.append({"path": "plain"})
        rng.shuffle(self.components)
        launch: dict[str, Any] = {"threads_per_run": self.per_run}
        if rng.random() < 0.2:
            launch["threads_per_block"] = 128
        teller = StoryTeller(rng, self.plans, self.per_run, any(one["path"] == "plain" for one in self.components))
        teller.tell(rng.randint(2, 6))
        document = {
            "schema": "warpack/manifest/1",
            "name": "random",
            "target": {"compute_capability": "9.0"},
            "launch": launch,
            "timeline": self.plans[""].document(),
            "components": self.components,
            "buffers": teller.buffers,
            "in_place": teller.in_place,
            "apart": teller.apart,
        }
        return {key: value for key, value in document.items() if value != []}

    def _component(self, path: str, parent: str) -> None:
        """A component with a timeline of its own, called once or twice where its barriers may stand."""
        rng, outer = self.rng, self.plans[parent]
        called = sorted(rng.sample(range(outer.length), min(outer.length, rng.choice((1, 1, 2)))))
        others = [one["called_in"] for one in self.components if one["path"].rpartition("/")[0] == parent]
        if others and rng.random() < 0.6:
            beside = outer_index(outer, rng.choice(rng.choice(others)))
            called = sorted({beside, *called[1:]})
        tracks = {outer.tracks[p] for p in called} - {None}
        if len(tracks) > 1:
            called = called[:1]
            tracks = {outer.tracks[called[0]]} - {None}
        allowed = tuple(s for s in ("run", "track", "block") if all(s in outer.allowed[p] for p in called))
        if any(outer.tracks[p] is None for p in called):
            allowed = tuple(s for s in allowed if s != "track")
        self.plans[path] = TimelineMaker(
            rng, rng.randint(1, 3), self.per_run, allowed, not tracks and rng.random() < 0.2
        ).plan
        self.components.append(
            {"path": path, "timeline": self.plans[path].document(), "called_in": [outer.phase(p) for p in called]}
        )


def outer_index(plan: Plan, phase: int | str) -> int:
    return int(phase[1:]) if isinstance(phase, str) else phase
