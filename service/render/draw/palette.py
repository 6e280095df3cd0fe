"""Colours: one hue for each component, and what the rest of a picture is drawn in, for light and for dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from math import cos, pi, sin
from typing import Literal, NamedTuple

Theme = Literal["auto", "light", "dark"]
Tone = Literal["full", "tint"]

HUES = (250, 55, 150, 20, 195, 95, 305, 345, 125, 225, 75, 280)
"""Degrees of the OKLCH circle, neighbours in the list far apart on it. Components after the last begin again."""

SHADES = 3
"""Steps of lightness that tell neighbours of one component apart."""

BAND = 0.07
"""How much of its colour the band of the fullest phase lays over what is below it."""

_TINT = 0.42
"""How much of its colour is left of a buffer that is kept but not accessed."""


class Colour(NamedTuple):
    """Red, green and blue, 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def hexadecimal(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


@dataclass(frozen=True, slots=True)
class Inks:
    """What one theme draws with. `text` stands on any of the others but `line` and `mark`; `soft` on `page` and `plot`,
    `strong` (the peak, the layout itself) on these as well."""

    page: Colour
    plot: Colour
    text: Colour
    soft: Colour
    line: Colour
    strong: Colour
    mark: Colour
    lightness: tuple[float, float, float]
    chroma: float

    def fill(self, hue: int, shade: int, tone: Tone = "full") -> Colour:
        colour = _oklch(self.lightness[shade % SHADES], self.chroma, HUES[hue % len(HUES)])
        return colour if tone == "full" else mixed(colour, self.plot, _TINT)


INKS: dict[Literal["light", "dark"], Inks] = {
    "light": Inks(
        page=Colour(255, 255, 255),
        plot=Colour(244, 246, 248),
        text=Colour(20, 23, 26),
        soft=Colour(80, 88, 98),
        line=Colour(196, 202, 209),
        strong=Colour(168, 24, 60),
        mark=Colour(70, 78, 88),
        lightness=(0.82, 0.76, 0.87),
        chroma=0.095,
    ),
    "dark": Inks(
        page=Colour(13, 17, 23),
        plot=Colour(24, 30, 38),
        text=Colour(240, 246, 252),
        soft=Colour(160, 170, 181),
        line=Colour(60, 69, 80),
        strong=Colour(255, 138, 156),
        mark=Colour(176, 186, 197),
        lightness=(0.44, 0.50, 0.39),
        chroma=0.085,
    ),
}


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2: from 1 to 21. Text needs 4.5."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: Colour, ground: Colour, share: float) -> Colour:
    return Colour(*(round(a * share + b * (1 - share)) for a, b in zip(colour, ground, strict=True)))


def rules(theme: Theme, fills: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The rules of the style sheet, for the fills (hue and shade) that a picture uses. They hold for its own class
    only, so that several pictures stand in one page."""
    used = sorted(set(fills))
    if theme != "auto":
        yield from _rules(f".warpack-{theme}", INKS[theme], used)
        return
    yield from _rules(".warpack-auto", INKS["light"], used)
    yield "@media (prefers-color-scheme: dark) {"
    yield from _rules(".warpack-auto", INKS["dark"], used)
    yield "}"


def fill_class(hue: int, shade: int, tone: Tone = "full") -> str:
    return f"{'f' if tone == 'full' else 't'}{hue % len(HUES)}{'abc'[shade % SHADES]}"


def _rules(of: str, inks: Inks, fills: list[tuple[int, int]]) -> Iterator[str]:
    for name in ("page", "plot", "text", "soft", "strong", "mark", "line"):
        yield f"{of} .{name} {{ fill: {getattr(inks, name).hexadecimal} }}"
    yield f"{of} .rule {{ stroke: {inks.line.hexadecimal}; fill: none }}"
    yield f"{of} .ink {{ stroke: {inks.mark.hexadecimal}; fill: none }}"
    yield f"{of} .hot {{ stroke: {inks.strong.hexadecimal}; fill: none }}"
    yield f"{of} .edge {{ stroke: {inks.page.hexadecimal}; stroke-width: 0.8 }}"
    yield f"{of} .ink-edge {{ stroke: {inks.mark.hexadecimal}; stroke-width: 2 }}"
    yield f"{of} .wait {{ stroke: {inks.mark.hexadecimal}; stroke-width: 0.8; stroke-dasharray: 3 2 }}"
    band = f"fill: {inks.strong.hexadecimal}; fill-opacity: {BAND}; stroke: {inks.strong.hexadecimal}"
    yield f"{of} .band {{ {band}; stroke-opacity: 0.6; stroke-width: 0.8 }}"
    for hue, shade in fills:
        yield f"{of} .{fill_class(hue, shade)} {{ fill: {inks.fill(hue, shade).hexadecimal} }}"
        yield f"{of} .{fill_class(hue, shade, 'tint')} {{ fill: {inks.fill(hue, shade, 'tint').hexadecimal} }}"


def _luminance(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def _oklch(lightness: float, chroma: float, degrees: int) -> Colour:
    """From OKLCH to sRGB (Ottosson, "A perceptual color space for image processing", 2020)."""
    a, b = chroma * cos(degrees * pi / 180), chroma * sin(degrees * pi / 180)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return Colour(*(_encoded(min(1.0, max(0.0, part))) for part in linear))


def _encoded(linear: float) -> int:
    value = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * value)
