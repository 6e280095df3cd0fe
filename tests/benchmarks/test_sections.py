"""The page of benchmarks keeps the sections that other commands wrote."""

from __future__ import annotations

from pathlib import Path

from benchmarks.report.sections import put_section, sections_of, with_sections

PAGE = "# Benchmarks\n\nText.\n\n## Results\n\nA table.\n"


def test_a_section_is_put_at_the_end_and_replaced_when_it_is_written_again(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE)
    put_section(page, "Pools", "first")
    put_section(page, "Triton kernels", "figures")
    put_section(page, "Pools", "second\n")
    assert page.read_text() == f"{PAGE}\n## Triton kernels\n\nfigures\n\n## Pools\n\nsecond\n"


def test_a_page_that_is_written_anew_keeps_them() -> None:
    old = with_sections(PAGE, {"Pools": "## Pools\n\nfigures"})
    assert with_sections("# Benchmarks\n\nNew.\n", sections_of(old)) == "# Benchmarks\n\nNew.\n\n## Pools\n\nfigures\n"
