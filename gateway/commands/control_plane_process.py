"""The control-plane process that the supervisor starts: `… CONFIGURATION ACCEPTED`; serves until told to end.

It goes by what was accepted last, whatever has become of the file since; a reload alone reads the file. The first of a
start (`… CONFIGURATION --first LINE`) is started by `brana serve`, and checks the file before.
"""

import sys

if __name__ == "__main__":
    from gateway.commands.hangup import Hangup

    hangup = Hangup()

    from gateway.commands.heap import import_quickly
    from gateway.commands.left_out import leave_out

    import_quickly()
    leave_out()

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
import uvloop

from config.sources import ACCEPTED, Accepted
from gateway import __version__
from gateway.alerts.unproven import Unproven
from gateway.asking import Reloaded
from gateway.audit import acts
from gateway.audit.entry import Entry
from gateway.audit.note import Signer
from gateway.audit.recomputation import verified_apart
from gateway.commands import heap, rounds
from gateway.commands.activations import keep_activations, take_policies
from gateway.commands.alerting import watch_the_log
from gateway.commands.asking_office import ask_office
from gateway.commands.audit_indexing import keep_index
from gateway.commands.control_plane import ControlPlane
from gateway.commands.data_plane import resources_of
from gateway.commands.devices_decided import devices_decided_by
from gateway.commands.directories import Directories
from gateway.commands.enrolled_devices import look_at_devices
from gateway.commands.failure import explained
from gateway.commands.figures import keep_figures
from gateway.commands.fitness import require_buildable
from gateway.commands.fleet_services import keep_door, keep_heard, look_at_nodes, renew
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.handing_over import FIRST, WITHOUT_DIRECTORY
from gateway.commands.hangup import Hangup
from gateway.commands.keys_in_force import keep_keys
from gateway.commands.left_out import let_in
from gateway.commands.links_of_gone import keep_links
from gateway.commands.noticed import entry_of
from gateway.commands.notices import CurrentDeliveries
from gateway.commands.operator import at_the_other_end
from gateway.commands.policies_in_force import new_policies
from gateway.commands.preflight import DiskFull
from gateway.commands.public_certificate import keep_certificate
from gateway.commands.reloading import Reloading
from gateway.commands.relying_parties import look_at_clients
from gateway.commands.repeating import Round, running
from gateway.commands.retention import keep_retention
from gateway.commands.reviewing import keep_reviews
from gateway.commands.schema_in_force import schema_in_force
from gateway.commands.shared_policies import SharedPoliciesUnusable, node_of
from gateway.commands.sign_outs import tell_clients
from gateway.commands.sockets import Pages, officer_rooms, serving
from gateway.commands.starting import first_checked
from gateway.commands.state import State, now, open_state
from gateway.commands.suspending import look_at_suspensions
from gateway.commands.technical_trust import keep_technical_certificates
from gateway.commands.trying import tried_out
from gateway.commands.tunnelling import tunnels_of
from gateway.commands.verifying import recomputation_of, verification_of
from gateway.commands.watching_gaps import watching_gaps
from gateway.commands.watching_persons import keep_persons, look_at_persons
from gateway.commands.watching_schema import watch_the_lead, watch_the_schema
from gateway.envoy.notices import FOLDER, Notice, follow
from gateway.envoy.process import Administration
from gateway.fleet.door import Door
from gateway.life import LIFE, giving_signs
from gateway.notices.notice import Channel
from gateway.operations_log import configure
from gateway.storage.database import DatabaseUnusable
from gateway.supervise import TRY_LATER, WRONG_CONFIGURATION

NOTICES_EVERY = timedelta(milliseconds=200)
COMMAND_PATIENCE = timedelta(seconds=3)  # for Envoy to take a new gate; it needs milliseconds
CATCH_UP = timedelta(seconds=5)
"""Before anybody's idleness is judged: the access log tells who was at work while no control plane was."""
log = structlog.get_logger("control_plane")


def main(arguments: Sequence[str], hangup: Hangup) -> int:
    """Exit status: 0 when told to end, 78 (EX_CONFIG) when starting again cannot help, 75 when it may later."""
    let_in()
    configure()
    heap.share_one()
    heap.settle()
    configuration = Path(arguments[0])
    checked = _first(arguments) if arguments[1] == FIRST else None
    if arguments[1] == FIRST and checked is None:  # a machine without a control plane
        return 0
    try:
        kept = Path(arguments[1]) if checked is None else checked.settings.state.directory / ACCEPTED
        sources = Accepted.read(kept)
        state = checked or _again(configuration, sources)
        plane = ControlPlane(state, sources)
    except Exception as error:
        if (message := explained(error)) is None:
            log.exception("start.failed")
            return 1
        sys.stderr.write(f"brana: {message}\n")
        return TRY_LATER if isinstance(error, DiskFull | SharedPoliciesUnusable) else WRONG_CONFIGURATION
    served = _serve(plane, configuration, sources, hangup)
    del sources  # texts that nobody needs once they are in force
    try:
        unusable = uvloop.run(giving_signs(served))
    except Exception:
        log.exception("control_plane.failed")
        return 1
    finally:
        state.database.close()
    if unusable is not None:
        sys.stderr.write(f"brana: {unusable}\n")
        return TRY_LATER
    return 0


