"""Commands that take a manifest take it in YAML and TOML too, and say where its faults are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.toml_text import toml_of
from tests.service.cli.commands import Cli, run, small, written
from warpack.service.cli.demo import _document
from warpack.solver import load_manifest

YAML = b"""# Two buffers that take turns.
schema: warpack/manifest/1
target: {compute_capability: "8.6"}
timeline:
  phases: [load, work, store]
buffers:
  - {name: steady, size: 2, dtype: float32, persistent: true}
  - name: early      # read for the last time while it is loaded
    size: 4
    dtype: float32
    lifetime: [[load, load]]
  - {name: late, size: 4, dtype: int32, lifetime: [[work, store]]}
"""
TOML = toml_of({key: value for key, value in small().items() if key not in ("name", "validation")}).encode()


@pytest.mark.parametrize(("name", "text"), [("kernel.yaml", YAML), ("kernel.yml", YAML), ("kernel.toml", TOML)])
def test_every_command_takes_it(warpack: Cli, tmp_path: Path, name: str, text: bytes) -> None:
    manifest = written(tmp_path, text, name)
    solved = warpack("solve", manifest, "--json")
    assert (solved.code, solved.json["launch"]["run_bytes"]) == (0, 24)
    assert warpack("verify", manifest, written(tmp_path, solved.out.encode(), "layout.json")).code == 0
    assert warpack("check", manifest).code == 0
    assert load_manifest(_document(str(manifest))) == load_manifest(manifest)  # what the demo sends


def test_standard_input_is_json_or_yaml() -> None:
    ran = run("check", "-", stdin=YAML)
    assert (ran.returncode, ran.stderr) == (0, b"")
    ran = run("check", "-", stdin=YAML.replace(b"dtype: int32", b"dtype: int33"))
    assert ran.returncode == 2
    assert ran.stderr.startswith(b"error: <standard input>:12:27: /buffers/2/dtype: late: There is no dtype")


def test_faults_are_said_with_file_line_and_column(warpack: Cli, tmp_path: Path) -> None:
    bad = YAML.replace(b"size: 4\n", b"size: 1e1\n")
    manifest = written(tmp_path, bad, "kernel.yaml")
    assert warpack("solve", manifest).err.startswith(f"error: {manifest}:9:5: /buffers/1/size: early: ")
    (error,) = warpack("check", manifest, "--json").json["errors"]
    assert (error["pointer"], error["line"], error["column"]) == ("/buffers/1/size", 9, 5)


def test_a_number_as_architecture_is_refused_with_the_cure(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("check", written(tmp_path, YAML.replace(b'"8.6"', b"8.6"), "kernel.yaml"))
    assert ran.code == 2
    assert 'Must be a string in quotes, and is 8.6. Did you mean "8.6"?' in ran.err


def test_without_its_package_yaml_is_refused_in_a_sentence(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "yaml", None)
    ran = warpack("solve", written(tmp_path, YAML, "kernel.yaml"))
    assert ran.code == 1
    assert ran.err == (
        "warpack: this command needs the package yaml, which is not installed: pip install 'warpack[cli]'\n"
    )
