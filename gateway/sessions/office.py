"""Opening, switching and ending sessions: the one place where a session changes.

Whatever may change a verdict raises the session's generation in the store and announces the old revocation id
to the gate at once.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from config.drawn_name import drawn_name
from config.settings import SignIn
from config.vocabulary import MunicipalityCode, SessionId, SubjectId
from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.id_token import SignedIn
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import EndReason, RolesHeld, Session
from gateway.sessions.store import Open, SessionStore
from idp.directory.work import NOTHING_KNOWN, Work
from idp.events import Actor, Origin
from idp.login.session import Session as SignOn

T = TypeVar("T")
CLOCK_MARGIN = timedelta(seconds=60)  # above what gates give to `exp`, and what nodes' clocks differ by
IN_FLIGHT = timedelta(seconds=30)  # a decision under way may still sign a grant with the old revocation id


def kept_revoked(grant_lifetime: timedelta) -> timedelta:
    """For how long what revokes a grant of now stays on the list."""
    return grant_lifetime + CLOCK_MARGIN + IN_FLIGHT


def handle_hash(handle: str) -> bytes:
    """What the database keeps of a browser's 256-bit handle."""
    return sha256(handle.encode()).digest()


async def _at_once() -> None:
    """Where there is no gate to wait for."""


class SessionOffice:
    """`grant_lifetime` bounds how long a revocation id must stay on the list; `opened` is told of each new session.
    `place`: where whoever comes from an address is; through a tunnel that is not the address.
    """

    def __init__(
        self,
        store: SessionStore,
        revoked: RevokedList,
        limits: SignIn,
        grant_lifetime: timedelta,
        in_force: Callable[[], Awaitable[object]] = _at_once,
        opened: Callable[[SubjectId], object] = lambda _: None,
        place: Callable[[str], str] = str,
    ) -> None:
        self.store, self.limits = store, limits
        self._revoked = revoked
        self._keep = kept_revoked(grant_lifetime)
        self._under_way: set[asyncio.Task[Any]] = set()
        # waits until the gate has what was revoked: whoever is told "signed out" is out everywhere
        self.in_force = in_force
        self._opened, self._place = opened, place

    def over(self, store: SessionStore) -> "SessionOffice":
        """The same office over a store in which something else happens in the same transactions."""
        other = copy(self)
        other.store = store
        return other

    async def open(
        self, who: SignedIn, host: str, address: str, user_agent: str, request_id: str, now: datetime
    ) -> tuple[Session, str]:
        """The session and a handle of it for this browser at this host; another tab may have opened it."""
        handle = secrets.token_urlsafe(32)
        session = Session(
            id=SessionId(drawn_name()),
            subject=who.subject,
            login=who.login,
            name=who.name,
            provider_sid=who.provider_sid,
            roles=who.roles,
            work=who.work,
            municipality=min((where for where, _ in who.roles), default=None),
            generation=1,
            acr=who.acr,
            amr=who.amr,
            authenticated_at=who.authenticated_at,
            opened_at=now,
            last_seen_at=now,
            facts_at=who.facts_at,
            ends_at=who.ends_at,
            address=self._place(address),
            user_agent=user_agent[:256],
            device=who.device,
        )
        entry = entry_of(
            session,
            Code.SESSION_OPENED,
            now,
            address=address,
            request_id=request_id,
            details={"host": host, "name": who.name},
        )
        added = await self.store.add(session, handle_hash(handle), host, [entry])
        self._opened(added.subject)
        return added, handle

    async def join(self, session: Session, host: str) -> str:
        """A handle for one more host of the same browser's session (single sign-on)."""
        handle = secrets.token_urlsafe(32)
        await self.store.add_handle(session.id, handle_hash(handle), host, [])
        return handle

    async def authenticated_anew(
        self, session: Session, who: SignedIn, address: str, request_id: str, now: datetime
    ) -> Session:
        """The session as its person has shown by now to be who they are; whatever changed is decided anew."""
        after = replace(
            session,
            acr=who.acr,
            amr=who.amr,
            authenticated_at=who.authenticated_at,
            ends_at=who.ends_at,
            device=who.device or session.device,
        )
        if after == session:
            return session
        shown = {"acr": who.acr.value, "amr": list(who.amr)}
        entry = entry_of(
            session, Code.SESSION_LEVEL, now, address=address, request_id=request_id, details={**shown}
        )
        entries, until = [entry, revocation(session, Code.SESSION_LEVEL, now)], now + self._keep

        async def keep_and_tell() -> None:
            self._revoked.add(await self.store.authenticate_anew(after, until, entries), until)

        await self._to_the_end(keep_and_tell())
        return after

    async def end(
        self,
        sessions: Sequence[Session],
        reason: EndReason,
        by: Entry | None,
        now: datetime,
        everything_of: Collection[SubjectId] = (),
        sign_ons: Sequence[SignOn] = (),
    ) -> None:
        """End sessions, and single sign-on with them; `by` is a pattern entry telling who did it (None: the
        system itself). Of the people of `everything_of`, single sign-on ends in every browser, of the devices there
        that of everybody; `sign_ons` end too.
        """
        going = [session for session in sessions if session.ended_at is None]
        if not going and not everything_of and not sign_ons:
            return
        actor = by or Entry(code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=now, subject=SYSTEM)
        whose = {*everything_of, *Open(going, sign_ons).people()}
        themselves = actor.subject == SYSTEM or whose == {actor.subject}
        somebody_else = None if themselves else Actor(actor.person or actor.subject, actor.subject)
        entries = [
            replace(
                entry_of(
                    session, Code.SESSION_ENDED, now, address=actor.address, request_id=actor.request_id
                ),
                application=actor.application,
                reason=reason,
                details={
                    **device_told(session),
                    "by": actor.person or actor.subject,
                    "by_subject": actor.subject,
                    "revoked": session.revocation_id,
                },
            )
            for session in going
        ]
        until, sids = now + self._keep, [one.sid for one in sign_ons]

        async def end_and_tell() -> None:
            ids = await self.store.end(
                [session.id for session in going],
                reason,
                now,
                until,
                entries,
                everything_of,
                sids,
                Origin(address=actor.address, request_id=actor.request_id),
                somebody_else,
            )
            self._revoked.add(ids, until)

        await self._to_the_end(end_and_tell())
        await self._follow(sids, now)  # a host may have been visited since they were looked up
        if everything_of:
            outliving = await self.store.outliving_sign_on()
            left = [one for one in outliving if {one.subject, *one.device_subjects} & {*everything_of}]
            await self.end(left, EndReason.PROVIDER_SESSION_ENDED, None, now)

    async def end_all_of(self, subject: SubjectId, reason: EndReason, by: Entry | None, now: datetime) -> int:
        """How many, sign-ons too; of a device, whoever's they are."""
        found = await self.store.open_of([subject])
        await self.end(found.sessions, reason, by, now, [subject], found.sign_ons)
        return len(found)

    async def end_own(self, session: Session, reason: EndReason, origin: Origin, now: datetime) -> None:
        """What the person does to the own session, at any host."""
        by = entry_of(session, Code.SESSION_ENDED, now, address=origin.address, request_id=origin.request_id)
        await self.end([session], reason, by, now)
        await self.in_force()

    async def end_with_provider(self, sids: Sequence[SessionId], now: datetime) -> None:
        """The provider tells at once what it has ended; `catch_up_with_provider` finds what it could not tell."""
        await self._follow(sids, now)
        await self.in_force()

    async def _follow(self, sids: Sequence[SessionId], now: datetime) -> None:
        for sid in sids:
            session = await self.store.by_provider_sid(sid)
            if session is not None:
                await self.end([session], EndReason.PROVIDER_SESSION_ENDED, None, now)

    async def catch_up_with_provider(self, now: datetime) -> None:
        """End what ended at the provider without our ending it too: a crash came between the two."""
        left = await self.store.outliving_sign_on()
        await self.end(left, EndReason.PROVIDER_SESSION_ENDED, None, now)

    async def act_for(
        self, session: Session, municipality: MunicipalityCode, by: Entry, now: datetime
    ) -> bool:
        """Make `municipality` the active one; False without a role there, or for an ended session."""
        if municipality not in session.municipalities():
            return False
        if municipality == session.municipality:
            return True
        until = now + self._keep
        entry = replace(
            by,
            code=Code.SESSION_MUNICIPALITY,
            municipality=municipality,
            details={"from": session.municipality or ""},
        )
        entries = [entry, revocation(session, Code.SESSION_MUNICIPALITY, now)]

        async def switch_and_tell() -> bool:
            ids = await self.store.act_for(session.id, municipality, until, entries)
            self._revoked.add(ids, until)
            return bool(ids)

        return await self._to_the_end(switch_and_tell())

    async def take_facts(
        self,
        sessions: Sequence[Session],
        name: str,
        login: str,
        roles: RolesHeld,
        now: datetime,
        standing_in: Sequence[str] = (),
        facts_at: datetime | None = None,
        work: Work = NOTHING_KNOWN,
        pushed: Sequence[str] = (),
    ) -> None:
        """The directory says something new of the person of these sessions; they are decided anew.

        `standing_in`, `pushed`: which of the roles are held as a deputy, or by a personnel system, for the log.
        `facts_at`: when it last confirmed all of it, where that is not now.
        """
        whence = {"standing_in": list(standing_in)} if standing_in else {}
        whence |= {"pushed": list(pushed)} if pushed else {}
        told = {"work": work.told()} if work != NOTHING_KNOWN else {}
        changed = [session.with_facts(name, login, roles, facts_at or now, work) for session in sessions]
        entries = [
            entry_of(
                session,
                Code.FACTS_CHANGED,
                now,
                details={"roles": [f"{where}:{role}" for where, role in roles], **whence, **told},
            )
            for session in changed
        ]
        entries += [revocation(session, Code.FACTS_CHANGED, now) for session in changed]
        until = now + self._keep

        async def replace_and_tell() -> None:
            self._revoked.add(await self.store.replace_facts(changed, until, entries), until)

        if changed:
            await self._to_the_end(replace_and_tell())

    async def changing(self, change: Callable[[datetime], Awaitable[Sequence[str]]], now: datetime) -> None:
        """Do what has sessions decided anew. `change` is told until when old grants must be refused, and gives the
        revocation ids.
        """
        until = now + self._keep

        async def change_and_tell() -> None:
            self._revoked.add(await change(until), until)

        await self._to_the_end(change_and_tell())

    async def _to_the_end(self, change: Coroutine[None, None, T]) -> T:
        """What is durable must reach the gate too, even when the caller's browser hangs up between."""
        task = asyncio.ensure_future(change)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)


def revocation(session: Session, because: str, now: datetime) -> Entry:
    """The entry of all grants of a session's present generation being taken back."""
    entry = entry_of(session, Code.REVOCATION, now, details={"revoked": session.revocation_id})
    return replace(entry, reason=because)


def entry_of(
    session: Session,
    code: Code,
    now: datetime,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    address: str = "",
    request_id: str = "",
    details: dict[str, str | int | float | bool | list[str]] | None = None,
) -> Entry:
    """An entry about what the person of a session did."""
    return Entry(
        code=code,
        outcome=outcome,
        at=now,
        subject=session.subject,
        person=session.login,
        session=session.id,
        own_municipality=session.municipality or "",
        address=address,
        request_id=request_id,
        details={**device_told(session), **(details or {})},
    )


def device_told(session: Session) -> dict[str, str]:
    """As details of an entry: the enrolled device where there is one, which stands for the machine, and the browser."""
    known = session.enrolled or session.device
    browser = {"browser": session.device} if session.enrolled and session.device else {}
    return {"device": known, **browser} if known else {}
