"""The process beside Envoy on a node of a fleet: `… CONFIGURATION ACCEPTED`, started by the supervisor.

It tells Envoy its configuration, made from this node's own files as they were accepted; hears from a control plane
what the gate must know; and carries the access log there. It keeps nothing but what waits in the spool.
"""

import sys

if __name__ == "__main__":
    from gateway.commands.hangup import Hangup

    hangup = Hangup()
    from gateway.commands.left_out import leave_out

    leave_out()

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
import uvloop

from config.district import District
from config.fleet import Service
from config.hosts import certified_hosts
from config.load import accepted
from config.mapped_code import give_back_code
from config.settings import Fleet, Settings
from config.sources import Accepted
from config.vocabulary import SessionId
from gateway import __version__
from gateway.audit.access import Holder
from gateway.audit.entry import Entry
from gateway.audit.headroom import ROOM_EVERY
from gateway.audit.ingest import Ingest
from gateway.audit.log_room import LogRoom
from gateway.audit.reconciliation import Reconciliation
from gateway.commands import heap
from gateway.commands.challenging import challenging
from gateway.commands.change_at_node import NodesEnd
from gateway.commands.change_of_node import ChangeOfNode
from gateway.commands.contents import contents_at_edge
from gateway.commands.edge_control import hearing
from gateway.commands.edge_reloading import EdgeReloading, InForce
from gateway.commands.envoy_of_node import EnvoyOfNode, own_of
from gateway.commands.failure import explained
from gateway.commands.hangup import Hangup
from gateway.commands.keeping_room import RoomKeeper
from gateway.commands.left_out import let_in
from gateway.commands.node_measures import MAY_BE_DOWN, Measures, measuring
from gateway.commands.noticed import entry_of
from gateway.commands.preflight import folder_in_memory
from gateway.commands.public_certificate import PublicCertificate, keep_certificate
from gateway.commands.repeating import running
from gateway.commands.state import now
from gateway.commands.troubles import LastingTrouble
from gateway.envoy.discovery import Rejection
from gateway.envoy.draining import is_draining
from gateway.envoy.elsewhere import way_to
from gateway.envoy.notices import FOLDER, Notice, follow
from gateway.envoy.plain import ACME
from gateway.fleet import papers
from gateway.fleet.board import GONE
from gateway.fleet.carrier import Carrier, ControlPlaneAway, NotBelieved
from gateway.fleet.gatekeeper import Gatekeeper
from gateway.fleet.known_nodes import lacking
from gateway.fleet.words import Had
from gateway.life import giving_signs
from gateway.metrics import SOCKET
from gateway.operations_log import configure
from gateway.supervise import CURRENT, WRONG_CONFIGURATION

GATE_PATIENCE = 1.0  # seconds for Envoy to take a new gate; it needs milliseconds
AGAIN = 0.1  # seconds between questions while no control plane answers
RECONCILE_EVERY = 1.0  # seconds
LOOK_EVERY = 1.0
NOTICES_EVERY = timedelta(milliseconds=200)
MIB = 2**20
log = structlog.get_logger("node")


