"""The page a sign-in stands at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, assert_never
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import REASON_HEADER, AuthenticationLevel
from idp.directory.person import Person
from idp.events import Factor
from idp.http import qr
from idp.http.destination import Destination, form_targets, login_hint
from idp.http.page import language_of
from idp.http.present import OTHER, Present, confirming
from idp.http.provider import UpstreamDoor, provider_of
from idp.http.words import ENDED, TELLINGS
from idp.login import keys, totp
from idp.login.authenticator import Authenticator, Credential
from idp.login.book import Flow
from idp.login.effects import Tell
from idp.login.key_site import passkey_options
from idp.login.level import LEVELS, reaches
from idp.login.own_page import ACCOUNT, OwnPage
from idp.login.password import shortest_of
from idp.login.refusal import TOLD, Told
from idp.login.spoken_code import SpokenCode, written
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingPassword,
    AwaitingSaved,
    Standing,
)
from idp.login.trust import level_of

SECRET_GROUP = 4  # letters of a secret written together, so that it can be typed
WAYS = {Factor.KEY: "key", Factor.ONE_TIME_CODE: "code", Factor.RECOVERY_CODE: "recovery"}
"""How the address of a page (`by=`) names the factor it asks for; the best way first."""
CHOICE = "choose"
WITH_SCRIPTS = frozenset(
    {"sign_in.html", "key.html", "enrol_key.html", "new_password.html", "recovery_codes.html"}
)
"""Those that a file of ours helps: with keys, with reading a password that was typed, with printing."""

Content = tuple[str, Mapping[str, Any]]
"""Template, and what it says besides."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the person has; empty where the page does not ask for it."""

    authenticators: tuple[Authenticator, ...] = ()
    recovery_codes: int = 0

    @property
    def credentials(self) -> list[Credential]:
        return [one.means for one in self.authenticators if isinstance(one.means, Credential)]

    def for_this(self, standing: Standing, now: datetime) -> "Held":
        """Those that reach what is demanded."""
        enough = tuple(one for one in self.authenticators if _enough(level_of(one, now), standing))
        codes = self.recovery_codes if _enough(LEVELS[Factor.RECOVERY_CODE], standing) else 0
        return Held(enough, codes)

    @property
    def ways(self) -> list[str]:
        """Of showing one of them."""
        kinds = {one.factor for one in self.authenticators}
        kinds |= {Factor.RECOVERY_CODE} if self.recovery_codes else set()
        return [way for factor, way in WAYS.items() if factor in kinds]


def page(
    request: web.Request,
    flow: Flow,
    destination: Destination,
    held: Held,
    here: Present,
    told: Tell | None = None,
    typed: str = "",
) -> web.Response:
    content: Content
    who = confirming(request, flow, destination, here.session)
    match flow.state:
        case AwaitingPassword(challenge, stranger=stranger, linking=linking):
            provider, known = provider_of(request), linking or stranger
            options = passkey_options(provider.site, challenge)
            name = {"username": typed or login_hint(destination), "realm": provider.realm}
            away = told is not None and TOLD[told.reason] is Told.DIRECTORY_UNREACHABLE  # says it itself
            more = {
                "options": options,
                "silent": provider.some_silent() and not away,
                "passkey": linking is None and (who is None or here.has_passkey),
                "upstreams": [] if known is not None else _upstreams(request),
                "elsewhere": any(one.realms for one in provider.upstreams.values()),
                "linking": linking,
                "unsure": flow.state.unsure,
                "stranger": stranger,
                "there": provider_title(request, known.via.provider) if known is not None else "",
            }
            asked_by = "account" if _of_account(destination) else "application"
            ended = ENDED.get(here.over) if here.over is not None else None
            content = "sign_in.html", {**name, **more, "asked_by": asked_by, "ended": ended}
        case AwaitingFactor(standing, challenge):
            content = _factor(request, standing, challenge, held)
        case AwaitingOfficersCode():
            content = "officers_code.html", {}
        case AwaitingEnrolment():
            content = _enrolment(request, flow.state, held, typed)
        case AwaitingSaved():
            content = "recovery_codes.html", {"codes": ()}
        case AwaitingNewPassword(standing):
            person = standing.person
            content = "new_password.html", {"username": person.login, "shortest": shortest_of(person)}
        case _:
            assert_never(flow.state)
    return _respond(request, flow, destination, content, told, who)


def _of_account(destination: Destination) -> bool:
    return isinstance(destination, OwnPage) and destination.path.startswith(ACCOUNT.path)


def onward(request: web.Request, door: UpstreamDoor, address: str) -> web.Response:
    """To whoever has the user name of another provider's realm."""
    provider = provider_of(request)
    title = provider_title(request, door.upstream.name)
    return provider.pages.respond(request, "upstream_onward.html", provider=title, address=address)


