"""Every manifest of docs/time*.md loads, solves and verifies, and its layout comes to what the page says below it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

import pytest

from tests.examples.time_changes import CHANGES, change
from tests.examples.time_page import PAGES, Example, Line, examples
from tests.helpers.machine import disturbs, disturbs_in_place
from warpack.gpu_runtime.compiler import cpp_to_cubin
from warpack.gpu_runtime.compiler.figures import figures_of
from warpack.gpu_runtime.emitters import emit_files
from warpack.solver import Layout, Manifest, ManifestError, load_manifest, optimize, verify
from warpack.solver.flatten import flatten
from warpack.solver.verifier.spans import Spans
from warpack.solver.verifier.story import derive

EXAMPLES = {example.name: example for example in examples()}

LINES = [(example.name, line) for example in EXAMPLES.values() for line in example.lines]


def test_no_manifest_of_the_pages_is_without_its_lines() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert len(EXAMPLES) == text.count("```json") == text.count("```cpp") > 20


def test_every_change_is_one_that_the_page_speaks_of() -> None:
    assert {(name, line.lead) for name, line in LINES if line.lead != "Layout"} == set(CHANGES)


@pytest.mark.parametrize(("name", "line"), LINES, ids=[f"{name}: {line.lead}" for name, line in LINES])
def test_the_layout_comes_to_what_the_page_says(name: str, line: Line) -> None:
    document = copy.deepcopy(EXAMPLES[name].document)
    if line.lead != "Layout":
        change(name, line.lead, document)
    refused = re.fullmatch("refused with `(.*)`", line.claims[0])
    if refused is not None:
        with pytest.raises(ManifestError) as caught:
            load_manifest(document)
        assert {problem.type for problem in caught.value.problems} == {refused[1]}
        return
    manifest = load_manifest(document)
    layout = optimize(manifest)
    report = verify(manifest, layout)
    assert report.passed, report.findings
    assert layout.status == "optimal"
    for claim in line.claims:
        _check(claim, manifest, layout)
    told = {f"warning `{warning.type}`" for warning in layout.warnings if warning.type != "no_barrier_no_sharing"}
    assert told == {claim for claim in line.claims if claim.startswith("warning ")}


def _check(claim: str, manifest: Manifest, layout: Layout) -> None:
    for pattern, holds in _CLAIMS.items():
        found = re.fullmatch(pattern, claim)
        if found is not None:
            assert holds(manifest, layout, *found.groups()), claim
            return
    raise AssertionError(f"the page says what no test understands: {claim}")


def _figure(field: str) -> Callable[..., bool]:
    return lambda _, layout, count: getattr(layout.launch, field) == int(count)


def _share(manifest: Manifest, layout: Layout, one: str, other: str) -> bool:
    return _may_share(manifest, layout, one, other) and other in layout.by_name[one].shares_bytes_with


def _may_share(manifest: Manifest, _layout: Layout, one: str, other: str) -> bool:
    """The machine of what a manifest means finds nothing that is disturbed, and the verifier no conflict that nothing
    cures."""
    story = derive(manifest)
    conflict = story.conflict(story.piece_by_name[one], story.piece_by_name[other])
    if conflict is not None and not conflict.allowed_differences:
        return False
    return not (disturbs_in_place if manifest.in_place else disturbs)(manifest, one, other)


def _apart(manifest: Manifest, layout: Layout, one: str, other: str) -> bool:
    """They have no byte in common, and the machine says that they must not."""
    must = (disturbs_in_place if manifest.in_place else disturbs)(manifest, one, other)
    return must and other not in layout.by_name[one].shares_bytes_with


def _live(manifest: Manifest, _layout: Layout, name: str, phases: str) -> bool:
    """In these phases, by the optimiser and by the verifier."""
    flat = flatten(manifest)
    pieces = [piece for region in (flat.run, flat.block) for item in region.items for piece in item.pieces]
    (mine,) = [piece.live.spans for piece in pieces if piece.name == name]
    listed = [phase.strip("`") for phase in phases.split(", ")]
    told = derive(manifest).piece_by_name[name].live
    return listed == _names(mine, flat.timeline.names) == _names(told, flat.timeline.names)


def _names(spans: Spans, names: tuple[str, ...]) -> list[str]:
    return [names[phase] for start, end in spans for phase in range(start, end)]


def _passes(_manifest: Manifest, layout: Layout, one: str, other: str, side: str, phase: str) -> bool:
    """At that barrier and at no other; with a proxy fence exactly where one of the two is touched asynchronously."""
    found = [handoff for handoff in layout.handoffs if (handoff.source, handoff.destination) == (one, other)]
    places = {(handoff.ordered_by, handoff.side, handoff.barrier_name) for handoff in found}
    fenced = {handoff.proxy_fence for handoff in found}
    return places == {("barrier", side, phase)} and fenced == {_manifest.by_name[other].asynchronous}


_CLAIMS: dict[str, Callable[..., bool]] = {
    r"(\d+) run bytes": _figure("run_bytes"),
    r"(\d+) block bytes": _figure("block_region_bytes"),
    r"(\d+) dynamic bytes": _figure("dynamic_shared_bytes"),
    r"(\d+) threads": _figure("threads_per_block"),
    r"`(\S+)` and `(\S+)` share": _share,
    r"`(\S+)` and `(\S+)` may share": _may_share,
    r"`(\S+)` and `(\S+)` lie apart": _apart,
    r"`(\S+)` is live in (.*)": _live,
    r"`(\S+)` passes to `(\S+)` at the barrier (before|after) `(\S+)`": _passes,
    r"warning `\S+`": lambda *_: True,
}

_CALLED_BY_THE_KERNELS = """
inline __device__ unsigned at(const void* shared) { return __cvta_generic_to_shared(shared); }
inline __device__ void __pipeline_memcpy_async(void* to, const void* from, unsigned) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" :: "r"(at(to)), "l"(from) : "memory");
}
inline __device__ void __pipeline_commit() { asm volatile("cp.async.commit_group;"); }
inline __device__ void __pipeline_wait_prior(int) { asm volatile("cp.async.wait_group 0;" ::: "memory"); }
inline __device__ void start(unsigned long long* full, unsigned count) {
    asm volatile("mbarrier.init.shared.b64 [%0], %1;" :: "r"(at(full)), "r"(count) : "memory");
}
inline __device__ void arrive(unsigned long long* full) {
    asm volatile("{ .reg .b64 t; mbarrier.arrive.shared.b64 t, [%0]; }" :: "r"(at(full)) : "memory");
}
#if __CUDA_ARCH__ >= 900
inline __device__ void wait_for(unsigned long long* full) {
    unsigned done = 0;
    while (!done) asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared.b64 p, [%1], 0; selp.u32 %0, 1, 0, p; }"
                               : "=r"(done) : "r"(at(full)) : "memory");
}
inline __device__ void bulk_copy(void* to, const void* from, unsigned bytes, unsigned long long* full) {
    asm volatile("{ .reg .b64 t; mbarrier.arrive.expect_tx.shared.b64 t, [%0], %1; }" :: "r"(at(full)), "r"(bytes) : "memory");
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
                 :: "r"(at(to)), "l"(from), "r"(bytes), "r"(at(full)) : "memory");
}
#endif
"""
"""What a kernel's own headers give it: of CUDA's <cuda_pipeline.h>, and what the page says of mbarriers and bulk
copies."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_kernel_compiles_with_what_is_emitted_for_its_manifest(name: str) -> None:
    example: Example = EXAMPLES[name]
    manifest = load_manifest(example.document)
    header = emit_files(optimize(manifest), manifest)["allocators.cuh"]
    source = (
        '#include "allocators.cuh"\n'
        + _CALLED_BY_THE_KERNELS
        + example.kernel.replace("__global__", 'extern "C" __global__')
    )
    figures = figures_of(cpp_to_cubin(source, manifest.target.compute_capability, {"allocators.cuh": header}))
    assert figures.static_shared_bytes == 0
