"""One table of manifests that are wrong, each with the problem that must be reported for it.

The reader's tests, the command line's and the HTTP service's all run through `BAD_MANIFESTS`.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class BadManifest:
    """`document`: JSON values, or bytes where it is the text that is wrong. `pointer`: where the problem of `type` is."""

    name: str
    document: Document | bytes = field(repr=False)
    type: str
    pointer: str

    @property
    def body(self) -> bytes:
        """As it would be posted."""
        return self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()


def good() -> Document:
    """A manifest without fault, small enough to break in one place."""
    return {
        "schema": "warpack/manifest/1",
        "name": "good",
        "target": {"compute_capability": "8.6"},
        "timeline": {"phases": ["init", "first", "second", "last"], "loops": [[1, 4]]},
        "components": [{"path": "loop"}, {"path": "loop/step"}],
        "buffers": [
            {"name": "state", "component": "loop", "size": 4, "dtype": "float32", "persistent": True},
            {"name": "work", "component": "loop/step", "size": 4, "dtype": "float32", "lifetime": [[1, 3]]},
            {"name": "rhs", "component": "loop/step", "size": 4, "dtype": "float32", "lifetime": [["second", "last"]]},
            {
                "name": "store",
                "component": "loop/step",
                "size": 8,
                "dtype": "float32",
                "parts": [
                    {"name": "row0", "offset": 0, "size": 4, "lifetime": [[2, 3]]},
                    {"name": "row1", "offset": 4, "size": 4, "lifetime": [[3, 4]]},
                ],
            },
        ],
        "in_place": [{"phase": "second", "read": "loop/step/work", "write": "loop/step/rhs"}],
        "apart": [["loop/step/work", "loop/step/rhs"]],
    }


def _set(path: str, value: Any) -> Document:
    """The good manifest with one field set; the path's steps are keys and indices, `-` appends to a list."""
    return _sets((path, value))


def _sets(*changes: tuple[str, Any]) -> Document:
    document = deepcopy(good())
    for path, value in changes:
        steps = path.strip("/").split("/")
        at: Any = document
        for step in steps[:-1]:
            at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
        if isinstance(at, list):
            if steps[-1] == "-":
                at.append(value)
            else:
                at[int(steps[-1])] = value
        else:
            at[steps[-1]] = value
    return document


def _without(*path: str | int) -> Document:
    document = deepcopy(good())
    at: Any = document
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return document


