"""What a technical account proves itself by, and what a reload takes away of that."""

from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from config.settings import Settings, TechnicalAccount, TechnicalCertificate, TechnicalRole
from config.vocabulary import MunicipalityCode, Role, technical_subject
from gateway.commands.technical_proofs import taken_away
from gateway.sessions.technical import CERTIFICATE, KEY, SECRET
from tests.rig.envoy import settings_for

ONE, OTHER = (
    TechnicalAccount(
        id=name,
        name=name,
        owner="Jan Novák",
        roles=[TechnicalRole(municipality=MunicipalityCode("588491"), role=Role.CLERK)],
        ends=date(2099, 1, 1),
        networks=["10.0.0.0/8"],
        certificate=TechnicalCertificate(names=[f"{name}.example"]),
        keys=Path(f"{name}.json"),
        secret=True,
    )
    for name in ("one", "other")
)
FILES = {"technical_accounts[0].keys": "digest", "technical_accounts[1].keys": "another"}


@pytest.fixture
def before(tmp_path: Path) -> Settings:
    return structs.replace(settings_for(tmp_path, 443, "http://x:1"), technical_accounts=[ONE, OTHER])


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({"name": "Import", "networks": ["10.1.0.0/16"]}, []),
        ({"secret": False}, [SECRET]),
        ({"keys": None}, [KEY]),
        ({"certificate": TechnicalCertificate(names=["new.example"])}, [CERTIFICATE]),
        ({"id": "new"}, [SECRET, KEY, CERTIFICATE]),
    ],
)
def test_what_an_account_has_no_more_is_taken_away_and_nothing_from_another(
    changes: dict[str, object], ways: list[tuple[str, ...]], before: Settings
) -> None:
    after = structs.replace(before, technical_accounts=[structs.replace(ONE, **changes), OTHER])
    files = FILES if "keys" not in changes else {"technical_accounts[1].keys": "another"}
    assert taken_away(before, after, (FILES, files)) == {(technical_subject("one"), way) for way in ways}


def test_other_keys_in_the_same_file_are_another_proof(before: Settings) -> None:
    files = FILES | {"technical_accounts[1].keys": "new"}
    assert taken_away(before, before, (FILES, files)) == {(technical_subject("other"), KEY)}


def test_another_order_of_the_accounts_takes_nothing_away(before: Settings) -> None:
    after = structs.replace(before, technical_accounts=[OTHER, ONE])
    files = {"technical_accounts[0].keys": "another", "technical_accounts[1].keys": "digest"}
    assert taken_away(before, after, (FILES, files)) == frozenset()
