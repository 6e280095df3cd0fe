"""What the source of a function says of its places, loops and names."""

from __future__ import annotations

import ast
from pathlib import Path
from types import FunctionType

import pytest

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.source.constants import UNKNOWN, compile_time_names, constant
from warpack.gpu_runtime.trace.source.counted import ENTER, TEST, TRIPS, TURN, counted_code
from warpack.gpu_runtime.trace.source.facts import LOAD, STORE, FunctionFacts, Place
from warpack.gpu_runtime.trace.source.functions import facts_of
from warpack.gpu_runtime.trace.source.names import bound_name, function_name, told_apart


def function(tmp_path: Path, source: str, name: str = "f", **names: object) -> FunctionType:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    scope: dict[str, object] = dict(names)
    exec(compile(source, str(path), "exec"), scope)
    found = scope[name]
    assert isinstance(found, FunctionType)
    return found


def at(facts: FunctionFacts, text: str, source: str, kind: str = LOAD) -> Place:
    """The place of the first expression that reads so."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.expr) and ast.unparse(node) == text:
            span = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
            if (span, kind) in facts.places:
                return facts.places[span, kind]
    raise AssertionError(text)


def test_what_is_assigned_is_evaluated_before_it_is_stored(tmp_path: Path) -> None:
    source = "def f(a, b, i):\n    a[i] = b[i] + b[i + 1]\n    a[i] += b[0]\n"
    facts = facts_of(function(tmp_path, source))
    first, second = at(facts, "b[i]", source).order, at(facts, "b[i + 1]", source).order
    stored = at(facts, "a[i]", source, STORE).order
    assert first < second < stored
    loads = sorted(place.order for (span, kind), place in facts.places.items() if span[0] == 3 and kind == LOAD)
    stores = [place.order for (span, kind), place in facts.places.items() if span[0] == 3 and kind == STORE]
    assert min(loads) > stored
    assert stores[0] > at(facts, "b[0]", source).order


def test_the_test_of_a_while_belongs_to_each_trip_and_that_of_a_for_to_none(tmp_path: Path) -> None:
    source = "def f(a, n):\n    while a[0] > n:\n        a[1] = 2\n    for x in a[2]:\n        a[3] = x\n"
    facts = facts_of(function(tmp_path, source))
    loop, other = facts.loops
    assert at(facts, "a[0]", source).loops == (loop,)
    assert loop.test_order is not None
    assert at(facts, "a[0]", source).order < loop.test_order < at(facts, "a[1]", source, STORE).order
    assert at(facts, "a[2]", source).loops == ()
    assert at(facts, "a[3]", source, STORE).loops == (other,)


@pytest.mark.parametrize(
    ("head", "least"),
    [
        ("range(SIZE)", 4),
        ("range(1, SIZE)", 3),
        ("range(SIZE, 0, -2)", 2),
        ("range(n)", 0),
        ("range(0, n, SIZE)", 0),
        ("range(SIZE, SIZE)", 0),
        ("range(0, 4, 0)", 0),
        ("rows", 0),
    ],
)
def test_only_constants_promise_trips(tmp_path: Path, head: str, least: int) -> None:
    made = function(tmp_path, f"def f(a, n, rows):\n    for i in {head}:\n        a[i] = 1\n", SIZE=4)
    assert facts_of(made).loops[0].least_trips == least


def test_what_some_way_leaves_out_is_conditional(tmp_path: Path) -> None:
    source = """
def f(a, n):
    a[0]
    if n > 0:
        a[1]
    else:
        a[2]
    if FAST:
        a[3]
    else:
        a[4]
    n and a[5]
    a[6] if n else a[7]
    for i in range(n):
        a[8]
        if i == 2:
            continue
        a[9]
    a[10]
    try:
        a[11]
    finally:
        pass
"""
    facts = facts_of(function(tmp_path, source, FAST=True))
    conditional = [number for number in range(12) if at(facts, f"a[{number}]", source).conditional]
    assert conditional == [1, 2, 4, 5, 6, 7, 9, 11]


def test_a_return_on_some_way_is_known_to_what_follows(tmp_path: Path) -> None:
    source = "def f(a, n):\n    a[0]\n    if n:\n        return\n    a[1]\n    return a[2]\n"
    facts = facts_of(function(tmp_path, source))
    assert [at(facts, f"a[{number}]", source).after_return for number in range(3)] == [False, True, True]


def test_a_loop_knows_its_breaks_and_whether_it_ends_by_them_alone(tmp_path: Path) -> None:
    source = """
