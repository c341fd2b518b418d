"""What a command records before it shows people, sessions or what the log says of them: who looks, and what for."""

import os

import click

from gateway.audit.entry import Entry
from gateway.audit.reading_acts import looked
from gateway.commands.operator import operator
from gateway.commands.state import now

PURPOSE = "BRANA_PURPOSE"
"""What all commands of a shell are used for, where they are not told it by themselves."""

purpose_option = click.option(
    "--purpose",
    default="",
    envvar=PURPOSE,
    show_envvar=True,
    metavar="TEXT",
    help="What for; it is recorded with your name.",
)


def read_for() -> str:
    """Of a command that has no option of its own for it. Empty: nothing was said."""
    return os.environ.get(PURPOSE, "").strip()


def looking(command: str, *, found: int, of: str = "") -> Entry:
    """`of`: the login asked for; `found`: people or sessions shown."""
    return looked(now(), subject=operator(), command=command, of=of, found=found, purpose=read_for())
