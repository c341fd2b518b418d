"""A log of decisions as weeks of a district's work leave it: the product's own check decides, its own entries are kept.

Each sign-in is decided once for each thing that is asked for in it; what is asked again in the same sign-in differs by
time, request and grant alone, as the same check would have it.
"""

import heapq
import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

from config.district import District
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    SessionId,
)
from gateway.audit.canonical import Detail
from gateway.audit.entry import Entry
from gateway.authorize.check import check
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused
from gateway.demo.world import Account
from gateway.sessions.session import Session
from gateway.storage.audit import append
from gateway.storage.database import Database

LONGEST = timedelta(hours=4)  # of a sign-in
ASKED = 12  # things that one sign-in asks for
TIMES = 5  # how often each, on the average
BATCH = 2_000  # entries of a transaction
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
STRONG = 0.4  # of all sign-ins: with a key
OTHERS = 0.05  # of what is asked for: in a municipality that is not the person's own


@dataclass(frozen=True, slots=True)
class Work:
    """What is done in a district, from `since` to `until`."""

    people: Sequence[Account]
    snapshot: Snapshot
    district: District
    since: datetime
    until: datetime
    decided: dict[tuple[str, ...], Entry] = field(default_factory=dict)


def entries(work: Work, number: int, chance: random.Random) -> Iterator[Entry]:
    """So many entries of decisions, in order of time; people are signed in beside each other."""
    able = [one for one in work.people if one.roles and not one.disabled]
    sign_ins = max(1, number // (ASKED * TIMES))
    each, step = -(-number // sign_ins), (work.until - work.since - LONGEST) / sign_ins
    waiting: list[tuple[datetime, int, Entry]] = []
    made = 0
    for turn in range(sign_ins):
        begin = work.since + turn * step
        while waiting and waiting[0][0] <= begin:
            yield heapq.heappop(waiting)[2]
        for entry in _sign_in(work, chance.choice(able), begin, min(each, number - made), chance):
            heapq.heappush(waiting, (entry.at, made, entry))
            made += 1
    while waiting:
        yield heapq.heappop(waiting)[2]


def _sign_in(
    work: Work, who: Account, begin: datetime, number: int, chance: random.Random
) -> Iterator[Entry]:
    session = _session(who, begin, chance)
    templates = [_decided(work, session, chance) for _ in range(min(ASKED, number))]
    span = timedelta(seconds=chance.uniform(600, LONGEST.total_seconds()))
    for turn in range(number):
        template = chance.choice(templates)
        own: dict[str, Detail] = {
            "authenticated_at": begin.isoformat().replace("+00:00", "Z"),
            "idle": chance.randrange(2 * round(span.total_seconds() / number) + 1),
        }
        if "grant" in template.details:
            own["grant"] = secrets.token_urlsafe(12)
        yield replace(
            template,
            at=begin + span * ((turn + 1) / number),
            session=session.id,
            address=session.address,
            request_id=f"{chance.getrandbits(128):032x}",
            details={**template.details, **own},
        )


def _session(who: Account, begin: datetime, chance: random.Random) -> Session:
    strong = chance.random() < STRONG
    roles = tuple((held.municipality, held.role) for held in who.roles)
    return Session(
        id=SessionId(secrets.token_urlsafe(16)),
        subject=who.subject,
        login=who.login,
        name=who.name,
        provider_sid="provider",
        roles=roles,
        municipality=chance.choice(roles)[0],
        generation=1,
        acr=AuthenticationLevel.PHISHING_RESISTANT if strong else AuthenticationLevel.TWO_FACTORS,
        amr=("pwd", "hwk") if strong else ("pwd", "otp"),
        authenticated_at=begin,
        opened_at=begin,
        last_seen_at=begin,
        facts_at=begin,
        address=f"10.{chance.randrange(3)}.{crc32(who.login.encode()) % 250}.{chance.randrange(1, 4)}",
        user_agent=AGENT,
    )


def _decided(work: Work, session: Session, chance: random.Random) -> Entry:
    """From what was decided before where the same is asked: nothing in it passes within a sign-in."""
    assert session.municipality is not None
    where = session.municipality
    if chance.random() < OTHERS:
        where = chance.choice(list(work.district))
    application = chance.choices(list(APPLICATIONS), weights=[weight for weight, _ in APPLICATIONS.values()])[
        0
    ]
    action = chance.choice(APPLICATIONS[application][1])
    key = (session.subject, session.municipality, session.acr, where, application, action)
    known = work.decided.get(key)
    if known is None:
        known = work.decided[key] = _by_the_product(work, session, (application, action, where))
    return known


def _by_the_product(
    work: Work, session: Session, asked: tuple[ApplicationId, Action, MunicipalityCode]
) -> Entry:
    application, action, where = asked
    request = AccessRequest(
        application=application,
        municipality=where,
        action=action,
        method="GET" if action is Action.READ else "POST",
        host=f"{application}-{where}.brana.test",
        target="/documents",
        address=session.address,
        request_id="",
        user_agent=AGENT,
        page_load=True,
        cookies={},
        language=Language.CZECH,
    )
    now = session.authenticated_at
    verdict = check(request, session, work.snapshot, now, "grant")
    assert isinstance(verdict, Granted | Refused)
    return entry_of_verdict(request, session, verdict, now)


_READ, _WRITE, _SIGN = Action.READ, Action.WRITE, Action.SIGN
APPLICATIONS: dict[ApplicationId, tuple[int, list[Action]]] = {
    ApplicationId("portal"): (3, [_READ]),
    ApplicationId("records"): (6, [_READ, _READ, _READ, _WRITE, _WRITE, _SIGN]),
    ApplicationId("budget"): (2, [_READ]),
    ApplicationId("map"): (2, [_READ]),
}
"""How often each is asked for, and for what."""


def write(database: Database, found: Iterator[Entry]) -> int:
    """How many were recorded, by the log's own `append`."""
    done = 0
    batch: list[Entry] = []
    for entry in found:
        batch.append(entry)
        if len(batch) == BATCH:
            done += _append(database, batch)
            batch = []
    return done + _append(database, batch)


def _append(database: Database, batch: list[Entry]) -> int:
    database.write_soon(lambda connection: append(connection, batch)).result()
    return len(batch)
