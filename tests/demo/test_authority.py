import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from gateway.demo.authority import RENEW_BEFORE, authority

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_an_issued_certificate_is_trusted_for_its_names_and_no_other(tmp_path: Path):
    made = authority(tmp_path, NOW)
    pair = made.issue("server", ["*.brana.localhost", "brana.localhost"], NOW)
    verifier = PolicyBuilder().store(Store([read(made.certificate)])).time(NOW + timedelta(days=30))
    verifier.build_server_verifier(x509.DNSName("portal.brana.localhost")).verify(read(pair.certificate), [])
    with pytest.raises(VerificationError):
        verifier.build_server_verifier(x509.DNSName("jinde.localhost")).verify(read(pair.certificate), [])


def test_asking_again_gives_the_same_files_until_names_change_or_the_end_nears(tmp_path: Path):
    def fingerprint(names: list[str], now: datetime) -> bytes:
        return read(authority(tmp_path, now).issue("server", names, now).certificate).tbs_certificate_bytes

    first = fingerprint(["a.test"], NOW)
    assert fingerprint(["a.test"], NOW + timedelta(days=1)) == first
    other = fingerprint(["a.test", "127.0.0.1"], NOW)
    assert other != first
    near_end = NOW + timedelta(days=365) - RENEW_BEFORE
    assert fingerprint(["a.test", "127.0.0.1"], near_end) != other


def test_a_certificate_of_a_replaced_authority_is_issued_anew(tmp_path: Path):
    pair = authority(tmp_path, NOW).issue("server", ["a.test"], NOW)
    (tmp_path / "ca.pem").unlink()
    made = authority(tmp_path, NOW)
    with pytest.raises(InvalidSignature):
        read(pair.certificate).verify_directly_issued_by(read(made.certificate))
    read(made.issue("server", ["a.test"], NOW).certificate).verify_directly_issued_by(read(made.certificate))


def test_keys_are_for_their_owner_only(tmp_path: Path):
    made = authority(tmp_path / "tls", NOW)
    pair = made.issue("server", ["a.test"], NOW)
    for path in (pair.key, tmp_path / "tls" / "ca.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
