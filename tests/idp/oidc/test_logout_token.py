"""What a logout token says, and that it passes for nothing else."""

from config.vocabulary import SessionId, SubjectId
from idp.oidc import logout_token
from idp.oidc.client import Client, ClientId
from idp.oidc.keys import SigningKeys
from tests.rig.people import NOON
from tests.rig.provider import ISSUER, signing_keys

GIS = Client(id=ClientId("gis"), redirect_uris=frozenset({"https://gis.obec.test/cb"}))
SAID = logout_token.claims(GIS, SubjectId("office:1"), SessionId("s" * 22), "name-1", ISSUER, NOON)


def test_it_has_the_claims_of_the_standard_and_no_nonce() -> None:
    """Back-Channel Logout 1.0 §2.4."""
    assert {
        "iss": ISSUER,
        "aud": "gis",
        "sub": "office:1",
        "sid": "s" * 22,
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 120,
        "jti": "name-1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    } == SAID


def test_it_is_no_hint_of_a_sign_in() -> None:
    """Of its own kind (RFC 8725 §3.11): what a client was told cannot be shown to us as an id token."""
    keys = SigningKeys(signing_keys())
    assert keys.verify(keys.sign(SAID, "ES256"), ISSUER, NOON) is not None
    assert keys.verify(keys.sign(SAID, "ES256", logout_token.TYPE), ISSUER, NOON) is None
