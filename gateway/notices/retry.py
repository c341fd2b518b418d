"""When a notice that could not be delivered is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
"""Pauses between attempts: seven in about 17 hours, so that a receiver may be down for a night."""


def next_attempt(failed: int, now: datetime) -> datetime | None:
    """After `failed` attempts, one at least; None: it is given up."""
    return now + BACK_OFF[failed - 1] if failed <= len(BACK_OFF) else None
