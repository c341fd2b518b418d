"""Policies that hold from one day to another, as their form writes them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from tests.rig.policy_office import FILE
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_a_last_day_that_is_past_is_said_at_its_field_and_nothing_is_written(visitor):
    page = await visitor.begun()
    days = {"since": "2026-11-16", "until": "2026-11-22"}
    fields = {"id": "a-week", "roles": ["mayor"], "applications": ["map"], "actions": ["write"]}
    revision = str((await visitor.one(page)).revision)
    answer = await visitor.post(
        f"{page}/form/temporary-access", revision=revision, number="", **fields, **days
    )
    said = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "form_not_filled_in")
    assert "That day is past, so the policy would open nothing." in said
    assert 'value="2026-11-22"' in said
    assert "a-week" not in (await visitor.one(page)).texts[FILE]
    await visitor.filled(page, form="temporary-access", **fields, **days | {"until": "2026-11-23"})
    assert "a-week" in (await visitor.one(page)).texts[FILE]
