"""Whose client certificate it is, and by which reason it is nobody's."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from config.settings import TechnicalAccount, TechnicalCertificate, TechnicalRole
from config.vocabulary import Role
from gateway.authorize.certificate import CertificateRefused, Trusted, account_of, mark_of, why_no_more
from gateway.sessions.technical import BY_CERTIFICATE, LONGEST_SID
from tests.gateway.authorize.conftest import HULIN
from tests.rig.programs import Maker, maker

NOW = datetime.now(UTC)


def account(name: str, **marks: list[str]) -> TechnicalAccount:
    return TechnicalAccount(
        id=name,
        name=name,
        owner="Jan Novák",
        roles=[TechnicalRole(municipality=HULIN, role=Role.CLERK)],
        ends=date(2099, 1, 1),
        networks=["10.0.0.0/8"],
        certificate=TechnicalCertificate(**marks),
    )


ACCOUNTS = [account("import", names=["Import.example"]), account("other", names=["other.example"])]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return maker(tmp_path_factory.mktemp("authority"))


def shown(file: Path) -> str:
    return quote(file.read_text().partition("-----BEGIN PRIVATE")[0])


def refused(reason: str, text: str, trusted: Trusted, accounts=ACCOUNTS, *, verified: bool = True) -> None:
    with pytest.raises(CertificateRefused) as error:
        account_of(text, trusted, accounts, NOW, verified=verified)
    assert error.value.reason == reason


def test_a_name_or_a_thumbprint_says_whose_it_is(authority: Maker) -> None:
    file, _ = authority.client("import.example")
    trusted = Trusted([authority.certificate])
    assert account_of(shown(file), trusted, ACCOUNTS, NOW, verified=True).id == "import"
    leaf = x509.load_pem_x509_certificate(file.read_bytes())
    by_thumbprint = [account("pinned", thumbprints=[leaf.fingerprint(SHA256()).hex()])]
    assert account_of(shown(file), trusted, by_thumbprint, NOW, verified=True).id == "pinned"
    refused("certificate_unknown", shown(file), trusted, [*ACCOUNTS, *by_thumbprint])  # two accounts: doubt
    refused("certificate_unknown", shown(file), trusted, [])


def test_without_envoys_word_nothing_is_believed(authority: Maker) -> None:
    file, _ = authority.client("import.example")
    refused("certificate_unusable", shown(file), Trusted([authority.certificate]), verified=False)


def test_each_fault_has_its_reason(authority: Maker, tmp_path: Path) -> None:
    trusted = Trusted([authority.certificate])
    client = authority.client
    refused("certificate_missing", "-", trusted)
    refused("certificate_missing", "", trusted)
    refused("certificate_unusable", "x", trusted)
    refused("certificate_of_another_authority", shown(maker(tmp_path).client("import.example")[0]), trusted)
    refused("certificate_of_another_authority", shown(client("import.example")[0]), Trusted([]))
    refused("certificate_expired", shown(client("import.example", ends=timedelta(days=-1))[0]), trusted)
    server = client("import.example", purpose=ExtendedKeyUsageOID.SERVER_AUTH)[0]
    refused("certificate_of_another_purpose", shown(server), trusted)
    file, serial = client("import.example")
    authority.revoke(serial)
    revoked = x509.load_pem_x509_crl((authority.folder / "ca.crl").read_bytes())
    refused("certificate_revoked", shown(file), Trusted([authority.certificate], revoked))


def test_what_a_certificate_opened_is_over_when_it_is_revoked_and_no_other_is(
    authority: Maker, tmp_path: Path
) -> None:
    (file, serial), (neighbour, _) = authority.client("import.example"), authority.client("import.example")
    before = Trusted([authority.certificate])
    marks = [mark_of(shown(one), before) for one in (file, neighbour)]
    assert [why_no_more(mark, before) for mark in marks] == [None, None]
    authority.revoke(serial)
    listed = x509.load_pem_x509_crl((authority.folder / "ca.crl").read_bytes())
    after = Trusted([authority.certificate], listed)
    assert [why_no_more(mark, after) for mark in marks] == ["certificate_revoked", None]
    another = Trusted([maker(tmp_path / "another").certificate], listed)
    assert [why_no_more(mark, another) for mark in marks] == ["certificate_of_another_authority"] * 2


def test_the_mark_of_a_certificate_with_the_longest_serial_number_fits_into_a_row(authority: Maker) -> None:
    file, _ = authority.client("import.example")
    mark = mark_of(shown(file), Trusted([authority.certificate]))
    longest = mark.partition(".")[0] + "." + "f" * 40
    assert len(f"{BY_CERTIFICATE}{longest}.") <= LONGEST_SID - 6
