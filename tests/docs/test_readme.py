"""The README fits a screen, and its figures, like those of the first hour's page, are what the program gives."""

from __future__ import annotations

import re
from pathlib import Path

from warpack.solver import Layout, load_manifest, optimize

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
START = (ROOT / "docs" / "start.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def solved(name: str) -> Layout:
    return optimize(load_manifest(ROOT / "examples" / name))


def test_the_readme_fits_a_screen_and_has_the_two_commands() -> None:
    assert README.count("\n") <= 100
    assert [line.split(" #")[0].strip() for line in blocks(README, "sh")[0].splitlines()] == ["make demo", "make test"]
    assert "](docs/kvaerno5.svg)" in README


def test_the_table_of_the_readme_has_proven_figures_beside_their_commands() -> None:
    rows = re.findall(r"^\| (.*?) \| ([\d,]+) → ([\d,]+) .*? \| (\d+) → (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert len(rows) == 4
    for kernel, *figures, command in rows:
        before, after, threads_before, threads_after = (int(figure.replace(",", "")) for figure in figures)
        found = re.fullmatch(r"`warpack solve examples/(.*)`", command)
        if found is None:
            assert f"{before} -> {after} run bytes" in TUTORIAL
            assert f"{threads_before} -> {threads_after} threads per block" in TUTORIAL
            continue
        layout = solved(found[1])
        launch = layout.launch
        base = layout.baselines["by_hand" if "by hand" in kernel else "no_sharing"]
        assert launch is not None
        assert layout.status == "optimal"
        assert before in (base.run_bytes, base.block_region_bytes)
        assert after in (launch.run_bytes, launch.block_region_bytes)
        assert (threads_before, threads_after) == (base.threads_per_block, launch.threads_per_block)


def test_every_place_that_the_readme_leads_to_is_in_the_tree() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE))
    assert len(targets) > 12
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_manifest_of_the_first_hour_is_the_first_example() -> None:
    assert blocks(START, "json")[0] == (ROOT / "examples" / "01-two-buffers.json").read_text(encoding="utf-8")


def test_the_table_of_the_demo_has_the_figures_of_every_example() -> None:
    table = next(block for block in blocks(START, "text") if block.startswith("manifest "))
    for path in sorted((ROOT / "examples").glob("[0-9]*.json")):
        layout = optimize(load_manifest(path))
        launch, base = layout.launch, layout.baselines["no_sharing"]
        assert launch is not None
        row = next(line for line in table.splitlines() if path.name in line)
        assert f"{base.run_bytes} -> {launch.run_bytes} " in row
        assert f"{base.threads_per_block} -> {launch.threads_per_block} " in row


def test_every_curl_command_that_sends_something_says_that_it_is_json() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = [block for page in pages for block in blocks(page.read_text(encoding="utf-8"), "sh")]
    commands = [line for block in shown for line in block.replace("\\\n", " ").splitlines() if "curl" in line]
    sending = [command for command in commands if re.search(r" (-d|--data\S*) ", command)]
    assert len(sending) >= 4
    assert all("-H 'content-type: application/json'" in command for command in sending)
