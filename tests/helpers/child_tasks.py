"""Tasks for child processes, each showing one way to behave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable


def echo(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    return request[::-1]


def fail(request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    raise ValueError(f"cannot do {request.decode()}")


def die(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


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


def find_a_fault(_request: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """What a validation answers that failed at its first level."""
    finding = {"rule": "overlap", "message": "a and b share bytes [0, 4)"}
    report = {"level": "static", "passed": False, "findings": [finding]}
    verdict = {"level": "none", "passed": False, "reports": [report], "document": None, "artefacts": {}}
    return json.dumps(verdict).encode()
