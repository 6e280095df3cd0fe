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
    """`document`: JSON values, or bytes where it is the text that is wrong. `pointer`: where the problem of `type`
    is."""

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


def manifest_of(*buffers: Document, **fields: Any) -> Document:
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
    return manifest_of(
        {"name": "inner", "component": "child", "lifetime": [[0, 2]]},
        {"name": "outer", "lifetime": [[1, 3]]},
        components=[{key: value for key, value in child.items() if value is not None}],
    )


_ALIASES_MEET = manifest_of({"name": "a", "lifetime": [[0, 3]], "aliases": "b"}, {"name": "b", "lifetime": [[2, 4]]})
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
    ("a layout", _set("/schema", "warpack/layout/1"), "other-document", "/schema"),
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
    ("an asynchronous timeline", _set("/timeline/async", []), "unsupported-field", "/timeline/async"),
    ("loops that cross", _set("/timeline/loops", [[0, 3], [2, 4]]), "loops-cross", "/timeline/loops/1"),
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


def program(*buffers: Document, **fields: Any) -> Document:
    """A loop over two arms and what follows them, then two tracks; the named phases of the timeline may be overwritten
    by `fields`."""
    timeline = {
        "phases": ["init", "head", "then", "else", "after", "load", "work", "last"],
        "loops": [["head", "after"]],
        "branches": [{"arms": [["then", "then"], ["else", "else"]], "uniform": "block"}],
        "tracks": [
            [
                {"name": "producer", "span": ["load", "load"], "threads": 32},
                {"name": "consumer", "span": ["work", "work"], "threads": "rest"},
            ]
        ],
    }
    others = {key: fields.pop(key) for key in ("components", "launch", "in_place", "apart") if key in fields}
    return manifest_of(*buffers, timeline=timeline | fields, **others)


def _life(*intervals: list[Any], **fields: Any) -> Document:
    """The program with one buffer of these intervals."""
    return program({"name": "a", "scope": "block", "lifetime": [*intervals]}, **fields)


def _tracks(*threads: int | str, **launch: Any) -> Document:
    spans = [["load", "load"], ["work", "work"], ["last", "last"]]
    group = [
        {"name": f"t{n}", "span": span, "threads": one}
        for n, (span, one) in enumerate(zip(spans, threads, strict=False))
    ]
    return program(tracks=[group], launch=launch)


def _barrier(**barrier: Any) -> Document:
    launch = {"threads_per_run": barrier.pop("threads_per_run", 1)}
    uniform = barrier.pop("uniform", None)
    branch: Document = {"arms": [["then", "then"], ["else", "else"]]} | (
        {} if uniform is None else {"uniform": uniform}
    )
    return program(barriers=[barrier], branches=[branch], launch=launch)


