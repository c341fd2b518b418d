"""A small office for the tests of the pages: people, entries, sessions, kept in memory.

These are implementations of the pages' own Protocols, in memory and complete for what the pages ask.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from joserfc.jwk import ECKey

from config.settings import Title
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
)
from gateway.audit.entry import Code, Entry, Outcome
from gateway.grants.assertion import AssertionRefused, AssertionVerifier
from gateway.grants.claims import Assertion, Grant
from gateway.grants.sign import GrantSigner
from gateway.web.desk import Desk
from gateway.web.identity import ADMIN, PORTAL
from gateway.web.officer.log import (
    Checkpoint,
    Damage,
    Hour,
    LiveSession,
    Query,
    Recorded,
    SessionUnknown,
    Verification,
)
from gateway.web.officer.rooms import Names, Officer
from gateway.web.pages import make_pages
from gateway.web.portal.rooms import Portal
from gateway.web.portal.store import Card, Membership, NotOwn, OwnSession

NOW = datetime(2026, 11, 23, 8, 41, 7, tzinfo=UTC)
ISSUER = "https://portal.brana.test"
KROMERIZ, HULIN, KVASICE = MunicipalityCode("588296"), MunicipalityCode("588491"), MunicipalityCode("588644")
MUNICIPALITIES = {KROMERIZ: "Kroměříž", HULIN: "Hulín", KVASICE: "Kvasice"}

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)

KEY = ECKey.generate_key("P-256")
SIGNER = GrantSigner(ECKey.generate_key("P-256"), KEY, ISSUER)

MAYOR = Assertion(
    audience=PORTAL,
    subject=SubjectId("0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c0001"),
    name="Ing. Marie Nováková",
    login="novakova",
    sid=SessionId("s-this-session-00000001"),
    municipality=HULIN,
    roles=(Role.MAYOR,),
    actions=(Action.READ,),
    acr=AuthenticationLevel.TWO_FACTORS,
    amr=("pwd", "otp"),
    auth_time=NOW - timedelta(minutes=30),
    issued_at=NOW - timedelta(minutes=1),
    expires_at=NOW + timedelta(minutes=4),
)
OFFICER = replace(
    MAYOR,
    audience=ADMIN,
    subject=SubjectId("0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c0002"),
    name="Bc. Petr Dvořák",
    login="dvorak",
    sid=SessionId("s-officer-session-0001"),
    municipality=KROMERIZ,
    roles=(Role.SECURITY_OFFICER,),
)


def assertion_header(about: Assertion) -> dict[str, str]:
    """The header that the gate would put in, signed by the product's own signer."""
    grant = Grant(
        id="g", assertion=about, revocation_id=f"{about.sid}.1", epoch="1", own=True, policy_version="1"
    )
    return {"x-brana-assertion": SIGNER.sign(grant).assertion, "x-brana-client-address": "203.0.113.7"}


CARDS = (
    Card(
        application=ApplicationId("records"),
        title=Title(cs="Spisová služba", en="Records service"),
        description=Title(
            cs="Doručené i odeslané písemnosti, podpisy a skartace.",
            en="Incoming and outgoing documents, signatures, disposal.",
        ),
        address="https://hulin.records.brana.test/",
    ),
    Card(
        application=ApplicationId("accounts"),
        title=Title(cs="Účetnictví", en="Accounting"),
        description=Title(cs="Rozpočet, faktury a výkazy obce.", en="Budget, invoices and statements."),
        address="https://accounts.brana.test/",
    ),
    Card(
        application=ApplicationId("maps"),
        title=Title(cs="Mapový portál", en="Maps"),
        description=Title(
            cs="Územní plán, pasport komunikací a sítí, katastr nemovitostí.",
            en="Zoning plan, roads and networks, land register.",
        ),
        address="https://maps.brana.test/",
    ),
)


@dataclass
class MemoryPortal:
    memberships_held: tuple[Membership, ...] = (
        Membership(code=HULIN, name="Hulín", roles=(Role.MAYOR,)),
        Membership(code=KVASICE, name="Kvasice", roles=(Role.CLERK, Role.REGISTRAR)),
    )
    cards_open: tuple[Card, ...] = CARDS
    open_sessions: list[OwnSession] = field(
        default_factory=lambda: [
            OwnSession(
                session=SessionId("s-phone-session-000001"),
                address="198.51.100.24",
                user_agent=PHONE,
                since=NOW - timedelta(days=1, hours=2),
                last_seen=NOW - timedelta(hours=3),
            ),
            OwnSession(
                session=MAYOR.sid,
                address="203.0.113.7",
                user_agent=FIREFOX,
                since=NOW - timedelta(minutes=30),
                last_seen=NOW,
            ),
        ]
    )
    acts: list[tuple[str, ...]] = field(default_factory=list)

    async def cards(self, caller, now):
        return self.cards_open

    async def memberships(self, caller):
        return self.memberships_held

    async def sessions(self, caller, now):
        return self.open_sessions

    async def switch(self, caller, municipality, *, address, now):
        if municipality not in {one.code for one in self.memberships_held}:
            raise NotOwn
        self.acts.append(("switch", caller.subject, municipality, address))

    async def end(self, caller, session, *, address, now):
        kept = [one for one in self.open_sessions if one.session != session]
        if len(kept) == len(self.open_sessions):
            raise NotOwn
        self.open_sessions = kept
        self.acts.append(("end", caller.subject, session, address))

    async def end_all(self, caller, *, address, now):
        self.open_sessions = []
        self.acts.append(("end_all", caller.subject, address))


