"""compute-sanitizer on request: run for every tool, believed only with a summary, and never skipped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from warpack.gpu_runtime.hardware import sanitizer
from warpack.gpu_runtime.hardware.bundle import Bundle
from warpack.gpu_runtime.hardware.hardware_level import walk_host_path
from warpack.gpu_runtime.hardware.sanitizer import TOOLS, find_sanitizer
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

Solved = tuple[Manifest, Layout]

_TOOL = """#!/bin/sh
# Takes compute-sanitizer's place: runs the command, and writes the log that it is told to.
tool=$2 log=$6
shift 6
"$@"
{said}
"""


@pytest.fixture
def tool(double: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "compute-sanitizer"
    double.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return path


def install(path: Path, said: str) -> None:
    path.write_text(_TOOL.replace("{said}", said))
    path.chmod(0o755)


def test_every_tool_is_run_and_what_it_says_is_kept(solved: Solved, bundle: Bundle, tool: Path) -> None:
    install(
        tool,
        'if [ $tool = racecheck ]; then echo "= RACECHECK SUMMARY: 0 hazards displayed" >$log; '
        'else echo "= ERROR SUMMARY: 0 errors" >$log; fi',
    )
    walked = walk_host_path(*solved, bundle, sanitizer=True)
    assert walked.findings == ()
    assert walked.detail["sanitizer"] == [{"tool": name, "errors": 0, "log": ""} for name in TOOLS]


def test_what_a_tool_finds_is_a_finding_with_the_end_of_its_log(solved: Solved, bundle: Bundle, tool: Path) -> None:
    install(tool, 'echo "= Invalid __shared__ write\n= ERROR SUMMARY: 2 errors" >$log; exit 86')
    walked = walk_host_path(*solved, bundle, sanitizer=True)
    assert [finding.rule for finding in walked.findings] == ["sanitizer-errors"] * len(TOOLS)
    assert "memcheck found 2 errors" in walked.findings[0].message
    assert "Invalid __shared__ write" in walked.findings[0].message


@pytest.mark.parametrize("said", ["exit 0", 'echo "= ERROR SUMMARY: 0 errors" >$log; exit 1'])
def test_a_tool_that_comes_to_no_proper_end_is_no_pass(solved: Solved, bundle: Bundle, tool: Path, said: str) -> None:
    install(tool, said)
    walked = walk_host_path(*solved, bundle, sanitizer=True)
    assert [finding.rule for finding in walked.findings] == ["sanitizer-failed"]


def test_a_tool_that_is_missing_is_an_error_before_anything_is_run(
    solved: Solved, bundle: Bundle, tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sanitizer.shutil, "which", lambda name: None)
    monkeypatch.setattr(sanitizer, "files", lambda name: None)
    walked = walk_host_path(*solved, bundle, sanitizer=True)
    assert [finding.rule for finding in walked.findings] == ["sanitizer-missing"]
    assert walked.detail["ran"] is False
    assert "warpack[sanitizer]" in walked.findings[0].message


def test_the_tool_is_found_on_the_path(tool: Path) -> None:
    install(tool, "")
    assert find_sanitizer() == str(tool)
