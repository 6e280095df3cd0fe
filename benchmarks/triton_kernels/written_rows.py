"""Triton kernels in the styles that people publish: softmax, norms, scans and reductions.

Written for measuring: only the shared memory of their compiler is of interest, and nothing here is run.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _tile(base, rows, columns, stride):
    return base + rows[:, None] * stride + columns[None, :]


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
def sort_rows(x, y, stride, R: tl.constexpr, B: tl.constexpr):
    rows, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    tl.store(_tile(y, rows, i, stride), tl.sort(tl.load(_tile(x, rows, i, stride)), 1))