def sample_entries() -> list[Entry]:
    """130 entries, a minute apart, the oldest first: three pages of the log."""
    kinds = [
        (Code.SIGN_IN_COMPLETED, Outcome.SUCCESS, ""),
        (Code.ACCESS, Outcome.SUCCESS, ""),
        (Code.DECISION_REFUSE, Outcome.REFUSED, "role_not_sufficient"),
        (Code.DECISION_PERMIT, Outcome.SUCCESS, ""),
        (Code.DIRECTORY_UNREACHABLE, Outcome.FAILURE, ""),
    ]
    people = ["novakova", "dvorak", "svoboda"]
    return [
        Entry(
            code=kinds[number % 5][0],
            outcome=kinds[number % 5][1],
            at=NOW - timedelta(minutes=130 - number),
            subject=f"0b6f9a52-6f0e-4f0e-9f0a-{number % 3:012}",
            person=people[number % 3],
            session=f"s-{number % 3}",
            municipality=HULIN,
            own_municipality=KVASICE if number % 7 == 0 else HULIN,
            application="records",
            action="read",
            address=f"203.0.113.{number % 9}",
            request_id=f"0b1c2d3e-{number:04}",
            reason=kinds[number % 5][2],
            rule="region/records-mayor",
            policy_version="7d1f0c",
            details={"method": "GET", "path": "/spisy/2026/<b>42</b>", "roles": ["mayor", "clerk"], "ms": 4},
        )
        for number in range(130)
    ]


@dataclass
class MemoryLog:
    entries: list[Entry] = field(default_factory=sample_entries)
    damage: Damage | None = None

    def _recorded(self, index: int) -> Recorded:
        entry = self.entries[index]
        return Recorded(
            sequence=index,
            received_at=entry.at + timedelta(milliseconds=3),
            leaf_hash=sha256(repr(entry).encode()).digest(),
            entry=entry,
        )

    async def search(self, caller, query, *, before, limit):
        upper = len(self.entries) if before is None else min(before, len(self.entries))
        matching = (index for index in reversed(range(upper)) if matches(query, self.entries[index]))
        return [self._recorded(index) for index, _ in zip(matching, range(limit), strict=False)]

    async def entry(self, caller, sequence):
        return self._recorded(sequence) if sequence < len(self.entries) else None

    async def activity(self, caller, since, until):
        counts: dict[datetime, list[int]] = {}
        for number in range(24):
            counts[since + timedelta(hours=number)] = [(number * 37) % 90 * (number > 6), number % 5 * 3]
        return [Hour(start=start, accesses=one, refusals=two) for start, (one, two) in counts.items()]

    async def last_checkpoint(self):
        return Checkpoint(size=len(self.entries), root=sha256(b"root").digest(), at=NOW)

    async def verify(self):
        return Verification(
            entries=len(self.entries), unsealed=2, took=timedelta(seconds=1.234), damage=self.damage
        )

    async def record(self, entry):
        self.entries.append(entry)


def matches(query: Query, entry: Entry) -> bool:
    wanted = {
        "municipality": query.municipality,
        "application": query.application,
        "outcome": query.outcome,
        "code": query.code,
        "session": query.session,
        "request_id": query.request_id or None,
    }
    return (
        all(value is None or getattr(entry, name) == value for name, value in wanted.items())
        and (query.person in entry.person or query.person == entry.subject)
        and (query.since is None or query.since <= entry.at)
        and (query.until is None or entry.at < query.until)
    )


@dataclass
class MemorySessions:
    open_sessions: list[LiveSession] = field(
        default_factory=lambda: [
            LiveSession(
                session=SessionId(session),
                subject=who.subject,
                name=who.name,
                login=who.login,
                municipality=who.municipality,
                address=address,
                user_agent=agent,
                since=NOW - timedelta(minutes=age),
                last_seen=NOW - timedelta(minutes=age // 9),
            )
            for session, who, address, agent, age in (
                (MAYOR.sid, MAYOR, "203.0.113.7", FIREFOX, 30),
                ("s-phone-session-000001", MAYOR, "198.51.100.24", PHONE, 260),
                (OFFICER.sid, OFFICER, "192.0.2.15", FIREFOX, 12),
            )
        ]
    )
    acts: list[tuple[str, ...]] = field(default_factory=list)

    async def live(self, caller, now):
        return self.open_sessions

    async def end(self, caller, session, *, address, now):
        kept = [one for one in self.open_sessions if one.session != session]
        if len(kept) == len(self.open_sessions):
            raise SessionUnknown
        self.open_sessions = kept
        self.acts.append(("end", caller.subject, session, address))


NAMES = Names(
    municipalities=MUNICIPALITIES,
    applications={card.application: card.title for card in CARDS},
    reasons={"role_not_sufficient": Title(cs="Role nestačí", en="The role is not sufficient")},
)


@dataclass
class Office:
    """The rooms over what is kept in memory; `origin_port` is the port that people see."""

    origin_port: str = ""
    portal: MemoryPortal = field(default_factory=MemoryPortal)
    log: MemoryLog = field(default_factory=MemoryLog)
    sessions: MemorySessions = field(default_factory=MemorySessions)

    def desk(self) -> Desk:
        return Desk(
            pages=make_pages("Město Kroměříž"),
            now=lambda: NOW,
            read_assertion=AssertionVerifier([KEY], ISSUER),
            assertion_refusals=(AssertionRefused,),
            portal=f"https://portal.brana.test{self.origin_port}",
            sign_in=f"https://login.brana.test{self.origin_port}",
        )

    def rooms(self, desk: Desk):
        return {
            "portal.brana.test": Portal(desk, self.portal).pages(),
            "admin.brana.test": Officer(desk, self.log, self.sessions, NAMES).pages(),
        }
