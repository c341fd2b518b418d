"""Which application answers on which socket of the control plane."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from config.fleet import Service
from config.places import Places
from config.settings import Directory, Metrics, Settings
from gateway.audit.recomputation import Recomputation
from gateway.authorize.ext_authz import Authorizer, WaysIn
from gateway.authorize.relying_parties import Admission
from gateway.authorize.travel import TravelAlarm
from gateway.commands import technical_accounts
from gateway.commands.asking_office import (
    PlaneTown,
    ask_office,
    asks_shown,
    ends_as_party,
    where_to_ask,
)
from gateway.commands.behind_envoy import BEHIND_ENVOY
from gateway.commands.challenging import challenging
from gateway.commands.control_plane import ControlPlane
from gateway.commands.enrolled_devices import agents
from gateway.commands.exchangeable import Exchangeable
from gateway.commands.fleet_services import alive, asked_alive, door, services_for_nodes
from gateway.commands.forms_kept import keeping_forms
from gateway.commands.own_applications import PORTAL_ITSELF
from gateway.commands.own_device_pages import own_device_pages
from gateway.commands.portal_closed import closed_cards
from gateway.commands.pushed_people import scim
from gateway.commands.relying_parties import relying_parties
from gateway.commands.saml import service_providers
from gateway.commands.sign_outs import frames_of
from gateway.commands.signed_in_elsewhere import signed_in_elsewhere
from gateway.commands.state import now
from gateway.commands.travel_told import tell_of_travel
from gateway.commands.tunnelling import tunnel_pages
from gateway.commands.upstreams import upstreams_of
from gateway.commands.waiting import waits_for
from gateway.control import Reload, Sync, TryOut, control_app
from gateway.envoy.plain import ACME
from gateway.fleet.door import Door
from gateway.metrics import SOCKET, metrics_app
from gateway.sessions.own import OwnSessions
from gateway.storage.database import DatabaseUnusable
from gateway.storage.recovery_rows import fingerprint_of
from gateway.storage.secret_hash import TooBusy
from gateway.streams.words import CONTROL_PLANE_ANSWERS
from gateway.web.app import make_app
from gateway.web.assertion_keys import keys_path
from gateway.web.decision_pages import DecisionPages
from gateway.web.desk import Page
from gateway.web.entrance import Entrance
from gateway.web.kept_form import KeptForms
from gateway.web.late_room import LatePages
from gateway.web.portal.lent import Lent
from gateway.web.portal.rooms import Portal
from gateway.web.staying import Staying
from idp.directory.errors import DirectoryUnusable
from idp.http import app as idp_app
from idp.http.page import Assets, Office
from idp.http.page import Pages as SignInPages
from idp.http.provider import Provider
from idp.http.recovery import Recovery
from idp.oidc.client import gateway_client

log = structlog.get_logger("sockets")
CLOSING = 2.0  # seconds for requests under way when we stop


def web_app(plane: ControlPlane, officers: LatePages) -> web.Application:
    """Portal, officers' pages and `/.brana/` of every host."""
    domain = plane.settings.public.domain
    own = OwnSessions(
        plane.office,
        lambda session, address, moment: [
            name for name in plane.openable(session, address, moment) if name != PORTAL_ITSELF
        ],
        plane.card,
        plane.state.district,
    )
    entrance = Entrance(
        plane.desk,
        plane.sign_in,
        plane.state.sessions.by_handle,
        plane.office.end_own,
        plane.state.record,
        plane.settings.sign_in,
        elsewhere=partial(signed_in_elsewhere, plane),
        frames=frames_of(plane),
    )
    staying = Staying(
        plane.desk, plane.settings.sign_in, plane.state.sessions.by_handle, plane.state.sessions.record
    )
    rooms: dict[str, Iterable[Page]] = {
        f"portal.{domain}": [
            *Portal(
                plane.desk,
                own,
                plane.snapshot.duties,
                waits_for(plane),
                asks_shown(plane),
                closed_cards(plane),
            ).pages(),
            *Lent(plane.desk, asks_shown(plane), partial(ends_as_party, plane)).pages(),
            *own_device_pages(plane),
            *tunnel_pages(plane),
        ]
    }
    forms = KeptForms(
        plane.desk, plane.settings.sign_in, plane.state.sessions.by_handle, plane.state.seal.open
    )
    paths = {**entrance.paths(), **staying.paths(), **forms.paths(), **keys_path(plane.keys.assertion_keys)}
    late: dict[str, LatePages] = {
        f"policies.{domain}": partial(_policy_rooms, plane),
        f"admin.{domain}": officers,
        f"requests.{domain}": partial(_request_rooms, plane),
        f"{plane.settings.devices.host}.{domain}": partial(_device_rooms, plane),
    }
    return make_app(plane.desk, rooms, paths, late)


