"""The pages about requests over the real office of requests and a real database, for one town."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from aiohttp import web

from config.settings import Title
from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, SessionId, SubjectId
from gateway.access_review.campaign import Opened
from gateway.asks.ask import Ask, AskId, Kind
from gateway.asks.refused import Spoken
from gateway.asks.store import Sought
from gateway.authorize.closed_now import ClosedNow
from gateway.authorize.held_already import Held
from gateway.authorize.opened_by import OpenedBy
from gateway.grants.claims import Assertion
from gateway.waiting import NOTHING, Waiting
from gateway.web.app import make_app
from gateway.web.desk import Desk
from gateway.web.identity import REQUESTS
from gateway.web.requests.rooms import Requests as Room
from gateway.web.requests.store import Askable
from idp.directory.person import Person
from tests.gateway.asks import town
from tests.gateway.asks.office_of_requests import Requests
from tests.gateway.web.people import MAYOR, NOW, assertion_header
from tests.gateway.web.sample import Office

TITLES = {
    town.RECORDS: Title(cs="Spisová služba", en="Records service"),
    town.BUDGET: Title(cs="Rozpočet", en="Budget"),
    town.MAP: Title(cs="Mapy", en="Maps"),
}
LOG = "https://admin.brana.test"
HOST = {"Host": "requests.brana.test", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}
PEOPLE = (town.JANA, town.PETR, town.EVA, town.PAVEL, town.IVO, town.MARTIN)


class MemoryTown:
    """Implements `gateway.web.requests.store.Town`. `kept_out`: what refuses everybody where they are; `shut`: what
    an incident closes. The policies that say so are tried elsewhere.
    """

    kept_out: Spoken | None = None
    by_hours: Collection[ApplicationId] = ()
    """To which access that runs is closed at the moment."""
    opening = OpenedBy(Action.READ, True, dict.fromkeys(Language, "Na žádost"), "requested")
    shut: Mapping[ApplicationId, ClosedNow] = MappingProxyType({})

    def askable(self, municipality: MunicipalityCode) -> Sequence[Askable]:
        here = municipality == town.HULIN
        return [Askable(name, TITLES[name], town.OFFERED[name]) for name in TITLES] if here else []

    def title(self, application: ApplicationId) -> Title | None:
        return TITLES.get(application)

    async def gains(self, delegation: Ask) -> Sequence[Opened]:
        return [Opened(town.RECORDS, (Action.SIGN,))] if delegation.holder.subject == town.IVO.subject else []

    reads = True

    def held_already(self, who: Person, *what: object) -> Sequence[Held]:
        """The mayor signs in the records as it is, and everybody reads, where `reads` is not taken away; the policies
        that say so are tried elsewhere.
        """
        application, actions = what[0], what[1]
        signs = who.subject == town.PETR.subject and application == town.RECORDS
        held = {Action.READ: ("records-view", self.reads), Action.SIGN: ("mayors-sign", signs)}
        return [Held(one, rule) for one, (rule, theirs) in held.items() if theirs and one in actions]

    async def opened_by(self, ask: Ask, _holder: Person) -> Sequence[OpenedBy]:
        return [replace(self.opening, action=one) for one in sorted(ask.actions)]

    async def closed_now(self, asks: Sequence[Ask]) -> Mapping[AskId, ClosedNow]:
        return {one.id: self.shut[one.application] for one in asks if one.application in self.shut}

    async def idle(self, asks: Sequence[Ask]) -> set[AskId]:
        vain = {one.id for one in asks if one.kind is Kind.DELEGATION and not await self.gains(one)}
        return vain | {one.id for one in asks if one.runs(NOW) and one.application in self.by_hours}

    async def kept_out_now(self, *_: object) -> Spoken | None:
        return self.kept_out

    async def named(self, login: str) -> Sequence[Person]:
        return [one for one in PEOPLE if one.login == login]

    async def person(self, subject: SubjectId) -> Person | None:
        return next((one for one in PEOPLE if one.subject == subject), None)


@dataclass
class RequestsSite:
    kept: Requests
    desk: Desk
    waiting: Waiting = NOTHING
    town: MemoryTown = field(default_factory=MemoryTown)

    @property
    def app(self) -> web.Application:
        room = Room(self.desk, self.kept.office, self.town, LOG, self.waits_for)
        return make_app(self.desk, {"requests.brana.test": room.pages()}, {})

    async def waits_for(self, *_: object) -> Waiting:
        return self.waiting


def requests_site(folder: Path, origin_port: str = "") -> RequestsSite:
    return RequestsSite(Requests(folder / "brana.db"), Office(origin_port).desk())


def signed_in(who: Person) -> Assertion:
    """As the gate would say."""
    return replace(
        MAYOR,
        audience=REQUESTS,
        subject=who.subject,
        name=who.name,
        login=who.login,
        sid=SessionId(f"{who.login:s<22}"),
        municipality=who.roles[0].municipality,
        roles=tuple(held.role for held in who.roles),
        issued_at=NOW,
    )


async def get(client, who, path, status=200, **headers):
    sent = HOST | assertion_header(signed_in(who)) | headers
    async with client.get(path, headers=sent, allow_redirects=False) as answer:
        assert answer.status == status, await answer.text()
        return await answer.text()


async def post(client, who, path, form, status=303, **headers):
    """Where it leads to, or the page."""
    origin = {"Origin": "https://requests.brana.test"}
    sent = HOST | origin | assertion_header(signed_in(who)) | headers
    async with client.post(path, data=form, headers=sent, allow_redirects=False) as answer:
        assert answer.status == status, await answer.text()
        return answer.headers.get("Location", "") or await answer.text()


async def only(site):
    (found,) = await site.kept.office.find(Sought())
    return found
