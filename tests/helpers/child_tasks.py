"""Tasks for child processes, each showing one way to behave."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path


def echo(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    return request[::-1]


def fail(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    raise ValueError(f"cannot do {request.decode()}")


def die(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


_HELD: list[bytes] = []


def tell_pid(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    return str(os.getpid()).encode()


def keep_memory(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """As many MiB as the request says, for good; the answer is the process id."""
    _HELD.append(os.urandom(int(request) * 1024 * 1024))
    return str(os.getpid()).encode()


def be_killed(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """By the signal that the request names, as the kernel does it when memory is short."""
    os.kill(os.getpid(), signal.Signals[request.decode()])
    time.sleep(600)
    return b""


def be_killed_for_memory(_request: bytes, cancelled: Callable[[], bool]) -> bytes:
    return be_killed(b"SIGKILL", cancelled)


def hang(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    time.sleep(600)
    return b""


def fill_memory(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def abort_as_c_does_without_memory(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n")
    os.abort()


def compute_for_ever(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    while True:
        pass


def tell_limits(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Of a process that the child starts: data, file and core bytes, seconds of processor time, the umask."""
    names = "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_CPU"
    program = f"import os, resource as r; print([*(r.getrlimit(getattr(r, n))[0] for n in {names}), os.umask(0)])"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout


def warn(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    warnings.warn("look out", stacklevel=1)
    return b""


def lower_hard_limits(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """As an operator may have set them, to so many MiB."""
    for what in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
        most = int(request) * 1024 * 1024
        resource.setrlimit(what, (most, most))
    return b"done"


def tell_environment(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """All that a child can see of it: its own, what the kernel keeps of it, and what a process that it starts gets."""
    started = subprocess.run(["env"], capture_output=True, check=True).stdout
    kept = Path("/proc/self/environ").read_bytes().replace(b"\0", b"\n")
    return "\n".join(f"{name}={value}" for name, value in os.environ.items()).encode() + b"\n" + kept + started


def find_module(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Where a module of this name would be imported from."""
    spec = importlib.util.find_spec(request.decode())
    return b"nowhere" if spec is None else str(spec.origin).encode()


def stop_when_asked(_request: bytes, cancelled: Callable[[], bool]) -> bytes:
    while not cancelled():
        time.sleep(0.01)
    return b"the best so far"


def never_end(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Start a process of its own, write both process ids to the file that the request names, and sleep."""
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    path = request.decode()
    with open(path + ".draft", "w") as file:
        file.write(f"{os.getpid()} {helper.pid}")
    os.rename(path + ".draft", path)
    time.sleep(600)
    return b""


def find_by_rule(request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """A validation whose level simulated has a finding of the rule that the request names."""
    from unittest.mock import patch

    from warpack.service.jobs.child_tasks.solves import solve, validate
    from warpack.service.jobs.children.rehearsal import MANIFEST
    from warpack.solver.wire.layout import Validation

    finding = {"rule": request.decode(), "message": "a process ended"}
    reports = ({"level": "simulated", "passed": False, "findings": [finding]},)
    asked = {"manifest": json.dumps(MANIFEST), "time_limit_s": 5.0}
    document = json.loads(solve(json.dumps(asked).encode(), cancelled))["document"]
    asked |= {"layout": document, "required": "simulated", "with_bundle": False}
    with patch("warpack.gpu_runtime.validation.validate_up_to", lambda *_: Validation("simulated", "none", reports)):
        return validate(json.dumps(asked).encode(), cancelled)


def find_a_fault(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """What a validation answers that failed at its first level."""
    finding = {"rule": "overlap", "message": "a and b share bytes [0, 4)"}
    report = {"level": "static", "passed": False, "findings": [finding]}
    verdict = {"level": "none", "passed": False, "reports": [report], "document": None, "artefacts": {}}
    return json.dumps(verdict).encode()


def bundle_it(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """What a validation answers that passed up to level simulated, with a bundle where one was asked for."""
    asked = json.loads(request)
    reports = [{"level": level, "passed": True, "findings": []} for level in ("static", "compiled", "simulated")]
    verdict = {"level": "simulated", "passed": True, "reports": reports, "document": "{}", "artefacts": {}}
    return json.dumps(verdict | {"bundle": "a bundle" if asked["with_bundle"] else None}).encode()


def find_nothing_wrong_on_a_device(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """What level hardware answers where it passed."""
    asked = json.loads(request)
    right = asked["bundle"] == "a bundle" and [each["level"] for each in asked["reports"]][-1] == "simulated"
    report = {"level": "hardware", "passed": right, "findings": [], "detail": {"ran": True}}
    verdict = {
        "level": "hardware",
        "passed": right,
        "ran": True,
        "reports": [report],
        "document": "{}",
        "artefacts": {},
    }
    return json.dumps(verdict).encode()


def have_no_device(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """What level hardware answers where the device could not run anything."""
    finding = {"rule": "out-of-memory", "message": "none left"}
    report = {"level": "hardware", "passed": False, "findings": [finding]}
    verdict = {"level": "simulated", "passed": False, "ran": False, "reports": [report], "document": None}
    return json.dumps(verdict | {"artefacts": {}}).encode()


def find_a_fault_on_a_device(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """What level hardware answers where the probe ran and found a fault."""
    finding = {"rule": "image-differs", "message": "byte 0 is wrong"}
    report = {"level": "hardware", "passed": False, "findings": [finding]}
    verdict = {"level": "simulated", "passed": False, "ran": True, "reports": [report], "document": None}
    return json.dumps(verdict | {"artefacts": {}}).encode()


def tell_and_answer(request: bytes, line: Callable[[], bool]) -> bytes:
    """Tells each byte of the request before it answers."""
    for byte in request:
        line.tell(bytes([byte]))  # type: ignore[attr-defined]  # a child's line
    return b"answer"


def find_nothing_wrong_once_told(request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """As `find_nothing_wrong_on_a_device`, once a file `go` is in the folder that has this process's cache."""
    folder = Path(os.environ["WARPACK_CACHE_DIR"]).parent
    (folder / "begun").touch()
    while not (folder / "go").exists():
        time.sleep(0.02)
    return find_nothing_wrong_on_a_device(request, cancelled)
