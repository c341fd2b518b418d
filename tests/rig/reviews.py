"""A small village whose access is reviewed, in a real database with a real log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SubjectId
from gateway.access_review import deciding
from gateway.access_review.book import ReviewBook
from gateway.access_review.campaign import Campaign, Choice, Held, Item, Kind, Opened, Plan, Scope
from gateway.access_review.reviewer import Reviewer
from gateway.audit.canonical import Recorded, parse
from gateway.audit.entry import Entry
from gateway.storage.access_review import Reviews, StoredReviews
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from gateway.storage.tables.audit import audit_entry
from idp.directory.same_person import no_others

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 8, 41, 7, tzinfo=UTC)
DEADLINE = NOW + timedelta(days=14)
HULIN, KVASICE = MunicipalityCode("588491"), MunicipalityCode("588644")
RECORDS, AUDIT = ApplicationId("records"), ApplicationId("audit")


def subject(number: int) -> SubjectId:
    return SubjectId(f"urad:0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c{number:04d}")


MARIE, JANA, PETR, ALES = (subject(number) for number in (1, 11, 12, 13))
NAMES = {
    MARIE: ("novakova", "Ing. Marie Nováková"),
    JANA: ("mala.jana", "Jana Malá"),
    PETR: ("dvorak.petr", "Petr Dvořák"),
    ALES: ("kriz.ales", "Bc. Aleš Kříž"),
}


def held(who: SubjectId, role: Role, *opens: Opened, **more) -> Held:
    login, name = NAMES[who]
    return Held(
        **{
            "kind": Kind.ROLE,
            "subject": who,
            "login": login,
            "name": name,
            "what": role.value,
            "opens": opens,
        }
        | more
    )


MAYORS = held(MARIE, Role.MAYOR, Opened(RECORDS, (Action.READ, Action.SIGN)))
CLERKS = held(
    JANA, Role.CLERK, Opened(RECORDS, (Action.READ, Action.WRITE)), last_use=NOW - timedelta(days=2)
)
OFFICERS = held(PETR, Role.SECURITY_OFFICER, Opened(AUDIT, (Action.READ, Action.ADMINISTER)))
EXCEPTED = held(ALES, Role.CLERK, kind=Kind.EXCEPTION, what="E" * 22, about="Ztratil telefon")
PROGRAM = Held(
    kind=Kind.TECHNICAL,
    subject=SubjectId("technical:ucto-export"),
    login="ucto-export",
    name="Export účetnictví",
    what=Role.ACCOUNTANT.value,
    about="GORDIC, 573 000 111",
)
ORDERED = held(
    ALES,
    Role.SUPPLIER,
    Opened(RECORDS, (Action.READ,)),
    kind=Kind.ORDER,
    what="O" * 22,
    about="Eva Malá",
    until=NOW + timedelta(days=3),
)
LENT = held(
    PETR,
    Role.MAYOR,
    kind=Kind.DELEGATION,
    what="D" * 22,
    about="Ing. Marie Nováková",
    lent=Role.SECURITY_OFFICER,
    until=NOW + timedelta(days=3),
)
VILLAGE = (MAYORS, CLERKS, OFFICERS, EXCEPTED, PROGRAM)

MAYOR = Reviewer(
    subject=MARIE,
    login="novakova",
    municipality=HULIN,
    own_municipality=HULIN,
    session="s-1",
    address="203.0.113.7",
    request_id="r-1",
    others=no_others,
)
ELSEWHERE = Reviewer(subject=PETR, login="dvorak.petr", municipality=KVASICE, others=no_others)
REGION = Reviewer(subject=SubjectId("cli:root"), login="cli:root", municipality=None, others=no_others)


@dataclass
class Village:
    database: Database

    @property
    def store(self) -> StoredReviews:
        return StoredReviews(self.database, append)

    def write(self, work: Callable[[ReviewBook], T]) -> T:
        return self.database.write_soon(lambda connection: work(Reviews(connection, append))).result()

    def read(self, query: Callable[[ReviewBook], T]) -> T:
        return self.database.read_now(lambda connection: query(Reviews(connection, append)))

    async def record(self, entries: Sequence[Entry]) -> None:
        await self.database.write(lambda connection: append(connection, entries))

    def begun(
        self,
        found: Sequence[Held] = VILLAGE,
        scope: Scope = Scope.ALL,
        application: str = "",
        *,
        by: Reviewer = MAYOR,
        where: MunicipalityCode = HULIN,
        deadline: datetime = DEADLINE,
        now: datetime = NOW,
    ) -> Campaign:
        return self.write(
            lambda book: deciding.begin(book, by, where, Plan(scope, deadline, application), found, now)
        )

    def decide(
        self,
        campaign: Campaign,
        about: Held,
        choice: Choice,
        comment: str = "",
        *,
        by: Reviewer = MAYOR,
        now: datetime = NOW,
    ) -> Item:
        number = self.item(campaign, about).number
        return self.write(lambda book: deciding.decide(book, by, campaign.id, number, choice, comment, now))

    def item(self, campaign: Campaign, about: Held) -> Item:
        return next(
            one for one in self.read(lambda book: book.items(campaign.id)) if one.held.key == about.key
        )

    def log(self) -> list[Recorded]:
        query = select(audit_entry.c.canonical).order_by(audit_entry.c.sequence)
        return self.database.read_now(
            lambda connection: [parse(one) for one in connection.execute(query).scalars()]
        )

    def said(self) -> list[Entry]:
        return [one.entry for one in self.log()]


def village(folder: Path) -> Village:
    path = folder / "brana.db"
    prepare(path)
    return Village(Database(path))
