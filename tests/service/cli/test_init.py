"""`warpack init` writes a manifest that `warpack solve` takes at once."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.service.cli.commands import Cli
from warpack.solver import load_manifest

FLAGS = (
    *("--name", "my: kernel", "--arch", "9.0", "--threads-per-run", "8", "--phases", "a,no,c", "--loop", "a:no"),
    *("--buffer", "x:64:float64:a:no", "--buffer", "y:3", "--buffer", "z:4:int8:c", "--barriers"),
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WARPACK_URL", raising=False)


@pytest.mark.parametrize("name", ["kernel.yaml", "kernel.json", "kernel.toml"])
def test_its_defaults_are_solved_at_once(warpack: Cli, name: str) -> None:
    ran = warpack("init", "--defaults", "-o", name)
    assert (ran.code, ran.out, ran.err) == (0, "", f"Wrote {name}: edit it, then run: warpack solve {name}\n")
    solved = warpack("solve", name, "--json")
    assert (solved.code, solved.json["launch"]["run_bytes"], solved.err) == (0, 256, "")


@pytest.mark.parametrize("name", ["kernel.yaml", "kernel.json", "kernel.toml"])
def test_flags_say_what_it_writes(warpack: Cli, name: str) -> None:
    assert warpack("init", *FLAGS, "-o", name).code == 0
    assert warpack("check", name).code == 0
    assert load_manifest(name) == load_manifest(
        {
            "schema": "warpack/manifest/1",
            "name": "my: kernel",
            "target": {"compute_capability": "9.0"},
            "launch": {"threads_per_run": 8},
            "timeline": {"phases": ["a", "no", "c"], "loops": [["a", "no"]], "barriers": "every"},
            "buffers": [
                {"name": "x", "size": 64, "dtype": "float64", "lifetime": [["a", "no"]]},
                {"name": "y", "size": 3, "dtype": "float32"},
                {"name": "z", "size": 4, "dtype": "int8", "lifetime": [["c", "c"]]},
            ],
        }
    )


def test_yaml_has_comments_and_names_the_schema_for_editors(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warpack("init", "--defaults").code == 0
    text = Path("kernel.yaml").read_text(encoding="utf-8")
    assert text.startswith("# The buffers of one kernel")
    assert text.count("# ") > 10
    assert warpack("init", "--defaults", "--schema", "./s.json", "--force").code == 0
    assert "# yaml-language-server: $schema=./s.json\n" in Path("kernel.yaml").read_text(encoding="utf-8")
    monkeypatch.setenv("WARPACK_URL", "https://warpack.example/")
    assert warpack("init", "--defaults", "-o", "k.json").code == 0
    named = json.loads(Path("k.json").read_text(encoding="utf-8"))["$schema"]
    assert named == "https://warpack.example/v1/schema/manifest.json"
    load_manifest("k.json")


def test_no_barrier_is_taken_for_granted(warpack: Cli) -> None:
    assert warpack("init", "--threads-per-run", "32").code == 0
    assert load_manifest("kernel.yaml").timeline.barriers == ()


def test_a_hyphen_prints_it(warpack: Cli) -> None:
    ran = warpack("init", "--phases", "p,q", "-o", "-")
    assert (ran.code, ran.err, Path("kernel.yaml").exists()) == (0, "", False)
    assert "phases: [p, q]" in ran.out


def test_a_file_that_is_there_is_kept(warpack: Cli) -> None:
    Path("kernel.yaml").write_text("mine", encoding="utf-8")
    ran = warpack("init", "--defaults")
    assert (ran.code, "--force" in ran.err) == (2, True)
    assert Path("kernel.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--arch", "86"), "no compute capability that is known"),
        (("--phases", " , "), "name at least one phase"),
        (("--loop", "a:b:c"), "write its first and its last phase"),
        (("--buffer", "x"), "write NAME:SIZE"),
        (("--buffer", "x:many"), "write NAME:SIZE"),
        (("--buffer", "x:1:float31"), "There is no dtype"),
        (("--buffer", "x:1:int8:nowhere"), "no phase"),
        (("--threads-per-run", "0"), "must lie between"),
    ],
)
def test_what_no_manifest_may_say_is_refused_and_nothing_is_written(
    warpack: Cli, flags: tuple[str, ...], said: str
) -> None:
    ran = warpack("init", *flags)
    assert (ran.code, ran.out, Path("kernel.yaml").exists()) == (2, "", False)
    assert said in ran.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_asks(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        *("reduce", "8.7.1", "8.0", "several", "4", "load, reduce, load", "load, reduce, store", "maybe", "yes"),
        *("load reduce", "nowhere", "", "tile 64 float32 load reduce", "sum 4 float31", "sum:4", ""),
    ]
    monkeypatch.setattr(sys, "stdin", Terminal("\n".join(answers) + "\n"))
    ran = warpack("init")
    assert (ran.code, ran.out) == (0, "")
    for said in ("Name of the kernel [kernel]:", "'8.7.1' is no", "'several' is no", "yes or no", "There is no dtype"):
        assert said in ran.err
    found = load_manifest("kernel.yaml")
    assert (found.name, found.target.compute_capability, found.launch.threads_per_run) == ("reduce", "8.0", 4)
    assert found.timeline.names == ("load", "reduce", "store")
    assert [loop.span for loop in found.timeline.loops] == [(0, 2)]
    assert len(found.timeline.barriers) > 0
    assert [(one.name, one.size, one.lifetime) for one in found] == [("tile", 64, ((0, 2),)), ("sum", 4, None)]


def test_empty_answers_take_what_stands_in_brackets(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    assert warpack("init").code == 0
    found = load_manifest("kernel.yaml")
    assert found.timeline.names == ("load", "compute", "store")
    assert [one.name for one in found] == ["tile"]
