"""Hostile requests, all at once, against a service of its own: how much memory the API takes, how fast /readyz is.

    python -m benchmarks.hostile              the whole trial, about a minute
    python -m benchmarks.hostile --no-checks  without the manifests that take long to check

18 bodies of 15.7 MB are posted (12 to verify, 6 to check) until each was read, 30 bodies are held open short of 16 MiB,
1,200 connections are half open, and four manifests take 40 s to check. Exit code 1: the API took more than 512 MiB, or
/readyz more than a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from tests.helpers.service_process import service

MOST_RSS_MIB = 512
SLOWEST_READY_S = 1.0
_TRIAL_S = 45.0


def slow_to_check(buffers: int) -> bytes:
    """Plain intervals that all meet their neighbours, each with several threads to a run."""
    return json.dumps(
        {
            "schema": "warpack/manifest/1",
            "target": {"compute_capability": "8.6"},
            "launch": {"threads_per_run": 32},
            "timeline": {"length": 1000},
            "buffers": [
                {"name": f"b{n}", "size": 1, "dtype": "float32", "lifetime": [[n % 990, n % 990 + 9]]}
                for n in range(buffers)
            ],
        }
    ).encode()


def large(total_bytes: int) -> bytes:
    """JSON that is read whole before anything is found wrong with it."""
    row = {"name": "b", "size": 1, "dtype": "float32", "lifetime": [[0, 1]]}
    rows = [row] * (total_bytes // (len(json.dumps(row)) + 2))
    document = {"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}, "buffers": rows}
    return json.dumps(document).encode()[:total_bytes]


class Caller:
    """Raw HTTP over sockets: what no well-meant client would send."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seen: Counter[str] = Counter()

    async def post(self, path: str, body: bytes, declared: int | None = None, *, hold: bool = False) -> str:
        """The status of the answer."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Content-Length: {len(body) if declared is None else declared}\r\n\r\n".encode() + body)
            with suppress(ConnectionError):
                await writer.drain()
            status = (await reader.readline())[9:12].decode() or "closed"
            writer.close()
        except ConnectionError as error:
            status = type(error).__name__
        self.seen[f"{'held' if hold else path}: {status}"] += 1
        return status

    async def post_until_read(self, path: str, body: bytes) -> None:
        """Again each second while there is no room for it."""
        while await self.post(path, body) == "503":
            await asyncio.sleep(1)

    async def half_open(self) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"GET /livez HTTP/1.1\r\nHost: local")
            answer = await reader.readline()
            self.seen[f"half open: {answer[9:12].decode() or 'closed'}"] += 1
            writer.close()
        except ConnectionError as error:
            self.seen[f"half open: {type(error).__name__}"] += 1


def ask_until(stop: Event, port: int, waits: Connection) -> None:
    """Asks /readyz from a process of its own, so that the trial's own load does not count. Sends every answer's status
    and seconds."""
    told: list[tuple[str, float]] = []
    while not stop.wait(0.1):
        begun = time.perf_counter()
        try:
            with socket.create_connection(("127.0.0.1", port)) as asking:
                asking.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                status = asking.recv(65536)[9:12].decode() or "closed"
        except OSError as error:
            status = type(error).__name__
        told.append((status, time.perf_counter() - begun))
    waits.send(told)


def rss_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def trial(port: int, pid: int, *, checks: bool) -> tuple[float, Counter[str]]:
    caller = Caller(port)
    body, held = large(15_700_000), b"{" + b" " * 16_000_000
    pair = b'{"manifest": ' + body[:-20]
    hostile: list[Awaitable[object]] = [asyncio.ensure_future(caller.half_open()) for _ in range(1200)]
    await asyncio.sleep(1)  # so that they come before the others, and not at the price of these
    hostile += [caller.post_until_read("/v1/layouts:verify", pair) for _ in range(12)]
    hostile += [caller.post_until_read("/v1/manifests:check", body) for _ in range(6)]
    hostile += [caller.post("/v1/manifests:check", held, 2**24, hold=True) for _ in range(30)]
    if checks:
        hostile += [caller.post("/v1/manifests:check", slow_to_check(10_000)) for _ in range(4)]
    tasks = [asyncio.ensure_future(each) for each in hostile]
    peak = 0.0
    end = time.monotonic() + _TRIAL_S
    while time.monotonic() < end and not all(task.done() for task in tasks):
        peak = max(peak, rss_mib(pid))
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return peak, caller.seen


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--no-checks", action="store_true", help="leave out the manifests that take long to check")
    given: Any = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    with (
        tempfile.TemporaryDirectory(prefix="warpack-hostile-") as folder,
        service(Path(folder, "data"), fresh=True) as running,
    ):
        port = int(running.url.rpartition(":")[2])
        before = rss_mib(running.process.pid)
        ours, theirs = multiprocessing.Pipe()
        stop = multiprocessing.Event()
        asking = multiprocessing.Process(target=ask_until, args=(stop, port, theirs))
        asking.start()
        peak, seen = asyncio.run(trial(port, running.process.pid, checks=not given.no_checks))
        stop.set()
        told = ours.recv()
        asking.join()
    waits = sorted(seconds for _, seconds in told)
    seen += Counter(f"/readyz: {status}" for status, _ in told)
    print(f"API memory   {before:.0f} MiB before, {peak:.0f} MiB at most (limit {MOST_RSS_MIB})")
    print(f"/readyz      {len(waits)} asked, median {waits[len(waits) // 2]:.3f} s, slowest {waits[-1]:.3f} s")
    for what, count in sorted(seen.items()):
        print(f"{count:6d}  {what}")
    return 0 if peak <= MOST_RSS_MIB and waits[-1] <= SLOWEST_READY_S else 1


if __name__ == "__main__":
    sys.exit(main())
