"""The bodies of the hostile trial are what it says that they are."""

from __future__ import annotations

from benchmarks.hostile import large, slow_to_check
from warpack.solver import load_manifest


def test_a_large_body_has_the_bytes_it_is_told_to_have() -> None:
    assert len(large(100_000)) == 100_000


def test_what_is_slow_to_check_keeps_every_rule() -> None:
    manifest = load_manifest(slow_to_check(2000))
    assert len(manifest.buffers) == 2000
    assert manifest.launch.threads_per_run == 32
