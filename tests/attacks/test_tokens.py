"""Tokens and handles: forged, of another key, purpose, application, municipality or host. None opens anything."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from yarl import URL

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.demo.configuration import BUDGET, MAP
from gateway.demo.people import HULIN
from tests.attacks.conftest import VERIFIER, SignedIn, authorization, known_at_login
from tests.rig.attacked import Ground
from tests.rig.attacked_parties import LIBRARY, LIBRARY_CALLBACK

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
GRANT, SESSION = "__Host-brana-grant", "__Host-brana-session"


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    return dict(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))


async def grant_of(clerk: SignedIn, ground: Ground) -> str:
    """A fresh one: that of the sign-in may be over by now. The application does not count the visit for it."""
    await clerk.browser.get(ground.records())
    ground.taken_over.requests.clear()
    return clerk.browser.cookies(ground.records())[GRANT]


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """In the very form of ours, so that a token is refused for what it says and not for how it is written."""
    return ".".join(base64url(msgspec.json.encode(dict(one))) for one in (header, claims))


def by_hand(header: Mapping[str, Any], claims: Mapping[str, Any], key: ECKey) -> str:
    """ES256 (RFC 7518 §3.4) with any header, also one that no library would write."""
    text = unsigned(header, claims)
    r, s = decode_dss_signature(key.private_key.sign(text.encode(), ECDSA(SHA256())))
    return f"{text}.{base64url(r.to_bytes(32) + s.to_bytes(32))}"


def confused(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    """HS256 with what everybody knows as the secret (RFC 8725 §2.1)."""
    text = unsigned({**header, "alg": "HS256"}, claims)
    return f"{text}.{base64url(hmac.digest(secret, text.encode(), 'sha256'))}"


async def id_token_of_library(ground: Ground, clerk: SignedIn) -> dict[str, str]:
    """What the token endpoint gives a hosted relying party for the clerk's sign-in."""
    browser = known_at_login(ground, clerk)
    asked = authorization(ground, client_id=LIBRARY, redirect_uri=LIBRARY_CALLBACK)
    code = (await browser.get(asked, follow=False)).location.query["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": LIBRARY,
        "code": code,
        "redirect_uri": LIBRARY_CALLBACK,
        "code_verifier": VERIFIER,
    }
    answer = await browser.post(f"{ground.login}/token", form)
    assert answer.status == 200, answer.text
    return {**json.loads(answer.text), "code": code}


async def test_no_grant_but_one_that_our_grant_key_signed_lets_anybody_in(
    ground: Ground, clerk: SignedIn
) -> None:
    keys = ground.state.keys
    grant = await grant_of(clerk, ground)
    header, claims = part(grant, 0), part(grant, 1)
    assertion, now = claims["assertion"], int(time.time())
    public = keys.grant.as_pem(private=False)
    jwk = {**keys.assertion.as_dict(private=False), "kid": "mine"}
    mine = ECKey.generate_key("P-256")
    forged = {
        "alg none": unsigned({**header, "alg": "none"}, claims) + ".",
        "alg none, its signature left": f"{unsigned({**header, 'alg': 'none'}, claims)}.{grant.split('.')[2]}",
        "no signature": grant.rpartition(".")[0] + ".",
        "HS256 with the public key": confused(header, claims, public),
        "HS256 with the key set": confused(
            header, claims, json.dumps(keys.grant.as_dict(private=False)).encode()
        ),
        "HS256 with nothing": confused(header, claims, b""),
        "own key, known kid": by_hand(header, claims, mine),
        "own key, unknown kid": by_hand({**header, "kid": "x"}, claims, mine),
        "own key in the header": by_hand(
            {**header, "kid": "mine", "jwk": mine.as_dict(private=False)}, claims, mine
        ),
        "key elsewhere": by_hand({**header, "jku": "https://evil.test/keys"}, claims, mine),
        "kid as a path": by_hand({**header, "kid": "../../dev/null"}, claims, mine),
        "key of assertions": by_hand({**header, "kid": keys.assertion.thumbprint()}, claims, keys.assertion),
        "key of assertions, kid of grants": by_hand(header, claims, keys.assertion),
        "key of id tokens": by_hand(
            {**header, "kid": keys.provider_es256.thumbprint()}, claims, keys.provider_es256
        ),
        "type of access tokens": by_hand({**header, "typ": "at+jwt"}, claims, keys.grant),
        "RS256 key of id tokens": jwt.encode({"alg": "RS256"}, claims, keys.provider_rs256),
        "HS256 of a library": jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(b"x" * 32)),
        "critical extension": by_hand({**header, "crit": ["exp"], "b64": False}, claims, mine),
        "the assertion": assertion,
        "an id token": (await id_token_of_library(ground, clerk))["id_token"],
        "expired": by_hand(header, {**claims, "exp": now - 10}, keys.grant),
        "without an end": by_hand(header, {k: v for k, v in claims.items() if k != "exp"}, keys.grant),
        "another audience": by_hand(header, {**claims, "aud": "records"}, keys.grant),
        "another issuer": by_hand(header, {**claims, "iss": ground.login}, keys.grant),
        "changed claims": ".".join(
            [grant.split(".")[0], unsigned({}, {**claims, "sub": "x"}).split(".")[1], grant.split(".")[2]]
        ),
        "jwk of us": by_hand({**header, "jwk": jwk}, claims, mine),
        "empty": "",
    }
    for name, token in forged.items():
        answer = await ground.ask("/x", cookie=f"{GRANT}={token}")
        assert answer.status == 401, name
        entry = await ground.refused(answer, "sign_in_needed")
        assert (entry.session, entry.details["fresh"]) == ("", False), name
    assert ground.taken_over.requests == []
    honest = by_hand(header, {**claims, "exp": now + 20}, keys.grant)  # the same way made, and let in
    assert (await ground.ask("/x", cookie=f"{GRANT}={honest}")).status == 200


