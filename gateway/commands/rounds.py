"""What the control plane does by itself, again and again: log, directory, tidying up."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from config.settings import Postgres
from config.vocabulary import DirectoryName, SubjectId
from gateway.audit.checkpointer import Checkpointer
from gateway.audit.ingest import Ingest
from gateway.audit.note import Signer
from gateway.audit.reconciliation import Reconciliation
from gateway.commands import heap
from gateway.commands.asking_office import ask_office, look_at_backers
from gateway.commands.control_plane import ControlPlane
from gateway.commands.directories import Directories
from gateway.commands.directory_news import WaitingNews, of_some
from gateway.commands.enrolled_devices import (
    forget_gone_devices,
    look_at_devices,
    miss_silent_devices,
)
from gateway.commands.fleet_services import look_at_nodes
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.keeping_room import RoomKeeper
from gateway.commands.nodes import LEAD
from gateway.commands.relying_parties import look_at_clients, note_used_secrets
from gateway.commands.roster import watched
from gateway.commands.schema_in_force import SchemaInForce
from gateway.commands.state import State, now
from gateway.commands.suspending import look_at_suspensions
from gateway.commands.troubles import LastingTrouble
from gateway.commands.watching_persons import look_at_persons
from gateway.envoy.process import Administration
from gateway.fleet.door import Door
from gateway.notices.delivery import Delivery
from gateway.sessions.facts import living, stop_sign_ins
from gateway.sessions.session import EndReason
from gateway.sessions.store import Open, Place
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_requests import with_entry
from gateway.storage.audit_spool import SpoolPlaces
from gateway.storage.telling import (
    ASKED,
    ASKS,
    CLIENTS,
    DEVICES,
    DIRECTORIES,
    EVERYTHING,
    INCIDENTS,
    KEYS,
    NODES,
    POLICIES,
    REVOKED,
    SCHEMA,
    SUSPENSIONS,
)
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.lockout import Lockout, leaves_one_for_everybody
from idp.directory.reader import DirectoryReader
from idp.directory.subject import directory_of, identity_of, subject
from idp.directory.sync.news import News, RemovalHeld

log = structlog.get_logger("rounds")
TIDY_EVERY = timedelta(minutes=1)
ENDED_KEPT = timedelta(days=7)  # ended sessions in their table; the audit log keeps what they did
ASKED_KEPT = timedelta(days=400)  # what was asked for, after its end: a year's review can look back
LOCKOUT_EVERY = timedelta(minutes=10)  # an office that makes its directory stricter waits no longer
MIB = 2**20
FACTS_PAGE = 50  # sessions compared with the directory at once; who is named meanwhile waits for so many
RECONCILE_EVERY = 1.0  # seconds
DELIVER_EVERY = 1.0  # seconds


def checkpointer(plane: ControlPlane, signer: Signer) -> Checkpointer:
    return Checkpointer(
        Checkpoints(plane.state.database, plane.state.signing),
        plane.settings.state.directory / "checkpoints.log",
        signer,
        plane.settings.audit.checkpoint_every,
        LastingTrouble("audit.trouble", {"of": "checkpoints"}).hear,
        shared=plane.nodes.shared,
    )


def ingest(plane: ControlPlane) -> Ingest:
    return Ingest(
        plane.state.access_log.parent,
        SpoolPlaces(plane.state.database, lambda: plane.state.activity, plane.state.spool_name),
        plane.holders,
        recorded=partial(_recorded, plane.state),
        reopen=Administration(plane.state.run / "envoy-admin.sock").reopen_logs,
        rotate_above=plane.settings.audit.spool_file_mib * MIB,
        now=now,
        trouble=LastingTrouble("audit.trouble", {"of": "access log"}).hear,
    )


async def keep_facts(plane: ControlPlane, directories: Directories) -> None:
    """What the replicas learn reaches the sessions: of who is named at once, of everybody at each confirmation.

    Who is named waits for nobody else, however many are looked through. Sign-ins first: what one that is just being
    completed opens is compared then.
    """
    while True:
        news = await directories.news.get()
        _measure(plane, news)
        await plane.facts[news.directory].hear(news)
        news = directories.news.recorded(news)
        await look_at(plane, news)
        if news.trouble is None and news.touched != frozenset():
            await look_at_persons(plane)
        if not of_some(news):
            await _stop_sign_ins(plane, news)
            await _look_through(plane, news, directories.news)
            if news.trouble is None:
                await look_at_backers(plane, news.directory, None, now())
        directories.news.done(news)


async def look_at(plane: ControlPlane, news: News) -> None:
    """Those who are named; nobody's facts are confirmed by that."""
    if news.trouble is None:
        named = news.touched
        known = None if named is None else [subject(news.directory, one) for one in named]
        plane.roster.touched(news.directory, known)
    if news.trouble is None and news.touched:
        touched = [subject(news.directory, identity) for identity in news.touched]
        await _stop_sign_ins(plane, news, touched)
        found = await plane.state.sessions.open_of(touched)
        await _compare(plane, replace(news, confirmed=False), found)
        await look_at_backers(plane, news.directory, touched, now())


