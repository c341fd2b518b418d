"""`brana directory …`: what those who look after the product do about the office directories."""

import click

from gateway.commands.directory_preview import preview


@click.group(help="Look at the office directories.")
def command() -> None: ...


command.add_command(preview)
