"""What a page about requests is asked for, and the refusal of what cannot be done."""

from collections.abc import Awaitable

from aiohttp import web

from config.vocabulary import Action
from gateway.asks.ask import Ask
from gateway.asks.refused import AskRefused, PoliciesRefuse
from gateway.web.desk import Refused
from gateway.web.refusal import FORM_UNREADABLE, ShownRefusal
from gateway.web.requests import forms
from gateway.web.requests.not_done import REFUSALS
from idp.http.arrival import Malformed, field, form


async def done(act: Awaitable[Ask]) -> Ask:
    """Raises Refused."""
    try:
        return await act
    except AskRefused as error:
        raise Refused(REFUSALS[error.reason], 409) from error
    except PoliciesRefuse as error:
        raise Refused(spoken(error)) from error


def spoken(error: PoliciesRefuse) -> ShownRefusal:
    said = error.spoken
    return ShownRefusal(reason=said.reason, title=said.title, advice=said.advice)


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
