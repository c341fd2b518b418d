"""The pages of connected applications over a real database; the policies let people do what their actions say."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from aiohttp import web

from config.settings import OidcClient, Title
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Role
from gateway.audit.entry import Entry
from gateway.authorize.act import Act
from gateway.clients.in_force import InForce
from gateway.clients.office import ClientOffice
from gateway.clients.own import Described
from gateway.clients.rules import Around
from gateway.incidents.by import By
from gateway.storage.own_clients import StoredClients
from gateway.web.app import make_app
from gateway.web.clients.acts import Acts
from gateway.web.clients.rooms import Rooms
from gateway.web.clients.site import Site
from gateway.web.desk import Refused
from gateway.web.identity import POLICIES
from policies.model import Permitted
from tests.gateway.web.people import HULIN, KROMERIZ, KVASICE, MUNICIPALITIES, NOW, OFFICER
from tests.gateway.web.sample import Office
from tests.rig.administered_devices import NOT_PERMITTED

HOST = "policies.brana.test"
OF_CENTRE = replace(
    OFFICER,
    audience=POLICIES,
    login="sprava",
    roles=(Role.CENTRE_ADMINISTRATOR,),
    actions=(Action.READ, Action.WRITE, Action.ADMINISTER),
    acr=AuthenticationLevel.TWO_FACTORS,
)
OF_HULIN = replace(
    OF_CENTRE,
    login="spravce.hulin",
    sid="s-administrator-000001",
    municipality=HULIN,
    roles=(Role.LOCAL_ADMINISTRATOR,),
    actions=(Action.READ, Action.WRITE),
)
OF_KVASICE = replace(OF_HULIN, login="spravce.kvasic", municipality=KVASICE)
READS = replace(OF_HULIN, login="starosta", roles=(Role.MAYOR,), actions=(Action.READ,))
LONG_AGO = replace(OF_CENTRE, auth_time=NOW - timedelta(minutes=30))
PERMITTED_TOO_MUCH = replace(OF_HULIN, actions=(Action.READ, Action.WRITE, Action.ADMINISTER))
LIBRARY = Described(
    title="Knihovní systém Hulín",
    municipality=HULIN,
    redirect_uris=("https://knihovna.hulin.example/callback",),
    post_logout_redirect_uris=("https://knihovna.hulin.example/",),
    authentication="client_secret_basic",
)
SOME_BY = By(subject="urad:1", login="sprava")


@dataclass
class ClientPlace:
    store: StoredClients
    recorded: list[Entry]
    looks: list[Entry] = field(default_factory=list)
    asked: list[Act] = field(default_factory=list)
    in_force: InForce = field(default_factory=InForce)

    async def _look(self, entries: Sequence[Entry]) -> None:
        self.looks += entries

    async def _record(self, entries: Sequence[Entry]) -> None:
        self.recorded += entries

    async def _took(self) -> None:
        self.in_force.take(await self.store.all(), bytes)

    @property
    def office(self) -> ClientOffice:
        around = Around({"brana-gateway", "gis"}, {"records"}, set(MUNICIPALITIES))
        return ClientOffice(self.store, lambda: around, self._took, self._record)

    def app(self) -> web.Application:
        async def may_act(caller, act: Act, _origin) -> Permitted:
            self.asked.append(act)
            if act.action not in caller.actions:
                raise Refused(NOT_PERMITTED)
            return Permitted(rule="policies-administer", version="1")

        desk = replace(Office().desk(), now=lambda: NOW)
        site = Site(
            desk=desk,
            office=self.office,
            may_act=may_act,
            applications={ApplicationId("records"): Title(cs="Spisová služba", en="Records")},
            municipalities=list(MUNICIPALITIES.items()),
            centre=KROMERIZ,
            configured=lambda: [OidcClient(id="gis", redirect_uris=["https://gis.example/cb"])],
            record=self._look,
            issuer="https://login.brana.test",
        )
        return make_app(desk, {HOST: [*Rooms(site).pages(), *Acts(site).pages()]}, {})