def f(a, n):
    while True:
        a[0] = 1
        if a[1]:
            break
        a[2] = 1
    while ALWAYS:
        a[3] = 1
        return
"""
    facts = facts_of(function(tmp_path, source, ALWAYS=1))
    first, second = facts.loops
    (left,) = first.breaks
    assert at(facts, "a[1]", source).order <= left < at(facts, "a[2]", source, STORE).order
    assert (first.endless, first.returns, second.endless, second.returns) == (True, False, True, True)


def test_names_that_a_function_binds_itself_are_no_constants(tmp_path: Path) -> None:
    made = function(
        tmp_path, "def f(n):\n    SIZE = n\n    return SIZE + OTHER + FILE\n", SIZE=1, OTHER=2, FILE=object()
    )
    assert compile_time_names(made) == {"OTHER": 2}


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 * SIZE - 1", 7), ("not SIZE", False), ("SIZE == 4 and n", UNKNOWN), ("SIZE == 3 and n", False),
     ("n or SIZE", True), ("SIZE // 0", UNKNOWN), ("n", UNKNOWN), ("f(1)", UNKNOWN), ("-SIZE << 1", -8)],
)  # fmt: skip
def test_constant_expressions(text: str, value: object) -> None:
    found = constant(ast.parse(text, mode="eval").body, {"SIZE": 4})
    assert found is value if value is UNKNOWN else found == value


def test_a_function_whose_loops_count_does_the_same(tmp_path: Path) -> None:
    source = """
def f(n):
    found = []
    for i in range(n):
        if i == 1:
            continue
        k = 0
        while k < i:
            found.append((i, k))
            k += 1
            if k == 3:
                break
        else:
            found.append(i)
    return found
"""
    made = function(tmp_path, source)
    wanted = made(6)
    seen: list[str] = []
    names = made.__globals__
    names[TRIPS] = lambda spot, iterable: (seen.append("for"), iterable)[1]
    names[ENTER] = lambda spot: seen.append("enter")
    names[TEST] = lambda spot: seen.append("test") or True
    names[TURN] = lambda spot: seen.append("turn")
    made.__code__ = counted_code(made)
    assert made(6) == wanted
    assert (seen.count("for"), seen.count("enter"), seen.count("turn")) == (1, 5, 11)
    assert seen.count("test") == 11 + 2  # but where a break left it, each loop tests once more than it turns


def test_a_function_without_source_is_refused(tmp_path: Path) -> None:
    scope: dict[str, FunctionType] = {}
    exec(compile("def f():\n    pass\n", "<made up>", "exec"), scope)
    with pytest.raises(TraceError, match="no source"):
        facts_of(scope["f"])
    made = function(tmp_path, "f = lambda a: a[0]\n")
    with pytest.raises(TraceError, match="is it a lambda"):
        facts_of(made)


def test_an_array_is_called_as_its_variable_through_getters_and_tuples(tmp_path: Path) -> None:
    path = tmp_path / "kernel.py"
    path.write_text(
        "def get():\n    return make()\n\ndef f():\n    a, (b, c) = make(), (get(), make())\n    use(make())\n"
    )

    def place(line: int, column: int) -> Position:
        return Position(str(path), line, column)

    assert bound_name((place(5, 16),)) == "a"
    assert bound_name((place(5, 25), place(2, 11))) == "b"
    assert bound_name((place(5, 32),)) == "c"
    assert bound_name((place(6, 8),)) == "array_6"
    assert (function_name(place(2, 11)), function_name(place(5, 4))) == ("get", "f")


def test_names_that_coincide_get_the_lines_of_their_calls() -> None:
    here = [(Position("k.py", line, 0), Position("k.py", 2, 0)) for line in (7, 9, 9)]
    assert told_apart([*here, (Position("k.py", 3, 0),)], ["row", "row", "row", "other"]) == [
        "row_7",
        "row_9",
        "row_9_2",
        "other",
    ]
