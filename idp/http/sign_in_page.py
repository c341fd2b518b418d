"""The page a sign-in stands at: password, code, or enrolment of a first factor."""

from datetime import datetime
from math import ceil
from typing import assert_never
from urllib.parse import urlencode

import segno
from aiohttp import web
from markupsafe import Markup

from config.vocabulary import REASON_HEADER
from idp.http import arrival
from idp.http.provider import provider_of
from idp.http.words import TELLINGS
from idp.login import totp
from idp.login.book import Flow
from idp.login.effects import Tell
from idp.login.flow import AwaitingCode, AwaitingEnrolment, AwaitingPassword
from idp.login.refusal import TOLD
from idp.oidc.authorize import Request

SECRET_GROUP = 4  # letters of a secret written together, so that it can be typed
CORRECTION = "m"  # of the QR code: 15 % of it may be unreadable


def page(
    request: web.Request, flow: Flow, asked: Request, told: Tell | None = None, typed: str = ""
) -> web.Response:
    provider = provider_of(request)
    telling = TELLINGS[TOLD[told.reason]] if told is not None else None
    until = told.until if told is not None else None
    wait = minutes(until, provider.clock()) if until is not None else 0
    more: dict[str, object]
    match flow.state:
        case AwaitingPassword():
            template, more = "sign_in.html", {"username": typed or asked.login_hint}
        case AwaitingCode(person):
            template, more = "code.html", {"person": person.name}
        case AwaitingEnrolment(person, secret):
            template, more = (
                "enrol.html",
                {"person": person.name, **_enrolment(request, person.login, secret)},
            )
        case _:
            assert_never(flow.state)
    response = provider.pages.respond(
        request,
        template,
        status=telling.status if telling is not None else 200,
        form_targets=(arrival.site_of(asked.target.redirect_uri),),
        action=urlencode({"flow": flow.id}),
        message=telling.message if telling is not None else "",
        wrong_field=telling.field if telling is not None else "",
        wait=wait,
        **more,
    )
    if told is not None:
        response.headers[REASON_HEADER] = TOLD[told.reason]
    if until is not None:
        response.headers["Retry-After"] = str(wait * 60)
    return response


def _enrolment(request: web.Request, login: str, secret: totp.Secret) -> dict[str, object]:
    address = totp.provisioning_address(secret, login, provider_of(request).office)
    code = segno.make(address, error=CORRECTION)
    letters = secret.base32
    groups = [letters[at : at + SECRET_GROUP] for at in range(0, len(letters), SECRET_GROUP)]
    return {
        # an image made of attributes only: the strict policy of the page allows it
        "picture": Markup(code.svg_inline(light="white", svgclass="qr", lineclass=None, omitsize=True)),  # noqa: S704
        "secret": " ".join(groups),
        "address": address,
    }


def minutes(until: datetime, now: datetime) -> int:
    """Whole ones to wait, at least one."""
    return max(1, ceil((until - now).total_seconds() / 60))
