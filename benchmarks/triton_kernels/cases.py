"""How the written kernels are compiled: each for one architecture, with sizes as people launch them."""

from __future__ import annotations

from benchmarks.triton_kernels.generated import Case

_H, _F, _I = "*fp16:16", "*fp32:16", "i32:16"
_FILES = {
    "matmul": "written_products.py",
    "transpose": "written_products.py",
    "attention": "written_attention.py",
    "scan_chunks": "written_attention.py",
}
"""By how the name begins; all others stand in `written_rows.py`."""

_MATMUL = [_H, _H, _H, _I, _I, _I, _I]


def written() -> list[Case]:
    """One case for each kernel of the files `written_*.py`."""
    return [
        _of("matmul", [*_MATMUL, 128, 128, 32], "8.0", num_stages=4),
        _of("matmul_transposed", [*_MATMUL, 64, 128, 64], "9.0", num_stages=3),
        _of("matmul_bias_gelu", [_H, _H, _F, *_MATMUL[2:], 128, 64, 32], "8.0", num_stages=3),
        _of("matmul_split_k", [_H, _H, _F, _I, _I, _I, _I, 64, 64, 32, 4], "8.0", num_stages=3),
        _of("matmul_gated", [_H, *_MATMUL, 128, 64, 32], "9.0", num_stages=3),
        _of("matmul_dequantised", [_H, "*i8:16", _F, _H, _I, _I, _I, _I, 64, 64, 64], "8.0", num_stages=3),
        _of("matmul_chain", [_H, _H, _H, _F, _I, _I, _I, 64, 64, 64], "8.0"),
        _of("matmul_normalised", [*_MATMUL, 64, 128, 32], "8.0", num_stages=3),
        _of("softmax", [_F, _F, _I, "i32", 4096], "8.0", num_warps=8),
        _of("softmax_rows", [_F, _F, _I, 16, 512], "9.0"),
        _of("softmax_online", [_F, _F, _I, _I, 1024], "8.0"),
        _of("cross_entropy", [_F, "*i64", _F, _I, "i32", 4096], "8.0", num_warps=8),
        _of("layer_norm", [_H, _H, _F, _F, _I, 2048], "8.0"),
        _of("layer_norm_backward", [_F, _F, _F, _F, _F, _I, 16, 256], "9.0"),
        _of("rms_norm", [_H, _H, _F, _I, 8, 1024], "8.0"),
        _of("attention", [_H, _H, _H, _H, _I, _I, "fp32", 128, 64, 64], "8.0", num_stages=3),
        _of("attention_causal", [_H, _H, _H, _H, _F, _I, "fp32", 64, 64, 128], "9.0", num_stages=2),
        _of("attention_backward_kv", [*[_H] * 6, _F, _F, _I, _I, 64, 64, 64], "8.0", num_stages=2, num_warps=8),
        _of("attention_backward_q", [*[_H] * 5, _F, _F, _I, _I, 64, 64, 64], "9.0", num_stages=2),
        _of("attention_decode", [_H, _H, _H, _F, _I, _I, 64, 128], "8.0"),
        _of("scan_sum", [_F, _F, _I, 4, 1024], "8.0"),
        _of("scan_columns", [_F, _F, _I, 256, 32], "8.0"),
        _of("scan_recurrence", [_F, _F, _F, _I, 4, 512], "9.0"),
        _of("scan_chunks", [_H, _H, _H, _F, _H, _I, "i32", 64, 64, 64], "8.0", num_stages=2),
        _of("reduce_sum", [_F, _F, _I, 2048], "8.0"),
        _of("reduce_both_ways", [_F, _F, _F, _I, 64, 128], "8.0"),
        _of("reduce_argmax", [_F, _F, "*i32:16", _I, 16, 256], "8.0"),
        _of("reduce_welford", [_F, _F, _F, _I, 16, 256], "9.0"),
        _of("transpose", [_H, _H, _I, _I, 64, 128], "8.0"),
        _of("sort_rows", [_F, _F, _I, 4, 128], "8.0"),
    ]


def _of(name: str, signature: list[str | int], compute_capability: str, **options: int) -> Case:
    file = next((file for begin, file in _FILES.items() if name.startswith(begin)), "written_rows.py")
    return Case(name, ",".join(map(str, signature)), compute_capability, {"num_warps": 4, **options}, file=file)