_STRUCTURES: list[tuple[str, Document | bytes, str, str]] = [
    ("a loop of no span", program(loops=[{"at_least": 1}]), "missing-field", "/timeline/loops/0/span"),
    (
        "a loop at least twice",
        program(loops=[{"span": [1, 5], "at_least": 2}]),
        "out-of-range",
        "/timeline/loops/0/at_least",
    ),
    (
        "an endless loop without breaks",
        program(loops=[{"span": [1, 5], "endless": True}]),
        "endless-without-breaks",
        "/timeline/loops/0/endless",
    ),
    (
        "a break outside its loop",
        program(loops=[{"span": [1, 5], "breaks": ["head", "last"]}]),
        "break-outside-loop",
        "/timeline/loops/0/breaks/1",
    ),
    (
        "a break of no phase",
        program(loops=[{"span": [1, 5], "breaks": ["hed"]}]),
        "unknown-phase",
        "/timeline/loops/0/breaks/0",
    ),
    ("a break a number", program(loops=[{"span": [1, 5], "breaks": 1}]), "wrong-type", "/timeline/loops/0/breaks"),
    (
        "a break in a track of the loop",
        program(loops=[{"span": [4, 8], "breaks": ["load"]}]),
        "break-in-track",
        "/timeline/loops/0/breaks/0",
    ),
    ("a branch of no arms", program(branches=[{"arms": []}]), "no-arms", "/timeline/branches/0/arms"),
    ("a branch a list", program(branches=[[2, 3]]), "wrong-type", "/timeline/branches/0"),
    ("arms with a gap", program(branches=[{"arms": [[1, 2], [3, 4]]}]), "not-adjacent", "/timeline/branches/0/arms/1"),
    (
        "arms in the wrong order",
        program(branches=[{"arms": [[3, 4], [2, 3]]}]),
        "not-adjacent",
        "/timeline/branches/0/arms/1",
    ),
    ("an arm backwards", program(branches=[{"arms": [["else", "then"]]}]), "bad-span", "/timeline/branches/0/arms/0"),
    (
        "uniform for a warp",
        program(branches=[{"arms": [[2, 3]], "uniform": "warp"}]),
        "unknown-value",
        "/timeline/branches/0/uniform",
    ),
    (
        "a loop across arms",
        program(loops=[[3, 5]], branches=[{"arms": [[2, 4], [4, 6]]}], tracks=[]),
        "structures-cross",
        "/timeline/loops/0",
    ),
    (
        "a branch of an arm's span",
        program(branches=[{"arms": [[1, 3], [3, 4]]}, {"arms": [[1, 2], [2, 3]]}]),
        "same-span",
        "/timeline/branches/1/arms",
    ),
    (
        "a branch of a branch's span",
        program(branches=[{"arms": [[1, 3], [3, 4]]}, {"arms": [[1, 2], [2, 4]]}], loops=[]),
        "same-span",
        "/timeline/branches/1/arms",
    ),
    ("a loop over all tracks", program(loops=[[5, 7]]), "same-span", "/timeline/tracks/0"),
    ("a branch over a track", program(branches=[{"arms": [[5, 6]]}]), "same-span", "/timeline/tracks/0/0"),
    ("tracks a list of objects", program(tracks=[{"name": "p"}]), "wrong-type", "/timeline/tracks/0"),
    ("no tracks in a group", program(tracks=[[]]), "no-arms", "/timeline/tracks/0"),
    (
        "a track without threads",
        program(tracks=[[{"name": "p", "span": [5, 6]}]]),
        "missing-field",
        "/timeline/tracks/0/0/threads",
    ),
    (
        "a track of no name",
        program(tracks=[[{"name": "", "span": [5, 6], "threads": "rest"}]]),
        "bad-name",
        "/timeline/tracks/0/0/name",
    ),
    ("a track of no threads", _tracks(0, "rest"), "out-of-range", "/timeline/tracks/0/0/threads"),
    ("a track of all threads", _tracks("all", "rest"), "unknown-value", "/timeline/tracks/0/0/threads"),
    ("two tracks with the rest", _tracks("rest", "rest"), "track-threads", "/timeline/tracks/0/1/threads"),
    ("threads of tracks and no block", _tracks(32, 32), "track-threads", "/timeline/tracks/0"),
    (
        "threads of tracks and another block",
        _tracks(32, 32, threads_per_block=96),
        "track-threads",
        "/timeline/tracks/0",
    ),
    (
        "no threads left for the rest",
        _tracks(64, 32, "rest", threads_per_block=96),
        "track-threads",
        "/timeline/tracks/0/2/threads",
    ),
    (
        "tracks in a track",
        program(
            tracks=[*program()["timeline"]["tracks"], [{"name": "p", "span": [6, 7], "threads": "rest"}]], loops=[]
        ),
        "same-span",
        "/timeline/tracks/1/0",
    ),
    (
        "a track inside a track",
        program(
            tracks=[
                [{"name": "p", "span": [0, 4], "threads": 32}, {"name": "c", "span": [4, 8], "threads": "rest"}],
                [{"name": "q", "span": [5, 6], "threads": "rest"}],
            ],
            loops=[],
        ),
        "tracks-in-track",
        "/timeline/tracks/1",
    ),
    (
        "tracks called in a track",
        program(
            components=[
                {
                    "path": "k",
                    "timeline": {"length": 2, "tracks": [[{"name": "q", "span": [0, 1], "threads": "rest"}]]},
                    "called_in": ["work"],
                }
            ]
        ),
        "tracks-in-track",
        "/components/0/timeline/tracks/0",
    ),
]