def officer_rooms(plane: ControlPlane, recomputation: Recomputation) -> Iterable[Page]:
    """On the host `admin.`."""
    from gateway.commands.officer_pages import officer_pages  # noqa: PLC0415 - MiB that few people open

    return officer_pages(plane, recomputation)


def _request_rooms(plane: ControlPlane) -> Iterable[Page]:
    from gateway.web.requests.rooms import Requests  # noqa: PLC0415

    return Requests(
        plane.desk, ask_office(plane), PlaneTown(plane), plane.addresses.admin, waits_for(plane)
    ).pages()


def _device_rooms(plane: ControlPlane) -> Iterable[Page]:
    from gateway.commands.device_pages import device_pages  # noqa: PLC0415

    return device_pages(plane)


def _policy_rooms(plane: ControlPlane) -> Iterable[Page]:
    from gateway.commands.client_pages import client_pages  # noqa: PLC0415
    from gateway.commands.policy_pages import policy_pages  # noqa: PLC0415 - 2 MiB that few installations use daily
    from gateway.commands.review_pages import review_pages  # noqa: PLC0415

    return [*policy_pages(plane), *review_pages(plane), *client_pages(plane)]


def provider_app(plane: ControlPlane) -> web.Application:
    """The built-in OpenID Provider."""
    settings, state, addresses = plane.settings, plane.state, plane.addresses
    gateway = gateway_client(addresses.redirect_uris(), [f"{addresses.portal}/"])
    return idp_app.make_app(
        Provider(
            issuer=addresses.issuer,
            mutual=addresses.mutual,
            start=addresses.portal,
            office=settings.office.name,
            office_words=_known_to_all(settings),
            sign_in=settings.sign_in,
            refresh=settings.facts.refresh,
            grace=settings.facts.grace,
            clients=relying_parties(plane, {gateway.id: gateway}),
            secret_used=plane.own_clients.note,
            keys=plane.keys.provider,
            store=state.identities,
            authenticate=plane.known.authenticate,
            reread=plane.known.person,
            kept=plane.kept,
            change_password=plane.directory.change_password,
            lockout=lambda: plane.lockout,
            programs=technical_accounts.programs(settings),
            upstreams=upstreams_of(settings.upstream_providers, state.district),
            issue_token=technical_accounts.issuer(plane),
            may_use=admission(plane),
            realms=plane.directory.realms,
            realm=_example_realm(settings.directories),
            saml=service_providers(plane),
            some_silent=lambda: plane.directory.some_silent,
            directory_errors=(DirectoryUnusable,),
            store_errors=(DatabaseUnusable,),
            pages=SignInPages(
                [],
                [],
                Office(settings.office.name, settings.office.support),
                domain=settings.public.domain,
                assets=Assets([]),
                default_language=settings.language,
                places=Places(settings.places),
                account=addresses.account,
            ),
            clock=now,
            municipality_name=state.district.name,
            district=state.district,
            on_ended=lambda sids: plane.office.end_with_provider(sids, now()),
        ),
        _last_resort(plane),
    )


def admission(plane: ControlPlane) -> Admission:
    """Who may use the application of a relying party."""
    return Admission(
        snapshot=lambda: plane.snapshot,
        acting=plane.state.sessions.by_provider_sid,
        record=plane.state.record,
        settled=plane.settled.wait,
        host=plane.addresses.issuer.removeprefix("https://"),
        support=plane.settings.office.support,
    )


def _known_to_all(settings: Settings) -> tuple[str, ...]:
    titles = [text for one in settings.applications for text in (one.title.cs, one.title.en, one.id)]
    return (settings.public.domain, *titles)


def _last_resort(plane: ControlPlane) -> Recovery | None:
    """None without a municipality for its role."""
    if plane.known.recovery is None:
        return None
    seal = plane.state.seal
    return Recovery(
        matches=plane.secret_hashes.matches,
        fingerprint=lambda secret: fingerprint_of(secret, seal),
        busy=(TooBusy,),
        alarm=plane.recovery_alarm.hear,
    )


def _example_realm(directories: Sequence[Directory]) -> str:
    realms = [realm for one in directories for realm in one.realms]
    return realms[0] if len(directories) > 1 and realms else ""


def authorizer(plane: ControlPlane) -> Authorizer:
    pages = DecisionPages(plane.desk, partial(where_to_ask, plane))
    made = Authorizer(
        snapshot=lambda: plane.snapshot,
        sessions=plane.state.sessions,
        sign=plane.keys.sign,
        ways_in=WaysIn(plane.begin_sign_in, keeping_forms(plane.state.seal)),
        pages=pages,
        clock=now,
        measured=plane.metrics.verdict,
        language=plane.settings.language,
        technical=technical_accounts.door(plane, pages),
    )
    made.travel = TravelAlarm(partial(tell_of_travel, plane))
    return made


