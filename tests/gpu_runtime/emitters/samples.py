"""Small layouts that between them hold every kind of buffer that an emitter can meet."""

from __future__ import annotations

from dataclasses import replace

from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest, make_part
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.layout import Layout, PlacedPart
from warpack.solver.wire.manifest import Buffer, Interval, Manifest

Sample = tuple[Layout, Manifest]


def _plain() -> Sample:
    """Two buffers that share bytes, one element type, one thread per run, padded stride."""
    manifest = make_manifest(
        make_buffer("loop/state", 10, persistent=True, zero="entry"),
        make_buffer("loop/algorithm/stage_rhs", 6, lifetime=(Interval(0, 1),)),
        make_buffer("loop/algorithm/scratch", 6, lifetime=(Interval(2, 3),), zero="interval"),
    )
    offsets = {"loop/state": 24, "loop/algorithm/stage_rhs": 0, "loop/algorithm/scratch": 0}
    return make_layout(manifest, offsets, runs_per_block=32, padding_bytes=4), manifest


def _mixed() -> Sample:
    """Every region, nine dtypes, parts, two threads per run, a gap behind the block region, an empty buffer."""
    manifest = make_manifest(
        make_buffer("loop/state", 3, persistent=True, zero="entry"),
        make_buffer("loop/algorithm/error", 2, "float64"),
        make_buffer("loop/flags", 3, "bool", zero="entry"),
        make_buffer("half", 2, "float16", zero="interval"),
        make_buffer("phasor", 2, "complex128", zero="interval"),
        make_buffer("brain", 2, "bfloat16", zero="interval"),
        make_buffer("store", 6, parts=(make_part("row0", 0, 2), make_part("1", 2, 4, 1, 2)), zero="entry"),
        make_buffer("table", 5, "int32", scope="block", zero="entry"),
        make_buffer("lookup", 3, "uint8", scope="block"),
        make_buffer("window", 5, location="local", zero="interval", alignment_bytes=64),
        make_buffer("rows", 4, "int64", location="local", parts=(make_part("a", 0, 1), make_part("b", 1, 3, 1, 2))),
        make_buffer("kept_short", 5, location="local", persistent=True, zero="entry"),
        make_buffer("kept_long", 3, "float64", location="local", persistent=True),
        make_buffer("nothing", 0, "float64"),
        make_buffer("no_local", 0, "float64", location="local"),
        threads_per_run=2,
    )
    offsets = {"loop/state": 0, "loop/flags": 12, "loop/algorithm/error": 16, "half": 32, "brain": 36, "phasor": 48}
    offsets |= {"store": 80, "table": 0, "lookup": 20, "kept_short": 0, "kept_long": 24, "nothing": 0}
    return make_layout(manifest, offsets, padding_bytes=8), manifest


def _opaque() -> Sample:
    """Items of twelve bytes, a float8, and a wide alignment."""
    item = Buffer("item", 3, DType(None, 12, 4), component="a/b", alignment_bytes=4, zero="interval")
    manifest = make_manifest(
        item,
        make_buffer("tiny", 5, "float8_e4m3fn"),
        make_buffer("wide", 2, "complex64", alignment_bytes=128, zero="entry"),
    )
    offsets = {"wide": 0, "a/b/item": 16, "tiny": 52}
    return make_layout(manifest, offsets, padding_bytes=71, base_alignment_bytes=128), manifest


def _apart() -> Sample:
    """A splittable buffer whose parts lie apart and in another order, beside a persistent one."""
    manifest = make_manifest(
        make_buffer(
            "store", 5, splittable=True, zero="interval", parts=(make_part("head", 0, 2), make_part("tail", 2, 3, 1, 2))
        ),
        make_buffer("state", 2, persistent=True),
    )
    whole = make_layout(manifest, {"store": 0, "state": 12}, run_bytes=28, stride_bytes=28)
    parts = (PlacedPart("head", 20, 8), PlacedPart("tail", 0, 12))
    store = replace(whole.by_name["store"], offset_bytes=None, parts=parts)
    return replace(whole, buffers=(store, whole.by_name["state"])), manifest


