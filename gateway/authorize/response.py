"""A verdict as the answer Envoy passes on: let through, to the sign-in, or an understandable refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from config.identity import PERSON_HEADER
from config.vocabulary import REASON_HEADER, Language
from gateway.authorize.contact import with_contact
from gateway.authorize.problem import PROBLEM, SIGN_IN_NEEDED, challenge, problem, status_for_programs
from gateway.authorize.refusals import WORDS
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Granted, Refused, Text
from gateway.grants.cookie import clear_cookie, set_cookie
from gateway.grants.sign import SignedGrant
from gateway.sessions.attempt import superfluous
from gateway.sessions.session import Session

ASSERTION, GATE, UNTIL = "x-brana-assertion", "x-brana-gate", "x-brana-until"
CANNOT_DECIDE, UNKNOWN = "gateway_unavailable", "unknown_application"
UNAVAILABLE_REASONS = frozenset({"application_differs", "directory_unreachable"})
"""503: come back later; nothing to ask for."""


class AnswerKind(StrEnum):
    """What an answer amounts to; the label it is counted under."""

    GRANTED = "granted"
    REFUSED = "refused"
    SIGN_IN = "sign_in"
    UNAVAILABLE = "unavailable"


KINDS = {
    200: AnswerKind.GRANTED,
    302: AnswerKind.SIGN_IN,
    307: AnswerKind.SIGN_IN,
    401: AnswerKind.SIGN_IN,
    403: AnswerKind.REFUSED,
    503: AnswerKind.UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    """One of KINDS."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """Set-Cookie values."""
    body: str = ""

    @property
    def kind(self) -> AnswerKind:
        if self.status in (307, 401) and self.headers[REASON_HEADER] != SIGN_IN_NEEDED:
            return AnswerKind.REFUSED
        return KINDS[self.status]


class Pages(Protocol):
    """The pages a refusal is shown as, in the request's language."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Security headers of every page."""
        ...

    def refused(self, request: AccessRequest, refused: Refused, session: Session, status: int) -> str:
        """`session` is whose request it is: somebody who may sign out, or act for another municipality."""
        ...

    def signed_out(self, request: AccessRequest) -> str:
        """For a form sent after the session ended: sign in, then send it again."""
        ...

    def unavailable(self, request: AccessRequest) -> str: ...

    def unknown(self, request: AccessRequest) -> str:
        """For a stranger to an application that is not known here, so that no sign-in leads back to it."""
        ...

    @property
    def support(self) -> str | None:
        """Whom people of the office call."""
        ...

    def keep_language(self, language: Language) -> str:
        """Value of a Set-Cookie header."""
        ...


def granted(verdict: Granted, signed: SignedGrant, cookie: str) -> Answer:
    """`cookie`: name of that which carries grants of this application, here and below."""
    about = verdict.grant.assertion
    person = {PERSON_HEADER + fact: text for fact, text in verdict.grant.person.items()}
    return Answer(
        200,
        {ASSERTION: signed.assertion, GATE: verdict.grant.gate(), **person},
        (set_cookie(cookie, signed.token, about.expires_at - about.issued_at),),
    )


def granted_to_program(verdict: Granted, signed: SignedGrant) -> Answer:
    """Without a cookie: what came by a certificate or a token must come so again."""
    person = {PERSON_HEADER + fact: text for fact, text in verdict.grant.person.items()}
    until = str(int(verdict.grant.assertion.expires_at.timestamp()))
    return Answer(200, {ASSERTION: signed.assertion, GATE: verdict.grant.gate(), UNTIL: until, **person})


def refused(
    request: AccessRequest,
    verdict: Refused,
    session: Session,
    pages: Pages,
    cookie: str,
    keeper: str | None = None,
) -> Answer:
    """A grant that no longer stands is taken back in the same answer; for `keeper` see `to_sign_in`."""
    status = 503 if verdict.reason in UNAVAILABLE_REASONS else 403
    cookies = (clear_cookie(cookie),)
    if request.page_load and keeper is not None:
        return _to_keeper(request, keeper, verdict.reason, cookies)
    if request.page_load:
        html = pages.refused(request, verdict, session, status)
        return _page(status, verdict.reason, html, pages, cookies + _chosen(request, pages))
    status = status_for_programs(status, verdict.reason)
    return machine(status, verdict.reason, (verdict.title, verdict.advice), request, pages, cookies)