class Pages:
    """What our sockets answer by what the plane has taken; `officers`: makes the officers' pages of it."""

    def __init__(self, plane: ControlPlane, officers: LatePages) -> None:
        self._plane, self._officers = plane, officers
        self.provider, self.web = (Exchangeable(**BEHIND_ENVOY) for _ in range(2))
        self._authorizer = authorizer(plane)

    async def exchange(self) -> None:
        """At the start, and whenever the plane has taken other settings."""
        self._authorizer = authorizer(self._plane)
        provider, pages = provider_app(self._plane), web_app(self._plane, self._officers)
        await self.provider.take(_asked_alive_first(self._plane, provider))
        if self._plane.settings.devices.enabled:
            pages.middlewares.insert(0, agents(self._plane).first())
        if (pushed := scim(self._plane)) is not None:
            pages.middlewares.insert(0, pushed.first())
        await self.web.take(_asked_alive_first(self._plane, pages))

    async def decide(self, asked: web.BaseRequest) -> web.StreamResponse:
        """Never by one configuration about a route of another."""
        if (said := asked_alive(asked, _works(self._plane))) is not None:
            return said
        await self._plane.settled.wait()
        return await self._authorizer.handle(asked)


@contextlib.asynccontextmanager
async def serving(
    plane: ControlPlane,
    pages: Pages,
    look_again: Callable[[], Awaitable[bool]],
    sync: Sync,
    reload: Reload,
    try_out: TryOut,
) -> AsyncIterator[Door | None]:
    """All sockets answer while the block runs; in a fleet also the port for other nodes, which is given."""
    run, fleet, board = plane.state.run, plane.settings.fleet, plane.board
    async with contextlib.AsyncExitStack() as stack:
        watch = await stack.enter_async_context(plane.streams.serving(run / CONTROL_PLANE_ANSWERS))
        await pages.exchange()
        runners = {
            Service.AUTHORIZE: _runner_of(web.Server(pages.decide, **BEHIND_ENVOY)),
            Service.IDP: _runner_of(pages.provider.server),
            Service.WEB: _runner_of(pages.web.server),
        }
        for service, runner in runners.items():
            await _listen(stack, runner, run / f"{service}.sock")
        await _listen(stack, _runner(control_app(look_again, sync, reload, try_out)), run / "control.sock")
        observed = _runner(metrics_app(plane.metrics, plane.ready))
        if fleet is None or board is None:
            await stack.enter_async_context(plane.discovery.serving(run / "discovery.sock"))
            await stack.enter_async_context(challenging(plane.settings.public.acme, run / f"{ACME}.sock"))
            await _listen(stack, observed, plane.settings.metrics)
            yield None
            return
        # On a whole node the process beside Envoy answers for all of it.
        await _listen(stack, observed, run / SOCKET if fleet.lets_in else plane.settings.metrics)
        nodes = _runner(_asked_alive_first(plane, services_for_nodes(plane, fleet, board)))
        await _listen(stack, nodes, run / "node.sock")
        answering = {service: _server(one) for service, one in (runners | {Service.NODE: nodes}).items()}
        yield await stack.enter_async_context(door(plane, fleet, {**answering, Service.WATCH: watch}))


def _asked_alive_first(plane: ControlPlane, app: web.Application) -> web.Application:
    """Every service says whether it works, before it is asked for anything."""
    app.middlewares.insert(0, alive(_works(plane)))
    return app


def _works(plane: ControlPlane) -> Callable[[], bool]:
    """Alone, that it answers is enough: its own pages say better than Envoy's what is missing."""
    return plane.fit if plane.board is not None else lambda: True


def _runner(app: web.Application) -> web.AppRunner:
    return web.AppRunner(app, shutdown_timeout=CLOSING, **BEHIND_ENVOY)


def _runner_of(server: web.Server) -> web.BaseRunner:
    return web.ServerRunner(server, shutdown_timeout=CLOSING)


def _server(runner: web.BaseRunner) -> web.Server:
    assert runner.server is not None
    return runner.server


async def _listen(stack: contextlib.AsyncExitStack, runner: web.BaseRunner, where: Path | Metrics) -> None:
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    if isinstance(where, Metrics):
        await web.TCPSite(runner, where.address, where.port).start()
        return
    where.unlink(missing_ok=True)
    await web.UnixSite(runner, str(where)).start()
    where.chmod(0o600)
