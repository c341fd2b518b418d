"""Options that several commands take."""

from pathlib import Path

import click

configuration = click.option(
    "--config",
    "configuration",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("/etc/brana/brana.toml"),
    envvar="BRANA_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The configuration file.",
)
