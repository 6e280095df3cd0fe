"""What the README shows is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from warpack.solver import load_manifest, optimize

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_manifest_shown_is_the_first_example() -> None:
    assert blocks("json")[0] == (ROOT / "examples" / "01-two-buffers.json").read_text(encoding="utf-8")


def test_the_layout_shown_is_what_the_solver_gives_for_it() -> None:
    launch = optimize(load_manifest(blocks("json")[0].encode())).launch
    assert launch is not None
    shown = next(block for block in blocks("text") if block.startswith("two buffers that take turns"))
    assert re.search(rf"^threads per block +{launch.threads_per_block}, proven the most$", shown, re.MULTILINE)
    assert re.search(
        rf"^run bytes +{launch.run_bytes}, proven the fewest; stride {launch.stride_bytes} ", shown, re.MULTILINE
    )


def test_the_table_of_the_demo_has_the_figures_of_every_example() -> None:
    table = next(block for block in blocks("text") if block.startswith("manifest "))
    for path in sorted((ROOT / "examples").glob("[0-9]*.json")):
        layout = optimize(load_manifest(path))
        launch, base = layout.launch, layout.baselines["no_sharing"]
        assert launch is not None
        row = next(line for line in table.splitlines() if path.name in line)
        assert f"{base.run_bytes} -> {launch.run_bytes} " in row
        assert f"{base.threads_per_block} -> {launch.threads_per_block} " in row


@pytest.mark.parametrize("program", blocks("python"))
def test_the_programs_shown_run(program: str) -> None:
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    layout = optimize(load_manifest(ROOT / "examples" / "01-two-buffers.json"))
    assert ran.stdout == f"{layout}\n"
    assert "\n160 threads per block, " in ran.stdout


def test_every_curl_command_that_sends_something_says_that_it_is_json() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = [block for page in pages for block in re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.DOTALL | re.M)]
    commands = [line for block in shown for line in block.replace("\\\n", " ").splitlines() if line.startswith("curl")]
    sending = [command for command in commands if re.search(r" (-d|--data\S*) ", command)]
    assert len(sending) >= 4
    assert all("-H 'content-type: application/json'" in command for command in sending)
