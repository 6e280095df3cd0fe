from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service.cli.commands import Cli
from warpack.gpu_runtime.compiler import cpp_to_cubin

_TWO = """
extern "C" __global__ void first(float* out) { __shared__ float own[33]; own[threadIdx.x] = out[0]; __syncthreads(); out[1] = own[0]; }
extern "C" __global__ void __launch_bounds__(128) second(float* out) { out[0] = 1; }
"""
_ONE = _TWO[: _TWO.index('extern "C" __global__ void __launch')]


@pytest.fixture(scope="module", params=["8.6", "9.0", "12.0"])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    path = tmp_path_factory.mktemp("cubin") / "kernel.cubin"
    path.write_bytes(cpp_to_cubin(_ONE, request.param).cubin)
    return request.param, path


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cubin") / "kernels.cubin"
    path.write_bytes(cpp_to_cubin(_TWO, "8.6").cubin)
    return path


def test_the_manifest_fields_of_a_kernel_are_printed_as_json(warpack: Cli, one: tuple[str, Path]) -> None:
    architecture, path = one
    answer = warpack("measure", str(path), "--json")
    found = json.loads(answer.out)
    assert answer.code == 0
    assert found["kernel"] == "first"
    assert found["target"]["compute_capability"] == architecture
    assert found["target"]["static_shared_bytes"] in (132, 144)  # 132 as declared; some assemblers pad to 16
    assert found["target"]["registers_per_thread"] == found["kernels"][0]["registers"] > 0


def test_the_fields_are_printed_as_they_stand_in_a_manifest(warpack: Cli, one: tuple[str, Path]) -> None:
    answer = warpack("measure", str(one[1]))
    assert answer.code == 0
    assert f'"compute_capability": "{one[0]}"' in answer.out
    assert "not bounded" in answer.out


def test_of_several_kernels_one_is_named(warpack: Cli, two: Path) -> None:
    assert "--kernel NAME" in warpack("measure", str(two)).err
    assert json.loads(warpack("measure", str(two), "--json").out)["target"] is None
    found = json.loads(warpack("measure", str(two), "--kernel", "second", "--json").out)
    assert (found["kernel"], found["target"]["static_shared_bytes"]) == ("second", 0)
    assert [kernel["max_threads"] for kernel in found["kernels"]] == [None, 128]


def test_a_kernel_that_is_not_there_is_an_error_that_names_those_that_are(warpack: Cli, two: Path) -> None:
    answer = warpack("measure", str(two), "--kernel", "third")
    assert answer.code == 2
    assert "first, second" in answer.err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no ELF file"),
        (b"not code", "no ELF file"),
        (b"\x50\xed\x55\xba" + bytes(60), "a fatbin"),
        (b"\x7fELF\x02\x01\x01" + bytes(11) + b"\x3e\x00" + bytes(44), "not of a GPU"),
        (b"\x7fELF\x02\x01\x01" + bytes(11) + b"\xbe\x00" + bytes(44), "no cubin"),
        (b"//\n.version 9.0\n.target sm_86\n", "PTX"),
    ],
)
def test_what_is_no_cubin_is_refused_with_exit_code_2(warpack: Cli, tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "kernel.bin"
    path.write_bytes(data)
    answer = warpack("measure", str(path))
    assert answer.code == 2
    assert said in answer.err


def test_a_cubin_cut_short_is_refused(warpack: Cli, two: Path, tmp_path: Path) -> None:
    whole = two.read_bytes()
    for length in (70, 200, len(whole) // 2, len(whole) - 200):
        path = tmp_path / "short.cubin"
        path.write_bytes(whole[:length])
        assert warpack("measure", str(path)).code == 2


def test_a_file_that_is_not_there_is_refused(warpack: Cli, tmp_path: Path) -> None:
    answer = warpack("measure", str(tmp_path / "missing.cubin"))
    assert answer.code == 2
    assert "No such file" in answer.err
