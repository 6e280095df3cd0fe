"""With WARPACK_URL set a service is asked, and nothing else changes: the same layouts, the same errors."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import warpack
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.processes import PATIENCE_S, eventually
from tests.service.cli.commands import Cli, one_buffer, small, start, written
from warpack.service.client import Client, JobFailed, Unreachable
from warpack.service.client.problems import ApiProblem
from warpack.solver import Layout, Manifest, ManifestError, SearchOptions, load_manifest
from warpack.solver.recipe import Progress
from warpack.solver.wire.layout import Validation
from warpack.solver.wire.report import ValidationReport
from warpack.solver.wire.run_info import NOTHING_RUN

EXAMPLE = Path(__file__).parents[3] / "examples" / "01-two-buffers.json"
MANIFESTS = {
    "small": small(),
    "named": small(name="ü/2", validation="compiled"),
    "infeasible": one_buffer(100_000, name="too large"),
    "example": json.loads(EXAMPLE.read_text()),
    "hard": hard_manifest(boxes=4, time_limit_s=PATIENCE_S),
}


@pytest.fixture
def asked(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("WARPACK_URL", url)
    return url


def told(layout: Layout) -> dict[str, Any]:
    """All but how long it took."""
    return replace(layout, run_info=NOTHING_RUN).model_dump()


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    reports = [{**report, "seconds": 0.0} for report in document["validation"]["reports"]]
    return {**document, "run_info": {}, "validation": {**document["validation"], "reports": reports}}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_layout_is_the_same_by_both_ways(url: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    manifest = load_manifest(MANIFESTS[name])
    here = warpack.optimize(manifest)
    monkeypatch.setenv("WARPACK_URL", url)
    there = warpack.optimize(manifest)
    assert told(there) == told(here)
    if here.status != "infeasible":
        assert warpack.verify(manifest, there).passed


def test_an_error_is_the_same_by_both_ways(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = [
        {"name": name, "size": 2, "dtype": "float32", "persistent": True, "pinned_offset_bytes": offset, **window}
        for name, offset, window in (
            ("low", 0, {"component": "w"}),
            ("high", 64, {"component": "w"}),
            ("between", 32, {}),
        )
    ]
    manifest = load_manifest(small(components=[{"path": "w", "window": "contiguous"}], buffers=pinned))
    with pytest.raises(ManifestError) as here:
        warpack.optimize(manifest)
    monkeypatch.setenv("WARPACK_URL", url)
    with pytest.raises(ManifestError) as there:
        warpack.optimize(manifest)
    assert there.value.problems == here.value.problems


def test_better_packings_are_told_as_they_come(asked: str) -> None:
    found: list[Progress] = []
    layout = warpack.optimize(load_manifest(hard_manifest(11, time_limit_s=3)), on_progress=found.append)
    assert layout.launch is not None
    sizes = [progress.run_bytes for progress in found]
    assert sizes
    assert layout.launch.run_bytes <= min(sizes)
    assert all(progress.lower_bound_bytes <= progress.run_bytes for progress in found)


def test_a_cancelled_call_cancels_its_order_and_has_the_best_so_far(asked: str) -> None:
    manifest = load_manifest(hard_manifest(12, time_limit_s=60))
    begun = time.monotonic()
    found: list[Progress] = []
    layout = warpack.optimize(manifest, on_progress=found.append, cancelled=lambda: bool(found))
    assert layout.status == "feasible"
    assert warpack.verify(manifest, layout).passed
    assert time.monotonic() - begun < 50
    with Client(asked) as client:
        (job,) = client.list(manifest_sha256=manifest.sha256).jobs
    assert job.state == "cancelled"


def test_what_is_cancelled_at_once_has_a_layout_all_the_same(asked: str) -> None:
    manifest = load_manifest(hard_manifest(13, time_limit_s=60))
    layout = warpack.optimize(manifest, cancelled=lambda: True)
    assert warpack.verify(manifest, layout).passed
    with Client(asked) as client:
        (job,) = client.list(manifest_sha256=manifest.sha256).jobs
    assert job.state == "cancelled"


def test_a_report_is_the_same_by_both_ways_also_of_a_layout_that_was_broken(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = load_manifest(MANIFESTS["example"])
    layout = warpack.optimize(manifest)
    first, *others = layout.buffers
    broken = replace(layout, buffers=(replace(first, offset_bytes=first.offset_bytes + 4), *others))
    here = [warpack.verify(manifest, each) for each in (layout, broken)]
    level = [warpack.validate(manifest, each, "static") for each in (layout, broken)]
    monkeypatch.setenv("WARPACK_URL", url)
    assert [warpack.verify(manifest, each) for each in (layout, broken)] == here
    assert [report.passed for report in here] == [True, False]
    there = [warpack.validate(manifest, each, "static") for each in (layout, broken)]
    assert [replace(report, seconds=0.0) for report in there] == [replace(report, seconds=0.0) for report in level]


def test_a_higher_level_is_the_services_report_of_the_very_layout_and_any_other_is_validated_here(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = load_manifest(MANIFESTS["example"])
    layout = warpack.optimize(manifest)
    report = ValidationReport("compiled", True, (), {"ran": True, "by": "the service"}, 0.5)

    def validated(_client: Client, _manifest: Manifest, level: str) -> Layout:
        return layout.with_validation(Validation("compiled", "compiled", (report.to_json(),)))

    monkeypatch.setattr("warpack.service.client.judging.optimize", validated)  # no worker here compiles
    monkeypatch.setattr("warpack.gpu_runtime.validation.find_spec", lambda _name: None)
    assert warpack.validate(manifest, layout, "compiled") == report
    first, *others = layout.buffers
    other = replace(layout, buffers=(replace(first, offset_bytes=first.offset_bytes + 4), *others))
    for given, options in ((other, {}), (layout, {"architectures": "all"})):
        here = warpack.validate(manifest, given, "compiled", **options)  # type: ignore[arg-type]  # a dict of one
        assert [finding.rule for finding in here.findings] == ["gpu-extra-missing"]
    with pytest.raises(ValueError, match="no level"):
        warpack.validate(manifest, layout, "perfect")  # type: ignore[arg-type]  # on purpose


def test_a_check_that_the_service_refuses_is_told(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = load_manifest(MANIFESTS["example"])
    layout = warpack.optimize(manifest)
    monkeypatch.setenv("WARPACK_URL", f"{asked}/nothing-here")
    with pytest.raises(ApiProblem):
        warpack.verify(manifest, layout)


def test_an_exception_on_the_way_cancels_the_order(asked: str) -> None:
    manifest = load_manifest(hard_manifest(14, time_limit_s=60))

    def interrupted(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warpack.optimize(manifest, on_progress=interrupted)
    with Client(asked) as client:
        (job,) = client.list(manifest_sha256=manifest.sha256).jobs
    assert job.state == "cancelled"


def test_a_service_that_is_not_there_or_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warpack.service.client.attempts._FIRST_PAUSE_S", 0.0)
    manifest = load_manifest(small())
    monkeypatch.setenv("WARPACK_URL", "http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        warpack.optimize(manifest)
    monkeypatch.setenv("WARPACK_URL", "somewhere")
    with pytest.raises(ValueError, match="http:// or https://"):
        warpack.optimize(manifest)
    with pytest.raises(ValueError, match="no search options"):
        warpack.optimize(manifest, search=SearchOptions(without=frozenset({"pairs"})))


def test_the_key_of_the_environment_is_shown(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPACK_KEY", "wp_wrong")
    with pytest.raises(ApiProblem, match="key") as refused:
        warpack.optimize(load_manifest(small()))
    assert refused.value.slug == "unauthorized"
    assert not isinstance(refused.value, JobFailed)


def test_the_command_line_says_the_same_by_both_ways(
    capsys: pytest.CaptureFixture[str], url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = Cli(capsys)
    for name, manifest in MANIFESTS.items():
        path = written(tmp_path, manifest, f"{name}.json")
        here = command("solve", path, "--json")
        with monkeypatch.context() as patch:
            patch.setenv("WARPACK_URL", url)
            there = command("solve", path, "--json")
        assert there.code == here.code == (3 if name == "infeasible" else 0), there.err
        assert without_times(there.json) == without_times(here.json)


def test_the_command_line_says_what_the_service_refuses(
    capsys: pytest.CaptureFixture[str], asked: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command, path = Cli(capsys), written(tmp_path, small())
    with monkeypatch.context() as patch:
        patch.setenv("WARPACK_KEY", "wp_wrong")
        ran = command("solve", path)
    assert (ran.code, ran.out) == (1, "")
    assert "the service refuses" in ran.err
    monkeypatch.setenv("WARPACK_URL", "somewhere")
    ran = command("solve", path)
    assert (ran.code, ran.out) == (2, "")
    assert "http:// or https://" in ran.err


def test_ctrl_c_cancels_the_order(asked: str, tmp_path: Path) -> None:
    manifest = hard_manifest(15, time_limit_s=60)
    path = written(tmp_path, manifest)
    sha256 = load_manifest(manifest).sha256
    running = start("solve", path, "--json", WARPACK_URL=asked)
    with Client(asked) as client:
        eventually(lambda: any(job.state == "solving" for job in client.jobs(manifest_sha256=sha256)), "it is solved")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate()
        assert running.returncode == 0, err
        assert b"Interrupted" in err
        assert json.loads(out)["manifest_sha256"] == sha256
        (job,) = client.jobs(manifest_sha256=sha256)
        assert job.state == "cancelled"


def test_watch_follows_a_job_of_the_service_to_its_end(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    warpack, url = Cli(capsys), asked
    with Client(url) as client:
        ready = client.submit(small(name="watched"))
        none = client.submit(one_buffer(100_000, name="too large"))
    ran = warpack("watch", ready.id)
    assert (ran.code, "level" not in ran.err) == (0, True)
    assert "static passed" in ran.out
    assert warpack("watch", f"{url}/v1/layouts/{none.id}").code == 3
