"""A simulation beside the product: the real child over a real log, and children that misbehave."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from config.vocabulary import Language
from gateway.audit.own_process import Failure, Progress, encode
from gateway.commands import background_simulation
from gateway.commands.background_simulation import Simulating
from gateway.commands.control_plane import ControlPlane
from gateway.commands.plane_simulations import PlaneSimulations
from gateway.commands.policy_offices import incidents_of
from gateway.commands.shared_policies import in_force
from gateway.commands.simulation_work import Result, Said, Unusable, Work
from gateway.commands.state import open_state
from gateway.policy_office.asking import by_operator
from gateway.storage.audit_decisions import Period
from gateway.web.simulating import Asked, Finished, NotFinished, Occupied, Trouble, UnderWay
from policies.incidents import ClosureKind
from policies.simulated import Report
from policies.texts import texts_of
from tests.gateway.audit.making import NOON, until
from tests.gateway.commands.test_policy_simulate import MUNICIPALITIES, REGION, decided, drafted
from tests.gateway.commands.test_policy_simulate import WORK as WORK_OF_CLERKS
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.installation import install

LONG = timedelta(seconds=60)
DAY = timedelta(days=1)
WORK = Work("nowhere.db", (), {}, {}, {}, Period(NOON - DAY, NOON))
REPORT = Report(
    today="1", draft="2", decisions=9, unchanged=9, already=0, losses=0, gains=0, in_part=0, not_replayable={},
    losing=0, gaining=0, rows=(), left_out=0,
)  # fmt: skip
ONE, OTHER = ("1", "one"), ("1", "other")


def saying(*said: Said, then: str = "") -> Simulating:
    lines = b"".join(encode(one) + b"\n" for one in said).decode()
    return script(f"import sys, time; sys.stdout.write({lines!r}); sys.stdout.flush(); {then}")


def script(text: str, limit: timedelta = LONG, patience: timedelta = LONG) -> Simulating:
    return Simulating(lambda: NOON, [sys.executable, "-S", "-c", text], limit=limit, patience=patience)


def waiting(*said: Said) -> Simulating:
    """Its child never ends by itself."""
    made = saying(*said, then="time.sleep(600)")
    made._patience = timedelta(milliseconds=1)
    return made


def children() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "time.sleep(600)" in " ".join(one.cmdline())]


async def test_what_was_found_is_told_and_kept_under_what_was_asked() -> None:
    simulating = saying(Progress(5, 9), Result(REPORT))
    found = await simulating.begin(ONE, WORK, "novakova")
    assert isinstance(found, Finished)
    assert (found.report, found.since, found.until, found.by) == (REPORT, NOON - DAY, NOON, "novakova")
    assert simulating.standing(ONE) == found
    assert simulating.standing(OTHER) is None


async def test_one_at_a_time_runs_its_progress_is_seen_and_cancelling_ends_it() -> None:
    simulating = waiting(Progress(2, 8))
    await simulating.begin(ONE, WORK, "novakova")
    await until(lambda: simulating.standing(ONE) == UnderWay(NOON, "novakova", 2, 8))
    assert UnderWay(NOON, "novakova", 2, 8).percent == 25
    assert await simulating.begin(OTHER, WORK, "dvorak") == Occupied(NOON) == simulating.standing(OTHER)
    await simulating.begin(ONE, WORK, "dvorak")
    assert len(children()) == 1
    await simulating.cancel(OTHER)
    assert len(children()) == 1
    await simulating.cancel(ONE)
    assert not children()
    assert simulating.standing(ONE) is simulating.standing(OTHER) is None


async def test_whoever_stops_asking_while_it_begins_leaves_it_running_and_closing_ends_it() -> None:
    simulating = waiting()
    simulating._patience = LONG
    asking = asyncio.create_task(simulating.begin(ONE, WORK, "novakova"))
    await until(lambda: len(children()) == 1)
    asking.cancel()
    await asyncio.wait({asking})
    assert isinstance(simulating.standing(ONE), UnderWay)
    await simulating.close()
    assert not children()


@pytest.mark.parametrize(
    ("simulating", "trouble"),
    [
        (lambda: script(""), Trouble.FAILED),
        (lambda: script("print('not json')"), Trouble.FAILED),
        (lambda: script('print(\'{"type":"result"}\')'), Trouble.FAILED),
        (lambda: saying(Failure("gone")), Trouble.FAILED),
        (lambda: saying(Unusable("region/a.cedar:1: a fault")), Trouble.UNUSABLE),
        (lambda: script("import time; time.sleep(600)", limit=timedelta(seconds=0.2)), Trouble.TOO_LONG),
        (lambda: Simulating(lambda: NOON, ["/nowhere/at-all"]), Trouble.FAILED),
    ],
)
async def test_a_child_that_comes_to_nothing_is_a_trouble_and_another_can_begin(
    simulating: Callable[[], Simulating], trouble: Trouble
) -> None:
    made = simulating()
    found = await made.begin(ONE, WORK, "novakova")
    assert isinstance(found, NotFinished)
    assert (found.trouble, made.standing(ONE)) == (trouble, found)
    assert found.cause or trouble is Trouble.TOO_LONG
    assert not isinstance(await made.begin(OTHER, WORK, "novakova"), Occupied)
    assert not children()


async def test_no_more_than_so_many_results_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_simulation, "REMEMBERED", 2)
    simulating = saying(Result(REPORT))
    for number in range(3):
        await simulating.begin((str(number),), WORK, "novakova")
    kept = [simulating.standing((str(number),)) for number in range(3)]
    assert [one is None for one in kept] == [True, False, False]


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """One that does not run."""
    state = open_state(install(tmp_path).configuration)
    made = ControlPlane(state)
    made.policy_desk.simulating._patience = LONG
    try:
        yield made
    finally:
        await made.close()
        state.database.close()


@pytest.mark.real
async def test_a_draft_is_simulated_over_the_log_of_the_installation_as_its_incidents_leave_it(
    plane: ControlPlane,
) -> None:
    place = plane.state.database.place
    assert isinstance(place, Path)
    decided(place, 3)
    simulations = PlaneSimulations(plane)
    asked = Asked(texts=drafted(), days=1, municipality=HULIN)
    found = await simulations.begin(asked, "novakova")
    assert isinstance(found, Finished)
    assert (found.report.losses, found.report.losing, found.report.today) == (3, 1, plane.book.version)
    assert simulations.standing(replace(asked, municipality=KROMERIZ)) is None
    broken = replace(asked, texts={"region/a.cedar": "permit (", f"municipalities/{HULIN}.cedar": ""})
    fault = await simulations.begin(broken, "novakova")
    assert isinstance(fault, NotFinished)
    assert (fault.trouble, "region/a.cedar" in fault.cause) == (Trouble.UNUSABLE, True)

    incidents = incidents_of(plane.state, plane.policy_desk.office(plane.state))
    reason = {Language.CZECH: "Únik hesel.", Language.ENGLISH: "Passwords have leaked."}
    await incidents.close(by_operator("cli:root"), ClosureKind.MUNICIPALITY, HULIN, reason, NOON)
    closed = await simulations.begin(asked, "novakova")
    assert isinstance(closed, Finished)
    assert (closed.report.losses, closed.report.already) == (0, 3), "closed today, and by the draft"
    as_open = await simulations.begin(replace(asked, as_open=True), "novakova")
    assert isinstance(as_open, Finished)
    assert (as_open.report.losses, as_open.report.already) == (3, 0)
    assert simulations.standing(asked) == closed
    version = in_force(plane.state)
    assert version is not None
    assert closed.report.today != version.version, "the closure is part of what decides"


@pytest.mark.real
async def test_a_draft_of_one_municipality_is_tried_by_its_own_decisions_and_tells_of_nobody_elses(
    plane: ControlPlane,
) -> None:
    """Though the texts would take from others as well."""
    place = plane.state.database.place
    assert isinstance(place, Path)
    decided(place, 2)
    decided(place, 5, KROMERIZ)
    others = f"municipalities/{KROMERIZ}.cedar"
    texts = drafted()
    assert WORK_OF_CLERKS in texts[others]
    both = texts | {others: texts[others].replace(WORK_OF_CLERKS, '[Role::"registrar"]')}
    for municipality, decisions, where in (
        (HULIN, 2, {HULIN}),
        (KROMERIZ, 5, {KROMERIZ}),
        (None, 7, {HULIN, KROMERIZ}),
    ):
        found = await PlaneSimulations(plane).begin(
            Asked(texts=both, days=1, municipality=municipality), "novakova"
        )
        assert isinstance(found, Finished)
        assert (found.report.decisions, found.report.losses) == (decisions, decisions)
        assert {row.municipality for row in found.report.rows} == where


def test_a_simulation_is_of_some_days() -> None:
    texts = texts_of(REGION, MUNICIPALITIES)
    for days in (0, 93):
        with pytest.raises(ValueError, match="1 to 92 days"):
            Asked(texts=texts, days=days, municipality=None)
