"""What docs/writing.md shows works as it stands."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from warpack.service.cli import main
from warpack.solver import load_manifest
from warpack.solver.reading.texts.written import Written

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "writing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("program", blocks("python"))
def test_its_programs_run(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(program, "writing.md", "exec"), {"__name__": "writing"})
    assert capsys.readouterr().out


@pytest.mark.parametrize("text", [text for text in blocks("yaml") if "buffers:" in text])
def test_its_yaml_is_a_manifest(text: str) -> None:
    found = load_manifest(Written(text.encode(), "yaml", "writing.yaml"))
    assert {buffer.name: buffer.lifetime for buffer in found} == {"samples": ((0, 2),), "ranking": ((2, 4),)}


def test_the_error_that_it_shows_is_the_one_that_is_said() -> None:
    (text,) = blocks("yaml")
    (shown,) = re.findall(r"^error: (kernel\.yaml.*)$", PAGE, re.MULTILINE)
    bad = text.replace("name: ranking, size: 64,", "name: ranking, size: 64x,")
    with pytest.raises(ValueError, match=re.escape(shown)):
        load_manifest(Written(bad.encode(), "yaml", "kernel.yaml"))


def test_its_commands_run_in_the_order_in_which_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # no terminal: nothing is asked
    commands = [shlex.split(line) for block in blocks("sh") for line in block.replace("\\\n", " ").splitlines()]
    assert [words[1] for words in commands] == ["init", "solve", "init", "schema", "diff"]
    for words in commands:
        words = words[: words.index(">")] if ">" in words else words
        if words[1] == "diff":
            shutil.copy("kernel.yaml", "kernel-2.yaml")
        elif Path("kernel.yaml").exists() and words[1] == "init":
            words.append("--force")
        assert main(words[1:]) == 0, capsys.readouterr().err


def test_it_names_every_call_of_the_builder() -> None:
    from warpack.solver.builder import Kernel

    calls = {name for name in dir(Kernel) if not name.startswith("_")}
    assert {name for name in calls if f"{name}(" not in PAGE} == set()
