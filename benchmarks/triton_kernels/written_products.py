"""Triton kernels in the styles that people publish: matrix products.

Written for measuring: only the shared memory of their compiler is of interest, and nothing here is run.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _tile(base, rows, columns, stride):
    return base + rows[:, None] * stride + columns[None, :]


@triton.jit
def matmul(a, b, c, k, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.program_id(1) * BN + tl.arange(0, BN)
    i = tl.arange(0, BK)
    pa, pb = _tile(a, m, i, sa), _tile(b, i, n, sb)
    acc = tl.zeros((BM, BN), tl.float32)
    for _ in range(0, k, BK):
        acc = tl.dot(tl.load(pa), tl.load(pb), acc)
        pa += BK
        pb += BK * sb
    tl.store(_tile(c, m, n, sc), acc.to(tl.float16))


@triton.jit
def matmul_transposed(a, b, c, k, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.program_id(1) * BN + tl.arange(0, BN)
    i = tl.arange(0, BK)
    pa, pb = _tile(a, m, i, sa), _tile(b, n, i, sb)
    acc = tl.zeros((BM, BN), tl.float32)
    for _ in range(0, k, BK):
        acc = tl.dot(tl.load(pa), tl.trans(tl.load(pb)), acc)
        pa += BK
        pb += BK
    tl.store(_tile(c, m, n, sc), acc.to(tl.float16))


@triton.jit
def matmul_bias_gelu(a, b, bias, c, k, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.program_id(1) * BN + tl.arange(0, BN)
    i = tl.arange(0, BK)
    pa, pb = _tile(a, m, i, sa), _tile(b, i, n, sb)
    acc = tl.zeros((BM, BN), tl.float32)
    for _ in range(0, k, BK):
        acc = tl.dot(tl.load(pa), tl.load(pb), acc)
        pa += BK
        pb += BK * sb
    acc += tl.load(bias + n)[None, :]
    acc = acc * tl.sigmoid(1.702 * acc)
    tl.store(_tile(c, m, n, sc), acc.to(tl.float16))


@triton.jit
def matmul_split_k(a, b, c, k, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, SPLIT: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.program_id(1) * BN + tl.arange(0, BN)
    i = tl.program_id(2) * BK + tl.arange(0, BK)
    pa, pb = _tile(a, m, i, sa), _tile(b, i, n, sb)
    acc = tl.zeros((BM, BN), tl.float32)
    for _ in range(0, k, BK * SPLIT):
        acc = tl.dot(tl.load(pa), tl.load(pb), acc)
        pa += BK * SPLIT
        pb += BK * SPLIT * sb
    tl.atomic_add(_tile(c, m, n, sc), acc)


@triton.jit
def matmul_gated(a, b, g, c, k, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.program_id(1) * BN + tl.arange(0, BN)
    i = tl.arange(0, BK)
    pa, pb, pg = _tile(a, m, i, sa), _tile(b, i, n, sb), _tile(g, i, n, sb)
    acc = tl.zeros((BM, BN), tl.float32)
    gate = tl.zeros((BM, BN), tl.float32)
    for _ in range(0, k, BK):
        x = tl.load(pa)
        acc = tl.dot(x, tl.load(pb), acc)
        gate = tl.dot(x, tl.load(pg), gate)
        pa += BK
        pb += BK * sb
        pg += BK * sb
    tl.store(_tile(c, m, n, sc), (acc * gate * tl.sigmoid(gate)).to(tl.float16))


@triton.jit
def matmul_dequantised(a, b, scale, c, k, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.program_id(1) * BN + tl.arange(0, BN)
    i = tl.arange(0, BK)
    pa, pb = _tile(a, m, i, sa), _tile(b, i, n, sb)
    factor = tl.load(scale + n)
    acc = tl.zeros((BM, BN), tl.float32)
    for _ in range(0, k, BK):
        weights = (tl.load(pb).to(tl.float32) * factor[None, :]).to(tl.float16)
        acc = tl.dot(tl.load(pa), weights, acc)
        pa += BK
        pb += BK * sb
    tl.store(_tile(c, m, n, sc), acc.to(tl.float16))


@triton.jit
def matmul_chain(a, b, d, c, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.arange(0, BN)
    i = tl.arange(0, BK)
    first = tl.dot(tl.load(_tile(a, m, i, sa)), tl.load(_tile(b, i, n, sb)))
    second = tl.dot(first.to(tl.float16), tl.load(_tile(d, n, n, sb)))
    tl.store(_tile(c, m, n, sc), second)


@triton.jit
def matmul_normalised(a, b, c, k, sa, sb, sc, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    m = tl.program_id(0) * BM + tl.arange(0, BM)
    n = tl.arange(0, BN)
    i = tl.arange(0, BK)
    pa, pb = _tile(a, m, i, sa), _tile(b, i, n, sb)
    acc = tl.zeros((BM, BN), tl.float32)
    for _ in range(0, k, BK):
        acc = tl.dot(tl.load(pa), tl.load(pb), acc)
        pa += BK
        pb += BK * sb
    mean = tl.sum(acc, 1) / BN
    centred = acc - mean[:, None]
    variance = tl.sum(centred * centred, 1) / BN
    tl.store(_tile(c, m, n, sc), (centred * tl.rsqrt(variance + 1e-5)[:, None]).to(tl.float16))


@triton.jit
def transpose(x, y, sx, sy, BM: tl.constexpr, BN: tl.constexpr):
    m, n = tl.program_id(0) * BM + tl.arange(0, BM), tl.program_id(1) * BN + tl.arange(0, BN)
    tl.store(_tile(y, n, m, sy), tl.trans(tl.load(_tile(x, m, n, sx))))
