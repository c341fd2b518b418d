"""Whether an exception would open anything, asked of the example's policies and of ones that allow it."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.district import District
from config.vocabulary import MunicipalityCode, Role
from gateway.authorize.exception_preview import password_opens
from gateway.authorize.snapshot import Snapshot
from idp.directory.person import Person, RoleHeld
from policies.load import load
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, KROMERIZ, NOW
from tests.rig.people import person

CLERK = person(roles=(RoleHeld(HULIN, Role.CLERK),))
OF_TWO = person(roles=(RoleHeld(KROMERIZ, Role.CLERK), RoleHeld(HULIN, Role.CLERK)))
TWO_FACTORS = "unless { context.sign_in.level >= 2 };"


def with_rule(snapshot: Snapshot, district: District, folder: Path, rule: str) -> Snapshot:
    """The example's policies, in which two factors are asked for by `rule` instead."""
    region = folder / "region"
    region.mkdir()
    for file in (EXAMPLES / "policies" / "region").iterdir():
        (region / file.name).write_text(file.read_text().replace(TWO_FACTORS, rule))
    return replace(snapshot, policies=load(region, EXAMPLES / "policies" / "municipalities", district))


@pytest.mark.parametrize("who", [CLERK, OF_TWO])
def test_where_policies_want_two_factors_for_everything_the_password_opens_nothing(
    snapshot: Snapshot, who: Person
) -> None:
    assert not password_opens(who, snapshot, NOW)


@pytest.mark.parametrize("rule", [
    "unless { true };",
    'unless { context.sign_in.level >= 2 || resource in Application::"portal" };',
    f'unless {{ context.sign_in.level >= 2 || resource in Municipality::"{HULIN}" }};',
])  # fmt: skip
def test_anything_that_the_password_opens_anywhere_is_of_use(
    snapshot: Snapshot, district: District, tmp_path: Path, rule: str
) -> None:
    assert password_opens(OF_TWO, with_rule(snapshot, district, tmp_path, rule), NOW)


@pytest.mark.parametrize(
    "who", [person(roles=()), person(roles=(RoleHeld(MunicipalityCode("999999"), Role.CLERK),))]
)
def test_to_whom_two_factors_open_nothing_either_nothing_is_said_of_the_password(
    snapshot: Snapshot, who: Person
) -> None:
    assert password_opens(who, snapshot, NOW)
