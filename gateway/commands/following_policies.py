"""A control plane takes what comes into force, by itself or by another: within a moment, or nothing is decided.
Policies, and what is closed for an incident, alike.

From the moment it hears of others until it has looked it decides nothing by its own. What it cannot load ends it: in
a fleet its node is answered by the other control planes, as when it dies, and it begins again every few seconds.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from sqlalchemy import Connection

from config.fleet import NodeName
from gateway.audit import acts, configuration_acts
from gateway.commands.control_plane import GATE_PATIENCE, ControlPlane
from gateway.commands.policies_in_force import newly_loaded
from gateway.commands.shared_policies import SharedPoliciesUnusable, Standing, book_of, described, standing
from gateway.commands.state import now
from gateway.fleet.gatekeeper import NO_EPOCH
from gateway.storage.audit import append
from gateway.storage.database import DatabaseUnusable
from gateway.storage.policy_incidents import StoredIncidents
from gateway.storage.shared_policies import SharedPolicies
from policies.evaluate import PolicyBook
from policies.texts import digest_of_deciding

AGAIN = 0.2  # seconds between attempts to read what is in force
log = structlog.get_logger("policies")


class FollowingPolicies:
    """`exchange_pages`: have the sockets answer by what the plane has taken. `end` ends the process."""

    def __init__(
        self,
        plane: ControlPlane,
        node: NodeName,
        exchange_pages: Callable[[], Awaitable[None]],
        end: Callable[[], object],
    ) -> None:
        self._plane, self._node = plane, node
        self._exchange_pages, self._end = exchange_pages, end
        self._heard = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._told = plane.book.version
        self.trouble: SharedPoliciesUnusable | None = None
        """Why nothing is decided here any more."""

    def hear(self, *, missed: bool) -> None:
        """Others may be in force. `missed`: and for longer than a moment, as the database was out of reach."""
        self._plane.settled.clear()
        self._plane.catching_up |= missed
        self._heard.set()

    async def follow(self) -> None:
        """The round."""
        database = self._plane.state.database
        while True:
            await self._heard.wait()
            self._heard.clear()
            try:
                await self.look()
            except DatabaseUnusable:
                if not database.answers():  # without it nothing is decided, and that is said at once
                    self._plane.settled.set()
                await asyncio.sleep(AGAIN)

    @contextlib.asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """Nothing else comes into force here within the block; what does elsewhere is taken behind it."""
        async with self._one_at_a_time:
            try:
                yield
            finally:
                self._heard.set()

    @contextlib.asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Others come into force here before the block or behind it. Nothing is decided until it has been looked."""
        async with self._one_at_a_time:
            self._plane.settled.clear()
            try:
                yield
            finally:
                self._heard.set()

    async def look(self) -> None:
        """Take what is in force. Raises DatabaseUnusable; then the round begins anew."""
        async with self._one_at_a_time:
            try:
                await self._look()
            except SharedPoliciesUnusable as unusable:
                await self._give_up(unusable)
            except BaseException:
                self._heard.set()
                raise

    async def _look(self) -> None:
        plane = self._plane
        if self.trouble is not None:
            return
        if (found := await plane.state.database.read(self._other)) is not None:
            plane.settled.clear()
            book = await asyncio.to_thread(book_of, plane.state, found.version, found.incidents)
            await self._take(found, book)
        if not self._heard.is_set():
            plane.catching_up = False
            plane.settled.set()
        if self._told != plane.book.version:
            await self._tell(plane.book.version)

    def _other(self, connection: Connection) -> Standing | None:
        """None: what is in force is ours. Raises SharedPoliciesUnusable."""
        same = SharedPolicies(connection).digest() == digest_of_deciding(self._plane.book.contents)
        if same and StoredIncidents(connection).mark() == self._plane.incidents:
            return None
        if (found := standing(self._plane.state, connection)) is None:
            raise SharedPoliciesUnusable("gone", "the row in fleet_policies has been deleted")
        return found

    async def _take(self, found: Standing, book: PolicyBook) -> None:
        plane = self._plane
        if book.version != found.version.version or found.mark != plane.incidents:
            # another schema than where they were published, and recorded; or something was closed or opened
            await plane.state.database.write(lambda c: append(c, newly_loaded(c, book, now())))
        plane.incidents = found.mark
        plane.decide_by(book)
        plane.revoked.announce()
        plane.streams.everything()
        log.info("policies.taken", policies=book.version, published=described(found.version))

    async def _tell(self, version: str) -> None:
        """Those who look on: the officers' pages, and whoever lists the nodes."""
        await self._exchange_pages()
        await self._plane.state.database.write(
            lambda connection: SharedPolicies(connection).decides_by(self._node, version, now())
        )
        self._told = version

    async def _give_up(self, unusable: SharedPoliciesUnusable) -> None:
        """Decisions wait until the process ends; no grant of before lets anybody in meanwhile."""
        self.trouble, plane = unusable, self._plane
        plane.settled.clear()
        log.error("policies.unusable", cause=str(unusable))
        plane.aim_gate(NO_EPOCH, plane.settings)
        plane.revoked.announce()
        await plane.gates.gate_applied(GATE_PATIENCE)
        try:
            await plane.state.record(
                [configuration_acts.configuration_refused(now(), acts.SYSTEM, unusable.reason, str(unusable))]
            )
        finally:
            self._end()
