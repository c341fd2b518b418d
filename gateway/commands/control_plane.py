"""The control plane of one machine, put together: who gets what, which sockets it answers, which tasks it runs.

Every object is made here and handed what it needs; nothing anywhere reaches for a global.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from aiohttp import UnixConnector

from config.alphabet import by_surname
from config.hosts import certified_hosts
from config.places import Places
from config.settings import Settings, Title
from config.sources import DISK, Sources
from config.vocabulary import ApplicationId, DirectoryName, MunicipalityCode, SessionId, SubjectId
from gateway.asks.in_force import InForce
from gateway.audit.access import Holder
from gateway.audit.acts import OPERATOR
from gateway.audit.log_room import LogRoom
from gateway.authorize.catalogue import openable
from gateway.authorize.devices import seen_from
from gateway.authorize.exception_preview import password_opens
from gateway.authorize.open_streams import OpenStreams
from gateway.authorize.request import AccessRequest
from gateway.authorize.tunnel_office import TunnelOffice
from gateway.authorize.whereabouts import Whereabouts
from gateway.commands.addresses import Addresses
from gateway.commands.countries import locator
from gateway.commands.decisions import devices_of, snapshot_of
from gateway.commands.gates import Gates
from gateway.commands.keys_in_force import KeysInForce
from gateway.commands.known_people import known_people
from gateway.commands.nodes import Nodes
from gateway.commands.own_applications import AUDIT_LOG, OWN
from gateway.commands.policy_offices import PolicyDesk
from gateway.commands.public_certificate import PublicCertificate
from gateway.commands.recovery_alarm import RecoveryAlarm
from gateway.commands.roster import Roster
from gateway.commands.shared_policies import book_at_start
from gateway.commands.state import State, now
from gateway.commands.timetable import Timetable
from gateway.devices.known import Known as Devices
from gateway.envoy.discovery import Discovery, Rejection
from gateway.envoy.draining import is_draining
from gateway.envoy.gate import credential_sources
from gateway.envoy.messages import Json
from gateway.fleet.alike import digest_of_applications, marks_of
from gateway.fleet.board import Board
from gateway.fleet.gatekeeper import NO_EPOCH
from gateway.grants.assertion import SamlRequestRefused
from gateway.grants.sign import keys_by_header
from gateway.incidents.suspension import InForce as SuspendedInForce
from gateway.metrics import Metrics
from gateway.sessions.assistance import Assistance, has_now
from gateway.sessions.assisted import Replica
from gateway.sessions.facts import Facts
from gateway.sessions.lost_factors import Has, LostFactors, Removal
from gateway.sessions.office import SessionOffice
from gateway.sessions.officers_act import Acts
from gateway.sessions.provider import Client, Provider
from gateway.sessions.recheck import Recheck
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import Session
from gateway.sessions.shown import Card
from gateway.sessions.sign_in import SignIn
from gateway.sessions.status import SessionStatuses
from gateway.sessions.store import SessionStore
from gateway.sessions.stronger import Wish
from gateway.sessions.supervision import Supervision
from gateway.storage.database import DatabaseUnusable
from gateway.storage.directory_reading import StoredReading
from gateway.storage.secret_hash import SecretHashes
from gateway.supervise import CURRENT
from gateway.tunnels.line import Line
from gateway.web.desk import Desk
from gateway.web.devices.listing import owners_needing
from gateway.web.pages import make_pages
from idp.directory.federation import Federation
from idp.directory.lockout import Lockout, in_force, strictest
from idp.directory.person import Person
from idp.directory.replicated import ReplicatedPeople
from idp.directory.same_person import Persons
from idp.directory.spelling import strictly
from idp.directory.subject import directory_of
from idp.http.provider import Replicated
from idp.login.charging import Rules
from idp.oidc.client import GATEWAY
from policies.evaluate import PolicyBook

log = structlog.get_logger("control_plane")

GATE_PATIENCE = timedelta(seconds=1)  # Envoy takes a new gate within 50 ms; one that is away lets nobody in


class ControlPlane:
    """Made from an opened state. Raises PoliciesUnusable.

    What is made in `__init__` lives as long as the process and rests on settings that need a start
    (`config.changes.AT_THE_NEXT_START`), or on none; what `take` makes rests on the others.
    """

    def __init__(self, state: State, sources: Sources = DISK) -> None:
        settings = state.settings
        self.nodes = Nodes(state.database)
        self.metrics = Metrics()
        addresses = Addresses(settings, state.district)
        self.discovery = Discovery(
            state.begun / CURRENT, self._rejected, per_session=settings.limits.requests_per_session
        )
        self.changing_envoy = asyncio.Lock()
        """Held by whoever exchanges what Envoy goes by, or the keys among it."""
        self.provider = Provider(
            Client(addresses.issuer, GATEWAY),
            lambda: UnixConnector(str(state.run / "idp.sock")),
            back_channel=f"http://login.{settings.public.domain}",
        )
        self.keys = KeysInForce(state, self, addresses, self.provider.forget_keys, now())
        self.discovery.grant_keys = keys_by_header(self.keys.for_gates()["grants"])
        # In a fleet each node's own process tells its Envoy, and asks here what its gate must know.
        self.board = Board(self.keys.for_gates(), time.monotonic) if settings.fleet else None
        self.gates: Gates = self.board or self.discovery
        self.streams = OpenStreams(lambda: self.snapshot, lambda: self.state.sessions, now)
        self.revoked = RevokedList(self._publish_gate)
        reading = StoredReading(state.database)
        self.directory = Federation(
            settings.directories, state.district, clock=now, memory=self, above=reading.above_now
        )
        self.people = {
            one.name: ReplicatedPeople(one, state.district, reading, now) for one in settings.directories
        }
        self.whereabouts = Whereabouts()
        self.lockouts: dict[DirectoryName, Lockout | None] = {}
        self.secret_hashes = SecretHashes()
        self.recovery_alarm = RecoveryAlarm(f"{addresses.issuer}/recovery", self.metrics, now)
        # In a fleet it is judged here for the officers; the node's own process serves and records it.
        self.certificate = PublicCertificate(
            settings.public,
            certified_hosts(settings, state.district),
            self.discovery.publish_certificate,
            lambda ends: self.metrics.certificate_ends.set(ends.timestamp()),
        )
        self.timetable = Timetable()
        self.asked, self.suspended = InForce(), SuspendedInForce()
        self.devices = Devices()
        self.tunnels: tuple[TunnelOffice, Line] | None = None
        """Who opened them, and the line to the process that keeps them."""
        self.roster, self.persons = Roster(), Persons()
        self.log_room = LogRoom()
        self.data_plane_up = False
        self.directories_up = dict.fromkeys(self.directory.readers, False)
        self.settled = asyncio.Event()
        """Set while routes and decisions are of one configuration; a decision waits for it."""
        self.settled.set()
        self.catching_up = False
        """Whether others may have published policies while the database was out of reach."""
        self.policy_desk = PolicyDesk(others=self.persons.others)
        book, self.incidents = book_at_start(state, sources, now())
        self.take(state, book)

    def take(self, state: State, book: PolicyBook) -> None:
        """From now on everything is decided and shown by these settings and policies."""
        self.state, self.settings = state, state.settings
        self.applications = digest_of_applications(state.settings)
        if self.board is not None:
            self.board.decide_by(marks_of(state.settings))
        self.whereabouts.locate = locator(state.settings)
        self.decide_by(book)
        self.addresses = Addresses(state.settings, state.district)
        self.office = SessionOffice(
            state.sessions,
            self.revoked,
            state.settings.sign_in,
            state.settings.grants.lifetime,
            lambda: self.gates.gate_applied(GATE_PATIENCE),
            self.timetable.opened,
            lambda address: seen_from(address, self.snapshot.devices, now()),
        )
        self.keys.under(state)
        self.certificate.aim(state.settings.public, certified_hosts(state.settings, state.district))
        self.lockout = self.lockout_as(self.lockouts)
        self.known = known_people(state.settings, self.directory, state.counting)
        hosts = frozenset(self.addresses.hosts())
        self.sign_in = SignIn(
            self.provider, self.office, hosts.__contains__, state.seal.close, state.seal.open
        )
        self.desk = Desk(
            pages=make_pages(
                state.settings.office.name,
                state.settings.public.domain,
                state.settings.language,
                places=Places(state.settings.places),
                account=self.addresses.account,
                support=state.settings.office.support,
            ),
            now=now,
            read_assertion=self.keys.read_assertion,
            assertion_refusals=(SamlRequestRefused,),
            state_errors=(DatabaseUnusable,),
            portal=self.addresses.portal,
            sign_in=self.addresses.issuer,
            municipality_name=state.district.name,
            status_of=SessionStatuses(
                state.sessions, state.settings.sign_in, state.identities.new_devices
            ).of,
            in_fleet=state.settings.fleet is not None,
            tunnels=state.settings.tunnels is not None,
            devices=lambda: self.settings.devices.enabled,
            devices_needing=partial(owners_needing, self.devices, state.settings.devices.fresh),
        )
        self.facts = {
            one.name: Facts(
                self.office,
                state.record,
                partial(self._directory_answers, one.name),
                one.name,
                " ".join(one.servers),
            )
            for one in state.settings.directories
        }

    def decide_by(self, book: PolicyBook) -> None:
        """From now on these policies decide; grants of others are decided anew once the gate is announced."""
        self.book = book
        remembered = self.persons.others, self.asked.of, self.whereabouts, self.suspended.suspended
        devices = devices_of(self.devices, self.keys, self.settings, lambda: self.tunnels)
        self.snapshot = snapshot_of(self.settings, self.state.district, book, *remembered, devices)
        self.aim_gate(self.snapshot.epoch, self.settings)

    # What the parts tell each other.

    def aim_gate(self, epoch: str, settings: Settings) -> None:
        """What the gate lets in by itself from the next that is published on."""
        self._gate_epoch = epoch
        self.discovery.credential_sources = credential_sources(settings.applications)
        self.discovery.longest = settings.grants.lifetime

    def lockout_as(self, told: Mapping[DirectoryName, Lockout | None]) -> Lockout:
        """When the strictest directory locks accounts; `told`: None by one that does not say."""
        return strictest(
            in_force(one.lockout_attempts, one.lockout_window, told.get(one.name))
            for one in self.settings.directories
        )

    def _publish_gate(self, revoked: Collection[str]) -> None:
        self.metrics.revoked.set(len(revoked))
        self.streams.revoked(revoked)
        self.gates.publish_gate(revoked, self._gate_epoch if self.log_room.open else NO_EPOCH)

    async def publish_keys(self, keys: Mapping[str, Any]) -> None:
        if self.board is not None:
            self.board.publish_keys(keys)
            return
        async with self.changing_envoy:
            self.discovery.publish_keys(keys_by_header(keys["grants"]), keys, self.settings)

    async def keys_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - a bound, not a cancellation
        """Wait until every gate that can be reached verifies by them; False when one did not in time."""
        applied = self.discovery.keys_applied if self.board is None else self.board.gate_applied
        return await applied(timeout)

    def _rejected(self, rejection: Rejection) -> None:
        self.metrics.data_plane_refusals.inc()
        log.error("envoy.refused_configuration", what=str(rejection))

    def _directory_answers(self, name: DirectoryName, level: float) -> None:
        self.directories_up[name] = bool(level)
        self.metrics.directory_reachable.labels(name).set(level)

    async def last_meant(self, login: str) -> SubjectId | None:
        return await self.state.identities.look(lambda book: book.subject_of(strictly(login)))

    async def forget(self, login: str) -> None:
        await self.state.identities.transact(lambda book: book.forget_subject_of(strictly(login)))

    async def begin_sign_in(self, request: AccessRequest, moment: datetime) -> tuple[str, str]:
        """Whoever has signed in anew at another host is let in without a question, whatever ended here before."""
        wish = Wish.SILENT if request.framed else None
        beginning = await self.sign_in.begin(
            request.host, request.target, request.language, moment, wish=wish
        )
        return beginning.location, beginning.cookie

    async def holders(self, sids: Collection[SessionId]) -> dict[SessionId, Holder]:
        return {
            one.id: Holder(one.subject, one.login, one.municipality or "")
            for one in await self.state.sessions.by_ids(sids)
        }

    def card(self, name: ApplicationId, municipality: MunicipalityCode) -> Card:
        if (ours := OWN.get(name)) is not None:
            return Card(
                application=name,
                title=ours.title,
                description=ours.description,
                address=self.addresses.of_own(name),
            )
        application = next(one for one in self.settings.applications if one.id == name)
        return Card(
            application=name,
            title=application.title,
            description=application.description,
            address=self.addresses.of_application(application, municipality),
        )

    def openable(self, session: Session, address: str, moment: datetime) -> list[ApplicationId]:
        return openable(session, self.snapshot, address, moment)

    def publish(self, resources: dict[str, list[Json]]) -> None:
        self.discovery.publish(resources)

    def application_titles(self) -> dict[ApplicationId, Title]:
        hosted = {application.id: application.title for application in self.settings.applications}
        return {name: one.title for name, one in OWN.items()} | hosted

    def supervision(self) -> Supervision:
        recheck = Recheck(self.office, self.state.identities, self.known.person, self.state.record)
        return Supervision(self.office, AUDIT_LOG, recheck)

    def officers_acts(self) -> Acts:
        return Acts(self.known.person, self.state.record, AUDIT_LOG, others=self.persons.others)

    def assistance(self) -> Assistance:
        async def named(login: str) -> list[Person]:
            people = {one.subject: one for one in await self.directory.named(login)}
            return list((await self.known.as_they_count(people)).values())

        return Assistance(
            self.officers_acts(),
            named,
            self.state.identities,
            self.office.end_with_provider,
            self.settings.sign_in.longest_exception,
            lambda person, moment: password_opens(person, self.snapshot, moment),
            Replica(self._fitting, self._replicated),
            lambda: Rules(self.settings.sign_in, self.lockout, self.directory.realms),
        )

    async def kept(self, whose: SubjectId) -> Replicated | None:
        """As the replica has somebody, with our rules."""
        people = self.people.get(directory_of(whose))
        found = await people.one(whose) if people is not None else None
        if found is None:
            return None
        person, confirmed_at = found
        counts = (await self.known.as_they_count({whose: person}))[whose] if person is not None else None
        return Replicated(counts, confirmed_at)

    async def _fitting(self, text: str, limit: int) -> list[Person]:
        """Of all directories, by surnames in the Czech alphabet."""
        found = {one.subject: one for each in self.people.values() for one in await each.fitting(text, limit)}
        people = (await self.known.as_they_count(found)).values()
        return sorted(people, key=lambda one: (by_surname(one.name), one.login))[:limit]

    async def _replicated(self, subjects: Collection[SubjectId]) -> dict[SubjectId, Person]:
        people = [one for one in subjects if not one.startswith(OPERATOR)]  # who acted by a command
        found: dict[SubjectId, Person] = {}
        for each in self.people.values():
            found |= await each.people(people)
        return await self.known.as_they_count(found)

    def lost_factors(self) -> LostFactors:
        async def has(subject: SubjectId) -> Has:
            return await self.state.identities.look(lambda book: has_now(book, subject))

        def ending(removal: Removal) -> SessionStore:
            return self.state.sessions_that_end(self.state.single_sign_on.ending_without_factor(removal))

        return LostFactors(self.officers_acts(), has, self.office, ending)

    async def close(self) -> None:
        self.secret_hashes.close()
        await self.policy_desk.close()
        await self.provider.close()
        self.directory.close()

    def fit(self) -> bool:
        """Whether other nodes may send people's requests here."""
        return self.state.database.works() and not is_draining(self.state.run)

    def ready(self) -> dict[str, bool]:
        """Parts that people need to come in, and whether they work. In a fleet Envoy is another process's matter."""
        here = {
            "data_plane": self.data_plane_up,
            "certificate": self.certificate.works(now()),
            "log_room": self.log_room.open,
        }
        return {
            **({} if self.board is not None else here),
            "database": self.state.database.works(),
            "in_service": not is_draining(self.state.run),
            "directory": all(self.directories_up.values()),
            **{f"directory.{name}": up for name, up in self.directories_up.items()},
        }
