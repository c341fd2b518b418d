"""What Envoy is told of the host where clients of the provider show certificates, word for word."""

import json
import os
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from config.hosts import certified_hosts, mutual_host
from config.settings import OidcClient
from gateway.envoy.mutual import MUTUAL_AUTHORITY
from gateway.envoy.resources import LISTENERS, ROUTE_TABLES, SECRETS, all_resources
from gateway.envoy.routes import PEER
from tests.gateway.envoy.test_builders import PROGRAMS, SETTINGS, SURROUNDINGS, VECTORS

CLIENT = OidcClient(
    id="evidence",
    redirect_uris=["https://evidence.test/callback"],
    authentication="tls_client_auth",
    tls_client_auth_san_dns="evidence.test",
)
MUTUAL = replace(PROGRAMS, applications=SETTINGS.applications, oidc_clients=[CLIENT])
GOLDEN = VECTORS / "mutual.json"


def told() -> dict[str, Any]:
    there, alone = all_resources(MUTUAL, SURROUNDINGS), all_resources(SETTINGS, SURROUNDINGS)
    own, *people = there[LISTENERS][0]["filter_chains"]
    assert people == alone[LISTENERS][0]["filter_chains"]  # of nobody else a certificate is asked for
    table, *mutual = there[ROUTE_TABLES]
    assert [table] == alone[ROUTE_TABLES]
    return {"chain": own, ROUTE_TABLES: mutual, SECRETS: there[SECRETS]}


def test_envoy_is_told_exactly_this() -> None:
    text = json.dumps(told(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("BRANA_WRITE_GOLDENS"):
        Path(GOLDEN).write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_no_host_lets_a_request_say_whose_certificate_it_brings() -> None:
    people, mutual = all_resources(MUTUAL, SURROUNDINGS)[ROUTE_TABLES]
    assert PEER in people["request_headers_to_remove"]
    assert PEER not in mutual["request_headers_to_remove"]  # it would go after it was written
    (host, _unknown) = mutual["virtual_hosts"]
    forwarded = [one for one in host["routes"] if "route" in one]
    assert forwarded
    for one in forwarded:
        assert PEER in one["request_headers_to_remove"]  # which comes before what is added
        assert one["request_headers_to_add"][-1]["header"]["key"] == PEER


def test_where_no_client_shows_a_certificate_there_is_no_such_host() -> None:
    assert mutual_host(SETTINGS) is None
    assert mutual_host(MUTUAL) == "mtls.brana.test"
    assert "mtls.brana.test" in certified_hosts(MUTUAL, [])
    bound = replace(CLIENT, authentication=None, tls_client_certificate_bound_access_tokens=True)
    assert mutual_host(replace(MUTUAL, oidc_clients=[bound])) == "mtls.brana.test"
    secrets = all_resources(PROGRAMS, SURROUNDINGS)[SECRETS]
    assert MUTUAL_AUTHORITY not in {one["name"] for one in secrets}