def _first(arguments: Sequence[str]) -> State | None:
    """As `brana serve` has it started: `handing_over.FIRST` and what follows."""
    line = socket.socket(fileno=int(arguments[2]))
    for number in (line.fileno(), int(os.environ[LIFE])):
        os.set_inheritable(number, False)
    return first_checked(Path(arguments[0]), line, directory=WITHOUT_DIRECTORY not in arguments)


def _again(configuration: Path, sources: Accepted) -> State:
    state = open_state(configuration, sources)
    require_buildable(configuration, state.settings, state.district, sources)
    return state


async def _serve(
    plane: ControlPlane, configuration: Path, sources: Accepted, hangup: Hangup
) -> SharedPoliciesUnusable | DatabaseUnusable | None:
    """Why it ended, where nobody told it to."""
    state, moment, stop = plane.state, now(), _told_to_end()
    signer = Signer(plane.settings.public.domain, await state.database.read(state.log_key))
    await state.record(
        [
            acts.started(moment, __version__, plane.book.version),
            *await new_policies(state, plane.book, moment),
        ]
    )
    fleet, alone = plane.settings.fleet, plane.board is None
    schema = await schema_in_force(state.database, stop.set)
    await _take_up(plane, moment)
    checkpoints = rounds.checkpointer(plane, signer)
    recomputation = recomputation_of(plane)
    if (ahead := await checkpoints.begin()) is not None:
        log.error("audit.rolled_back", cause=str(ahead))
    ingest = rounds.ingest(plane) if alone else None
    plane.nodes.start()
    directories = Directories(state)
    await directories.lead(leads=plane.nodes.leads)
    if ingest is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP.total_seconds()):
                await ingest.catch_up()
    async with contextlib.AsyncExitStack() as stack:
        logging_ends, doors = asyncio.Event(), list[Door]()
        stack.push_async_callback(plane.nodes.close)
        stack.push_async_callback(recomputation.close)
        stack.push_async_callback(directories.close)
        tunnels = tunnels_of(plane)
        pages = Pages(plane, partial(officer_rooms, plane, recomputation))
        policies = _following(plane, pages, stop)
        await stack.enter_async_context(
            running(partial(rounds.follow_nodes, plane, directories, doors, policies, schema))
        )
        await directories.first_read(stop)
        keepers = [] if ingest is None else [asyncio.create_task(ingest.run(logging_ends))]
        sends = CurrentDeliveries(plane)
        reloading = Reloading(plane, configuration, sources, partial(_exchange, pages, sends), policies)
        del sources
        _reload_at(hangup, reloading)
        opened = await stack.enter_async_context(
            serving(
                plane,
                pages,
                partial(look_again, plane, directories, doors, policies),
                directories.sync,
                lambda asker: reloading.reload(at_the_other_end(asker)),
                lambda asker, about: tried_out(plane, at_the_other_end(asker), about),
            )
        )
        doors += [opened] if opened is not None else []
        if fleet is not None and not fleet.lets_in:
            log.info("ready", node=fleet.node, policies=plane.book.version)
        await stack.enter_async_context(
            running(
                partial(rounds.keep_facts, plane, directories),
                *(partial(one, plane) for one in (rounds.keep_roster, keep_persons)),
                devices_decided_by(plane),
                partial(rounds.keep_time, plane, directories),
                *(partial(rounds.learn_lockout, plane, name) for name in plane.directory.readers),
                partial(rounds.tidy, plane),
                partial(keep_figures, plane),
                partial(keep_index, plane),
                partial(keep_retention, plane, partial(verified_apart, verification_of(plane))),
                partial(keep_reviews, plane),
                partial(keep_links, plane),
                partial(keep_keys, plane.keys, now),
                partial(keep_technical_certificates, plane),
                partial(policies.follow),
                partial(keep_activations, plane),
                *_vouched_for(plane),
                *_forwarding(plane),
                partial(watch_the_log, plane, Unproven()),
                *watching_gaps(plane, ingest),
                *tunnels,
                partial(watch_the_schema, plane),
                partial(watch_the_lead, plane),
                *(_beside_envoy(plane) if alone else _for_nodes(plane, opened)),
                *(partial(rounds.deliver, plane, partial(sends.of, one)) for one in Channel),
                partial(tell_clients, plane),
            )
        )
        heap.give_back_start()
        sealing = asyncio.create_task(checkpoints.run(logging_ends))
        await stop.wait()
        logging_ends.set()
        await asyncio.gather(*keepers)
        unusable = schema.trouble or policies.trouble
        await state.record([acts.stopped(now(), "told to end" if unusable is None else str(unusable))])
        await sealing
        await checkpoints.seal()
    await plane.close()
    return unusable


