"""Packings against time: the portfolio of first fit, the rows of the table, and how the command ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import anytime
from benchmarks.anytime import main, moments
from benchmarks.attempt import Attempt
from benchmarks.instances.kernels import kernel
from benchmarks.instances.tilings import guillotine
from benchmarks.peers import first_fit, plain_cpsat, warpack
from benchmarks.peers.question import Question
from benchmarks.report.anytime import Moment, page_of

TILING = guillotine(8, 0).instance("guillotine", 0)

SMALL = ("--only", "guillotine 10, seed 0")


def moment(ours: int | None, theirs: int | None, *, limit_s: float = 1.0, proven: bool = False) -> Moment:
    mine = Attempt(warpack.NAME, ours, 0.5, lower_bound_bytes=70, proven=proven)
    return Moment(TILING, 8, limit_s, (mine, Attempt("a peer", theirs, 0.5)))


def test_first_fit_packs_a_tiling_by_the_rules() -> None:
    found = first_fit.solve(Question(TILING.manifest(0.1), 0.1))
    assert found.fault is None
    assert found.run_bytes is not None
    assert found.run_bytes >= (TILING.optimum_bytes or 0)
    assert [size for _, size in found.curve] == sorted({size for _, size in found.curve}, reverse=True)


@pytest.mark.parametrize("seed", range(6))
def test_first_fits_packings_of_kernels_pass_the_verifier_and_claim_no_proof(seed: int) -> None:
    found = first_fit.solve(Question(kernel(seed, 25).manifest(0.05), 0.05))
    assert found.fault is None
    assert found.run_bytes
    assert not found.proven


def test_limits_longer_than_a_proof_took_are_left_out() -> None:
    found = list(moments(TILING, (7.0, 5.0, 6.0)))
    assert [one.limit_s for one in found] == [5.0]
    assert found[0].ours.proven
    assert not found[0].ahead
    assert {plain_cpsat.NAME, first_fit.NAME} < {one.solver for one in found[0].attempts}


def test_a_peer_is_ahead_with_a_smaller_packing_or_the_only_one() -> None:
    assert moment(90, 89).ahead == ("a peer",)
    assert moment(None, 89).ahead == ("a peer",)
    assert moment(90, 90).ahead == ()
    assert moment(90, None).ahead == ()
    refused = moment(90, 80)
    refused = replace(refused, attempts=(refused.ours, replace(refused.attempts[1], fault="two overlap")))
    assert refused.ahead == ()
    assert refused.faults == ("a peer on guillotine 8, seed 0: two overlap",)


def test_the_page_counts_rows_and_names_where_a_peer_is_ahead() -> None:
    rows = [moment(90, 89), moment(85, 89, limit_s=5.0), moment(80, 80, limit_s=20.0, proven=True)]
    page = page_of(rows, (1.0, 5.0, 20.0, 60.0), "python -m benchmarks.anytime", {"cores": "2"})
    assert "- guillotine 8, seed 0 at 1 s: a peer" in page
    assert "| guillotine | 1 s | 1 of 1 | 0 | 0 | 0 | 1 |" in page
    assert "| guillotine | 5 s | 1 of 1 | 0 | 1 | 0 | 0 |" in page
    assert "| guillotine | 20 s | 1 of 1 | 1 | 0 | 1 | 0 |" in page
    assert "| guillotine | 60 s | 0 of 1 | 1 | 0 | 0 | 0 |" in page
    assert "| guillotine 8, seed 0 | 8 | 20 s | 80* | 80 | 70 |" in page
    assert "No result was refused." in page


def test_the_command_writes_the_page_and_passes_where_no_peer_is_ahead(tmp_path: Path) -> None:
    assert main([*SMALL, "--limits", "5", "--write", str(tmp_path)]) == 0
    page = (tmp_path / anytime.PAGE).read_text(encoding="utf-8")
    assert "No peer is ahead in any row." in page
    assert "--write docs`" in page
    assert str(tmp_path) not in page


def test_the_command_fails_where_a_peer_is_ahead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(anytime, "_peers", lambda: (lambda _question: Attempt("a peer", 1, 0.1),))
    assert main([*SMALL, "--limits", "5"]) == 1
    assert "AHEAD: a peer" in capsys.readouterr().out


def test_traces_are_read_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny.csv").write_text("id,lower,upper,size\n0,0,3,1024\n1,2,5,2048\n", encoding="utf-8")
    assert main(["--traces", str(tmp_path), "--families", "traces", "--limits", "1"]) == 0
    assert "tiny" in capsys.readouterr().out


def test_a_choice_that_leaves_nothing_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "no such instance"]) == 2
    assert "no instance" in capsys.readouterr().err
