"""`brana drain`: nobody new is sent here, and what is under way ends by itself, so that stopping drops nothing."""

import asyncio
import time
from pathlib import Path

import aiohttp
import click

from config.load import load
from gateway.commands import lock
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.envoy import draining
from gateway.envoy.process import Administration

LOOK_EVERY = 0.1  # seconds


@click.command(
    help="Take this machine out of service: /readyz says 503 and other nodes ask others; after the notice Envoy says "
    "goodbye on every connection; ends when no request is under way. Then stop it. The next start is in service again.",
    short_help="Take this machine out of service before it is stopped.",
)
@configuration
@click.option(
    "--notice",
    type=click.FloatRange(0, 600),
    default=10.0,
    show_default=True,
    help="Seconds for load balancers and other nodes to see it.",
)
@click.option(
    "--at-most",
    type=click.FloatRange(0, 86400),
    default=60.0,
    show_default=True,
    help="Seconds for what is under way, web sockets and streams too.",
)
@click.option("--undo", is_flag=True, help="Stay in service after all; only before Envoy has said goodbye.")
def command(configuration: Path, notice: float, at_most: float, *, undo: bool) -> None:
    settings, _ = load(configuration)
    run = settings.state.directory / "run"
    if not lock.is_taken(settings.state.directory):
        raise CannotStart("the product does not run here", "there is nothing to drain")
    if undo:
        draining.over(run)
        click.echo("in service")
        return
    draining.begin(run)
    click.echo(f"out of service; others have {notice:g} s to see it")
    time.sleep(notice)
    lets_in = settings.fleet is None or settings.fleet.lets_in
    left = asyncio.run(_ended(run, at_most)) if lets_in else 0
    click.echo(
        "nothing is under way: stop it now" if not left else f"{left} requests go on; stopping ends them"
    )


async def _ended(run: Path, at_most: float) -> int:
    """Requests that are still under way when it is over."""
    administration = Administration(run / "envoy-admin.sock")
    until = time.monotonic() + at_most
    try:
        await administration.drain()
        while (left := await administration.under_way()) and time.monotonic() < until:  # noqa: ASYNC110 - Envoy tells nobody
            await asyncio.sleep(LOOK_EVERY)
    except (OSError, aiohttp.ClientError, TimeoutError) as error:
        raise CannotStart(f"Envoy does not answer: {error}", "nobody comes in here now; stop it") from error
    return left
