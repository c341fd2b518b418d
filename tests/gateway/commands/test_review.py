"""`brana review …` beside an installation that has run."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.access_review import deciding
from gateway.access_review.blocks import BlockId
from gateway.access_review.campaign import CampaignId, Plan, Scope
from gateway.commands.control_plane import ControlPlane
from gateway.commands.preflight import CannotStart
from gateway.commands.review import command
from gateway.commands.state import now, open_state
from tests.rig.installation import install
from tests.rig.reviews import CLERKS, HULIN, KVASICE, REGION

pytestmark = pytest.mark.real
PROGRAM = """
[[technical_accounts]]
id = "ucto-export"
name = "Export"
owner = "GORDIC"
ends = 2035-12-31
secret = true
roles = [{ municipality = "588491", role = "accountant" }]
"""
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a state that is kept; a review of Kvasice was closed, which took a clerk's role away."""
    installation = install(tmp_path_factory.mktemp("reviewed") / "brana")
    with installation.configuration.open("a", encoding="utf-8") as text:
        text.write(PROGRAM)
    state = open_state(installation.configuration)
    try:
        asyncio.run(_used(ControlPlane(state)))
    finally:
        state.database.close()
    return installation.configuration


async def _used(plane: ControlPlane) -> None:
    moment = now()
    late = moment + timedelta(days=2)
    plan = Plan(Scope.ALL, moment + timedelta(days=1))
    store = plane.state.reviews
    campaign = await store.transact(
        lambda book: deciding.begin(book, REGION, KVASICE, plan, [CLERKS], moment)
    )
    await store.transact(
        lambda book: deciding.close(
            book, REGION, campaign.id, late, lambda _: "Kvasice", remove_undecided=True
        )
    )
    await plane.close()


@pytest.fixture
def run(configuration: Path) -> Run:
    def run(name: str, *words: str) -> Result:
        return CliRunner().invoke(command, [name, "--config", str(configuration), *words])

    return run


def refused(done: Result) -> str:
    assert isinstance(done.exception, CannotStart), done.output
    return str(done.exception)


def test_the_region_begins_reviews_by_a_script_and_sees_how_they_stand(run: Run) -> None:
    day = now().date() + timedelta(days=1)  # before midnight of UTC Prague's day has begun already
    far = run("begin", "--until", str(day + timedelta(days=400)), HULIN, "--json")
    assert json.loads(far.stdout.partition("\nno")[0])["refused"] == {HULIN: "review_deadline_unusable"}
    begun = run("begin", "--until", str(day), "--all", "--json")
    told = json.loads(begun.stdout)
    assert list(told["begun"]) == [HULIN]
    assert set(told["refused"].values()) == {"review_of_nothing"}
    listed = {one["municipality"]: one for one in json.loads(run("list", "--json").stdout)}
    assert listed[HULIN]["state"] == "under way"
    assert (listed[HULIN]["accesses"], listed[HULIN]["decided"]) == (1, 0)
    assert listed[KVASICE]["state"] == "closed"
    assert "Kvasice" in run("list").stdout
    assert "not closed" in refused(run("report", listed[HULIN]["review"]))
    refused(run("begin", "--until", str(day), HULIN))
    assert "no municipality" in refused(run("begin", "--until", str(day), "123456"))
    assert "no application" in refused(
        run("begin", "--until", str(day), HULIN, "--scope", "application", "--application", "nic")
    )


@pytest.mark.parametrize("words", [(HULIN, "--all"), (), (HULIN, "--application", "records")])
def test_half_a_question_is_not_guessed_at(run: Run, words: tuple[str, ...]) -> None:
    assert run("begin", "--until", "2026-12-31", *words).exit_code == 2


def test_what_was_removed_is_told_and_can_be_given_back_with_a_reason(run: Run) -> None:
    [removed] = json.loads(run("removed", "--json").stdout)
    assert (removed["login"], removed["role"], removed["gone_from_directory"]) == ("mala.jana", "clerk", None)
    assert "still has" in run("removed").stdout  # a narrow table folds it
    report = json.loads(run("report", removed["review"]).stdout)
    assert (report["overdue"], report["removed"]) == (1, 1)
    assert "mala.jana" in run("report", removed["review"], "--csv").stdout
    short = run("restore", removed["removed"], "--why", "Byl omyl")
    assert (short.exit_code, "say why in 3 words at least" in short.output) == (2, True)
    assert run("restore", removed["removed"], "--why", "Byl to omyl").exit_code == 0
    assert json.loads(run("removed", "--json").stdout) == []
    assert "access_not_removed" in refused(run("restore", removed["removed"], "--why", "Byl to omyl"))


def test_what_is_not_there_is_told_so(run: Run) -> None:
    assert "review_not_found" in refused(run("restore", BlockId("guessed"), "--why", "Byl to omyl"))
    assert "review_not_found" in refused(run("report", CampaignId("guessed")))
    assert "review_not_found" in refused(run("report", "-h7csvwhy_-Ab34x"))
