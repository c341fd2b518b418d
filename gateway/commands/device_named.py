"""A device named on the command line."""

from typing import Any

import click

from config.vocabulary import DeviceId, read_device_id
from gateway.commands.preflight import CannotStart

HOW = "entries of the log have it as `device`: 22 letters, digits, - and _"


def named(text: str) -> DeviceId:
    """Raises CannotStart."""
    device = read_device_id(text)
    if device is None:
        raise CannotStart(f"{text!r} names no device", HOW)
    return device


def _read(_context: click.Context, _parameter: click.Parameter, text: Any) -> DeviceId:
    return named(str(text))


device_argument = click.argument("device", callback=_read)
