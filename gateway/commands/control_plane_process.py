"""The control-plane process that the supervisor starts: opens the state, serves until told to end."""

import sys

if __name__ == "__main__":
    from gateway.commands.heap import import_quickly
    from gateway.commands.left_out import leave_out

    import_quickly()
    leave_out()

import asyncio
import contextlib
import os
import signal
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
import uvloop

from gateway import __version__
from gateway.audit import acts
from gateway.audit.note import Signer
from gateway.audit.recomputation import Recomputation
from gateway.commands import heap, rounds, verification_process
from gateway.commands.application_accounts import accounts_of
from gateway.commands.control_plane import ControlPlane
from gateway.commands.directories import Directories
from gateway.commands.failure import explained
from gateway.commands.fitness import require_buildable
from gateway.commands.notices import deliveries
from gateway.commands.policies_in_force import new_policies, reasons_of
from gateway.commands.preflight import DiskFull
from gateway.commands.sockets import serving
from gateway.commands.state import State, now, open_state
from gateway.envoy.discovery import all_resources
from gateway.envoy.messages import Surroundings
from gateway.envoy.notices import FOLDER, Notice, follow
from gateway.envoy.process import Administration
from gateway.grants.sign import public_jwks
from gateway.operations_log import configure
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_search import LogSearch
from gateway.supervise import TRY_LATER, WRONG_CONFIGURATION
from gateway.web.officer.rooms import Names, Officer
from policies.examine import examine

NOTICES_EVERY = timedelta(milliseconds=200)
COMMAND_PATIENCE = timedelta(seconds=3)  # for Envoy to take a new gate; it needs milliseconds
CATCH_UP = timedelta(seconds=5)
"""Before anybody's idleness is judged: the access log tells who was at work while no control plane was."""
log = structlog.get_logger("control_plane")


def main(configuration: Path) -> int:
    """Exit status: 0 when told to end, 78 (EX_CONFIG) when starting again cannot help, 75 when it may later."""
    configure()
    heap.share_one()
    heap.settle()
    try:
        state = open_state(configuration)
        require_buildable(configuration, state.settings, state.district)
        plane = ControlPlane(state)
    except Exception as error:
        if (message := explained(error)) is None:
            log.exception("start.failed")
            return 1
        sys.stderr.write(f"brana: {message}\n")
        return TRY_LATER if isinstance(error, DiskFull) else WRONG_CONFIGURATION
    try:
        uvloop.run(_serve(plane))
    except Exception:
        log.exception("control_plane.failed")
        return 1
    finally:
        state.database.close()
    return 0


async def _serve(plane: ControlPlane) -> None:
    state, moment = plane.state, now()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    signer = Signer(plane.settings.public.domain, state.keys.checkpoint)
    version = plane.book.version
    await state.record(
        [acts.started(moment, __version__, version), *await new_policies(state, plane.book, moment)]
    )
    plane.publish(
        all_resources(
            plane.settings,
            Surroundings(
                run=state.run,
                spool=state.access_log,
                district=tuple(state.district),
                grant_keys=public_jwks(state.keys.grant),
                accounts=accounts_of(plane.settings.applications),
            ),
        )
    )
    plane.revoked.replace(await state.sessions.revoked(moment))
    await state.identities.settle_password_changes(moment)
    await plane.office.catch_up_with_provider(moment)
    checkpoints = rounds.checkpointer(plane, signer)
    recomputation = _recomputation(plane, signer)
    if (ahead := await checkpoints.begin()) is not None:
        log.error("audit.rolled_back", cause=str(ahead))
    ingest = rounds.ingest(plane)
    directories = Directories(state)
    directories.start()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CATCH_UP.total_seconds()):
            await ingest.catch_up()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(recomputation.close)
        stack.push_async_callback(directories.close)
        await directories.first_read(stop)
        logging_ends = asyncio.Event()
        keepers = [asyncio.create_task(ingest.run(logging_ends))]
        await stack.enter_async_context(
            serving(
                plane,
                _officer(plane, recomputation),
                partial(look_again, plane, directories),
                directories.sync,
            )
        )
        await stack.enter_async_context(
            rounds.running(
                partial(rounds.keep_facts, plane, directories),
                *(partial(rounds.learn_lockout, plane, name) for name in plane.directory.readers),
                partial(rounds.tidy, plane),
                partial(rounds.reconcile, plane),
                partial(follow, state.run / FOLDER, partial(_record, state), NOTICES_EVERY),
                partial(_watch_envoy, plane),
                partial(rounds.keep_room, plane),
                *(partial(rounds.deliver, one) for one in deliveries(plane)),
            )
        )
        examine.cache_clear()  # the policies are read and reviewed, and read once
        heap.give_back()
        heap.give_back_code()
        heap.settle()
        sealing = asyncio.create_task(checkpoints.run(logging_ends))
        await stop.wait()
        logging_ends.set()
        await asyncio.gather(*keepers)
        await state.record([acts.stopped(now(), "told to end")])
        await sealing
        await checkpoints.seal()
    await plane.close()


async def look_again(plane: ControlPlane, directories: Directories) -> bool:
    """Take in what commands wrote into the database, revocations and confirmations; whether Envoy has it."""
    directories.look_again()
    plane.revoked.replace(await plane.state.sessions.revoked(now()))
    return await plane.discovery.gate_applied(COMMAND_PATIENCE)


def _recomputation(plane: ControlPlane, signer: Signer) -> Recomputation:
    directory = plane.settings.state.directory
    command = verification_process.command(
        plane.state.database.path, directory / "checkpoints.log", [signer.verifier], os.getpid()
    )
    return Recomputation(command, plane.state.record, now)


def _officer(plane: ControlPlane, recomputation: Recomputation) -> Officer:
    state = plane.state
    names = Names(
        municipalities={code: one.name for code, one in state.district.items()},
        applications=plane.application_titles(),
        reasons=reasons_of(plane.book),
    )
    return Officer(
        plane.desk,
        LogSearch(state.database),
        Checkpoints(state.database).newest,
        state.record,
        plane.supervision(),
        recomputation,
        names,
    )


async def _record(state: State, notice: Notice) -> None:
    """What the supervisor saw of Envoy becomes an entry."""
    if notice.what == "died":
        entry = acts.data_plane_died(notice.at, notice.process, notice.status)
    else:
        entry = acts.data_plane_started(notice.at, notice.process)
    await state.record([entry])


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
    sys.exit(main(Path(sys.argv[1])))