_BARRIERS: list[tuple[str, Document | bytes, str, str]] = [
    ("a barrier before and after", _barrier(before=1, after=1), "before-and-after", "/timeline/barriers/0/after"),
    ("a barrier of a cluster", _barrier(before=1, scope="cluster"), "unsupported-field", "/timeline/barriers/0/scope"),
    ("a fence a word", _barrier(before=1, proxy_fence="yes"), "wrong-type", "/timeline/barriers/0/proxy_fence"),
    ("a barrier of the block in a track", _barrier(after="load"), "block-barrier-in-track", "/timeline/barriers/0"),
    (
        "a barrier of a track outside",
        _barrier(before="last", scope="track"),
        "track-barrier-outside-tracks",
        "/timeline/barriers/0/scope",
    ),
    (
        "a barrier of three threads",
        _barrier(before=1, scope="run", threads_per_run=3),
        "run-barrier-of-odd-run",
        "/timeline/barriers/0/scope",
    ),
    (
        "a barrier of 48 threads",
        _barrier(before=1, scope="run", threads_per_run=48),
        "run-barrier-of-odd-run",
        "/timeline/barriers/0/scope",
    ),
    (
        "a barrier of a run in two tracks",
        _barrier(before="load", scope="run", threads_per_run=64),
        "run-in-two-tracks",
        "/timeline/barriers/0/scope",
    ),
    (
        "a barrier of the block in an arm of threads",
        _barrier(before="else"),
        "barrier-wider-than-uniform",
        "/timeline/barriers/0",
    ),
    (
        "a barrier of the block in an arm of runs",
        _barrier(before="else", uniform="run"),
        "barrier-wider-than-uniform",
        "/timeline/barriers/0",
    ),
    (
        "a barrier of a run in an arm of threads",
        _barrier(after="then", scope="run", threads_per_run=2),
        "barrier-wider-than-uniform",
        "/timeline/barriers/0/scope",
    ),
    (
        "every barrier in an arm of threads",
        program(barriers="every", branches=[{"arms": [[2, 3]]}]),
        "barrier-wider-than-uniform",
        "/timeline/barriers",
    ),
    (
        "a called barrier of the block in a track",
        program(
            components=[{"path": "k", "timeline": {"length": 2, "barriers": [{"before": 1}]}, "called_in": ["work"]}]
        ),
        "block-barrier-in-track",
        "/components/0/timeline/barriers/0",
    ),
    (
        "a called barrier of a track in and out of tracks",
        program(
            components=[{"path": "k", "timeline": {"length": 2, "barriers": "every"}, "called_in": ["init", "work"]}]
        ),
        "track-barrier-outside-tracks",
        "/components/0/timeline/barriers",
    ),
    (
        "a called barrier in an arm of threads",
        program(
            components=[{"path": "k", "timeline": {"length": 2, "barriers": [{"before": 1}]}, "called_in": ["then"]}],
            branches=[{"arms": [[2, 3], [3, 4]]}],
        ),
        "barrier-wider-than-uniform",
        "/components/0/timeline/barriers/0",
    ),
]

_INTERVALS: list[tuple[str, Document | bytes, str, str]] = [
    ("from one arm to another", _life(["then", "else"]), "interval-between-arms", "/buffers/0/lifetime/0"),
    ("from one arm round to another", _life(["else", "then"]), "interval-between-arms", "/buffers/0/lifetime/0"),
    (
        "begins inside what follows a join",
        _life(["then", "last"], ["after", "last"]),
        "overlapping-intervals",
        "/buffers/0/lifetime/1",
    ),
    (
        "begins where another does",
        _life(["then", "then"], ["then", "after"]),
        "overlapping-intervals",
        "/buffers/0/lifetime/1",
    ),
    (
        "a loop's edge written out",
        _life(["init", "head"], ["after", "head"]),
        "overlapping-intervals",
        "/buffers/0/lifetime/1",
    ),
    ("wraps round no loop of both", _life(["last", "head"]), "wrap-without-loop", "/buffers/0/lifetime/0"),
]

