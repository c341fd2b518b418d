"""Service providers of SAML in the configuration: what is told before anything starts."""

import msgspec
import pytest

from config.saml import saml_findings
from config.settings import SamlAttribute, SamlServiceProvider
from gateway.commands import rehearsal
from tests.config.test_examples import EXAMPLE, parse

GOOD = {"entity_id": "https://a.test/saml", "addresses": ["https://a.test/acs"]}


def found(*parties: dict, directories: int = 1) -> list[str]:
    made = [SamlServiceProvider(**{**GOOD, **one}) for one in parties]
    settings = parse(EXAMPLE.read_text("utf-8"), EXAMPLE)
    settings = msgspec.structs.replace(
        settings, saml_service_providers=made, directories=settings.directories[:1] * directories
    )
    return [at for at, _, _ in saml_findings(settings)]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"addresses": ["http://a.test/acs"]}, "addresses"),
        ({"addresses": ["https://a.test/acs#x"]}, "addresses"),
        ({"addresses": ["https://u@a.test/acs"]}, "addresses"),
        ({"entity_id": " https://a.test"}, "entity_id"),
        ({"entity_id": "brana-gateway"}, "entity_id"),  # a client of OpenID Connect
        ({"requests_signed": True}, "requests_signed"),
        ({"application": "nothing"}, "application"),
        ({"attributes": [SamlAttribute(name=" ", says="login")]}, "attributes[0].name"),
        (
            {"attributes": [SamlAttribute(name="a", says=one) for one in ("login", "mail")]},
            "attributes[1].name",
        ),
    ],
)
def test_what_cannot_be_served_safely_is_told(changes: dict, at: str) -> None:
    assert found({}) == []
    assert found(changes) == [f"saml_service_providers[0].{at}"]


def test_a_mail_address_names_people_of_one_directory_alone() -> None:
    assert found({"name_id": "mail"}) == []
    assert found({"name_id": "mail"}, directories=2) == ["saml_service_providers[0].name_id"]
    assert (
        found({"name_id": "login"}, directories=2) == []
    )  # each time it is looked whether it names one person


def test_each_is_named_once() -> None:
    assert found({}, {}) == ["saml_service_providers[1].entity_id"]


def test_without_the_extra_the_check_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = parse(EXAMPLE.read_text("utf-8"), EXAMPLE)
    monkeypatch.setattr(rehearsal, "SAML_NEEDS", "a_package_that_nobody_has")
    at, what, remedy = next(rehearsal.saml_faults(settings))
    assert at == "saml_service_providers"
    assert "not installed" in what
    assert "pip install brana[saml]" in remedy
