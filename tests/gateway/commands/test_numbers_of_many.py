"""A number that no person can have is told to whoever looks after the directory."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from gateway.commands.control_plane import ControlPlane
from gateway.commands.directory import command
from gateway.commands.state import open_state
from gateway.commands.watching_persons import _tell_of_many
from gateway.storage.directory import StoredReplica
from idp.directory.person_number import MOST_ACCOUNTS, NUMBERS
from idp.directory.same_person import Persons
from tests.rig.installation import install
from tests.rig.replica import fill, person

pytestmark = pytest.mark.real


def test_the_log_tells_it_once_and_the_status_of_the_directory_each_time(tmp_path: Path) -> None:
    installation = install(tmp_path / "brana")
    state = open_state(installation.configuration)
    try:
        state.keys  # noqa: B018 - made by a first start
        everybody = [person(one, attributes={NUMBERS: ("ext",)}) for one in range(1, MOST_ACCOUNTS + 2)]
        fill(StoredReplica(state.database), everybody)
        plane = cast("ControlPlane", SimpleNamespace(state=state, persons=Persons()))
        with capture_logs() as told:
            for _ in range(2):
                asyncio.run(_tell_of_many(plane))
    finally:
        state.database.close()
    (line,) = told
    assert (line["event"], line["number"], line["accounts"]) == ("directory.number_of_many", "ext", 21)
    shown = CliRunner().invoke(command, ["status", "--config", str(installation.configuration)])
    assert "'ext', 21 accounts: more than 20 accounts with one number are no person" in shown.stdout
