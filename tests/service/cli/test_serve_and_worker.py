"""`warpack serve` and `warpack worker` as processes."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.helpers.processes import PATIENCE_S, eventually
from tests.helpers.service_process import finished
from tests.service.cli.commands import Cli, small, start
from warpack.gpu_runtime.hardware import device_query
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.service.client import Client

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels_are_compiled")]


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start(*arguments)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def url_of(process: subprocess.Popen[bytes], port_file: Path) -> str:
    def look() -> bool:
        if process.poll() is not None:
            _, err = process.communicate()
            raise AssertionError(f"serve ended with code {process.returncode}: {err.decode()}")
        return port_file.exists()

    eventually(look, "the service answers")
    return f"http://127.0.0.1:{int(port_file.read_text())}"


def test_serve_answers_on_the_port_it_names_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with running("serve", "--port", "0", "--data-dir", tmp_path / "data", "--port-file", port_file) as process:
        url = url_of(process, port_file)
        assert httpx2.get(f"{url}/livez").status_code == 200
        with Client(url) as client:
            assert finished(client, client.submit(small()))["state"] == "ready"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in err.splitlines()]
    assert lines[0]["event"].startswith("Starting")
    assert any(line["event"].startswith(f"Serving on {url}") for line in lines)
    assert {"/livez", "/v1/layouts"} <= {line.get("path") for line in lines}
    assert b"Traceback" not in err


def test_a_worker_of_its_own_does_the_jobs_of_a_service_without_workers(tmp_path: Path) -> None:
    data, port_file = tmp_path / "data", tmp_path / "port"
    with running("serve", "--port", "0", "--data-dir", data, "--workers", "0", "--port-file", port_file) as serving:
        url = url_of(serving, port_file)
        with running("worker", "--data-dir", data, "--concurrency", "1") as working, Client(url) as client:
            assert finished(client, client.submit(small()))["state"] == "ready"
            working.send_signal(signal.SIGTERM)
            _, err = working.communicate(timeout=PATIENCE_S)
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=PATIENCE_S)
    assert (working.returncode, serving.returncode) == (0, 0), err
    assert b"Working on the jobs in" in err


def test_at_a_stop_callers_that_wait_get_their_job_at_once(tmp_path: Path) -> None:
    data, port_file = tmp_path / "data", tmp_path / "port"
    with running("serve", "--port", "0", "--data-dir", data, "--workers", "0", "--port-file", port_file) as serving:
        url = url_of(serving, port_file)
        with ThreadPoolExecutor(8) as callers, Client(url) as client:
            asked = [callers.submit(client.submit, small(name=f"job {n}", validation="compiled"), 60) for n in range(4)]
            eventually(lambda: len(client.list()["layouts"]) == 4, "four callers wait")
            first = client.list()["layouts"][0]["id"]
            asked += [callers.submit(client.get, first, 60) for _ in range(2)]
            eventually(lambda: "warpack_http_waiting 6.0" in httpx2.get(f"{url}/metrics").text, "two more callers wait")
            serving.send_signal(signal.SIGTERM)
            assert {each.result()["state"] for each in asked} == {"queued"}
        _, err = serving.communicate(timeout=PATIENCE_S)
    assert serving.returncode == 0, err
    statuses = {line["status"] for line in map(json.loads, err.splitlines()) if line.get("method")}
    assert statuses == {200, 202}, err


def test_a_port_file_that_cannot_be_written_is_told_before_anything_is_served(warpack: Cli, tmp_path: Path) -> None:
    for file, reason in ((tmp_path / "none" / "port", "No such file or directory"), (tmp_path, "Is a directory")):
        ran = warpack("serve", "--port", "0", "--data-dir", tmp_path / "data", "--port-file", file)
        assert ran.code == 1
        said = f"warpack: the service could not start: --port-file {file} cannot be written: {reason}"
        assert ran.err.splitlines()[-1] == said
        assert "Traceback" not in ran.err
        assert not (tmp_path / "data").exists()


def test_a_service_that_cannot_start_ends_with_code_1_and_says_why(warpack: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "warpack.sqlite").write_bytes(b"no database " * 1000)
    for folder, why in (("file", "File exists"), ("data", "damaged, or is not a database")):
        ran = warpack("serve", "--port", "0", "--data-dir", tmp_path / folder)
        assert ran.code == 1, ran.err
        assert "the service could not start" in ran.err
        assert why in ran.err
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments", [("serve", "--port", "70000"), ("serve", "--workers", "-1"), ("worker", "--concurrency", "0")]
)
def test_wrong_settings_end_with_code_2(warpack: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = warpack(*arguments, "--data-dir", tmp_path)
    assert ran.code == 2
    assert "workers" in ran.err or "port" in ran.err or "--concurrency 0 would do nothing" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sanitizer",), "--device and --sanitizer need --gpu"),
        (("--device", "1"), "--device and --sanitizer need --gpu"),
        (("--gpu", "--concurrency", "4"), "one validation at a time"),
        (("--queues", "solve,bake"), "there is no queue 'bake'"),
        (("--token", "wp_key"), "--token and --insecure need --gateway"),
        (("--gateway", "https://localhost:1"), "WARPACK_TOKEN or --token"),
        (("--gateway", "http://192.0.2.1", "--token", "wp_key"), "in the clear"),
        (("--gpu", "--device", "-1"), "GPUs are numbered from 0"),
    ],
)
def test_options_of_a_gpu_worker_that_make_no_sense_end_with_code_2(
    warpack: Cli, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = warpack("worker", *arguments, "--data-dir", tmp_path)
    assert ran.code == 2
    assert said in ran.err


def test_a_gateway_that_cannot_be_reached_or_refuses_ends_the_worker_with_code_1(warpack: Cli, tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    ran = warpack("worker", "--gateway", f"http://127.0.0.1:{port}", "--token", "wp_key", "--data-dir", tmp_path)
    assert ran.code == 1
    assert "cannot work for the service" in ran.err
    assert "wp_key" not in ran.err


def test_a_gpu_worker_without_a_gpu_says_what_is_missing_and_ends(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(ordinal: int) -> None:
        raise HardwareError("driver-missing", "no NVIDIA driver (libcuda.so.1)")

    monkeypatch.setattr(device_query, "query_real_device", nothing)
    ran = warpack("worker", "--gpu", "--data-dir", tmp_path / "data")
    assert ran.code == 1
    assert "no GPU to work with (driver-missing): no NVIDIA driver (libcuda.so.1)" in ran.err
    assert not (tmp_path / "data").exists()


def test_a_gpu_of_an_architecture_that_is_not_known_is_refused(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        device_query, "query_real_device", lambda ordinal: {"name": "new", "compute_capability": "99.0"}
    )
    ran = warpack("worker", "--gpu", "--data-dir", tmp_path)
    assert ran.code == 1
    assert "new has compute capability 99.0; known are" in ran.err


def test_a_port_in_use_is_said_without_a_traceback(warpack: Cli, tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = warpack("serve", "--port", str(taken.getsockname()[1]), "--data-dir", tmp_path)
    assert ran.code == 1
    assert "in use" in ran.err
