"""The example that operators copy passes the check as it stands, with the files that only an office can bring."""

import base64
import json
import os
import re
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey, OctKey

from config.problem import ConfigurationRefused, Problem
from gateway.commands.application_accounts import accounts_of
from gateway.commands.fitness import checked, notes, require_ready
from gateway.commands.lock import take
from gateway.demo.authority import authority, write_private
from gateway.demo.configuration import RECORDS, ROUTES
from tests.rig.countries import write_countries
from tests.rig.service_provider import key

pytestmark = pytest.mark.real
EXAMPLES = Path(__file__).parents[3] / "config/examples"
OPERATORS = EXAMPLES.parents[1] / "docs/operators.md"
AUTHORITIES = (
    *("tls/directory-authority.pem", "tls/receivers-authority.pem", "tls/applications-authority.pem"),
    "tls/region-authority.pem",
)
PAIRS = (
    *("tls/chain.pem", "tls/key.pem", "tls/gateway.pem", "tls/gateway.key"),
    *("tls/siem-client.pem", "tls/siem-client.key"),
    *("tls/caais-client.pem", "tls/caais-client.key"),
)
CERTIFICATES = (*PAIRS, *AUTHORITIES)
PROGRAMS = (
    "programs-ca.pem",
    "programs-ca.crl",
    "budget-import.json",
    "archive-saml.pem",
    "attendance.jwks.json",
)
CLIENT_KEYS = PROGRAMS[-1]
SIGNS = ECKey.generate_key("P-256")
KEY_SET = json.dumps({"keys": [SIGNS.as_dict(private=False)]})
SECRETS = (
    "directory.password",
    "library.secret",
    "webhook.secret",
    "keycloak-client.secret",
    "keycloak-administrator.secret",
    "smtp.password",
    "map.password",
    "region.secret",
)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The configuration, the policies and the list of municipalities, copied where the settings say; and the empty
    folder of the ACME client.
    """
    (tmp_path / "acme").mkdir()
    shutil.copytree(EXAMPLES / "policies", tmp_path / "policies")
    shutil.copyfile(EXAMPLES / "kromeriz.csv", tmp_path / "district.csv")
    text = (EXAMPLES / "embedded.toml").read_text("utf-8")
    assert '"/var/lib/brana"' in text
    path = tmp_path / "brana.toml"
    path.write_text(
        text.replace('"/var/lib/brana"', '"state"'), "utf-8"
    )  # who runs tests may not write there
    return path


@pytest.fixture
def office(copied: Path) -> Path:
    """With what the office brings."""
    folder = copied.parent
    made = authority(folder / "made", datetime.now(UTC))
    public = made.issue("public", ["*.brana.kromeriz.example"], datetime.now(UTC))
    (folder / "tls").mkdir()
    pair = (public.certificate, public.key)
    files = (*pair, *pair, *pair, *pair, *[made.certificate] * len(AUTHORITIES))
    for file, name in zip(files, CERTIFICATES, strict=True):
        shutil.copy(file, folder / name)
    for name in PROGRAMS:
        (folder / name).write_text("{}", "utf-8")  # read by the product alone
    (folder / CLIENT_KEYS).write_text(KEY_SET, "utf-8")
    (folder / "archive-saml.pem").write_bytes(key().certificate.public_bytes(Encoding.PEM))
    write_countries(folder / "cities.mmdb")
    (folder / "programs-ca.crl").write_text("-----BEGIN X509 CRL-----\n", "utf-8")
    for name in SECRETS:
        write_private(folder / name, b"x" * 32)
    return copied


def faults(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationRefused) as refused:
        checked(path)
    return refused.value.problems


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_example_with_the_examples_of_policies_passes(office: Path) -> None:
    before = sorted(office.parent.rglob("*"))
    settings, district, book = checked(office)
    assert sorted(office.parent.rglob("*")) == before, "a check makes nothing"
    assert [application.id for application in settings.applications] == [
        "records",
        "budget",
        "map",
        "library",
        "personnel",
    ]
    assert len(district) == 46
    assert book.without_policies == frozenset()


def test_without_the_files_of_the_office_these_alone_are_told(copied: Path) -> None:
    told = faults(copied)
    assert {str(copied.parent / name) for name in (*CERTIFICATES, *PROGRAMS, *SECRETS, "cities.mmdb")} == {
        problem.what.partition("the file ")[2].removesuffix(" is missing") for problem in told
    }
    assert all(problem.line and problem.remedy == "put it there, or correct the path" for problem in told)


def test_the_applications_of_the_example_are_those_of_the_demo_one_that_signs_in_by_itself_and_ours_for_programs(
    office: Path,
) -> None:
    settings, _, _ = checked(office)
    assert {application.id for application in settings.applications} == {*ROUTES, "library", "personnel"}
    records = next(one for one in settings.applications if one.id == RECORDS)
    assert [route.action for route in records.routes] == ["sign", "read", None, "write", "read", "write"]


def first_steps() -> dict[str, str]:
    """What docs/operators.md shows to begin with: suffix → text of the block."""
    section = OPERATORS.read_text("utf-8").partition("### A first configuration")[2].partition("\n## ")[0]
    return dict(re.findall(r"^ *```(toml|csv|cedar)\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE))


def test_the_first_configuration_of_the_documentation_passes(office: Path) -> None:
    shown, folder = first_steps(), office.parent
    for file in (folder / "policies/municipalities").iterdir():
        file.unlink()
    (folder / "policies/municipalities/588296.cedar").write_text(shown["cedar"], "utf-8")
    (folder / "district.csv").write_text(shown["csv"], "utf-8")
    assert 'directory = "/var/lib/brana"' in shown["toml"]
    office.write_text(shown["toml"].replace('"/var/lib/brana"', '"state"'), "utf-8")
    before = sorted(folder.rglob("*"))
    settings, district, book = checked(office)
    assert [application.id for application in settings.applications] == ["records"]
    assert (list(district), book.without_policies) == (["588296"], frozenset())
    assert sorted(folder.rglob("*")) == before
    for file in (*PAIRS[:2], AUTHORITIES[0], SECRETS[0]):  # the others are of tables that it does without
        assert file in shown["toml"]


def test_an_application_taken_out_of_the_configuration_alone_is_told_once_for_all_policies(
    office: Path,
) -> None:
    change(office, 'id = "map"', 'id = "mapa"')
    [told] = faults(office)
    assert 'application "map" is not configured' in told.what
    assert "places; this is the first)" in told.what
    assert told.line


def test_a_fault_of_an_application_does_not_blame_the_policies(office: Path) -> None:
    change(office, 'id = "map"', "id = 5")
    [told] = faults(office)
    assert told.what.startswith("applications[2].id: must be ")


def test_a_ready_question_that_asks_for_no_field_of_the_log_is_told_with_its_line(office: Path) -> None:
    change(office, '"application=budget"', '"aplication=budget"')
    [told] = faults(office)
    assert told.what.startswith("audit.questions[0].where: aplication: no entry has such a field")
    assert office.read_text("utf-8").split("\n")[told.line - 1].startswith("where = ")


def test_a_fault_of_a_policy_is_told_beside_one_of_a_type_and_of_the_certificate(office: Path) -> None:
    change(office, "#spool_file_mib = 64", 'spool_file_mib = "x"')
    change(office, 'host = "map.brana.kromeriz.example"', 'host = "a.map.brana.kromeriz.example"')
    added = office.parent / "policies/region/99-new.cedar"
    added.write_text("permit (everything);")
    certificate, typed, policy = faults(office)
    assert typed.what.startswith("audit.spool_file_mib: must be a number of 1 or more")
    assert "does not cover the host a.map.brana.kromeriz.example" in certificate.what
    assert policy.file.name == "99-new.cedar"


def test_a_missing_key_does_not_hide_that_the_certificate_is_for_other_hosts(office: Path) -> None:
    (office.parent / "tls/key.pem").unlink()
    change(office, 'domain = "brana.kromeriz.example"', 'domain = "jinde.kromeriz.example"')
    change(office, ".brana.kromeriz.example", ".jinde.kromeriz.example")
    certificate, key = faults(office)
    assert "it does not cover the host login.jinde.kromeriz.example" in certificate.what
    assert "tls/key.pem is missing" in key.what


def test_certificates_to_an_application_that_envoy_could_not_use_are_told_with_their_line(
    office: Path,
) -> None:
    folder = office.parent
    other = authority(folder / "made", datetime.now(UTC)).issue("other", ["a.test"], datetime.now(UTC))
    shutil.copy(other.key, folder / "tls/gateway.key")
    (folder / "tls/applications-authority.pem").write_text("no certificate")
    told, theirs, ours = faults(office)
    for one in (told, theirs):
        assert "tls/applications-authority.pem: not a PEM certificate" in one.what
    assert ours.what.endswith("it is not the key of applications[0].tls.certificate")
    lines = office.read_text("utf-8").split("\n")
    assert [lines[one.line - 1].split(" ")[0] for one in (told, theirs, ours)] == [
        "backchannel_logout_authority",
        "authority",
        "key",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{}", "holds no JWK set"),
        (b'{"keys": []}', "holds no JWK set"),
        (b"[]", "holds no JWK set"),
        (b"\xff", "is not text in UTF-8"),
        (json.dumps({"keys": [SIGNS.as_dict(private=True)]}).encode(), "holds a private key"),
        (
            json.dumps({"keys": [OctKey.generate_key(256).as_dict(private=True)]}).encode(),
            "holds a private key",
        ),
    ],
    ids=["no keys", "an empty set", "a list", "no text", "a private key", "a secret"],
)
def test_keys_of_a_client_that_prove_nothing_are_told_with_their_line(
    office: Path, content: bytes, fault: str
) -> None:
    (office.parent / CLIENT_KEYS).write_bytes(content)
    (told,) = faults(office)
    assert told.what.startswith("oidc_clients[1].jwks_file: ")
    assert fault in told.what
    assert told.line


@pytest.mark.parametrize("content", [b"\xff", b"a\nb", b"x" * 300, b"\n"])
def test_a_password_of_an_application_that_cannot_be_sent_is_told_with_its_line(
    office: Path, content: bytes
) -> None:
    write_private(office.parent / "map.password", content)
    (told,) = faults(office)
    assert told.what.startswith("applications[2].identity.password_file: ")
    assert office.read_text("utf-8").split("\n")[told.line - 1] == 'password_file = "map.password"'


def test_an_application_s_account_is_written_as_basic_authentication_has_it(office: Path) -> None:
    write_private(office.parent / "map.password", "tajné heslo\n".encode())
    settings, _, _ = checked(office)
    account = accounts_of(settings.applications)["map"]
    assert base64.b64decode(account.removeprefix("Basic ")).decode() == "brana:tajné heslo"


def test_a_group_that_gives_a_role_outside_the_base_of_groups_is_noted_with_its_line(office: Path) -> None:
    change(office, '#from_files = "activate"', 'from_files = "propose"')  # else that is noted too
    settings, _, _ = checked(office)
    assert notes(office, settings) == []
    base = settings.directories[0].groups_base
    change(office, f'groups_base = "{base}"', f'groups_base = "ou=other,{base}"')
    settings, _, _ = checked(office)
    first, *_ = notes(office, settings)
    assert first.line == next(
        n for n, line in enumerate(office.read_text("utf-8").split("\n"), 1) if line.startswith("group = ")
    )
    assert f"is not below groups_base, ou=other,{base}" in first.what


def test_what_the_running_product_holds_itself_is_no_fault(office: Path) -> None:
    settings, _, _ = checked(office)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        text = office.read_text("utf-8")
        office.write_text(
            re.sub(r"^#?port = \d+", f"port = {port}", text, count=1, flags=re.MULTILINE), "utf-8"
        )
        settings, _, _ = checked(office)
        with pytest.raises(ConfigurationRefused, match="Address already in use"):
            require_ready(office, settings)
        settings.state.directory.mkdir()
        held = take(settings.state.directory)
        require_ready(office, settings)
        os.close(held)


def test_a_backslash_in_double_quotes_is_told_with_its_remedy(office: Path) -> None:
    text = re.sub(r"(?m)^bind_dn = .*$", r'bind_dn = "KROMERIZ\\brana"', office.read_text("utf-8"), count=1)
    office.write_text(text, "utf-8")
    [told] = faults(office)
    assert "bind_dn" in told.what
    assert r"'KROMERIZ\x08rana'" in told.what
    assert "single quotes" in told.remedy


def as_active_directory(office: Path, **changed: str) -> list[str]:
    text = office.read_text("utf-8")
    for name, value in {"kind": "active_directory", **changed}.items():
        text = re.sub(rf"(?m)^#? ?{name} = .*$", lambda _, line=f"{name} = '{value}'": line, text, count=1)
    office.write_text(text, "utf-8")
    settings, _, _ = checked(office)
    assert settings.directories[0].kind == "active_directory"
    return [f"{one.what}: {one.remedy}" for one in notes(office, settings)]


def test_active_directory_knows_groups_anywhere_in_its_domain(office: Path) -> None:
    change(office, '#from_files = "activate"', 'from_files = "propose"')  # else that is noted too
    assert as_active_directory(office, groups_base="ou=elsewhere,dc=kromeriz,dc=example") == []
    told = as_active_directory(office, groups_base="ou=groups,dc=other,dc=example")
    assert told
    assert all("in the domain of groups_base" in one and "Active Directory looks" in one for one in told)
    assert not any("OpenLDAP" in one for one in told)


@pytest.mark.parametrize(
    ("dn", "doubted"), [("brana", True), (r"KROMERIZ\brana", False), ("brana@kromeriz.example", False)]
)
def test_a_bare_name_that_active_directory_lets_nobody_bind_with_is_doubted(
    office: Path, dn: str, *, doubted: bool
) -> None:
    told = [one for one in as_active_directory(office, bind_dn=dn) if "bind_dn" in one]
    assert bool(told) is doubted