async def test_a_grant_of_one_application_or_municipality_is_none_at_another(ground: Ground) -> None:
    """By somebody without a session there: the cookie alone, copied to another host."""
    accountant = ground.somebody(Role.ACCOUNTANT)
    browser = await ground.signed_in(accountant, ground.product.application(BUDGET))
    await browser.get(ground.product.application(MAP))
    grants = {name: browser.cookies(ground.product.application(name))[GRANT] for name in (BUDGET, MAP)}
    assert len(set(grants.values())) == 2
    ground.taken_over.requests.clear()
    places = ((BUDGET, MAP, ""), (MAP, BUDGET, ""))
    for name, elsewhere, where in places:
        answer = await ground.ask(host=ground.host(elsewhere, where), cookie=f"{GRANT}={grants[name]}")
        assert answer.status == 401
        entry = await ground.refused(answer, "sign_in_needed")
        assert (entry.application, entry.details["fresh"]) == (elsewhere, False)
    assert ground.taken_over.requests == []


async def test_a_grant_of_one_municipality_is_none_at_another_also_with_a_session_there(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = await ground.signed_in(ground.somebody())
    await browser.get(ground.records(HULIN))
    grant, session = browser.cookies(ground.records())[GRANT], browser.cookies(ground.records(HULIN))[SESSION]
    ground.taken_over.requests.clear()
    answer = await ground.ask(
        "/x", host=ground.host(municipality=HULIN), cookie=f"{GRANT}={grant}; {SESSION}={session}"
    )
    decided = await ground.entry(answer, Code.DECISION_REFUSE)
    assert (answer.status, decided.reason, decided.municipality) == (403, "no_role_in_municipality", HULIN)
    assert ground.taken_over.requests == []


async def test_a_grant_for_reading_does_not_sign(ground: Ground, clerk: SignedIn) -> None:
    answer = await ground.ask("/sign/1", method="POST", cookie=f"{GRANT}={await grant_of(clerk, ground)}")
    assert answer.status == 401  # no session: it is asked for anew and not let in
    assert (await ground.refused(answer, "sign_in_needed")).action == "sign"


async def test_a_handle_is_good_at_its_own_host_alone(ground: Ground) -> None:
    browser = await ground.signed_in(ground.somebody())
    await browser.get(ground.portal)
    at_records, at_portal = (browser.cookies(url)[SESSION] for url in (ground.records(), ground.portal))
    assert at_records != at_portal
    ground.taken_over.requests.clear()
    for host, handle in ((ground.host(), at_portal), (ground.portal.removeprefix("https://"), at_records)):
        answer = await ground.ask(host=host, cookie=f"{SESSION}={handle}")
        assert answer.status == 401
        await ground.refused(answer, "sign_in_needed")
    twice = await ground.ask(cookie=f"{SESSION}={at_records}; {SESSION}={at_portal}")
    assert twice.status == 401
    await ground.refused(twice, "sign_in_needed")
    assert ground.taken_over.requests == []


async def test_no_single_use_value_serves_in_the_place_of_another(ground: Ground, clerk: SignedIn) -> None:
    """Code, handle of the provider, of the browser, of a host, access token: each tried as each other."""
    tokens = await id_token_of_library(ground, clerk)
    at_login = clerk.browser.cookies(ground.login)
    values = {
        "code": tokens["code"],
        "access token": tokens["access_token"],
        "id token": tokens["id_token"],
        "session": clerk.browser.cookies(ground.records())[SESSION],
        "grant": await grant_of(clerk, ground),
        **{name: value for name, value in at_login.items() if "language" not in name},
        "random": secrets.token_urlsafe(32),
    }
    for name, value in values.items():
        if name != "__Host-brana-sso":
            browser = ground.browser()
            browser.keep(ground.login, {"__Host-brana-sso": value, "__Host-brana-login": value})
            silent = await browser.get(authorization(ground, prompt="none"), follow=False)
            assert "error=login_required" in silent.headers["Location"], name
            assert (await ground.entry(silent, Code.CODE_REFUSED)).reason == "login_required"
        if name != "session":
            answer = await ground.ask("/x", cookie=f"{SESSION}={value}")
            assert answer.status == 401, name
            await ground.refused(answer, "sign_in_needed")
        if name != "access token":
            login = ground.login.removeprefix("https://")
            answer = await ground.ask("/userinfo", host=login, headers=(f"Authorization: Bearer {value}",))
            assert answer.status == 401, name
            await ground.refused(answer, "invalid_token")
        form = {"grant_type": "authorization_code", "client_id": LIBRARY, "code": value,
                "redirect_uri": LIBRARY_CALLBACK, "code_verifier": VERIFIER}  # fmt: skip
        spent = await ground.browser().post(f"{ground.login}/token", form)
        assert (spent.status, json.loads(spent.text)["error"]) == (400, "invalid_grant"), name
        await ground.refused(spent, "invalid_grant")
    assert ground.taken_over.requests == []


async def test_a_code_that_was_used_twice_takes_its_access_token_back(
    ground: Ground, clerk: SignedIn
) -> None:
    tokens = await id_token_of_library(ground, clerk)
    login = ground.login.removeprefix("https://")
    bearer = (f"Authorization: Bearer {tokens['access_token']}",)
    assert (await ground.ask("/userinfo", host=login, headers=bearer)).status == 200
    form = {"grant_type": "authorization_code", "client_id": LIBRARY, "code": tokens["code"],
            "redirect_uri": LIBRARY_CALLBACK, "code_verifier": VERIFIER}  # fmt: skip
    again = await ground.browser().post(f"{ground.login}/token", form)
    refused = await ground.entry(again, Code.TOKEN_REFUSED)
    assert (refused.reason, refused.details["revoked"]) == ("code_used_twice", 1)
    answer = await ground.ask("/userinfo", host=login, headers=bearer)
    assert answer.status == 401
    await ground.refused(answer, "invalid_token")


async def test_a_client_that_proves_itself_wrongly_gets_no_token(ground: Ground) -> None:
    login = ground.login.removeprefix("https://")
    form = ("Content-Type: application/x-www-form-urlencoded",)
    unknown, otherwise = "invalid_client", "client_proof_of_another_kind"
    for body, extra, reason in (
        (b"grant_type=authorization_code&client_id=nobody&code=x", (), unknown),
        (b"grant_type=authorization_code&code=x", (), unknown),
        (b"grant_type=authorization_code&client_id=library&client_secret=x&code=x", (), otherwise),
        (b"grant_type=authorization_code&code=x", ("Authorization: Basic bGlicmFyeTp4",), otherwise),
    ):
        answer = await ground.ask("/token", host=login, method="POST", body=body, headers=(*form, *extra))
        assert answer.status == 401
        refused = await ground.entry(answer, Code.TOKEN_REFUSED)
        assert refused.reason == reason
        await ground.refused(answer, "invalid_client")


async def test_a_hint_that_we_did_not_sign_as_an_id_token_is_none(ground: Ground, clerk: SignedIn) -> None:
    """`id_token_hint`, by which a sign-out needs no question: forged, of another key, of another purpose."""
    keys = ground.state.keys
    honest = (await id_token_of_library(ground, clerk))["id_token"]
    header, claims = part(honest, 0), part(honest, 1)
    mine = ECKey.generate_key("P-256")
    forged = {
        "alg none": unsigned({**header, "alg": "none"}, claims) + ".",
        "HS256 with the public key": confused(header, claims, keys.provider_es256.as_pem(private=False)),
        "own key, known kid": jwt.encode({**header}, claims, mine),
        "own key in the header": by_hand({**header, "jwk": mine.as_dict(private=False)}, claims, mine),
        "key of assertions": jwt.encode(
            {**header, "kid": keys.assertion.thumbprint()}, claims, keys.assertion
        ),
        "key of grants, kid of id tokens": jwt.encode({**header}, claims, keys.grant),
        "unknown kid": jwt.encode({**header, "kid": "x"}, claims, keys.provider_es256),
        "algorithm of the other key": jwt.encode(
            {"alg": "RS256", "kid": header["kid"]}, claims, keys.provider_rs256
        ),
        "another issuer": jwt.encode({**header}, {**claims, "iss": "https://evil.test"}, keys.provider_es256),
        "from the future": jwt.encode({**header}, {**claims, "iat": time.time() + 3600}, keys.provider_es256),
        "a grant": await grant_of(clerk, ground),
    }
    browser = known_at_login(ground, clerk)
    for name, token in forged.items():
        asked = await browser.get(authorization(ground, id_token_hint=token), follow=False)
        assert "error=invalid_request" in asked.headers["Location"], name
        assert (await ground.entry(asked, Code.CODE_REFUSED)).reason == "invalid_request"
        out = await browser.get(
            URL(f"{ground.login}/logout?{urlencode({'id_token_hint': token})}", encoded=True)
        )
        assert (out.status, "/logout/confirm" in out.text) == (200, True), name
    assert (
        await browser.get(authorization(ground, prompt="none", id_token_hint=honest), follow=False)
    ).status == 303
    assert (await clerk.browser.get(ground.records(), follow=False)).status == 200
