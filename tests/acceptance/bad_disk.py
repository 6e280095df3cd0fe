"""Disks and files that fail under a service that runs: `python -m tests.acceptance.bad_disk`.

The data folder is a small file system of its own, so root is needed. It fills up in the middle of a solve; the
database's file is taken away and put back; the service is started on a damaged file, and on a folder that cannot be
written. Each time there is a clear problem or a clear end, and when the cause is gone all goes on, and nothing is lost.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.processes import PATIENCE_S, eventually
from tests.helpers.service_process import ServiceProcess, finished, service
from warpack.gpu_runtime.interpreter import import_environment
from warpack.service.client import ApiProblem, Client

NO_PLACE = "a file system cannot be mounted here: the trial wants root, and a machine that lets it mount"
_SIZE_MIB = 64
_FAILED = 1


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system in memory. Raises PermissionError where none can be mounted."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE_MIB}m", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise PermissionError(f"{NO_PLACE} ({done.stderr.strip()})")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def run(place: Path) -> list[str]:
    """What was seen. Raises AssertionError where something is lost, or not told as it should be."""
    with small_disk(place) as disk:
        folder = disk / "data"
        with service(folder, plain=True) as running, running.client() as client:
            stored = client.solve(_manifest(0))
            seen = [_full(running, client, stored, disk / "filler"), _taken_away(running, client, stored, folder)]
        seen += [_damaged(folder), _read_only(disk, folder)]
        with service(folder, plain=True) as running, running.client() as client:
            assert client.get(stored["id"])["layout"] == stored["layout"]
            assert {job["state"] for job in client.jobs()} == {"ready"}
    return seen


def _full(running: ServiceProcess, client: Client, stored: dict[str, Any], filler: Path) -> str:
    under_way = client.submit(hard_manifest(2, boxes=6, time_limit_s=3))
    eventually(lambda: client.get(under_way["id"])["state"] == "solving", "the solve has begun")
    _fill(filler)
    assert _problem(running, "/readyz") == "disk-full"
    told: Counter[str] = Counter()
    accepted = []
    for number in range(1, 30):
        try:
            accepted.append(client.submit(_manifest(number)))
        except ApiProblem as problem:
            told[f"{problem.status} {problem.type.rpartition(':')[2]}"] += 1
    assert set(told) == {"503 disk-full"}, told
    assert client.get(stored["id"])["layout"] == stored["layout"]
    assert len(list(client.jobs())) >= 2
    filler.unlink()
    eventually(lambda: _problem(running, "/readyz") is None, "it is ready again")
    for job in (under_way, *accepted, client.submit(_manifest(100))):
        assert finished(client, job)["state"] == "ready"
    return (
        f"disk full: {told.total()} orders refused as {' '.join(told)}, {len(accepted)} taken, all taken ones finished"
    )


def _taken_away(running: ServiceProcess, client: Client, stored: dict[str, Any], folder: Path) -> str:
    aside = folder.with_name("aside")
    aside.mkdir()
    names = [file.name for file in folder.glob("warpack.sqlite*")]
    for name in names:
        (folder / name).rename(aside / name)
    ready = eventually(lambda: _problem(running, "/readyz"), "it is not ready")
    assert ready == "database-unreachable", ready
    told = _refusal(client)
    assert told == "503 database-unreachable", told
    assert not (folder / "warpack.sqlite").exists(), "an empty file was made in its place"
    for name in names:
        (aside / name).rename(folder / name)
    eventually(lambda: _problem(running, "/readyz") is None, "it is ready again")
    assert client.get(stored["id"])["layout"] == stored["layout"]
    assert finished(client, client.submit(_manifest(201)))["state"] == "ready"
    return f"file taken away: not ready ({ready}), an order refused as {told}, and all well once it was back"


def _damaged(folder: Path) -> str:
    file = folder / "warpack.sqlite"
    whole = file.read_bytes()
    file.write_bytes(b"no database " * 1000)
    said = _start_fails(folder)
    assert "damaged" in said, said
    file.write_bytes(whole)
    return f"file damaged: {said}"


def _read_only(disk: Path, folder: Path) -> str:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        said = _start_fails(folder)
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert "not allowed to write" in said or "Read-only" in said, said
    return f"folder read-only: {said}"


def _start_fails(folder: Path) -> str:
    """What `warpack serve` says when it ends at once."""
    command = [sys.executable, "-P", "-m", "warpack", "serve", "--port", "0", "--data-dir", str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_S, env=os.environ | import_environment()
    )
    assert done.returncode == _FAILED, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip().splitlines()[-1]


def _refusal(client: Client) -> str | None:
    try:
        client.submit(_manifest(200))
    except ApiProblem as problem:
        return f"{problem.status} {problem.type.rpartition(':')[2]}"
    return None


def _problem(running: ServiceProcess, path: str) -> str | None:
    """The last part of the type; None for an answer that is none."""
    answer = httpx2.get(f"{running.url}{path}", timeout=PATIENCE_S, trust_env=False)
    if answer.status_code == 200:
        return None
    assert answer.status_code == 503, answer.text
    return str(answer.json()["type"].rpartition(":")[2])


def _manifest(number: int) -> dict[str, Any]:
    """One of many phases, so that its text needs place of its own."""
    return {
        "schema": "warpack/manifest/1",
        "name": f"number {number}",
        "target": {"compute_capability": "8.6"},
        "timeline": {"phases": [f"phase {number} {phase}" for phase in range(900)]},
        "buffers": [{"name": "x", "size": 1 + number, "dtype": "float32", "lifetime": [[f"phase {number} 0"] * 2]}],
        "validation": "static",
    }


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, 2**12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue  # full for pieces of this size


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory(prefix="warpack-disk-") as folder:
        try:
            seen = run(Path(folder, "disk"))
        except PermissionError as error:
            print(error)
            return 1
    print("\n".join(seen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
