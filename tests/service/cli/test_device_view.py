"""A report of level hardware in words: the device, and every difference from what was predicted."""

from __future__ import annotations

from typing import Any

from warpack.service.render.reports import report_figures

_DEVICE = {
    "name": "A GPU", "uuid": "GPU-1", "compute_capability": "8.6", "driver_version": "580.82.07", "cuda_version": "13.0",
    "table_differences": [{"figure": "max_blocks_per_sm", "table": 16, "measured": 24}],
}  # fmt: skip


def lines(**detail: Any) -> list[str]:
    report = {"level": "hardware", "passed": True, "findings": [], "seconds": 0.5, "detail": {"ran": True, **detail}}
    return [text for _, text in report_figures(report)]


def test_the_device_and_what_differs_are_said() -> None:
    kernel = {
        "predicted": {"registers": 40}, "measured": {"registers": 64},
        "differences": [{"figure": "registers", "predicted": 40, "measured": 64}],
    }  # fmt: skip
    told = lines(
        device=_DEVICE, kernel=kernel, words_checked=12, sanitizer=[{"tool": "memcheck", "errors": 0, "log": ""}]
    )
    assert told == [
        "passed in 0.50 s: words checked 12",
        "on A GPU (8.6, GPU-1), driver 580.82.07, CUDA 13.0",
        "the device's max blocks per sm is 24, not 16 as in the table",
        "measured otherwise than predicted: registers 64, predicted 40",
        "compute-sanitizer memcheck: 0 errors",
    ]


def test_no_difference_is_said_too() -> None:
    told = lines(device={**_DEVICE, "table_differences": []}, kernel={"differences": []})
    assert told[-1] == "measured as predicted"


def test_checks_that_did_not_run_are_named() -> None:
    checks = {"image": {"what": "…", "ran": True, "findings": 0}, "shadow": {"what": "…", "ran": False, "why": "…"}}
    assert lines(checks=checks) == ["passed in 0.50 s: checks 1 (not shadow)"]
