"""Witnesses and receivers of checkpoints that cannot work are told before a start."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from config.settings import Audit, Smtp, WitnessSetting
from config.witnesses import authorities_of_witnesses, witness_findings
from tests.rig.envoy import settings_for

KEY = "witness.example+9f3b8ddd+BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
OTHERS = "other.example+33c57c6e+BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
LOG = "brana.example+9f3b8ddd+AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
HERE = "https://witness.example:8444"


@pytest.fixture
def found(tmp_path: Path):
    settings = settings_for(tmp_path, 8443, "http://127.0.0.1:9")

    def found(audit: Audit, smtp: Smtp | None = None) -> list[str]:
        notifications = replace(settings.notifications, smtp=smtp)
        made = replace(settings, audit=audit, notifications=notifications)
        return [at for at, *_ in witness_findings(made)]

    return found


def one(address: str = HERE, key: str = KEY) -> Audit:
    return Audit(witnesses=[WitnessSetting(address=address, key=key)])


@pytest.mark.parametrize(
    "address",
    [HERE, "https://10.1.2.3/witness/", "http://127.0.0.1:8444", "http://[::1]:1", "http://localhost:1"],
)
def test_a_witness_is_reached_by_tls_or_on_loopback(found, address: str) -> None:
    assert found(one(address)) == []


@pytest.mark.parametrize(
    "address",
    ["http://witness.example:8444", "http://10.0.0.1", "ftp://x", "witness", "https://u@x", "https://x/?a"],
)
def test_any_other_address_is_refused(found, address: str) -> None:
    assert found(one(address)) == ["audit.witnesses[0].address"]


@pytest.mark.parametrize("key", ["", "witness.example", LOG, OTHERS, KEY.replace("9f3b", "9f3c"), f"{KEY}="])
def test_what_is_no_key_of_a_witness_is_refused(found, key: str) -> None:
    assert found(one(key=key)) == ["audit.witnesses[0].key"]


def test_two_witnesses_have_two_names(found) -> None:
    assert found(Audit(witnesses=one().witnesses * 2)) == ["audit.witnesses[1].key"]


def test_checkpoints_are_mailed_to_addresses_by_a_mail_server(found) -> None:
    smtp = Smtp(host="mail.obec.test", sender="brana@obec.test")
    assert found(Audit(mail_checkpoints_to=["a@b.test"]), smtp) == []
    assert found(Audit(mail_checkpoints_to=["a@b.test"])) == ["audit.mail_checkpoints_to"]
    assert found(Audit(mail_checkpoints_to=["a\n@b"]), smtp) == ["audit.mail_checkpoints_to[0]"]


def test_the_authority_of_a_witness_is_a_file_to_be_read(tmp_path: Path) -> None:
    witness = WitnessSetting(address=HERE, key=KEY, authority=tmp_path / "ca.pem")
    settings = replace(
        settings_for(tmp_path, 8443, "http://127.0.0.1:9"),
        audit=Audit(witnesses=[one().witnesses[0], witness]),
    )
    assert authorities_of_witnesses(settings) == {"audit.witnesses[1].authority": tmp_path / "ca.pem"}
