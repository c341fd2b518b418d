"""Counts as bars: how high each is in the units of an SVG's own box, and where the log shows its entries. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.audit.counts import ByValue, Counted, OverTime, Slice, Valued
from gateway.audit.slices import Width
from gateway.web.officer.chart import HEIGHT, round_up
from idp.http.moments import PRAGUE

LEAST = 1.5  # of the height: what is there can be seen
WIDE = 10.0  # units of a bar with its gap
BAR = 8.0
NARROWEST = timedelta(minutes=1)  # filters know no seconds


@dataclass(frozen=True, slots=True)
class Bar:
    begin: datetime
    end: datetime
    entries: int
    refused: int
    x: float
    height: float
    refused_height: float
    link: str
    """Where the log shows these entries; empty where it could show no fewer."""


@dataclass(frozen=True, slots=True)
class Bars:
    bars: Sequence[Bar]
    top: int
    """Number of entries that the full height stands for."""
    width: Width
    counted: Counted

    @property
    def box(self) -> float:
        return WIDE * len(self.bars)

    @property
    def entries(self) -> int:
        return sum(one.entries for one in self.bars)

    @property
    def refused(self) -> int:
        return sum(one.refused for one in self.bars)

    @property
    def marks(self) -> Sequence[datetime]:
        """Told below the bars: where the first begins, the middle, where the last ends (a day: the last one)."""
        if not self.bars:
            return []
        middle = [self.bars[len(self.bars) // 2].begin] if len(self.bars) > 2 else []
        last = self.bars[-1].end - (timedelta(0) if self.marked_by == "hour" else timedelta(microseconds=1))
        return [self.bars[0].begin, *middle, last]

    @property
    def marked_by(self) -> str:
        """Precision of the marks: whoever needs more reads the table."""
        span = self.bars[-1].end - self.bars[0].begin if self.bars else timedelta(0)
        return "hour" if span <= timedelta(days=1) else "date"

    @property
    def precision(self) -> str:
        """Of the moments in the table."""
        by_days = self.width in (Width.DAY, Width.WEEK, Width.MONTH)
        return "date" if by_days else "minute"


def drawn(over: OverTime, link: Callable[[dict[str, str]], str]) -> Bars:
    """`link`: the address of what was counted, with other times in it."""
    top = round_up(max((one.entries for one in over.slices), default=0))
    bars = [_bar(number, one, top, link) for number, one in enumerate(over.slices)]
    return Bars(bars, top, over.width, over.counted)


def _bar(number: int, one: Slice, top: int, link: Callable[[dict[str, str]], str]) -> Bar:
    narrower = one.entries > 0 and one.end - one.begin > NARROWEST
    return Bar(
        begin=one.begin,
        end=one.end,
        entries=one.entries,
        refused=one.refused,
        x=number * WIDE + (WIDE - BAR) / 2,
        height=_high(one.entries, top),
        refused_height=_high(one.refused, top),
        link=link(minutes_of(one.begin, one.end)) if narrower else "",
    )


def _high(number: int, top: int) -> float:
    return round(max(HEIGHT * number / top, LEAST), 3) if number else 0.0


def minutes_of(begin: datetime, end: datetime) -> dict[str, str]:
    """Filters of all whole minutes that the span touches; `end` is no part of it."""
    last = end - timedelta(microseconds=1)
    ends = {"since": begin, "until": last}
    return {name: f"{moment.astimezone(PRAGUE):%Y-%m-%dT%H:%M}" for name, moment in ends.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A bar that lies: one value."""

    name: str
    entries: int
    share: float
    """Of the longest, in percent; so much that it can be seen."""
    link: str


@dataclass(frozen=True, slots=True)
class Lines:
    lines: Sequence[Line]
    more: int
    counted: Counted


def lying(counts: ByValue, name: Callable[[str], str], link: Callable[[str], str]) -> Lines:
    longest = max((one.entries for one in counts.rows), default=1)
    return Lines([_line(one, longest, name, link) for one in counts.rows], counts.more, counts.counted)


def _line(one: Valued, longest: int, name: Callable[[str], str], link: Callable[[str], str]) -> Line:
    share = max(round(100 * one.entries / longest, 2), 1.0)
    return Line(name(one.value), one.entries, share, link(one.value))


def of_hours(rows: Iterable[Valued], counted: Counted, link: Callable[[str], str]) -> Bars:
    """A bar for each hour of the day, also those in which nothing happened. The days of its moments mean nothing."""
    number = {one.value: one.entries for one in rows}
    top = round_up(max(number.values(), default=0))
    bars = []
    for hour in range(24):
        found = number.get(str(hour), 0)
        begin = datetime(2026, 1, 1, hour, tzinfo=PRAGUE).astimezone(UTC)
        bars.append(
            Bar(
                begin=begin,
                end=begin + timedelta(hours=1),
                entries=found,
                refused=0,
                x=hour * WIDE + (WIDE - BAR) / 2,
                height=_high(found, top),
                refused_height=0.0,
                link=link(str(hour)) if found else "",
            )
        )
    return Bars(bars, top, Width.HOURS, counted)
