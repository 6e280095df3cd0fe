"""The zoo: every manifest is solved, verified and proven, and the page and the cards say what is found."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from examples.zoo.__main__ import CARDS, PAGE, card
from examples.zoo.entries import FOLDER, LIST, Entry, entries
from examples.zoo.page import page
from examples.zoo.results import TRIALS, NotProvenError, Result, solve

ENTRIES = {entry.name: entry for entry in entries()}
TEXT = PAGE.read_text(encoding="utf-8")
SECTION = re.compile(r"^## .*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


@cache
def result(name: str) -> Result:
    return solve(ENTRIES[name], trials=1)


def test_there_are_twenty_kernels_and_every_manifest_of_the_folder_is_one() -> None:
    assert len(ENTRIES) >= 20
    here = {path for path in FOLDER.iterdir() if path.suffix in (".json", ".yaml")}
    assert here <= {entry.path for entry in ENTRIES.values()}
    assert len({entry.path for entry in ENTRIES.values()}) == len(entries())


@pytest.mark.parametrize("name", ENTRIES)
def test_it_is_proven_and_has_no_more_bytes_or_fewer_threads_than_by_hand(name: str) -> None:
    """`solve` raises where the layout is not verified or not proven, or the hand-made one breaks a rule."""
    found = result(name)
    assert found.now <= found.before
    assert found.threads[1] >= found.threads[0]
    assert found.hand_is_optimal == (found.now == found.before)
    own = found.layout.baselines["by_hand"]
    launch = found.layout.launch
    assert launch is not None
    assert own.resident_threads <= launch.occupancy.resident_threads


@pytest.mark.parametrize("name", ENTRIES)
def test_its_source_is_named(name: str) -> None:
    entry = ENTRIES[name]
    release = re.search(r"\d+\.\d+", entry.project) is not None
    assert release or re.fullmatch(r"[0-9a-f]{7,40}", entry.commit)
    assert entry.files


@pytest.mark.parametrize("name", ENTRIES)
def test_its_card_is_what_is_drawn_today(name: str) -> None:
    assert (CARDS / f"{name}.svg").read_text(encoding="utf-8") == card(result(name))


def test_there_are_no_other_cards() -> None:
    assert {path.stem for path in CARDS.iterdir()} == set(ENTRIES)


def test_the_page_is_what_the_script_writes() -> None:
    """But for the machine and its times."""
    fresh = page([result(name) for name in ENTRIES], "this machine", TRIALS)
    assert timeless(TEXT) == timeless(fresh)


def timeless(text: str) -> str:
    text = re.sub(r"\| \d+ ms \|$", "| ms |", text, flags=re.MULTILINE)
    return re.sub(r"layout,\s+on [^.]*\.\n", "layout.\n", text)


def test_each_is_solved_within_50_ms_as_the_page_says() -> None:
    """The times of the run that wrote it; nothing is timed here."""
    times = [int(found) for found in re.findall(r"\| (\d+) ms \|$", TEXT, re.MULTILINE)]
    assert len(times) == len(ENTRIES)
    assert max(times) <= 50


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[kernel]]\nmanifest = "a.json"\n', "kernel 1: missing or unknown: files, kernel, project, read, said"),
        (LIST.read_text(encoding="utf-8") + 'author = "me"\n', f"kernel {len(ENTRIES)}: missing or unknown: author"),
    ],
)
def test_an_entry_that_lacks_a_field_is_told(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "kernels.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        entries(tmp_path / "kernels.toml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("peri_col: 2048", "peri_col: 1024", "the layout by hand breaks a rule"),
        ("baseline: ", "#", "states no layout of its own"),
    ],
)
def test_a_kernel_that_breaks_what_the_page_says_stops_the_script(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    text = ENTRIES["rodinia-lud-perimeter"].path.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "changed.yaml").write_text(text.replace(old, new), encoding="utf-8")
    entry = Entry(str(tmp_path / "changed.yaml"), "", [], "", "", "")
    with pytest.raises(NotProvenError, match=message):
        solve(entry, trials=1)
