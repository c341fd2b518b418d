"""A device's key and a browser's: what is kept is what is had, and nothing else is taken for it."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

from agents.kept.folder import Folder
from agents.kept.state import State
from agents.keys.browser import NotOurs, joined, kept, new_key, request_of
from agents.keys.key import KeyLost, read, written
from agents.keys.software import SoftwareKey
from agents.protocol.messages import KeyKind, Report
from agents.protocol.signed import opened
from agents.protocol.signing import Kind, signed
from config.vocabulary import DeviceId
from gateway.devices.authority import issue, new_authority, public_key

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AUTHORITY = new_authority(new_key(), "brana.example", NOW)


def chain_of(key, days=9):
    return issue(AUTHORITY, DeviceId("d" * 22), request_of(key), NOW + days * DAY, NOW).chain


def test_a_key_that_was_kept_signs_as_before():
    key = SoftwareKey.new()
    again = SoftwareKey.kept(key.blob)
    said = Report(nonce="n" * 16, sequence=1, at=NOW, facts=msgspec.Raw(b"{}"), agent="1")
    token = signed(Kind.REPORT, "d", said, again.sign)
    assert opened(Kind.REPORT, token, public_key(key.public), Report).sequence == 1
    assert (again.public, again.kind) == (key.public, KeyKind.SOFTWARE)


def test_no_key_shows_itself():
    assert "PRIVATE" not in repr(SoftwareKey.new())
    key = new_key()
    assert "0x" not in repr(joined(key, chain_of(key))).partition("chain")[0]


@pytest.mark.parametrize(
    "blob", [b"", b"junk", written(new_key())[:60], written(ec.generate_private_key(ec.SECP384R1()))]
)
def test_a_damaged_key_is_lost(blob):
    with pytest.raises(KeyLost):
        SoftwareKey.kept(blob)


def test_a_key_of_another_kind_is_lost():
    other = ed25519.Ed25519PrivateKey.generate()
    with pytest.raises(KeyLost):
        read(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def test_a_device_enrolled_with_a_chip_never_takes_a_file_instead(tmp_path):
    state = State(Folder(tmp_path))
    state.keep_key(KeyKind.SOFTWARE, SoftwareKey.new().blob)
    with pytest.raises(KeyLost):
        state.key_blob(KeyKind.TPM)


def test_a_certificate_for_another_key_is_not_taken():
    with pytest.raises(NotOurs):
        joined(new_key(), chain_of(new_key()))
    for chain in ("", "junk", chain_of(new_key())[:90]):
        with pytest.raises(NotOurs):
            joined(new_key(), chain)


def test_key_and_certificate_are_one_file(tmp_path):
    key = new_key()
    one = joined(key, chain_of(key))
    again = kept(one.pem)
    assert (again.chain, written(again.key)) == (one.chain, written(key))
    assert kept(one.pem[: one.pem.index(b"-----END CERTIFICATE") - 100]) is None
    assert kept(b"") is None


def test_a_certificate_is_due_in_the_last_third_of_its_life():
    key = new_key()
    one = joined(key, chain_of(key, days=9))
    assert not one.due(NOW + 5 * DAY)
    assert one.due(NOW + 6 * DAY + timedelta(hours=1))
    assert one.due(NOW + 100 * DAY)


def test_a_key_that_was_asked_for_stays_until_its_certificate_comes(tmp_path):
    state = State(Folder(tmp_path))
    first = state.next_key()
    assert written(state.next_key()) == written(first)
    state.certified(chain_of(first))
    assert written(state.next_key()) != written(first)


def test_a_key_that_was_half_written_is_drawn_anew(tmp_path):
    state = State(Folder(tmp_path))
    (tmp_path / "next.key").write_bytes(b"-----BEGIN")
    assert state.next_key()


def test_the_file_for_browsers_becomes_one_that_other_systems_import_by_the_command_of_the_page(tmp_path):
    """`docs/agent.md`, "By hand": the command, with a password in place of the question for it."""
    key = new_key()
    (tmp_path / "browser.pem").write_bytes(joined(key, chain_of(key)).pem)
    command = "openssl pkcs12 -export -in browser.pem -out device.p12"
    page = (Path(__file__).parents[3] / "docs/agent.md").read_text("utf-8")
    assert command.replace("browser.pem", "/var/db/brana-agent/browser.pem") in page
    subprocess.run([*command.split(), "-passout", "pass:heslo"], cwd=tmp_path, check=True)
    found, leaf, _ = load_key_and_certificates((tmp_path / "device.p12").read_bytes(), b"heslo")
    assert found.public_key() == key.public_key()
    assert leaf.public_key() == key.public_key()
