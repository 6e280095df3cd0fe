"""Manifests from texts: the format is found, and every fault has its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.toml_text import toml_of
from warpack.service.manifest_reading import SeveralKernels, TextFormat, format_of, read_text, with_places
from warpack.solver.wire.problems import ManifestError, Problem

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples" / "01-two-buffers.json").read_text(encoding="utf-8")
DUMP = (ROOT / "tests/gpu_runtime/imports/dumps/matmul-80.mlir").read_text(encoding="utf-8")
YAML = """# a comment with ttg.num-warps
schema: warpack/manifest/1
target: {compute_capability: "8.6"}
buffers:
  - {name: tile, size: 64, dtype: float32}
"""
TOML = toml_of(json.loads(EXAMPLE))
TABLE = "# pool_offset=0\nid,lower,upper,size\na,0,3,4\nb,3,5,8\n"


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (EXAMPLE, "json"),
        ("\ufeff\n  {", "json"),
        ("", "json"),
        ("[1, 2]", "json"),
        (EXAMPLE.replace("two buffers", "tt.func ttg.num-warps"), "json"),
        (YAML.replace("ttg.num-warps", "dumps"), "yaml"),
        ("%YAML 1.2\n---\nschema: a", "yaml"),
        ("name: a = b", "yaml"),
        (TOML, "toml"),
        ("# a comment\n[target]\ncompute_capability = '8.6'", "toml"),
        ('[[buffers]] # one\nname = "a"', "toml"),
        (TABLE, "csv"),
        ("buffer_id, begin, end, size\n", "csv"),
        (DUMP, "triton"),
        ("warning: a line of something else\n" + DUMP, "triton"),
        (DUMP.partition("\n")[2], "triton"),
    ],
)
def test_the_text_shows_its_format(text: str, format: TextFormat) -> None:
    assert format_of(text) == format


@pytest.mark.parametrize("text", [EXAMPLE, TOML, YAML.replace("ttg.num-warps", "dumps"), TABLE, DUMP])
def test_what_was_read_is_a_manifest_that_can_be_posted(text: str) -> None:
    found = read_text(text).to_json()
    again = read_text(json.dumps(found["manifest"]))
    assert again.values == found["manifest"]
    assert again.format == "json"


def test_every_form_gives_the_same_values() -> None:
    assert read_text(EXAMPLE).values == read_text(TOML).values == read_text(EXAMPLE, "yaml").values


def test_a_format_that_is_named_is_taken_whatever_the_text_looks_like() -> None:
    with pytest.raises(ManifestError, match="not JSON"):
        read_text(YAML, "json")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{"schema": "warpack/manifest/1",\n "buffers": [}', [("not-json", 2, 14)]),
        (EXAMPLE.replace('"int32"', '"int31"'), [("unknown-dtype", 9, 37)]),
        (YAML.replace("64", "-1").replace("ttg.num-warps", "it"), [("out-of-range", 5, 18)]),
        ("a: [", [("not-yaml", 2, 1)]),
        ('schema = "warpack/manifest/1"\nobjective = "pool_bytes"\nbuffers = 3', [("wrong-type", 3, 1)]),
        ("id,lower,upper,size\na,0,3,x\na,0,-,4\n", [("bad-csv", 2, None), ("bad-csv", 3, None)]),
        ("id,lower,upper\n", [("bad-csv", 1, None)]),
    ],
)
def test_every_fault_has_its_place(text: str, places: list[tuple[str, int, int | None]]) -> None:
    with pytest.raises(ManifestError) as caught:
        read_text(text)
    told = [(each["type"], each["line"], each["column"]) for each in with_places(caught.value.problems)]
    assert told == places


def test_a_fault_in_a_later_module_of_a_dump_has_the_line_of_the_whole_dump() -> None:
    head, _, module = DUMP.partition("\n")
    broken = module.replace("allocation.offset", "allocation.shift", 1)
    earlier = f"{head}\nmodule {{\n  tt.func public @other() {{\n  }}\n}}\n"
    with pytest.raises(ManifestError) as alone:
        read_text(f"{head}\n{broken}")
    with pytest.raises(ManifestError) as later:
        read_text(f"{earlier}{head}\n{broken}")
    (one,), (other,) = with_places(alone.value.problems), with_places(later.value.problems)
    assert one["line"] is not None
    assert other["line"] == one["line"] + earlier.count("\n")


def test_one_kernel_of_several_must_be_named() -> None:
    name = DUMP.partition("tt.func public @")[2].partition("(")[0]
    both = DUMP + DUMP.replace(f"@{name}", "@another")
    with pytest.raises(SeveralKernels) as caught:
        read_text(both)
    assert caught.value.kernels == (name, "another")
    assert read_text(both, kernel="another").values["name"] == "another"
    with pytest.raises(ManifestError, match="no kernel 'third'"):
        read_text(both, kernel="third")


def test_a_table_takes_the_name_that_is_given() -> None:
    assert read_text(TABLE, name="a pool").values["name"] == "a pool"
    with pytest.raises(ManifestError, match="cannot be printed"):
        read_text(TABLE, name="a\n")


def test_warnings_have_places_too() -> None:
    text = EXAMPLE.replace('"timeline"', '"solver": {"warm_start": {"nobody": 0}},\n  "timeline"')
    (warning,) = read_text(text).to_json()["warnings"]
    assert (warning["type"], warning["line"]) == ("warm_start_unknown", 6)


def test_the_list_of_faults_is_cut() -> None:
    assert len(with_places([Problem("a", "", "b")] * 2000)) == 1000
