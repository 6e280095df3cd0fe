"""A manifest that was traced, built, written in YAML or imported is one thing: one schema, one reader, one set of
errors, each at its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import warpack as product
from tests.service.cli.commands import Cli
from tests.service.cli.test_import import TABLE
from tests.service.cli.test_trace import SCRIPT
from tests.service.cli.test_written_by_hand import YAML
from warpack.service.schema import manifest_schema
from warpack.solver import ManifestError


def traced(warpack: Cli, folder: Path) -> Path:
    script = folder / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    assert warpack("trace", script, "-o", folder, "--kernel", "smoothed", "--no-prove").code == 0
    return folder / "smoothed.manifest.json"


def imported(warpack: Cli, folder: Path) -> Path:
    table, manifest = folder / "trace.csv", folder / "imported.json"
    table.write_text(TABLE, encoding="utf-8")
    assert warpack("import", "csv", table, "-o", manifest).code == 0
    return manifest


def in_yaml(_: Cli, folder: Path) -> Path:
    manifest = folder / "kernel.yaml"
    manifest.write_bytes(YAML)
    return manifest


Way = Callable[[Cli, Path], Path]
WAYS: tuple[Way, ...] = (traced, imported, in_yaml)


def built(size: int) -> product.Kernel:
    kernel = product.Kernel("built", arch="8.6")
    with kernel.phases("load", "store"):
        pass
    kernel.buffer("tile", size, "float32", lifetime=[("load", "store")])
    return kernel


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_ends_in_one_schema_and_one_reader(way: Way, warpack: Cli, tmp_path: Path) -> None:
    manifest = way(warpack, tmp_path)
    document = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    Draft202012Validator(manifest_schema()).validate(document)
    assert warpack("check", manifest).code == 0


@pytest.mark.parametrize("way", WAYS)
def test_one_fault_is_one_error_at_the_line_where_it_stands(way: Way, warpack: Cli, tmp_path: Path) -> None:
    manifest = way(warpack, tmp_path)
    lines = manifest.read_text(encoding="utf-8").splitlines()
    sizes = re.compile(r"(\"?\bsize\"?: )\d+")
    line = next(number for number, text in enumerate(lines) if sizes.search(text))
    lines[line] = sizes.sub(r"\1-3", lines[line], count=1)
    broken = manifest.with_name(f"broken-{manifest.name}")
    broken.write_text("\n".join(lines), encoding="utf-8")
    (error,) = warpack("check", broken, "--json").json["errors"]
    assert (error["type"], error["pointer"], error["line"]) == ("out-of-range", "/buffers/0/size", line + 1)


def test_what_is_built_ends_there_too_with_the_line_of_the_call(warpack: Cli, tmp_path: Path) -> None:
    document = json.loads(built(4).manifest().model_dump_json())
    Draft202012Validator(manifest_schema()).validate(document)
    manifest = tmp_path / "built.json"
    manifest.write_text(json.dumps(document), encoding="utf-8")
    assert warpack("check", manifest).code == 0
    with pytest.raises(ManifestError) as caught:
        built(-3).manifest()
    (problem,) = caught.value.problems
    assert (problem.type, problem.pointer) == ("out-of-range", "/buffers/0/size")
    call = next(n for n, text in enumerate(Path(__file__).read_text().splitlines(), 1) if "kernel.buffer(" in text)
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == (__file__, call)
