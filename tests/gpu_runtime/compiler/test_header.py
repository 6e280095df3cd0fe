from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest, make_part
from warpack.gpu_runtime.compiler import ALL_ARCHITECTURES, CompileError, ToolchainError, cpp_to_cubin, touch_source_cpp
from warpack.gpu_runtime.compiler.figures import figures_of, figures_of_all
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.emitters.cuda_cpp.types import NARROW
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.manifest import Buffer

_KERNEL = """#include "allocators.cuh"
extern "C" __global__ void kernel(float* out) {{ WARPACK_MEMORY(layout, memory); {body} }}
"""


def _header(sample: str) -> str:
    return emit(*SAMPLES[sample], target="cuda-c++")


def _compile(body: str, header: str, architecture: str = "8.6") -> None:
    figures_of(cpp_to_cubin(_KERNEL.format(body=body), architecture, {"allocators.cuh": header}))


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_accessor_of_every_sample_compiles_without_a_warning(sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    linked = cpp_to_cubin(touch_source_cpp(layout, manifest), "9.0", {"allocators.cuh": _header(sample)})
    assert "warning" not in linked.log
    (figures,) = figures_of_all(linked)
    assert layout.launch is not None
    assert (figures.static_shared_bytes, figures.max_threads) == (0, layout.launch.threads_per_block)


@pytest.mark.parametrize("architecture", ALL_ARCHITECTURES)
def test_the_header_compiles_for_every_architecture(architecture: str) -> None:
    layout, manifest = SAMPLES["mixed"]
    linked = cpp_to_cubin(touch_source_cpp(layout, manifest), architecture, {"allocators.cuh": _header("mixed")})
    assert figures_of(linked).architecture == architecture


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("stride_bytes = 112u", "stride_bytes = 100u", "the stride is not the run and its padding"),
        ("run_slice<float, 3, 0, 4>", "run_slice<float, 3, 2, 4>", "loop/state is misaligned"),
        ("run_slice<float, 3, 0, 4>", "run_slice<double, 3, 0, 8>", "loop/state: its elements are of another size"),
        ("run_slice<float, 6, 80, 4>", "run_slice<float, 6, 84, 4>", "store lies past the end of the run's window"),
        ("block_slice<int, 5, 0, 4>", "block_slice<int, 5, 464, 4>", "table lies past the end of the block's memory"),
    ],
)
def test_a_number_that_is_wrong_is_refused_by_the_name_of_its_buffer(right: str, wrong: str, complaint: str) -> None:
    header = _header("mixed")
    assert right in header
    with pytest.raises(CompileError, match=re.escape(complaint)) as refused:
        _compile("out[0] = 0;", header.replace(right, wrong))
    assert refused.value.stage == "nvrtc"


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("run_slice<float, 3, 0, 4>", "run_slice<float, 3, 4, 4>", "loop/state begins at byte 0"),
        ("run_slice<float, 3, 0, 4>", "run_slice<int, 3, 0, 4>", "loop/state is of float32"),
        ("run_slice<float, 3, 0, 4>", "block_slice<float, 3, 0, 4>", "loop/state lies in region run"),
        ("run_slice<float, 4, 88, 4>", "run_slice<float, 4, 84, 4>", "store#1 begins at byte 88"),
        ("block_slice<int, 5, 0, 4>", "block_slice<int, 4, 0, 4>", "table has 5 elements"),
        ("&persistent::array_0, 0>", "&persistent::array_0, 1>", "kept_short begins at byte 0"),
        ("threads_per_block = 8;", "threads_per_block = 4;", "threads_per_block is 8"),
        ("run_base_bytes = 32u", "run_base_bytes = 16u", "run_base_bytes is 32"),
        ("opt_in = false", "opt_in = true", "opt_in is False"),
    ],
)
def test_a_header_that_agrees_with_itself_but_not_with_the_layout_is_refused(
    right: str, wrong: str, complaint: str
) -> None:
    layout, manifest = SAMPLES["mixed"]
    header = _header("mixed")
    assert right in header
    with pytest.raises(CompileError, match=re.escape(f"not as the layout says: {complaint}")):
        cpp_to_cubin(touch_source_cpp(layout, manifest), "8.6", {"allocators.cuh": header.replace(right, wrong)})


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("run_ring<float, 3, 32, 16, 3, 16>", "run_ring<float, 3, 32, 16, 2, 32>", "loop/wide has 3 slots"),
        (
            "run_ring<float, 3, 32, 16, 3, 16>",
            "run_ring<float, 3, 32, 4, 3, 12>",
            "slots of loop/wide are 16 bytes apart",
        ),
        ("block_ring<memory::float16, 5, 0, 2, 4, 10>", "block_slice<memory::float16, 5, 0, 2>", "tile has 4 slots"),
    ],
)
def test_a_ring_with_other_slots_than_the_layouts_is_refused(right: str, wrong: str, complaint: str) -> None:
    layout, manifest = SAMPLES["rings"]
    lines = [line for line in _header("rings").splitlines() if "its elements are of another size" not in line]
    header = "\n".join(lines)
    assert right in header
    with pytest.raises(CompileError, match=re.escape(f"not as the layout says: {complaint}")):
        cpp_to_cubin(touch_source_cpp(layout, manifest), "8.6", {"allocators.cuh": header.replace(right, wrong)})


