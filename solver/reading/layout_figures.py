"""A layout's figures, from JSON: launch, local bytes, baselines, proofs, validation, warnings."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, get_args

from warpack.solver.reading.layout_values import Values, pointed
from warpack.solver.wire.layout import (
    Baseline,
    BytesProof,
    CountProof,
    LaunchFigures,
    LocalBytes,
    Occupancy,
    PoolFigures,
    Proof,
    RunInfo,
    Status,
    ThreadsBy,
    ThreadsProof,
    Validation,
    WidthConflicts,
)
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.report import Finding
from warpack.solver.wire.run_info import StrategyAccount

_STATUSES = get_args(Status)
_THREADS_BY = get_args(ThreadsBy)
_REQUIRED_LEVELS = ("best", "static", "compiled", "simulated", "hardware")
_REACHED_LEVELS = ("none", "static", "compiled", "simulated", "hardware")
_OCCUPANCY_LIMITS = ("warps", "blocks", "registers", "shared", "barriers")


def read_launch(values: Values, value: Any, at: str) -> LaunchFigures:
    counts = (
        "threads_per_block",
        "runs_per_block",
        "run_bytes",
        "padding_bytes",
        "stride_bytes",
        "block_region_bytes",
        "region_gap_bytes",
        "base_alignment_bytes",
        "dynamic_shared_bytes",
        "threads_if_conflicts_ignored",
    )
    fields = values.fields(value, at, (*counts, "opt_in", "bank_conflict_degree", "occupancy"))
    integers = {key: values.integer(fields.get(key, 0), pointed(at, key)) for key in counts}
    degrees_at = pointed(at, "bank_conflict_degree")
    degrees: dict[int, int] = {}
    for width, degree in values.mapping(fields.get("bank_conflict_degree", {}), degrees_at, values.integer).items():
        if width.isascii() and width.isdigit() and len(width) < 16:
            degrees[int(width)] = degree
        else:
            values.fault("wrong-type", pointed(degrees_at, width), "must be an element width in bytes")
    resident = fields.get("occupancy")
    return LaunchFigures(
        **integers,
        opt_in=values.flag(fields.get("opt_in", False), pointed(at, "opt_in")),
        bank_conflict_degree=degrees,
        occupancy=_occupancy(values, resident, pointed(at, "occupancy"))
        if "occupancy" in fields
        else Occupancy(0, 0, "warps", True),
    )


def read_pool(values: Values, value: Any, at: str) -> PoolFigures:
    fields = values.fields(value, at, ("pool_bytes", "base_alignment_bytes"))
    return PoolFigures(
        values.integer(fields.get("pool_bytes", 0), pointed(at, "pool_bytes")),
        values.integer(fields.get("base_alignment_bytes", 0), pointed(at, "base_alignment_bytes")),
    )


def read_width(values: Values, value: Any, at: str) -> WidthConflicts:
    counts = ("width_bytes", "accesses", "degree", "least_degree", "stride_alone_bytes")
    fields = values.fields(value, at, counts)
    return WidthConflicts(*(values.integer(fields.get(key, 0), pointed(at, key)) for key in counts))


def _occupancy(values: Values, value: Any, at: str) -> Occupancy:
    fields = values.fields(value, at, ("blocks_per_sm", "resident_threads", "limited_by", "assumes_no_register_limit"))
    return Occupancy(
        values.integer(fields.get("blocks_per_sm", 0), pointed(at, "blocks_per_sm")),
        values.integer(fields.get("resident_threads", 0), pointed(at, "resident_threads")),
        values.one_of(fields.get("limited_by", "warps"), pointed(at, "limited_by"), _OCCUPANCY_LIMITS),
        values.flag(fields.get("assumes_no_register_limit", False), pointed(at, "assumes_no_register_limit")),
    )


def read_local(values: Values, value: Any, at: str) -> LocalBytes:
    fields = values.fields(value, at, ("local_bytes", "persistent_local_bytes"))
    return LocalBytes(
        values.integer(fields.get("local_bytes", 0), pointed(at, "local_bytes")),
        values.integer(fields.get("persistent_local_bytes", 0), pointed(at, "persistent_local_bytes")),
    )


def read_baseline(values: Values, value: Any, at: str) -> Baseline:
    counts = ("block_region_bytes", "dynamic_shared_bytes", "blocks_per_sm", "resident_threads")
    optional = (*counts, "threads_by", "over_budget", "pool_bytes", "broken")
    fields = values.fields(value, at, ("run_bytes", "threads_per_block"), optional)
    figures = {
        key: values.integer(fields.get(key, 0), pointed(at, key))
        for key in ("run_bytes", "threads_per_block", "pool_bytes", *counts)
    }
    broken_at = pointed(at, "broken")
    return Baseline(
        **figures,
        threads_by=values.one_of(fields.get("threads_by", _THREADS_BY[0]), pointed(at, "threads_by"), _THREADS_BY),
        over_budget=values.flag(fields.get("over_budget", False), pointed(at, "over_budget")),
        broken=values.each(fields.get("broken", ()), broken_at, lambda item, here: _finding(values, item, here)),
    )


def _finding(values: Values, value: Any, at: str) -> Finding:
    numbers, texts = ("start_bytes", "end_bytes", "phase"), ("region", "phase_name")
    fields = values.fields(value, at, ("rule", "message"), ("buffers", *numbers, *texts))
    read = {key: values.optional_integer(fields.get(key), pointed(at, key)) for key in numbers}
    said = {key: None if fields.get(key) is None else values.text(fields[key], pointed(at, key)) for key in texts}
    return Finding(
        values.text(fields.get("rule", ""), pointed(at, "rule")),
        values.text(fields.get("message", ""), pointed(at, "message")),
        values.each(fields.get("buffers", ()), pointed(at, "buffers"), values.text),
        said["region"],
        read["start_bytes"],
        read["end_bytes"],
        read["phase"],
        said["phase_name"],
    )


def read_validation(values: Values, value: Any, at: str) -> Validation:
    fields = values.fields(value, at, ("required", "level"), ("reports",))
    return Validation(
        values.one_of(fields.get("required", "best"), pointed(at, "required"), _REQUIRED_LEVELS),
        values.one_of(fields.get("level", "none"), pointed(at, "level"), _REACHED_LEVELS),
        values.each(fields.get("reports", ()), pointed(at, "reports"), values.free),
    )


def read_run_info(values: Values, value: Any, at: str) -> RunInfo:
    fields = values.fields(value, at, ("seconds", "seed"), ("versions", "search"))
    return RunInfo(
        values.number(fields.get("seconds", 0.0), pointed(at, "seconds")),
        values.integer(fields.get("seed", 0), pointed(at, "seed")),
        values.mapping(fields.get("versions", {}), pointed(at, "versions"), values.text),
        values.each(fields.get("search", ()), pointed(at, "search"), partial(_account, values)),
    )


def _account(values: Values, value: Any, at: str) -> StrategyAccount:
    counts = ("steps", "packings", "saved_bytes", "bounds", "raised_bytes", "proofs")
    fields = values.fields(value, at, ("strategy",), ("effort", "seconds", *counts))
    return StrategyAccount(
        strategy=values.text(fields.get("strategy", ""), pointed(at, "strategy")),
        effort=values.number(fields.get("effort", 0.0), pointed(at, "effort")),
        seconds=values.number(fields.get("seconds", 0.0), pointed(at, "seconds")),
        **{name: values.integer(fields.get(name, 0), pointed(at, name)) for name in counts},
    )


def read_warning(values: Values, value: Any, at: str) -> Problem:
    fields = values.fields(value, at, ("type", "pointer", "message"), ("names",))
    type_, pointer, message = (
        values.text(fields.get(key, ""), pointed(at, key)) for key in ("type", "pointer", "message")
    )
    return Problem(type_, pointer, message, values.each(fields.get("names", ()), pointed(at, "names"), values.text))


def read_proof(values: Values, value: Any, at: str, *, of_pool: bool = False) -> Proof:
    of_blocks = ("threads_per_block", "run_bytes", "block_region_bytes")
    optional = ("resident_threads", "accesses_on_chip", "stride_bytes", "pool_bytes")
    if of_pool:
        return _proof_of_pool(values, value, at, (*of_blocks, *optional[:3]))
    fields = values.fields(value, at, of_blocks, optional)
    empty = no_proof()
    threads = empty.threads_per_block
    if "threads_per_block" in fields:
        threads = ThreadsProof(*_bound(values, fields["threads_per_block"], f"{at}/threads_per_block", "upper_bound"))
    of_bytes: dict[str, Any] = {}
    of_counts: dict[str, Any] = {}
    for key in ("run_bytes", "block_region_bytes", "stride_bytes", "pool_bytes"):
        if fields.get(key) is not None or (key in fields and key not in optional):
            of_bytes[key] = BytesProof(*_bound(values, fields[key], pointed(at, key), "lower_bound_bytes"))
    for key in ("resident_threads", "accesses_on_chip"):
        if fields.get(key) is not None:
            of_counts[key] = CountProof(*_bound(values, fields[key], pointed(at, key), "upper_bound"))
    return replace(empty, threads_per_block=threads, **of_bytes, **of_counts)


def _proof_of_pool(values: Values, value: Any, at: str, others: tuple[str, ...]) -> Proof:
    """Of a pool everything but its bytes is null."""
    fields = values.fields(value, at, ("pool_bytes",), others)
    for key in others:
        if fields.get(key) is not None:
            values.fault(
                "not-of-a-pool",
                pointed(at, key),
                "is about threads and blocks, which a pool does not have: must be null",
            )
    return Proof.of_pool(
        BytesProof(*_bound(values, fields.get("pool_bytes"), pointed(at, "pool_bytes"), "lower_bound_bytes"))
    )


def _bound(values: Values, value: Any, at: str, bound: str) -> tuple[Status, int, dict[str, Any]]:
    fields = values.fields(value, at, ("status", bound), ("certificate",))
    return (
        values.one_of(fields.get("status", _STATUSES[0]), pointed(at, "status"), _STATUSES),
        values.integer(fields.get(bound, 0), pointed(at, bound)),
        values.free(fields.get("certificate", {}), pointed(at, "certificate")),
    )


def no_proof() -> Proof:
    return Proof(ThreadsProof("feasible", 0, {}), BytesProof("feasible", 0, {}), BytesProof("feasible", 0, {}))
