"""What the lines of docs/time*.md that begin with "With" or "Without" change in the manifest above them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def change(name: str, lead: str, document: Document) -> None:
    """Make the change that the line `lead` below the example `name` speaks of. KeyError: nobody has said here what it
    means."""
    CHANGES[name, lead](document)


def _no_barrier(number: int) -> Callable[[Document], None]:
    return lambda document: document["timeline"]["barriers"].pop(number)


def _buffer(name: str, **fields: Any) -> Callable[[Document], None]:
    """Other fields for one buffer; None takes one away."""

    def changed(document: Document) -> None:
        (found,) = (buffer for buffer in document["buffers"] if buffer["name"] == name)
        _set(found, fields)

    return changed


def _loop(**fields: Any) -> Callable[[Document], None]:
    return lambda document: _set(document["timeline"]["loops"][0], fields)


def _set(values: Document, fields: Document) -> None:
    values.update(fields)
    for key in [key for key, value in values.items() if value is None]:
        del values[key]


def _not_uniform(document: Document) -> None:
    del document["timeline"]["branches"][0]["uniform"]


def _neither_uniform_nor_barriers(document: Document) -> None:
    _not_uniform(document)
    del document["timeline"]["barriers"]


def _all_of_the_block(document: Document) -> None:
    for buffer in document["buffers"]:
        buffer["scope"] = "block"


def _head_of_the_loop(document: Document) -> None:
    document["timeline"]["barriers"][1] = {"before": "load"}


def _no_first_of_every(document: Document) -> None:
    document["timeline"]["barriers"] = [{"before": "emit"}]


CHANGES: dict[tuple[str, str], Callable[[Document], None]] = {
    ("A barrier before a phase", "Without the second barrier"): _no_barrier(1),
    ("A barrier after a phase", 'With the second barrier at the head of the loop, `{"before": "load"}`'): _head_of_the_loop,
    ("Runs of several threads", "Without the second barrier"): _no_barrier(1),
    ("`while`: a test and a break", "With `endless`"): _loop(at_least=None, endless=True),
    ("`for (;;)`: breaks alone", "With `at_least: 1` in place of `endless`"): _loop(at_least=1, endless=None),
    ("`continue`: a branch that may be skipped", "Without the branch"): lambda one: one["timeline"].pop("branches"),
    ("Grid-stride loops", "Without the last barrier"): _no_barrier(3),
    ("Branches", "Without `uniform`"): _not_uniform,
    ("Branches", "Without `uniform` and without the barriers"): _neither_uniform_nor_barriers,
    ("Branches 2", "With scope `block` for both buffers"): _all_of_the_block,
    ("Branches 3", "With two threads per run"): lambda one: one.update(launch={"threads_per_run": 2}),
    ("Early return", 'With the lifetime `[["put", "take"]]` for `work`'): _buffer(
        "work", accesses_in=None, lifetime=[["put", "take"]]
    ),
    ("Tracks: warp specialisation", "Without the second barrier"): _no_barrier(1),
    ("Lifetimes in either form", 'With the lifetime `[["quick", "join"], ["slow", "join"]]` for `value`'): _buffer(
        "value", accesses_in=None, lifetime=[["quick", "join"], ["slow", "join"]]
    ),
    ("What is carried", 'With `"reentry": "dropped"` for `weights`'): _buffer("weights", reentry="dropped"),
    ("In place", "Without `in_place`"): lambda one: one.pop("in_place"),
    ("In place", "With a last read of `state` in `emit`"): _buffer("state", lifetime=[["load", "emit"]]),
    ("Asynchronous copies 2", "Without the fence"): lambda one: one["timeline"]["barriers"][1].pop("proxy_fence"),
    ("Aliases", "Without the alias"): _buffer("done", aliases=None),
    ("Scopes share bytes", "Without the first barrier"): _no_first_of_every,
}  # fmt: skip
