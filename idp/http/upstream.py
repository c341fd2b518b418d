"""Signing in through another provider: the way there, and the answer with which the browser comes back."""

import logging
import secrets
from urllib.parse import urlencode

from aiohttp import web

from idp.broker import asking
from idp.broker.asking import Returned
from idp.broker.refused import UpstreamRefused
from idp.directory.realms import apart
from idp.http import arrival, failure
from idp.http.authorize import send_on
from idp.http.destination import asks_anew, destination_of, login_hint
from idp.http.provider import Provider, UpstreamDoor, provider_of
from idp.http.rereading import reread
from idp.http.visit import Done, answered, caller_of, name_of, step
from idp.login import conduct, conduct_upstream
from idp.login.effects import AskPerson, AskUpstream
from idp.login.entered import login_fault
from idp.login.handle import FlowId, hashed, new_handle
from idp.login.refusal import Refusal
from idp.login.states import AwaitingPassword, CheckingLinked, CheckingUpstream
from idp.login.upstream import Gone, Proven

log = logging.getLogger(__name__)

GO, CALLBACK = "/sign-in/upstream", "/upstream/{name}/callback"
VERIFIER = 48  # bytes: 64 characters, RFC 7636 §4.1 asks for 43 at least


def callback_of(provider: Provider, name: str) -> str:
    """The redirect address that the other provider knows us by."""
    return provider.issuer + CALLBACK.format(name=name)


def way_to(flow: FlowId, name: str, login: str = "") -> str:
    """Address that leads there from a sign-in; an empty name leads back to it, and links nothing. With `link=yes`
    what is shown there is linked.
    """
    hint = {"login": login} if login else {}
    return f"{GO}?{urlencode({'flow': flow, 'provider': name, **hint})}"


def of_realm(provider: Provider, login: str) -> UpstreamDoor | None:
    """Where people of the login's realm sign in, if that is not here."""
    _, realm = apart(login)
    return next((one for one in provider.upstreams.values() if realm and realm in one.realms), None)


async def go(request: web.Request) -> web.Response:
    """From the page of a sign-in to the other provider, with a question that is answered once."""
    provider, name = provider_of(request), request.query.get("provider", "")
    flow, caller, now = name_of(request), caller_of(request), provider.clock()
    found = await provider.store.look(lambda book: conduct.current(book, flow, caller, now))
    destination = destination_of(provider, found.asked) if found is not None else None
    if found is None or destination is None:
        return failure.start_again(request)
    if not isinstance(found.state, AwaitingPassword):
        return _back(found.id)
    if not name:
        await step(request, lambda book, visit: conduct_upstream.send(book, visit, None))
        return _back(found.id)
    door = provider.upstreams.get(name)
    handle = new_handle()
    gone = Gone(
        provider=name,
        state=hashed(handle),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(VERIFIER),
        at=now,
        anew=asks_anew(destination),
        linking=request.query.get("link", "") == "yes",
    )
    if door is None:
        return await _not_there(request, name, UpstreamRefused(Refusal.UPSTREAM_UNKNOWN))
    try:
        hint = request.query.get("login", "") or login_hint(destination)
        address = await door.address(
            gone,
            asking.state_of(found.id, handle),
            callback_of(provider, name),
            "" if login_fault(hint) else hint,
            found.locale.value,
        )
    except UpstreamRefused as refused:
        return await _not_there(request, name, refused)
    done = await step(request, lambda book, visit: conduct_upstream.send(book, visit, gone))
    return send_on(address) if done.progress.told is None else await answered(request, done)


async def come_back(request: web.Request) -> web.Response:
    """The other provider's answer: taken once, asked about, and then the directory about whose it is."""
    provider, name = provider_of(request), request.match_info["name"]
    door = provider.upstreams.get(name)
    if door is None:
        return failure.page_of_status(request, 404)
    brought = asking.read(arrival.query(request), door.upstream)
    if brought.flow is None:
        return failure.start_again(request)
    done = await _taken(request, name, brought)
    ask, checking = done.progress.ask, done.progress.checking
    if isinstance(ask, AskUpstream) and isinstance(checking, CheckingUpstream):
        said = await _proven(provider, door, ask.gone, brought)
        done = await step(
            request,
            lambda book, visit: conduct_upstream.answer_upstream(book, visit, checking, said),
            name=brought.flow,
        )
        done = await _whose(request, done, brought.flow)
    return await answered(request, done)


async def _taken(request: web.Request, name: str, brought: Returned) -> Done:
    return await step(
        request,
        lambda book, visit: conduct_upstream.come_back(book, visit, name, brought.state, brought.fault),
        name=brought.flow,
    )


async def _whose(request: web.Request, done: Done, flow: FlowId) -> Done:
    ask, checking = done.progress.ask, done.progress.checking
    if not isinstance(ask, AskPerson) or not isinstance(checking, CheckingLinked):
        return done
    person = await reread(provider_of(request), ask.subject)
    return await step(
        request,
        lambda book, visit: conduct_upstream.answer_linked(book, visit, checking, person),
        name=flow,
    )


async def _proven(provider: Provider, door: UpstreamDoor, gone: Gone, brought: Returned) -> Proven | Refusal:
    try:
        redirect_uri = callback_of(provider, gone.provider)
        return await door.prove(gone, brought.code, brought.issuer, redirect_uri, provider.clock)
    except UpstreamRefused as refused:
        log.warning("sign-in through %s: %s", gone.provider, refused)
        return refused.reason


async def _not_there(request: web.Request, name: str, refused: UpstreamRefused) -> web.Response:
    """Nobody can be sent: the sign-in stands as it did, and other ways stay open. What is no provider of the
    configuration was typed, and stands in no entry.
    """
    known = name if name in provider_of(request).upstreams else ""
    log.warning("sign-in through %s: %s", known or "nobody we know", refused)
    reason = refused.reason
    done = await step(request, lambda book, visit: conduct_upstream.not_sent(book, visit, known, reason))
    return await answered(request, done)


def _back(flow: FlowId) -> web.Response:
    return send_on("/sign-in?" + urlencode({"flow": flow}))
