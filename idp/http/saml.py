"""SAML 2.0: our metadata, and service providers' requests for a sign-in (web browser SSO profile §4.1).

A request is verified where it arrives, sealed, and answered at `/saml/go`, where a sign-in leads too: a form that
another site sent brings no cookie of ours (`SameSite=Lax`), the way on from there does.
"""

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from idp import events
from idp.directory.person import Person
from idp.http import arrival, cookies, failure
from idp.http.authorize import (
    at_work,
    begin,
    in_a_page_of_its_own,
    lifting,
    not_admitted_page,
    send_on,
    signed_in,
)
from idp.http.provider import Admitted, Book, NotAdmitted, Provider, provider_of
from idp.http.security_headers import page_headers
from idp.http.sign_out import leave
from idp.http.tokens import KEPT_SHORTLY
from idp.http.words import SAML_UNSAFE
from idp.login import desk
from idp.login.drawn import new_challenge
from idp.login.handle import HandleHash
from idp.login.session import Session
from idp.login.states import AwaitingPassword, Waiting
from idp.oidc.client import ClientId
from idp.oidc.errors import Refused
from idp.saml import arrival as messages
from idp.saml import asked as requests
from idp.saml import level, logout, metadata, response
from idp.saml.asked import GO, KEPT_FOR, Asked
from idp.saml.errors import Denial, RequestRefused, Unsafe
from idp.saml.keys import SamlKeys
from idp.saml.provider import FORMATS, UNSPECIFIED, NameId, Pseudonym, ServiceProvider
from idp.saml.request import AuthnRequest, fault
from idp.saml.request import read as read_request


