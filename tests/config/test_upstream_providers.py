"""What is wrong with other identity providers is told with its setting and its remedy."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.settings import Title, UpstreamLevel, UpstreamProvider
from config.upstream_providers import upstream_provider_findings

TITLE = Title(cs="Kraj", en="Region")


@dataclass
class _Directory:
    name: str = "office"
    realms: list[str] = field(default_factory=lambda: ["obec.test"])


@dataclass
class _Settings:
    upstream_providers: list[UpstreamProvider]
    directories: list[_Directory] = field(default_factory=lambda: [_Directory()])


def made(**changes: Any) -> UpstreamProvider:
    usual = UpstreamProvider(
        name="kraj", title=TITLE, issuer="https://sso.kraj.test/realms/kraj", client_id="brana"
    )
    return msgspec.structs.replace(usual, **changes)


def told(*providers: UpstreamProvider) -> list[str]:
    return [
        at for at, what, remedy in upstream_provider_findings(_Settings(list(providers))) if what and remedy
    ]  # type: ignore[arg-type]


def test_one_that_says_what_it_must_is_right() -> None:
    assert told(made(hosts=["keys.kraj.test", "kraj.test:8443"], realms=["kraj.test"])) == []


@pytest.mark.parametrize(
    "issuer",
    [
        "http://sso.kraj.test",
        "https://sso.kraj.test/",
        "https://sso.kraj.test?x=1",
        "https://sso.kraj.test#a",
        "https://uzivatel@sso.kraj.test",
        "sso.kraj.test",
        "https://",
        "https://sso.kraj.test:neni",
    ],
)
def test_an_issuer_is_an_https_address_and_no_more(issuer: str) -> None:
    assert told(made(issuer=issuer)) == ["upstream_providers[0].issuer"]


@pytest.mark.parametrize(
    "host", ["https://keys.kraj.test", "KEYS.kraj.test", "keys.kraj.test/x", "*.kraj.test", ""]
)
def test_hosts_are_names_and_no_patterns(host: str) -> None:
    assert told(made(hosts=[host])) == ["upstream_providers[0].hosts"]


def test_names_and_issuers_stand_once() -> None:
    assert told(made(), made()) == ["upstream_providers[1].name", "upstream_providers[1].issuer"]


def test_a_realm_leads_to_one_place() -> None:
    assert told(made(realms=["obec.test"])) == ["upstream_providers[0].realms"]
    other = made(name="jiny", issuer="https://jiny.test", realms=["kraj.test"])
    assert told(made(realms=["kraj.test"]), other) == ["upstream_providers[1].realms"]


def test_there_is_one_way_of_showing_who_we_are() -> None:
    pair = {"certificate": Path("c.pem"), "key": Path("c.key")}
    assert told(made(**pair)) == []
    assert told(made(certificate=Path("c.pem"))) == ["upstream_providers[0]"]
    assert told(made(**pair, client_secret_file=Path("s"))) == ["upstream_providers[0]"]


def test_caais_takes_a_certificate_and_says_no_level() -> None:
    pair = {"certificate": Path("c.pem"), "key": Path("c.key")}
    assert told(made(kind="caais", **pair)) == []
    levels = [UpstreamLevel(acr="a", level="two-factors")]
    assert told(made(kind="caais", levels=levels)) == [
        "upstream_providers[0].kind",
        "upstream_providers[0].levels",
    ]


def test_an_acr_counts_for_one_level() -> None:
    twice = [UpstreamLevel(acr="a", level="two-factors"), UpstreamLevel(acr="a", level="phishing-resistant")]
    assert told(made(levels=twice)) == ["upstream_providers[0].levels"]
