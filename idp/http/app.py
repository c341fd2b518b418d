"""The identity provider as a web application: routes, limits, middlewares."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from idp.http import (
    account,
    account_password,
    authorize,
    consent,
    device_authorization,
    device_page,
    exchange,
    failure,
    pushed,
    recovery,
    sign_in,
    sign_out,
    token_state,
    tokens,
    told_first,
    upstream,
    upstream_logout,
)
from idp.http.arrival import BODY_MAX
from idp.http.provider import PROVIDER, Provider
from idp.http.recovery import Recovery
from idp.http.suspended_device import suspended_devices
from idp.oidc import device_grant, discovery

Handler = Callable[[web.Request], Awaitable[web.Response]]

SIGN_IN_FORMS: dict[str, Handler] = {
    "/sign-in/password": sign_in.enter_password,
    "/sign-in/key": sign_in.show_key,
    "/sign-in/code": sign_in.enter_code,
    "/sign-in/recovery": sign_in.enter_recovery_code,
    "/sign-in/enrolment": sign_in.enter_enrolment_code,
    "/sign-in/enrolment/key": sign_in.make_key,
    "/sign-in/recovery-codes": sign_in.renew_recovery_codes,
    "/sign-in/saved": sign_in.confirm_saved,
    "/sign-in/new-password": sign_in.enter_new_password,
}

FORM_PAGES = {
    **dict.fromkeys(SIGN_IN_FORMS, "/sign-in"),
    **dict.fromkeys(account.FORMS.keys() - account.PAGES, "/account"),
    **dict.fromkeys(account_password.FORMS, "/account/password"),
    device_page.ENTER: "/device",
    "/logout/confirm": "/logout",
    consent.PATH: "/account",
}
"""A refused form's page stands at the form's address: switching its language or reloading it leads back."""


def make_app(provider: Provider, last_resort: Recovery | None = None) -> web.Application:
    """Everything the application needs is in `provider`; it opens nothing by itself.

    `last_resort`: None where there is no recovery administrator.
    """
    app = web.Application(
        middlewares=[failure.failures, failure.own_forms, suspended_devices], client_max_size=BODY_MAX
    )
    app[PROVIDER] = provider
    app.router.add_get(discovery.PATH, tokens.document)
    app.router.add_get("/jwks", tokens.keys)
    app.router.add_get("/authorize", authorize.authorize, allow_head=False)
    app.router.add_post("/authorize", authorize.authorize)
    app.router.add_get("/sign-in", sign_in.show, allow_head=False)
    app.router.add_get(upstream.GO, upstream.go, allow_head=False)
    app.router.add_get(upstream.CALLBACK, upstream.come_back, allow_head=False)
    app.router.add_post(upstream_logout.BACKCHANNEL, upstream_logout.hear)
    app.router.add_get(upstream_logout.WAY_OUT, upstream_logout.leave, allow_head=False)
    app.router.add_get(upstream_logout.SIGNED_OUT, upstream_logout.left, allow_head=False)
    for path, handler in {**told_first.PAGES, **account.PAGES, **device_page.PAGES}.items():
        app.router.add_get(path, handler, allow_head=False)
    for path, handler in {**SIGN_IN_FORMS, **account.FORMS, **device_page.FORMS}.items():
        app.router.add_post(path, handler)
    for path, page in FORM_PAGES.items():
        app.router.add_get(path, _page_of_form(page), allow_head=False)
    app.router.add_post(consent.PATH, consent.decide)
    app.router.add_post("/token", exchange.exchange)
    app.router.add_post("/par", pushed.push)
    app.router.add_post(device_grant.ENDPOINT, device_authorization.ask)
    app.router.add_post("/revoke", token_state.revoke)
    app.router.add_post("/introspect", token_state.introspect)
    app.router.add_get("/userinfo", tokens.userinfo)
    app.router.add_post("/userinfo", tokens.userinfo)
    app.router.add_get("/logout", sign_out.ask, allow_head=False)
    app.router.add_post("/logout", sign_out.ask)
    app.router.add_post("/logout/confirm", sign_out.confirm)
    app.router.add_get("/", home)
    if last_resort is not None:
        recovery.add_to(app, last_resort)
    if provider.saml is not None:
        provider.saml.add_to(app)
    provider.pages.assets.add_to(app)
    return app


def _page_of_form(page: str) -> Handler:
    async def go(request: web.Request) -> web.Response:
        query = request.rel_url.raw_query_string
        return authorize.send_on(f"{page}?{query}" if query else page)

    return go


async def home(request: web.Request) -> web.Response:
    """Nobody signs in for its own sake: a person who types the address is shown where to begin."""
    return authorize.send_on(request.app[PROVIDER].start)
