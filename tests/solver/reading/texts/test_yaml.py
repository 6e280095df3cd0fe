"""YAML without the surprises of YAML 1.1, and with bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bad_manifests import good
from warpack.solver import ManifestError, load_manifest
from warpack.solver.reading.collector import Collector
from warpack.solver.reading.source import MOST_MANIFEST_BYTES, read_source
from warpack.solver.reading.texts.written import Written
from warpack.solver.wire.problems import Problem


def read(text: str, form: Any = "yaml") -> tuple[Any, list[Problem]]:
    collector = Collector()
    value = read_source(collector, Written(text.encode(), form, f"kernel.{form}"), MOST_MANIFEST_BYTES)
    return value, collector.problems


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "off", "y", "n", "No", "12:30", "1_000", "0b11", "2026-11-29", "1.2.3"]
)
def test_a_word_that_only_yaml_1_1_takes_for_something_else_is_a_string(word: str) -> None:
    assert read(f"a: {word}\n{word}: b\n") == ({"a": word, word: "b"}, [])


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("12", 12), ("-3", -3), ("+3", 3),
     ("0", 0), ("0x1F", 31), ("0o17", 15), ("1e3", 1000.0), ("1.5", 1.5), (".5", 0.5), ("'12'", "12"), ('"no"', "no"),
     ("!!str 8.6", "8.6"), ("! 8.6", "8.6"), ("!!str true", "true")],
)  # fmt: skip
def test_words_mean_what_the_core_schema_says(word: str, value: Any) -> None:
    found, problems = read(f"a: {word}\n")
    assert (found, problems) == ({"a": value}, [])
    assert type(found["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "type_", "pointer", "line", "column"),
    [
        ("a: 1\na: 2\n", "duplicate-key", "/a", 2, 1),
        ("b: {c: 1, d: 2, c: 3}\n", "duplicate-key", "/b/c", 1, 17),
        ("a:\n  - 010\n", "ambiguous-number", "/a/0", 2, 5),
        ("a: !!python/object:os.system x\n", "bad-tag", "/a", 1, 4),
        ("a: !!int 3\n", "bad-tag", "/a", 1, 4),
        ("a: !thing {b: 1}\n", "bad-tag", "/a", 1, 4),
        ("1: x\n", "wrong-type", "/1", 1, 1),
        ("null: x\n", "wrong-type", "/null", 1, 1),
        ("[a]: x\n", "wrong-type", "", 1, 1),
        ("a: .nan\n", "not-finite", "/a", 1, 1),
        ("a: -.inf\n", "not-finite", "/a", 1, 1),
        ("a: [1,\nb: 2\n", "not-yaml", "", 3, 1),
        ("a: 'x\n", "not-yaml", "", 2, 1),
        ("a:\n\t- 1\n", "not-yaml", "", 2, 1),
        ("a: *b\n", "not-yaml", "", 1, 4),
        ("a: &b [1, *b]\n", "endless-alias", "", 1, 11),
        ("a: 1\n---\nb: 2\n", "not-yaml", "", 2, 1),
        ("", "not-yaml", "", None, None),
        ("# nothing\n", "not-yaml", "", None, None),
    ],
)
def test_what_yaml_allows_and_a_manifest_does_not_is_refused_at_its_place(
    text: str, type_: str, pointer: str, line: int | None, column: int | None
) -> None:
    with pytest.raises(ManifestError) as raised:
        load_manifest(Written(text.encode(), "yaml", "k.yaml"))
    found = next(problem for problem in raised.value.problems if problem.type == type_)
    assert found.pointer == pointer
    assert found.place is not None
    assert (found.place.line, found.place.column) == (line, column)


def test_an_alias_stands_for_what_it_names() -> None:
    value, problems = read("whole: &whole [[load, store]]\na: {lifetime: *whole}\nb: {lifetime: *whole}\n")
    assert not problems
    assert value["a"] == value["b"] == {"lifetime": [["load", "store"]]}
    assert value["a"]["lifetime"] is not value["b"]["lifetime"]


def test_aliases_of_aliases_are_bounded() -> None:
    """Nine lines that stand for a billion words."""
    lines = ['a0: &a0 "lol"', *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))]
    value, problems = read("\n".join(lines))
    assert value is None
    (problem,) = problems
    assert problem.type == "too-many-aliases"
    assert problem.place is not None
    assert problem.place.line == 6


def test_a_merge_key_is_a_field_that_nobody_knows() -> None:
    text = json.dumps(good())[:-1] + ', "<<": {}}'
    with pytest.raises(ManifestError, match="There is no field"):
        load_manifest(Written(text.encode(), "yaml", "k.yaml"))


def test_deep_nesting_is_refused() -> None:
    for text in ("[" * 100_000 + "]" * 100_000, "a:\n" + "".join(" " * n + "- \n" for n in range(1, 200))):
        value, problems = read(text)
        assert value is None
        assert {problem.type for problem in problems} <= {"nested-too-deeply", "not-yaml"}
        assert problems


def test_a_number_of_5000_digits_is_too_large_as_in_json() -> None:
    value, problems = read("a: " + "9" * 5000)
    assert (value["a"] > 2**60, problems) == (True, [])


def test_characters_that_may_not_stand_in_yaml_are_said() -> None:
    value, problems = read("a: \x01\n")
    assert value is None
    assert [problem.type for problem in problems] == ["not-yaml"]


def test_json_is_yaml() -> None:
    assert load_manifest(Written(json.dumps(good()).encode(), "yaml", "k.yaml")) == load_manifest(good())


@pytest.mark.parametrize(
    ("text", "type_", "line"),
    [
        ("a = 1\na = 2\n", "not-toml", 2),
        ("a = \n", "not-toml", 1),
        ("a = [1, 2\n", "not-toml", 1),
        ("schema = 'warpack/manifest/1'\nbuffers = 2026-11-29\n", "wrong-type", 2),
        ("schema = 'warpack/manifest/1'\n[target]\ncompute_capability = 9.0\n", "wrong-type", 3),
        ("[[buffers]]\nname = 'a'\n[[buffers]]\nsize = nan\n", "not-finite", 4),
        ("buffers = [\n  {name = 'a'},\n  {x.y = 3}, # here\n]\n", "unknown-field", 3),
        ('[[buffers]]\n"size" = """\nlong\\"""" # 9\n[buffers.size]\n', "not-toml", 4),
        ("[[buffers]]\nname = '''\nlong''''\nsizes = 1\n", "unknown-field", 4),
        ("buffers.x = 1\n", "wrong-type", 1),
    ],
)
def test_toml_is_refused_at_its_place(text: str, type_: str, line: int) -> None:
    with pytest.raises(ManifestError) as raised:
        load_manifest(Written(text.encode(), "toml", "k.toml"))
    lines = {problem.place.line for problem in raised.value.problems if problem.type == type_ and problem.place}
    assert line in lines, raised.value.problems


def test_toml_with_windows_line_ends_has_the_same_places() -> None:
    text = "schema = 'warpack/manifest/1'\r\n[target]\r\ncompute_capability = 9\r\n"
    with pytest.raises(ManifestError) as raised:
        load_manifest(Written(text.encode(), "toml", "k.toml"))
    (found,) = (problem for problem in raised.value.problems if problem.pointer == "/target/compute_capability")
    assert str(found.place) == "k.toml:3:1"


def test_an_architecture_of_thousands_of_digits_is_an_error_like_any_other() -> None:
    text = f"schema: warpack/manifest/1\ntarget: {{compute_capability: 0x{'f' * 4000}}}\nbuffers: []\n"
    with pytest.raises(ManifestError, match="Must be a string in quotes"):
        load_manifest(Written(text.encode(), "yaml", "kernel.yaml"))
