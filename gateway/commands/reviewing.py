"""Access reviews put together: who has what by directories, register and settings, and how a removal takes effect."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from config.alphabet import by_surname
from config.settings import Settings
from config.vocabulary import (
    DirectoryName,
    MunicipalityCode,
    Role,
    SubjectId,
    technical_subject,
)
from gateway.access_review.campaign import ASKED_FOR, PUSHED_BY, Held, Kind, Opened
from gateway.access_review.reviewer import Reviewer
from gateway.access_review.reviewing import Answer, Found, Reviewing
from gateway.asks.ask import Party
from gateway.asks.wish import party
from gateway.authorize.role_opens import NOBODY, opens
from gateway.authorize.snapshot import Snapshot
from gateway.commands.asking_office import ask_office
from gateway.commands.control_plane import ControlPlane
from gateway.commands.reaching import reach as reach_people
from gateway.commands.reviewing_asks import end_asked, held_by, standing_in
from gateway.commands.state import State, now
from idp.directory.person import Person, RoleHeld
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import directory_of
from idp.events import Origin
from idp.login.exception import SignInException
from idp.login.officer import end_exceptions

FOLLOW_EVERY = timedelta(minutes=1)  # between two looks at removed roles in the replica
LOOK_EVERY = 10  # of those, between two looks at everybody while a campaign is under way

People = Mapping[DirectoryName, ReplicatedPeople]


@dataclass(frozen=True, slots=True)
class WhoHasWhat:
    """Implements `gateway.access_review.reviewing.Found`."""

    state: State
    people: People
    snapshot: Callable[[], Snapshot]

    async def __call__(
        self, municipalities: Collection[MunicipalityCode], moment: datetime
    ) -> dict[MunicipalityCode, list[Held]]:
        """One look at everybody serves all of them, in the order of names."""
        wanted, blocks = set(municipalities), await self.state.reviews.blocks()
        exceptions = await self._exceptions(moment)
        found: dict[MunicipalityCode, list[Held]] = {code: [] for code in wanted}
        asked_for = await standing_in(self.state.asks, wanted, moment)
        holders = {one.holder.subject for one in asked_for}
        called: dict[SubjectId, Party] = {}
        told = _Opens(self.snapshot(), moment)
        for each in self.people.values():
            async for one in each.everybody():
                if one.subject in holders:
                    called[one.subject] = party(one)
                for code in {held.municipality for held in one.roles} & wanted:
                    found[code] += _of_person(
                        blocks.counting(one), code, told, exceptions.get(one.subject, [])
                    )
        for ask in asked_for:
            found[ask.municipality].append(held_by(ask, called.get(ask.holder.subject, ask.holder)))
        for code in wanted:
            found[code] += _of_programs(self.state.settings, code, told)
            await asyncio.sleep(0)  # what roles open takes a while to ask, for each municipality
        return {
            code: sorted(some, key=lambda one: (by_surname(one.name), one.login, one.kind, one.what))
            for code, some in found.items()
        }

    async def _exceptions(self, moment: datetime) -> dict[SubjectId, list[SignInException]]:
        running: dict[SubjectId, list[SignInException]] = {}
        for one in await self.state.identities.look(lambda book: book.exceptions()):
            if one.runs(moment):
                running.setdefault(one.subject, []).append(one)
        return running


class _Opens:
    """What roles open, each asked about once."""

    def __init__(self, snapshot: Snapshot, moment: datetime) -> None:
        self._snapshot, self._moment = snapshot, moment
        self._known: dict[tuple[SubjectId, Role, MunicipalityCode], tuple[Opened, ...]] = {}

    def by(self, role: Role, where: MunicipalityCode, subject: SubjectId = NOBODY) -> tuple[Opened, ...]:
        asked = subject, role, where
        if asked not in self._known:
            self._known[asked] = opens(role, where, self._snapshot, self._moment, subject)
        return self._known[asked]


def _of_person(
    one: Person, where: MunicipalityCode, told: _Opens, exceptions: Sequence[SignInException]
) -> list[Held]:
    theirs = partial(Held, subject=one.subject, login=one.login, name=one.name)
    why = {each.held: f"{PUSHED_BY}{each.by}" for each in one.pushed}
    why |= {each.held: each.in_place_of for each in one.standing_in}
    roles = [
        theirs(
            kind=Kind.ROLE,
            what=held.role.value,
            about=why.get(held, ""),
            opens=told.by(held.role, where),
        )
        for held in one.roles
        if held.municipality == where
    ]
    return roles + [theirs(kind=Kind.EXCEPTION, what=each.id, about=each.reason) for each in exceptions]


def _of_programs(settings: Settings, where: MunicipalityCode, told: _Opens) -> list[Held]:
    return [
        Held(
            kind=Kind.TECHNICAL,
            subject=technical_subject(one.id),
            login=one.id,
            name=one.name,
            what=held.role.value,
            about=one.owner,
            opens=told.by(held.role, where, technical_subject(one.id)),
        )
        for one in settings.technical_accounts
        for held in one.roles
        if held.municipality == where
    ]


def reviewing(plane: ControlPlane) -> Reviewing:
    """By what the plane has taken."""
    state = plane.state

    async def end(held: Held, comment: str, by: Reviewer, moment: datetime) -> None:
        origin = Origin(address=by.address, request_id=by.request_id)
        if held.kind in ASKED_FOR:
            return await end_asked(ask_office(plane), held, comment, by, moment)
        subject, login = held.subject, held.login
        ended = await state.identities.transact(
            lambda book: end_exceptions(book, subject, login, by.actor, moment, origin)
        )
        return await plane.office.end_with_provider(ended.sessions, moment)

    async def in_directory(subjects: Collection[SubjectId]) -> Answer:
        return await _in_directory(plane, subjects)

    async def reach(subjects: Collection[SubjectId]) -> None:
        await reach_people(plane, subjects)

    found: Found = WhoHasWhat(state, plane.people, lambda: plane.snapshot)
    return Reviewing(
        store=state.reviews,
        found=found,
        last_use=state.reviews.last_use,
        end=end,
        in_directory=in_directory,
        reach=reach,
        name_of=state.district.name,
        remove_undecided=state.settings.access_review.undecided == "remove",
    )


async def _in_directory(plane: ControlPlane, subjects: Collection[SubjectId]) -> Answer:
    """What directories say that confirmed it lately; whoever is not there any more has no role there either."""
    holding: set[tuple[SubjectId, RoleHeld]] = set()
    asked: set[SubjectId] = set()
    for name, people in plane.people.items():
        theirs = {one for one in subjects if directory_of(one) == name}
        confirmed_at = await people.confirmed_at() if theirs else None
        if confirmed_at is None or now() - confirmed_at > plane.settings.facts.grace:
            continue
        asked |= theirs
        for one in (await people.people(theirs)).values():
            holding |= {(one.subject, held) for held in one.roles}
    return Answer(frozenset(holding), frozenset(asked))


async def keep_reviews(plane: ControlPlane) -> None:
    """Of several nodes the leading one does it."""
    turn = 0
    while True:
        await asyncio.sleep(FOLLOW_EVERY.total_seconds())
        if not plane.nodes.leads:
            continue
        turn += 1
        made = reviewing(plane)
        await (made.keep_up if turn % LOOK_EVERY == 0 else made.follow_directory)(now())
