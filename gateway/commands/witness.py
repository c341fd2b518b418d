"""`brana witness …`: on another machine, cosign the checkpoints of logs that this one trusts.

Needs a folder of its own and nothing else of the product: no configuration, no database.
"""

import asyncio
import ipaddress
import signal
import ssl
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
import structlog

from gateway.audit.note import NoteRefused, Verifier
from gateway.operations_log import configure
from gateway.witness import kept
from gateway.witness.kept import WitnessUnusable
from gateway.witness.server import Witness, listening

log = structlog.get_logger("witness")

folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/var/lib/brana-witness"),
    envvar="BRANA_WITNESS",
    show_default=True,
    show_envvar=True,
    help="The witness's own folder.",
)


@click.group(help="A witness: on another machine, vouch that logs only grow.")
def command() -> None: ...


@command.command(help="Make a witness, with a new key.")
@folder_option
@click.option("--name", required=True, metavar="NAME", help="Its name, as `witness.kromeriz.example`.")
def init(folder: Path, name: str) -> None:
    try:
        cosigner = kept.found(folder, name)
    except NoteRefused as refused:
        raise click.BadParameter(refused.why, param_hint="--name") from refused
    click.echo(cosigner.key)


@command.command(help="Print its key, for `key` in [[audit.witnesses]] of the logs, and for auditors.")
@folder_option
def key(folder: Path) -> None:
    click.echo(kept.key_of(folder).key)


@command.command(
    help="Trust the log that has the key VKEY (`brana audit key` prints it); in force from the next start."
)
@folder_option
@click.argument("vkey")
def trust(folder: Path, vkey: str) -> None:
    log_key = _log_key(folder, vkey)
    added = kept.trust(folder, log_key)
    click.echo(f"{log_key.name} is trusted{'' if added else ' already'}")


@command.command(
    help="Trust the key VKEY of a log no more: it was retired, or somebody else may have it; from the next start."
)
@folder_option
@click.argument("vkey")
def distrust(folder: Path, vkey: str) -> None:
    log_key = _log_key(folder, vkey)
    if not kept.distrust(folder, log_key):
        raise WitnessUnusable(f"this key of {log_key.name} is not trusted here", "see `brana witness list`")
    click.echo(f"this key of {log_key.name} is trusted no more")


@command.command(name="list", help="The logs it trusts, and what it cosigned last.")
@folder_option
def show(folder: Path) -> None:
    kept.key_of(folder)
    for one in kept.trusted_by(folder):
        click.echo(f"trusted   {one}")
    for origin, seen in kept.trees_of(folder).items():
        click.echo(f"cosigned  {origin} at {seen.size} entries, root {seen.root.hex()}")


@command.command(help="Answer logs until it is told to end.")
@folder_option
@click.option("--listen", required=True, metavar="ADDRESS:PORT", help="As `10.1.0.7:8444` or `[::1]:8444`.")
@click.option("--certificate", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="PEM; without one it listens on loopback alone.")  # fmt: skip
@click.option("--private-key", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="PEM, of the certificate.")  # fmt: skip
def serve(folder: Path, listen: str, certificate: Path | None, private_key: Path | None) -> None:
    host, port = _address(listen)
    tls = _tls(host, certificate, private_key)
    configure()
    cosigner, trusted = kept.key_of(folder), kept.trusted_by(folder)
    if not trusted:
        raise WitnessUnusable(
            "this witness trusts no log", "brana witness trust VKEY; the log's `brana audit key`"
        )
    with closing(kept.Kept(folder)) as store:
        witness = Witness(cosigner, trusted, store, lambda: datetime.now(UTC))
        try:
            asyncio.run(_served(witness, host, port, tls))
        except OSError as error:
            raise WitnessUnusable(
                f"{listen} cannot be had: {error.strerror}", "name another --listen"
            ) from error
    sys.exit(0)


def _log_key(folder: Path, vkey: str) -> Verifier:
    """For a folder that is a witness's."""
    kept.key_of(folder)
    try:
        return Verifier.parse(vkey)
    except NoteRefused as refused:
        raise click.BadParameter(refused.why, param_hint="VKEY") from refused


async def _served(witness: Witness, host: str, port: int, tls: ssl.SSLContext | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(witness.application(), host, port, tls) as listens:
        log.info("ready", address=host, port=listens, tls=tls is not None)
        await stop.wait()


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    address = host.removeprefix("[").removesuffix("]")
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise click.BadParameter("this is no address and port", param_hint="--listen") from error
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise click.BadParameter("this is no address and port", param_hint="--listen")
    return address, int(port)


def _tls(host: str, certificate: Path | None, private_key: Path | None) -> ssl.SSLContext | None:
    if (certificate is None) != (private_key is None):
        raise click.UsageError("--certificate and --private-key belong together")
    if certificate is None:
        if not ipaddress.ip_address(host).is_loopback:
            raise click.UsageError("without --certificate and --private-key it listens on loopback alone")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(certificate, private_key)
    except (OSError, ssl.SSLError) as error:
        raise WitnessUnusable(
            f"--certificate {certificate}: it cannot be used with its key: {error}",
            "name two PEM files that belong together",
        ) from error
    return context
