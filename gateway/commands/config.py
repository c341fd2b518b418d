"""`brana config check`: every fault of configuration and policies, with file, line and remedy."""

import asyncio
from pathlib import Path

import click

from gateway.commands.fitness import checked, notes, require_directory, require_ready
from gateway.commands.options import configuration


@click.group(help="Check the configuration.")
def command() -> None: ...


@command.command(
    help="Name every fault of the configuration, the certificate and the policies; start and change nothing.",
    short_help="Name every fault; start and change nothing.",
)
@configuration
@click.option("--directory", is_flag=True, help="Also bind to the office directory and search it once.")
def check(configuration: Path, *, directory: bool) -> None:
    settings, district, book = checked(configuration)
    require_ready(configuration, settings)
    away = asyncio.run(require_directory(settings)) if directory else []
    click.echo(
        f"{configuration}: fit to start: {len(district)} municipalities, "
        f"{len(settings.applications)} applications, policies {book.version}"
    )
    for code in sorted(book.without_policies):
        click.echo(f"note: {district.name(code)} ({code}) has no policies: everything there is refused")
    for note in notes(configuration, settings):
        click.echo(f"note: {note}")
    if away:
        click.echo(f"directory {', '.join(away)} is away: its people cannot sign in until it answers")