class Node:
    """One node of a fleet, put together. `serve` returns when `stop` is set."""

    def __init__(
        self,
        configuration: Path,
        sources: Accepted,
        settings: Settings,
        fleet: Fleet,
        district: District,
        hangup: Hangup,
    ) -> None:
        """`configuration`, `sources`: the file, and what was read of it when it was accepted."""
        self.settings, self.fleet = settings, fleet
        self._configuration, self._sources, self._hangup = configuration, sources, hangup
        state = settings.state.directory
        self.run, self.spool = state / "run", state / "spool"
        self.begun = folder_in_memory(settings.state)
        self.measures = Measures(decides=fleet.decides)
        self.gate = Gatekeeper(fleet.grace.total_seconds())
        self.envoy = EnvoyOfNode(own_of(settings, district), self.gate, self._rejected)
        self.certificate = PublicCertificate(
            settings.public,
            certified_hosts(settings, district),
            self.envoy.discovery.publish_certificate,
            lambda ends: self.measures.certificate_ends.set(ends.timestamp()),
        )
        here = [self.run / f"{Service.NODE}.sock"] if fleet.decides else []
        elsewhere = [self.run / f"{way_to(Service.NODE)}.sock"] if fleet.peers else []
        self.carrier = Carrier([*here, *elsewhere])
        self._ingesting = self._ingest()
        self.envoy_up = False
        self._answered: int | None = None
        self._heard = float("-inf")
        self._has = ""
        """Version of what Envoy goes by."""
        self._alone = True
        self._trouble = LastingTrouble("node.trouble")

    async def serve(self, stop: asyncio.Event) -> None:
        self.envoy.publish()
        self._publish_gate()
        self.certificate.begin(now())
        ingest = self._ingesting
        ends = asyncio.Event()
        control = self.run / SOCKET
        async with (
            self.envoy.discovery.serving(self.run / "discovery.sock"),
            self._reloading(),
            measuring(self.measures, self.ready, self.settings.metrics, control),
            challenging(self.settings.public.acme, self.run / f"{ACME}.sock"),
            running(
                partial(self._follow_gate),
                partial(self._reconcile),
                partial(follow, self.run / FOLDER, self._tell, NOTICES_EVERY),
                partial(self._keep_gate),
                partial(self._room_keeper().keep),
                partial(self._watch_envoy),
                partial(keep_certificate, self.certificate, self._record, now),
                *([] if self.fleet.decides else [partial(self._renew)]),
            ),
        ):
            heap.give_back()
            give_back_code()
            carrying = asyncio.create_task(ingest.run(ends))
            await stop.wait()
            ends.set()
            await carrying
        await self.carrier.close()

    def ready(self) -> dict[str, bool]:
        """Whether people may be sent here: as long as grants are honoured, although nobody new can come in."""
        return {
            "data_plane": self.envoy_up,
            "certificate": self.certificate.works(now()),
            "in_service": not is_draining(self.run),
            "log_room": self.gate.room,
            "not_alone": not self._alone,
            "control_plane": time.monotonic() - self._heard < GONE.total_seconds(),
        }

    @contextlib.asynccontextmanager
    async def _reloading(self) -> AsyncIterator[None]:
        """A control plane here checks a change, and has Envoy take it; an edge does both itself."""
        if self.fleet.decides:
            async with NodesEnd(self._change).serving(self.run):
                yield
            return
        in_force = InForce(self.settings, contents_at_edge(self.settings, self._sources))
        reloading = EdgeReloading(self._configuration, in_force, self._change, self.carrier)
        async with hearing(self.run / "control.sock", self._hangup, reloading):
            yield

    def _change(self, draft: Path) -> ChangeOfNode:
        return ChangeOfNode(self.envoy, self._configuration, draft, self._changed)

    def _changed(self) -> None:
        own = self.envoy.own
        self.certificate.aim(own.settings.public, certified_hosts(own.settings, own.district))

    def _rejected(self, rejection: Rejection) -> None:
        self.measures.refusals.inc()
        log.error("envoy.refused_configuration", what=str(rejection))

    async def _follow_gate(self) -> None:
        while True:
            try:
                news = await self.carrier.known(self._had())
            except (ControlPlaneAway, NotBelieved) as error:
                self._trouble.tell(error)
                await asyncio.sleep(AGAIN)
                continue
            self._trouble.over()
            self._heard = time.monotonic()
            self.gate.heard(self._heard, news)
            if news is not None:
                self.envoy.hear(news.keys, frozenset(news.left))
            if news is not None or self._alone:
                self._publish_gate()
                applied = await self._applied()
                known = self.gate.known
                # An Envoy that is not there yet will begin with this one.
                if known is not None and (applied or not self.envoy_up):
                    self._has = known.version

    def _had(self) -> Had:
        return Had(
            version=self._has,
            applications=self.envoy.applications,
            release=__version__,
            lacks=lacking(self.ready(), MAY_BE_DOWN),
            answered=self._answered,
            carried=self._ingesting.taken,
        )

    async def _applied(self) -> bool:
        """Whether Envoy goes by all that a gate must know; by other keys too, before anybody signs with them."""
        return await self.envoy.discovery.keys_applied(timedelta(seconds=GATE_PATIENCE))

    def _publish_gate(self) -> None:
        self.envoy.publish_gate()
        if self._alone is not self.gate.alone(time.monotonic()):
            self._alone = not self._alone
            log.log(
                logging.ERROR if self._alone else logging.INFO, "node.alone", grants_let_in=not self._alone
            )

    def _ingest(self) -> Ingest:
        return Ingest(
            self.spool,
            self.carrier,
            _nobody,
            recorded=self.carrier.recorded,
            reopen=self.envoy.administration.reopen_logs,
            rotate_above=self.settings.audit.spool_file_mib * MIB,
            now=now,
            trouble=LastingTrouble("audit.trouble", {"of": "access log"}).hear,
        )

    async def _reconcile(self) -> None:
        reconciliation = Reconciliation(
            self.begun, self.spool, self.carrier.recorded, _nobody, self.carrier.record, now
        )
        while True:
            await reconciliation.step()
            await asyncio.sleep(RECONCILE_EVERY)

    async def _record(self, entries: Sequence[Entry]) -> None:
        for one in entries:
            await self.carrier.tell(f"{one.at.timestamp():020.6f}-{one.code}", one)

    async def _tell(self, notice: Notice) -> None:
        name = f"{notice.at.timestamp():020.6f}-{notice.what}"
        await self.carrier.tell(name, entry_of(notice))

    async def _keep_gate(self) -> None:
        """No grant is honoured while nobody is heard."""
        while True:
            if self.gate.alone(time.monotonic()) is not self._alone:
                self._publish_gate()
            await asyncio.sleep(ROOM_EVERY)

    def _room_keeper(self) -> RoomKeeper:
        """The database is on another machine, or on a server beside us that keeps room for itself."""
        room = LogRoom()

        def heed() -> None:
            self.gate.room = room.open
            self.measures.log_full.set(not room.open)
            self._publish_gate()

        return RoomKeeper(
            room, self.spool / CURRENT, None, self.envoy.administration, heed, self.carrier.record
        )

    async def _watch_envoy(self) -> None:
        """Keep `/readyz` true to what Envoy says of itself; the first "ready" is told to whoever started us."""
        told = False
        while True:
            self.envoy_up = await self.envoy.administration.ready()
            self._answered = await self.envoy.administration.answered()
            self.measures.contact.set(time.monotonic() - self._heard < GONE.total_seconds())
            self.measures.waiting.set(await asyncio.to_thread(self._waiting))
            self.measures.papers(papers.good_for(self.settings.state.directory, now()))
            if self.envoy_up and not told:
                told = True
                log.info("ready", node=self.fleet.node)
            await asyncio.sleep(AGAIN if not told else LOOK_EVERY)

    def _waiting(self) -> int:
        return sum(one.stat().st_size for one in self.spool.glob("access-*.log"))

    async def _renew(self) -> None:
        while True:
            await papers.renew_where_due(self.settings.state.directory, self.carrier.renew, now())
            await asyncio.sleep(papers.RENEW_EVERY)


async def _nobody(_: Collection[SessionId]) -> Mapping[SessionId, Holder]:
    """Whose sessions they are the control plane knows."""
    return {}


def main(configuration: Path, kept: Path, hangup: Hangup) -> int:
    let_in()
    configure()
    heap.share_one()
    try:
        sources = Accepted.read(kept)
        settings, district = accepted(configuration, sources)
        assert settings.fleet is not None
        node = Node(configuration, sources, settings, settings.fleet, district, hangup)
    except Exception as error:
        if (message := explained(error)) is None:
            log.exception("start.failed")
            return 1
        sys.stderr.write(f"brana: {message}\n")
        return WRONG_CONFIGURATION
    try:
        uvloop.run(giving_signs(_serve(node)))
    except Exception:
        log.exception("node.failed")
        return 1
    return 0


async def _serve(node: Node) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await node.serve(stop)


if __name__ == "__main__":
    the_file, kept_file = map(Path, sys.argv[1:])
    sys.exit(main(the_file, kept_file, hangup))
