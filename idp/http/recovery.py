"""`/recovery`: the recovery administrator signs in. No page of ours links here; operators know the address."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.http import arrival, cookies
from idp.http.authorize import send_on
from idp.http.provider import PROVIDER, Provider, provider_of
from idp.http.sign_in_page import minutes
from idp.login import recovery, recovery_use
from idp.login.desk import Caller, Fresh
from idp.login.handle import hashed, new_handle, new_session_id
from idp.login.recovery_use import Opened, RecoveryRefusal, Refused

PATH = "/recovery"
WAIT, TROUBLE, NOT_ACCEPTED = "wait", "recovery_busy", "not_accepted"
TELLINGS: dict[str, tuple[str, int]] = {
    WAIT: ("Too many attempts.", 429),
    TROUBLE: ("Others are trying at this moment. Try again in a few seconds.", 503),
    NOT_ACCEPTED: ("The secret is not accepted, or the code is not right.", 422),
}
TOLD = {RecoveryRefusal.TOO_MANY: WAIT, RecoveryRefusal.BUSY: TROUBLE}
"""What the page says; one thing for everything that would tell whether a secret is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What the page needs beside the provider's own."""

    matches: Callable[[str, str], Awaitable[bool]]
    """Hash and secret. Raises one of `busy`."""
    fingerprint: Callable[[str], bytes]
    """Of a secret, as it was kept when it was issued."""
    busy: tuple[type[Exception], ...]
    alarm: Callable[[str], None]
    """Told of every try: `used`, or the reason of the refusal."""


RECOVERY = web.AppKey("recovery", Recovery)


def add_to(app: web.Application, needed: Recovery) -> None:
    app[RECOVERY] = needed
    app.router.add_get(PATH, show, allow_head=False)
    app.router.add_post(PATH, enter)


async def show(request: web.Request) -> web.Response:
    return _page(request)


async def enter(request: web.Request) -> web.Response:
    provider, needed = provider_of(request), request.app[RECOVERY]
    pairs = await arrival.form(request)
    caller = Caller(origin=arrival.origin_of(request), browser=None)
    handle = new_handle()
    fresh = Fresh(sid=new_session_id(), handle=hashed(handle), known=hashed(new_handle()))
    said = await _used(request, provider, needed, caller, fresh, pairs)
    needed.alarm(said.reason if isinstance(said, Refused) else recovery.Ending.USED)
    if isinstance(said, Refused):
        return _page(request, said)
    if said.ended:
        await provider.on_ended(said.ended)
    response = send_on(provider.start)
    cookies.give(response, cookies.SSO, handle)
    return response


async def _used(
    request: web.Request,
    provider: Provider,
    needed: Recovery,
    caller: Caller,
    fresh: Fresh,
    pairs: arrival.Pairs,
) -> Opened | Refused:
    limits, now = provider.sign_in, provider.clock()
    secret = recovery.read_secret(arrival.field(pairs, "secret"))
    fingerprint = needed.fingerprint(secret) if secret is not None else None
    counted = await provider.store.transact(
        lambda book: recovery_use.count(book, caller, limits, now, fingerprint)
    )
    if isinstance(counted, Refused):
        return counted
    account, right = counted.account, False
    try:
        if counted.compare and account is not None and secret is not None:
            right = await needed.matches(account.secret_hash, secret)
    except needed.busy:
        return await provider.store.transact(
            lambda book: recovery_use.refuse_busy(book, counted, caller, provider.clock())
        )
    code, after = arrival.field(pairs, "code"), provider.clock()
    previous = cookies.read_hashed(request, cookies.SSO)
    return await provider.store.transact(
        lambda book: recovery_use.use(book, counted, right, code, caller, limits, fresh, after, previous)
    )


def _page(request: web.Request, refused: Refused | None = None) -> web.Response:
    provider = request.app[PROVIDER]
    told = TOLD.get(refused.reason, NOT_ACCEPTED) if refused is not None else ""
    message, status = TELLINGS[told] if told else ("", 200)
    wait = (
        minutes(refused.until, provider.clock()) if refused is not None and refused.until is not None else 0
    )
    response = provider.pages.respond(
        request,
        "recovery_administrator.html",
        status=status,
        form_targets=(arrival.site_of(provider.start),),
        message=message,
        wait=wait,
    )
    if told:
        response.headers[REASON_HEADER] = told
    if wait:
        response.headers["Retry-After"] = str(int(timedelta(minutes=wait).total_seconds()))
    return response
