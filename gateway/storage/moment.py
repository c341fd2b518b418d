"""Times as the tables keep them: integers, microseconds since the epoch, exact to the last one."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Of an aware time. By whole numbers: a float of today's seconds is off by a microsecond at times."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(value: int) -> datetime:
    return EPOCH + value * MICROSECOND


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else moment_of(value)


def micros_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)
