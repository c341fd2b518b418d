"""What is open at the provider alone, beside the sessions of the gateway."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.vocabulary import SessionId
from gateway.sessions.store import Place
from gateway.storage.database import Database
from idp.login.session import Session as SignOn
from tests.gateway.storage.both_sides import Sides, sides
from tests.rig.people import JANA_ID, PETR_ID

MINUTE = timedelta(minutes=1)


@pytest.fixture
def both(database: Database) -> Sides:
    return sides(database)


async def test_a_sign_on_is_one_that_no_open_session_of_the_gateway_belongs_to(
    both: Sides, now: datetime
) -> None:
    mine, alone = await both.sign_in(now), await both.sign_in_at_provider(now, PETR_ID)
    assert await both.store.sign_ons() == [alone]
    assert await both.store.sign_ons(JANA_ID) == []
    found = await both.store.open_of([JANA_ID, PETR_ID])
    assert (found.sessions, found.sign_ons) == ([mine], [alone])
    found = await both.store.open_named([alone.sid, mine.id])
    assert (found.sessions, found.sign_ons) == ([mine], [alone])
    assert (await both.store.open_named([SessionId(mine.provider_sid)])).sessions == [mine]
    await both.end_at_provider(mine, now)
    assert await both.store.sign_ons() == [alone]


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
async def test_sessions_and_sign_ons_come_in_pages_with_one_persons_together(
    limit: int, both: Sides, now: datetime
) -> None:
    for subject in (JANA_ID, PETR_ID, JANA_ID):
        await both.sign_in(now, subject)
        await both.sign_in_at_provider(now, subject)
    people: list[list[str]] = []
    names: list[str] = []
    place: Place | None = None
    while True:
        page, place = await both.store.open_page(place, limit)
        assert len(page) <= limit
        people.append(sorted(page.people()))
        names += [*(one.id for one in page.sessions), *(one.sid for one in page.sign_ons)]
        if place is None:
            break
    assert len(names) == len(set(names)) == 6
    seen = [one for some in people for one in some]
    assert seen == sorted(seen)


async def test_new_facts_are_kept_unless_others_were_read_meanwhile(both: Sides, now: datetime) -> None:
    before = await both.sign_in_at_provider(now)
    renamed = replace(before, person=replace(before.person, name="Jana Malá"), facts_at=now + MINUTE)
    later = replace(before, person=replace(before.person, name="Jana Nová"), facts_at=now + MINUTE)

    async def kept() -> list[SignOn]:
        return list(await both.store.sign_ons())

    await both.store.replace_sign_on_facts([(before, renamed)])
    assert await kept() == [renamed]
    await both.store.replace_sign_on_facts([(before, later)])
    assert await kept() == [renamed]
