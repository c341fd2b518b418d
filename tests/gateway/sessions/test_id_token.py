import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from config.vocabulary import NO_DEVICE, AuthenticationLevel, MunicipalityCode, Role
from gateway.sessions.id_token import LEEWAY, MAX_AGE, IdTokenRefused, SignedIn, verify
from idp.directory.work import NOTHING_KNOWN, ActivityRole, Work

ISSUER, CLIENT, NONCE = "https://login.brana.example", "brana-gateway", "n-0S6_WzA2Mj"
NOW = datetime.fromisoformat("2026-03-02T08:30:00+00:00")
EC, RSA, STRANGER = ECKey.generate_key("P-256"), RSAKey.generate_key(2048), ECKey.generate_key("P-256")
PUBLIC = KeySet.import_key_set(
    {"keys": [{**key.as_dict(private=False), "kid": key.thumbprint()} for key in (EC, RSA)]}
)


def claims(**changed: Any) -> dict[str, Any]:
    moment = int(NOW.timestamp())
    return {
        "iss": ISSUER,
        "sub": "6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11",
        "aud": CLIENT,
        "exp": moment + 300,
        "iat": moment,
        "nonce": NONCE,
        "sid": "provider-session-1",
        "acr": "urn:brana:acr:two-factors",
        "amr": ["pwd", "otp"],
        "auth_time": moment - 60,
        "name": "Jana Nováková",
        "preferred_username": "novakova",
        "brana_roles": [
            {"municipality": "588491", "role": "accountant"},
            {"municipality": "588296", "role": "clerk"},
        ],
        "brana_facts_at": moment - 600,
        "brana_ends_at": moment + 36_000,
    } | changed


def signed(content: dict[str, Any], key: Any = EC, algorithm: str = "ES256", **header: str) -> str:
    return jwt.encode({"alg": algorithm, "kid": key.thumbprint()} | header, content, key)


def verified(token: str, now: datetime = NOW, factors_since: datetime | None = None) -> SignedIn:
    return verify(
        token,
        PUBLIC,
        issuer=ISSUER,
        client_id=CLIENT,
        nonce=NONCE,
        factors_since=factors_since,
        now=now,
    )


def reason_of(check: Callable[[], object]) -> str:
    with pytest.raises(IdTokenRefused) as refused:
        check()
    assert refused.value.reason in str(refused.value)
    return refused.value.reason


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (RSA, "RS256")])
def test_a_token_in_order_says_who_came(key: Any, algorithm: str) -> None:
    who = verified(signed(claims(), key, algorithm))
    assert who.subject == "6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11"
    assert who.roles == (("588296", Role.CLERK), ("588491", Role.ACCOUNTANT))
    assert who.acr is AuthenticationLevel.TWO_FACTORS
    assert who.amr == ("pwd", "otp")
    assert who.authenticated_at == NOW - timedelta(minutes=1)
    assert who.facts_at == NOW - timedelta(minutes=10)
    assert (who.login, who.name, who.provider_sid) == ("novakova", "Jana Nováková", "provider-session-1")


def test_factors_older_than_were_asked_for_are_refused() -> None:
    """OpenID Connect Core 1.0 §3.1.3.7 step 13; clocks may differ by LEEWAY."""
    shown = int(NOW.timestamp()) - 60
    token, edge = signed(claims(auth_time=shown)), NOW - timedelta(seconds=60) + LEEWAY
    assert verified(token, factors_since=edge - timedelta(seconds=1)).subject
    assert reason_of(lambda: verified(token, factors_since=edge)) == "age of the factors"


def test_a_person_without_roles_is_somebody() -> None:
    assert verified(signed(claims(brana_roles=[]))).roles == ()


moment = int(NOW.timestamp())
LEEWAY_S, MAX_AGE_S = int(LEEWAY.total_seconds()), int(MAX_AGE.total_seconds())