def _measure(plane: ControlPlane, news: News) -> None:
    if news.confirmed:
        plane.metrics.directory_synced.labels(news.directory).set(news.at.timestamp())
    if news.confirmed or news.trouble is not None:
        held = isinstance(news.trouble, RemovalHeld)
        plane.metrics.directory_held.labels(news.directory).set(held)


async def _look_through(plane: ControlPlane, news: News, waiting: WaitingNews) -> None:
    """All open sessions, page by page: thousands of them need no more memory than a few. Those of one person, here and
    at the provider, stand together, so that the person is worked out once.
    """
    place: Place | None = None
    seen = [news]
    while True:
        page, place = await plane.state.sessions.open_page(place, FACTS_PAGE)
        found = await living(plane.office, page, now())
        people = found.people()
        if news.trouble is None:
            theirs = {one for one in people if directory_of(one) == news.directory}
            await _compare(plane, news, found.of(theirs))
        for stranger in people:
            if directory_of(stranger) not in plane.people and not plane.known.by_us(stranger):
                await plane.office.end_all_of(stranger, EndReason.ACCOUNT_GONE, None, now())
        if place is None:
            return
        for urgent in waiting.behind(seen):
            await look_at(plane, urgent)
            if of_some(urgent):
                waiting.done(urgent)
            seen.append(urgent)


async def _compare(plane: ControlPlane, news: News, found: Open) -> None:
    read = await plane.people[news.directory].people(found.people())
    plane.timetable.note(read.values())
    people = await plane.known.as_they_count(read)
    await plane.facts[news.directory].compare(found, people, news, now())


async def keep_roster(plane: ControlPlane) -> None:
    """Who is told of what people ask for; a node that does not lead hears no news of directories."""
    while True:
        roles = watched(plane.settings.requests)
        await plane.roster.step(plane.people, roles, now(), hears=plane.nodes.leads)
        await plane.roster.heard()


async def keep_time(plane: ControlPlane, directories: Directories) -> None:
    """Whose account, deputyship or role ends by what is known already is out then, and not with the next reading."""
    while True:
        found = await plane.timetable.next(now)
        for name, people in plane.people.items():
            opened = [one for one in found.opened if directory_of(one) == name]
            if opened:
                plane.timetable.note((await people.people(opened)).values())
            due = frozenset(identity_of(one) for one in found.due if directory_of(one) == name)
            if due:
                touched = due if len(due) <= FACTS_PAGE else None
                directories.news.put(News(directory=name, at=now(), touched=touched))


async def _stop_sign_ins(plane: ControlPlane, news: News, only: Collection[SubjectId] | None = None) -> None:
    """Somebody may be in the middle of a sign-in without any session that could be compared."""
    if news.trouble is not None:
        return
    under_way = {
        whose: asked_at
        for whose, asked_at in (await plane.state.identities.signing_in(now(), only)).items()
        if directory_of(whose) == news.directory
    }
    if under_way:
        people = await plane.known.as_they_count(await plane.people[news.directory].people(under_way))
        await stop_sign_ins(plane.office, plane.state.identities, under_way, people, news.at, now())


LOCKS_TOO_SOON = (
    "the directory locks an account so soon that a stranger's single guess keeps its person out of the sign-in; "
    "let it lock after 5 wrong passwords or more, 3 at the least (docs/directory.md, Lock-out)"
)


async def learn_lockout(plane: ControlPlane, name: DirectoryName) -> None:
    """When the directory locks accounts: sign-in stops before that. What is known stays until it tells otherwise."""
    told, trouble = await lockout_told(plane.directory.readers[name], plane.lockouts.get(name))
    plane.lockouts[name] = told
    plane.lockout = plane.lockout_as(plane.lockouts)
    configured = next(one for one in plane.settings.directories if one.name == name).lockout_attempts
    tell_lockout(name, plane.lockout, trouble, assumed=told is None and configured is None)
    await asyncio.sleep(LOCKOUT_EVERY.total_seconds())


def tell_lockout(name: DirectoryName, in_force: Lockout, trouble: str, *, assumed: bool) -> None:
    """To the operators; a warning where it is `assumed`, could not be read, or leaves no guess for the person."""
    enough = leaves_one_for_everybody(in_force)
    log.log(
        logging.INFO if enough and not assumed and not trouble else logging.WARNING,
        "directory.lockout",
        directory=name,
        attempts=in_force.attempts,
        window=str(in_force.window),
        assumed=assumed,
        **({} if enough else {"advice": LOCKS_TOO_SOON}),
        **({"trouble": trouble} if trouble else {}),
    )


