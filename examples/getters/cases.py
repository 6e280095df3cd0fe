"""The inputs of the five kernels, the results by numpy, and the layouts that each has to fit."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from warpack import Layout, Manifest, load_manifest, optimize

FOLDER = Path(__file__).resolve().parent
LOCATIONS = ("shared", "local", "auto")


@dataclass(frozen=True)
class Problem:
    """Inputs of one launch, and the expected results."""

    inputs: tuple[np.ndarray, ...]
    numbers: tuple[Any, ...]  # after the arrays, in numba-cuda
    sizes: tuple[Any, ...]  # after the arrays, in C++, which has no shapes
    answer: np.ndarray


@dataclass(frozen=True)
class Case:
    """A kernel: the manifest, its text in both languages, and what to launch."""

    name: str
    budgets: tuple[int, int]
    """Two shared memory budgets in bytes, of which the first leads to other layouts."""
    signature: str
    problem: Callable[[], Problem]
    blocks: Callable[[int], int]
    """How many blocks, of so many threads each."""

    def text(self, suffix: str) -> str:
        return (FOLDER / f"{self.name}.{suffix}").read_text(encoding="utf-8")

    def manifest(self, location: str, budget: int) -> Manifest:
        """The manifest of the folder, with another `location` for all buffers of a run, and another budget."""
        document = json.loads(self.text("json"))
        document["target"]["shared_budget_bytes"] = budget
        for buffer in document["buffers"]:
            if buffer.get("scope") != "block":
                buffer["location"] = location
        return load_manifest(document)

    def layouts(self) -> Iterator[tuple[str, Manifest, Layout]]:
        for location in LOCATIONS:
            for budget in self.budgets:
                manifest = self.manifest(location, budget)
                yield f"{self.name}, {location}, {budget} bytes", manifest, optimize(manifest)


def _reduce() -> Problem:
    data = np.random.default_rng(1).normal(3, 2, (3, 150)).astype(np.float32)
    exact = data.astype(np.float64)
    return Problem(
        (data,), (), data.shape, np.stack([exact.mean(axis=1), exact.var(axis=1)], axis=1).astype(np.float32)
    )


def _scan() -> Problem:
    data = np.random.default_rng(2).integers(-100, 100, (2, 400)).astype(np.int32)
    return Problem((data,), (), data.shape[1:], np.cumsum(data, axis=1, dtype=np.int32))


def _histogram() -> Problem:
    data = np.random.default_rng(3).binomial(15, 0.3, (3, 540)).astype(np.uint8)
    return Problem((data,), (), data.shape, np.array([np.bincount(row, minlength=16) for row in data], np.int32))


def _attention() -> Problem:
    random = np.random.default_rng(4)
    queries, keys, values = (random.normal(0, 2, (rows, 8)).astype(np.float32) for rows in (70, 21, 21))
    scores = queries.astype(np.float64) @ keys.T / math.sqrt(8)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    answer = weights @ values / weights.sum(axis=1, keepdims=True)
    return Problem((queries, keys, values), (), (70, 21), answer.astype(np.float32))


def _cg() -> Problem:
    random = np.random.default_rng(5)
    systems, n = 36, 24
    beside = random.uniform(-1, 1, (systems, n - 1)).astype(np.float32)
    diagonal, right = (random.uniform(2.5, 4, (systems, n)).astype(np.float32) for _ in range(2))
    matrices = np.zeros((systems, n, n))
    at = np.arange(n)
    matrices[:, at, at] = diagonal
    matrices[:, at[1:], at[:-1]] = matrices[:, at[:-1], at[1:]] = beside
    answer = np.linalg.solve(matrices, right[..., None])[..., 0].astype(np.float32)
    until = (n, np.float32(1e-12))
    return Problem((diagonal, beside, right), until, (systems, *until), answer)


def _enough_for(count: int) -> Callable[[int], int]:
    return lambda threads: -(-count // threads)


CASES = {
    case.name: case
    for case in (
        Case("reduce", (2048, 49152), "void(float32[:, ::1], float32[:, ::1])", _reduce, lambda _: 2),
        Case("scan", (2048, 49152), "void(int32[:, ::1], int32[:, ::1])", _scan, lambda _: 2),
        Case("histogram", (1024, 49152), "void(uint8[:, ::1], int32[:, ::1])", _histogram, lambda _: 2),
        Case("attention", (4096, 49152), f"void({', '.join(['float32[:, ::1]'] * 4)})", _attention, _enough_for(70)),
        Case("cg", (12480, 49152), f"void({', '.join(['float32[:, ::1]'] * 4)}, int64, float32)", _cg, _enough_for(36)),
    )
}
