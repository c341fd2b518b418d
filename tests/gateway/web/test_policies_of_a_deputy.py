"""What *Why?* says of somebody who stands in for another person."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from config.vocabulary import Role
from gateway.asks.ask import Kind
from tests.gateway.asks.town import HOUR, JANA, PETR, ask
from tests.gateway.web.people import NOW
from tests.rig.policy_site import AUTHOR
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_of_a_deputy_who_is_refused_it_says_that_no_rule_counts_the_role(visitor):
    where = "/why?login=zdejsi.jana&application=map&level=1"
    assert "They stand in for somebody" not in await visitor.get(where, AUTHOR)
    times = {"since": NOW - HOUR, "until": NOW + HOUR}
    visitor.given.asks = [replace(ask(Kind.DELEGATION, PETR, JANA, **times), role=Role.REGISTRAR)]
    shown = await visitor.get(where, AUTHOR)
    assert "They stand in for somebody in the role: registrar. But no rule in force counts that" in shown
    assert "Zastupuje někoho v roli: matrikářka." in await visitor.get(where, AUTHOR, language="cs")
    assert "They stand in" not in await visitor.get(where.replace("level=1", "level=2"), AUTHOR)