async def lockout_told(reader: DirectoryReader, known: Lockout | None) -> tuple[Lockout | None, str]:
    """What the directory tells now, or `known` and what is wrong. Raises DirectoryUnreachable."""
    try:
        return await reader.lockout(), ""
    except DirectoryMisconfigured as trouble:
        return known, str(trouble)


async def reconcile(plane: ControlPlane) -> None:
    """Whom the gate let in is in the log, whatever became of Envoy."""
    state = plane.state
    reconciliation = Reconciliation(
        state.begun,
        state.access_log.parent,
        partial(_recorded, state),
        plane.holders,
        state.record,
        now,
    )
    while True:
        await reconciliation.step()
        await asyncio.sleep(RECONCILE_EVERY)


async def _recorded(state: State, ids: Collection[str]) -> Collection[str]:
    return await state.database.read(lambda connection: with_entry(connection, ids, state.log_known))


async def keep_room(plane: ControlPlane) -> None:
    """Set room aside for the access log; where it runs out nobody is let in, and officers see their pages."""
    place = plane.state.database.place

    def heed() -> None:
        plane.discovery.full = not plane.log_room.open
        plane.metrics.log_full.set(plane.discovery.full)
        plane.revoked.announce()

    keeper = RoomKeeper(
        plane.log_room,
        plane.state.access_log,
        None if isinstance(place, Postgres) else place.parent,
        Administration(plane.state.run / "envoy-admin.sock"),
        heed,
        plane.state.record,
    )
    await keeper.keep()


async def tidy(plane: ControlPlane) -> None:
    """Forget what has expired, in bounded steps; end here what ended at the provider; miss devices that are silent."""
    began = now()
    while True:
        await asyncio.sleep(TIDY_EVERY.total_seconds())
        moment = now()
        plane.revoked.sweep(moment)
        await plane.state.sessions.forget_revoked(moment)
        await plane.state.sessions.forget_ended(moment - ENDED_KEPT)
        await plane.state.asks.forget(moment - ASKED_KEPT)
        await plane.state.tunnels.forget(moment - ENDED_KEPT)
        await plane.state.identities.sweep(plane.settings.sign_in, moment)
        await plane.office.catch_up_with_provider(moment)
        await miss_silent_devices(plane, began, moment)
        await forget_gone_devices(plane, moment)
        await note_used_secrets(plane)
        heap.give_back()


async def follow_nodes(
    plane: ControlPlane,
    directories: Directories,
    doors: Sequence[Door],
    policies: FollowingPolicies | None,
    schema: SchemaInForce,
) -> None:
    """What other nodes change reaches what this one keeps in memory."""
    while True:
        changed = await plane.nodes.changed()
        if policies is not None and changed & {POLICIES, INCIDENTS}:
            policies.hear(missed=changed >= EVERYTHING)
        try:
            if SCHEMA in changed:
                await schema.look()
            await _look(plane, directories, doors, changed)
        except BaseException:
            plane.nodes.again(changed)
            raise


async def _look(
    plane: ControlPlane, directories: Directories, doors: Sequence[Door], changed: AbstractSet[str]
) -> None:
    if LEAD in changed:
        await directories.lead(leads=plane.nodes.leads)
    await _remember(plane, changed)  # before the gates hear what is revoked: it is decided anew at once
    if changed & {REVOKED, ASKED}:
        plane.revoked.replace(await plane.state.sessions.revoked(now()))
    if changed & {KEYS, ASKED}:
        await plane.keys.look_again(now())
    if plane.board is not None and changed & {NODES, ASKED}:
        for one in doors:
            await look_at_nodes(plane, one, plane.board)
    if ASKED in changed:
        directories.look_again()
    if DIRECTORIES in changed and not plane.nodes.leads:
        await look_at_persons(plane)
        for name, current in (await directories.as_kept()).items():
            plane.facts[name].reachable(float(current))


async def _remember(plane: ControlPlane, changed: AbstractSet[str]) -> None:
    """What decisions have in memory."""
    if changed & {ASKS, SUSPENSIONS, ASKED}:
        await look_at_suspensions(plane)
        await ask_office(plane).look_again(now())
    if changed & {DEVICES, ASKED}:
        await look_at_devices(plane)
    if changed & {CLIENTS, ASKED}:
        await look_at_clients(plane)


async def deliver(plane: ControlPlane, delivery: Callable[[], Delivery]) -> None:
    """Tell what is to be told by one channel; another one's trouble is not this one's. One node does it for all."""
    while True:
        if not plane.nodes.leads or not await delivery().step():
            await asyncio.sleep(DELIVER_EVERY)
