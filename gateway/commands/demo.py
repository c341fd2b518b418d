"""`brana demo`: the product on a prepared world of 46 municipalities and about 400 people."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console

from config.vocabulary import MunicipalityCode
from gateway.beginning import die_with
from gateway.commands.addresses import Addresses
from gateway.commands.demo_code import announced, credentials
from gateway.commands.fitness import ready_to_start
from gateway.commands.keys_in_force import FOR_PROGRAMS
from gateway.commands.lock import take
from gateway.commands.operator import acting
from gateway.commands.own_applications import DEVICES, POLICIES, REQUESTS
from gateway.commands.preflight import CannotStart, require_free
from gateway.commands.serve import supervisor
from gateway.commands.starting import plan_file
from gateway.commands.state import State, now
from gateway.commands.terminal import WIDTH
from gateway.demo.announcement import announce, announce_everything, described
from gateway.demo.authority import write_private
from gateway.demo.configuration import settings_text
from gateway.demo.slapd import SlapdUnusable
from gateway.demo.start import DOMAIN, DemoUnusable, Running, prepare, running
from gateway.demo.world import Account, World
from gateway.storage.identity_book import IdentityBook
from idp.login.enrolment_code import LIFETIME_MAX
from idp.login.officer import issue_enrolment_code
from idp.login.spoken_code import new_spoken_code, written
from idp.login.totp import Secret

PROJECT = Path(__file__).parents[2]
READY_WITHIN = 60.0  # seconds; a quiet machine needs about one
ENDS_WITHIN = 20.0


@click.command(help="Run the product on a prepared world; Ctrl-C ends everything.")
@click.option(
    "--directory", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True,
    help="Where the world lives; delete it to begin anew.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8443, show_default=True, help="Where browsers come in."
)
@click.option(
    "--metrics-port", type=click.IntRange(1, 65535), default=9464, show_default=True,
    help="Of /healthz, /readyz and /metrics.",
)  # fmt: skip
@click.option(
    "--code", "login", metavar="LOGIN", default=None,
    help="Print the password and the present one-time code of an account, and start nothing.",
)  # fmt: skip
@click.option(
    "--everything", is_flag=True,
    help="Print every account and address of the world that was last started, and start nothing.",
)  # fmt: skip
def command(directory: Path, port: int, metrics_port: int, login: str | None, *, everything: bool) -> None:
    if everything:
        announce_everything(announced(directory), Console(width=None if sys.stdout.isatty() else WIDTH))
        return
    if login is not None:
        click.echo(credentials(directory, login, now()))
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) asks
            signal.signal(number, _interrupt)
    console = Console(stderr=True)
    output = Console(width=None if sys.stdout and sys.stdout.isatty() else WIDTH)
    require_free(
        (f"--{name}", "127.0.0.1", one) for name, one in (("port", port), ("metrics-port", metrics_port))
    )
    _make(directory)
    lock = take(directory)
    with console.status("Preparing the world: people, directory, certificates …"), _told(directory):
        world = prepare(directory, now())
    issuer = f"https://portal.{DOMAIN}" + ("" if port == 443 else f":{port}")
    issuer_keys = world.folder / "state/run" / FOR_PROGRAMS
    try:
        with console.status("Starting directory and applications …"), _told(directory):
            servers = running(world, issuer, issuer_keys, f"{issuer}/")
            around = servers.__enter__()
        try:
            _serve(world, around, (port, metrics_port), (console, output))
        finally:
            _ending()
            servers.__exit__(None, None, None)
    except KeyboardInterrupt:
        console.print("Everything has ended.")
    finally:
        os.close(lock)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"--directory {folder} cannot be made: {error.strerror}", "name one that this user can write to"
        ) from error


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What keeps the world from starting, as one message."""
    try:
        yield
    except (DemoUnusable, SlapdUnusable) as error:
        raise CannotStart(str(error), f"mend that, or delete {folder} to begin anew") from error


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _ending() -> None:
    """From here on we do end: a second Ctrl-C must not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _serve(
    world: World,
    around: Running,
    ports: tuple[int, int],
    consoles: tuple[Console, Console],
) -> None:
    (port, metrics_port), (console, output) = ports, consoles
    configuration = world.folder / "brana.toml"
    configuration.write_text(
        settings_text(
            world,
            around.directory_url,
            around.applications,
            own_directory_url=around.own_directory_url,
            port=port,
            metrics_port=metrics_port,
            devices=True,
        ),
        encoding="utf-8",
    )
    state, lock = ready_to_start(configuration)
    try:
        codes = asyncio.run(_enrol(state, world))
        addresses = Addresses(state.settings, state.district)
    finally:
        state.database.close()
    plan = plan_file(configuration, state.settings)
    with (world.folder / "brana.log").open("ab") as log:
        product = subprocess.Popen(
            supervisor(plan, lock),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us: we end it in order
            pass_fds=(lock,),
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - nothing runs beside this thread here
        )
    os.close(lock)
    try:
        with console.status("Starting control plane and data plane …"):
            _wait_until_ready(product, metrics_port, world.folder / "brana.log")
        content = described(world, addresses.district, _addresses(addresses), configuration, codes)
        write_private(world.folder / "world.json", json.dumps(content, ensure_ascii=False, indent=1).encode())
        announce(content, output)
        output.print(f"\nAll of it as JSON: {world.folder / 'world.json'}", soft_wrap=True)
        output.print("Password and present code of an account: brana demo --code LOGIN", soft_wrap=True)
        output.print(f"ready: open {addresses.portal}  (Ctrl-C ends everything)", soft_wrap=True)
        status = product.wait()
        raise CannotStart(f"the product ended (exit status {status})", f"see {world.folder / 'brana.log'}")
    finally:
        _ending()
        product.terminate()
        try:
            product.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            product.kill()


async def _enrol(state: State, world: World) -> dict[str, str]:
    """Give the prepared accounts their one-time-code secrets, once, and everybody else a code to enrol with.

    Login → code; good for a day, so every start gives new ones.
    """
    moment = now()

    async def bare(accounts: Iterable[Account]) -> list[Account]:
        return await state.identities.look(
            lambda book: [one for one in accounts if not book.authenticators(one.subject)]
        )

    prepared = await bare(one for one in world.accounts if one.totp_secret is not None)
    await asyncio.gather(
        *(state.identities.enrol_for(one.subject, Secret(one.totp_secret or ""), moment) for one in prepared)
    )
    codes = {
        one: new_spoken_code() for one in await bare(one for one in world.accounts if not one.totp_secret)
    }

    def issue(book: IdentityBook) -> None:
        for one, code in codes.items():
            until = moment + LIFETIME_MAX
            issue_enrolment_code(book, one.subject, one.login, code, acting(), moment, until)

    await state.identities.transact(issue)
    return {one.login: written(code) for one, code in codes.items()}


def _addresses(addresses: Addresses) -> dict[str, str]:
    """Every address a person may open, by name."""
    found = {
        "portal": f"{addresses.portal}/",
        "audit": f"{addresses.admin}/",
        "policies": f"{addresses.of_own(POLICIES)}/",
        "requests": f"{addresses.of_own(REQUESTS)}/",
        "devices": f"{addresses.of_own(DEVICES)}/",
        "login": f"{addresses.issuer}/",
    }
    for application in addresses.settings.applications:
        codes = list(addresses.district) if "{municipality}" in application.host else [""]
        for code in codes:
            name = f"{application.id} {addresses.district.name(code)}".strip()
            found[name] = addresses.of_application(application, MunicipalityCode(code))
    metrics = addresses.settings.metrics
    found["metrics"] = f"http://{metrics.address}:{metrics.port}/metrics"
    for directory in addresses.settings.directories:
        found[f"directory-{directory.name}"] = " ".join(directory.servers)
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
