import base64
from datetime import UTC, datetime
from urllib.parse import quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc import client_authentication, parameters, pkce, token
from idp.oidc.client import Client, ClientId, Method, Secret
from idp.oidc.client_authentication import Shown
from idp.oidc.errors import ClientFault
from idp.oidc.parameters import Unreadable


@given(st.text(max_size=30), st.text(max_size=30))
def test_basic_credentials_are_read_back(name, secret):
    text = f"{quote_plus(name)}:{quote_plus(secret)}"
    header = "Basic " + base64.b64encode(text.encode()).decode()
    assert client_authentication.read_basic(header) == (name, secret)


@given(st.text(min_size=1, max_size=40), st.booleans(), st.text(max_size=40))
def test_a_secret_in_the_header_is_taken_with_its_encoding_and_without(secret, encoded, other):
    """RFC 6749 §2.3.1 wants the encoding; common libraries leave it out (docs/connecting.md)."""
    client = Client(
        id=ClientId("loans"), redirect_uris=frozenset(), secret=Secret.of(secret), method=Method.BASIC
    )

    def fault(sent):
        header = "Basic " + base64.b64encode(f"loans:{sent}".encode()).decode()
        shown = client_authentication.read({}, header, {client.id: client})
        assert isinstance(shown, Shown)
        return client_authentication.fault(None, shown, ["x"], datetime.now(UTC))

    assert fault(quote_plus(secret) if encoded else secret) is None
    if secret not in (other, unquote_plus(other)):
        assert fault(other) is ClientFault.SECRET_WRONG


@given(st.text(max_size=60))
def test_any_authorization_header_has_a_reading(header):
    read = client_authentication.read_basic(header)
    assert read is None or len(read) == 2
    shown = token.read_shown(header)
    assert shown is None or shown.text in header


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=60))
def test_parameters_are_read_once_each_or_not_at_all(pairs):
    read = parameters.read(pairs)
    names = [name for name, _ in pairs]
    clean = len(set(names)) == len(names) <= parameters.COUNT and not any(
        "\x00" in value for _, value in pairs
    )
    assert isinstance(read, Unreadable) is not clean
    if not isinstance(read, Unreadable):
        assert read == {name: value for name, value in pairs if value}


@given(st.text(max_size=80))
def test_what_goes_into_an_error_description_is_printable_ascii(text):
    shown = parameters.printable(text)
    assert shown.isascii()
    assert not set(shown) & set('"\\\r\n')
    assert len(shown) <= 40


def test_the_proof_is_that_of_rfc_7636_appendix_b():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert pkce.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert pkce.proves(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")


@given(st.text(max_size=140), st.text(max_size=50))
def test_no_text_proves_a_challenge_it_does_not_hash_to(verifier, challenge):
    if pkce.proves(verifier, challenge):
        assert pkce.challenge_of(verifier) == challenge


@pytest.mark.parametrize(
    "verifier", ["", "A" * 42, "A" * 129, "A" * 42 + "é", "A" * 43 + "\n", "A" * 42 + "+"]
)
def test_a_verifier_outside_the_rules_proves_nothing(verifier):
    challenge = pkce.challenge_of("A" * 43)
    assert not pkce.proves(verifier, challenge)
    assert pkce.proves("A" * 43, challenge)
