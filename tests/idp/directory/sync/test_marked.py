"""A configuration that asks for something else than before is no continuation of what was kept."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from config.settings import RoleMapping
from config.vocabulary import MunicipalityCode, Role
from idp.directory.sync.kinds import form_and_source
from idp.directory.sync.source import Manner, PositionUnknown
from tests.rig.slapd import PEOPLE, person_ldif, slapd
from tests.rig.synced import now, synced

pytestmark = pytest.mark.real
BY_TITLE = RoleMapping(attribute="title", value="x", role=Role.CLERK, municipality=MunicipalityCode("588491"))


@pytest.mark.parametrize(
    "change",
    [
        {"roles": [BY_TITLE]},
        {"people_filter": "(uid=*)"},
        {"people_base": f"uid=a,{PEOPLE}"},
        {"login_attributes": ["uid", "mail"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_after_a_change_of_what_is_asked_for_everything_is_read_anew(change: dict[str, Any], tmp_path: Path):
    with (
        slapd(tmp_path / "server", person_ldif("a")) as directory,
        synced(tmp_path / "replica", directory.settings()) as office,
    ):
        office.full()
        since = office.replica.standing(office.settings.name).position
        assert since is not None
        assert len(office.pool.run_here(lambda line: office.source.changes(line, since))) == 0
        _, source = form_and_source(replace(office.settings, **change), office.replica, now)
        with pytest.raises(PositionUnknown, match="asks for other entries"):
            office.pool.run_here(lambda line: source.changes(line, since))
        assert source.manner(since) == Manner()


def test_another_role_for_the_same_group_needs_no_reading(tmp_path: Path):
    with (
        slapd(tmp_path / "server", person_ldif("a")) as directory,
        synced(tmp_path / "replica", directory.settings()) as office,
    ):
        office.full()
        since = office.replica.standing(office.settings.name).position
        assert since is not None
        fewer = replace(office.settings, roles=office.settings.roles[:1])
        _, source = form_and_source(fewer, office.replica, now)
        assert office.pool.run_here(lambda line: source.changes(line, since)).position == since
