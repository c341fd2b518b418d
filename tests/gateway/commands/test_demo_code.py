"""Password and code for who has no phone, and a plain word where there is none."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from config.vocabulary import MunicipalityCode
from gateway.commands.demo_code import credentials
from gateway.commands.preflight import CannotStart
from gateway.demo.people import CENTRE, HULIN, inhabitants
from gateway.demo.world import World, draw_accounts, keep

NOW = datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> World:
    accounts = draw_accounts(inhabitants([HULIN, CENTRE, MunicipalityCode("588512")]))
    made = World(
        folder=tmp_path,
        domain="brana.localhost",
        authority=tmp_path / "ca.pem",
        certificate=tmp_path / "public.pem",
        key=tmp_path / "public.key",
        district=tmp_path / "district.csv",
        directory_password_file=tmp_path / "password",
        directory_root_password="x",
        accounts=accounts,
    )
    keep(made, tmp_path / "inhabitants.json")
    return made


@pytest.mark.parametrize("login", ["novakova.jana", "NOVAKOVA.jana"])
def test_password_and_present_code_are_told_with_how_long_the_code_is_good(world: World, login: str) -> None:
    jana = world.account("novakova.jana")
    assert jana.totp_secret is not None
    assert credentials(world.folder, login, NOW).splitlines() == [
        f"password: {jana.password}",
        f"one-time code: {pyotp.TOTP(jana.totp_secret).at(NOW)} (for 20 s more, and good once)",
    ]


def test_a_code_that_ends_before_it_is_typed_gives_way_to_the_next(world: World) -> None:
    jana = world.account("novakova.jana")
    assert jana.totp_secret is not None
    late = NOW + timedelta(seconds=19)
    following = pyotp.TOTP(jana.totp_secret).at(late, counter_offset=1)
    told = credentials(world.folder, "novakova.jana", late).splitlines()[1]
    assert told == f"one-time code: {following} (for 31 s more, and good once)"


def test_somebody_without_a_second_factor_has_a_password_and_no_code_yet(world: World) -> None:
    told = {"accounts": [{"login": "maresova.lucie", "enrolment_code": "AAAAA-BBBBB"}]}
    (world.folder / "world.json").write_text(json.dumps(told))
    password, code = credentials(world.folder, "maresova.lucie", NOW).splitlines()
    assert password == f"password: {world.account('maresova.lucie').password}"
    assert code == "one-time code: none yet; set a second factor up with the single-use code AAAAA-BBBBB"


def test_the_enrolment_code_is_the_one_the_last_start_announced(world: World) -> None:
    told = {"accounts": [{"login": "maresova.lucie", "enrolment_code": None}]}
    (world.folder / "world.json").write_text(json.dumps(told))
    assert credentials(world.folder, "maresova.lucie", NOW).endswith("one-time code: from the telephone")


def test_a_disabled_account_is_called_so(world: World) -> None:
    assert "the account is disabled in the directory" in credentials(world.folder, "urban.karel", NOW)


def test_a_misspelt_login_is_told_with_the_one_that_was_meant(world: World) -> None:
    with pytest.raises(
        CannotStart, match=r"(?s)nobody in the demo has the login 'novakova.jan'.*novakova\.jana"
    ):
        credentials(world.folder, "novakova.jan", NOW)


def test_a_login_like_no_other_is_answered_with_the_accounts_to_try(world: World) -> None:
    with pytest.raises(CannotStart, match=r"(?s)'0'.*try novakova\.jana, dvorak\.petr"):
        credentials(world.folder, "0", NOW)


def test_without_a_world_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"(?s)no world of the demo.*make demo"):
        credentials(tmp_path, "novakova.jana", NOW)
