"""What a page about requests is asked for, and the refusal of what cannot be done."""

from collections.abc import Awaitable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from config.vocabulary import Action, Language
from gateway.asks.ask import Ask, Kind
from gateway.asks.refused import AskRefused, PoliciesRefuse, Why
from gateway.authorize.held_already import Held
from gateway.compliance.wording import duration
from gateway.web.desk import Refused
from gateway.web.identity import Assertion
from gateway.web.officer.details import ACTIONS
from gateway.web.refusal import FORM_UNREADABLE, ShownRefusal, Text, both
from gateway.web.requests import forms
from gateway.web.requests.foreseen import opens_nothing
from gateway.web.requests.not_done import refusal_of
from gateway.web.requests.store import Askable
from idp.http.arrival import Malformed, field, form


async def done(act: Awaitable[Ask]) -> Ask:
    """Raises Refused."""
    try:
        return await act
    except AskRefused as error:
        raise Refused(refusal_of(error), 409) from error
    except PoliciesRefuse as error:
        raise Refused(spoken(error)) from error


def spoken(error: PoliciesRefuse) -> ShownRefusal:
    said = error.spoken
    return ShownRefusal(reason=said.reason, title=said.title, advice=said.advice)


def told(
    error: AskRefused,
    kind: Kind,
    caller: Assertion,
    asked: str,
    askable: Sequence[Askable],
    support: str | None,
) -> ShownRefusal:
    """As the form says it: what would stay closed, how long it may be, which actions an application has."""
    refusal = refusal_of(error)
    if error.reason is Why.OPENS_NOTHING:
        return opens_nothing(error, kind, caller.roles, support, asked)
    if error.most is not None:
        return replace(refusal, advice=at_most(error.most))
    there = next((one for one in askable if one.id == asked), None)
    if not error.actions or there is None:
        return refusal
    cs, en = Language.CZECH, Language.ENGLISH
    lacks, has = {}, {}
    for language in Language:
        lacks[language] = _named(error.actions, language)
        has[language] = _named(there.actions, language)
    title = both(
        cs=f"Aplikace {there.title.cs} tuto činnost nemá: {lacks[cs]}",
        en=f"The application {there.title.en} has no such action: {lacks[en]}",
    )
    advice = both(cs=f"Zaškrtněte jen to, co umí: {has[cs]}.", en=f"Tick only what it can do: {has[en]}.")
    return replace(refusal, title=title, advice=advice)


def at_most(most: timedelta) -> Text:
    cs, en = duration(most, Language.CZECH), duration(most, Language.ENGLISH)
    return both(
        cs=f"Nejdelší dovolená doba je {cs}. Zvolte dřívější konec; až přístup skončí, lze požádat znovu.",
        en=f"The longest allowed is {en}. Choose an earlier end; when the access is over you can ask again.",
    )


def _named(actions: Collection[Action], language: Language) -> str:
    return ", ".join(ACTIONS[one].in_language(language) for one in Action if one in actions)


def even_so(application: str, held: Sequence[Held]) -> str:
    """What somebody was told they may do already, as the form says once more that they were."""
    return " ".join([application, *(one.action for one in held)]) if held else ""


def prefilled(request: web.Request) -> dict[str, str]:
    """As the page of a refusal leads here: with what was asked for."""
    asked = {str(one): "1" for one in Action if request.query.get(one) == "1"}
    return {"application": request.query.get("application", "")[: forms.LONG]} | asked


async def entered_in(request: web.Request) -> dict[str, str]:
    """One text for each field, empty where it was left out; raises Refused for what is no form."""
    try:
        pairs = await form(request)
    except Malformed:
        raise Refused(FORM_UNREADABLE, 400) from None
    return {name: field(pairs, name)[: forms.LONG] for name in forms.FIELDS}
