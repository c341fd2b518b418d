"""A moment that somebody wrote at the command line."""

from datetime import datetime

from gateway.commands.preflight import CannotStart
from gateway.commands.state import now
from gateway.commands.terminal import PRAGUE

YEARS = range(2000, 2100)
"""As pages take them."""


def moment_asked(written: str) -> datetime:
    """As a clock here shows it, unless the zone is written too; now where nothing is."""
    if not written:
        return now().astimezone(PRAGUE)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise CannotStart(f"{written!r} is no moment", "write it as 2026-11-23T09:00") from error
    if moment.year not in YEARS:
        years = f"{YEARS[0]} to {YEARS[-1]}"
        raise CannotStart(f"{written!r} is in no year that is asked about", f"give one of the years {years}")
    return moment if moment.tzinfo else moment.replace(tzinfo=PRAGUE)
