"""Who is to be told, from memory: whom it names, when it reads again, and that it never names somebody for certain."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from config.settings import Requests
from config.vocabulary import Role
from gateway.commands.roster import EVERY, Roster, watched
from tests.gateway.asks.town import DAY, EVA, HULIN, JANA, KROMERIZ, MARTIN, NOW, PETR
from tests.rig.replica import OFFICE

ROLES = watched(Requests())


class People:
    """A directory as the replica has it."""

    def __init__(self, *people) -> None:
        self.known = {one.subject: one for one in people}
        self.looks: list[Sequence] = []
        self.fails = False

    async def everybody(self):
        self.looks.append("everybody")
        for one in self.known.values():
            if self.fails:
                raise ConnectionError
            yield one

    async def people(self, subjects):
        self.looks.append(sorted(subjects))
        return {one: self.known[one] for one in subjects if one in self.known}


async def step(roster: Roster, people: People, now=NOW, *, roles=ROLES, hears=True) -> None:
    await roster.step({OFFICE: people}, roles, now, hears=hears)


async def test_whoever_may_hold_a_role_is_named_by_role_and_municipality() -> None:
    roster, people = Roster(), People(JANA, PETR, EVA, MARTIN)
    await step(roster, people)
    assert roster.candidates(OFFICE, None, [Role.SECURITY_OFFICER]) == [MARTIN.subject]
    assert roster.candidates(OFFICE, HULIN, [Role.MAYOR, Role.CHIEF_CLERK]) == [PETR.subject, EVA.subject]
    assert roster.candidates(OFFICE, KROMERIZ, [Role.MAYOR]) == []


async def test_what_it_does_not_know_it_says() -> None:
    roster = Roster()
    assert roster.candidates(OFFICE, None, [Role.SECURITY_OFFICER]) is None
    await step(roster, People(JANA))
    assert roster.candidates(OFFICE, HULIN, [Role.CLERK]) is None
    assert roster.candidates(OFFICE, HULIN, [Role.MAYOR]) == []


async def test_of_those_who_are_touched_it_reads_no_others() -> None:
    roster, people = Roster(), People(JANA, PETR)
    await step(roster, people)
    people.known = {MARTIN.subject: MARTIN}
    roster.touched(OFFICE, [MARTIN.subject, PETR.subject])
    await step(roster, people)
    assert people.looks == ["everybody", sorted([MARTIN.subject, PETR.subject])]
    assert roster.candidates(OFFICE, None, ROLES) == [MARTIN.subject]
    await step(roster, people)
    assert len(people.looks) == 2


@pytest.mark.parametrize(
    ("later", "hears", "again"),
    [
        (EVERY, True, False),
        (EVERY, False, True),
        (EVERY - timedelta(seconds=1), False, False),
        (DAY, True, True),
    ],
)
async def test_everybody_is_read_again_on_another_day_and_where_no_news_is_heard(later, hears, again) -> None:
    roster, people = Roster(), People(PETR)
    await step(roster, people, hears=hears)
    await step(roster, people, NOW + later, hears=hears)
    assert people.looks == ["everybody"] * (2 if again else 1)


async def test_everybody_is_read_again_after_a_whole_reading_other_settings_and_when_it_begins_to_hear() -> (
    None
):
    roster, people = Roster(), People(JANA, PETR)
    await step(roster, people, hears=False)
    await step(roster, people)
    roster.touched(OFFICE, None)
    await step(roster, people)
    await step(roster, people, roles=watched(Requests(told=[Role.CLERK])))
    assert people.looks == ["everybody"] * 4
    assert roster.candidates(OFFICE, HULIN, [Role.CLERK]) == [JANA.subject]


async def test_a_reading_that_fails_is_done_again_and_says_nothing() -> None:
    roster, people = Roster(), People(PETR)
    people.fails = True
    with pytest.raises(ConnectionError):
        await step(roster, people)
    assert roster.candidates(OFFICE, HULIN, [Role.MAYOR]) is None
    people.fails = False
    await step(roster, people)
    assert roster.candidates(OFFICE, HULIN, [Role.MAYOR]) == [PETR.subject]


async def test_news_wake_whoever_waits_for_them() -> None:
    roster = Roster()
    waiting = asyncio.ensure_future(roster.heard())
    await asyncio.sleep(0)
    roster.touched(OFFICE, [PETR.subject])
    async with asyncio.timeout(5):
        await waiting