def to_sign_in(
    request: AccessRequest,
    pages: Pages,
    beginning: tuple[str, str] | None,
    cookie: str,
    keeper: str | None = None,
) -> Answer:
    """`beginning`: the address to send the browser to and the attempt's Set-Cookie value, for a page load; `keeper`:
    the path of the page that holds a form till then.
    """
    cookies = (clear_cookie(cookie),)
    if not request.page_load:
        return machine(401, SIGN_IN_NEEDED, WORDS[SIGN_IN_NEEDED], request, pages, cookies)
    if keeper is not None:
        return _to_keeper(request, keeper, SIGN_IN_NEEDED, cookies)
    if beginning is None:  # what was typed into the form would be lost by a redirect
        return _page(401, SIGN_IN_NEEDED, pages.signed_out(request), pages, cookies)
    location, attempt_cookie = beginning
    old = tuple(clear_cookie(name) for name in superfluous(dict(request.cookies)))
    headers = {"Location": location, "Cache-Control": "no-store", REASON_HEADER: SIGN_IN_NEEDED}
    return Answer(302, headers, (*cookies, attempt_cookie, *old))


def unavailable(request: AccessRequest, pages: Pages) -> Answer:
    """The gateway itself cannot decide: database, provider or a fault of ours. Doubt refuses."""
    if request.page_load:
        return _page(503, CANNOT_DECIDE, pages.unavailable(request), pages, ())
    return machine(503, CANNOT_DECIDE, WORDS[CANNOT_DECIDE], request, pages, ())


def unknown(request: AccessRequest, pages: Pages, cookie: str) -> Answer:
    """Nobody is signed in, and could not be: another node has an application that is not ours, or not yet."""
    cookies = (clear_cookie(cookie),)
    if request.page_load:
        return _page(403, UNKNOWN, pages.unknown(request), pages, cookies)
    return machine(status_for_programs(403, UNKNOWN), UNKNOWN, WORDS[UNKNOWN], request, pages, cookies)


def _to_keeper(request: AccessRequest, keeper: str, reason: str, cookies: tuple[str, ...]) -> Answer:
    """The browser sends the form there once more (RFC 9110 §15.4.8)."""
    location = f"https://{request.host}{keeper}"
    return Answer(307, {"Location": location, "Cache-Control": "no-store", REASON_HEADER: reason}, cookies)


def _chosen(request: AccessRequest, pages: Pages) -> tuple[str, ...]:
    """The language somebody has just chosen on a refusal page."""
    return (pages.keep_language(request.language),) if request.language_chosen else ()


def _page(status: int, reason: str, html: str, pages: Pages, cookies: tuple[str, ...]) -> Answer:
    headers = {
        **pages.headers,
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        REASON_HEADER: reason,
    }
    return Answer(status, headers, cookies, html)


def machine(
    status: int,
    reason: str,
    words: tuple[Text, Text],
    request: AccessRequest,
    pages: Pages,
    cookies: tuple[str, ...],
) -> Answer:
    """What a program gets; gRPC's `message` Envoy puts into the trailers."""
    headers = {"Cache-Control": "no-store", REASON_HEADER: reason, **challenge(status, reason, request.host)}
    if request.rpc:
        title, advice = (text.get(request.language, "") for text in words)
        advice = with_contact(advice, request.language, pages.support)
        message = f"{title}. {advice} ({reason}, {request.request_id})"
        return Answer(status, headers | {"Content-Type": "text/plain; charset=utf-8"}, cookies, message)
    body = problem(status, reason, words, request.language, pages.support, request.request_id)
    return Answer(status, headers | {"Content-Type": PROBLEM}, cookies, body)
