"""`brana fleet authority|invite|join|list|leave`: which machines are nodes of one product."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.table import Column, Table

from config.fleet import NAME, NodeName, Role, authority_file
from config.load import read
from config.problem import ConfigurationRefused
from config.settings import Fleet, Settings
from gateway.commands import lock
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart, name_of_folder, prepare_state
from gateway.commands.sessions import tell
from gateway.commands.state import State, now, open_state
from gateway.commands.terminal import console, local_time
from gateway.fleet import certificates, papers
from gateway.fleet.invitation import LONGEST_LIFE, Invitation, new_invitation, written
from gateway.fleet.invitation import read as read_invitation
from gateway.fleet.joining import CannotJoin, ask_to_join
from gateway.fleet.known_nodes import KnownNode, NodeState
from gateway.fleet.register import Admitted, NotJoined
from gateway.storage.audit_spool import hand_over
from gateway.storage.database import Database
from gateway.storage.fleet_nodes import FleetNodes
from gateway.storage.migrate import prepare

HOURS = int(LONGEST_LIFE.total_seconds()) // 3600
AT_ONCE = timedelta(minutes=1)  # the founder's own code, used by the same command


@click.group(help="Nodes of a fleet: several machines that are one product.")
def command() -> None: ...


@command.command(help="Found the fleet: make its authority, and let this machine be its first node.")
@configuration
def authority(configuration: Path) -> None:
    state = open_state(configuration)
    try:
        fleet = _fleet_of(state.settings)
        if lock.is_taken(state.settings.state.directory):
            raise CannotStart(
                "the product runs here", "stop it first; it begins as a node with its next start"
            )
        if not fleet.decides:
            raise CannotStart("an edge founds no fleet", "say this on a node with a control plane")
        admitted = asyncio.run(_found(state, fleet))
    finally:
        state.database.close()
    click.echo(f"node {admitted.name} ({admitted.role}) is the first of its fleet")
    click.echo("next: brana fleet invite NAME, once for each other node")


@command.command(help="Print a code with which a machine joins: good once, for a day at most.")
@configuration
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([one.value for one in Role]),
    required=True,
    help="What it is to be, as in its fleet.role.",
)
@click.option(
    "--hours",
    type=click.IntRange(1, HOURS),
    default=HOURS,
    show_default=True,
    help="How long the code is good for.",
)
def invite(configuration: Path, name: str, role: str, hours: int) -> None:
    state = open_state(configuration)
    try:
        word, until = asyncio.run(_invited(state, name, Role(role), timedelta(hours=hours)))
    finally:
        state.database.close()
    click.echo(f"code: {word}")
    click.echo(f"for: {name} ({role}); good once, until {local_time(until)}")
    click.echo("on that machine: brana fleet join")


@command.command(help="Make this machine a node; asks for the code that `brana fleet invite` printed.")
@configuration
def join(configuration: Path) -> None:
    settings = _read(configuration)
    fleet = _fleet_of(settings)
    if not fleet.peers:
        raise CannotStart("no fleet.peers: nobody to ask", f"name the first node in {configuration}")
    typed = click.prompt("code", hide_input=True, err=True)
    invitation = read_invitation(typed)
    if invitation is None:
        raise CannotStart("that is no code for joining", "copy it whole, as `brana fleet invite` printed it")
    prepare_state(settings.state)
    database = _shared(settings) if fleet.decides else None
    try:
        admitted = asyncio.run(_joined(settings, fleet, invitation))
        if database is not None:
            before = name_of_folder(settings.state.directory)
            database.write_soon(lambda connection: hand_over(connection, before, admitted.name)).result()
    finally:
        if database is not None:
            database.close()
    click.echo(f"this machine is node {admitted.name} ({admitted.role}); start it: brana serve")


@command.command(
    name="list",
    help="Nodes, when they were heard last, until when their certificates are good, by which policies they decide.",
)
@configuration
def list_nodes(configuration: Path) -> None:
    state, moment = open_state(configuration), now()
    try:
        fleet = state.database.read_now(lambda connection: FleetNodes(connection).known(moment))
    finally:
        state.database.close()
    if not fleet.nodes:
        click.echo("no fleet; `brana fleet authority` founds one")
        return
    table = Table(
        Column("node", no_wrap=True), "role", "state", "last heard", "certificate until", "policies"
    )
    for one in fleet.nodes:
        heard = local_time(one.heard.at) if one.heard is not None else "–"
        table.add_row(one.name, one.role, _state(one, moment), heard, _until(one), _policies(one))
    console().print(table)


@command.command(help="Remove a node: the others refuse it at once. It may join again with another code.")
@configuration
@click.argument("name")
def leave(configuration: Path, name: str) -> None:
    state = open_state(configuration)
    try:
        asyncio.run(_left(state, name))
    finally:
        state.database.close()
    click.echo(f"node {name} is no longer believed")


async def _found(state: State, fleet: Fleet) -> Admitted:
    """The founder joins as everybody does, by a code that nobody sees."""
    by, moment = operator(), now()
    here = authority_file(state.settings.state.directory)
    if state.register.authority() is not None and here.exists():
        raise CannotStart(
            "this fleet is founded, and this machine is one of its nodes", "see brana fleet list"
        )
    made = await state.register.found(state.settings.office.name, by, moment)
    invitation = new_invitation(certificates.fingerprint(made))
    name, role = NodeName(fleet.node), Role(fleet.role)
    await state.register.invite(invitation.code, name, role, AT_ONCE, by, moment)
    key = certificates.new_key()
    admitted = await state.register.join(
        invitation.code, certificates.request_of(key), (name, role), "", moment
    )
    assert not isinstance(admitted, NotJoined)
    await state.database.write(lambda connection: hand_over(connection, state.spool_name, name))
    papers.keep(state.settings.state.directory, admitted.authority, admitted.certificate, key)
    return admitted


async def _invited(state: State, name: str, role: Role, lifetime: timedelta) -> tuple[str, datetime]:
    if not NAME.fullmatch(name):
        raise CannotStart(f"{name!r} is no name of a node", "use lower-case letters, digits, hyphens")
    made = state.register.authority()
    if made is None:
        raise CannotStart("no fleet was founded here", "say first: brana fleet authority")
    invitation = new_invitation(certificates.fingerprint(made))
    moment = now()
    await state.register.invite(invitation.code, NodeName(name), role, lifetime, operator(), moment)
    return written(invitation), moment + lifetime


async def _joined(settings: Settings, fleet: Fleet, invitation: Invitation) -> Admitted:
    """The first that answers is asked; one that refuses the code is believed."""
    key = certificates.new_key()
    request, meant = certificates.request_of(key), (NodeName(fleet.node), Role(fleet.role))
    admitted: Admitted | None = None
    trouble: CannotJoin | None = None
    for peer in fleet.peers:
        try:
            admitted = await ask_to_join(peer, invitation, request, meant)
            break
        except CannotJoin as error:
            trouble = error
    if admitted is None:
        assert trouble is not None
        raise trouble
    papers.keep(settings.state.directory, admitted.authority, admitted.certificate, key)
    return admitted


async def _left(state: State, name: str) -> None:
    if not await state.register.leave(NodeName(name), operator(), now()):
        raise CannotStart(f"no node {name!r} in this fleet", "see brana fleet list")
    await tell(state, f"node {name} removed")


def _shared(settings: Settings) -> Database | None:
    """Where the places in the spool stand of a machine that shared the database before. Raises DatabaseUnusable."""
    if settings.state.database is None:
        return None
    prepare(settings.state.database)
    return Database(settings.state.database)


def _read(configuration: Path) -> Settings:
    """Of a machine that has nothing yet but the file. Raises ConfigurationRefused."""
    reading = read(configuration)
    about = [one for one in reading.problems if reading.faulty]
    if not reading.sound("fleet", "state"):
        raise ConfigurationRefused(about)
    return reading.settings


def _fleet_of(settings: Settings) -> Fleet:
    if settings.fleet is None:
        raise CannotStart("no [fleet] in the configuration", "see config/examples/fleet.toml")
    return settings.fleet


def _state(node: KnownNode, moment: datetime) -> str:
    state = node.state(moment)
    lacks = node.heard.lacks if node.heard is not None and state is NodeState.NOT_READY else ()
    return " ".join([state.replace("_", " "), *lacks])


def _policies(node: KnownNode) -> str:
    if node.policies_since is None or node.left_at is not None:
        return "–"
    return f"{node.policies} since {local_time(node.policies_since)}"


def _until(node: KnownNode) -> str:
    if node.left_at is not None:
        return f"removed {local_time(node.left_at)}"
    return local_time(node.certificate_until) if node.certificate_until is not None else "–"
