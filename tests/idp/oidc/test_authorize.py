"""Reading authorization requests and deciding whether to ask: the pure rules."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import AuthenticationLevel, Language, SessionId
from idp.login.handle import HandleHash
from idp.login.session import Session
from idp.oidc import authorize as rules
from idp.oidc.authorize import Hint, Refusable, Request, SignInWhy, Unanswerable
from tests.rig.people import JANA, JANA_ID, NOON, PETR_ID
from tests.rig.provider import CALLBACK, clients, request_parameters

NAMES = [*request_parameters(), "prompt", "max_age", "login_hint", "ui_locales", "request", "id_token_hint"]
SESSION = Session(
    sid=SessionId("s" * 22), handle=HandleHash(b""), person=JANA, facts_at=NOON, locale=Language.CZECH,
    level=AuthenticationLevel.TWO_FACTORS, methods=("pwd", "otp", "mfa"), auth_time=NOON, created_at=NOON,
    last_seen=NOON, expires_at=NOON + timedelta(hours=10),
)  # fmt: skip


def no_hint(_token: str) -> None:
    return None


def read(**changes: str | None):
    return rules.read(request_parameters(**changes).items(), clients(), no_hint)


def asked(**changes: str | None) -> Request:
    request = rules.read(request_parameters(**changes).items(), clients(), lambda _: Hint(JANA_ID))
    assert isinstance(request, Request), request
    return request


def test_what_a_sign_in_keeps_of_a_request_is_bounded_and_reads_as_the_request_did():
    usual = request_parameters(login_hint="jana", nonce="n" * 4096, prompt="login", odd="x" * 4096)
    kept = rules.kept(usual)
    assert "odd" not in kept
    assert rules.read(parse_qsl(kept), clients(), no_hint) == rules.read(usual.items(), clients(), no_hint)
    answer = read(nonce="n" * 4096, login_hint="h" * 4096)
    assert isinstance(answer, Refusable)
    assert answer.refused.description == "the parameters are longer than 8192 characters together"


odd = st.text(max_size=30) | st.sampled_from(["none", "login", "openid", "S256", "code", "0", "-1", CALLBACK])


@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), odd), max_size=12), st.booleans())
def test_any_parameters_have_an_answer_and_a_redirect_leads_to_a_registered_address(pairs, rightly_begun):
    usual = list(request_parameters().items()) if rightly_begun else []
    fresh = [pair for pair in pairs if pair[0] not in dict(usual)] if rightly_begun else pairs
    answer = rules.read([*usual, *fresh], clients(), no_hint)
    if isinstance(answer, Request | Refusable):
        client = clients()[answer.target.client]
        assert answer.target.redirect_uri in client.redirect_uris
    if isinstance(answer, Request):
        assert len(answer.challenge) == 43
        assert "openid" in answer.scopes


@given(
    st.text(max_size=60), st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=40), max_size=4)
)
def test_an_answer_is_read_back_as_it_was_given_and_stays_at_its_address(state, answer):
    target = replace(asked().target, state=state)
    answer = {name: value for name, value in answer.items() if name not in {"state", "iss"}}
    address = rules.answer_address(target, "https://login.obec.test", answer)
    assert address.startswith(CALLBACK + "?")
    assert address.isascii()
    assert not set(address) & set(" \r\n\t\"'<>\\#")
    assert dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)) == {
        **answer, "state": state, "iss": "https://login.obec.test",
    }  # fmt: skip


def test_an_answer_is_added_to_an_address_with_a_query():
    target = replace(asked().target, redirect_uri="https://a.test/cb?x=1", state=None)
    assert (
        rules.answer_address(target, "https://i", {"code": "c"})
        == "https://a.test/cb?x=1&code=c&iss=https%3A%2F%2Fi"
    )


def test_no_error_travels_before_the_address_is_verified():
    assert isinstance(read(redirect_uri="https://evil.test/", response_type="token"), Unanswerable)
    assert isinstance(read(client_id="nikdo", scope=""), Unanswerable)


@pytest.mark.parametrize(
    ("changes", "session", "why"),
    [
        ({}, None, SignInWhy.NO_SESSION),
        ({}, SESSION, None),
        ({"prompt": "login"}, SESSION, SignInWhy.ASKED_ANEW),
        ({"max_age": "60"}, SESSION, SignInWhy.TOO_LONG_AGO),
        ({"max_age": "7200"}, SESSION, None),
        # the clock was set back since: a time to come satisfies nothing
        ({"prompt": "login"}, replace(SESSION, auth_time=NOON + timedelta(days=1)), SignInWhy.ASKED_ANEW),
        ({"max_age": "7200"}, replace(SESSION, auth_time=NOON + timedelta(days=1)), SignInWhy.TOO_LONG_AGO),
        ({"id_token_hint": "x"}, SESSION, None),
        (
            {"id_token_hint": "x"},
            replace(SESSION, person=replace(JANA, subject=PETR_ID)),
            SignInWhy.OTHER_PERSON,
        ),
        ({"prompt": "login", "max_age": "0"}, replace(SESSION, auth_time=NOON + timedelta(hours=1)), None),
    ],
)
def test_the_person_is_asked_exactly_when_the_session_does_not_answer(changes, session, why):
    now = NOON + timedelta(hours=1)
    assert rules.must_ask(asked(**changes), session, now, now) is why


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cs", Language.CZECH),
        ("cs-CZ", Language.CZECH),
        ("de EN-gb cs", Language.ENGLISH),
        ("de", None),
        ("", None),
    ],
)
def test_the_first_known_language_wins(text, language):
    assert rules.language_of(text) is language


def test_a_login_hint_that_could_not_be_a_login_is_dropped():
    assert asked(login_hint="novakova.jana").login_hint == "novakova.jana"
    assert asked(login_hint="x" * 300).login_hint == ""
    assert asked(login_hint="a\nb").login_hint == ""


def test_unknown_scopes_are_ignored_and_the_gateways_own_are_always_there():
    assert asked(scope="openid email zzz").scopes == ("openid", "profile", "email", "roles")
    other = request_parameters(
        client_id="gis", redirect_uri="https://gis.obec.test/oidc/callback", scope="openid zzz"
    )
    request = rules.read(other.items(), clients(), no_hint)
    assert isinstance(request, Request)
    assert request.scopes == ("openid",)
