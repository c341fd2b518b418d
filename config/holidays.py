"""Public holidays of Czechia: Act No. 245/2000 Coll. §§ 1–2, as in force since 2016 (Good Friday)."""

from datetime import date, timedelta
from functools import lru_cache

FIXED_DAYS = (  # month, day
    (1, 1),
    (5, 1),
    (5, 8),
    (7, 5),
    (7, 6),
    (9, 28),
    (10, 28),
    (11, 17),
    (12, 24),
    (12, 25),
    (12, 26),
)


def easter_sunday(year: int) -> date:
    """Western Easter by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, ch. 8)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leaps, year_rest = divmod(of_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leaps - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=8)
def public_holidays(year: int) -> frozenset[date]:
    easter = easter_sunday(year)
    moving = (easter - timedelta(days=2), easter + timedelta(days=1))
    return frozenset(date(year, month, day) for month, day in FIXED_DAYS).union(moving)


def is_public_holiday(day: date) -> bool:
    return day in public_holidays(day.year)
