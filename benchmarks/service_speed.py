"""How quick the service is, on a machine that does nothing else: `python -m benchmarks.service_speed`.

stored   one stored manifest, posted by 16 and by 64 clients, beside a bare FastAPI endpoint that answers with the same
         bytes on the same server: requests a second, and the time that 99 of 100 take
new      static manifests of 40 buffers that nobody has posted before, one after another, with `Prefer: wait`. Beside
         each answer, the same is computed in this process alone, by the function that the service's warm child runs:
         the manifest read, solved, the layout written, read again, verified, and written with its allocators
queued   the same without `Prefer: wait`, so that they go through the queues of workers; the events are followed to the
         end: to a service at rest, and one after another
idle     processor time of a service to which nothing is sent
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.helpers.processes import descendants, eventually, processor_s
from tests.helpers.service_process import service
from warpack.service.jobs.child_tasks.solves import solve_and_verify

_BARE = """
import sys
from pathlib import Path
import uvicorn
from fastapi import FastAPI, Request, Response
answer = Path(sys.argv[1]).read_bytes()
app = FastAPI()

@app.post("/v1/layouts")
async def post(request: Request) -> Response:
    await request.body()
    return Response(answer, media_type="application/json")

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


def manifest(number: int, buffers: int = 40) -> dict[str, Any]:
    """Lifetimes and sizes at random, and so a hash of its own."""
    chance = random.Random(number)
    found = []
    for each in range(buffers):
        start = chance.randrange(18)
        size = chance.randrange(1, 32)
        found.append(
            {
                "name": f"b{each}",
                "size": size,
                "dtype": "float32",
                "lifetime": [[start, start + chance.randrange(1, 6)]],
            }
        )
    return {
        "schema": "warpack/manifest/1",
        "name": f"new {number}",
        "target": {"compute_capability": "8.6"},
        "timeline": {"length": 24},
        "buffers": found,
        "solver": {"time_limit_s": 5},
        "validation": "static",
    }


async def _client(address: tuple[str, int], request: bytes, until: float, times_s: list[float]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode())
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:] if line)
        await reader.readexactly(int(fields[b"content-length"]))
        times_s.append(time.perf_counter() - begun)
    writer.close()


def load(url: str, body: bytes, clients: int, seconds: float) -> tuple[float, float]:
    """Requests a second, and the milliseconds that 99 of 100 take at most."""
    parts = urlsplit(url)
    head = f"POST /v1/layouts HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    times_s: list[float] = []

    async def all_clients() -> None:
        until = time.perf_counter() + seconds
        address = (parts.hostname or "127.0.0.1", parts.port or 80)
        await asyncio.gather(*(_client(address, head.encode() + body, until, times_s) for _ in range(clients)))

    asyncio.run(all_clients())
    return len(times_s) / seconds, statistics.quantiles(times_s, n=100)[98] * 1000


@contextmanager
def bare_endpoint(answer: bytes, folder: Path) -> Iterator[str]:
    (folder / "answer").write_bytes(answer)
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-c", _BARE, str(folder / "answer"), str(port)])
    try:
        eventually(lambda: _answers(port), "the bare endpoint answers")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def stored(url: str, folder: Path, seconds: float) -> None:
    from warpack.service.client import Client

    body = json.dumps(manifest(0)).encode()
    with Client(url) as client:
        client.submit(body, wait_s=60)
        answer = json.dumps(client.submit(body), ensure_ascii=False).encode()
    with bare_endpoint(answer, folder) as bare:
        for clients in (16, 64):
            rates = {name: load(where, body, clients, seconds) for name, where in (("Warpack", url), ("bare", bare))}
            share = rates["Warpack"][0] / rates["bare"][0]
            slower = rates["Warpack"][1] / rates["bare"][1]
            told = ", ".join(f"{name} {rate:.0f}/s, p99 {p99:.1f} ms" for name, (rate, p99) in rates.items())
            print(f"stored, {clients} clients: {told}; {share:.2f} of its rate, {slower:.2f} times its p99")


def new(url: str, count: int) -> None:
    from warpack.service.client import Client

    times_s, computing_s = [], []
    with Client(url) as client:
        for number in range(1, count + 1):
            document = manifest(number)
            begun = time.perf_counter()
            job = client.submit(document, wait_s=30)
            times_s.append(time.perf_counter() - begun)
            if job["state"] != "ready":
                raise RuntimeError(f"{job['state']}: {job['problem']}")
            request = json.dumps({"manifest": json.dumps(document), "time_limit_s": 5.0}).encode()
            begun = time.perf_counter()
            solve_and_verify(request, lambda: False)
            computing_s.append(time.perf_counter() - begun)
    cuts = statistics.quantiles(times_s, n=20)
    ratio = statistics.median(took / computed for took, computed in zip(times_s, computing_s, strict=True))
    print(
        f"new, 40 buffers, one after another: p50 {statistics.median(times_s) * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms; "
        f"computing in this process alone p50 {statistics.median(computing_s) * 1000:.0f} ms; "
        f"{ratio:.1f} times the computing (median)"
    )


def queued(url: str, count: int) -> None:
    from warpack.service.client import Client

    with Client(url) as client:
        for told, number_of, rest_s in (("at rest", min(count, 4), 20.0), ("one after another", count, 0.0)):
            times_s = []
            for number in range(number_of):
                time.sleep(rest_s)
                begun = time.perf_counter()
                job = client.submit(manifest(10_000 + number + (0 if rest_s else count)))
                last = [event.kind for event in client.events(job.id)][-1]
                if last != "ready":
                    raise RuntimeError(last)
                times_s.append(time.perf_counter() - begun)
            print(
                f"queued, {told}: p50 {statistics.median(times_s) * 1000:.0f} ms, the longest {max(times_s) * 1000:.0f} ms"
            )


def idle(pid: int, seconds: float) -> None:
    before = _cpu_s(pid)
    time.sleep(seconds)
    share = (_cpu_s(pid) - before) / seconds
    print(f"idle for {seconds:.0f} s: {share:.1%} of a core in all processes")


def _cpu_s(pid: int) -> float:
    return sum(processor_s(each) for each in {pid, *descendants(pid)})


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _answers(port: int) -> bool:
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load, and three times that idle")
    parser.add_argument("--count", type=int, default=100, help="of new manifests")
    parser.add_argument("--only", choices=("stored", "new", "queued", "idle"), help="one of the four")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, service(Path(folder, "data"), fresh=True) as running:
        trials: dict[str, Callable[[], None]] = {
            "new": lambda: new(running.url, asked.count),
            "stored": lambda: stored(running.url, Path(folder), asked.seconds),
            "queued": lambda: queued(running.url, asked.count),
            "idle": lambda: idle(running.process.pid, 3 * asked.seconds),
        }
        for name, trial in trials.items():
            if asked.only in (None, name):
                trial()
    return 0


if __name__ == "__main__":
    sys.exit(main())
