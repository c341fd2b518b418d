"""Technical accounts that could not be told apart, or that nobody could answer for, are refused with their line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.hosts import certified_hosts
from config.load import load
from config.problem import ConfigurationRefused

Office = Callable[..., Path]
APPLICATION = 'id = "spis"\nhost = "spis.brana.example"\n'
ACCOUNT = """
[technical]
authority = "ca.pem"

[[technical_accounts]]
id = "podatelna"
name = "Import"
owner = "Jan Novák"
roles = [{ municipality = "588491", role = "mail_room" }]
ends = 2027-12-31
networks = ["10.1.0.0/16"]
certificate = { names = ["import.example"] }
"""


def written(office: Office, *changes: tuple[str, str]) -> Path:
    text = ACCOUNT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    host = APPLICATION + 'technical = true\ntechnical_host = "api.brana.example"\n'
    path = office((APPLICATION, host))
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    return path


def test_one_in_order_can_start(office: Office) -> None:
    settings, _ = load(written(office))
    [account] = settings.technical_accounts
    assert account.ends.isoformat() == "2027-12-31"


def test_the_public_certificate_must_cover_the_hosts_of_programs_too(office: Office) -> None:
    settings, district = load(written(office))
    hosts = certified_hosts(settings, district)
    assert {"api.brana.example", "spis.brana.example", "login.brana.example"} <= set(hosts)
    assert len(hosts) == len(set(hosts))


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('owner = "Jan Novák"', 'owner = " "', "owner"),
        ('"588491"', '"588492"', "roles[0].municipality"),
        ('"mail_room"', '"security_officer"', "roles[0].role"),
        ('"mail_room"', '"centre_administrator"', "roles[0].role"),
        ('networks = ["10.1.0.0/16"]\n', "", "networks"),
        ('"10.1.0.0/16"', '"10.1.0.1/16"', "networks[0]"),
        ('names = ["import.example"]', "", "certificate"),
        ('certificate = { names = ["import.example"] }', "", "technical_accounts[0]"),
        ('[technical]\nauthority = "ca.pem"\n', "", "certificate"),
        ('certificate = { names = ["import.example"] }', 'keys = "missing.json"', "keys"),
        ('id = "podatelna"', 'id = "knihovna"', "id"),
    ],
)
def test_what_nobody_could_answer_for_is_refused(office: Office, old: str, new: str, at: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(written(office, (old, new)))
    assert any(f"{at}:" in problem.what for problem in refused.value.problems), refused.value.problems


def test_two_accounts_share_neither_name_nor_certificate(office: Office) -> None:
    path = written(office)
    more = ACCOUNT[ACCOUNT.index("[[technical") :]
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    assert [problem.what.partition(":")[0] for problem in refused.value.problems] == [
        "technical_accounts[1].id"
    ]
    whole = path.read_text("utf-8").removesuffix(more)
    path.write_text(whole + more.replace("podatelna", "jina"), "utf-8")
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    assert {problem.what.partition(":")[0] for problem in refused.value.problems} >= {
        "technical_accounts[1].certificate"
    }


@pytest.mark.parametrize(
    "host",
    [
        "spis.brana.example",
        "portal.brana.example",
        "api.elsewhere.example",
        "api-{municipality}.brana.example",
        "API",
    ],
)
def test_a_host_for_programs_is_one_of_its_own(office: Office, host: str) -> None:
    path = written(office)
    path.write_text(path.read_text("utf-8").replace("api.brana.example", host), "utf-8")
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    assert "applications[0].technical_host" in refused.value.problems[0].what


def test_no_directory_takes_the_name_that_programs_have(office: Office) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office(('name = "mesto"', 'name = "technical"')))
    assert "directories[0].name" in refused.value.problems[0].what


@pytest.mark.parametrize("content", [b"\x30\x82\x01\x0a", b"", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_list_of_revoked_certificates_that_envoy_cannot_read_is_refused(
    office: Office, content: bytes
) -> None:
    path = written(office, ('authority = "ca.pem"\n', 'authority = "ca.pem"\nrevocation_list = "ca.crl"\n'))
    crl = path.parent / "ca.crl"
    crl.write_bytes(b"-----BEGIN X509 CRL-----\n")
    load(path)
    crl.write_bytes(content)
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    (problem,) = refused.value.problems
    assert problem.what.startswith("technical.revocation_list: ")
    assert "openssl crl" in problem.remedy
