"""`/sign-in`: the pages of one sign-in and their forms."""

from functools import partial

from aiohttp import web

from idp.http import arrival, cookies, failure, sign_in_page, told_first
from idp.http.asking import authenticated
from idp.http.destination import destination_of, go_on, must_ask
from idp.http.new_password import changed, known_words
from idp.http.present import present
from idp.http.provider import provider_of
from idp.http.rereading import reread
from idp.http.upstream import of_realm, way_to
from idp.http.visit import answered, caller_of, held_at, name_of, step
from idp.login import conduct, conduct_enrolment, conduct_factor, conduct_new_password
from idp.login.effects import AskDirectory, AskPerson, ChangePassword
from idp.login.states import ChangingPassword, CheckingPassword, CheckingPerson


async def show(request: web.Request) -> web.Response:
    """The page the flow stands at. A browser that was signed in meanwhile in another tab goes on at once."""
    provider = provider_of(request)
    name, caller, now = name_of(request), caller_of(request), provider.clock()
    flow = await provider.store.look(lambda book: conduct.current(book, name, caller, now))
    destination = destination_of(provider, flow.asked) if flow is not None else None
    if flow is None or destination is None:
        return failure.start_again(request)
    handle, here = cookies.read_hashed(request, cookies.SSO), await present(request)
    if handle is not None and must_ask(destination, here.session, flow.began_at, now) is None:
        gone_on = await go_on(request, destination, handle, flow)
        if gone_on is not None:
            return gone_on
        here = await present(request)
    state = flow.state
    held = await provider.store.look(lambda book: held_at(book, state))
    response = sign_in_page.page(request, flow, destination, held, here)
    if here.over is not None:  # said once: whoever comes next to this browser is not told
        cookies.take_away(response, cookies.SSO)
    return response


async def enter_password(request: web.Request) -> web.Response:
    pairs = await arrival.form(request)
    login, password = arrival.field(pairs, "username"), arrival.field(pairs, "password")
    flow, door = name_of(request), of_realm(provider_of(request), login)
    if flow is not None and door is not None:  # whatever was typed as a password is nobody's to see
        return sign_in_page.onward(request, door, way_to(flow, door.upstream.name, login))
    confirmed = arrival.field(pairs, "confirmed") == "yes"
    done = await step(
        request, lambda book, visit: conduct.enter_password(book, visit, login, password, confirmed=confirmed)
    )
    ask, checking = done.progress.ask, done.progress.checking
    if isinstance(ask, AskDirectory) and isinstance(checking, CheckingPassword):
        said, checked = await authenticated(request, ask, checking)
        done = await step(request, lambda book, visit: conduct.answer_password(book, visit, checked, said))
    return await answered(request, done, typed=login)


async def show_key(request: web.Request) -> web.Response:
    """A passkey instead of the password, or a key after it."""
    provider = provider_of(request)
    response = arrival.field(await arrival.form(request), "key")
    done = await step(
        request, lambda book, visit: conduct_factor.show_key(book, visit, response, provider.site)
    )
    ask, checking = done.progress.ask, done.progress.checking
    if isinstance(ask, AskPerson) and isinstance(checking, CheckingPerson):
        person = await reread(provider, ask.subject)
        done = await step(
            request, lambda book, visit: conduct_factor.answer_passkey(book, visit, checking, person)
        )
    return await answered(request, done)


async def enter_code(request: web.Request) -> web.Response:
    """Code of an enrolled application, or the first one of an application being enrolled."""
    pairs = await arrival.form(request)
    code, name = arrival.field(pairs, "code"), arrival.field(pairs, "name")
    done = await step(request, lambda book, visit: conduct_factor.enter_code(book, visit, code, name))
    return await answered(request, done, typed=name)


async def enter_recovery_code(request: web.Request) -> web.Response:
    code = arrival.field(await arrival.form(request), "recovery")
    done = await step(
        request,
        lambda book, visit: conduct_factor.enter_recovery_code(book, visit, code),
        told_first.of_the_code,
    )
    return await answered(request, done)


async def enter_enrolment_code(request: web.Request) -> web.Response:
    code = arrival.field(await arrival.form(request), "enrolment")
    return await answered(
        request,
        await step(request, lambda book, visit: conduct_enrolment.enter_enrolment_code(book, visit, code)),
    )


async def make_key(request: web.Request) -> web.Response:
    site = provider_of(request).site
    pairs = await arrival.form(request)
    response, name = arrival.field(pairs, "key"), arrival.field(pairs, "name")
    done = await step(
        request, lambda book, visit: conduct_enrolment.make_key(book, visit, response, name, site)
    )
    return await answered(request, done, typed=name)


async def renew_recovery_codes(request: web.Request) -> web.Response:
    return await answered(request, await step(request, conduct_enrolment.renew_recovery_codes))


async def confirm_saved(request: web.Request) -> web.Response:
    return await answered(request, await step(request, conduct_enrolment.confirm_saved))


async def enter_new_password(request: web.Request) -> web.Response:
    provider = provider_of(request)
    pairs = await arrival.form(request)
    old, new, again = (arrival.field(pairs, name) for name in ("old", "new", "again"))
    known = partial(known_words, provider)
    done = await step(
        request,
        lambda book, visit: conduct_new_password.enter_new_password(book, visit, old, new, again, known),
    )
    ask, checking = done.progress.ask, done.progress.checking
    if isinstance(ask, ChangePassword) and isinstance(checking, ChangingPassword):
        said = await changed(provider, ask)
        done = await step(
            request,
            lambda book, visit: conduct_new_password.answer_new_password(book, visit, checking, said),
            told_first.of_the_password,
        )
    return await answered(request, done)