_ACCESSES: list[tuple[str, Document | bytes, str, str]] = [
    ("accesses a list", manifest_of({"name": "a", "accesses_in": [1]}), "wrong-type", "/buffers/0/accesses_in"),
    (
        "accesses of no phase",
        manifest_of({"name": "a", "accesses_in": {"reads": [6]}}),
        "unknown-phase",
        "/buffers/0/accesses_in/reads/0",
    ),
    (
        "accesses of a kind there is not",
        manifest_of({"name": "a", "accesses_in": {"read": [1]}}),
        "unknown-field",
        "/buffers/0/accesses_in/read",
    ),
    (
        "accesses a number",
        manifest_of({"name": "a", "accesses_in": {"reads": 1}}),
        "wrong-type",
        "/buffers/0/accesses_in/reads",
    ),
    (
        "a lifetime and accesses",
        manifest_of({"name": "a", "lifetime": [], "accesses_in": {}}),
        "lifetime-and-accesses",
        "/buffers/0/accesses_in",
    ),
    (
        "persistent with accesses",
        manifest_of({"name": "a", "persistent": True, "accesses_in": {}}),
        "persistent-with-lifetime",
        "/buffers/0/accesses_in",
    ),
    ("accesses and parts", _set("/buffers/3/accesses_in", {}), "accesses-and-parts", "/buffers/3/parts"),
    (
        "a part's lifetime and accesses",
        _set("/buffers/3/parts/0/accesses_in", {}),
        "lifetime-and-accesses",
        "/buffers/3/parts/0/accesses_in",
    ),
    (
        "written while inactive",
        manifest_of(
            {"name": "a", "component": "c", "accesses_in": {"writes": [0]}},
            components=[{"path": "c", "active": [[1, 3]]}],
        ),
        "starts-while-inactive",
        "/buffers/0/accesses_in/writes/0",
    ),
    ("reentry unknown", _set("/buffers/0/reentry", "keep"), "unknown-value", "/buffers/0/reentry"),
    ("a part's reentry unknown", _set("/buffers/3/parts/0/reentry", True), "wrong-type", "/buffers/3/parts/0/reentry"),
    ("async a word", _set("/buffers/0/async", "yes"), "wrong-type", "/buffers/0/async"),
    ("no stages", _set("/buffers/0/stages", 0), "out-of-range", "/buffers/0/stages"),
    ("stages of parts", _set("/buffers/3/stages", 2), "stages-with-parts", "/buffers/3/stages"),
    ("stages beyond measure", _set("/buffers/0/stages", 2**30), "size-too-large", "/buffers/0/stages"),
    ("half a byte", manifest_of({"name": "a", "size": 3, "dtype": "int4"}), "odd-elements", "/buffers/0/size"),
    (
        "a part from half a byte on",
        manifest_of(
            {"name": "a", "size": 4, "dtype": "uint4", "parts": [{"offset": 0, "size": 4}, {"offset": 3, "size": 0}]}
        ),
        "odd-elements",
        "/buffers/0/parts/1/offset",
    ),
    ("scope of a cluster", _set("/buffers/0/scope", "cluster"), "unsupported-field", "/buffers/0/scope"),
    (
        "zero at entry of a component's own timeline",
        _child()
        | {
            "buffers": [
                {
                    "name": "inner",
                    "component": "child",
                    "size": 4,
                    "dtype": "float32",
                    "lifetime": [[0, 1]],
                    "zero": "entry",
                }
            ]
        },
        "zero-entry-not-at-start",
        "/buffers/0/zero",
    ),
    (
        "zero each interval, only reads given",
        manifest_of({"name": "a", "zero": "interval", "accesses_in": {"reads": [1]}}),
        "zero-without-interval",
        "/buffers/0/zero",
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
        manifest_of({"name": "a", "lifetime": [[4, 2]]}),
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
    ("called in an empty list", _child(called_in=[]), "never-called", "/components/0/called_in"),
    (
        "called in two tracks",
        program(components=[{"path": "k", "timeline": {"length": 2}, "called_in": ["work", "load"]}]),
        "called-in-two-tracks",
        "/components/0/called_in/1",
    ),
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
    (
        "a size that follows the block, of a run",
        _set("/buffers/0/size", {"per_thread": 4}),
        "size-follows-block",
        "/buffers/0/size",
    ),
    (
        "a size that follows nothing",
        manifest_of({"name": "a", "scope": "block", "size": {"plus": 4}}),
        "size-follows-block",
        "/buffers/0/size",
    ),
    (
        "a size that follows threads and warps",
        manifest_of({"name": "a", "scope": "block", "size": {"per_thread": 1, "per_warp": 1}}),
        "size-follows-block",
        "/buffers/0/size",
    ),
    (
        "no elements a thread",
        manifest_of({"name": "a", "scope": "block", "size": {"per_thread": 0}}),
        "out-of-range",
        "/buffers/0/size/per_thread",
    ),
    (
        "fewer than no other elements",
        manifest_of({"name": "a", "scope": "block", "size": {"per_warp": 1, "plus": -1}}),
        "out-of-range",
        "/buffers/0/size/plus",
    ),
    (
        "a size that follows the grid",
        manifest_of({"name": "a", "scope": "block", "size": {"per_thread": 1, "per_block": 1}}),
        "unknown-field",
        "/buffers/0/size/per_block",
    ),
    (
        "too much in the largest block",
        manifest_of({"name": "a", "scope": "block", "size": {"per_thread": 2**20}}),
        "size-too-large",
        "/buffers/0/size",
    ),
    (
        "half a byte a thread",
        manifest_of({"name": "a", "scope": "block", "dtype": "int4", "size": {"per_thread": 1}}),
        "odd-elements",
        "/buffers/0/size/per_thread",
    ),
    (
        "parts of a size that follows the block",
        manifest_of({"name": "a", "scope": "block", "size": {"per_thread": 1}, "parts": [{"offset": 0, "size": 1}]}),
        "size-follows-block",
        "/buffers/0/parts",
    ),
    (
        "in place with another size that follows the block",
        manifest_of(
            {"name": "a", "scope": "block", "size": {"per_thread": 1}, "lifetime": [[0, 2]]},
            {"name": "b", "scope": "block", "size": {"per_thread": 1, "plus": 1}, "lifetime": [[1, 3]]},
            in_place=[{"phase": 1, "read": "a", "write": "b"}],
        ),
        "in-place-size",
        "/in_place/0",
    ),
    (
        "a layout by hand without its threads, where sizes follow them",
        manifest_of({"name": "a", "scope": "block", "size": {"per_thread": 1}}, baseline={"offsets_bytes": {"a": 0}}),
        "baseline-threads",
        "/baseline/threads_per_block",
    ),
    (
        "a frontier of sizes that follow the block",
        manifest_of({"name": "a", "scope": "block", "size": {"per_thread": 1}}, frontier=True),
        "frontier-of-growing-sizes",
        "/frontier",
    ),
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
        manifest_of({"name": "a", "scope": "block", "location": "local"}),
        "not-private-to-thread",
        "/buffers/0/location",
    ),
    (
        "auto for a block-scoped buffer",
        manifest_of({"name": "a", "scope": "block", "location": "auto"}),
        "not-private-to-thread",
        "/buffers/0/location",
    ),
    (
        "local for four threads",
        manifest_of({"name": "a", "location": "local"}, launch=_SHARED_BY_FOUR),
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
        manifest_of({"name": "a", "location": "local", "pinned_offset_bytes": 0}),
        "pinned-not-shared",
        "/buffers/0/pinned_offset_bytes",
    ),
    (
        "pinned on one another",
        manifest_of({"name": "a", "pinned_offset_bytes": 0}, {"name": "b", "pinned_offset_bytes": 12}),
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
        _set("/buffers/1/aliases", ["store", "none"]),
        "alias-unknown",
        "/buffers/1/aliases/1",
    ),
    ("alias to itself", _set("/buffers/1/aliases", "work"), "alias-self", "/buffers/1/aliases"),
    (
        "aliases of one another",
        manifest_of({"name": "a", "aliases": "b"}, {"name": "b", "aliases": "a"}),
        "alias-circle",
        "/buffers/0/aliases",
    ),
    (
        "aliases in a circle",
        manifest_of(
            {"name": "x", "aliases": ["b"]},
            {"name": "a", "aliases": ["b"]},
            {"name": "b", "aliases": ["c"]},
            {"name": "c", "aliases": ["a"]},
        ),
        "alias-circle",
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
    (
        "in_place in a circle",
        manifest_of(
            {"name": "a", "lifetime": [[0, 2]]},
            {"name": "b", "lifetime": [[0, 2]]},
            {"name": "c", "lifetime": [[0, 2]]},
            in_place=[{"phase": 1, "read": r, "write": w} for r, w in ("ab", "bc", "ca")],
        ),
        "in-place-circle",
        "/in_place/0",
    ),
    ("unknown field of in_place", _set("/in_place/0/reads", 1), "unknown-field", "/in_place/0/reads"),
    ("apart a string", _set("/apart", "a"), "wrong-type", "/apart"),
    ("apart of three", _set("/apart/0", ["loop/state", "loop/step/work", "loop/step/rhs"]), "wrong-type", "/apart/0"),
    ("apart from nothing", _set("/apart/0/1", "loop/step/wurk"), "unknown-buffer", "/apart/0/1"),
    ("apart from a part", _set("/apart/0/1", "loop/step/store#row0"), "unknown-buffer", "/apart/0/1"),
    ("apart from its alias", _set("/buffers/1/aliases", "rhs"), "apart-alias", "/apart/0"),
    ("apart from itself", _set("/apart/0/1", "loop/step/work"), "apart-self", "/apart/0"),
]

_PLACED = {"loop/state": 0, "loop/step/work": 16, "loop/step/rhs": 32, "loop/step/store": 48}


def _by_hand(offsets: Document | None = None, **fields: Any) -> Document:
    """The good manifest with a layout made by hand, some of whose offsets are other ones."""
    placed = {name: at for name, at in (_PLACED | (offsets or {})).items() if at is not None}
    return _sets(("/baseline", {"offsets_bytes": placed, **fields}))


_OFFSETS = "/baseline/offsets_bytes"

_BASELINES: list[tuple[str, Document | bytes, str, str]] = [
    ("baseline a list", _set("/baseline", [0]), "wrong-type", "/baseline"),
    ("baseline without offsets", _set("/baseline", {}), "missing-field", _OFFSETS),
    ("unknown field of the baseline", _by_hand(threads=64), "unknown-field", "/baseline/threads"),
    ("offsets a list", _set("/baseline", {"offsets_bytes": [0]}), "wrong-type", _OFFSETS),
    ("an offset no integer", _by_hand({"loop/state": "0"}), "not-an-integer", f"{_OFFSETS}/loop~1state"),
    ("an offset below zero", _by_hand({"loop/state": -4}), "out-of-range", f"{_OFFSETS}/loop~1state"),
    ("an offset of nothing", _by_hand({"loop/stat": 4}), "unknown-buffer", f"{_OFFSETS}/loop~1stat"),
    ("a part of nothing", _by_hand({"loop/step/store#row9": 4}), "unknown-part", f"{_OFFSETS}/loop~1step~1store#row9"),
    (
        "a part of a buffer in one piece",
        _by_hand({"loop/step/store": None, "loop/step/store#row0": 48}),
        "baseline-part-of-whole",
        f"{_OFFSETS}/loop~1step~1store#row0",
    ),
    (
        "a buffer and its part",
        _sets(
            ("/buffers/3/splittable", True),
            ("/baseline", {"offsets_bytes": _PLACED | {"loop/step/store#row0": 48}}),
        ),
        "baseline-twice",
        f"{_OFFSETS}/loop~1step~1store#row0",
    ),
    (
        "one part of two",
        _sets(
            ("/buffers/3/splittable", True),
            ("/baseline", {"offsets_bytes": {"loop/step/store#row0": 48, **dict(list(_PLACED.items())[:3])}}),
        ),
        "baseline-missing",
        _OFFSETS,
    ),
    ("a buffer without an offset", _by_hand({"loop/state": None}), "baseline-missing", _OFFSETS),
    (
        "a local buffer with an offset",
        _sets(("/buffers/1/location", "local"), ("/in_place", []), ("/baseline", {"offsets_bytes": _PLACED})),
        "baseline-not-on-chip",
        f"{_OFFSETS}/loop~1step~1work",
    ),
    ("a region that ends too soon", _by_hand(run_bytes=79), "baseline-too-short", "/baseline/run_bytes"),
    (
        "a block region that ends too soon",
        manifest_of({"name": "a", "scope": "block"}, baseline={"offsets_bytes": {"a": 0}, "block_region_bytes": 12}),
        "baseline-too-short",
        "/baseline/block_region_bytes",
    ),
    (
        "a layout that no block can have",
        _by_hand({"loop/state": 101_376}),
        "baseline-too-large",
        f"{_OFFSETS}/loop~1state",
    ),
    (
        "a region that no block can have",
        _by_hand(block_region_bytes=101_377),
        "baseline-too-large",
        "/baseline/block_region_bytes",
    ),
    ("no threads by hand", _by_hand(threads_per_block=0), "out-of-range", "/baseline/threads_per_block"),
    (
        "half a run by hand",
        _sets(("/launch/threads_per_run", 4), ("/baseline", {"offsets_bytes": _PLACED, "threads_per_block": 30})),
        "baseline-threads",
        "/baseline/threads_per_block",
    ),
]


@lru_cache(maxsize=1)
def _too_many() -> Document:
    return manifest_of(*({"name": f"b{number}"} for number in range(65_537)))


BAD_MANIFESTS: tuple[BadManifest, ...] = tuple(
    BadManifest(*row)
    for row in (
        *_TEXTS,
        *_TOP,
        *_TIMELINES,
        *_STRUCTURES,
        *_BARRIERS,
        *_INTERVALS,
        *_ACCESSES,
        *_LIFETIMES,
        *_COMPONENTS,
        *_BUFFERS,
        *_PARTS,
        *_REFERENCES,
        *_BASELINES,
        ("65,537 buffers", _too_many(), "too-many-buffers", "/buffers"),
    )
)
"""Every way to be wrong that the reader knows, at least once."""

__all__ = ["BAD_MANIFESTS", "BadManifest", "good", "manifest_of", "program"]
