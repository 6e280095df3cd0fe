"""Tables and sentences for the terminal: at no width is a name, a path or a word broken."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from warpack.service.render.columns import Column, Columns
from warpack.service.render.wrapping import Prose, widest_piece, wrapped

PATH = "loop/algorithm/solver/linear_solver/lu_factor"
WIDTHS = (8, 24, 40, 60, 80, 120)


def shown(renderable: object, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(renderable, crop=False)
    text = console.file
    assert isinstance(text, io.StringIO)
    return text.getvalue().splitlines()


def table(rows: int = 3) -> Columns:
    columns = [Column(head=True), Column("buffer", head=True), Column("type", spare=True), Column("bytes", right=True)]
    columns.append(Column("shares with", fold=True))
    return Columns(columns, [(chr(65 + n), PATH, f"float32[{n}]", str(10**n), "ABCDEFGHIJ" * n) for n in range(rows)])


@pytest.mark.parametrize("width", WIDTHS)
def test_every_step_of_a_path_stands_whole_in_a_line(width: int) -> None:
    lines = shown(table(), width)
    for step in ("loop/", "algorithm/", "solver/", "linear_solver/", "lu_factor"):
        assert any(step in line for line in lines)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_terminal_unless_one_name_is(width: int) -> None:
    assert max(map(len, shown(table(), width))) <= max(width, 2 + len("linear_solver/"))


def test_a_table_that_fits_has_a_line_for_each_row() -> None:
    assert len(shown(table(), 140)) == 4


def test_columns_that_can_be_spared_go_before_rows_are_taken_apart() -> None:
    assert "float32" in shown(table(), 60)[1]
    narrow = shown(table(), 36)
    assert not any("float32" in line for line in narrow)
    assert "bytes" in narrow[0]


def test_where_nothing_fits_each_cell_has_its_title() -> None:
    lines = shown(table(1), 20)
    assert lines[:2] == ["A", "loop/algorithm/"]
    assert "  bytes 1" in lines


def test_numbers_end_in_one_column() -> None:
    lines = shown(Columns([Column("a"), Column("n", right=True)], [("x", "5"), ("y", "1234")]), 80)
    assert [line.rindex(end) for line, end in zip(lines, "n54", strict=True)] == [6, 6, 6]


def test_cells_that_stay_whole_are_not_wrapped() -> None:
    columns = [Column("name", head=True), Column("figure", whole=True)]
    assert any("1352 -> 1172" in line for line in shown(Columns(columns, [("one two three four", "1352 -> 1172")]), 24))


@pytest.mark.parametrize("width", [5, 11, 20, 33])
def test_sentences_are_wrapped_between_words(width: int) -> None:
    sentence = f"the buffer {PATH} lies at 4096, which is 0x1000"
    lines = [line.plain for line in wrapped(Text(sentence), width)]
    assert "".join("".join(lines).split()) == "".join(sentence.split())
    assert max(map(len, lines)) <= max(width, widest_piece(sentence))
    words = {step for word in sentence.split() for step in word.replace("/", "/ ").split()}
    assert all(any(word in line for line in lines) for word in words)


def test_a_path_that_fits_into_a_line_of_its_own_is_not_taken_apart() -> None:
    lines = [line.plain for line in wrapped(Text(f"in {PATH} here"), len(PATH))]
    assert lines == ["in", PATH, "here"]


def test_styles_and_line_breaks_stay() -> None:
    text = Text("one ", style="bold") + Text("two\nthree", style="red")
    assert shown(Prose(text), 80) == ["one two", "three"]
    assert [span.style for line in wrapped(text, 4) for span in line.spans]


def test_wide_characters_count_as_two() -> None:
    assert [line.plain for line in wrapped(Text("寄存器 寄存器"), 8)] == ["寄存器", "寄存器"]
