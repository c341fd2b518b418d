"""What a named person would get: Envoy says which route it is, the one decision says the rest; nobody gets anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.asked_word import parts_of
from config.identity import names_of
from config.settings import PLACEHOLDER, Application
from config.vocabulary import PUBLIC, Action, ApplicationId, AuthenticationLevel, MunicipalityCode, SessionId
from gateway.asking import Finding, TriedOut
from gateway.audit import acts
from gateway.authorize.check import check
from gateway.authorize.contact import with_contact
from gateway.authorize.request import ACTIVE, AccessRequest
from gateway.authorize.verdict import Granted, Refused, SignInNeeded
from gateway.commands.control_plane import ControlPlane
from gateway.commands.own_applications import hosts_of_ours
from gateway.commands.person import answering_to, the_one
from gateway.commands.preflight import CannotStart
from gateway.commands.state import now
from gateway.envoy.tell_route import RouteTaken, RouteUnknown, route_of
from gateway.envoy.tried import SOCKET
from gateway.grants.claims import Grant
from gateway.sessions.session import Session
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import AccountState, Person
from idp.events import Factor
from idp.login.level import PASSWORD, WITH

ACR = "urn:brana:acr:"
NOT_SHOWN = "(the account of the configuration)"
FACTORS = {
    AuthenticationLevel.PASSWORD: tuple(PASSWORD),
    AuthenticationLevel.TWO_FACTORS: tuple(WITH[Factor.ONE_TIME_CODE]),
    AuthenticationLevel.PHISHING_RESISTANT: tuple(WITH[Factor.KEY]),
}


async def tried_out(plane: ControlPlane, by: str, about: TriedOut) -> Finding:
    """Recorded before it is told: who asked, about whom, what came of it. Of the person no access is recorded."""
    moment = now()
    try:
        person = await _person(plane, about.person)
        host, path, route = await route_in_force(plane, about, person)
    except (CannotStart, DirectoryUnusable, RouteUnknown) as trouble:
        await _record(plane, by, about, moment, Finding(trouble="trouble"))
        return Finding(trouble=str(trouble))
    found = _found(plane, about, person, route, moment, f"https://{plane.addresses.authority(host)}{path}")
    await _record(plane, by, about, moment, found)
    return found


async def route_in_force(plane: ControlPlane, about: TriedOut, person: Person) -> tuple[str, str, RouteTaken]:
    """Host, path, and the route of the configuration that decides. Raises CannotStart, RouteUnknown."""
    socket = plane.state.run / f"{SOCKET}.sock"
    while True:
        await plane.settled.wait()
        rests_on = plane.snapshot
        host, path = _host(plane, about, person), about.path or _start(plane, about.application)
        route = await route_of(socket, about.method, host, path, websocket=about.websocket)
        if plane.settled.is_set() and plane.snapshot is rests_on:
            return host, path, route


async def _record(plane: ControlPlane, by: str, about: TriedOut, moment: datetime, found: Finding) -> None:
    entry = acts.decision_tried(
        moment,
        by,
        of=found.login or about.person,
        application=found.application or about.application,
        municipality=found.municipality,
        action=found.action,
        route=found.named,
        verdict=found.reason or found.verdict or found.trouble,
    )
    await plane.state.record([entry])


async def _person(plane: ControlPlane, login: str) -> Person:
    """Raises CannotStart, DirectoryUnusable."""
    found = {one.subject: one for one in await answering_to(plane.directory, login)}
    person = the_one(list((await plane.known.as_they_count(found)).values()), login)
    if person.state is not AccountState.ACTIVE:
        raise CannotStart(
            f"{person.login} cannot sign in: the account is {person.state}", "mend that in the directory"
        )
    return person


def _host(plane: ControlPlane, about: TriedOut, person: Person) -> str:
    """Raises CannotStart."""
    if about.host:
        return about.host
    domain = plane.settings.public.domain
    ours = {name: f"{label}.{domain}" for name, label in hosts_of_ours(plane.settings).items()}
    if (name := ApplicationId(about.application)) in ours:
        return ours[name]
    application = _application(plane, about.application)
    if application is None:
        known = [*ours, *(one.id for one in plane.settings.applications)]
        raise CannotStart(
            f"no application {about.application} is in force",
            f"there are: {', '.join(known)}; what was just added takes `brana reload`",
        )
    where = about.municipality or min((held.municipality for held in person.roles), default="")
    if PLACEHOLDER in application.host and not where:
        raise CannotStart(f"{person.login} has no role anywhere", "name a host with --host")
    return application.host.replace(PLACEHOLDER, where)


def _application(plane: ControlPlane, name: str) -> Application | None:
    return next((one for one in plane.settings.applications if one.id == name), None)


def _start(plane: ControlPlane, name: str) -> str:
    application = _application(plane, name)
    return "/" if application is None else f"{application.path.rstrip('/')}/"


def _found(
    plane: ControlPlane, about: TriedOut, person: Person, route: RouteTaken, moment: datetime, url: str
) -> Finding:
    session = _session(about, person, moment)
    known: dict[str, Any] = {
        "url": url,
        "route": route.name,
        "login": person.login,
        "acts_for": session.municipality or "",
        "roles": [f"{where}:{role}" for where, role in session.roles],
        "level": about.level,
    }
    if not route.name:
        ours = route.status == 200
        return Finding(verdict="ours" if ours else "answered", status=route.status, **known)
    application, municipality, asked = route.name.split(" ")
    word, named = parts_of(asked)
    known |= {"application": application, "action": word, "named": named or ""}
    if word == PUBLIC:
        return Finding(verdict=PUBLIC, status=200, **known)
    request = AccessRequest(
        application=ApplicationId(application),
        municipality=None if municipality == ACTIVE else MunicipalityCode(municipality),
        action=Action(word),
        route=named,
        method=about.method,
        host="",
        target="",
        address=about.address,
        request_id="",
        user_agent="",
        page_load=True,
        cookies={},
        language=plane.settings.language,
    )
    verdict = check(request, session, plane.snapshot, moment, grant_id="")
    match verdict:
        case Granted(grant, rule):
            about_it = grant.assertion
            return Finding(
                verdict="granted",
                status=200,
                rule=rule,
                policy_version=grant.policy_version,
                municipality=about_it.municipality,
                **known,
                **_told(plane, application, grant),
            )
        case Refused():
            return Finding(
                verdict="refused",
                status=403,
                **known,
                **_why(plane, verdict),
            )
        case SignInNeeded(reason):
            return Finding(verdict="sign_in_needed", status=401, reason=reason, **known)


def _why(plane: ControlPlane, refused: Refused) -> dict[str, Any]:
    language = plane.settings.language
    return {
        "reason": refused.reason,
        "rule": refused.rule,
        "policy_version": refused.policy_version,
        "municipality": refused.municipality or "",
        "title": refused.title.get(language, ""),
        "advice": with_contact(refused.advice.get(language, ""), language, plane.settings.office.support),
    }


def _told(plane: ControlPlane, name: str, grant: Grant) -> dict[str, Any]:
    """What the application would see of it."""
    application = _application(plane, name)
    way = "assertion" if application is None else application.identity.way
    if application is not None and application.identity.headers is not None:
        named: Mapping[str, str] = names_of(application.identity.headers)
        return {"headers": {named[fact]: text for fact, text in grant.person.items() if fact in named}}
    if way == "basic":
        return {"headers": {"authorization": NOT_SHOWN}}
    return {"assertion": grant.assertion.claims(plane.addresses.portal)} if way == "assertion" else {}


def _session(about: TriedOut, person: Person, moment: datetime) -> Session:
    """As a sign-in of this moment would open it."""
    roles = tuple((held.municipality, held.role) for held in person.roles)
    level = AuthenticationLevel(ACR + about.level)
    own = about.municipality or min((where for where, _ in roles), default=None)
    return Session(
        id=SessionId("tried"),
        subject=person.subject,
        login=person.login,
        name=person.name,
        provider_sid="tried",
        roles=roles,
        municipality=None if own is None else MunicipalityCode(own),
        generation=1,
        acr=level,
        amr=FACTORS[level],
        authenticated_at=moment,
        opened_at=moment,
        last_seen_at=moment,
        facts_at=moment,
        address=about.address,
        user_agent="",
    )
