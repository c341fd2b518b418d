"""The view decisions rest on, made from settings and policies."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from ipaddress import ip_address

import msgspec

from config.applications import BUILT_IN_APPLICATIONS
from config.district import District
from config.marks import mark_of
from config.named_networks import NamedNetworks
from config.problem import Problem
from config.settings import Application, Settings
from config.sources import DISK, Sources
from config.vocabulary import ApplicationId, Language, MunicipalityCode, RouteName
from gateway.asks.separation import Duties
from gateway.authorize.devices import NO_DEVICES, Devices
from gateway.authorize.snapshot import (
    Asks,
    NamedRoute,
    Offer,
    Policies,
    Snapshot,
    Suspended,
    nobody_asked,
    nobody_suspended,
)
from gateway.authorize.tunnel_office import TunnelOffice
from gateway.authorize.tunnel_pages import opened_at
from gateway.authorize.whereabouts import Whereabouts
from gateway.commands.keys_in_force import KeysInForce
from gateway.commands.own_applications import OWN, hosts_of_ours
from gateway.devices.known import Known
from gateway.policy_office.incident import Incident, closures
from gateway.policy_office.scope import ANY, Scope, municipality_of, scope_of
from gateway.tunnel_sessions.opened import Opened
from gateway.tunnels.line import Line
from idp.directory.same_person import OtherAccounts
from policies.evaluate import PolicyBook
from policies.load import CasesBroken, PoliciesUnusable, load
from policies.model import Route, Text
from policies.texts import MUNICIPALITIES, REGION, InHand, Texts

assert set(OWN) == BUILT_IN_APPLICATIONS
TITLES: dict[ApplicationId, Text] = {
    name: {language: one.named.in_language(language) for language in Language} for name, one in OWN.items()
}
HEADINGS: dict[ApplicationId, Text] = {
    name: {language: one.title.in_language(language) for language in Language} for name, one in OWN.items()
}
"""What lists call them, as the portal does."""
EPOCH_LENGTH = 12  # hexadecimal digits, 48 bits


def policy_book(
    settings: Settings,
    district: District,
    sources: Sources = DISK,
    *,
    any_application: bool = False,
    by_cases: bool = False,
) -> PolicyBook:
    """Raises PoliciesUnusable with every fault. `any_application`: and any network or route, also such as
    are in no settings; `by_cases`: what is new must do what the cases beside it say.
    """
    folders = settings.policies
    known = None if any_application else titles_of(settings)
    networks = None if any_application else [one.name for one in settings.networks]
    routes = None if any_application else routes_of(settings)
    return load(
        folders.region,
        folders.municipalities,
        district,
        known,
        sources,
        networks=networks,
        routes=routes,
        by_cases=by_cases,
        headings=HEADINGS,
    )


def shared_book(
    settings: Settings, district: District, texts: Texts, incidents: Iterable[Incident] = ()
) -> PolicyBook:
    """Of texts that are no files of ours, which may name applications and networks that are not here yet, or no
    more.

    Raises PoliciesUnusable.
    """
    return load(
        REGION,
        MUNICIPALITIES,
        district,
        titles_of(settings),
        InHand(texts),
        any_application=True,
        incidents=closures(incidents, frozenset(district)),
        headings=HEADINGS,
    )


def book_to_be(
    settings: Settings,
    district: District,
    texts: Texts,
    scope: Scope,
    *,
    known: bool = False,
    untried: Callable[[Iterable[Problem]], object] = list,
) -> PolicyBook:
    """Of texts of which the scope's are new; `ANY`: all. Raises PoliciesUnusable with every fault.

    What a municipality changes is tried by the cases there, as no other verdict can change; `known`: it was before.
    `untried`: as `load` has it.
    """

    def made(*, any_application: bool) -> PolicyBook:
        return load(
            REGION,
            MUNICIPALITIES,
            district,
            titles_of(settings),
            InHand(texts),
            any_application=any_application,
            networks=None if any_application else [one.name for one in settings.networks],
            routes=None if any_application else routes_of(settings),
            by_cases=not known and (municipality_of(scope) or True),
            untried=untried,
            headings=HEADINGS,
        )

    try:
        return made(any_application=False)
    except CasesBroken:  # whosever cases they are: what is new breaks them
        raise
    except PoliciesUnusable as refused:
        if scope == ANY or any(scope_of(one.file.as_posix()) == scope for one in refused.problems):
            raise
    return made(any_application=True)


def titles_of(settings: Settings) -> dict[ApplicationId, Text]:
    configured = {
        application.id: {language: application.title.in_language(language) for language in Language}
        for application in settings.applications
    }
    return TITLES | _through_tunnels(settings) | configured


def list_titles_of(settings: Settings) -> dict[ApplicationId, Text]:
    return titles_of(settings) | HEADINGS


def _through_tunnels(settings: Settings) -> dict[ApplicationId, Text]:
    """What tunnels alone lead to; called as the first of its targets."""
    targets = () if settings.tunnels is None else reversed(settings.tunnels.targets)
    return {
        one.application: {language: one.title.in_language(language) for language in Language}
        for one in targets
    }


def routes_of(settings: Settings) -> frozenset[RouteName]:
    """Names of routes of whatever application."""
    named = (route.name for application in settings.applications for route in application.routes)
    return frozenset(name for name in named if name is not None)


def speak_of_nothing(book: PolicyBook, settings: Settings) -> list[str]:
    """Policies in force about a route whose name no application has: what they forbid there is not forbidden any more.

    New ones are refused for it; these came into force before the settings lost the name.
    """
    known = routes_of(settings)
    return [
        f"{policy} speaks of the route {name!r}, and no application has one of that name: it decides nothing there"
        for name, those in sorted(book.routes.items())
        if name not in known
        for policy in sorted(those)
    ]


def offers(settings: Settings, district: District) -> Mapping[ApplicationId, Offer]:
    everywhere: frozenset[MunicipalityCode] = frozenset(district)
    built_in = {name: Offer(OWN[name].actions, everywhere) for name in hosts_of_ours(settings)}
    return built_in | {one.id: offer_of(one, everywhere) for one in settings.applications}


def offer_of(application: Application, everywhere: frozenset[MunicipalityCode]) -> Offer:
    return Offer(
        frozenset(
            route.action for route in application.routes if route.action is not None and route.name is None
        ),
        frozenset(application.municipalities) or everywhere,
        application.identity,
        application.grant_suffix,
        application.technical,
        mark_of(application),
        _named(application),
    )


def _named(application: Application) -> Mapping[RouteName, NamedRoute]:
    """By paths as Envoy compares them: without letter case, in whole segments."""
    begins = application.path.rstrip("/")
    found: dict[RouteName, NamedRoute] = {}
    for route in application.routes:
        if route.name is not None and route.action is not None:
            others = found[route.name].actions if route.name in found else frozenset()
            known = Route(id=route.name, path=(begins + route.path).lower().rstrip("/") or "/")
            found[route.name] = NamedRoute(known, others | {route.action})
    return found


def devices_of(
    known: Known,
    keys: KeysInForce,
    settings: Settings,
    tunnels: Callable[[], tuple[TunnelOffice, Line] | None],
) -> Devices:
    """As decisions go by them."""

    def tunnel(address: str, now: datetime) -> Opened | None:
        """Where it is not known what holds in the tunnel, nobody says whose an address in it is."""
        wired = tunnels()
        return (
            opened_at(ip_address(address), wired[0].whose, now)
            if wired is not None and wired[1].holds
            else None
        )

    fresh = settings.devices.fresh
    return Devices(known=known, authorities=lambda: keys.device_authorities, fresh=fresh, tunnel=tunnel)


def snapshot_of(
    settings: Settings,
    district: District,
    policies: Policies,
    others: OtherAccounts,
    asks: Asks = nobody_asked,
    whereabouts: Whereabouts | None = None,
    suspended: Suspended = nobody_suspended,
    devices: Devices = NO_DEVICES,
) -> Snapshot:
    """`epoch` is a digest of all that a grant's content rests on: other policies or applications, other epoch."""
    rests_on = [
        settings.applications,
        settings.grants,
        settings.sign_in,
        settings.facts.grace,
        settings.technical_accounts,
        settings.separation,
        settings.networks,
        settings.places,
        settings.countries,
        *([settings.devices.fresh] if settings.devices.enabled else ()),
    ]
    content = msgspec.json.encode([policies.version, *rests_on, list(district)], enc_hook=str)
    return Snapshot(
        policies=policies,
        applications=offers(settings, district),
        district=district,
        limits=settings.sign_in,
        grant_lifetime=settings.grants.lifetime,
        directory_grace=settings.facts.grace,
        networks=NamedNetworks(settings.networks),
        technical={one.id: one for one in settings.technical_accounts},
        asks=asks,
        suspended=suspended,
        devices=devices,
        whereabouts=whereabouts or Whereabouts(),
        duties=Duties.of(settings.separation, others),
        epoch=hashlib.sha256(content).hexdigest()[:EPOCH_LENGTH],
    )
