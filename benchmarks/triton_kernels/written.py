"""Triton kernels in the styles that people publish: matmul, softmax, attention, scan, reduce.

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
def softmax(x, y, stride, columns, B: tl.constexpr):
    row, i = tl.program_id(0), tl.arange(0, B)
    values = tl.load(x + row * stride + i, mask=i < columns, other=-float("inf"))
    values = tl.exp(values - tl.max(values, 0))
    tl.store(y + row * stride + i, values / tl.sum(values, 0), mask=i < columns)


@triton.jit
def softmax_rows(x, y, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    values = tl.load(_tile(x, rows, i, stride))
    values = tl.exp(values - tl.max(values, 1)[:, None])
    tl.store(_tile(y, rows, i, stride), values / tl.sum(values, 1)[:, None])


@triton.jit
def softmax_online(x, y, stride, columns, B: tl.constexpr):
    row, i = tl.program_id(0), tl.arange(0, B)
    peak = tl.full((1,), -float("inf"), tl.float32)
    total = tl.zeros((1,), tl.float32)
    for start in range(0, columns, B):
        values = tl.load(x + row * stride + start + i)
        higher = tl.maximum(peak, tl.max(values, 0))
        total = total * tl.exp(peak - higher) + tl.sum(tl.exp(values - higher), 0)
        peak = higher
    for start in range(0, columns, B):
        values = tl.load(x + row * stride + start + i)
        tl.store(y + row * stride + start + i, tl.exp(values - peak) / total)


@triton.jit
def cross_entropy(x, labels, loss, stride, columns, B: tl.constexpr):
    row, i = tl.program_id(0), tl.arange(0, B)
    values = tl.load(x + row * stride + i, mask=i < columns, other=-float("inf"))
    peak = tl.max(values, 0)
    total = tl.log(tl.sum(tl.exp(values - peak), 0)) + peak
    tl.store(loss + row, total - tl.load(x + row * stride + tl.load(labels + row)))


@triton.jit
def layer_norm(x, y, weight, bias, stride, B: tl.constexpr):
    row, i = tl.program_id(0), tl.arange(0, B)
    values = tl.load(x + row * stride + i).to(tl.float32)
    centred = values - tl.sum(values, 0) / B
    scale = tl.rsqrt(tl.sum(centred * centred, 0) / B + 1e-5)
    tl.store(y + row * stride + i, centred * scale * tl.load(weight + i) + tl.load(bias + i))


@triton.jit
def layer_norm_backward(x, dy, dx, dw, weight, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    values, outer = tl.load(_tile(x, rows, i, stride)), tl.load(_tile(dy, rows, i, stride))
    weighted = outer * tl.load(weight + i)[None, :]
    first = tl.sum(values * weighted, 1) / B
    second = tl.sum(weighted, 1) / B
    tl.store(_tile(dx, rows, i, stride), weighted - values * first[:, None] - second[:, None])
    tl.store(dw + tl.program_id(0) * B + i, tl.sum(outer * values, 0))


@triton.jit
def rms_norm(x, y, weight, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    values = tl.load(_tile(x, rows, i, stride)).to(tl.float32)
    scale = tl.rsqrt(tl.sum(values * values, 1) / B + 1e-6)
    tl.store(_tile(y, rows, i, stride), values * scale[:, None] * tl.load(weight + i)[None, :])


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
def scan_sum(x, y, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    tl.store(_tile(y, rows, i, stride), tl.cumsum(tl.load(_tile(x, rows, i, stride)), 1))


@triton.jit
def scan_columns(x, y, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.arange(0, R), tl.program_id(0) * B + tl.arange(0, B)
    tl.store(_tile(y, rows, i, stride), tl.cumsum(tl.load(_tile(x, rows, i, stride)), 0))


@triton.jit
def _linear(decay, value, later_decay, later_value):
    return decay * later_decay, later_decay * value + later_value


@triton.jit
def scan_recurrence(a, x, y, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    pair = (tl.load(_tile(a, rows, i, stride)), tl.load(_tile(x, rows, i, stride)))
    _, states = tl.associative_scan(pair, 1, _linear)
    tl.store(_tile(y, rows, i, stride), states)


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


@triton.jit
def reduce_sum(x, y, length, B: tl.constexpr):
    i = tl.arange(0, B)
    total = tl.zeros((B,), tl.float32)
    for start in range(0, length, B):
        total += tl.load(x + start + i)
    tl.store(y + tl.program_id(0), tl.sum(total, 0))


@triton.jit
def reduce_both_ways(x, rows_out, columns_out, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    values = tl.load(_tile(x, rows, i, stride))
    tl.store(rows_out + rows, tl.sum(values, 1))
    tl.store(columns_out + i, tl.max(values, 0))


@triton.jit
def reduce_argmax(x, y, at, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    values = tl.load(_tile(x, rows, i, stride))
    highest, where = tl.max(values, 1, return_indices=True)
    tl.store(y + rows, highest)
    tl.store(at + rows, where)


@triton.jit
def _welford(mean, squares, count, mean2, squares2, count2):
    both = count + count2
    share = count2 / both
    delta = mean2 - mean
    return mean + delta * share, squares + squares2 + delta * delta * count * share, both


@triton.jit
def reduce_welford(x, y, variance, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    values = tl.load(_tile(x, rows, i, stride))
    zeros, ones = tl.zeros((R, B), tl.float32), tl.full((R, B), 1.0, tl.float32)
    mean, squares, count = tl.reduce((values, zeros, ones), 1, _welford)
    tl.store(y + rows, mean)
    tl.store(variance + rows, squares / count)


@triton.jit
def transpose(x, y, sx, sy, BM: tl.constexpr, BN: tl.constexpr):
    m, n = tl.program_id(0) * BM + tl.arange(0, BM), tl.program_id(1) * BN + tl.arange(0, BN)
    tl.store(_tile(y, n, m, sy), tl.trans(tl.load(_tile(x, m, n, sx))))


@triton.jit
def sort_rows(x, y, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    tl.store(_tile(y, rows, i, stride), tl.sort(tl.load(_tile(x, rows, i, stride)), 1))
