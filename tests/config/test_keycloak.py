"""What is wrong with a Keycloak that is to be set up."""

from types import SimpleNamespace
from typing import Any

import pytest

from config.keycloak import Realm, keycloak_findings, realm_of
from config.settings import UpstreamLevel
from tests.idp.keycloak.office import keycloak, provider


def told(given: Any, *providers: Any) -> list[str]:
    settings: Any = SimpleNamespace(keycloak=given, upstream_providers=list(providers))
    return [one[0] for one in keycloak_findings(settings)]


def test_one_that_names_its_provider_is_fine() -> None:
    assert told(keycloak(), provider()) == []
    assert told(None) == []


def test_it_names_a_provider_that_is_there() -> None:
    assert told(keycloak(provider="jiny"), provider()) == ["keycloak.provider"]


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://sso.obec.test"},
        {"issuer": "https://sso.obec.test/realms/master"},
        {"issuer": "https://sso.obec.test/realms/a/b"},
        {"client_secret_file": None},
        {"scopes": ["profile"]},
        {"kind": "caais"},
        {"client_id": "realm-management"},
        {"levels": [UpstreamLevel(acr=acr, level="two-factors") for acr in ("a", "b")]},
    ],
)
def test_a_provider_that_it_cannot_set_up_is_told(changes: dict[str, Any]) -> None:
    assert told(keycloak(), provider(**changes)) == ["keycloak.provider"]


@pytest.mark.parametrize(
    "server", ["http://sso.obec.test", "https://sso.obec.test/", "https://a@sso.obec.test", "sso.obec.test"]
)
def test_its_server_is_an_https_address(server: str) -> None:
    assert told(keycloak(server=server), provider()) == ["keycloak.server"]
    assert told(keycloak(server="https://sso.obec.test/auth"), provider()) == []


def test_the_realm_is_read_from_the_issuer() -> None:
    assert realm_of("https://sso.obec.test/auth/realms/obec") == Realm("https://sso.obec.test/auth", "obec")
    assert realm_of("http://sso.obec.test/realms/obec") is None
