"""How wide a text is, and how it is made to fit. No font is asked: the widths are those of DejaVu Sans, the widest of
the fonts that the pictures name, so a text that fits here fits with all of them."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from unicodedata import bidirectional, category, east_asian_width, normalize
from xml.sax.saxutils import escape

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

LINE = 1.2
"""The height of a line, in font sizes."""

ASCENT = 0.93
"""How far letters reach above the base line, in font sizes."""

# Advance widths in thousandths of the font size, from the space to the tilde.
_REGULAR = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787),
    *(603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_BOLD = (
    *(348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365),
    *(696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580),
    *(1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850),
    *(733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500),
    *(500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687),
    *(716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838),
)
_SIGNS = {"·": 380, "→": 838, "…": 1000}

# What other characters are taken to have, which depends on the fonts of the reader. `exact` says when a picture has to
# hold a text to that.
_WIDE, _NARROW = 1000, 500
_JOINED = 500
_CAPITAL, _LETTER, _OTHER = 700, 600, 840
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})
"""Marks over other characters, and what is never seen."""


@lru_cache(maxsize=65536)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels from the start of `text` to its end, at a font size of `size` pixels."""
    return sum(_advances(text, bold)) * size / 1000


def exact(text: str) -> bool:
    """Whether every character is in the tables. A picture sets the width of any other text itself."""
    return all(" " <= character <= "~" or character in _SIGNS for character in text)


@lru_cache(maxsize=65536)
def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """`text` if it fits `room` pixels, else as much of its start as fits before an ellipsis; "" where not even that."""
    if width_of(text, size, bold=bold) <= room:
        return text
    left = room * 1000 / size - _SIGNS["…"]
    if left < 0:
        return ""
    kept = sum(1 for reach in accumulate(_advances(text, bold)) if reach <= left)
    return text[:kept].rstrip() + "…"


def wrapped(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Lines of whole words that fit `room` pixels; a word that is too long for a line is shortened."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if width_of(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, size, room, bold=bold))
    return [line for line in lines if line]


def printed(text: str) -> str:
    """`text` with a replacement character for each that does not print: XML cannot hold some of them, and others turn
    the direction of what follows."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def escaped(text: str) -> str:
    """`text` for an element or an attribute in double quotes."""
    return escape(printed(text), {'"': "&quot;"})


def counted(number: int) -> str:
    """A number in groups of three: 49,152."""
    return f"{number:,}"


def _advances(text: str, bold: bool) -> list[int]:
    table = _BOLD if bold else _REGULAR
    return [table[ord(one) - 32] if " " <= one <= "~" else _SIGNS.get(one) or _other(one, bold) for one in text]


@lru_cache(maxsize=4096)
def _other(character: str, bold: bool) -> int:
    """About what a character of another script has: an East Asian one is as wide as it is high."""
    kind, span = category(character), east_asian_width(character)
    if kind in _NO_WIDTH:
        return 0
    if span in ("W", "F", "H"):
        return _NARROW if span == "H" else _WIDE
    plain = normalize("NFD", character)[0]
    if " " <= plain <= "~":
        return (_BOLD if bold else _REGULAR)[ord(plain) - 32]
    if bidirectional(character) == "AL":
        width = _JOINED
    elif kind[0] in "LMN":
        width = _CAPITAL if kind == "Lu" else _LETTER
    else:
        return _OTHER
    return width * 11 // 10 if bold else width
