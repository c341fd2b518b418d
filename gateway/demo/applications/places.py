"""Where the municipalities lie on the schematic map: roughly true positions, from west to east and north to south.

Units of the map's view box. Municipalities without a place of their own here are put on a circle around the town.
"""

import math
from collections.abc import Sequence

WIDTH, HEIGHT = 1000, 760
CENTRE = (620, 235)

PLACES: dict[str, tuple[int, int]] = {
    "542342": (452, 520), "542393": (742, 500), "557188": (548, 352), "587257": (330, 700), "587354": (915, 425),
    "587397": (142, 320), "588296": CENTRE, "588300": (655, 385), "588326": (545, 120), "588385": (745, 95),
    "588407": (362, 612), "588431": (285, 250), "588482": (345, 545), "588491": (795, 190), "588512": (585, 55),
    "588521": (660, 500), "588547": (260, 595), "588563": (625, 322), "588601": (120, 730), "588628": (150, 590),
    "588644": (820, 375), "588652": (690, 60), "588695": (232, 510), "588717": (640, 450), "588733": (525, 255),
    "588768": (215, 375), "588806": (130, 505), "588814": (740, 455), "588849": (110, 405), "588865": (320, 355),
    "588890": (875, 150), "588938": (490, 310), "588954": (440, 610), "588989": (722, 165), "589004": (455, 425),
    "589039": (220, 690), "589047": (850, 430), "589055": (815, 480), "589080": (395, 480), "589110": (330, 290),
    "589128": (408, 262), "589161": (640, 25), "589187": (418, 370), "589195": (485, 470), "589217": (455, 215),
    "589225": (745, 35),
}  # fmt: skip


def positions(codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """A place for every municipality of the district, whichever district it is."""
    others = [code for code in codes if code not in PLACES]
    return {code: PLACES.get(code) or _around(others.index(code), len(others)) for code in codes}


def _around(number: int, count: int) -> tuple[int, int]:
    angle = 2 * math.pi * number / count
    return round(WIDTH / 2 * (1 + 0.9 * math.cos(angle))), round(HEIGHT / 2 * (1 + 0.9 * math.sin(angle)))
