"""A layout of the optimiser against the oracle: all that it says is proven must be so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from tests.helpers.oracle.choosing import Figures, Infeasible, NoPacking, Oracle
from tests.helpers.oracle.launching import weighing
from warpack.solver.wire.layout import BytesProof, LaunchFigures, Layout, Proof
from warpack.solver.wire.manifest import Manifest


@dataclass(frozen=True)
class Judged:
    """What is held against the oracle's best. `split`: parts that may lie apart; `promote`: which `auto` buffers are on
    chip (without it the bytes are judged for the layout's own choice, and threads with all of them local)."""

    split: bool = True
    promote: bool = True


@dataclass(frozen=True)
class Comparison:
    """`wrong`: sentences, one for each figure or bound that the oracle refutes. `open`: what the layout does not claim
    to be the best, so that only its bounds were judged."""

    wrong: tuple[str, ...]
    open: tuple[str, ...] = ()


_WISHES = tuple(wish.name for wish in fields(Proof))

Sentence = tuple[Literal["wrong", "open"], str]


def compare(manifest: Manifest, layout: Layout, judged: Judged = Judged()) -> Comparison:
    """Judges a layout that verifies. Raises packing.NotSettled where the oracle itself has no answer."""
    oracle = Oracle(manifest, split=judged.split, promote=judged.promote)
    said = list(_sentences(layout, oracle, oracle.best()))
    return Comparison(
        tuple(sentence for kind, sentence in said if kind == "wrong"),
        tuple(sentence for kind, sentence in said if kind == "open"),
    )


def disagreements(manifest: Manifest, layout: Layout, judged: Judged = Judged()) -> tuple[str, ...]:
    return compare(manifest, layout, judged).wrong


def _sentences(layout: Layout, oracle: Oracle, best: Figures | Infeasible | NoPacking) -> Iterator[Sentence]:
    if isinstance(best, NoPacking):
        yield "wrong", "there is a layout, but the oracle says that pins and windows leave no place"
        return
    on_chip = _promoted(layout, oracle)
    launch, proof = layout.launch, layout.proof
    if oracle.of_both_scopes:
        yield from _at_least_as_good(layout, oracle, best, on_chip)
        return
    stated = (None, None) if launch is None else (launch.run_bytes, launch.block_region_bytes)
    yield from _bytes("run", proof.run_bytes, stated[0], oracle, on_chip)
    yield from _bytes("block", proof.block_region_bytes, stated[1], oracle, on_chip)
    if launch is None:
        yield from _infeasible(layout, best)
    elif isinstance(best, Infeasible):
        yield "wrong", "the layout has a launch, but the oracle says that nothing fits"
    else:
        yield from _launched(layout, launch, oracle, best, on_chip)


def _at_least_as_good(
    layout: Layout, oracle: Oracle, best: Figures | Infeasible | NoPacking, on_chip: frozenset[str]
) -> Iterator[Sentence]:
    """Where buffers of the block may lie over windows, the oracle's best is one of the layouts that there are:
    nothing said to be proven may be worse than it, and no bound may rule it out. (`tests.helpers.oracle.scopes`
    looks at all.)"""
    launch, proof = layout.launch, layout.proof
    if launch is None:
        proven = proof.threads_per_block.status == "infeasible"
        least, said = getattr(best, "minimum_budget_bytes", None), layout.minimum_budget_bytes
        if isinstance(best, Figures):
            yield "wrong" if proven else "open", f"infeasible: but {best.threads} threads fit"
        elif least is not None and (said is None or said > least):
            proven = proof.run_bytes.status == proof.block_region_bytes.status == "optimal"
            yield "wrong" if proven else "open", f"minimum budget: {said}, but {least} is enough"
    elif isinstance(best, Figures):
        threads = proof.threads_per_block
        if not _by_residents(oracle) and threads.upper_bound < best.threads:
            yield "wrong", f"threads: proven to be at most {threads.upper_bound}, but {best.threads} fit"
        yield from _bounds(layout, launch, oracle, best, on_chip)
        found, wanted = oracle.rank(_figures(launch, oracle, on_chip)), oracle.rank(best)
        judged = None if layout.status == "optimal" and oracle.promote else 3 if layout.status == "optimal" else 2
        if threads.status == "optimal" and found[:judged] < wanted[:judged]:
            yield "wrong", f"said to be the best: {found}, but there is {wanted}"
        elif found[:3] < wanted[:3]:
            yield "open", f"not said to be the best: {found}, and there is {wanted}"


def _bytes(
    scope: Literal["run", "block"], proof: BytesProof, stated: int | None, oracle: Oracle, on_chip: frozenset[str]
) -> Iterator[Sentence]:
    least = oracle.least(scope, on_chip)
    if least is None or proof.lower_bound_bytes > least:
        yield "wrong", f"{scope} bytes: proven to be at least {proof.lower_bound_bytes}, but {least} are enough"
    elif proof.status != "optimal":
        yield "open", f"{scope} bytes: at least {proof.lower_bound_bytes}, found {stated}, best {least}"
    elif least != (proof.lower_bound_bytes if stated is None else stated):
        yield "wrong", f"{scope} bytes: {stated} said to be the fewest, but that are {least}"


def _infeasible(layout: Layout, best: Figures | Infeasible) -> Iterator[Sentence]:
    proof, said = layout.proof, layout.minimum_budget_bytes
    if isinstance(best, Figures):
        kind: Literal["wrong", "open"] = "wrong" if proof.threads_per_block.status == "infeasible" else "open"
        yield kind, f"infeasible: but {best.threads} threads fit"
        return
    right = best.minimum_budget_bytes
    if (said is None) != (right is None) or (said is not None and right is not None and said < right):
        yield "wrong", f"minimum budget: {said}, but the least is {right}"
    elif said != right:
        proven = proof.run_bytes.status == proof.block_region_bytes.status == "optimal"
        yield "wrong" if proven else "open", f"minimum budget: {said}, but the least is {right}"


def _launched(
    layout: Layout, launch: LaunchFigures, oracle: Oracle, best: Figures, on_chip: frozenset[str]
) -> Iterator[Sentence]:
    proof, threads = layout.proof, layout.proof.threads_per_block
    found = (launch.threads_per_block, launch.occupancy.resident_threads)
    wanted = (best.threads, best.resident)
    if not _by_residents(oracle) and threads.upper_bound < best.threads:
        yield "wrong", f"threads: proven to be at most {threads.upper_bound}, but {best.threads} fit"
    yield from _bounds(layout, launch, oracle, best, on_chip)
    if threads.status != "optimal":
        yield "open", f"threads: (per block, resident) = {found}, best {wanted}"
        return
    if found[0] != wanted[0]:
        yield "wrong", f"threads: {found[0]} said to be the most, but the best has {wanted[0]}"
    if layout.status != "optimal":
        open_ = [name for name in _WISHES if (wish := getattr(proof, name)) is not None and wish.status != "optimal"]
        yield "open", f"not said to be the best in {', '.join(open_)}"
        return
    if found[1] != wanted[1]:
        yield "wrong", f"resident threads: {found[1]}, but the best has {wanted[1]}"
    again = oracle.launch(on_chip)
    if again is None or again.stride != launch.stride_bytes:
        yield "wrong", f"stride: {launch.stride_bytes}, but for these buffers it is {again and again.stride}"
    ignored = oracle.launch(on_chip, avoid=False)
    if ignored is None or ignored.threads != launch.threads_if_conflicts_ignored:
        said = launch.threads_if_conflicts_ignored
        yield "wrong", f"threads if conflicts are ignored: {said}, but {ignored and ignored.threads}"
    if oracle.promote:
        accesses = _accesses(oracle, on_chip)
        mine = (accesses, launch.stride_bytes, launch.run_bytes, launch.block_region_bytes)
        theirs = (best.accesses, best.stride, best.run_bytes, best.block_bytes)
        if mine != theirs:
            names = sorted(best.on_chip)
            yield "wrong", f"(accesses on chip, stride, run, block bytes) = {mine}, but the best has {theirs}: {names}"


def _bounds(
    layout: Layout, launch: LaunchFigures, oracle: Oracle, best: Figures, on_chip: frozenset[str]
) -> Iterator[Sentence]:
    """Each bound is about layouts that are as good in the wishes before it, so it is judged where the layout is as good
    as the best in these."""
    proof = layout.proof
    resident, accesses, stride = proof.resident_threads, proof.accesses_on_chip, proof.stride_bytes
    found, wanted = oracle.rank(_figures(launch, oracle, on_chip)), oracle.rank(best)
    first = 2 if oracle.manifest.objective == "resident_threads" and not weighing(oracle.manifest) else 3
    if resident is not None and found[: first - 1] == wanted[: first - 1] and resident.upper_bound < best.resident:
        yield "wrong", f"resident threads: proven to be at most {resident.upper_bound}, but {best.resident} fit"
    if not oracle.promote or found[:3] != wanted[:3]:
        return
    if accesses is not None and accesses.upper_bound < best.accesses:
        yield "wrong", f"accesses: proven to be at most {accesses.upper_bound}, but {best.accesses} fit"
    if found[:4] == wanted[:4] and stride is not None and stride.lower_bound_bytes > best.stride:
        yield "wrong", f"stride: proven to be at least {stride.lower_bound_bytes}, but {best.stride} is enough"
    if found[:5] == wanted[:5] and proof.run_bytes.lower_bound_bytes > best.run_bytes:
        yield "wrong", f"run bytes: at least {proof.run_bytes.lower_bound_bytes}, but {best.run_bytes} are enough"


def _by_residents(oracle: Oracle) -> bool:
    return oracle.manifest.objective == "resident_threads" or weighing(oracle.manifest)


def _figures(launch: LaunchFigures, oracle: Oracle, on_chip: frozenset[str]) -> Figures:
    return Figures(
        launch.threads_per_block,
        launch.occupancy.resident_threads,
        _accesses(oracle, on_chip),
        launch.stride_bytes,
        launch.run_bytes,
        launch.block_region_bytes,
        on_chip,
    )


def _accesses(oracle: Oracle, on_chip: frozenset[str]) -> int:
    return sum(buffer.accesses for buffer in oracle.autos if buffer.full_name in on_chip)


def _promoted(layout: Layout, oracle: Oracle) -> frozenset[str]:
    placed = layout.by_name
    return frozenset(
        buffer.full_name
        for buffer in oracle.autos
        if buffer.full_name in placed and placed[buffer.full_name].location == "shared"
    )
