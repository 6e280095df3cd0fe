"""The device in a report of level hardware, and the figures that were measured otherwise than predicted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

KEYS = frozenset({"device", "kernel", "sanitizer"})
"""The parts of a report's detail that are shown here."""


def device_lines(detail: Mapping[str, Any]) -> Iterator[str]:
    """One line for the device, one for its kernel's figures, one for what compute-sanitizer found."""
    device, kernel = detail.get("device"), detail.get("kernel")
    if device:
        yield (
            f"on {device['name']} ({device['compute_capability']}, {device['uuid']}), driver {device['driver_version']}, "
            f"CUDA {device['cuda_version']}"
        )
        for each in device["table_differences"]:
            yield f"the device's {_words(each['figure'])} is {each['measured']}, not {each['table']} as in the table"
    if kernel:
        differing = [
            f"{_words(each['figure'])} {each['measured']}, predicted {each['predicted']}"
            for each in kernel["differences"]
        ]
        yield "measured otherwise than predicted: " + "; ".join(differing) if differing else "measured as predicted"
    for each in detail.get("sanitizer", ()):
        yield f"compute-sanitizer {each['tool']}: {each['errors']} errors"


def _words(figure: str) -> str:
    return figure.replace("_", " ")
