"""Emergency access as officers and those who watch the product see it at a glance. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.asks.ask import Ask, Kind


@dataclass(frozen=True, slots=True)
class Emergencies:
    """`running`: open now; `waiting`: over, and nobody has looked at the use yet; `overdue`: later than allowed."""

    running: int = 0
    waiting: int = 0
    overdue: int = 0


def emergencies(asks: Iterable[Ask], now: datetime) -> Emergencies:
    uses = [one for one in asks if one.kind is Kind.EMERGENCY]
    return Emergencies(
        running=sum(one.runs(now) for one in uses),
        waiting=sum(one.unreviewed and not one.runs(now) for one in uses),
        overdue=sum(one.overdue(now) for one in uses),
    )
