"""The bytes by the rule of CuBIE's buffer registry: there is no search, so it takes no time."""

from __future__ import annotations

from benchmarks.attempt import Attempt
from benchmarks.peers.question import Question
from warpack.solver.baselines import declared_aliases_bytes
from warpack.solver.launch.block import block_shape
from warpack.solver.launch.ranking import threads_step
from warpack.solver.wire.manifest import Manifest

NAME = "CuBIE's rule"


def solve(question: Question) -> Attempt:
    """Figures only: the bytes are counted, and no layout is made."""
    run_bytes = declared_aliases_bytes(question.manifest, question.on_chip).run
    return Attempt(
        NAME,
        run_bytes,
        0.0,
        curve=((0.0, run_bytes),),
        threads_per_block=halved(question.manifest, question.on_chip),
        checked=False,
    )


def halved(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> int:
    """Threads of the first of n, n // 2, n // 4, … that fits with declared aliases only, cut to whole multiples of
    threads as a layout's are, below one multiple to whole runs; 0 where none does. CuBIE 0.17 finds its block size in
    this way."""
    size = declared_aliases_bytes(manifest, on_chip)
    shape = block_shape(manifest, run_bytes=size.run, block_region_bytes=size.block, on_chip=on_chip)
    launch, multiple = manifest.launch, threads_step(manifest)
    threads = launch.threads_per_block or min(launch.max_threads_per_block, shape.device.max_threads_per_block)
    while threads >= shape.threads_per_run:
        exact = launch.threads_per_block == threads
        whole = threads - threads % (shape.threads_per_run if exact or threads < multiple else multiple)
        if shape.fits(whole):
            return whole
        threads //= 2
    return 0
