"""What CuBIE's buffer registry makes of the same buffers: a rule, so there is no search and no time."""

from __future__ import annotations

from benchmarks.attempt import Attempt
from benchmarks.peers.question import Question
from solver.baselines import baselines

NAME = "CuBIE's rule"


def solve(question: Question) -> Attempt:
    """Figures only: the rule is counted, no layout is written."""
    ruled = baselines(question.manifest, question.on_chip)["declared_aliases"]
    return Attempt(
        NAME,
        ruled.run_bytes,
        0.0,
        curve=((0.0, ruled.run_bytes),),
        threads_per_block=ruled.threads_per_block,
        checked=False,
    )
