"""Triton kernels in the styles that people publish: attention, forward and backward.

Written for measuring: only the shared memory of their compiler is of interest, and nothing here is run.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _tile(base, rows, columns, stride):
    return base + rows[:, None] * stride + columns[None, :]


@triton.jit
def attention(q, k, v, o, length, stride, scale, BM: tl.constexpr, BN: tl.constexpr, D: tl.constexpr):
    m, n, d = tl.program_id(0) * BM + tl.arange(0, BM), tl.arange(0, BN), tl.arange(0, D)
    query = tl.load(_tile(q, m, d, stride))
    pk, pv = k + n[None, :] * stride + d[:, None], _tile(v, n, d, stride)
    peak = tl.full((BM,), -float("inf"), tl.float32)
    total = tl.zeros((BM,), tl.float32)
    acc = tl.zeros((BM, D), tl.float32)
    for _ in range(0, length, BN):
        scores = tl.dot(query, tl.load(pk)) * scale
        higher = tl.maximum(peak, tl.max(scores, 1))
        weights = tl.exp2(scores - higher[:, None])
        correction = tl.exp2(peak - higher)
        total = total * correction + tl.sum(weights, 1)
        acc = tl.dot(weights.to(tl.float16), tl.load(pv), acc * correction[:, None])
        peak = higher
        pk += BN * stride
        pv += BN * stride
    tl.store(_tile(o, m, d, stride), (acc / total[:, None]).to(tl.float16))


@triton.jit
def attention_causal(q, k, v, o, lse, stride, scale, BM: tl.constexpr, BN: tl.constexpr, D: tl.constexpr):
    start = tl.program_id(0) * BM
    m, n, d = start + tl.arange(0, BM), tl.arange(0, BN), tl.arange(0, D)
    query = tl.load(_tile(q, m, d, stride))
    peak = tl.full((BM,), -float("inf"), tl.float32)
    total = tl.zeros((BM,), tl.float32)
    acc = tl.zeros((BM, D), tl.float32)
    for at in range(0, start + BM, BN):
        key = tl.load(k + (at + n)[None, :] * stride + d[:, None])
        scores = tl.dot(query, key) * scale
        scores = tl.where(m[:, None] >= (at + n)[None, :], scores, -float("inf"))
        higher = tl.maximum(peak, tl.max(scores, 1))
        weights = tl.exp2(scores - higher[:, None])
        correction = tl.exp2(peak - higher)
        total = total * correction + tl.sum(weights, 1)
        acc = tl.dot(weights.to(tl.float16), tl.load(_tile(v, at + n, d, stride)), acc * correction[:, None])
        peak = higher
    tl.store(_tile(o, m, d, stride), (acc / total[:, None]).to(tl.float16))
    tl.store(lse + m, peak + tl.log2(total))


@triton.jit
def attention_backward_kv(
    q, k, v, do, dk, dv, lse, delta, length, stride, BM: tl.constexpr, BN: tl.constexpr, D: tl.constexpr
):
    n, m, d = tl.program_id(0) * BN + tl.arange(0, BN), tl.arange(0, BM), tl.arange(0, D)
    key, value = tl.load(_tile(k, n, d, stride)), tl.load(_tile(v, n, d, stride))
    of_key, of_value = tl.zeros((BN, D), tl.float32), tl.zeros((BN, D), tl.float32)
    for start in range(0, length, BM):
        query = tl.load(_tile(q, start + m, d, stride))
        scores = tl.dot(key, tl.trans(query))
        weights = tl.exp2(scores - tl.load(lse + start + m)[None, :])
        outer = tl.load(_tile(do, start + m, d, stride))
        of_value = tl.dot(weights.to(tl.float16), outer, of_value)
        slope = weights * (tl.dot(value, tl.trans(outer)) - tl.load(delta + start + m)[None, :])
        of_key = tl.dot(slope.to(tl.float16), query, of_key)
    tl.store(_tile(dv, n, d, stride), of_value.to(tl.float16))
    tl.store(_tile(dk, n, d, stride), of_key.to(tl.float16))


@triton.jit
def attention_backward_q(
    q, k, v, do, dq, lse, delta, length, stride, BM: tl.constexpr, BN: tl.constexpr, D: tl.constexpr
):
    m, n, d = tl.program_id(0) * BM + tl.arange(0, BM), tl.arange(0, BN), tl.arange(0, D)
    query, outer = tl.load(_tile(q, m, d, stride)), tl.load(_tile(do, m, d, stride))
    of_query = tl.zeros((BM, D), tl.float32)
    for start in range(0, length, BN):
        key, value = tl.load(_tile(k, start + n, d, stride)), tl.load(_tile(v, start + n, d, stride))
        weights = tl.exp2(tl.dot(query, tl.trans(key)) - tl.load(lse + m)[:, None])
        slope = weights * (tl.dot(outer, tl.trans(value)) - tl.load(delta + m)[:, None])
        of_query = tl.dot(slope.to(tl.float16), key, of_query)
    tl.store(_tile(dq, m, d, stride), of_query.to(tl.float16))


@triton.jit
def attention_decode(q, k, v, o, length, stride, BN: tl.constexpr, D: tl.constexpr):
    n, d = tl.arange(0, BN), tl.arange(0, D)
    query = tl.load(q + tl.program_id(0) * D + d).to(tl.float32)
    peak, total = -float("inf"), 0.0
    acc = tl.zeros((D,), tl.float32)
    for start in range(0, length, BN):
        scores = tl.sum(tl.load(_tile(k, start + n, d, stride)) * query[None, :], 1)
        higher = tl.maximum(peak, tl.max(scores, 0))
        weights = tl.exp2(scores - higher)
        correction = tl.exp2(peak - higher)
        total = total * correction + tl.sum(weights, 0)
        acc = acc * correction + tl.sum(weights[:, None] * tl.load(_tile(v, start + n, d, stride)), 0)
        peak = higher
    tl.store(o + tl.program_id(0) * D + d, acc / total)


@triton.jit
def scan_chunks(a, b, c, state, y, stride, chunks, C: tl.constexpr, N: tl.constexpr, P: tl.constexpr):
    t, s, p = tl.arange(0, C), tl.arange(0, N), tl.arange(0, P)
    held = tl.zeros((N, P), tl.float32)
    for chunk in range(0, chunks):
        into = tl.load(_tile(a, chunk * C + t, s, stride))
        out = tl.load(_tile(b, chunk * C + t, s, stride))
        values = tl.load(_tile(c, chunk * C + t, p, stride))
        inside = tl.dot(out, tl.trans(into))
        inside = tl.where(t[:, None] >= t[None, :], inside, 0.0)
        given = tl.dot(inside.to(tl.float16), values) + tl.dot(out, held.to(tl.float16))
        held = tl.dot(tl.trans(into), values, held)
        tl.store(_tile(y, chunk * C + t, p, stride), given.to(tl.float16))
    tl.store(_tile(state, s, p, P), held)