def _buffers(*buffers: Document, **fields: Any) -> Document:
    """A manifest of these buffers alone; each gets a size and a dtype unless it says otherwise."""
    document = {"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}, "timeline": {"length": 6}}
    rows = [{"size": 4, "dtype": "float32"} | buffer for buffer in buffers]
    return document | {"buffers": rows} | fields


def _text(replace: str, by: str) -> bytes:
    text = json.dumps(good())
    if replace not in text:
        raise ValueError(f"{replace!r} is not in the text")
    return text.replace(replace, by, 1).encode()


def _child(**fields: Any) -> Document:
    """A component with a timeline of its own, called in phase 1 of six, and one buffer in it."""
    child = {"path": "child", "timeline": {"length": 3}, "called_in": [1]} | fields
    return _buffers(
        {"name": "inner", "component": "child", "lifetime": [[0, 2]]},
        {"name": "outer", "lifetime": [[1, 3]]},
        components=[{key: value for key, value in child.items() if value is not None}],
    )


_ALIASES_MEET = _buffers({"name": "a", "lifetime": [[0, 3]], "aliases": "b"}, {"name": "b", "lifetime": [[2, 4]]})
_SHARED_BY_FOUR = {"threads_per_run": 4}

_TEXTS: list[tuple[str, Document | bytes, str, str]] = [
    ("no text at all", b"", "not-json", ""),
    ("text that is no JSON", b"{'schema': 1}", "not-json", ""),
    ("JSON cut off", json.dumps(good()).encode()[:-7], "not-json", ""),
    ("a comment in JSON", b'{"schema": "warpack/manifest/1"} // mine', "not-json", ""),
    ("bytes that are no UTF-8", b'{"name": "\xff\xfe"}', "not-utf8", ""),
    ("nested too deeply", b"[" * 100_000 + b"]" * 100_000, "nested-too-deeply", ""),
    ("a list at the top", b"[]", "wrong-type", ""),
    ("null at the top", b"null", "wrong-type", ""),
    ("a number at the top", b"3", "wrong-type", ""),
    ("NaN", _text('"size": 4', '"size": NaN'), "not-finite", "/buffers/0/size"),
    ("infinity", _text('"size": 4', '"size": -Infinity'), "not-finite", "/buffers/0/size"),
    ("a number beyond floats", _text('"size": 4', '"size": 1e999'), "not-an-integer", "/buffers/0/size"),
    ("an integer of 5000 digits", _text('"size": 4', '"size": ' + "9" * 5000), "size-too-large", "/buffers/0/size"),
    ("a key twice", _text('"size": 4', '"size": 4, "size": 5'), "duplicate-key", "/buffers/0/size"),
    ("100 MB", b" " * 100_000_000, "document-too-large", ""),
    ("half a surrogate pair", _text('"good"', '"\\ud800"'), "bad-string", "/name"),
]

_TOP: list[tuple[str, Document | bytes, str, str]] = [
    ("schema missing", _without("schema"), "missing-field", "/schema"),
    ("another schema", _set("/schema", "warpack/manifest/2"), "unknown-schema", "/schema"),
    ("schema a number", _set("/schema", 1), "unknown-schema", "/schema"),
    ("unknown field", _set("/buffer", []), "unknown-field", "/buffer"),
    ("unknown field with a slash", _set("/a~b", 1), "unknown-field", "/a~0b"),
    ("label with a newline", _set("/name", "two\nlines"), "bad-name", "/name"),
    ("label too long", _set("/name", "x" * 1001), "bad-name", "/name"),
    ("label a number", _set("/name", 7), "wrong-type", "/name"),
    ("target missing", _without("target"), "missing-field", "/target"),
    ("target a string", _set("/target", "8.6"), "wrong-type", "/target"),
    ("architecture missing", _set("/target", {}), "missing-field", "/target/compute_capability"),
    (
        "unknown architecture",
        _set("/target/compute_capability", "8.5"),
        "unknown-architecture",
        "/target/compute_capability",
    ),
    ("architecture as a number", _set("/target/compute_capability", 8.6), "wrong-type", "/target/compute_capability"),
    ("unknown field of the target", _set("/target/sm", 86), "unknown-field", "/target/sm"),
    (
        "budget above the maximum",
        _set("/target/shared_budget_bytes", 101_377),
        "budget-too-large",
        "/target/shared_budget_bytes",
    ),
    ("budget below zero", _set("/target/shared_budget_bytes", -1), "out-of-range", "/target/shared_budget_bytes"),
    (
        "budget no integer",
        _set("/target/shared_budget_bytes", 49152.0),
        "not-an-integer",
        "/target/shared_budget_bytes",
    ),
    ("budget misspelt", _set("/target/shared_budget_bytes", "optin"), "unknown-value", "/target/shared_budget_bytes"),
    ("static bytes below zero", _set("/target/static_shared_bytes", -4), "out-of-range", "/target/static_shared_bytes"),
    ("too many registers", _set("/target/registers_per_thread", 256), "out-of-range", "/target/registers_per_thread"),
    ("carveout above 100", _set("/target/carveout", 101), "out-of-range", "/target/carveout"),
    ("carveout misspelt", _set("/target/carveout", "most"), "unknown-value", "/target/carveout"),
    ("launch a list", _set("/launch", []), "wrong-type", "/launch"),
    ("unknown field of the launch", _set("/launch/threads", 64), "unknown-field", "/launch/threads"),
    ("no threads for a run", _set("/launch/threads_per_run", 0), "out-of-range", "/launch/threads_per_run"),
    ("true for a count", _set("/launch/threads_per_run", True), "not-an-integer", "/launch/threads_per_run"),
    ("too many threads", _set("/launch/max_threads_per_block", 2048), "out-of-range", "/launch/max_threads_per_block"),
    (
        "threads per block a string",
        _set("/launch/threads_per_block", "64"),
        "not-an-integer",
        "/launch/threads_per_block",
    ),
    ("threads multiple of zero", _set("/launch/threads_multiple", 0), "out-of-range", "/launch/threads_multiple"),
    ("bank conflicts misspelt", _set("/launch/bank_conflicts", "avoids"), "unknown-value", "/launch/bank_conflicts"),
    ("unknown objective", _set("/objective", "fast"), "unknown-value", "/objective"),
    ("objective null", _set("/objective", None), "wrong-type", "/objective"),
    ("frontier a number", _set("/frontier", 1), "wrong-type", "/frontier"),
    ("unknown level", _set("/validation", "gpu"), "unknown-value", "/validation"),
    ("solver a number", _set("/solver", 10), "wrong-type", "/solver"),
    ("no time", _set("/solver/time_limit_s", 0), "out-of-range", "/solver/time_limit_s"),
    ("too much time", _set("/solver/time_limit_s", 3601), "out-of-range", "/solver/time_limit_s"),
    ("time as a string", _set("/solver/time_limit_s", "10"), "wrong-type", "/solver/time_limit_s"),
    ("seed below zero", _set("/solver/seed", -1), "out-of-range", "/solver/seed"),
    ("warm start a list", _set("/solver/warm_start", []), "wrong-type", "/solver/warm_start"),
    (
        "warm start no integer",
        _set("/solver/warm_start", {"loop/state": 1.5}),
        "not-an-integer",
        "/solver/warm_start/loop~1state",
    ),
    (
        "warm start below zero",
        _set("/solver/warm_start", {"loop/state": -4}),
        "out-of-range",
        "/solver/warm_start/loop~1state",
    ),
]

_TIMELINES: list[tuple[str, Document | bytes, str, str]] = [
    ("timeline a list", _set("/timeline", ["a"]), "wrong-type", "/timeline"),
    ("timeline without phases", _set("/timeline", {"loops": []}), "missing-field", "/timeline/phases"),
    ("phases and length", _set("/timeline/length", 4), "phases-and-length", "/timeline/length"),
    ("no phases", _set("/timeline", {"phases": []}), "out-of-range", "/timeline/phases"),
    ("length of zero", _set("/timeline", {"length": 0}), "out-of-range", "/timeline/length"),
    ("length too large", _set("/timeline", {"length": 2**20 + 1}), "out-of-range", "/timeline/length"),
    ("phase a number", _set("/timeline/phases/1", 1), "wrong-type", "/timeline/phases/1"),
    ("phase name twice", _set("/timeline/phases/2", "init"), "duplicate-name", "/timeline/phases/2"),
    ("phase name empty", _set("/timeline/phases/2", ""), "bad-name", "/timeline/phases/2"),
    ("phase name with a newline", _set("/timeline/phases/2", "a\nb"), "bad-name", "/timeline/phases/2"),
    ("unknown field of the timeline", _set("/timeline/loop", []), "unknown-field", "/timeline/loop"),
    ("asynchronous tracks", _set("/timeline/tracks", []), "unsupported-field", "/timeline/tracks"),
    ("loops that cross", _set("/timeline/loops", [[0, 3], [2, 4]]), "loops-cross", "/timeline/loops/1"),
    ("a loop twice", _set("/timeline/loops", [[1, 4], [1, 4]]), "duplicate-loop", "/timeline/loops/1"),
    ("a loop backwards", _set("/timeline/loops", [[3, 1]]), "bad-loop", "/timeline/loops/0"),
    ("an empty loop", _set("/timeline/loops", [[2, 2]]), "empty-interval", "/timeline/loops/0"),
    ("a loop past the end", _set("/timeline/loops", [[1, 5]]), "interval-outside-timeline", "/timeline/loops/0"),
    ("a loop of three numbers", _set("/timeline/loops", [[1, 2, 3]]), "wrong-type", "/timeline/loops/0"),
    ("barriers a word", _set("/timeline/barriers", "all"), "wrong-type", "/timeline/barriers"),
    ("a barrier a number", _set("/timeline/barriers", [2]), "wrong-type", "/timeline/barriers/0"),
    (
        "a barrier before nothing",
        _set("/timeline/barriers", [{"scope": "block"}]),
        "missing-field",
        "/timeline/barriers/0/before",
    ),
    (
        "a barrier without scope",
        _set("/timeline/barriers", [{"before": 1}]),
        "missing-field",
        "/timeline/barriers/0/scope",
    ),
    (
        "a barrier past the end",
        _set("/timeline/barriers", [{"before": 4, "scope": "run"}]),
        "unknown-phase",
        "/timeline/barriers/0/before",
    ),
    (
        "a barrier of a warp",
        _set("/timeline/barriers", [{"before": 1, "scope": "warp"}]),
        "unsupported-field",
        "/timeline/barriers/0/scope",
    ),
    (
        "a barrier of a grid",
        _set("/timeline/barriers", [{"before": 1, "scope": "grid"}]),
        "unknown-value",
        "/timeline/barriers/0/scope",
    ),
]

_LIFETIMES: list[tuple[str, Document | bytes, str, str]] = [
    ("lifetime a number", _set("/buffers/1/lifetime", 1), "wrong-type", "/buffers/1/lifetime"),
    ("lifetime null", _set("/buffers/1/lifetime", None), "wrong-type", "/buffers/1/lifetime"),
    ("interval of one number", _set("/buffers/1/lifetime", [[1]]), "wrong-type", "/buffers/1/lifetime/0"),
    (
        "interval past the end",
        _set("/buffers/1/lifetime", [[1, 5]]),
        "interval-outside-timeline",
        "/buffers/1/lifetime/0",
    ),
    (
        "interval before the start",
        _set("/buffers/1/lifetime", [[-1, 2]]),
        "interval-outside-timeline",
        "/buffers/1/lifetime/0",
    ),
    ("interval empty", _set("/buffers/1/lifetime", [[0, 1], [2, 2]]), "empty-interval", "/buffers/1/lifetime/1"),
    ("interval of floats", _set("/buffers/1/lifetime", [[1.0, 2]]), "wrong-type", "/buffers/1/lifetime/0/0"),
    (
        "interval of name and number",
        _set("/buffers/1/lifetime", [["init", 2]]),
        "mixed-interval",
        "/buffers/1/lifetime/0",
    ),
    (
        "interval of an unknown phase",
        _set("/buffers/1/lifetime", [["init", "lost"]]),
        "unknown-phase",
        "/buffers/1/lifetime/0/1",
    ),
    (
        "intervals that overlap",
        _set("/buffers/1/lifetime", [[0, 2], [1, 3]]),
        "overlapping-intervals",
        "/buffers/1/lifetime/1",
    ),
    (
        "wrapped intervals that overlap",
        _set("/buffers/1/lifetime", [[3, 2], [1, 2]]),
        "overlapping-intervals",
        "/buffers/1/lifetime/1",
    ),
    (
        "wrap-around outside the loop",
        _set("/buffers/1/lifetime", [[3, 1]]),
        "wrap-without-loop",
        "/buffers/1/lifetime/0",
    ),
    (
        "wrap-around without a loop",
        _buffers({"name": "a", "lifetime": [[4, 2]]}),
        "wrap-without-loop",
        "/buffers/0/lifetime/0",
    ),
    (
        "names that wrap without a loop",
        _set("/buffers/1/lifetime", [["last", "init"]]),
        "wrap-without-loop",
        "/buffers/1/lifetime/0",
    ),
    ("active without active phases", _set("/buffers/1/lifetime", "active"), "no-active-phases", "/buffers/1/lifetime"),
    ("starts while inactive", _set("/components/1/active", [[2, 4]]), "starts-while-inactive", "/buffers/1/lifetime/0"),
    (
        "persistent with a lifetime",
        _set("/buffers/1/persistent", True),
        "persistent-with-lifetime",
        "/buffers/1/lifetime",
    ),
    ("persistent with parts", _set("/buffers/3/persistent", True), "persistent-with-lifetime", "/buffers/3/parts"),
    ("lifetime and parts", _set("/buffers/3/lifetime", [[0, 1]]), "lifetime-and-parts", "/buffers/3/parts"),
]

_COMPONENTS: list[tuple[str, Document | bytes, str, str]] = [
    ("components an object", _set("/components", {}), "wrong-type", "/components"),
    ("a component a string", _set("/components/0", "loop"), "wrong-type", "/components/0"),
    ("a component without path", _set("/components/0", {}), "missing-field", "/components/0/path"),
    ("a component twice", _set("/components/1/path", "loop"), "duplicate-name", "/components/1/path"),
    ("a path with a gap", _set("/components/1/path", "loop//step"), "bad-name", "/components/1/path"),
    ("the root listed", _set("/components/1/path", ""), "bad-name", "/components/1/path"),
    ("a path that is a number", _set("/components/1/path", 3), "wrong-type", "/components/1/path"),
    ("a path too deep", _set("/components/1/path", "/".join("a" * 33)), "bad-name", "/components/1/path"),
    ("unknown field of a component", _set("/components/0/phases", []), "unknown-field", "/components/0/phases"),
    ("unknown window", _set("/components/0/window", "tight"), "unknown-value", "/components/0/window"),
    (
        "active outside the timeline",
        _set("/components/0/active", [[2, 9]]),
        "interval-outside-timeline",
        "/components/0/active/0",
    ),
    (
        "a buffer of no listed component",
        _set("/buffers/3/component", "loop/stap"),
        "unknown-component",
        "/buffers/3/component",
    ),
    (
        "called without a timeline",
        _set("/components/0/called_in", [1]),
        "called-in-without-timeline",
        "/components/0/called_in",
    ),
    ("a timeline that is never called", _child(called_in=None), "missing-field", "/components/0/called_in"),
    ("called in no phase there is", _child(called_in=[6]), "unknown-phase", "/components/0/called_in/0"),
    ("called twice in a phase", _child(called_in=[1, 1]), "duplicate-phase", "/components/0/called_in/1"),
    ("called in a truth", _child(called_in=[True]), "wrong-type", "/components/0/called_in/0"),
    (
        "a component's own loops cross",
        _child(timeline={"length": 4, "loops": [[0, 2], [1, 3]]}),
        "loops-cross",
        "/components/0/timeline/loops/1",
    ),
    (
        "past the component's own end",
        _child(timeline={"length": 1}),
        "interval-outside-timeline",
        "/buffers/0/lifetime/0",
    ),
    (
        "a timeline that expands beyond measure",
        _child(timeline={"length": 2**20}, called_in=[0, 1]),
        "timeline-too-long",
        "/components",
    ),
]

_BUFFERS: list[tuple[str, Document | bytes, str, str]] = [
    ("buffers missing", _without("buffers"), "missing-field", "/buffers"),
    ("buffers an object", _set("/buffers", {}), "wrong-type", "/buffers"),
    ("a buffer a string", _set("/buffers/-", "state"), "wrong-type", "/buffers/4"),
    ("unknown field of a buffer", _set("/buffers/0/sise", 4), "unknown-field", "/buffers/0/sise"),
    ("name missing", _without("buffers", 0, "name"), "missing-field", "/buffers/0/name"),
    ("name a number", _set("/buffers/0/name", 1), "wrong-type", "/buffers/0/name"),
    ("name taken", _set("/buffers/3/name", "work"), "duplicate-name", "/buffers/3/name"),
    ("name empty", _set("/buffers/0/name", ""), "bad-name", "/buffers/0/name"),
    ("name no identifier", _set("/buffers/0/name", "2nd"), "bad-name", "/buffers/0/name"),
    ("name with a dash", _set("/buffers/0/name", "a-b"), "bad-name", "/buffers/0/name"),
    ("name with a quote", _set("/buffers/0/name", 'a"b'), "bad-name", "/buffers/0/name"),
    ("name with a newline", _set("/buffers/0/name", "a\n"), "bad-name", "/buffers/0/name"),
    ("name with code", _set("/buffers/0/name", "a): import os #"), "bad-name", "/buffers/0/name"),
    ("name not ASCII", _set("/buffers/0/name", "größe"), "bad-name", "/buffers/0/name"),
    ("name a Python keyword", _set("/buffers/0/name", "lambda"), "bad-name", "/buffers/0/name"),
    ("name a C++ keyword", _set("/buffers/0/name", "double"), "bad-name", "/buffers/0/name"),
    ("name with two underscores", _set("/buffers/0/name", "__x"), "bad-name", "/buffers/0/name"),
    ("name too long", _set("/buffers/0/name", "x" * 129), "bad-name", "/buffers/0/name"),
    ("component a list", _set("/buffers/0/component", []), "wrong-type", "/buffers/0/component"),
    ("component with a newline", _set("/buffers/0/component", "loop\n"), "bad-name", "/buffers/0/component"),
    ("size missing", _without("buffers", 0, "size"), "missing-field", "/buffers/0/size"),
    ("size negative", _set("/buffers/0/size", -1), "out-of-range", "/buffers/0/size"),
    ("size huge", _set("/buffers/0/size", 2**29), "size-too-large", "/buffers/0/size"),
    ("size beyond 64 bits", _set("/buffers/0/size", 2**70), "size-too-large", "/buffers/0/size"),
    ("size a float", _set("/buffers/0/size", 4.0), "not-an-integer", "/buffers/0/size"),
    ("size a string", _set("/buffers/0/size", "4"), "not-an-integer", "/buffers/0/size"),
    ("size true", _set("/buffers/0/size", True), "not-an-integer", "/buffers/0/size"),
    ("size null", _set("/buffers/0/size", None), "not-an-integer", "/buffers/0/size"),
    ("dtype missing", _without("buffers", 0, "dtype"), "missing-field", "/buffers/0/dtype"),
    ("dtype unknown", _set("/buffers/0/dtype", "float33"), "unknown-dtype", "/buffers/0/dtype"),
    ("dtype a number", _set("/buffers/0/dtype", 32), "wrong-type", "/buffers/0/dtype"),
    ("dtype and precision", _set("/buffers/0/precision", "float32"), "dtype-and-precision", "/buffers/0/precision"),
    (
        "dtype without alignment",
        _set("/buffers/0/dtype", {"itemsize_bytes": 12}),
        "missing-field",
        "/buffers/0/dtype/alignment_bytes",
    ),
    (
        "dtype of no bytes",
        _set("/buffers/0/dtype", {"itemsize_bytes": 0, "alignment_bytes": 1}),
        "out-of-range",
        "/buffers/0/dtype/itemsize_bytes",
    ),
    (
        "dtype aligned to three",
        _set("/buffers/0/dtype", {"itemsize_bytes": 12, "alignment_bytes": 3}),
        "bad-alignment",
        "/buffers/0/dtype/alignment_bytes",
    ),
    (
        "dtype aligned beyond its size",
        _set("/buffers/0/dtype", {"itemsize_bytes": 12, "alignment_bytes": 8}),
        "bad-alignment",
        "/buffers/0/dtype/alignment_bytes",
    ),
    ("scope of a warp", _set("/buffers/0/scope", "warp"), "unsupported-field", "/buffers/0/scope"),
    ("scope of a grid", _set("/buffers/0/scope", "grid"), "unknown-value", "/buffers/0/scope"),
    ("location unknown", _set("/buffers/0/location", "global"), "unknown-value", "/buffers/0/location"),
    (
        "local for a block-scoped buffer",
        _buffers({"name": "a", "scope": "block", "location": "local"}),
        "not-private-to-thread",
        "/buffers/0/location",
    ),
    (
        "auto for a block-scoped buffer",
        _buffers({"name": "a", "scope": "block", "location": "auto"}),
        "not-private-to-thread",
        "/buffers/0/location",
    ),
    (
        "local for four threads",
        _buffers({"name": "a", "location": "local"}, launch=_SHARED_BY_FOUR),
        "not-private-to-thread",
        "/buffers/0/location",
    ),
    ("persistent a word", _set("/buffers/0/persistent", "yes"), "wrong-type", "/buffers/0/persistent"),
    (
        "alignment below the natural one",
        _set("/buffers/0/alignment_bytes", 2),
        "bad-alignment",
        "/buffers/0/alignment_bytes",
    ),
    (
        "alignment no power of two",
        _set("/buffers/0/alignment_bytes", 24),
        "bad-alignment",
        "/buffers/0/alignment_bytes",
    ),
    ("alignment too large", _set("/buffers/0/alignment_bytes", 2048), "bad-alignment", "/buffers/0/alignment_bytes"),
    ("alignment a string", _set("/buffers/0/alignment_bytes", "16"), "not-an-integer", "/buffers/0/alignment_bytes"),
    ("pinned below zero", _set("/buffers/0/pinned_offset_bytes", -4), "out-of-range", "/buffers/0/pinned_offset_bytes"),
    (
        "pinned off its alignment",
        _set("/buffers/0/pinned_offset_bytes", 6),
        "pinned-misaligned",
        "/buffers/0/pinned_offset_bytes",
    ),
    (
        "pinned in local memory",
        _buffers({"name": "a", "location": "local", "pinned_offset_bytes": 0}),
        "pinned-not-shared",
        "/buffers/0/pinned_offset_bytes",
    ),
    (
        "pinned on one another",
        _buffers({"name": "a", "pinned_offset_bytes": 0}, {"name": "b", "pinned_offset_bytes": 12}),
        "pinned-overlap",
        "/buffers/1/pinned_offset_bytes",
    ),
    ("zero unknown", _set("/buffers/0/zero", "always"), "unknown-value", "/buffers/0/zero"),
    ("zero a number", _set("/buffers/0/zero", 0), "wrong-type", "/buffers/0/zero"),
    ("zero at entry, live later", _set("/buffers/1/zero", "entry"), "zero-entry-not-at-start", "/buffers/1/zero"),
    ("zero each interval, none given", _set("/buffers/0/zero", "interval"), "zero-without-interval", "/buffers/0/zero"),
    ("accesses below zero", _set("/buffers/0/accesses", -1), "out-of-range", "/buffers/0/accesses"),
    (
        "splittable without parts",
        _set("/buffers/0/splittable", True),
        "splittable-without-parts",
        "/buffers/0/splittable",
    ),
]

_PARTS: list[tuple[str, Document | bytes, str, str]] = [
    ("parts an object", _set("/buffers/3/parts", {}), "wrong-type", "/buffers/3/parts"),
    ("a part a number", _set("/buffers/3/parts/0", 1), "wrong-type", "/buffers/3/parts/0"),
    ("parts that overlap", _set("/buffers/3/parts/1/offset", 3), "parts-overlap", "/buffers/3/parts/1"),
    ("parts that miss the middle", _set("/buffers/3/parts/0/size", 3), "parts-miss-elements", "/buffers/3/parts"),
    ("parts that miss the end", _set("/buffers/3/parts/1/size", 3), "parts-miss-elements", "/buffers/3/parts"),
    ("no parts for all elements", _set("/buffers/3/parts", []), "parts-miss-elements", "/buffers/3/parts"),
    ("a part past the end", _set("/buffers/3/parts/1/size", 5), "part-outside-buffer", "/buffers/3/parts/1"),
    ("a part of negative size", _set("/buffers/3/parts/1/size", -1), "out-of-range", "/buffers/3/parts/1/size"),
    (
        "a part without offset",
        _without("buffers", 3, "parts", 1, "offset"),
        "missing-field",
        "/buffers/3/parts/1/offset",
    ),
    ("a part's name taken", _set("/buffers/3/parts/1/name", "row0"), "duplicate-name", "/buffers/3/parts/1/name"),
    ("a part's name no identifier", _set("/buffers/3/parts/1/name", "row 1"), "bad-name", "/buffers/3/parts/1/name"),
    ("a part's name a list", _set("/buffers/3/parts/1/name", []), "wrong-type", "/buffers/3/parts/1/name"),
    ("unknown field of a part", _set("/buffers/3/parts/1/dtype", "int8"), "unknown-field", "/buffers/3/parts/1/dtype"),
    (
        "a part past the timeline",
        _set("/buffers/3/parts/1/lifetime", [[2, 7]]),
        "interval-outside-timeline",
        "/buffers/3/parts/1/lifetime/0",
    ),
]

_REFERENCES: list[tuple[str, Document | bytes, str, str]] = [
    ("alias a number", _set("/buffers/1/aliases", 1), "wrong-type", "/buffers/1/aliases"),
    ("alias a list of numbers", _set("/buffers/1/aliases", [1]), "wrong-type", "/buffers/1/aliases/0"),
    ("alias to nothing", _set("/buffers/1/aliases", "loop/step/rhz"), "alias-unknown", "/buffers/1/aliases"),
    (
        "alias to nothing in a list",
        _set("/buffers/1/aliases", ["rhs", "none"]),
        "alias-unknown",
        "/buffers/1/aliases/1",
    ),
    ("alias to itself", _set("/buffers/1/aliases", "work"), "alias-self", "/buffers/1/aliases"),
    (
        "aliases of one another",
        _buffers({"name": "a", "aliases": "b"}, {"name": "b", "aliases": "a"}),
        "alias-circle",
        "/buffers/0/aliases",
    ),
    (
        "aliases in a circle",
        _buffers(
            {"name": "x", "aliases": ["b"]},
            {"name": "a", "aliases": ["b"]},
            {"name": "b", "aliases": ["c"]},
            {"name": "c", "aliases": ["a"]},
        ),
        "alias-circle",
        "/buffers/1/aliases",
    ),
    (
        "alias across scopes",
        _buffers({"name": "a", "scope": "block"}, {"name": "b", "aliases": "a"}),
        "alias-across-scopes",
        "/buffers/1/aliases",
    ),
    ("alias of lives that meet", _ALIASES_MEET, "alias-lifetimes-meet", "/buffers/0/aliases"),
    (
        "alias that in_place does not cure",
        _ALIASES_MEET | {"launch": _SHARED_BY_FOUR, "in_place": [{"phase": 2, "read": "a", "write": "b"}]},
        "alias-lifetimes-meet",
        "/buffers/0/aliases",
    ),
    ("in_place an object", _set("/in_place", {}), "wrong-type", "/in_place"),
    ("in_place a string", _set("/in_place/0", "work"), "wrong-type", "/in_place/0"),
    ("in_place without write", _without("in_place", 0, "write"), "missing-field", "/in_place/0/write"),
    ("in_place of no phase", _set("/in_place/0/phase", "third"), "unknown-phase", "/in_place/0/phase"),
    ("in_place of no buffer", _set("/in_place/0/read", "loop/step/wurk"), "unknown-buffer", "/in_place/0/read"),
    ("in_place of a short name", _set("/in_place/0/read", "work"), "unknown-buffer", "/in_place/0/read"),
    ("in_place of no part", _set("/in_place/0/read", "loop/step/store#row2"), "unknown-part", "/in_place/0/read"),
    ("in_place of a list", _set("/in_place/0/read", ["work"]), "wrong-type", "/in_place/0/read"),
    ("in_place onto itself", _set("/in_place/0/write", "loop/step/work"), "in-place-self", "/in_place/0/write"),
    ("in_place of other size", _set("/in_place/0/read", "loop/step/store"), "in-place-size", "/in_place/0"),
    (
        "in_place of other itemsize",
        _sets(("/buffers/1/dtype", "float64"), ("/buffers/1/size", 2)),
        "in-place-size",
        "/in_place/0",
    ),
    (
        "in_place across timelines",
        _child() | {"in_place": [{"phase": 1, "read": "child/inner", "write": "outer"}]},
        "in-place-timelines",
        "/in_place/0",
    ),
    ("unknown field of in_place", _set("/in_place/0/reads", 1), "unknown-field", "/in_place/0/reads"),
    ("apart a string", _set("/apart", "a"), "wrong-type", "/apart"),
    ("apart of three", _set("/apart/0", ["loop/state", "loop/step/work", "loop/step/rhs"]), "wrong-type", "/apart/0"),
    ("apart from nothing", _set("/apart/0/1", "loop/step/wurk"), "unknown-buffer", "/apart/0/1"),
    ("apart from a part", _set("/apart/0/1", "loop/step/store#row0"), "unknown-buffer", "/apart/0/1"),
    ("apart from itself", _set("/apart/0/1", "loop/step/work"), "apart-self", "/apart/0"),
]


@lru_cache(maxsize=1)
def _too_many() -> Document:
    return _buffers(*({"name": f"b{number}"} for number in range(65_537)))


BAD_MANIFESTS: tuple[BadManifest, ...] = tuple(
    BadManifest(*row)
    for row in (
        *_TEXTS,
        *_TOP,
        *_TIMELINES,
        *_LIFETIMES,
        *_COMPONENTS,
        *_BUFFERS,
        *_PARTS,
        *_REFERENCES,
        ("65,537 buffers", _too_many(), "too-many-buffers", "/buffers"),
    )
)
"""Every way to be wrong that the reader knows, at least once."""

__all__ = ["BAD_MANIFESTS", "BadManifest", "good"]
