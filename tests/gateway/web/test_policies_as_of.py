"""As of which moment the page that tells who may do what speaks."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import Language
from idp.http.moments import moment_text
from tests.gateway.web.people import NOW
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real
HEADING = re.compile(r"<h1>[^(<]*(?:\(<time[^>]*>([^<]*)</time>\))?</h1>")


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


def told(page: str) -> str | None:
    found = HEADING.search(page)
    assert found is not None
    return found[1]


async def test_the_heading_of_who_may_what_says_as_of_which_moment(visitor):
    assert told(await visitor.get("/who")) == moment_text(NOW, Language.ENGLISH, "weekday")
    saturday = "/who?at=2026-11-28T09:47"
    shown = await visitor.get(saturday)
    assert told(shown) == "Saturday 28 Nov 2026, 09:47 CET"
    assert "it may be otherwise at another moment: choose one below." in shown
    czech = await visitor.get(saturday, language="cs")
    assert told(czech) == "sobota 28. 11. 2026 9:47 SEČ"
    assert "může to být v jinou chvíli jinak" in czech


async def test_of_a_moment_that_cannot_be_meant_no_heading_speaks(visitor):
    assert told(await visitor.get("/who?at=1999-01-01T10:00", status=409)) is None
