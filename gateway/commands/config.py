"""`brana config check`: every fault of configuration and policies, with file, line and remedy."""

import asyncio
from pathlib import Path

import click

from config.problem import ConfigurationRefused, Problem
from gateway.commands.fitness import (
    checked,
    edge_checked,
    is_edge,
    may_start,
    notes,
    problems_of_directories,
    require_ready,
    troubles_of_directories,
)
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
    if is_edge(configuration):
        _check_edge(configuration)
        return
    settings, district, book = checked(configuration)
    troubles = asyncio.run(troubles_of_directories(settings)) if directory else {}
    faults: list[Problem] = []
    try:
        require_ready(configuration, settings)
    except ConfigurationRefused as refused:
        faults += refused.problems
    if troubles and (faults or not may_start(settings, troubles)):
        faults += problems_of_directories(configuration, settings, troubles)
    if faults:
        raise ConfigurationRefused(faults)
    click.echo(
        f"{configuration}: fit to start: {len(district)} municipalities, "
        f"{len(settings.applications)} applications, policies {book.version}"
    )
    for code in sorted(book.without_policies):
        click.echo(f"note: {district.name(code)} ({code}) has no policies: everything there is refused")
    for note in notes(configuration, settings):
        click.echo(f"note: {note}")
    for trouble in troubles.values():
        click.echo(f"brana: {trouble}\n    its people cannot sign in until it answers", err=True)
    answering = [one.name for one in settings.directories if one.name not in troubles]
    if directory:
        click.echo(f"directory {', '.join(answering)}: asked, and answered as the settings say")
    if troubles:
        click.echo(f"directory {', '.join(troubles)} is away: its people cannot sign in until it answers")


def _check_edge(configuration: Path) -> None:
    settings, district = edge_checked(configuration)
    require_ready(configuration, settings)
    click.echo(
        f"{configuration}: fit to start an edge: {len(district)} municipalities, "
        f"{len(settings.applications)} applications"
    )
