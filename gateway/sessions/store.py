"""What sessions need of a database. Every change and its audit entries are one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.vocabulary import NO_DEVICE, DeviceId, MunicipalityCode, SessionId, SubjectId
from gateway.audit.entry import Entry
from gateway.sessions.session import EndReason, Session
from idp.events import NOWHERE, Actor, Origin
from idp.login.session import Session as SignOn

Place = tuple[SubjectId, SessionId]
"""Of a session among all that are open, in their order."""


@dataclass(frozen=True, slots=True)
class Open:
    """Without an end: sessions here, and sign-ons, which are the provider's that none of ours belongs to.

    Somebody who is signed in at my account alone has one, or at an application that asks the provider itself.
    """

    sessions: Sequence[Session] = ()
    sign_ons: Sequence[SignOn] = ()

    def __len__(self) -> int:
        return len(self.sessions) + len(self.sign_ons)

    def names(self) -> set[str]:
        """By which they are called: ours, and the provider's."""
        ours = {name for one in self.sessions for name in (one.id, one.provider_sid)}
        return ours | {one.sid for one in self.sign_ons}

    def people(self) -> set[SubjectId]:
        return {one.subject for one in self.sessions} | {one.person.subject for one in self.sign_ons}

    def logins(self) -> set[str]:
        return {one.login for one in self.sessions} | {one.person.login for one in self.sign_ons}

    def of(self, people: Collection[SubjectId]) -> "Open":
        return Open(
            [one for one in self.sessions if one.subject in people],
            [one for one in self.sign_ons if one.person.subject in people],
        )


class SessionStore(Protocol):
    """Raises the database's own errors; a missing session is None or left out, never an error."""

    async def by_handle(self, handle_hash: bytes, host: str) -> Session | None:
        """The session of a handle that was given out at this host, ended ones too. A point read, at once."""
        ...

    async def by_provider_sid(self, provider_sid: str) -> Session | None:
        """The latest session that was opened on this session of the provider, ended or not."""
        ...

    async def by_ids(self, ids: Collection[SessionId]) -> list[Session]: ...

    async def open_ones(self, subject: SubjectId | None = None) -> list[Session]:
        """Sessions without an end, latest activity first."""
        ...

    async def sign_ons(self, subject: SubjectId | None = None) -> list[SignOn]:
        """See `Open`; latest activity first."""
        ...

    async def open_of(self, people: Collection[SubjectId]) -> Open:
        """Of a device among them whoever's were opened in it, or belong to it."""
        ...

    async def open_named(self, names: Collection[SessionId]) -> Open:
        """By our name of a session, or the provider's: also where a session of ours was opened on it meanwhile."""
        ...

    async def open_page(self, after: Place | None, limit: int) -> tuple[Open, Place | None]:
        """The next that are open, in order of subject and name: one person's stand together. The place of the last
        of a full page, after which there may be more.
        """
        ...

    async def outliving_sign_on(self) -> list[Session]:
        """Open sessions whose session of the provider is known here, and has ended."""
        ...

    async def add(self, session: Session, handle_hash: bytes, host: str, entries: Sequence[Entry]) -> Session:
        """Keep a session and its first handle, and give it back.

        Where another tab was quicker, so that a session of the same sign-in at the provider is open already,
        the handle joins that one, which is given, and nothing is recorded.
        """
        ...

    async def add_handle(
        self, session: SessionId, handle_hash: bytes, host: str, entries: Sequence[Entry]
    ) -> None: ...

    async def record(
        self,
        seen: SessionId | None,
        now: datetime,
        entries: Sequence[Entry],
        enrolled: DeviceId = NO_DEVICE,
    ) -> None:
        """Keep the entries of a decision, and that the session was seen: its single sign-on too. `enrolled`: the device
        to which it belongs from now on, unless it belongs to one.
        """
        ...

    async def end(
        self,
        ids: Collection[SessionId],
        reason: EndReason,
        now: datetime,
        until: datetime,
        entries: Sequence[Entry],
        everything_of: Collection[SubjectId] = (),
        sign_ons: Collection[SessionId] = (),
        origin: Origin = NOWHERE,
        by: Actor | None = None,
    ) -> list[str]:
        """End the open ones among `ids`; revoke what they hold until `until`; give the revocation ids.

        Single sign-on ends with them, recorded as well, with where the act came from (`origin`) and who did it where
        that was somebody else (`by`); so do `sign_ons`, by the provider's names, and for `everything_of` all of these
        people's, and all in devices that are named there. Entries about sessions that had ended before are not kept.
        """
        ...

    async def act_for(
        self,
        session: SessionId,
        municipality: MunicipalityCode,
        until: datetime,
        entries: Sequence[Entry],
    ) -> list[str]:
        """Switch the active municipality of an open session; revoke the old generation until `until`."""
        ...

    async def authenticate_anew(
        self, changed: Session, until: datetime, entries: Sequence[Entry]
    ) -> list[str]:
        """Keep level, ways and time of authentication of an open session; revoke the old generation."""
        ...

    async def replace_facts(
        self, changed: Sequence[Session], until: datetime, entries: Sequence[Entry]
    ) -> list[str]:
        """Keep new name, login and roles of open sessions; revoke the old generations.

        The active municipality stays, as it is by now, unless its last role is gone.
        """
        ...

    async def replace_sign_on_facts(self, changes: Sequence[tuple[SignOn, SignOn]]) -> None:
        """Keep new facts of sign-ons, given before and after; where they were read again meanwhile those stay."""
        ...

    async def confirm_facts(self, ids: Collection[SessionId], now: datetime) -> None:
        """The directory confirmed the facts of these open sessions."""
        ...

    async def revoked(self, now: datetime) -> dict[str, datetime]:
        """Revocation ids still in force, with their ends."""
        ...

    async def forget_revoked(self, now: datetime) -> int:
        """Delete those that are in force no more. Gives their number."""
        ...

    async def forget_ended(self, before: datetime) -> int:
        """Delete sessions that ended before a time; the audit log keeps what they did. Gives their number."""
        ...
