"""Options of a command by which somebody says what is to count on top of what is known of a person."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from ipaddress import ip_address
from typing import Any

import click

from config.duration import parse_age
from config.vocabulary import Role
from policies.said import Said

COUNTRY_LENGTH = 2  # ISO 3166-1 alpha-2


def duration(_context: click.Context, _option: click.Parameter, written: str | None) -> timedelta | None:
    if written is None:
        return None
    try:
        return parse_age(written)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def an_address(_context: click.Context, _option: click.Parameter, written: str) -> str:
    try:
        return str(ip_address(written)) if written else ""
    except ValueError as error:
        raise click.BadParameter(f"{written!r} is no IP address, such as 192.0.2.7") from error


def a_country(_context: click.Context, _option: click.Parameter, written: str) -> str:
    if written and not (len(written) == COUNTRY_LENGTH and written.isascii() and written.isalpha()):
        raise click.BadParameter(f"{written!r} is no country; write its two letters, such as CZ")
    return written


from_address = click.option(
    "--address",
    default="",
    callback=an_address,
    help="From this IP address; left out: from none that is known.",
)
from_country = click.option(
    "--country",
    default="",
    callback=a_country,
    help="From this country (CZ); left out: what the address says.",
)


OPTIONS = (
    click.option("--purpose", default="", help="With this purpose stated."),
    click.option(
        "--order", is_flag=True, help="With an approved order for the application, its sponsor there."
    ),
    click.option("--emergency", is_flag=True, help="In emergency access that was asked for just now."),
    click.option(
        "--stands-in-for",
        "stands_in_for",
        multiple=True,
        type=click.Choice([role.value for role in Role]),
        help="A role that somebody has delegated; repeatable.",
    ),
    click.option("--idle", callback=duration, help="So long after the last request."),
    click.option("--own", is_flag=True, help="What is decided about is the person's own."),
)


def said_options(command: Callable[..., None]) -> Callable[..., None]:
    """Given to the command as one value, `said`."""

    @wraps(command)
    def with_them(
        *,
        purpose: str,
        order: bool,
        emergency: bool,
        stands_in_for: tuple[str, ...],
        idle: timedelta | None,
        own: bool,
        **others: Any,
    ) -> None:
        said = Said(
            purpose=purpose,
            order=order,
            emergency=emergency,
            stands_in_for=frozenset(map(Role, stands_in_for)),
            idle=idle,
            own=own,
        )
        command(said=said, **others)

    for option in reversed(OPTIONS):
        with_them = option(with_them)
    return with_them
