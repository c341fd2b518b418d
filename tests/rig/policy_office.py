"""A policy office over a real database with the real log and the real checks, of a district of two municipalities."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.district import District, Municipality
from config.problem import Problem
from config.vocabulary import Action, ApplicationId, Language, SubjectId
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.commands.policies_in_force import newly_loaded
from gateway.policy_office.activation import Activation
from gateway.policy_office.actor import Actor
from gateway.policy_office.asking import Asking, by_operator
from gateway.policy_office.checked import Checked, objections
from gateway.policy_office.incident import Incident
from gateway.policy_office.incidents import Incidents
from gateway.policy_office.office import Office
from gateway.policy_office.proposal import Proposal
from gateway.policy_office.scope import ANY, Scope
from gateway.policy_office.version import Source, Version
from gateway.storage.audit import append
from gateway.storage.audit_evidence import rows
from gateway.storage.database import Database
from gateway.storage.policy_incidents import StoredIncidents
from gateway.storage.policy_office import StoredOffice
from gateway.storage.policy_versions import Versions
from idp.directory.same_person import no_others
from policies.load import PoliciesUnusable, load
from policies.texts import MUNICIPALITIES, REGION, InHand, Texts
from tests.policies.world import HULIN, KROMERIZ

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DISTRICT = District([Municipality(HULIN, "Hulín", ""), Municipality(KROMERIZ, "Kroměříž", "")])
MAP = ApplicationId("map")
APPLICATIONS = {
    ApplicationId(name): dict.fromkeys(Language, name) for name in ("portal", "policies", "audit", "map")
}
SIGN_IN = """@id("two-factors") @reason("weak")
@title_cs("Slabé") @title_en("Weak") @advice_cs("Dva.") @advice_en("Two.")
forbid (principal, action, resource) unless { context.sign_in.level >= 2 };
"""
FILE, THERE = f"municipalities/{HULIN}.cedar", f"municipalities/{KROMERIZ}.cedar"
GUARDRAILS = "region/10-sign-in.cedar"
HERE = Scope(HULIN)


def reads(code: str, name: str = "map-read") -> str:
    return f"""@id("{name}") @title_cs("Mapy čtou všichni") @title_en("Everybody reads the map")
permit (principal, action == Action::"read", resource in Municipality::"{code}")
when {{ resource in Application::"map" }};
"""


FIRST = {GUARDRAILS: SIGN_IN, FILE: reads(HULIN), THERE: reads(KROMERIZ)}
CHANGED = {FILE: reads(HULIN) + reads(HULIN, "map-read-too")}
BROKEN = {FILE: reads(HULIN) + "permit ("}


async def entitled(_one: Proposal, _moment: datetime) -> bool:
    """Whoever approved it could do so still."""
    return True


class NotPermitted(Exception):
    """What a page's own question to the policies raises."""


@dataclass
class Person:
    """`refused`: actions the policies do not let this person do; `asked`: what they were asked."""

    subject: str
    municipality: str = HULIN
    refused: frozenset[Action] = frozenset({Action.ADMINISTER})
    asked: list[tuple[Action, SubjectId | None]] = field(default_factory=list)

    @property
    def asking(self) -> Asking:
        actor = Actor(
            subject=self.subject,
            login=self.subject.partition(":")[2],
            name=f"Paní {self.subject}",
            municipality=self.municipality,
            session="s",
            address="192.0.2.7",
            request_id="r",
        )
        return Asking(actor, self._may, KROMERIZ)

    async def _may(self, action: Action, author: SubjectId | None, _about: str) -> None:
        self.asked.append((action, author))
        if action in self.refused:
            raise NotPermitted


@dataclass
class World:
    database: Database
    taken: int = 0
    arranged: int = 0
    author: Person = field(default_factory=lambda: Person("urad:author"))
    mayor: Person = field(default_factory=lambda: Person("urad:mayor"))
    stranger: Person = field(default_factory=lambda: Person("urad:stranger", KROMERIZ))
    officer: Person = field(default_factory=lambda: Person("urad:officer", KROMERIZ, frozenset()))

    known: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        store = StoredOffice(self.database, lambda _connection: KEY, append, newly_loaded)
        self.office = Office(store, self._checks, DISTRICT, self._took, "-", self._arranged, others=no_others)
        self.activation = Activation(self.office)
        self.incidents = Incidents(self.office, frozenset(APPLICATIONS), frozenset(DISTRICT))
        self.publish(FIRST)

    async def _took(self) -> None:
        self.taken += 1

    def _checks(self, texts: Texts, scope: Scope, *, known: bool) -> Checked:
        self.known.append(known)
        return checks(texts, scope)

    def _arranged(self) -> None:
        self.arranged += 1

    def publish(self, texts: Texts, at: datetime = NOON - timedelta(days=1)) -> Version:
        """By files, past the office."""
        book = checks(texts, ANY).book
        assert book is not None
        made = Version(
            number=0, version=book.version, texts=texts, source=Source.FILES, scope=ANY, base=0,
            author="cli:root", approver="", at=at, node="-",
        )  # fmt: skip
        return self.database.write_soon(lambda c: Versions(c, KEY).put_in_force(made)).result()

    def in_force(self) -> Version:
        found = self.database.read_now(lambda c: Versions(c, KEY).in_force())
        assert found is not None
        return found

    def closed(self) -> list[Incident]:
        return self.database.read_now(lambda c: StoredIncidents(c).standing())

    def entries(self, *codes: Code) -> list[Entry]:
        def query(connection: Connection) -> list[Entry]:
            return [parse(row.canonical).entry for row in rows(connection)]

        return [one for one in self.database.read_now(query) if one.code in codes]

    async def edited(self, texts: Texts, who: Person | None = None, scope: Scope = HERE) -> Proposal:
        asking = (who or self.author).asking
        begun = await self.office.begin(asking, scope, NOON)
        return await self.office.edit(asking, begun.id, begun.revision, texts, "Proč.", NOON)

    async def submitted(self, texts: Texts = CHANGED) -> Proposal:
        one = await self.edited(texts)
        return await self.office.submit(self.author.asking, one.id, one.revision, NOON + MINUTE)

    async def approved(self, at: datetime | None = None) -> Proposal:
        one = await self.submitted()
        return await self.activation.approve(self.mayor.asking, one.id, one.digest, at, NOON + 2 * MINUTE)


OPERATOR = by_operator("cli:root (eva)")


def checks(texts: Texts, _scope: Scope) -> Checked:
    try:
        untried: list[Problem] = []
        book = load(
            REGION,
            MUNICIPALITIES,
            DISTRICT,
            APPLICATIONS,
            InHand(texts),
            by_cases=True,
            untried=untried.extend,
        )
        return Checked(book=book, untried=tuple(one.in_languages() for one in untried))
    except PoliciesUnusable as refused:
        return objections(refused.problems)
