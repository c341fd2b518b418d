"""Hours that a form does not write: over the pages where changes are approved, and with a box that would do nothing."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from tests.rig.policy_office import FILE
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real
HOURS = {
    "id": "mondays", "roles": ["mayor"], "since": "7", "until": "18", "days": ["1"], "number": "", "emergency": "true",
}  # fmt: skip
NIGHT = {"since": "22", "until": "4"}


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("form", "times", "chosen", "named"),
    [
        ("hours", {}, ["map", "policies"], "policies."),
        ("hours", {}, ["portal", "policies"], "portal, policies."),
        ("night-hours", NIGHT, [" portal "], "portal."),
    ],
)
async def test_hours_never_close_the_pages_on_which_changes_are_approved(visitor, form, times, chosen, named):
    page = await visitor.begun()
    before = await visitor.one(page)
    answer = await visitor.post(
        f"{page}/form/{form}", revision=before.revision, **HOURS | times | {"applications": chosen}
    )
    said = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "form_not_filled_in")
    assert "nobody of the chosen roles could approve a change of policies or roll it back" in said
    assert f"Take out of the choice: {named}" in said
    assert (await visitor.one(page)).texts == before.texts


async def test_emergency_access_is_not_promised_where_it_never_counts(visitor):
    page = await visitor.begun()
    revision = (await visitor.one(page)).revision
    hours = HOURS | {"applications": ["audit"]}
    answer = await visitor.post(f"{page}/form/hours", revision=revision, **hours)
    assert answer.status == 409
    assert "Emergency access never counts on the pages of Brána itself." in await answer.text()
    await visitor.done(f"{page}/form/hours", revision=revision, **hours | {"applications": ["audit", "map"]})
    assert "mondays" in (await visitor.one(page)).texts[FILE]
    assert "never on the pages of Brána itself" in await visitor.get(f"{page}/edit")


async def test_hours_of_pages_that_can_be_closed_are_written_without_that_box(visitor):
    page = await visitor.begun()
    revision = (await visitor.one(page)).revision
    hours = {name: value for name, value in HOURS.items() if name != "emergency"}
    await visitor.done(f"{page}/form/hours", revision=revision, **hours | {"applications": ["audit"]})
    assert "mondays" in (await visitor.one(page)).texts[FILE]
