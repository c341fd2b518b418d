"""A small office for the tests of the pages: people, entries, sessions, kept in memory.

These are implementations of the pages' own Protocols, in memory and complete for what the pages ask.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from config.places import Places
from config.settings import Place, Title
from config.vocabulary import ApplicationId, MunicipalityCode, Role, SessionId
from gateway.asks.emergencies import Emergencies
from gateway.asks.separation import Duties
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.exporting import Exporting
from gateway.audit.own_process import encode
from gateway.audit.purposes import with_purpose
from gateway.audit.reasons import with_policies
from gateway.audit.recomputation import Recomputation, Said, Verdict
from gateway.commands.public_certificate import Standing
from gateway.compliance.paper import NotDrawn, drawn
from gateway.compliance.report import report_of, tallies
from gateway.fleet.known_nodes import KnownFleet
from gateway.grants.assertion import AssertionVerifier, SamlRequestRefused
from gateway.incidents.incident import waiting
from gateway.sessions.assistance import Assistance
from gateway.sessions.lost_factors import LostFactors
from gateway.sessions.shown import Card, LiveSession, Membership, NotOwn, SessionUnknown
from gateway.sessions.status import Ending, SessionStatus
from gateway.waiting import NOTHING, Waiting
from gateway.web.desk import Desk, Page
from gateway.web.officer.alerts import Alerts
from gateway.web.officer.came_from import asked_first
from gateway.web.officer.charts import Charts
from gateway.web.officer.exceptions import Exceptions
from gateway.web.officer.exports import Exports
from gateway.web.officer.following import Following
from gateway.web.officer.holds import HoldPages
from gateway.web.officer.names import Names
from gateway.web.officer.nodes import Nodes
from gateway.web.officer.people import People
from gateway.web.officer.reach import Reach
from gateway.web.officer.rechecks import Rechecks
from gateway.web.officer.report import ComplianceReport
from gateway.web.officer.rooms import Officer, no_alert
from gateway.web.officer.turns import Turns
from gateway.web.officer.views import SavedViews
from gateway.web.pages import make_pages
from gateway.web.portal.standing import NO_ASKS, Asks
from idp.directory.same_person import OtherAccounts, no_others
from idp.login.new_device import NewDevice
from tests.gateway.audit.making import SIGNER
from tests.gateway.compliance.making import excepted, facts, made
from tests.gateway.web.incident_site import MACHINES, SWITCH, incident_pages
from tests.gateway.web.people import (
    FIREFOX,
    HULIN,
    ISSUER,
    KEY,
    KROMERIZ,
    KVASICE,
    MAYOR,
    MUNICIPALITIES,
    NOW,
    OFFICER,
    PHONE,
)
from tests.gateway.web.sample_accounts import MemoryAccounts
from tests.gateway.web.sample_alerts import MemoryAlerts
from tests.gateway.web.sample_log import MemoryLog, report
from tests.gateway.web.sample_months import OF_THREE_MONTHS, MemoryHolds
from tests.gateway.web.sample_places import HIDDEN
from tests.gateway.web.sample_portal import portal_pages
from tests.gateway.web.sample_views import MemoryViews
from tests.rig.incidents import Incidents as IncidentsKept

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

POLICIES = Card(
    application=ApplicationId("policies"),
    title=Title(cs="Pravidla přístupu", en="Access policies"),
    description=Title(cs="Návrhy a jejich schválení.", en="Proposals and their approval."),
    address="https://policies.brana.test",
)
REQUESTS = replace(
    POLICIES,
    application=ApplicationId("requests"),
    title=Title(cs="Žádosti o přístup", en="Access requests"),
    description=Title(cs="Požádejte o přístup, rozhodněte.", en="Ask for access, decide."),
    address="https://requests.brana.test",
)


@dataclass
class MemoryPortal:
    memberships_held: tuple[Membership, ...] = (
        Membership(code=HULIN, name="Hulín", roles=(Role.MAYOR,)),
        Membership(code=KVASICE, name="Kvasice", roles=(Role.CLERK, Role.REGISTRAR)),
    )
    cards_open: tuple[Card, ...] = CARDS
    acts: list[tuple[str, ...]] = field(default_factory=list)

    async def cards(self, caller, now):
        return self.cards_open

    async def memberships(self, caller):
        return self.memberships_held

    async def switch(self, caller, municipality, *, origin, now):
        if municipality not in {one.code for one in self.memberships_held}:
            raise NotOwn
        self.acts.append(("switch", caller.subject, municipality, origin.address))


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
    recheck_finds: str = "roles_changed"
    log: MemoryLog = field(default_factory=MemoryLog)

    async def live(self, caller, now):
        return self.open_sessions

    async def end(self, caller, session, *, origin, now):
        kept = [one for one in self.open_sessions if one.session != session]
        if len(kept) == len(self.open_sessions):
            raise SessionUnknown
        [one] = [one for one in self.open_sessions if one.session == session]
        facts = {"outcome": Outcome.SUCCESS, "at": now, "person": one.login, "session": session}
        opened = Entry(code=Code.SESSION_OPENED, details={"name": one.name}, **facts)
        await self.log.record([opened, Entry(code=Code.SESSION_ENDED, **facts)])
        self.open_sessions = kept
        self.acts.append(("end", caller.subject, session, origin.address))

    async def recheck(self, caller, session, *, origin, now):
        found = next((one for one in self.open_sessions if one.session == session), None)
        if found is None:
            raise SessionUnknown
        details = {"of": found.login, "of_subject": found.subject, "ended": 0,
                   "gained": ["588491:registrar"], "lost": []}  # fmt: skip
        await self.log.record([
            Entry(code=Code.PERSON_RECHECKED, outcome=Outcome.SUCCESS, at=now, subject=caller.subject,
                  person=caller.login, session=caller.sid, address=origin.address,
                  reason=self.recheck_finds, details=details)
        ])  # fmt: skip


TOWN_HALL = Title(cs="Městský úřad Hulín", en="Hulín town hall")


NAMES = Names(
    municipalities=MUNICIPALITIES,
    applications={card.application: card.title for card in CARDS},
    reasons=with_policies({"not_an_audit_officer": Title(cs="Není auditor", en="Not an audit officer")}),
)


@dataclass
class Office:
    """The rooms over what is kept in memory; `origin_port` is the port that people see."""

    origin_port: str = ""
    portal: MemoryPortal = field(default_factory=MemoryPortal)
    alerts: MemoryAlerts = field(default_factory=MemoryAlerts)
    log: MemoryLog = field(default_factory=MemoryLog)
    turns: Turns = field(default_factory=Turns)
    sessions: MemorySessions = field(default_factory=MemorySessions)
    duties: Duties = field(default_factory=lambda: Duties(others=no_others))
    asks: Asks = NO_ASKS
    closed_cards: object = None  # as `gateway.web.portal.closed` has it
    waiting: Waiting = NOTHING
    asked_what_waits: list[frozenset[str]] = field(default_factory=list)
    support: str | None = "Helpdesk, 573 321 100"
    new_devices: tuple[NewDevice, ...] = ()
    fleet: KnownFleet = field(default_factory=lambda: KnownFleet((), ""))
    others: OtherAccounts = no_others
    assistance: Assistance | None = None
    lost_factors: LostFactors | None = None
    """With these, the pages about people are there."""
    incidents: IncidentsKept | None = None
    """With these, those about incidents and suspended people."""
    handing_out: Callable[[MunicipalityCode | None], Exporting] | None = None
    """What exports come from; None: only the page is there."""
    demands: int | None = None
    """How many the report has; None: all."""
    without_factor: MemoryAccounts = field(default_factory=MemoryAccounts)
    draws: Sequence[str] | None = None
    """What starts the child that draws the report."""
    verifying: Path = field(default_factory=lambda: Path(tempfile.mkdtemp()) / "said")
    """What the child that verifies says."""

    def __post_init__(self) -> None:
        self.sessions.log = self.log
        self.withdrawn = []
        self.views = MemoryViews(self.log)
        self.says(Verdict(report()))
        self.certificate = Standing()
        self.emergencies = Emergencies()
        self.kept = OF_THREE_MONTHS
        self.holds = MemoryHolds(self.log.record)
        self.witnesses = ()
        self.out_of_reach = 0
        self.compared = no_alert
        self.recomputation = Recomputation(["cat", str(self.verifying)], self.log.record, lambda: NOW)

    def says(self, *said: Said, never_ends: bool = False) -> None:
        self.verifying.write_bytes(b"".join(encode(one) + b"\n" for one in said))
        if never_ends:
            command = ["tail", "-f", "-n", "+1", str(self.verifying)]
            self.recomputation = Recomputation(
                command, self.log.record, lambda: NOW, patience=timedelta(milliseconds=300)
            )

    async def status_of(self, sid, now):
        ending = Ending(idle=now + timedelta(minutes=15), latest=now + timedelta(hours=9, minutes=30))
        return SessionStatus(ending=ending, new_devices=self.new_devices)

    async def waits_for(self, caller, origin, among):
        self.asked_what_waits.append(frozenset(among))
        return self.waiting

    async def record(self, entries):
        await self.log.record(entries)

    async def incidents_due(self):
        open_ones = await self.incidents.office.open_ones() if self.incidents else []
        return waiting([(one.incident.number, one.dues) for one in open_ones], NOW)

    async def what_is_kept(self):
        return self.kept

    async def known_fleet(self, now):
        return self.fleet

    def desk(self) -> Desk:
        return Desk(
            pages=make_pages(
                "Město Kroměříž",
                "brana.test",
                places=Places([Place(title=TOWN_HALL, networks=["203.0.113.0/24"])]),
                account=f"https://login.brana.test{self.origin_port}/account",
                support=self.support,
            ),
            now=lambda: NOW,
            read_assertion=AssertionVerifier([KEY], ISSUER),
            assertion_refusals=(SamlRequestRefused,),
            portal=f"https://portal.brana.test{self.origin_port}",
            sign_in=f"https://login.brana.test{self.origin_port}",
            municipality_name=lambda code: MUNICIPALITIES[code],
            status_of=self.status_of,
            in_fleet=bool(self.fleet.nodes),
        )

    def rooms(self, desk: Desk):
        officer = Officer(
            desk,
            self.log,
            self.log.checkpoint,
            with_purpose(self.record, self.views.of),
            self.sessions,
            self.recomputation,
            NAMES,
            Reach(KROMERIZ),
            self.views,
            self.views.of,
            lambda: self.certificate,
            lambda: self.emergencies,
            "https://requests.brana.test/reviews",
            self.incidents_due,
            SWITCH,
            self.what_is_kept,
            self.vouching,
            self.alerts.standing,
            self.not_reached,
            lambda: self.compared(),  # noqa: PLW0108 - a test gives another one later
            MACHINES.get,
        )
        return {
            "portal.brana.test": portal_pages(self, desk),
            "admin.brana.test": self._as_composed(
                officer,
                [
                    *officer.pages(),
                    *self.without_factor.answers(desk, officer).pages(),
                    *Following(
                        desk, self.log, officer.record, NAMES, officer.reach, self.views.of, HIDDEN
                    ).pages(),
                    *Charts(desk, self.log, officer.record, NAMES, officer.reach).pages(),
                    *SavedViews(desk, self.views, self.views, officer.reach, officer.record).pages(),
                    *Rechecks(desk, self.log, self.sessions, NAMES).pages(),
                    *Nodes(desk, self.known_fleet, officer.record).pages(),
                    *Alerts(desk, self.alerts, self.log, officer.record).pages(),
                    *self._report(desk, officer.record),
                    *self._exports(desk, officer),
                    *HoldPages(desk, self.holds, 18, officer.record).pages(),
                    *self._about_people(desk),
                    *(incident_pages(self, desk, self.incidents, NAMES) if self.incidents else ()),
                ],
            ),
        }

    async def vouching(self):
        return self.witnesses

    async def not_reached(self):
        return self.out_of_reach

    def _as_composed(self, officer: Officer, pages):
        return list(asked_first(self.turns.pages(officer.desk, officer.reach.pages(officer.desk, pages))))

    def _report(self, desk: Desk, record):
        pages = ComplianceReport(desk, self.made_report, self.drawn, record, NAMES, "higher")
        return Page("GET", "/report", pages.shown), Page("GET", "/report/pdf", pages.pdf)

    def _exports(self, desk: Desk, officer: Officer):
        def exporting(within):
            if self.handing_out is not None:
                return replace(self.handing_out(within), record=officer.record)
            return Exporting(
                log=self.log.within(within),
                source=None,
                origin=SIGNER.name,
                reasons=NAMES.reasons,
                record=officer.record,
                within=within,
            )

        patience = timedelta(milliseconds=100)
        pages = Exports(
            desk, officer.reach, officer.purpose_of, NAMES, exporting, self.turns, patience=patience
        )
        return Page("GET", "/export", pages.ask), Page("POST", "/export", pages.give)

    async def made_report(self, by, since, until, regime, now):
        """Of what the log here really has."""
        counted = await tallies(self.log, since, until)
        about = made(by=by, since=since, until=until, regime=regime, at=now)
        whole = report_of(facts(tallies=counted, reviews=[], exceptions=[excepted()]), about)
        return replace(whole, judged=whole.judged[: self.demands])

    async def drawn(self, document):
        if self.draws is None:
            raise NotDrawn("no pango")
        return await drawn(self.draws, document)

    def _about_people(self, desk: Desk):
        if self.assistance is None:
            return ()
        people = People(
            desk, self.assistance, self.lost_factors, self.record, self.log, self.sessions, others=self.others
        )
        return (*people.pages(), *Exceptions(desk, self.assistance, people, self.record).pages())
