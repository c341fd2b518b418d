"""A moment that somebody wrote at the command line."""

from datetime import datetime

from gateway.commands.preflight import CannotStart
from gateway.commands.state import now
from gateway.commands.terminal import PRAGUE


def moment_asked(written: str) -> datetime:
    """As a clock here shows it, unless the zone is written too; now where nothing is."""
    if not written:
        return now().astimezone(PRAGUE)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise CannotStart(f"{written!r} is no moment", "write it as 2026-11-23T09:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=PRAGUE)