def test_a_ring_is_asked_for_its_slot() -> None:
    header = _header("rings")
    _compile("out[0] = *layout::loop::stage::get(memory, 1) + *layout::loop::wide::get(memory, 0);", header)
    _compile("out[0] = *layout::work::get(memory, 1);", header)
    with pytest.raises(CompileError, match="get"):
        _compile("out[0] = *layout::loop::stage::get(memory);", header)


def _headers_of_cuda() -> dict[str, str]:
    """The CUDA wheel's own headers, by name."""
    package = find_spec("nvidia.cu13")
    folders = [] if package is None else [Path(each) / "include" for each in package.submodule_search_locations or ()]
    folder = next((each for each in folders if (each / "cuda_fp4.h").is_file()), None)
    if folder is None:
        pytest.skip("the wheel with CUDA's headers is not installed")
    return {path.name: path.read_text() for path in folder.glob("*") if path.suffix in (".h", ".hpp")}


def test_the_types_of_cudas_own_headers_fit_the_narrow_ones() -> None:
    source = "".join(f"#define {macro} {example}\n" for _, macro, example, _ in NARROW.values())
    source = "#include <cuda_fp16.h>\n#include <cuda_bf16.h>\n#include <cuda_fp8.h>\n#include <cuda_fp4.h>\n" + source
    body = (
        "*layout::e8m0::get(memory) = __nv_fp8_e8m0(out[1]); *layout::e4m3::get(memory, 1) = __nv_fp8_e4m3(out[2]);"
        "*layout::e2m1::get(memory) = __nv_fp4x2_e2m1(make_float2(out[1], out[2])); __syncthreads();"
        "out[0] = float(*layout::e4m3::get(memory, 1)) + float(*layout::e8m0::get(memory)) + float2(*layout::e2m1::get(memory)).x;"
    )
    headers = _headers_of_cuda() | {"allocators.cuh": _header("narrow")}
    for architecture in ("8.6", "10.0"):
        figures_of(cpp_to_cubin(source + _KERNEL.format(body=body), architecture, headers))


def test_a_header_of_an_older_layout_is_refused() -> None:
    layout, manifest = SAMPLES["mixed"]
    stale = _header("mixed").replace(layout.sha256, layout.sha256[::-1])
    with pytest.raises(CompileError, match="layout_sha256 is"):
        cpp_to_cubin(touch_source_cpp(layout, manifest), "8.6", {"allocators.cuh": stale})


def test_a_users_type_takes_the_place_of_bytes_if_it_is_as_large_and_no_more_aligned() -> None:
    item = Buffer("item", 2, DType(None, 16, 4), alignment_bytes=4)
    manifest = make_manifest(item)
    header = emit(make_layout(manifest, {"item": 0}, padding_bytes=4), manifest, "cuda-c++")
    _compile("struct Item { float x, y, z, w; }; out[0] = layout::item::get<Item>(memory)->y;", header)
    with pytest.raises(CompileError, match="whole elements"):
        _compile("out[0] = *layout::item::get<float>(memory);", header)
    with pytest.raises(CompileError, match="more alignment"):
        _compile("out[0] = layout::item::get<double2>(memory)->x;", header)