def test_what_is_known_of_somebodys_work_comes_with_the_person_and_may_be_nothing():
    assert verified(signed(claims())).work == NOTHING_KNOWN
    work = Work(
        employed_until=date(2026, 12, 31),
        departments=("finance",),
        activity_roles=(ActivityRole(MunicipalityCode("588491"), "A115", "CR22"),),
    )
    assert verified(signed(claims(brana_work=msgspec.to_builtins(work)))).work == work
    with pytest.raises(IdTokenRefused):
        verified(signed(claims(brana_work={"employed_until": "soon"})))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": ISSUER + "/"}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [CLIENT, "other"]}, "audience"),
        ({"azp": "other"}, "authorized party"),
        ({"nonce": "other"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"exp": moment - LEEWAY_S}, "expiry"),
        ({"iat": moment + LEEWAY_S + 1}, "age"),
        ({"iat": moment - MAX_AGE_S}, "age"),
        ({"auth_time": moment + LEEWAY_S}, "authentication time"),
        ({"brana_facts_at": moment + LEEWAY_S}, "time of the facts"),
        ({"brana_facts_at": None}, "ValidationError"),
        ({"brana_facts_at": "yesterday"}, "ValidationError"),
        ({"brana_facts_at": True}, "ValidationError"),
        ({"brana_facts_at": 2**63}, "OverflowError"),
        ({"brana_ends_at": None}, "ValidationError"),
        ({"sub": ""}, "names"),
        ({"sid": ""}, "names"),
        ({"acr": "urn:other"}, "ValueError"),
        ({"brana_roles": [{"municipality": "588491", "role": "king"}]}, "ValueError"),
        ({"brana_roles": [{"municipality": "588491"}]}, "ValidationError"),
        ({"brana_roles": "all"}, "ValidationError"),
        ({"exp": "soon"}, "ValidationError"),
        ({"exp": 1.5}, "ValidationError"),
        ({"amr": "pwd"}, "ValidationError"),
        ({"iat": 10**14}, "ValueError"),
        ({"exp": 2**62}, "OSError"),
        ({"auth_time": 2**63}, "OverflowError"),
    ],
)
def test_a_token_that_breaks_one_rule_is_refused_for_that_reason(
    changed: dict[str, Any], reason: str
) -> None:
    assert reason_of(lambda: verified(signed(claims(**changed)))) == reason


def test_facts_from_a_clock_a_little_ahead_are_as_young_as_facts_can_be() -> None:
    assert verified(signed(claims(brana_facts_at=moment + LEEWAY_S - 1))).facts_at == NOW


@pytest.mark.parametrize("claim", sorted(claims()))
def test_a_token_that_lacks_a_claim_is_refused(claim: str) -> None:
    lacking = claims()
    del lacking[claim]
    assert reason_of(lambda: verified(signed(lacking))) == "ValidationError"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"exp": moment - LEEWAY_S + 1},
        {"iat": moment + LEEWAY_S},
        {"iat": moment - MAX_AGE_S + 1},
    ],
)
def test_what_the_rules_leave_open_is_accepted(changed: dict[str, Any]) -> None:
    assert verified(signed(claims(**changed))).login == "novakova"


def test_a_token_of_another_key_is_refused() -> None:
    assert reason_of(lambda: verified(signed(claims(), STRANGER))) == "InvalidKeyIdError"
    assert reason_of(lambda: verified(signed(claims(), STRANGER, kid=EC.thumbprint()))) == "BadSignatureError"


def test_a_token_without_signature_is_refused() -> None:
    body = signed(claims()).split(".")[1]
    header = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    assert reason_of(lambda: verified(f"{header}.{body}."))


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    secret = OctKey.import_key(urlsafe_b64encode(RSA.as_pem(private=False)).decode())
    for name in (RSA.thumbprint(), EC.thumbprint()):
        token = jwt.encode({"alg": "HS256", "kid": name}, claims(), secret)
        assert reason_of(lambda token=token: verified(token))


def test_a_key_of_one_kind_does_not_serve_the_others_algorithm() -> None:
    token = jwt.encode({"alg": "ES256", "kid": RSA.thumbprint()}, claims(), EC)
    assert reason_of(lambda: verified(token))


@given(
    st.one_of(st.text(), st.binary(max_size=40).map(lambda raw: urlsafe_b64encode(raw).decode() + ".e30.AA"))
)
def test_no_token_whatever_raises_anything_but_the_refusal(token: str) -> None:
    assert reason_of(lambda: verified(token))


def test_a_token_signed_by_nobody_with_random_bytes_is_refused() -> None:
    header, body, _ = signed(claims()).split(".")
    forged = urlsafe_b64encode(os.urandom(64)).rstrip(b"=").decode()
    assert reason_of(lambda: verified(f"{header}.{body}.{forged}")) == "BadSignatureError"


def test_the_device_comes_with_the_person_and_what_cannot_be_one_is_none():
    named = "AAAAAAAAAAAAAAAAAAAAAA"
    assert verified(signed(claims())).device == NO_DEVICE
    assert verified(signed(claims(brana_device=named))).device == named
    assert verified(signed(claims(brana_device="x\n"))).device == NO_DEVICE
