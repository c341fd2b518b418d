"""Simulations that pages begin: one at a time, remembered by what was compared with what."""

import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import MunicipalityCode
from gateway.commands.simulating import Work
from gateway.commands.simulations import Simulations
from gateway.storage.audit_decisions import Period
from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from tests.policies.world import HULIN
from tests.rig.policy_office import APPLICATIONS, CHANGED, DISTRICT, FIRST, NOON, World

KEY = (HULIN, "digest", 1)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    prepare(tmp_path / "brana.db")
    with closing(Database(tmp_path / "brana.db")) as database:
        World(database)
    return Work(
        database=str(tmp_path / "brana.db"),
        municipalities=tuple(DISTRICT.values()),
        applications=APPLICATIONS,
        today=FIRST,
        draft=FIRST | CHANGED,
        period=Period(NOON - timedelta(days=7), NOON, MunicipalityCode(HULIN)),
    )


def at_the_end() -> None:
    for thread in threading.enumerate():
        if thread.name == "simulation":
            thread.join()


def test_a_simulation_goes_on_beside_and_its_report_is_kept(work: Work) -> None:
    simulations = Simulations()
    assert simulations.of(KEY) is None
    assert simulations.begin(KEY, work)
    at_the_end()
    found = simulations.of(KEY)
    assert found is not None
    assert found.report is not None
    assert (found.report.decisions, found.failed) == (0, False)
    assert simulations.of((HULIN, "other", 1)) is None
    assert simulations.begin(KEY, work), "the next may begin when it is over"
    at_the_end()


def test_one_that_cannot_be_done_says_so(work: Work, tmp_path: Path) -> None:
    simulations = Simulations()
    broken = dict.fromkeys(work.draft, "permit (")
    assert simulations.begin(
        KEY, Work(work.database, work.municipalities, work.applications, work.today, broken, work.period)
    )
    at_the_end()
    found = simulations.of(KEY)
    assert found is not None
    assert found.failed


def test_none_begins_once_the_product_ends(work: Work) -> None:
    simulations = Simulations()
    simulations.close()
    assert not simulations.begin(KEY, work)
