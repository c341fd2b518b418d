"""People who are signed in without having gone through the sign-in: sessions put straight into the store."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import zip_longest

from config.district import read_district
from config.vocabulary import AuthenticationLevel, MunicipalityCode, Role, SessionId
from gateway.commands.state import State
from gateway.demo import work
from gateway.demo.people import inhabitants
from gateway.demo.start import DISTRICT
from gateway.demo.world import DIRECTORY, Account, draw_accounts
from gateway.sessions.office import handle_hash
from gateway.sessions.session import Session
from idp.directory.subject import directory_of
from idp.directory.work import NOTHING_KNOWN, ActivityRole, Work

READERS_OF_RECORDS = frozenset({Role.CLERK, Role.REGISTRAR, Role.MAIL_ROOM, Role.MAYOR, Role.DEPUTY_MAYOR})


@dataclass(frozen=True, slots=True)
class SignedIn:
    session: Session
    handle: str
    """Value of the session cookie."""

    @property
    def cookie(self) -> str:
        return f"__Host-brana-session={self.handle}"


def everybody() -> tuple[Account, ...]:
    """The people of a whole district, about 400, but for the few of the directory that a municipality has itself."""
    drawn = draw_accounts(inhabitants(sorted(read_district(DISTRICT))))
    return tuple(one for one in drawn if directory_of(one.subject) == DIRECTORY)


def reader_of_records(account: Account) -> MunicipalityCode | None:
    """Where this person may read the records; None for nowhere."""
    if account.disabled or account.must_change:  # nobody's session lasts
        return None
    return next((held.municipality for held in account.roles if held.role in READERS_OF_RECORDS), None)


async def sign_in(
    state: State,
    people: Sequence[tuple[Account, MunicipalityCode]],
    host: Callable[[str], str],
    ends: Sequence[datetime] = (),
) -> list[SignedIn]:
    """One new session for each, acting for the municipality, known at its `host` (with port). `ends`: when each ends at
    the latest, where that is sooner than usual.
    """
    now = datetime.now(UTC)
    each = zip_longest(people, ends)
    sessions = [replace(_session(*one, now), ends_at=end) for one, end in each]
    made = [SignedIn(one, secrets.token_urlsafe(32)) for one in sessions]
    await asyncio.gather(
        *(
            state.sessions.add(one.session, handle_hash(one.handle), host(str(one.session.municipality)), [])
            for one in made
        )
    )
    return made


def work_of(account: Account) -> Work:
    """As the demo's directory tells it: with other facts the grant would be decided anew once the directory is read."""
    if directory_of(account.subject) != DIRECTORY:
        return NOTHING_KNOWN
    told: dict[str, list[str]] = {}
    for name, value in work.attributes(
        account.login, [(one.municipality, one.role) for one in account.roles]
    ):
        told.setdefault(name, []).append(value)
    days = {name: date.fromisoformat(told[name][0][:8]) for name in (work.BEGINS, work.ENDS) if name in told}
    return Work(
        employed_since=days.get(work.BEGINS),
        employed_until=days.get(work.ENDS),
        departments=tuple(sorted(told.get(work.DEPARTMENT, []))) or None,
        activity_roles=tuple(sorted(_activity_role(one) for one in told.get(work.ACTIVITY_ROLE, []))) or None,
    )


def _activity_role(written: str) -> ActivityRole:
    held, _, code = written.partition("@")
    agenda, _, activity_role = held.partition(":")
    return ActivityRole(MunicipalityCode(code), agenda, activity_role)


def _session(account: Account, where: MunicipalityCode, now: datetime) -> Session:
    return Session(
        id=SessionId(secrets.token_urlsafe(16)),
        subject=account.subject,
        login=account.login,
        name=account.name,
        provider_sid=secrets.token_urlsafe(16),
        roles=tuple((held.municipality, held.role) for held in account.roles),
        municipality=where,
        generation=1,
        acr=AuthenticationLevel.TWO_FACTORS,
        amr=("pwd", "otp"),
        authenticated_at=now,
        opened_at=now,
        last_seen_at=now,
        facts_at=now,
        work=work_of(account),
        address="192.0.2.7",
        user_agent="Mozilla/5.0",
    )
