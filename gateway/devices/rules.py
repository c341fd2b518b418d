"""What the configuration says of devices. Values only."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Of the configuration."""

    certificate: timedelta
    """Life of a device's certificate."""
    approval: bool
    """An administrator has to approve what a person enrolled."""
    code: timedelta
    """Life of a code; at most `LIFETIME_MAX`."""
    report: timedelta
    """From one report to the next at the latest."""
    fresh: timedelta
    """How old a report may be for its facts to count."""
    by_people: bool
    """Whether people enrol devices of their own."""
    kept: timedelta = timedelta(days=365)
    """How long a device that is gone is kept."""
