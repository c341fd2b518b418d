"""The page that asks whether an application outside the centre may learn of a person what it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from config.settings import Title
from config.vocabulary import Language, MunicipalityCode, Role
from idp.http import arrival
from idp.http.moments import moment_text
from idp.http.page import language_of
from idp.http.provider import Provider, provider_of
from idp.login.handle import HandleHash, new_handle
from idp.login.session import Session, end_due
from idp.oidc import consent, pushed
from idp.oidc.authorize import Request
from idp.oidc.client import Client

WORDS: Mapping[str, str] = {
    "name": "Your name",
    "preferred_username": "Your user name",
    "locale": "The language of your pages",
    "email": "Your mail address",
    "brana_roles": "Your roles, with their municipalities",
    "brana_facts_at": "When the office directory confirmed them",
    "brana_ends_at": "When your sign-in ends at the latest",
    "brana_municipalities": "The municipalities that you work for, with their codes and company numbers (IČO)",
    "brana_agendas": "The agendas and activities that you are registered for",
}
"""Of each claim, in English; Czech in `locale/sign_in.cs.po`."""
LANGUAGES: Mapping[str, Title] = {
    Language.CZECH: Title(cs="čeština", en="Czech"),
    Language.ENGLISH: Title(cs="angličtina", en="English"),
}
READ_WITHIN = timedelta(minutes=15)  # of a request that has to be left here; who takes longer begins anew
MOMENTS = frozenset({"brana_facts_at", "brana_ends_at"})


@dataclass(frozen=True, slots=True)
class Wanted:
    session: Session
    client: Client


async def wanted(provider: Provider, asked: Request, handle: HandleHash) -> Wanted | None:
    """Whose consent is needed, to what; None: nobody's."""
    client = provider.clients.get(asked.target.client)
    if client is None or client.outside is None:
        return None
    session, given = await provider.store.look(
        lambda book: (
            found := book.session_of(handle),
            None if found is None else book.consent(found.person.subject, asked.target.client),
        )
    )
    if session is None or end_due(session, provider.clock(), provider.sign_in) is not None:
        return None  # told as any session that is over
    return Wanted(session, client) if consent.is_needed(asked, client, given) else None


async def page(request: web.Request, asked: Request, wanted: Wanted, kept: str) -> web.Response:
    """`kept`: the request as it is read again with the answer."""
    provider, outside = provider_of(request), wanted.client.outside
    assert outside is not None
    handle, now = new_handle(), provider.clock()
    left = pushed.satisfied(kept, READ_WITHIN, consent=True)
    held = await provider.store.transact(
        lambda book: pushed.held(book, left, wanted.client, handle, now, READ_WITHIN)
    )
    language = language_of(request, provider.pages.default_language)
    told = consent.told(wanted.session, asked, wanted.client, provider.district)
    return provider.pages.respond(
        request,
        "consent.html",
        form_targets=(arrival.site_of(asked.target.redirect_uri),),
        outside=outside,
        host=arrival.site_of(asked.target.redirect_uri),
        told=[
            (WORDS.get(name, name), value_in_words(name, value, language, provider))
            for name, value in told.items()
        ],
        kept=held,
        refresh=asked.refresh,
        session=wanted.session.sid,
        person=wanted.session.person,
    )


def value_in_words(name: str, value: Any, language: Language, provider: Provider) -> Sequence[str]:
    """As the person reads it, a line each."""
    if name in MOMENTS:
        return [moment_text(datetime.fromtimestamp(value, UTC), language)]
    if name == "locale":
        return [LANGUAGES[value].in_language(language)]
    if name == "brana_roles":
        return [
            f"{provider.municipality_name(MunicipalityCode(one['municipality']))}: "
            f"{Role(one['role']).title_in(language)}"
            for one in value
        ]
    if name == "brana_municipalities":
        return [", ".join(one[word] for word in ("name", "code", "ico") if word in one) for one in value]
    if name == "brana_agendas":
        return [
            f"{provider.municipality_name(MunicipalityCode(one['municipality']))}: "
            f"{one['agenda']} {one['activity_role']}"
            for one in value
        ]
    return [str(value)]
