"""Instances from files: folders of manifests, and folders of buffer traces."""

from __future__ import annotations

import csv
import json
from math import gcd
from pathlib import Path

from benchmarks.instances.instance import Instance, region_manifest
from warpack.solver import load_manifest
from warpack.solver.wire.problems import ManifestError, Problem

_COLUMNS = ("id", "lower", "upper", "size")


def manifests(folder: Path, family: str) -> list[Instance]:
    """Every `*.json` of a folder. Raises ManifestError for a bad one, ValueError where there is none."""
    paths = sorted(path for path in folder.glob("*.json") if path.is_file())
    if not paths:
        raise ValueError(f"no manifests (*.json) in {folder}")
    return [_manifest(path, family) for path in paths]


def traces(folder: Path, family: str) -> list[Instance]:
    """Every `*.csv` of a folder: rows of id, lower, upper, size, live in `[lower, upper)`. Raises ValueError for a bad
    one.

    Such traces are of megabytes. Sizes are divided by their greatest common divisor, so that a peak fits into a block's
    shared memory, and times are numbered in order; neither changes which packings there are.
    """
    paths = sorted(path for path in folder.glob("*.csv") if path.is_file())
    if not paths:
        raise ValueError(f"no traces (*.csv) in {folder}")
    return [_trace(path, family) for path in paths]


def _manifest(path: Path, family: str) -> Instance:
    try:
        load_manifest(path)
    except ManifestError as error:
        named = (Problem(one.type, one.pointer, f"{path.name}: {one.message}", one.names) for one in error.problems)
        raise ManifestError(tuple(named)) from None
    return Instance(family, path.stem, json.loads(path.read_bytes()))


def _trace(path: Path, family: str) -> Instance:
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if not set(_COLUMNS) <= set(reader.fieldnames or ()):
            raise ValueError(f"{path.name} needs the columns {', '.join(_COLUMNS)}")
        rows = []
        for row in reader:
            try:
                rows.append((int(row["lower"]), int(row["upper"]), int(row["size"])))
            except (TypeError, ValueError):
                message = f"{path.name}, line {reader.line_num}: lower, upper and size have to be whole numbers"
                raise ValueError(message) from None
    if not rows or any(lower >= upper or size < 1 for lower, upper, size in rows):
        raise ValueError(f"{path.name} holds no row, or one that is empty: lower < upper and size > 0 are needed")
    unit = gcd(*(size for *_, size in rows))
    times = sorted({time for lower, upper, _ in rows for time in (lower, upper)})
    phase = {time: number for number, time in enumerate(times)}
    buffers = [
        {"name": f"b{number}", "size": size // unit, "dtype": "uint8", "lifetime": [[phase[lower], phase[upper]]]}
        for number, (lower, upper, size) in enumerate(rows)
    ]
    return Instance(family, path.stem, region_manifest(path.stem, len(times) - 1, buffers))
