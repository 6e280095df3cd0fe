"""NVIDIA's occupancy header as a function: compiled from the installed wheel with g++ into a temporary library."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from warpack.solver.devices import Device

WHEEL = "nvidia-cuda-runtime"
COLUMNS = ("blocks_per_sm", "warps", "blocks", "registers", "shared", "barriers")


def header_folder() -> Path:
    """Where the wheel keeps cuda_occupancy.h. Skips the test where the wheel is not installed."""
    try:
        files = metadata.distribution(WHEEL).files or []
    except metadata.PackageNotFoundError:
        pytest.skip(f"{WHEEL} is not installed (it comes with the extra `gpu`)")
    header = next((file for file in files if file.name == "cuda_occupancy.h"), None)
    if header is None:
        pytest.fail(f"the installed {WHEEL} has no cuda_occupancy.h")
    return Path(str(header.locate())).parent


def compile_reference(folder: Path) -> ctypes.CDLL:
    """The library built in `folder`. The header is NVIDIA's and stays in its wheel."""
    include = header_folder()
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.fail(f"g++ is needed to compile cuda_occupancy.h of the installed {WHEEL}, and there is none on PATH")
    library = folder / "occupancy_reference.so"
    source = Path(__file__).with_name("occupancy_reference.cpp")
    command = [compiler, "-std=c++17", "-O1", "-shared", "-fPIC", f"-I{include}", str(source), "-o", str(library)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        pytest.fail(f"g++ could not compile the reference:\n{built.stderr}")
    return ctypes.CDLL(str(library))


def reference_results(library: ctypes.CDLL, device: Device, points: NDArray[np.int32]) -> NDArray[np.int32]:
    """Rows of COLUMNS for rows of threads, registers, static bytes, dynamic bytes, barriers, carve-out percent (-1:
    default)."""
    points = np.ascontiguousarray(points, dtype=np.int32)
    results = np.zeros((len(points), len(COLUMNS)), dtype=np.int32)
    major, minor = map(int, device.compute_capability.split("."))
    limits = np.array(
        [
            major,
            minor,
            device.max_threads_per_block,
            device.max_threads_per_sm,
            device.max_regs_per_block,
            device.regs_per_sm,
            device.warp_size,
            device.max_smem_per_block_default,
            device.max_smem_per_sm,
            device.max_smem_per_block_optin,
            device.reserved_smem_per_block,
        ],
        dtype=np.int32,
    )
    pointer = ctypes.POINTER(ctypes.c_int)
    library.occupancy_batch(
        limits.ctypes.data_as(pointer),
        ctypes.c_long(len(points)),
        points.ctypes.data_as(pointer),
        results.ctypes.data_as(pointer),
    )
    return results
