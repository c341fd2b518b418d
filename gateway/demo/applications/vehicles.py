"""Vehicles that drive from village to village. Pure: where they are follows from the time alone."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

LEG = 45  # seconds from one municipality to the next
STOPS = 6  # municipalities on a vehicle's round
FLEET = (
    ("Sypač 1", "Snow plough 1", "plough"),
    ("Sypač 2", "Snow plough 2", "plough"),
    ("Sypač 3", "Snow plough 3", "plough"),
    ("Údržba zeleně", "Greenery crew", "crew"),
    ("Oprava osvětlení", "Street lighting crew", "crew"),
    ("Strážník v terénu", "Constable in the field", "person"),
)
SEED = 46


@dataclass(frozen=True, slots=True)
class Sighting:
    """One vehicle now, in view box units; `towards` is the code of the municipality it drives to."""

    number: int
    name_cs: str
    name_en: str
    kind: str
    x: float
    y: float
    towards: str


def sightings(places: Mapping[str, tuple[int, int]], now: datetime) -> list[Sighting]:
    seconds = now.timestamp()
    return [_sighting(number, places, seconds) for number in range(len(FLEET))]


def _sighting(number: int, places: Mapping[str, tuple[int, int]], seconds: float) -> Sighting:
    stops = _round(number, sorted(places), places)
    leg, driven = divmod(seconds / LEG + number / len(FLEET), 1)
    here, there = stops[int(leg) % len(stops)], stops[(int(leg) + 1) % len(stops)]
    (x, y), (to_x, to_y) = places[here], places[there]
    name_cs, name_en, kind = FLEET[number]
    return Sighting(
        number,
        name_cs,
        name_en,
        kind,
        round(x + (to_x - x) * driven, 1),
        round(y + (to_y - y) * driven, 1),
        there,
    )


def _round(number: int, codes: Sequence[str], places: Mapping[str, tuple[int, int]]) -> list[str]:
    """A vehicle's stops: one drawn municipality, then each time the nearest that was not visited."""
    left = list(codes)
    stops = [left.pop(random.Random(SEED + number).randrange(len(left)))]  # noqa: S311 - sample data
    while left and len(stops) < STOPS:
        x, y = places[stops[-1]]
        nearest = min(left, key=lambda code: (places[code][0] - x) ** 2 + (places[code][1] - y) ** 2)
        left.remove(nearest)
        stops.append(nearest)
    return stops
