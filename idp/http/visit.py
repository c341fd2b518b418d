"""One step of a sign-in, from the request to the answer; `sign_in.py` has a handler for each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import REASON_HEADER, SubjectId
from idp.http import arrival, cookies, failure, sign_in_page
from idp.http.authorize import refuse, send_on
from idp.http.destination import (
    Destination,
    decided_about,
    destination_of,
    must_ask,
    reach,
    way_on,
)
from idp.http.present import present
from idp.http.provider import Book, Provider, provider_of
from idp.http.sign_in_page import Held
from idp.http.standing import reading_of
from idp.http.told_first import to_be_decided, to_follow
from idp.http.words import TELLINGS
from idp.login import conduct
from idp.login.conduct import Visit
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.handle import FlowId, Handle, device_of, hashed, new_handle, new_session_id, read_flow_id
from idp.login.progress import Progress
from idp.login.refusal import TOLD, Refusal, Told
from idp.login.states import AwaitingEnrolment, AwaitingFactor, Waiting
from idp.oidc import authorize as rules
from idp.oidc.authorize import Refusable, Request, SignInWhy
from idp.saml.asked import Asked
from idp.saml.errors import Denial

Work = Callable[[Book, Visit], Progress]


@dataclass(frozen=True, slots=True, repr=False)
class _Given:
    """Handles the browser gets when the sign-in is complete."""

    sso: Handle
    known: Handle
    device: Handle
    code: Handle


@dataclass(frozen=True, slots=True)
class Done:
    """What a step came to."""

    progress: Progress
    destination: Destination | None
    """Where the sign-in leads; None when there is no flow, or no such client any more."""
    unanswered: SignInWhy | None
    """Why the session that was opened does not lead there."""
    held: Held
    given: _Given
    first: str = ""
    """A page of ours that tells the person something before the way goes on."""


async def step(
    request: web.Request,
    work: Work,
    first: Callable[[str], str] | None = None,
    name: FlowId | None = None,
) -> Done:
    """Run `work` in one transaction, from the guess to the authorization code.

    `first`: makes of where the sign-in leads (`Flow.asked`) the address of a page that comes before; the code is made
    when the person goes on from there. `name`: of the sign-in, where the address does not say it.
    """
    provider = provider_of(request)
    name, caller, now = name or name_of(request), caller_of(request), provider.clock()
    device = cookies.read(request, cookies.DEVICE) or new_handle()
    given = _Given(new_handle(), new_handle(), device, new_handle())
    visit = Visit(
        flow=name,
        caller=caller,
        limits=provider.sign_in,
        drawn=draw(),
        now=now,
        fresh=Fresh(
            sid=new_session_id(),
            handle=hashed(given.sso),
            known=hashed(given.known),
            device=device_of(given.device),
        ),
        lockout=provider.lockout(),
        realms=provider.realms,
        previous=cookies.read_hashed(request, cookies.SSO),
        reading=await reading_of(provider, name, caller, now),
    )

    def transaction(book: Book) -> Done:
        flow = conduct.current(book, name, caller, now)
        progress = work(book, visit)
        destination = destination_of(provider, flow.asked) if flow is not None else None
        held = held_at(book, progress.flow.state) if progress.flow is not None else Held()
        done = Done(progress, destination, None, held, given)
        if flow is None or destination is None or progress.session is None:
            return done
        why = must_ask(destination, progress.session, flow.began_at, now)
        before = first or (to_be_decided if decided_about(provider, destination) else None)
        if why is None and before is not None:
            asked = flow.asked
            if isinstance(destination, Request):
                asked = to_follow(book, asked, provider.clients[destination.target.client], now)
            return replace(done, first=before(asked))
        if why is None:
            reach(book, destination, progress.session, hashed(given.code), caller.origin, now)
        return replace(done, unanswered=why)

    done = await provider.store.transact(transaction)
    if done.progress.ended:
        await provider.on_ended(done.progress.ended)
    return done


async def answered(request: web.Request, done: Done, typed: str = "") -> web.Response:
    """The next page, the same one saying why not, or back to the relying party.

    `typed`: what is not to be typed again: the user name, or the name of what is being enrolled.
    """
    progress = done.progress
    if progress.session is not None:
        return await _completed(request, done, provider_of(request))
    flow, told, destination = progress.flow, progress.told, done.destination
    if told is not None and told.reason is Refusal.LEVEL_UNREACHABLE and destination is not None:
        return await _not_there(request, destination, SignInWhy.LEVEL_TOO_LOW)
    if flow is None or destination is None:
        return failure.start_again(request)
    if progress.codes:
        return sign_in_page.recovery_codes(request, flow, destination, progress.codes)
    moved_on = told is None or TOLD[told.reason] is Told.START_AGAIN
    if not moved_on:
        return sign_in_page.page(request, flow, destination, done.held, await present(request), told, typed)
    response = send_on("/sign-in?" + urlencode({"flow": flow.id}))
    if told is not None:
        response.headers[REASON_HEADER] = TOLD[told.reason]
    return response


async def _completed(request: web.Request, done: Done, provider: Provider) -> web.Response:
    destination, given = done.destination, done.given
    if destination is None:
        response = send_on(provider.start)
    elif done.first:
        response = send_on(done.first)
    elif done.unanswered is None:
        response = way_on(request, destination, given.code)
    else:
        response = await _not_there(request, destination, done.unanswered)
    cookies.give(response, cookies.SSO, given.sso)
    cookies.give(response, cookies.KNOWN, given.known, cookies.KNOWN_FOR)
    cookies.give(response, cookies.DEVICE, given.device, cookies.KNOWN_FOR)
    return response


async def _not_there(request: web.Request, destination: Destination, why: SignInWhy) -> web.Response:
    """The relying party is told; for a page of ours the person is."""
    if isinstance(destination, Request):
        return await refuse(request, Refusable(destination.target, rules.REFUSALS[why]))
    if isinstance(destination, Asked):
        saml = provider_of(request).saml
        assert saml is not None, "it read the request"
        unmet = Denial.LEVEL_UNMET if why is SignInWhy.LEVEL_TOO_LOW else Denial.SESSION_ENDED
        return await saml.deny(request, destination, unmet)
    telling = TELLINGS[Told.LEVEL_UNREACHABLE]
    return failure.page(request, telling.status, telling.message, Told.LEVEL_UNREACHABLE)


def held_at(book: Book, state: Waiting) -> Held:
    """What a page about the person's factors shows."""
    if not isinstance(state, AwaitingFactor | AwaitingEnrolment):
        return Held()
    subject: SubjectId = state.standing.person.subject
    return Held(tuple(book.authenticators(subject)), book.recovery_codes_left(subject))


def name_of(request: web.Request) -> FlowId | None:
    return read_flow_id(request.query.get("flow"))


def caller_of(request: web.Request) -> Caller:
    return Caller(
        origin=arrival.origin_of(request),
        browser=cookies.read_hashed(request, cookies.LOGIN),
        known=cookies.read_hashed(request, cookies.KNOWN),
    )
