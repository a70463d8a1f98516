"""How wide a text prints in Times New Roman, and how many lines it takes in a cell.

Spreadsheet programs do not grow a merged cell, and some do not grow a wrapped one either, so every row
height is computed here. Widths are the published Times metrics, in thousandths of the font size; a letter
with marks is as wide as its base letter.
"""

from __future__ import annotations

import math
import unicodedata
from functools import cache

_GROUPS = {
    200: "|",
    250: " .,\u00a0",
    278: "/\\:;ijlt",
    333: "!()-[]`Ifr",
    389: "Js",
    444: "?acez",
    480: "{}",
    500: "#$*0123456789_bdghknopquvxyđơ–",
    549: "ư≤≥±",
    556: "FPS",
    564: "+<=>÷×−",
    611: "ELTZ",
    667: "BCR",
    722: "ADGHKNOQUVXYwĐƠƯ",
    778: "&m",
    833: "%",
    889: "M",
    921: "@",
    944: "W",
    1000: "…—→",
}
_WIDTH = {char: width for width, chars in _GROUPS.items() for char in chars}
_PIXELS_PER_POINT = 96 / 72
_BOLD = 1.07
_PADDING = 8


@cache
def _char_width(char: str) -> int:
    if char in _WIDTH:
        return _WIDTH[char]
    base = unicodedata.normalize("NFD", char)[0]
    return _WIDTH.get(base, 600)


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of one line of text in pixels at 96 dots an inch; `size` is in points."""
    width = sum(_char_width(char) for char in text) * size / 1000 * _PIXELS_PER_POINT
    return width * _BOLD if bold else width


def column_pixels(width: float) -> int:
    """Return the pixels of a column whose width is given in spreadsheet characters."""
    return int(width * 7 + 5)


@cache
def lines_needed(text: str, pixels: int, size: float, bold: bool = False) -> int:
    """Return how many lines a wrapped text takes in a cell of that many pixels.

    Words break only at spaces; a word wider than the cell is broken inside, as spreadsheet programs do.
    """
    room = max(pixels - _PADDING, 10) * 0.97
    space = text_width(" ", size, bold)
    lines = 0
    for paragraph in text.split("\n"):
        used = 0.0
        lines += 1
        for word in paragraph.split(" "):
            width = text_width(word, size, bold)
            if used and used + space + width > room:
                lines += 1
                used = 0.0
            if width > room:
                extra = math.ceil(width / room) - 1
                lines += extra
                used = width - extra * room
            else:
                used = used + space + width if used else width
    return lines


def row_height(lines: int, size: float) -> float:
    """Return the height in points of a row that holds so many lines, at most what a spreadsheet allows."""
    return min(409.0, max(15.0, round(lines * size * 1.22 + 3.5, 1)))
