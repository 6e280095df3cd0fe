"""Random manifests with every feature: the verifier against all pairs by hand, and against the optimiser's own
reading."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.manifests import manifests, random_manifest
from tests.helpers.simple_layouts import first_fit, layout_at
from tests.helpers.sweeps import times
from warpack.solver.flatten import flatten
from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.reading import load_manifest
from warpack.solver.verifier import verify
from warpack.solver.verifier.findings import MOST_PER_RULE
from warpack.solver.verifier.story import Story, derive
from warpack.solver.wire.manifest import Manifest

some = settings(
    max_examples=times(60),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def autos(manifest: Manifest) -> frozenset[str]:
    return frozenset(buffer.full_name for buffer in manifest.buffers if buffer.location == "auto")


@some
@given(manifests())
def test_every_random_manifest_loads_and_keeps_its_hash(document: dict) -> None:  # type: ignore[type-arg]  # any JSON
    assert load_manifest(document).sha256 == load_manifest(document).sha256


@some
@given(manifests(), st.booleans())
def test_a_layout_that_keeps_the_rules_passes(document: dict, promote: bool) -> None:  # type: ignore[type-arg]  # any JSON
    manifest = load_manifest(document)
    layout = first_fit(manifest, autos(manifest) if promote else frozenset())
    assert verify(manifest, layout).findings == ()


def test_accesses_on_chip_count_no_buffers_without_bytes() -> None:
    empty = {"name": "none", "size": 0, "dtype": "bool", "location": "auto", "accesses": 1}
    some_ = {"name": "some", "size": 1, "dtype": "bool", "location": "auto", "accesses": 2}
    document = {"schema": "warpack/manifest/1", "target": {"compute_capability": "7.5"}, "buffers": [empty, some_]}
    manifest = load_manifest(document | {"timeline": {"length": 1}})
    assert verify(manifest, first_fit(manifest, autos(manifest))).findings == ()


def test_layouts_of_many_seeds_pass() -> None:
    for seed in range(150):
        manifest = load_manifest(random_manifest(seed, max_buffers=14))
        findings = verify(manifest, first_fit(manifest, autos(manifest) if seed % 2 else frozenset())).findings
        assert findings == (), seed


def test_the_same_seed_gives_the_same_manifest() -> None:
    assert [random_manifest(seed) for seed in range(20)] == [random_manifest(seed) for seed in range(20)]


def test_random_manifests_have_every_feature() -> None:
    loaded = [load_manifest(random_manifest(seed)) for seed in range(400)]
    buffers = [buffer for manifest in loaded for buffer in manifest.buffers]
    intervals = [interval for buffer in buffers for interval in buffer.lifetime or ()]
    assert {buffer.scope for buffer in buffers} == {"run", "block"}
    assert {buffer.location for buffer in buffers} == {"shared", "local", "auto"}
    assert {buffer.zero for buffer in buffers} == {"none", "entry", "interval"}
    assert {buffer.dtype.name for buffer in buffers} >= {None, "bool", "float32", "float64", "complex128"}
    assert any(start >= end for start, end in intervals)
    assert any(buffer.parts and buffer.splittable for buffer in buffers)
    assert any(buffer.aliases for buffer in buffers)
    assert any(buffer.persistent for buffer in buffers)
    assert any(buffer.lifetime == () for buffer in buffers)
    assert any(buffer.pinned_offset_bytes for buffer in buffers)
    assert any(buffer.alignment_bytes > buffer.dtype.alignment_bytes for buffer in buffers)
    assert any(buffer.size == 0 for buffer in buffers)
    assert any(manifest.apart for manifest in loaded)
    assert any("#" in pair.read for manifest in loaded for pair in manifest.in_place)
    assert any(manifest.launch.threads_per_run > 1 and manifest.timeline.barriers for manifest in loaded)
    assert any(manifest.target.registers_per_thread for manifest in loaded)
    components = [component for manifest in loaded for component in manifest.components]
    assert any(component.timeline and len(component.called_in) > 1 for component in components)
    assert any(component.active for component in components)
    assert any(component.window == "contiguous" for component in components)


def all_pairs_in_each_others_way(story: Story, manifest: Manifest, offsets: dict[str, int]) -> set[frozenset[str]]:
    found = set()
    for index, one in enumerate(story.pieces):
        for other in story.pieces[:index]:
            if one.buffer not in offsets or other.buffer not in offsets or one.scope != other.scope:
                continue
            start = offsets[one.buffer] + one.offset_bytes
            its_start = offsets[other.buffer] + other.offset_bytes
            if max(start, its_start) >= min(start + one.size_bytes, its_start + other.size_bytes):
                continue
            conflict = story.conflict(one, other)
            if conflict is not None and its_start - start not in conflict.allowed_differences:
                found.add(frozenset((one.name, other.name)))
    return found


def test_the_sweep_finds_exactly_the_pairs_that_all_pairs_by_hand_find() -> None:
    wrong = 0
    for seed in range(250):
        manifest, random = load_manifest(random_manifest(seed, max_buffers=12)), Random(seed)
        offsets = {
            buffer.full_name: random.randrange(8) * buffer.alignment_bytes
            for buffer in manifest.buffers
            if buffer.location == "shared"
        }
        expected = all_pairs_in_each_others_way(derive(manifest), manifest, offsets)
        found = [
            one for one in verify(manifest, layout_at(manifest, offsets)).findings if one.rule in ("overlap", "apart")
        ]
        pairs = {frozenset(finding.buffers) for finding in found}
        assert len(expected) < MOST_PER_RULE
        assert pairs == expected, seed
        wrong += len(expected)
    assert wrong > 500


def test_optimiser_and_verifier_read_the_same_conflicts_out_of_a_manifest() -> None:
    for seed in range(250):
        manifest = load_manifest(random_manifest(seed))
        flat, story = flatten(manifest, autos(manifest)), derive(manifest)
        assert flat.timeline.names == story.phase_names
        for problem in (flat.run, flat.block):
            for j in range(len(problem.items)):
                for i in range(j):
                    assert differences_of_problem(problem, i, j) == differences_of_story(story, problem, i, j), seed


def differences_of_problem(problem: RegionProblem, i: int, j: int) -> set[int]:
    return {at for low, high in forbidden_differences(problem, i, j) for at in range(low, high + 1)}


def differences_of_story(story: Story, problem: RegionProblem, i: int, j: int) -> set[int]:
    found = set()
    for one in story.pieces_of.get(problem.items[i].name, ()):
        for other in story.pieces_of.get(problem.items[j].name, ()):
            conflict = story.conflict(one, other)
            if conflict is not None:
                shift = one.offset_bytes - other.offset_bytes
                reach = range(1 - other.size_bytes, one.size_bytes)
                found |= {shift + at for at in reach if at not in conflict.allowed_differences}
    return found
