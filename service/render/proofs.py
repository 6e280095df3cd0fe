"""What is proven of each wish, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from warpack.service.render.figures import Figure
from warpack.solver.wire.layout import BytesProof, Layout
from warpack.solver.wire.manifest import Manifest

if TYPE_CHECKING:
    from warpack.solver.verifier.proving import Trial

_NAMES = {
    "threads_per_block": "threads per block",
    "resident_threads": "resident threads",
    "accesses_on_chip": "accesses on chip",
    "stride_bytes": "stride",
    "run_bytes": "run bytes",
    "block_region_bytes": "block region",
    "pool_bytes": "pool bytes",
}
"""The wishes in their order. Each is optimised with those before it kept."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish: the figure that the layout `has`, and its `bound`. No layout that is as good in the wishes before beats
    the bound. `least`: smaller is better. `search`: the bound rests on a search, which the static check does not
    repeat."""

    key: str
    has: int
    bound: int
    least: bool
    proven: bool
    search: bool

    @property
    def name(self) -> str:
        """The name of the wish for people."""
        return wish_name(self.key)

    @property
    def said(self) -> str:
        """`proven the fewest`, or the interval that is open."""
        stride = self.key == "stride_bytes"
        if self.proven:
            return f"proven the {'smallest' if stride else 'fewest' if self.least else 'most'}"
        return f"no layout has {'one below' if stride else 'fewer than' if self.least else 'more than'} {self.bound}"

    @property
    def interval(self) -> str:
        """The open interval, from the layout's figure to the bound."""
        low, high = sorted((self.has, self.bound))
        return f"{self.name} ({low} to {high})"


def wish_name(key: str) -> str:
    """The name of the wish with this key in a proof."""
    return _NAMES.get(key, key.replace("_", " "))


OF_LARGE_REGIONS = frozenset({"skyline fill", "large first fit", "stack up"})
"""The first packings of regions in which nothing is searched for exhaustively, as the ledger of a search names them."""

_BY_SEARCH = frozenset({"search-exhausted", "choice-search", "block-sizes", "weighed"})


def wishes(manifest: Manifest, layout: Layout) -> dict[str, Wish]:
    """The wishes by their keys in the layout's proof, in their order. Those that the objective does not rank are left
    out."""
    has = _figures(manifest, layout)
    found = {}
    for key in (*_NAMES, *(field.name for field in fields(layout.proof) if field.name not in _NAMES)):
        proof: Any = getattr(layout.proof, key)
        if proof is None or key not in has:
            continue
        least = isinstance(proof, BytesProof)
        bound = proof.lower_bound_bytes if least else proof.upper_bound
        search = proof.certificate.get("kind") in _BY_SEARCH
        found[key] = Wish(key, has[key], bound, least, proof.status == "optimal", search)
    return found


def proof_figures(manifest: Manifest, layout: Layout) -> Iterator[Figure]:
    """For a layout with open wishes: which wishes are proven, and the interval of each open one."""
    if layout.status != "feasible":
        return
    told = wishes(manifest, layout).values()
    proven, open_ones = [one.name for one in told if one.proven], [one.interval for one in told if not one.proven]
    yield "proven", ", ".join(proven) or "nothing"
    yield "open", ", ".join(open_ones) or "nothing"
    if any(account.strategy in OF_LARGE_REGIONS for account in layout.run_info.search):
        ended = layout.run_info.seconds < manifest.solver.time_limit_s / 2
        what = "regions of 512 buffers and more: first packings and improvement only"
        yield "more time", f"{what}; more time changes nothing" if ended else f"{what}, and no search for a proof"


def trial_figures(trials: Iterable[Trial]) -> Iterator[Figure]:
    """What the second model says of each bound. If it refutes one, the packing that does so."""
    for trial in trials:
        yield (
            f"{wish_name(trial.what)} {trial.bound}",
            f"{trial.verdict} in {trial.seconds:.2f} s: {trial.note}",
        )
        if trial.offsets:
            yield "", "with " + ", ".join(f"{name} at {offset}" for name, offset in trial.offsets.items())


def _figures(manifest: Manifest, layout: Layout) -> dict[str, int]:
    """The layout's figure of each wish."""
    launch = layout.launch
    if layout.pool is not None:
        return {"pool_bytes": layout.pool.pool_bytes}
    if launch is None:
        return {}
    placed = layout.by_name
    on_chip = (
        buffer.accesses
        for buffer in manifest.buffers
        if buffer.location == "auto" and buffer.size and placed[buffer.full_name].location == "shared"
    )
    return {
        "threads_per_block": launch.threads_per_block,
        "resident_threads": launch.occupancy.resident_threads,
        "accesses_on_chip": sum(on_chip),
        "stride_bytes": launch.stride_bytes,
        "run_bytes": launch.run_bytes,
        "block_region_bytes": launch.block_region_bytes,
    }
