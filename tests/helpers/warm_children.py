"""Children that are forked from a process in which numba is imported already: most of a small child's time is that.

    answer = ask(module, request, time_limit_s=…, environment=…)   # in the place of `child_process.ask`

Each request still has a process of its own. `python -m tests.helpers.warm_children MODULE` is what they are forked
from: it reads one JSON object per line from its standard input, and writes one per line.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.child_process import ChildError
from warpack.gpu_runtime.interpreter import import_environment, python

_ROOT = Path(__file__).parents[2]
_PARENT = "WARPACK_PARENT_PID"
_servers: dict[tuple[str, frozenset[tuple[str, str]]], subprocess.Popen[str]] = {}


def ask(
    module: str, request: Mapping[str, Any], *, time_limit_s: float, environment: Mapping[str, str]
) -> dict[str, Any]:
    """What a child of the module answers. Raises ChildError where it crashes or gives no answer; there is no time
    limit but that of the test."""
    server = _server(module, environment)
    assert server.stdin is not None
    assert server.stdout is not None
    told = {"request": request, "environment": {**os.environ, **import_environment(), **environment}}
    print(json.dumps(told), file=server.stdin, flush=True)
    line = server.stdout.readline()
    assert line, f"the process that {module} is forked from has ended"
    found = json.loads(line)
    if found["code"] != 0:
        raise ChildError("crashed", f"{module} ended with {found['code']}", found["errors"])
    try:
        answer: dict[str, Any] = json.loads(found["output"])
    except ValueError:
        raise ChildError("no-answer", f"{module} ended without an answer", found["errors"]) from None
    return answer


def _server(module: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    key = module, frozenset(environment.items())
    if key not in _servers:
        if not _servers:
            atexit.register(_end)
        paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        _servers[key] = subprocess.Popen(
            python("-m", "tests.helpers.warm_children", module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"},
        )
    return _servers[key]


def _end() -> None:
    for server in _servers.values():
        server.communicate()  # it ends with its standard input


def main(module: str) -> None:
    child = import_module(module)
    if os.environ.get("NUMBA_ENABLE_CUDASIM") == "0":
        _load_compiler(module)
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            json.dump(asked["request"], given)
            given.flush()
            given.seek(0)
            parent, forked = str(os.getpid()), os.fork()
            if forked == 0:
                for number, file in enumerate((given, out, errors)):
                    os.dup2(file.fileno(), number)
                os.environ.clear()
                os.environ.update({**asked["environment"], _PARENT: parent})
                sys.stdin = os.fdopen(0)
                _run(child)
            code = os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1])
            said = []
            for file in (out, errors):
                file.seek(0)
                said.append(file.read().decode(errors="replace"))
        print(json.dumps({"code": code, "output": said[0], "errors": said[1]}), flush=True)


def _load_compiler(module: str) -> None:
    """What a child that compiles imports first, and what numba makes once."""
    if module.endswith(".compile_child"):
        from warpack.gpu_runtime.compiler import warm_up

        warm_up()


def _run(child: Any) -> None:
    """The child's `main`, as at the end of its module."""
    code = 1
    try:
        code = child.main()
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
