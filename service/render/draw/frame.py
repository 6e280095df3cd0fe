"""The plot of a chart: where a phase and a byte lie on the page. Bytes go upwards from 0."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.service.render.chart import Chart
from warpack.service.render.draw.canvas import Area
from warpack.solver.wire.units import Bytes, Phase


@dataclass(frozen=True)
class Frame:
    """`area` has all phases across, and `top_bytes` bytes up."""

    chart: Chart
    area: Area
    top_bytes: Bytes

    @property
    def phase_width(self) -> float:
        return self.area.width / self.chart.phases

    def x(self, phase: Phase) -> float:
        return self.area.left + phase * self.phase_width

    def y(self, offset_bytes: Bytes) -> float:
        return self.area.bottom - offset_bytes * self.area.height / self.top_bytes

    def box(self, start: Phase, end: Phase, start_bytes: Bytes, end_bytes: Bytes) -> Area:
        return Area(self.x(start), self.y(end_bytes), self.x(end), self.y(start_bytes))


def ticks(top_bytes: Bytes, room: float, *, apart: float = 34, least: float = 20) -> list[Bytes]:
    """Offsets to label along `room` pixels: round ones (of a power of two), at least `apart` pixels from one another,
    and the last byte, at least `least` from the others."""
    step = 1
    while top_bytes and step * room / top_bytes < apart:
        step *= 2
    shown = [tick for tick in range(0, top_bytes, step) if (top_bytes - tick) * room / top_bytes >= least]
    return [*shown, top_bytes]
