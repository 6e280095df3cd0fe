"""Looks at one device: `python -m warpack.gpu_runtime.hardware.device_query_child` reads its number and writes what it
is. For `device_query.query_device`."""

from __future__ import annotations

import json
import sys
from typing import Any

from warpack.gpu_runtime.hardware.device import open_device
from warpack.gpu_runtime.hardware.driver_process import answering, end_by_itself
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.gpu_runtime.hardware.identity import objections


def main() -> int:
    with answering() as out:
        request = json.load(sys.stdin)
        end_by_itself(request["time_limit_s"])
        try:
            device = open_device(request["ordinal"])
        except HardwareError as error:
            answer: dict[str, Any] = {"error": {"rule": error.rule, "message": str(error)}}
        else:
            answer = {"error": None, "device": device.to_json(), "objections": objections(device.evidence)}
        json.dump(answer, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