def _together() -> Sample:
    """A splittable buffer whose parts lie one behind the other, as they do inside it."""
    manifest = make_manifest(
        make_buffer(
            "store",
            5,
            splittable=True,
            zero="entry",
            parts=(make_part("head", 0, 2, 0, 1), make_part("tail", 2, 3, 1, 2)),
        ),
        make_buffer("state", 2, persistent=True),
    )
    whole = make_layout(manifest, {"store": 0, "state": 0}, run_bytes=28, stride_bytes=28)
    parts = (PlacedPart("head", 8, 8), PlacedPart("tail", 16, 12))
    store = replace(whole.by_name["store"], offset_bytes=None, parts=parts)
    return replace(whole, buffers=(store, whole.by_name["state"])), manifest


def _local_only() -> Sample:
    """Nothing on the chip."""
    manifest = make_manifest(make_buffer("only", 4, "int32", location="local", zero="entry"))
    return make_layout(manifest, {}), manifest


def _rings() -> Sample:
    """Rings in every region, one with slots further apart than they are long, and one of no elements."""
    manifest = make_manifest(
        make_buffer("loop/stage", 3, stages=2, zero="entry"),
        make_buffer("loop/wide", 3, stages=3, alignment_bytes=16, zero="interval"),
        make_buffer("tile", 5, "float16", scope="block", stages=4, zero="entry"),
        make_buffer("work", 3, "int64", location="local", stages=2, alignment_bytes=64, zero="interval"),
        make_buffer("memo", 2, "float64", location="local", persistent=True, stages=3, zero="entry"),
        Buffer("items", 2, DType(None, 12, 4), location="local", persistent=True, stages=2, alignment_bytes=16),
        make_buffer("none", 0, stages=2),
        threads_per_run=1,
    )
    offsets = {"loop/stage": 0, "loop/wide": 32, "tile": 0, "memo": 0, "items": 48, "none": 0}
    return make_layout(manifest, offsets, padding_bytes=4), manifest


def _narrow() -> Sample:
    """Every type that plain C++ has no name for, packed ones with parts among them."""
    manifest = make_manifest(
        make_buffer("e8m0", 3, "float8_e8m0fnu"),
        make_buffer("e5m2", 3, "float8_e5m2"),
        make_buffer("e4m3", 3, "float8_e4m3fn", stages=2, zero="interval"),
        make_buffer("e2m1", 10, "float4_e2m1fn", zero="interval", parts=(make_part("a", 0, 4), make_part("b", 4, 6))),
        make_buffer("s4", 6, "int4", scope="block", zero="entry"),
        make_buffer("u4", 4, "uint4", location="local", zero="interval"),
        make_buffer("u4_kept", 6, "uint4", location="local", persistent=True, stages=2),
    )
    offsets = {"e8m0": 0, "e5m2": 3, "e4m3": 6, "e2m1": 12, "s4": 1, "u4_kept": 0}
    return make_layout(manifest, offsets, padding_bytes=3), manifest


def _over() -> Sample:
    """A block-scoped buffer that begins in the block region and lies over windows, and one that lies behind them
    all."""
    manifest = make_manifest(
        make_buffer("state", 6, lifetime=(Interval(0, 1),), zero="entry"),
        make_buffer("scratch", 20, scope="block", lifetime=(Interval(2, 3),), zero="interval"),
        make_buffer("table", 4, "int32", scope="block", lifetime=(Interval(2, 4),)),
    )
    layout = make_layout(
        manifest,
        {"state": 0, "scratch": 8, "table": 112},
        block_region_bytes=16,
        region_gap_bytes=0,
        dynamic_shared_bytes=128,
    )
    shares = {"state": ("scratch",), "scratch": ("state",)}
    placed = tuple(replace(one, shares_bytes_with=shares.get(one.name, ())) for one in layout.buffers)
    return replace(layout, buffers=placed), manifest


SAMPLES: dict[str, Sample] = {
    "plain": _plain(),
    "mixed": _mixed(),
    "opaque": _opaque(),
    "apart": _apart(),
    "together": _together(),
    "local_only": _local_only(),
    "rings": _rings(),
    "narrow": _narrow(),
    "over": _over(),
}
