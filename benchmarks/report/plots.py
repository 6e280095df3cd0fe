"""Two plots: peak above the bound against time, and threads per block against CuBIE's rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import cubie_rule
from benchmarks.running import Row, solvers
from benchmarks.summary import families, gap
from benchmarks.threads import BUDGETS_KIB

_COLOURS = ("#1b6ca8", "#d1603d", "#6a994e", "#8d6a9f", "#555555")
_STEPS = 80


def plot_time(rows: Sequence[Row], limit_s: float, path: Path) -> None:
    """One panel per set: the mean of bytes above the bound over the instances, over time. A line begins once all
    instances have a packing. omnimalloc's line is the best of its allocators, as if all had started at the same
    time."""
    kept = [name for name in solvers(list(rows)) if name != cubie_rule.NAME]
    sets = families(list(rows))
    figure, axes = _panels(len(sets))
    times = [limit_s * 10 ** (-3.5 * (1 - step / _STEPS)) for step in range(_STEPS + 1)]
    for panel, family in zip(axes, sets, strict=False):
        inside = [row for row in rows if row.instance.family == family]
        for colour, name in zip(_COLOURS, kept, strict=False):
            points = [(at, mean) for at in times if (mean := _mean_gap(inside, name, at)) is not None]
            if points:
                panel.step(*zip(*points, strict=True), where="post", color=colour, label=name, linewidth=1.6)
        panel.set_xscale("log")
        panel.set_title(f"{family} ({len(inside)})", fontsize=10)
        panel.set_xlabel("seconds")
        panel.set_ylabel("% above the bound")
        panel.grid(alpha=0.25)
        panel.set_ylim(bottom=-0.03 * panel.get_ylim()[1])  # so that a line at zero is fully visible
        panel.set_xlim(times[0], limit_s)
    handles = {label: one for panel in axes for one, label in zip(*panel.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncols=len(handles) or 1, frameon=False)
    _save(figure, path)


def plot_threads(rows: Sequence[Row], path: Path) -> None:
    """One panel per budget, one dot per manifest: Warpack's threads per block against CuBIE's. On the line they are
    equal."""
    figure, axes = _panels(len(BUDGETS_KIB))
    sets = [
        family for family in families(list(rows)) if any(row.blocks for row in rows if row.instance.family == family)
    ]
    for at, (panel, kib) in enumerate(zip(axes, BUDGETS_KIB, strict=True)):
        for colour, family in zip(_COLOURS, sets, strict=False):
            sizes = [row.blocks[at] for row in rows if row.instance.family == family and row.blocks]
            shown = [one for one in sizes if one.ours and one.cubie]
            panel.scatter(
                [one.cubie for one in shown], [one.ours for one in shown], s=22, alpha=0.7, color=colour, label=family
            )
        panel.plot((2, 1024), (2, 1024), color="#999999", linewidth=0.8)
        panel.set_xscale("log", base=2)
        panel.set_yscale("log", base=2)
        panel.set_title(f"{kib} KB a block", fontsize=10)
        panel.set_xlabel("threads per block, CuBIE's rule")
        panel.set_ylabel("Warpack")
        panel.grid(alpha=0.25)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(labels) or 1, frameon=False)
    _save(figure, path)


def _mean_gap(rows: Sequence[Row], solver: str, seconds: float) -> float | None:
    gaps = []
    for row in rows:
        one = row.by(solver)
        size = None if one is None or one.fault else one.bytes_at(seconds)
        if size is None:
            return None
        gaps.append(100 * gap(row, size))
    return sum(gaps) / len(gaps) if gaps else None


def _panels(count: int) -> tuple[Any, list[Any]]:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "warpack"  # the same figures make the same file
    from matplotlib import pyplot

    wide = 2 if count == 4 else min(3, count)
    high = -(-count // wide)
    figure, grid = pyplot.subplots(high, wide, figsize=(3.6 * wide, 2.9 * high + 0.4), squeeze=False)
    axes = [axis for line in grid for axis in line]
    for spare in axes[count:]:
        spare.set_axis_off()
    return figure, axes[:count]


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    text = path.read_text(encoding="utf-8")
    path.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")
