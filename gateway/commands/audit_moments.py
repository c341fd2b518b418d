"""Days, times and how long, as options of a command."""

from datetime import datetime, timedelta

import click

from config.duration import parse_age
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


class Length(click.ParamType[timedelta]):
    """Written as in the configuration: `15 min`."""

    name = "length"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, context: click.Context | None
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            found = parse_age(value)
        except ValueError:
            found = timedelta()
        if found <= timedelta():
            self.fail(f"{value!r} is no length of time; write it as `15 min` or `2 h`", param, context)
        return found
