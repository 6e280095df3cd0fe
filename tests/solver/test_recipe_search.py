"""How a solve runs: the same twice, within its time, cancelled, told as it goes, for very many buffers."""

from __future__ import annotations

import subprocess
import sys
import time
from random import Random

from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.manifests import random_manifest
from tests.helpers.processes import PATIENCE_S
from tests.helpers.solving import manifest_of, run_bytes, scattered_manifest, solved
from warpack.solver import load_manifest, optimize, verify
from warpack.solver.recipe import Progress


def test_a_warm_start_is_an_incumbent_where_it_is_legal_and_ignored_where_not() -> None:
    manifest = scattered_manifest()
    first = solved(manifest)
    offsets = {buffer.full_name: buffer.offset_bytes for buffer in first.buffers}
    document = manifest.model_dump()
    document["solver"]["warm_start"] = offsets
    seen: list[Progress] = []
    again = load_manifest(document)
    assert verify(again, optimize(again, on_progress=seen.append)).passed
    assert seen[0].run_bytes <= run_bytes(first)
    document["solver"] |= {"warm_start": dict.fromkeys(offsets, 0)}
    solved(load_manifest(document))


def test_the_same_manifest_gives_the_same_layout() -> None:
    for seed in (3, 11, 12):
        manifest = load_manifest(random_manifest(seed, 16))
        first, second = optimize(manifest).model_dump(), optimize(manifest).model_dump()
        assert first["status"] == "optimal"
        del first["run_info"], second["run_info"]
        assert first == second


def test_a_time_limit_leaves_an_honest_interval() -> None:
    layout = solved(load_manifest(hard_manifest(time_limit_s=0.6)))
    proof = layout.proof.run_bytes
    assert (layout.status, proof.status) == ("feasible", "feasible")
    assert proof.lower_bound_bytes < run_bytes(layout)


def test_progress_tells_every_better_packing_and_bound() -> None:
    seen: list[Progress] = []
    layout = optimize(scattered_manifest(), on_progress=seen.append)
    assert seen
    assert seen[-1].run_bytes == run_bytes(layout)
    assert [one.run_bytes for one in seen] == sorted((one.run_bytes for one in seen), reverse=True)
    assert [one.lower_bound_bytes for one in seen] == sorted(one.lower_bound_bytes for one in seen)
    assert all(one.threads_per_block for one in seen)


def test_cancelling_ends_a_long_search_with_the_best_so_far() -> None:
    begun = time.monotonic()
    manifest = load_manifest(hard_manifest(time_limit_s=3600.0))
    layout = optimize(manifest, cancelled=lambda: time.monotonic() - begun > 1.0)
    assert verify(manifest, layout).passed
    assert layout.status == "feasible"
    assert layout.run_info.seconds < PATIENCE_S


def test_many_buffers_are_packed_without_looking_at_all_pairs() -> None:
    random = Random(1)
    buffers = []
    for number in range(3000):
        start = random.randrange(1990)
        buffers.append(
            {
                "name": f"b{number}",
                "size": random.choice([1, 2, 8]),
                "lifetime": [[start, start + random.randint(1, 10)]],
            }
        )
    layout = solved(manifest_of(*buffers, timeline={"length": 2000}, solver={"time_limit_s": 5}))
    assert layout.proof.run_bytes.lower_bound_bytes <= run_bytes(layout)


def test_lists_of_shared_bytes_stay_empty_where_they_would_be_endless() -> None:
    buffers = [{"name": f"b{number}", "size": 1, "lifetime": [[number, number + 1]]} for number in range(1200)]
    layout = solved(manifest_of(*buffers, timeline={"length": 1200}))
    assert (run_bytes(layout), layout.status) == (4, "optimal")
    assert [warning.type for warning in layout.warnings] == ["shares-not-listed"]
    assert all(buffer.shares_bytes_with == () for buffer in layout.buffers)


def test_most_layouts_need_no_solver_library() -> None:
    script = (
        "import sys; from warpack.solver import load_manifest, optimize\n"
        "layout = optimize(load_manifest({'schema': 'warpack/manifest/1', 'target': {'compute_capability': '8.6'},"
        " 'buffers': [{'name': 'a', 'size': 4, 'dtype': 'float32', 'location': 'shared'}]}))\n"
        "assert layout.status == 'optimal'\n"
        "print([name for name in ('ortools', 'numpy', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
