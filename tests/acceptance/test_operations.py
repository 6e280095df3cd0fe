"""An operator's day: settings from a file, figures and traces while it runs, a backup, and a new start from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.service_process import finished, service, worker
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.cli import main


@contextmanager
def collector() -> Iterator[tuple[str, dict[str, bytes]]]:
    """The URL of an OTLP collector, and what it got, by path."""
    got: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got[self.path] = got.get(self.path, b"") + body
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


def test_a_service_is_watched_backed_up_while_it_runs_and_goes_on_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "a.backup"
    config = tmp_path / "warpack.toml"
    config.write_text("retention_days = 30\nmax_connections = 64\n")
    monkeypatch.setenv("WARPACK_CONFIG", str(config))
    with collector() as (url, got):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "a-warpack")
        with service(here, workers=0) as running, running.client() as client:
            figures = httpx2.get(f"{running.url}/metrics").text
            assert "warpack_store_up 1.0" in figures
            ready = client.submit({**MANIFEST, "validation": "static"}, wait_s=60)
            open_one = client.submit(hard_manifest(time_limit_s=1))
            assert main(["admin", "backup", str(file), "--data-dir", str(here)]) == 0
            assert main(["admin", "restore", str(file), "--replace", "--data-dir", str(here)]) == 1  # it is in use
            assert ready["state"] == "ready"
            assert running.stop() == 0
    assert b"POST /v1/layouts" in got["/v1/traces"]
    assert b"a-warpack" in got["/v1/metrics"]
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    assert main(["admin", "restore", str(file), "--data-dir", str(there)]) == 0
    with service(there, workers=0) as running, running.client() as client, worker(there, plain=True):
        assert client.get(ready["id"])["layout"] == ready["layout"]
        assert finished(client, open_one)["state"] == "ready"
        config.write_text("port = 'no'\n")
        assert main(["serve", "--data-dir", str(there)]) == 2
