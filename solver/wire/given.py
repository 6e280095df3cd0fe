"""Whether a public call was given what it takes."""

from __future__ import annotations

from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_KINDS = {"manifest": Manifest, "layout": Layout}
_HOW = {
    "manifest": "a Manifest: warpack.load_manifest(…) reads one, and the manifest() of a warpack.Kernel makes one",
    "layout": "a Layout: warpack.optimize(manifest) makes one, and warpack.read_layout(…) reads one",
}


def check_given(call: str, **given: object) -> None:
    """Raises TypeError unless `manifest` and `layout`, in the order in which the call takes them, are of their
    types."""
    for name, value in given.items():
        if not isinstance(value, _KINDS[name]):
            raise TypeError(_said(call, name, given))


def _said(call: str, name: str, given: dict[str, object]) -> str:
    order = [*given]
    if len(order) > 1 and all(isinstance(given[a], _KINDS[b]) for a, b in zip(order, reversed(order), strict=True)):
        return f"{call} takes the {order[0]} first, then the {order[1]}: they are swapped"
    got = given[name]
    return (
        f"{call} takes {_HOW[name]}; it was given {'None' if got is None else f'a value of type {type(got).__name__}'}"
    )