def _following(plane: ControlPlane, pages: Pages, stop: asyncio.Event) -> FollowingPolicies:
    made = FollowingPolicies(plane, node_of(plane.settings), pages.exchange, stop.set)
    plane.policy_desk.take = partial(take_policies, plane, made)
    return made


async def _take_up(plane: ControlPlane, moment: datetime) -> None:
    """What Envoy must know, what is revoked, and what was left open when we were last at work."""
    state = plane.state
    if plane.board is None:
        plane.publish(resources_of(state, state.settings, plane.keys.for_gates()))
    plane.certificate.begin(moment)
    await ask_office(plane).look_again(moment, first=True)
    await look_at_suspensions(plane)
    await look_at_devices(plane)
    await look_at_clients(plane)
    await look_at_persons(plane, first=True)
    plane.revoked.replace(await state.sessions.revoked(moment))
    if not plane.nodes.shared:  # else another node may be at it still; `sweep` settles what was left
        await state.identities.settle_password_changes(moment)
    await plane.office.catch_up_with_provider(moment)


def _told_to_end() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _exchange(pages: Pages, sends: CurrentDeliveries) -> None:
    sends.exchange()
    await pages.exchange()


def _reload_at(hangup: Hangup, reloading: Reloading) -> None:
    """Nobody knows who sends a signal."""
    under_way: set[asyncio.Task[Reloaded]] = set()

    def begin() -> None:
        task = asyncio.ensure_future(reloading.reload(acts.SYSTEM))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    hangup.heard_by(begin)


async def look_again(
    plane: ControlPlane,
    directories: Directories,
    doors: Sequence[Door] = (),
    policies: FollowingPolicies | None = None,
) -> bool:
    """Take in what commands wrote into the database: revocations, keys, confirmations, nodes, policies; whether Envoy
    has it.
    """
    directories.look_again()
    if policies is not None:
        await policies.look()
    has_keys = await plane.keys.look_again(now())
    if plane.board is not None:
        for one in doors:
            await look_at_nodes(plane, one, plane.board)
    await ask_office(plane).look_again(now())
    await look_at_suspensions(plane)
    await look_at_devices(plane)
    await look_at_clients(plane)
    plane.revoked.replace(await plane.state.sessions.revoked(now()))
    await plane.nodes.ask_all()
    # One after the other: whoever asked waits for five seconds in all.
    return has_keys and await plane.gates.gate_applied(COMMAND_PATIENCE)


def _forwarding(plane: ControlPlane) -> list[Round]:
    receivers = plane.settings.audit.receivers
    if not receivers:
        return []
    from gateway.commands.forwarding import forward, keep_receiver_figures  # noqa: PLC0415 - only who has some pays

    return [*(partial(forward, plane, one) for one in receivers), partial(keep_receiver_figures, plane)]


def _vouched_for(plane: ControlPlane) -> list[Round]:
    """Checkpoints go to witnesses and to mailboxes, where there are such; nobody else loads it."""
    found: list[Round] = []
    if plane.settings.audit.witnesses:
        from gateway.commands.witnesses import submissions  # noqa: PLC0415

        found += submissions(plane)
    if plane.settings.audit.mail_checkpoints_to:
        from gateway.commands.checkpoint_mail import keep_mailing  # noqa: PLC0415

        found.append(partial(keep_mailing, plane))
    return found


def _beside_envoy(plane: ControlPlane) -> list[Round]:
    state = plane.state
    return [
        partial(rounds.reconcile, plane),
        _follow_notices(state),
        partial(_watch_envoy, plane),
        partial(rounds.keep_room, plane),
        partial(keep_certificate, plane.certificate, state.record, now),
    ]


def _for_nodes(plane: ControlPlane, opened: Door | None) -> list[Round]:
    fleet = plane.settings.fleet
    assert opened is not None
    assert plane.board is not None
    assert fleet is not None
    return [
        # Elsewhere the process of the node follows them.
        *([] if fleet.lets_in else [_follow_notices(plane.state)]),
        partial(keep_door, plane, opened, plane.board),
        partial(keep_heard, plane, plane.board),
        partial(renew, plane),
        partial(keep_certificate, plane.certificate, _told_by_its_node, now),
    ]


def _follow_notices(state: State) -> Round:
    return partial(follow, state.run / FOLDER, partial(_record, state), NOTICES_EVERY)


async def _told_by_its_node(_: Sequence[Entry]) -> None:
    """What is to be recorded of the certificate, the process that serves it records."""


async def _record(state: State, notice: Notice) -> None:
    await state.record([entry_of(notice)])


async def _watch_envoy(plane: ControlPlane) -> None:
    """Keep `/readyz` true to what Envoy says of itself; the first "ready" is told to whoever started us."""
    administration = Administration(plane.state.run / "envoy-admin.sock")
    told = False
    while True:
        plane.data_plane_up = await administration.ready()
        if plane.data_plane_up and not told:
            told = True
            log.info("ready", portal=plane.addresses.portal, policies=plane.book.version)
        await asyncio.sleep(0.05 if not told else 1.0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], hangup))