async def _nobody(_: Person) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProviders:
    """Implements `idp.http.provider.SamlDoor`."""

    providers: messages.Providers
    keys: Callable[[], SamlKeys | None]
    """None: not made yet, which the first start with SAML does within seconds."""
    pseudonym: Pseudonym
    named_alike: Callable[[Person], Awaitable[bool]] = _nobody
    """Whether somebody else has the person's login: in another directory one may."""

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(metadata.PATH, self.document)
        app.router.add_get(metadata.SSO, self.arrive, allow_head=False)
        app.router.add_post(metadata.SSO, self.arrive)
        app.router.add_get(metadata.SLO, self.sign_out, allow_head=False)
        app.router.add_get(GO, self.go, allow_head=False)

    def read(self, kept: str, now: datetime) -> Asked | None:
        asked = requests.unsealed(kept, self.pseudonym)
        if asked is None or asked.expired(now):
            return None
        provider = self.providers.get(asked.provider)
        return asked if provider is not None and asked.address in provider.addresses else None

    async def document(self, request: web.Request) -> web.Response:
        keys = self.keys()
        if keys is None:
            return failure.page_of_status(request, 503)
        body = metadata.document(provider_of(request).issuer, keys)
        return web.Response(body=body, headers={**KEPT_SHORTLY, "Content-Type": metadata.TYPE})

    async def arrive(self, request: web.Request) -> web.Response:
        """`/saml/sso`, by either binding."""
        provider = provider_of(request)
        now, here = provider.clock(), provider.issuer + metadata.SSO
        try:
            if request.method == "GET":
                arrived = messages.by_redirect(_query(request), self.providers, read_request)
            else:
                arrived = messages.by_post(await arrival.form(request), self.providers, read_request)
            address = messages.address_of(arrived)
        except RequestRefused as refused:
            return await _unsafe(request, refused.reason, refused.provider)
        wrong = fault(arrived.request, here, now, signed=arrived.signed)
        if wrong is not None:
            return await _unsafe(request, wrong, arrived.provider.entity_id)
        asked = Asked(
            provider=arrived.provider.entity_id,
            address=address,
            request=arrived.request.id,
            relay_state=arrived.relay_state,
            force=arrived.request.force,
            passive=arrived.request.passive,
            contexts=arrived.request.contexts,
            at=now,
        )
        unmet = _unmet(arrived, asked)
        if unmet is not None:
            return await self.deny(request, asked, unmet)
        return send_on(f"{GO}?{requests.sealed(asked, self.pseudonym)}")

    async def go(self, request: web.Request) -> web.Response:
        """Answer from the session that the browser has, or begin a sign-in."""
        provider = provider_of(request)
        now, query = provider.clock(), request.query_string
        asked = self.read(query, now)
        if asked is None:
            return failure.start_again(request)
        handle = cookies.read_hashed(request, cookies.SSO)
        session = await at_work(provider, handle)
        if isinstance(session, Refused):
            return await self.deny(request, asked, Denial.UNAVAILABLE)
        why = requests.must_ask(asked, session, now)
        if why is None and handle is not None:
            return await self._answer(request, asked, handle)
        beginning = await _beginning(request, asked, session, why)
        if isinstance(beginning, Denial):
            return await self.deny(request, asked, beginning)
        return await begin(request, requests.sealed(asked, self.pseudonym), beginning, client=asked.provider)

    def frames(self, told: Collection[str], session: Session, issuer: str, now: datetime) -> tuple[str, ...]:
        """A signed request for each: what ends there is said by what it was called there."""
        keys, parties = self.keys(), [self.providers[one] for one in told if one in self.providers]
        if keys is None:
            return ()
        return tuple(
            logout.asked(_envelope(issuer, party.logout_address, "", now), session, party, keys.signing)
            for party in parties
            if party.logout_address
        )

    async def sign_out(self, request: web.Request) -> web.Response:
        """`/saml/slo`: a service provider's person signs out, or it says that it has signed somebody out."""
        provider, keys = provider_of(request), self.keys()
        if "SAMLResponse" in request.query or keys is None:
            return web.Response(status=204, headers=page_headers())  # in a frame; nothing rests on it
        now, here = provider.clock(), provider.issuer + metadata.SLO
        try:
            arrived = messages.by_redirect(_query(request), self.providers, logout.read)
        except RequestRefused as refused:
            return await _unsafe(request, refused.reason, refused.provider)
        party, asked = arrived.provider, arrived.request
        wrong = Unsafe.OUT_OF_TIME if asked.over(now) else fault(asked, here, now, signed=True)
        if not arrived.signed:  # single logout profile §4.4.4.1
            wrong = Unsafe.SIGNATURE_MISSING
        elif not party.logout_address:
            wrong = Unsafe.ADDRESS_UNKNOWN
        if wrong is None and not await _first(provider, party.entity_id, asked.id, now + KEPT_FOR):
            wrong = Unsafe.USED_TWICE
        if wrong is not None:
            return await _unsafe(request, wrong, party.entity_id)
        session = await signed_in(provider, cookies.read_hashed(request, cookies.SSO))
        # a frame of another site brings no cookie: whether anybody is signed in, nobody knows there
        nobody_is = session is None and in_a_page_of_its_own(request)
        meant = nobody_is if session is None else asked.means(session, party)
        envelope = _envelope(provider.issuer, party.logout_address, asked.id, now)
        onward = logout.answered(envelope, arrived.relay_state, keys.signing, ended=meant)
        if session is None or not meant:
            return send_on(onward)
        return await leave(request, onward, session.sid, but=party.entity_id)

    async def deny(self, request: web.Request, asked: Asked, why: Denial) -> web.Response:
        """The service provider is told, by a status."""
        keys = self.keys()
        if keys is None:
            return failure.page_of_status(request, 503)
        await _record_refusal(request, asked.provider, why)
        provider = provider_of(request)
        said = response.denied(_answering(provider, asked), why, keys.signing)
        return _posted(request, asked, said)

    async def _admitted(
        self, request: web.Request, asked: Asked, party: ServiceProvider, handle: HandleHash
    ) -> Admitted | web.Response:
        """Or the answer that says why not."""
        session = await signed_in(provider_of(request), handle)
        by_login = session is not None and party.name_id is NameId.LOGIN
        if session is not None and by_login and await self.named_alike(session.person):
            return await self.deny(request, asked, Denial.NAME_SHARED)
        admitted = await _may_use(request, party, handle)
        return (
            await self._not_admitted(request, asked, admitted)
            if isinstance(admitted, NotAdmitted)
            else admitted
        )

    async def _not_admitted(self, request: web.Request, asked: Asked, why: NotAdmitted) -> web.Response:
        """The person reads why; where nobody would see a page, the service provider is told."""
        if asked.passive or not in_a_page_of_its_own(request):
            return await self.deny(request, asked, Denial.ACCESS_DENIED)
        await _record_refusal(request, asked.provider, Denial.ACCESS_DENIED)
        return not_admitted_page(request, why)

    async def _answer(self, request: web.Request, asked: Asked, handle: HandleHash) -> web.Response:
        """The caller has seen to the facts of the session (`at_work`); it is looked at again where it counts."""
        provider, keys = provider_of(request), self.keys()
        party = self.providers[asked.provider]
        if keys is None:
            return failure.page_of_status(request, 503)
        now, origin = provider.clock(), arrival.origin_of(request)
        admitted = await self._admitted(request, asked, party, handle)
        if isinstance(admitted, web.Response):
            return admitted

        def work(book: Book) -> Session | Denial | Unsafe:
            session = desk.live(book, handle, provider.sign_in, now)
            if session is None or requests.must_ask(asked, session, now) is not None:
                return Denial.SESSION_ENDED
            if not party.name_of(session):
                return Denial.NAME_UNMET
            if not book.spend_assertion(_spent(asked), asked.at + KEPT_FOR):
                return Unsafe.USED_TWICE
            session = desk.touch(book, session, provider.sign_in, now)
            issued = events.AssertionIssued(
                at=now,
                origin=origin,
                person=session.person.login,
                subject=session.person.subject,
                session=session.sid,
                client=asked.provider,
                rule=admitted.rule,
                policy_version=admitted.policy_version,
            )
            book.record(issued)
            if party.logout_address:
                book.keep_signed_in(session, ClientId(party.entity_id))
            return session

        done = await provider.store.transact(work)
        if isinstance(done, Denial):
            return await self.deny(request, asked, done)
        if isinstance(done, Unsafe):
            return await _unsafe(request, done, asked.provider)
        statement = _statement(asked, party, done)
        said = response.granted(
            _answering(provider, asked),
            statement,
            keys.signing,
            signed=party.signed_answers,
            to=party.encrypts_to,
        )
        return _posted(request, asked, said)


