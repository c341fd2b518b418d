"""`brana reload`: have the running product take over the configuration and the policies as they are now."""

import sys
import tomllib
from pathlib import Path

import click

from config.load import load
from config.problem import ConfigurationRefused
from gateway.asking import Reloaded, ask_to_reload
from gateway.commands.options import configuration


@click.command(
    help="Take over the configuration and the policies into the running product; what is wrong changes nothing. "
    "Ends with 1 also where edited policies are to be proposed and some could not be."
)
@configuration
def command(configuration: Path) -> None:
    try:
        told = ask_to_reload(control_socket(configuration))
    except ConfigurationRefused as refused:
        click.echo(f"brana: not reloaded, what was in force stays\n{refused}", err=True)
        sys.exit(1)
    if not told.applied:
        click.echo(f"brana: not reloaded, what was in force stays ({told.reason})\n{told.said}", err=True)
        sys.exit(1)
    click.echo("\n".join(_lines(told)))
    sys.exit(bool(told.not_proposed))


def control_socket(configuration: Path) -> Path:
    """Of the product that runs by this file. Its faults are the product's to tell, which records them; raises
    ConfigurationRefused where it cannot even be said which product that is.
    """
    try:
        written = tomllib.loads(configuration.read_text("utf-8-sig"))["state"]["directory"]
        return configuration.resolve().parent / str(written) / "run" / "control.sock"
    except (OSError, ValueError, LookupError, TypeError):
        return load(configuration)[0].state.directory / "run" / "control.sock"


def _lines(told: Reloaded) -> list[str]:
    if not told.anything:
        return [told.said or "nothing has changed since the last reload or start"]
    parts = {
        "applications added": told.added,
        "applications removed": told.removed,
        "applications changed": told.changed,
        "settings changed": told.settings,
        "policies now": [told.policies] if told.policies else [],
    }
    lines = [f"{what}: {', '.join(names)}" for what, names in parts.items() if names]
    lines += [told.said] if told.said else []
    lines += [f"note: {one} has no policies any more: everything there is refused" for one in told.closed]
    return [*lines, f"in force since now ({told.seconds:.2f} s), {told.before} before, {told.after} after"]
