"""*Why?* takes a name where it takes a login, as a delegation does."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from config.vocabulary import Role, SubjectId
from gateway.audit.entry import Code
from tests.policies.world import HULIN
from tests.rig.policy_site import AUTHOR, CENTRE, PEOPLE
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real
JANA, OTA = PEOPLE
NAMESAKE = replace(JANA, subject=SubjectId("urad:zdejsi.eva"), login="zdejsi.eva", name="Eva Zdejší")


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


@pytest.mark.parametrize("typed", ["Zdejší", "zdejsi", "Jana Zdejší", "Zdejší, Jana"])
async def test_a_surname_means_whoever_alone_has_it_there(visitor, typed):
    shown = await visitor.get(f"/why?login={typed}&application=map")
    assert "Jana Zdejší: map, read" in shown
    (entry,) = visitor.world.entries(Code.LOG_SEARCHED)
    assert entry.details["query"] == f"page=why, user=zdejsi.jana, municipality={HULIN}", (
        "who was looked at is recorded, not what was typed"
    )


async def test_the_centre_writes_a_surname_of_a_municipality_that_it_chose(visitor):
    assert "Jana Zdejší: map, read" in await visitor.get(
        f"/why?where={HULIN}&login=Zdejší&application=map", CENTRE
    )


async def test_of_several_with_that_name_one_is_chosen(visitor):
    visitor.given.people = (*PEOPLE, NAMESAKE)
    asked = await visitor.get("/why?login=Zdejší&application=map", status=409)
    assert "Several people have that name" in asked
    for one in (JANA, NAMESAKE):
        assert f'<option value="{one.login}">{one.name} ({one.login})</option>' in asked
    assert '<select id="login" name="login" required aria-invalid="true"' in asked
    assert "Nobody is meant" not in asked
    (entry,) = visitor.world.entries(Code.LOG_SEARCHED)
    assert entry.details["query"] == f"page=why, user=Zdejší, municipality={HULIN}"
    assert entry.details["found"] == 2
    czech = await visitor.get("/why?login=Zdejší&application=map", status=409, language="cs")
    assert "Tak se jmenuje víc lidí" in czech
    assert "Vyberte…" in czech
    assert "Eva Zdejší: map, read" in await visitor.get("/why?login=Eva Zdejší&application=map")


async def test_nobody_of_elsewhere_is_found_by_a_surname(visitor):
    told = await visitor.get("/why?login=Jinde&application=map", status=409)
    assert "Nobody is meant by that: Hulín" in told
    assert "is found by its login alone" in told
    assert OTA.name not in told


async def test_to_a_supplier_nobody_is_found_by_a_surname(visitor):
    supplier = replace(AUTHOR, roles=(Role.SUPPLIER,))
    told = await visitor.get("/why?login=Zdejší&application=map", supplier, status=409)
    assert "Nobody is meant by that" in told
    assert JANA.name not in told
