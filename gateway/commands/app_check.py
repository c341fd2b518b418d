"""`brana app check`: whether the configuration is sound and every server answers as it says."""

import asyncio
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from config.district import District
from config.hosts import hosts_of
from config.settings import Application, Settings
from config.upstreams import Upstream, upstream_of
from gateway.commands.addresses import Addresses
from gateway.commands.fitness import checked
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.terminal import console
from gateway.commands.upstream_look import Seen, look

AT_ONCE = 50  # servers asked side by side

Asked = tuple[Application, Upstream]


@click.command(
    help="Check the configuration with the certificate, then reach every server of all applications, or of those "
    "named, as Envoy will: name, connection, TLS, health. Ends with 1 where one is not well.",
    short_help="Check the configuration and reach every server.",
)
@configuration
@click.argument("names", metavar="[ID]...", nargs=-1)
def check(configuration: Path, names: tuple[str, ...]) -> None:
    settings, district, _ = checked(
        configuration, by_cases=False
    )  # the certificate covers every host, or this refuses
    chosen = _chosen(settings, names)
    found = asyncio.run(_looked(settings, district, chosen))
    table = Table(Column("application", no_wrap=True), "host", "server", "found")
    for (application, upstream), seen in found:
        said = seen.said if seen.well else f"NOT WELL: {seen.said}\n{seen.remedy}"
        server = f"{'https' if upstream.tls else 'http'}://{upstream.host}:{upstream.port}"
        table.add_row(application.id, application.host, server, said)
    console().print(table)
    unwell = sum(not seen.well for _, seen in found)
    counted = f"{_counted(len(found), 'server')} of {_counted(len(chosen), 'application')}"
    click.echo(f"{counted}: {f'{unwell} not well' if unwell else 'all well'}")
    sys.exit(1 if unwell else 0)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _chosen(settings: Settings, names: tuple[str, ...]) -> list[Application]:
    known = [one.id for one in settings.applications]
    if strange := [name for name in names if name not in known]:
        raise CannotStart(f"no application {', '.join(strange)}", f"there are: {', '.join(known)}")
    return [one for one in settings.applications if not names or one.id in names]


async def _looked(
    settings: Settings, district: District, chosen: list[Application]
) -> list[tuple[Asked, Seen]]:
    """In order; the bar moves as answers come, where somebody looks."""
    addresses, turn = Addresses(settings, district), asyncio.Semaphore(AT_ONCE)
    asked: list[Asked] = [
        (one, upstream)
        for one in chosen
        for text in one.upstreams
        if (upstream := upstream_of(text)) is not None
    ]
    columns = (TextColumn("Reaching servers"), BarColumn(), MofNCompleteColumn())
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as bar:
        task = bar.add_task("", total=len(asked))

        async def one_of_them(application: Application, upstream: Upstream) -> Seen:
            async with turn:
                host = addresses.authority(hosts_of(application, district)[0])
                seen = await look(application, upstream, host)
            bar.advance(task)
            return seen

        seen = await asyncio.gather(*(one_of_them(*one) for one in asked))
    return list(zip(asked, seen, strict=True))
