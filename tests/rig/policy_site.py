"""The pages about policies over a real policy office with a real database, of a district of two municipalities."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.named_networks import NamedNetworks
from config.settings import Network, Separation, SignIn, Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode, NetworkName, Role, SubjectId
from gateway.access_review.blocks import Block
from gateway.asks.ask import Ask, Party
from gateway.asks.separation import Duties
from gateway.audit.entry import Entry
from gateway.authorize.act import Act
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.grants.claims import Assertion as Claims
from gateway.policy_office.incident import Incident, closures
from gateway.storage.audit import append
from gateway.waiting import NOTHING, Waiting
from gateway.web.desk import Desk, Page, Refused
from gateway.web.identity import POLICIES, Assertion
from gateway.web.policies.adapting import Adapting
from gateway.web.policies.editor import Editor
from gateway.web.policies.impact import Impact
from gateway.web.policies.namesakes import told_apart
from gateway.web.policies.overview import Overview
from gateway.web.policies.proposals import Proposals
from gateway.web.policies.site import Site
from gateway.web.policies.switch import Switch
from gateway.web.policies.taking_back import TakingBack
from gateway.web.policies.versions import Versions
from gateway.web.policies.who_may import WhoMay
from gateway.web.policies.whom_it_hits import Hit
from gateway.web.policies.why import Why
from gateway.web.refusal import ShownRefusal, both
from gateway.web.simulating import Asked, Standing
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.same_person import no_others
from idp.events import Origin
from policies.evaluate import PolicyBook
from policies.incidents import Closure
from policies.load import load
from policies.model import Permitted
from policies.texts import MUNICIPALITIES, REGION, InHand, Texts
from tests.gateway.web.people import MAYOR
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_office import APPLICATIONS, DISTRICT, World

NOT_YOURS = ShownRefusal(
    reason="role_not_sufficient",
    title=both(cs="K tomu vaše role nestačí", en="Your role does not suffice for this"),
    advice=both(cs="Požádejte starostu.", en="Ask the mayor."),
)
OWN = ShownRefusal(
    reason="own_policy_change",
    title=both(cs="Vlastní návrh pravidel nelze schválit", en="You may not approve your own change"),
    advice=both(cs="Požádejte někoho jiného.", en="Ask somebody else."),
)
WHOLE = {name: Offer(frozenset(Action), frozenset(DISTRICT)) for name in APPLICATIONS}
"""Every application with a route for every action, for every municipality."""
TITLES = {name: Title(cs=name, en=name) for name in APPLICATIONS}


def somebody(number: int, name: str, login: str, *actions: Action, where: str = HULIN) -> Claims:
    return replace(
        MAYOR,
        audience=POLICIES,
        subject=SubjectId(f"urad:0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c01{number:02}"),
        name=name,
        login=login,
        municipality=where,
        actions=(Action.READ, *actions),
    )


AUTHOR = somebody(1, "Jan Správce", "spravce.jan", Action.WRITE)
APPROVER = somebody(2, "Marie Starostová", "starostova.marie", Action.SIGN)
BOTH = somebody(3, "Eva Tajemnice", "tajemnice.eva", Action.WRITE, Action.SIGN)
LOOKER = somebody(4, "Petr Auditor", "auditor.petr")
CENTRE = somebody(
    5, "Ivo Centrum", "centrum.ivo", Action.WRITE, Action.SIGN, Action.ADMINISTER, where=KROMERIZ
)
NAMESAKE = somebody(7, AUTHOR.name, "spravce.jan2", Action.SIGN)
STRANGER = somebody(6, "Ota Cizí", "cizi.ota", Action.WRITE, Action.SIGN, where=KROMERIZ)


def _held(name: str, login: str, where: MunicipalityCode) -> Person:
    return Person(
        subject=SubjectId(f"urad:{login}"), login=login, name=name, mail="",
        state=AccountState.ACTIVE, roles=(RoleHeld(where, Role.CLERK),),
    )  # fmt: skip


PEOPLE = (_held("Jana Zdejší", "zdejsi.jana", HULIN), _held("Ota Jinde", "jinde.ota", KROMERIZ))


HITS = Hit(3, 41, ("Petr Dvořák",), 1, {(Role.SUPPLIER,): 3}, {ApplicationId("map"): 3})


@dataclass
class PolicySite:
    """Implements `gateway.web.policies.site.Books` and `gateway.web.simulating.Simulations`."""

    world: World
    hits: Hit = HITS
    asked: list[Act] = field(default_factory=list)
    gates_late: bool = False
    simulated: Standing = None
    """How a simulation stands, whichever is asked for."""
    begun: list[tuple[Asked, str]] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    """In force, of whoever is asked about."""
    separation: list[Separation] = field(default_factory=list)
    people: tuple[Person, ...] = PEOPLE
    removed: tuple[Block, ...] = ()
    waiting: Waiting = NOTHING
    files_are_approved: bool = True
    networks: tuple[NetworkName, ...] = (NetworkName("office"),)
    offers: dict[ApplicationId, Offer] = field(default_factory=dict)

    def in_force(self) -> PolicyBook:
        return self.made_of(self.world.in_force().texts, self.world.closed())

    def made_of(self, texts: Texts, closed: Sequence[Incident]) -> PolicyBook:
        those = closures(closed, frozenset(DISTRICT))
        return load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, InHand(texts), incidents=those)

    def snapshot(self) -> Snapshot:
        return Snapshot(
            policies=self.in_force(),
            applications=self.offers,
            district=DISTRICT,
            limits=SignIn(),
            grant_lifetime=timedelta(minutes=5),
            directory_grace=timedelta(minutes=15),
            asks=lambda _: self.asks,
            networks=NamedNetworks([Network(name=NetworkName("office"), networks=["192.0.2.0/24"])]),
            duties=Duties.of(self.separation, no_others),
            epoch="1",
        )

    def standing(self, asked: Asked) -> Standing:
        return self.simulated

    async def begin(self, asked: Asked, by: str) -> Standing:
        self.begun.append((asked, by))
        return self.simulated

    async def cancel(self, asked: Asked) -> None:
        self.simulated = None

    def site(self, desk: Desk) -> Site:
        world = self.world
        return Site(
            desk=desk,
            office=world.office,
            activation=world.activation,
            incidents=world.incidents,
            may_act=self._may,
            books=self,
            applications=TITLES,
            networks=self.networks,
            offers=lambda: WHOLE | self.offers,
            centre=KROMERIZ,
            gates_have_it=self._gates_have_it,
            names_of=self._names,
            files_are_approved=self.files_are_approved,
            waits_for=self._waits_for,
        )

    def pages(self, desk: Desk) -> Sequence[Page]:
        site = self.site(desk)
        return [
            *Overview(site).pages(),
            *Editor(site).pages(),
            *Proposals(site).pages(),
            *Adapting(site).pages(),
            *TakingBack(site).pages(),
            *Impact(site, self, self._record).pages(),
            *Versions(site).pages(),
            *WhoMay(site, self._record).pages(),
            *Why(site, self._named, self._record, self.snapshot, self._removed, self._suggested).pages(),
            *Switch(site, self._hits, {code: one.name for code, one in DISTRICT.items()}).pages(),
        ]

    async def _may(self, caller: Assertion, act: Act, origin: Origin) -> Permitted:
        """The policies as the assertion tells of them, with the rule about one's own."""
        self.asked.append(act)
        if act.action is Action.SIGN and act.author == caller.subject:
            raise Refused(OWN)
        if act.action not in caller.actions:
            raise Refused(NOT_YOURS)
        return Permitted(rule="policies", version="1")

    async def _named(self, login: str) -> Sequence[Person]:
        return [one for one in self.people if one.login == login]

    async def _suggested(self, municipality: MunicipalityCode) -> Sequence[Party]:
        here = [one for one in self.people if municipality in {held.municipality for held in one.roles}]
        return [Party(one.subject, one.login, one.name) for one in here]

    async def _removed(self) -> Sequence[Block]:
        return self.removed

    async def _record(self, entries: Sequence[Entry]) -> None:
        await self.world.database.write(lambda connection: append(connection, entries))

    async def _names(self, subjects: Collection[str]) -> Mapping[str, str]:
        people = (AUTHOR, APPROVER, BOTH, CENTRE, NAMESAKE)
        return told_apart((one.subject, one.name, one.login) for one in people if one.subject in subjects)

    async def _waits_for(self, *_: object) -> Waiting:
        return self.waiting

    async def _gates_have_it(self) -> bool:
        return not self.gates_late

    async def _hits(self, closure: Closure, now: datetime) -> Hit:
        return self.hits
