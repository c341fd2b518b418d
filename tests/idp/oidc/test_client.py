from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import OidcClient
from idp.oidc.client import ClientUnusable, Secret, clients_of, gateway_client, redirect_fault


def entry(**changes) -> OidcClient:
    return OidcClient(**{"id": "gis", "redirect_uris": ["https://gis.obec.test/cb"], **changes})


@pytest.mark.parametrize(
    "uri",
    ["http://gis.obec.test/cb", "https://*.obec.test/cb", "https:///cb", "//gis.obec.test/cb",
     "javascript:alert(1)", "https://a@gis.obec.test/cb", "https://gis.obec.test/cb#x",
     "https://gis.obec.test/ cb", "https://gís.test/cb",
     "https://gis.obec.test\\@evil.test/", "https://gis.obec.test:99999/", "", "https://[::1/",
     "https://gis.obec.test;sandbox/cb", "https://gis.obec.test,evil.test/cb", "https://gis.obec.test'/cb"],
)  # fmt: skip
def test_an_unsafe_redirect_address_is_not_registered(uri):
    with pytest.raises(ClientUnusable) as refused:
        clients_of([entry(redirect_uris=[uri])], lambda _: "", bytes)
    assert "'gis'" in str(refused.value)


@pytest.mark.parametrize(
    "uri", ["https://gis.obec.test/cb?x=1", "http://127.0.0.1:8000/cb", "http://[::1]/cb"]
)
def test_https_and_this_machine_may_be_registered(uri):
    assert redirect_fault(uri) is None


@given(st.text(max_size=50))
def test_every_address_has_a_verdict(uri):
    fault = redirect_fault(uri)
    if fault is None:
        assert uri.startswith(("https://", "http://", "HTTP")) or uri.lower().startswith("http")
        assert "#" not in uri
        assert "@" not in uri.split("/")[2]


def test_a_short_secret_and_a_taken_id_are_refused():
    with pytest.raises(ClientUnusable, match="short"):
        clients_of([entry(secret_file=Path("x"))], lambda _: "kratke", bytes)
    for taken in ([entry(), entry()], [entry(id="brana-gateway")]):
        with pytest.raises(ClientUnusable, match="taken"):
            clients_of(taken, lambda _: "", bytes)


def test_a_secret_matches_itself_only_and_is_not_shown():
    client = clients_of([entry(secret_file=Path("x"))], lambda _: "s" * 40 + "\n", bytes)["gis"]
    assert client.secret is not None
    assert client.secret.matches("s" * 40)
    assert not client.secret.matches("s" * 41)
    assert not client.secret.matches("")
    assert "sss" not in repr(client)
    assert repr(Secret.of("abc")) == "Secret(…)"


def test_the_gateway_is_public_or_proves_itself():
    assert gateway_client(["https://a.test/cb"], []).secret is None
    assert gateway_client(["https://a.test/cb"], [], "s" * 43).secret is not None
