"""Drafts: which forms can be filled in, how old drafts are, and taking several back at once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_a_form_with_nothing_to_choose_from_is_not_offered_and_says_what_is_missing(tmp_path) -> None:
    async with policy_visitor(tmp_path, networks=()) as visitor:
        page = await visitor.begun()
        draft = await visitor.get(f"{page}/edit")
        assert f'href="{page}/form/hours"' in draft
        assert f'href="{page}/form/networks"' not in draft
        assert "in the setting [[networks]]" in draft
        form = await visitor.get(f"{page}/form/networks")
        assert "This form cannot be filled in yet." in form
        assert "in the setting [[networks]]" in form
        assert f'action="{page}/form/networks"' not in form
        assert "v nastavení [[networks]]" in await visitor.get(f"{page}/form/networks", language="cs")


async def test_where_networks_are_named_their_form_is_offered(visitor: Visitor) -> None:
    page = await visitor.begun()
    assert f'href="{page}/form/networks"' in await visitor.get(f"{page}/edit")
    form = await visitor.get(f"{page}/form/networks")
    assert f'action="{page}/form/networks"' in form
    assert "cannot be filled in" not in form
