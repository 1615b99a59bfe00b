"""Colours of maps: the same in figures, in reports and on the page.

Each is a scale of colours (red, green, blue) at even distances, from little to much. Lightness
alone tells their order; those of levels are Brewer's. Light comes first, for light paper. On dark
paper a level takes them from the other end, so that little is near the paper there, too.
"""

from __future__ import annotations

from typing import Final

Colours = tuple[tuple[int, int, int], ...]

GREEN_TO_BLUE: Final[Colours] = (
    *((198, 233, 180), (126, 205, 187), (64, 181, 196), (29, 144, 192), (34, 93, 168)),
    *((36, 51, 146), (8, 29, 88)),
)
PURPLES: Final[Colours] = (
    *((218, 218, 235), (188, 189, 220), (158, 154, 200), (128, 124, 186), (105, 80, 163)),
    *((83, 38, 143), (63, 0, 125)),
)
YELLOW_TO_RED: Final[Colours] = (
    *((255, 255, 204), (255, 237, 160), (254, 217, 118), (254, 178, 76), (253, 140, 60)),
    *((252, 77, 42), (226, 25, 28), (187, 0, 38), (128, 0, 38)),
)
GREENS: Final[Colours] = (
    *((199, 233, 192), (160, 217, 155), (115, 196, 118), (64, 170, 93), (34, 138, 68)),
    *((0, 108, 44), (0, 68, 27)),
)
PINKS: Final[Colours] = (
    *((253, 224, 221), (252, 197, 192), (250, 158, 181), (247, 103, 161), (220, 51, 151)),
    *((173, 1, 126), (121, 1, 119), (73, 0, 106)),
)
BLUES: Final[Colours] = (
    *((198, 219, 239), (157, 202, 225), (106, 174, 214), (65, 145, 198), (32, 112, 180)),
    *((8, 80, 155), (8, 48, 107)),
)
BLUE_TO_PURPLE: Final[Colours] = (
    *((224, 236, 244), (191, 211, 230), (158, 188, 218), (140, 149, 198), (140, 106, 177)),
    *((136, 64, 156), (128, 15, 123), (77, 0, 75)),
)

LESS_TO_MORE: Final[Colours] = (
    *((0, 68, 130), (0, 114, 178), (86, 180, 233), (190, 222, 240), (242, 242, 242)),
    *((250, 220, 180), (240, 165, 60), (213, 94, 0), (140, 55, 0)),
)
"""Colours of differences: less, equal, more; the same for all layers, on any paper."""
