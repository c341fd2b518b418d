"""Days on which something configured holds: the first and the last are within, None is without end."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import date

from config.doubt import Finding

Days = tuple[date | None, date | None]


def overlap(one: Days, other: Days) -> bool:
    return _begins_by(one, other) and _begins_by(other, one)


def _begins_by(one: Days, other: Days) -> bool:
    return one[0] is None or other[1] is None or one[0] <= other[1]


def order_finding(at: str, days: Days) -> Iterator[Finding]:
    if days[0] is not None and days[1] is not None and days[0] > days[1]:
        yield (
            f"{at}.valid_until",
            f"the last day, {days[1]}, comes before the first, {days[0]}",
            "exchange the two days, or correct them",
        )


def repeated(stated: Iterable[tuple[str, Hashable, Days]]) -> Iterator[Finding]:
    """`stated`: path, what is said, when. The second of two that say the same for the same day is told."""
    before: dict[Hashable, list[tuple[str, Days]]] = {}
    for at, what, days in stated:
        same = next((other for other, theirs in before.get(what, ()) if overlap(days, theirs)), None)
        if same is not None:
            yield (
                at,
                f"says the same as {same}, for days that both hold",
                "delete one of the two, or part their days",
            )
        before.setdefault(what, []).append((at, days))
