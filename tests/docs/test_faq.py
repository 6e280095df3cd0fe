"""Each message of docs/faq.md is what the program says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.python_programs import output_of
from warpack.extras import explained
from warpack.gpu_runtime.hardware import device_query
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.service.cli import main
from warpack.service.client import Client
from warpack.service.client.problems import Unreachable

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8")
SECTIONS = dict(section.partition("\n")[::2] for section in PAGE.split("\n### ")[1:])
SAID = {
    title: re.findall(r"^```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for title, text in SECTIONS.items()
    if "```text" in text
}

_BLUR: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "launch": {"threads_per_block": 256},
    "timeline": {"phases": ["load", "blur", "share", "emit"]},
    "buffers": [
        {"name": "tile", "size": 256, "dtype": "float32", "scope": "block", "lifetime": [["load", "blur"]]},
        {"name": "sums", "size": 256, "dtype": "float32", "scope": "block", "lifetime": [["share", "emit"]]},
    ],
}
_STEPS: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "timeline": {"phases": ["load", "apply", "finish"], "loops": [["apply", "finish"]]},
    "buffers": [
        {"name": "weights", "size": 32, "dtype": "float32", "lifetime": [["load", "apply"]]},
        {"name": "scratch", "size": 32, "dtype": "float32", "lifetime": [["finish", "finish"]]},
    ],
}
_NUMBER = "schema: warpack/manifest/1\ntarget: {compute_capability: 8.6}\nbuffers: [{name: a, size: 4, dtype: int8}]\n"
_MISSPELT = """schema: warpack/manifest/1
target: {compute_capability: "8.6"}
timeline: {phases: [load, use]}
buffers:
  - {name: tile, size: 256, dtype: flot32, lifetime: [[laod, use]]}
bufers: []
"""
_RACE = """import numpy as np
from numba import cuda, float32


@cuda.jit
def turn(out):
    tile = cuda.shared.array(64, float32)
    t = cuda.threadIdx.x
    tile[t] = t
    out[t] = tile[63 - t]


turn[1, 64](np.zeros(64, np.float32))
"""


def _buffer(document: dict[str, Any], number: int, **fields: Any) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(document))
    changed["buffers"][number].update(fields)
    return changed


def _check(text: str | dict[str, Any], name: str = "kernel.yaml") -> None:
    Path(name).write_text(text if isinstance(text, str) else json.dumps(text))
    main(["check", name])


def _does_not_fit() -> None:
    Path("kernel.json").write_text(json.dumps(_buffer(_BLUR, 0, size=20000)))
    main(["solve", "kernel.json"])


def _of_another_manifest() -> None:
    document = json.loads((ROOT / "examples/01-two-buffers.json").read_text())
    Path("kernel.json").write_text(json.dumps(document))
    main(["solve", "kernel.json", "--emit", "out"])
    Path("kernel.json").write_text(json.dumps(_buffer(document, 0, size=65)))
    main(["verify", "kernel.json", "out/layout.json"])


def _trace(name: str, text: str) -> None:
    Path(name).write_text(text)
    main(["trace", name, "--no-prove"])


def _no_gpu() -> None:
    """As on a machine without a driver, whatever this one has."""

    def nothing(ordinal: int) -> None:
        raise HardwareError("driver-missing", "no NVIDIA driver: libcuda.so.1 cannot be loaded")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(device_query, "query_real_device", nothing)
        main(["worker", "--gpu", "--data-dir", "data"])


def _missing() -> None:
    print(explained("warpack.Client", ModuleNotFoundError(name="httpx2")))


def _titles() -> None:
    program = "import problem_types; print(problem_types.of_calls())"
    print(output_of("-c", program, paths=(ROOT, ROOT / "docs" / "site"), simulator=False))


def _unreachable() -> None:
    with pytest.raises(Unreachable) as caught, Client("http://127.0.0.1:1", retries=0) as client:
        client.devices()
    print(caught.value)


MADE: dict[str, Callable[[], None]] = {
    "YAML reads my architecture as a number": lambda: _check(_NUMBER),
    "A field, a phase or a type has another name": lambda: _check(_MISSPELT),
    "The alias is refused": lambda: _check(_buffer(_BLUR, 1, lifetime=[["blur", "emit"]], aliases="tile"), "k.json"),
    '"No barrier of scope block stands after its life"': lambda: _check(_BLUR, "k.json"),
    '"Its contents are kept through …"': lambda: _check(_STEPS, "k.json"),
    "Nothing fits": _does_not_fit,
    "The script launched no kernel": lambda: _trace("empty.py", "print(1)\n"),
    "A race": lambda: _trace("race.py", _RACE),
    "The layout is for another manifest": _of_another_manifest,
    "A package is missing": _missing,
    "No GPU": _no_gpu,
    "415: Only JSON is accepted": _titles,
    "421: The host is not allowed": _titles,
    "The service cannot be reached": _unreachable,
}
"""What makes the messages of a section, by its heading."""


def test_every_message_of_the_page_is_made_here() -> None:
    assert set(SAID) == set(MADE)


@pytest.mark.parametrize("title", MADE)
def test_the_message_is_what_the_program_says(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "500")
    MADE[title]()
    printed = " ".join("".join(capsys.readouterr()).split())
    for block in SAID[title]:
        for message in _messages(block):
            assert message in printed


def _messages(block: str) -> list[str]:
    """The messages of a block: a line that does not begin one goes on with the one before."""
    joined = re.sub(r"\n(?!error: |wrong-size: |peak )", " ", block.strip())
    return [" ".join(message.split()) for message in joined.splitlines()]