def _unmet(arrived: messages.Arrived[AuthnRequest], asked: Asked) -> Denial | None:
    wanted, party = arrived.request, arrived.provider
    if not wanted.understood or (wanted.contexts and asked.demanded is None):
        return Denial.LEVEL_UNMET
    another = wanted.name_format not in {"", UNSPECIFIED, FORMATS[party.name_id]}
    return Denial.NAME_UNMET if another or wanted.named_for not in {"", party.entity_id} else None


async def _beginning(
    request: web.Request, asked: Asked, session: Session | None, why: Denial | None
) -> Waiting | Denial:
    """Where a new sign-in begins: at the password, or at the factor that lifts the session."""
    if asked.passive or not in_a_page_of_its_own(request):
        return Denial.NO_PASSIVE
    if why is not Denial.LEVEL_UNMET or session is None:
        return AwaitingPassword(new_challenge(), asked.demanded)
    return await lifting(provider_of(request), session, asked.demanded) or Denial.LEVEL_UNMET


async def _may_use(
    request: web.Request, party: ServiceProvider, handle: HandleHash
) -> Admitted | NotAdmitted:
    """Whoever is signed in, where the service provider names no application."""
    provider = provider_of(request)
    session = await signed_in(provider, handle) if party.application else None
    if session is None:
        return Admitted("", "")
    return await provider.may_use(session, party.application, arrival.origin_of(request), provider.clock())


def _answering(provider: Provider, asked: Asked) -> response.Envelope:
    return _envelope(provider.issuer, asked.address, asked.request, provider.clock())


def _envelope(issuer: str, address: str, in_response_to: str, now: datetime) -> response.Envelope:
    return response.Envelope(
        id=f"_{secrets.token_hex(16)}",
        issuer=metadata.entity_of(issuer),
        address=address,
        in_response_to=in_response_to,
        at=now,
    )


def _query(request: web.Request) -> str:
    """As it came: that is what was signed."""
    return request.raw_path.partition("?")[2]


async def _first(provider: Provider, party: str, name: str, until: datetime) -> bool:
    """Whether a request to sign out comes for the first time."""
    spent = _digest("saml-logout", party, name)
    return await provider.store.transact(lambda book: book.spend_assertion(spent, until))


def _digest(*what: str) -> bytes:
    return hashlib.sha256(json.dumps(what).encode()).digest()


def _statement(asked: Asked, party: ServiceProvider, session: Session) -> response.Statement:
    return response.Statement(
        id=f"_{secrets.token_hex(16)}",
        audience=party.entity_id,
        name_format=FORMATS[party.name_id],
        name=party.name_of(session),
        context=level.said(asked.contexts, session.level),
        auth_time=session.auth_time,
        session=party.session_of(session.sid),
        session_ends=session.expires_at,
        attributes=party.said_of(session.person),
    )


def _spent(asked: Asked) -> bytes:
    """A request is answered once by its `ID`, which no other service provider's shares."""
    return _digest("saml", asked.provider, asked.request)


def _posted(request: web.Request, asked: Asked, said: bytes) -> web.Response:
    """By a form that our script sends, and a click where no script runs (SAML bindings §3.5)."""
    relay = {} if asked.relay_state is None else {"RelayState": asked.relay_state}
    return provider_of(request).pages.respond(
        request,
        "form_post.html",
        form_action=arrival.form_address(asked.address),
        scripts=True,
        action=asked.address,
        fields={"SAMLResponse": b64encode(said).decode(), **relay},
        host=urlsplit(asked.address).hostname or "",
    )


async def _unsafe(request: web.Request, why: Unsafe, party: str) -> web.Response:
    await _record_refusal(request, party, why)
    return failure.page(request, 400, SAML_UNSAFE[why], why)


async def _record_refusal(request: web.Request, party: str, why: Denial | Unsafe) -> None:
    provider = provider_of(request)
    now, origin = provider.clock(), arrival.origin_of(request)
    refused = events.SamlRequestRefused(at=now, origin=origin, client=party, reason=why.value)
    await provider.store.transact(lambda book: book.record(refused))
