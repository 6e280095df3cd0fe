"""`warpack watch`: follows a job, and ends with its exit code. The service is played here; a real one is watched in
tests/service/client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.cli.commands import Cli, one_buffer, small
from warpack.service import client as clients
from warpack.service.client import Event, Job, NotFound, Unreachable
from warpack.solver import load_manifest, optimize

INCUMBENT = {
    "seconds": 0.5,
    "run_bytes": 24,
    "lower_bound_bytes": 20,
    "threads_per_block": 64,
    "at": "2026-01-02T10:11:12Z",
}


class Played:
    """A service with one job, which ends as `ended`."""

    def __init__(self, ended: dict[str, Any], manifest: dict[str, Any] | None = None) -> None:
        self.ended, self.manifest, self.looks, self.asked = ended, manifest or small(), 0, list[str]()

    def __call__(self, url: str, *, key: str | None = None, transport: object = None) -> Played:
        self.asked.append(url)
        return self

    def __enter__(self) -> Played:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, job_id: str) -> Job:
        if job_id != "1":
            raise NotFound(404, {"title": "There is no such job."})
        self.looks += 1
        first = {"state": "queued", "waiting_for": {"message": "No worker is alive."}}
        return Job({"id": job_id, "name": "small", "problem": None} | (first if self.looks == 1 else self.ended))

    def events(self, _job_id: str) -> Iterator[Event]:
        yield Event(1, "solving", {"at": "2026-01-02T10:11:11Z"})
        yield Event(2, "incumbent", INCUMBENT)
        yield Event(3, "validating", {"at": "2026-01-02T10:11:13Z"})

    def artefact(self, _job_id: str, _name: str) -> str:
        return json.dumps(self.manifest)


def layout_of(manifest: dict[str, Any]) -> dict[str, Any]:
    return optimize(load_manifest(manifest)).model_dump()


def play(monkeypatch: pytest.MonkeyPatch, ended: dict[str, Any], manifest: dict[str, Any] | None = None) -> Played:
    played = Played(ended, manifest)
    monkeypatch.setattr(clients, "Client", played, raising=False)
    monkeypatch.delenv("WARPACK_URL", raising=False)
    return played


def test_states_come_with_their_times_and_the_layout_is_shown(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    played = play(monkeypatch, {"state": "ready", "layout": layout_of(small())})
    ran = warpack("watch", "1")
    assert ran.code == 0
    assert ran.err.splitlines() == ["No worker is alive.", "10:11:11  solving", "10:11:13  validating"]
    assert "24, proven the fewest" in ran.out
    assert played.asked == ["http://127.0.0.1:8000"]


@pytest.mark.parametrize(
    ("ended", "code", "said"),
    [
        ({"state": "cancelled"}, 1, "the job was cancelled"),
        (
            {"state": "failed", "problem": {"type": "urn:warpack:problem:internal", "detail": "It broke."}},
            1,
            "It broke.",
        ),
        (
            {
                "state": "failed",
                "problem": {
                    "type": "urn:warpack:problem:bad-manifest",
                    "detail": "Pins overlap.",
                    "errors": [{"type": "pinned-overlap", "pointer": "/buffers", "message": "They do.", "names": []}],
                },
            },
            2,
            "/buffers: They do.",
        ),
    ],
)
def test_the_exit_code_is_that_of_the_job(
    warpack: Cli, monkeypatch: pytest.MonkeyPatch, ended: dict[str, Any], code: int, said: str
) -> None:
    play(monkeypatch, ended)
    ran = warpack("watch", "1")
    assert (ran.code, said in ran.err, "Traceback" in ran.err) == (code, True, False)


def test_an_infeasible_job_ends_with_code_3_and_its_figures(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = one_buffer(20_000)
    play(monkeypatch, {"state": "infeasible", "infeasible": layout_of(manifest)}, manifest)
    ran = warpack("watch", "1")
    assert (ran.code, "80004" in ran.out) == (3, True)


def test_json_is_the_job_and_quiet_says_nothing(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = {"state": "ready", "layout": layout_of(small())}
    play(monkeypatch, ready)
    assert warpack("watch", "1", "--json").json["state"] == "ready"
    play(monkeypatch, ready)
    ran = warpack("watch", "1", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_link_names_its_service(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    played = play(monkeypatch, {"state": "ready", "layout": layout_of(small())})
    assert warpack("watch", "https://warpack.example/base/v1/layouts/1/events").code == 0
    assert played.asked == ["https://warpack.example/base"]
    ran = warpack("watch", "https://warpack.example/elsewhere")
    assert (ran.code, "no link to a job" in ran.err) == (2, True)


def test_a_job_that_is_none_and_a_service_that_is_silent_are_said(
    warpack: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = play(monkeypatch, {})
    ran = warpack("watch", "2")
    assert (ran.code, "has no job 2" in ran.err) == (2, True)

    def silent(_job_id: str) -> Job:
        raise Unreachable("http://x", "refused")

    monkeypatch.setattr(played, "get", silent)
    ran = warpack("watch", "1")
    assert (ran.code, "Traceback" in ran.err) == (1, False)


def test_ctrl_c_leaves_the_job_and_says_how_to_come_back(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    played = play(monkeypatch, {})

    def interrupted(_job_id: str) -> Iterator[Event]:
        raise KeyboardInterrupt

    monkeypatch.setattr(played, "events", interrupted)
    ran = warpack("watch", "1")
    assert ran.code == 130
    assert "warpack watch 1" in ran.err
