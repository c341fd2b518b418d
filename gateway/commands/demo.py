"""`brana demo`: the product on a prepared world of 46 municipalities and about 400 people."""

import asyncio
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import click
import msgspec
from rich.console import Console

from config.vocabulary import MunicipalityCode
from gateway.commands.addresses import Addresses
from gateway.commands.decisions import policy_book
from gateway.commands.preflight import CannotStart, require_free_ports
from gateway.commands.serve import plan_file
from gateway.commands.state import State, now, open_state
from gateway.demo.announcement import announce, described
from gateway.demo.authority import write_private
from gateway.demo.configuration import settings_text
from gateway.demo.start import DOMAIN, Running, prepare, running
from gateway.demo.world import World
from gateway.grants.sign import public_jwks
from idp.login.totp import Secret

READY_WITHIN = 60.0  # seconds; a quiet machine needs about one
ENDS_WITHIN = 20.0


@click.command(help="Run the product on a prepared world; Ctrl-C ends everything.")
@click.option(
    "--directory", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True,
    help="Where the world lives; delete it to begin anew.",
)  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), default=8443, show_default=True)
@click.option("--metrics-port", type=click.IntRange(1, 65535), default=9464, show_default=True)
def command(directory: Path, port: int, metrics_port: int) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    console, output = Console(stderr=True), Console(soft_wrap=True)
    with console.status("Preparing the world: people, directory, certificates …"):
        world = prepare(directory, now())
    issuer = f"https://portal.{DOMAIN}" + ("" if port == 443 else f":{port}")
    issuer_keys = world.folder / "assertion-keys.json"
    try:
        with console.status("Starting directory and applications …"):
            servers = running(world, issuer, issuer_keys, f"{issuer}/")
            around = servers.__enter__()
        try:
            _serve(world, around, issuer_keys, (port, metrics_port), (console, output))
        finally:
            servers.__exit__(None, None, None)
    except KeyboardInterrupt:
        console.print("Everything has ended.")


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _serve(
    world: World,
    around: Running,
    issuer_keys: Path,
    ports: tuple[int, int],
    consoles: tuple[Console, Console],
) -> None:
    (port, metrics_port), (console, output) = ports, consoles
    configuration = world.folder / "brana.toml"
    configuration.write_text(
        settings_text(world, around.directory_url, around.applications, port=port, metrics_port=metrics_port),
        encoding="utf-8",
    )
    state = open_state(configuration)
    try:
        policy_book(state.settings, state.district)
        require_free_ports(state.settings)
        asyncio.run(_enrol(state, world))
        issuer_keys.write_bytes(msgspec.json.encode(public_jwks(state.keys.assertion)))
        addresses = Addresses(state.settings, state.district)
    finally:
        state.database.close()
    plan = plan_file(configuration, state.settings)
    with (world.folder / "brana.log").open("ab") as log:
        product = subprocess.Popen([sys.executable, "-m", "gateway.supervise", str(plan)], stderr=log)
    try:
        with console.status("Starting control plane and data plane …"):
            _wait_until_ready(product, metrics_port, world.folder / "brana.log")
        content = described(world, addresses.district, _addresses(addresses), configuration)
        write_private(world.folder / "world.json", json.dumps(content, ensure_ascii=False, indent=1).encode())
        announce(content, output)
        output.print(f"\nready: open {addresses.portal}  (Ctrl-C ends everything)")
        status = product.wait()
        raise CannotStart(f"the product ended (exit status {status})", f"see {world.folder / 'brana.log'}")
    finally:
        product.terminate()
        try:
            product.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            product.kill()


async def _enrol(state: State, world: World) -> None:
    """Give the prepared accounts their one-time-code secrets, once."""
    moment = now()
    prepared = [one for one in world.accounts if one.totp_secret is not None]
    known = await state.identities.look(
        lambda book: {one.subject for one in prepared if book.factor(one.subject) is not None}
    )
    await asyncio.gather(
        *(
            state.identities.enrol_for(one.subject, Secret(one.totp_secret), moment)
            for one in prepared
            if one.subject not in known and one.totp_secret is not None
        )
    )


def _addresses(addresses: Addresses) -> dict[str, str]:
    """Every address a person may open, by name."""
    found = {
        "portal": f"{addresses.portal}/",
        "audit": f"{addresses.admin}/",
        "login": f"{addresses.issuer}/",
    }
    for application in addresses.settings.applications:
        codes = list(addresses.district) if "{municipality}" in application.host else [""]
        for code in codes:
            name = f"{application.id} {addresses.district.name(code)}".strip()
            found[name] = addresses.of_application(application, MunicipalityCode(code))
    metrics = addresses.settings.metrics
    found["metrics"] = f"http://{metrics.address}:{metrics.port}/metrics"
    found["directory"] = " ".join(addresses.settings.directory.servers)
    return found


def _wait_until_ready(product: subprocess.Popen[bytes], metrics_port: int, log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if product.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{metrics_port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise CannotStart("the product does not become ready", f"see the end of {log}")
