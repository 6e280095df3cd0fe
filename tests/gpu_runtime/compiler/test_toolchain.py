from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.helpers.processes import PATIENCE_S
from warpack.gpu_runtime.compiler import ToolchainError, check_architecture, compilable_architectures, find_toolchain
from warpack.gpu_runtime.compiler.toolchain import Library

toolchain = importlib.import_module("warpack.gpu_runtime.compiler.toolchain")


@pytest.fixture(autouse=True)
def _forget_what_was_found() -> Iterator[None]:
    yield
    find_toolchain.cache_clear()


def test_the_three_cuda_libraries_come_from_the_installed_wheels() -> None:
    found = find_toolchain()
    assert [library.name for library in found.libraries] == ["nvvm", "nvrtc", "nvJitLink"]
    for library in found.libraries:
        assert library.found_via == "site-packages"
        assert "site-packages" in library.path
        assert library.version.startswith("13.0.")
    assert {"numba", "numba-cuda", "cuda-bindings"} <= set(found.versions)
    assert set(found.to_json()) == {"libraries", "packages"}


def test_a_report_says_where_in_the_packages_a_library_lies_and_not_where_on_this_machine() -> None:
    paths = [library["path"] for library in find_toolchain().to_json()["libraries"]]
    assert all(path.startswith("nvidia/") and path.count(".so") == 1 for path in paths)
    assert Library("nvvm", "13.0", "/opt/cuda/libnvvm.so.4", "system-search").to_json()["path"] == "libnvvm.so.4"


def test_a_library_from_anywhere_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import cuda.pathfinder

    def of_the_system(name: str) -> SimpleNamespace:
        return SimpleNamespace(abs_path=f"/usr/local/cuda/lib64/lib{name}.so", found_via="system-search")

    monkeypatch.setattr(cuda.pathfinder, "load_nvidia_dynamic_lib", of_the_system)
    find_toolchain.cache_clear()
    with pytest.raises(
        ToolchainError, match=r"nvvm in use is /usr/local/cuda/lib64/libnvvm.so \(found via system"
    ) as refused:
        find_toolchain()
    assert refused.value.type == "library-not-from-wheel"


def test_a_library_that_is_missing_is_named_with_its_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    import cuda.pathfinder

    def nowhere(name: str) -> SimpleNamespace:
        raise cuda.pathfinder.DynamicLibNotFoundError(name)

    monkeypatch.setattr(cuda.pathfinder, "load_nvidia_dynamic_lib", nowhere)
    find_toolchain.cache_clear()
    with pytest.raises(ToolchainError, match="no library nvvm \\(wheel nvidia-nvvm\\)") as refused:
        find_toolchain()
    assert refused.value.type == "library-not-found"


def test_packages_that_are_not_installed_are_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cuda.pathfinder", None)
    find_toolchain.cache_clear()
    with pytest.raises(ToolchainError, match=r"warpack\[gpu\]") as refused:
        find_toolchain()
    assert refused.value.type == "packages-missing"


def test_architectures_of_the_device_table_can_be_compiled_from_7_5_on() -> None:
    assert {"7.5", "8.0", "8.6", "8.7", "8.9", "9.0", "10.0", "10.3", "11.0", "12.0"} <= set(compilable_architectures())
    assert check_architecture("8.6") == (8, 6)
    assert check_architecture("12.0") == (12, 0)


@pytest.mark.parametrize("compute_capability", ["7.0", "7.2", "9.9", "sm_86", "", "8.6a", "1000.0"])
def test_other_architectures_are_refused_by_name(compute_capability: str) -> None:
    with pytest.raises(ToolchainError, match=f"not for {compute_capability}") as refused:
        check_architecture(compute_capability)
    assert refused.value.type == "architecture-not-compilable"


def test_a_process_in_simulator_mode_cannot_compile() -> None:
    program = """
from warpack.gpu_runtime.compiler import ToolchainError, compile_kernel
try:
    compile_kernel(lambda out: None, "void(float32[::1])", "8.6")
except ToolchainError as error:
    print(error.type)
"""
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert run.stdout.strip() == "simulator-active", run.stderr