def test_a_macro_names_the_type_of_half_floats() -> None:
    header = "struct Half { unsigned short bits; };\n#define WARPACK_FLOAT16 Half\n" + _header("mixed")
    _compile("out[0] = layout::half_buffer::get(memory)->bits;", header)
    with pytest.raises(CompileError, match="WARPACK_FLOAT16 is no type of 2 bytes"):
        _compile("out[0] = 0;", "#define WARPACK_FLOAT16 float\n" + _header("mixed"))


def test_two_layouts_live_in_one_source() -> None:
    source = (
        '#define WARPACK_NAMESPACE first\n#include "one.cuh"\n#define WARPACK_NAMESPACE second\n#include "two.cuh"\n'
        'extern "C" __global__ void kernel(float* out) { WARPACK_MEMORY(first, one); '
        "WARPACK_MEMORY(second, two); out[0] = *first::loop::state::get(one) + *second::state::get(two); }"
    )
    headers = {"one.cuh": _header("plain"), "two.cuh": _header("apart")}
    assert figures_of(cpp_to_cubin(source, "8.6", headers)).entry == "kernel"


def test_the_whole_of_a_buffer_whose_parts_lie_apart_is_refused_where_it_is_asked_for() -> None:
    header = _header("apart")
    _compile("out[0] = *layout::store::head::get(memory) + *layout::store::tail::get(memory);", header)
    complaint = "store: its parts lie apart in this layout, so there is no view of the whole: take store::head::get"
    with pytest.raises(CompileError, match=complaint):
        _compile("out[0] = *layout::store::get(memory);", header)
    _compile("out[0] = *layout::store::get(memory);", _header("together"))


def test_a_vector_of_several_elements_is_given_where_size_and_alignment_allow() -> None:
    manifest = make_manifest(
        make_buffer("rows", 8, alignment_bytes=16), make_buffer("loose", 8), make_buffer("odd", 6, alignment_bytes=16)
    )
    header = emit(make_layout(manifest, {"rows": 0, "loose": 32, "odd": 64}, padding_bytes=8), manifest, "cuda-c++")
    _compile("out[0] = layout::rows::get<float4>(memory)[1].w;", header)
    with pytest.raises(CompileError, match="more alignment"):
        _compile("out[0] = layout::loose::get<float4>(memory)->x;", header)
    with pytest.raises(CompileError, match="whole elements"):
        _compile("out[0] = layout::odd::get<float4>(memory)->x;", header)


def test_constants_that_loops_run_to_are_signed() -> None:
    body = "for (int i = layout::loop::state::count - 1; i >= 0; --i) out[i] = layout::threads_per_block - 9 < 0;"
    source = _KERNEL.format(body=body)
    assert "warning" not in cpp_to_cubin(source, "8.6", {"allocators.cuh": _header("mixed")}).log


def test_names_that_clash_or_are_macros_are_told_apart() -> None:
    names = [
        "loop",
        "loop/loop",
        "loop/get",
        "linux",
        "init",
        "memory",
        "_Upper",
        "a__b",
        "threadIdx",
        "loop/init/zero",
    ]
    buffers = [make_buffer(name, 2) for name in names]
    parts = tuple(make_part(name, place, 1) for place, name in enumerate(("get", "0", "rows", "zero")))
    buffers.append(make_buffer("rows", 4, parts=parts))
    manifest = make_manifest(*buffers)
    offsets = {buffer.full_name: 16 * place for place, buffer in enumerate(buffers)}
    source = touch_source_cpp(make_layout(manifest, offsets, padding_bytes=4), manifest)
    header = emit(make_layout(manifest, offsets, padding_bytes=4), manifest, "cuda-c++")
    assert figures_of(cpp_to_cubin(source, "8.6", {"allocators.cuh": header})).static_shared_bytes == 0
    paths = set(re.findall(r"layout::([\w:]+)::get\(", source))
    assert {
        "loop_buffer",
        "loop::loop_buffer",
        "loop::init_component::zero_buffer",
        "loop::get_buffer",
        "linux_buffer",
        "rows::part_0",
    } <= paths
    assert len(paths) == len(buffers) + len(parts)
    turned = make_manifest(*buffers[::-1])
    assert paths == set(
        re.findall(r"layout::([\w:]+)::get\(", touch_source_cpp(make_layout(turned, offsets, padding_bytes=4), turned))
    )


def test_an_architecture_that_the_toolchain_has_not_is_refused() -> None:
    with pytest.raises(ToolchainError, match=r"not for 7\.0"):
        _compile("out[0] = 0;", _header("plain"), "7.0")