def _upstreams(request: web.Request) -> list[tuple[str, str]]:
    """Name and title of each other provider."""
    return [(name, provider_title(request, name)) for name in provider_of(request).upstreams]


def provider_title(request: web.Request, name: str) -> str:
    """As people know it; one that is configured no more by its name."""
    provider = provider_of(request)
    door, language = provider.upstreams.get(name), language_of(request, provider.pages.default_language)
    return name if door is None else door.title.in_language(language)


def recovery_codes(
    request: web.Request, flow: Flow, destination: Destination, codes: Sequence[SpokenCode]
) -> web.Response:
    """The only time the codes are shown."""
    state = flow.state
    assert isinstance(state, AwaitingSaved), "codes are made on the way there"
    return _respond(
        request,
        flow,
        destination,
        (
            "recovery_codes.html",
            {
                "codes": [written(code) for code in codes],
                "whose": state.standing.person,
                "made_at": provider_of(request).clock(),
            },
        ),
    )


def _respond(
    request: web.Request,
    flow: Flow,
    destination: Destination,
    content: Content,
    told: Tell | None = None,
    who: Person | None = None,
) -> web.Response:
    provider, (template, more) = provider_of(request), content
    telling = TELLINGS[TOLD[told.reason]] if told is not None else None
    until = told.until if told is not None else None
    wait = minutes(until, provider.clock()) if until is not None else 0
    way, other = request.query.get("by", ""), request.query.get("as") == OTHER
    targets = form_targets(destination)
    response = provider.pages.respond(
        request,
        template,
        status=telling.status if telling is not None else 200,
        form_targets=targets,
        scripts=template in WITH_SCRIPTS,
        flow=urlencode({"flow": flow.id}),
        action=urlencode(
            {
                "flow": flow.id,
                **({"by": way} if way in WAYS.values() else {}),
                **({"as": OTHER} if other else {}),
            }
        ),
        who=who,
        back=ACCOUNT.path if _of_account(destination) else provider.start,
        message=telling.message if telling is not None else "",
        more=telling.more if telling is not None else "",
        ask=telling is not None and telling.ask,
        wrong_field=telling.field if telling is not None else "",
        wait=wait,
        **more,
    )
    if told is not None:
        response.headers[REASON_HEADER] = TOLD[told.reason]
    if until is not None:
        response.headers["Retry-After"] = str(wait * 60)
    return response


def _factor(request: web.Request, standing: Standing, challenge: bytes, held: Held) -> Content:
    held = held.for_this(standing, provider_of(request).clock())
    ways = held.ways
    more: dict[str, object] = {"ways": ways, "lifting": standing.lifting is not None}
    asked = request.query.get("by", "")
    if asked == CHOICE and len(ways) > 1:
        return "choose_factor.html", more
    way = asked if asked in ways else ways[0] if ways else WAYS[Factor.ONE_TIME_CODE]
    if way == WAYS[Factor.KEY]:
        options = keys.request_options(provider_of(request).site, challenge, held.credentials)
        return "key.html", {**more, "options": options}
    return f"{way}.html", more


def _enrolment(request: web.Request, state: AwaitingEnrolment, held: Held, name: str) -> Content:
    provider, person = provider_of(request), state.standing.person
    ways = [
        WAYS[kind] for kind in (Factor.ONE_TIME_CODE, Factor.KEY) if _enough(LEVELS[kind], state.standing)
    ]
    more: dict[str, object] = {"ways": ways, "name": name}
    way = request.query.get("by", "")
    if way not in ways:
        way = ways[0] if len(ways) == 1 else CHOICE
    if way == CHOICE:
        return "choose_enrolment.html", more
    if way == WAYS[Factor.KEY]:
        options = keys.creation_options(
            provider.site, state.challenge, person.subject, person.login, person.name, held.credentials
        )
        return "enrol_key.html", {**more, "options": options}
    return "enrol.html", {**more, **application(provider.office, person.login, state.secret)}


def _enough(level: AuthenticationLevel, standing: Standing) -> bool:
    return reaches(level, standing.demanded)


def application(office: str, login: str, secret: totp.Secret) -> dict[str, Any]:
    """What the page says of an application that is being set up: picture, key for typing, address."""
    address = totp.provisioning_address(secret, login, office)
    letters = secret.base32
    groups = [letters[at : at + SECRET_GROUP] for at in range(0, len(letters), SECRET_GROUP)]
    return {
        "picture": qr.picture(address),
        "secret": " ".join(groups),
        "address": address,
    }


def minutes(until: datetime, now: datetime) -> int:
    """Whole ones to wait, at least one."""
    return max(1, ceil((until - now).total_seconds() / 60))
