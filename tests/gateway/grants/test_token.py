"""Access tokens of technical accounts, read where the gate could not."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.grants.claims import Grant
from gateway.grants.sign import LET_IN_LATER, TokenSigner
from gateway.grants.token import Token, TokenRefused, TokenVerifier
from tests.gateway.grants.conftest import NOW

KEY, ASSERTION_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
ISSUER = "https://login.brana.test"
SIGNER = TokenSigner(KEY, ASSERTION_KEY, ISSUER, "https://portal.brana.test")
READ = TokenVerifier([KEY], ISSUER)


@pytest.fixture
def token(grant: Grant) -> str:
    return SIGNER.sign(grant, "import")


def test_a_token_of_ours_says_whose_it_is_and_holds_the_gate_s_words(token: str, grant: Grant) -> None:
    here = grant.assertion.audience
    assert READ(token, here, NOW) == Token("import", grant.assertion.sid)
    claims = jwt.decode(token, KEY).claims
    assert (claims["gate"], claims["iss"], claims["aud"]) == (grant.gate(), ISSUER, here)
    assert claims["exp"] == (grant.assertion.expires_at - LET_IN_LATER).timestamp()


@pytest.mark.parametrize(
    ("header", "claims", "reason"),
    [
        ({"typ": "JWT"}, {}, "token_unusable"),
        ({}, {"iss": "https://evil.test"}, "token_unusable"),
        ({}, {"aud": "another"}, "token_of_another_application"),
        ({}, {"aud": ["spis"]}, "token_of_another_application"),
        ({}, {"exp": "soon"}, "token_unusable"),
        ({}, {"client_id": None, "exp": int(NOW.timestamp()) - 2}, "token_expired"),
    ],
)
def test_a_token_that_says_something_else_is_refused_by_its_reason(
    header: dict[str, str], claims: dict[str, object], reason: str, token: str, grant: Grant
) -> None:
    said = jwt.decode(token, KEY).claims | claims
    text = jwt.encode({"alg": "ES256", "typ": "at+jwt"} | header, said, KEY)
    with pytest.raises(TokenRefused, match=reason):
        READ(text, grant.assertion.audience, NOW)


@pytest.mark.parametrize("text", ["", "a.b.c", "a", "\u010d"])
def test_what_is_no_token_is_refused(text: str, grant: Grant) -> None:
    with pytest.raises(TokenRefused, match="token_unusable"):
        READ(text, grant.assertion.audience, NOW)


def test_a_token_ends_when_its_grant_does(token: str, grant: Grant) -> None:
    ends = grant.assertion.expires_at
    READ(token, grant.assertion.audience, ends - timedelta(milliseconds=1))
    with pytest.raises(TokenRefused, match="token_expired"):
        READ(token, grant.assertion.audience, ends)
