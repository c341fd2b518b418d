"""Days and times as options of a command."""

from datetime import datetime

import click

from gateway.commands.terminal import PRAGUE

MOMENT = click.DateTime(
    [
        "%Y-%m-%d",
        "%d.%m.%Y",
        "%d.%m.%Y %H:%M",
        *(
            f"%Y-%m-%d{between}%H:%M{seconds}{zone}"
            for between in ("T", " ")
            for seconds in ("", ":%S")
            for zone in ("", "%z")
        ),
    ]
)


def in_prague(given: datetime | None) -> datetime | None:
    """Without a zone that of Prague is meant."""
    return given if given is None or given.tzinfo else given.replace(tzinfo=PRAGUE)
