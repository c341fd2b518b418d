"""However much the replicas tell, little of it waits, and nothing that matters is lost."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.vocabulary import DirectoryName
from gateway.commands.directory_news import TOLD_AT_MOST, WaitingNews
from idp.directory.errors import DirectoryUnreachable
from idp.directory.sync.news import News

BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
OFFICE, VILLAGE = DirectoryName("urad"), DirectoryName("obec")
AWAY = DirectoryUnreachable("ldaps://office", "Can't contact LDAP server")


def told(number: int, directory: DirectoryName = OFFICE) -> News:
    return News(
        directory=directory, at=BEGAN + timedelta(seconds=number), touched=frozenset({f"person-{number}"})
    )


def confirmed(number: int, *, first: bool = False) -> News:
    at = BEGAN + timedelta(seconds=number)
    return News(directory=OFFICE, at=at, confirmed=True, touched=None, first_of_its_kind=first)


def trouble(number: int, *, first: bool = False) -> News:
    at = BEGAN + timedelta(seconds=number)
    return News(directory=OFFICE, at=at, trouble=AWAY, first_of_its_kind=first)


async def left_of(*news: News) -> list[News]:
    """What a reader gets who comes when all of it was told."""
    waiting, end = WaitingNews(), told(0, DirectoryName("end"))
    for one in (*news, end):
        waiting.put(one)
    found: list[News] = []
    while (one := await waiting.get()) != end:
        found.append(one)
        waiting.done(one)
    return found


async def test_news_come_in_order_to_a_reader_who_waits() -> None:
    waiting = WaitingNews()
    reader = asyncio.create_task(waiting.get())
    await asyncio.sleep(0)
    waiting.put(told(1))
    waiting.put(told(2))
    first = await reader
    waiting.done(first)
    assert [first, await waiting.get()] == [told(1), told(2)]


async def test_what_could_not_be_heard_to_its_end_is_heard_once_more() -> None:
    """A disk that is full keeps no entry; the round that failed comes back."""
    waiting, over = WaitingNews(), confirmed(1, first=True)
    waiting.put(over)
    assert await waiting.get() == over
    waiting.put(confirmed(2))
    assert await waiting.get() == over


async def test_what_was_recorded_is_recorded_once_and_may_be_superseded_then() -> None:
    waiting, over = WaitingNews(), confirmed(1, first=True)
    waiting.put(over)
    plain = waiting.recorded(await waiting.get())
    assert plain == confirmed(1)
    assert await waiting.get() is plain
    waiting.put(confirmed(2))
    waiting.done(plain)
    assert await waiting.get() == confirmed(2)


async def test_of_more_than_some_people_everybody_is_looked_at() -> None:
    pieces = [told(number) for number in range(TOLD_AT_MOST)]
    assert await left_of(*pieces) == pieces
    last = told(4_000)
    (one,) = await left_of(*pieces, *(told(number) for number in range(TOLD_AT_MOST, 4_000)), last)
    assert (one.at, one.touched, one.confirmed) == (last.at, None, False)


async def test_what_one_directory_tells_leaves_the_news_of_another() -> None:
    of_office = [told(number) for number in range(TOLD_AT_MOST + 1)]
    first, second = await left_of(told(1, VILLAGE), *of_office)
    assert (first, second.touched) == (told(1, VILLAGE), None)
    assert await left_of(told(1, VILLAGE), confirmed(2)) == [told(1, VILLAGE), confirmed(2)]


async def test_a_confirmation_speaks_for_what_was_told_before_it() -> None:
    assert await left_of(confirmed(1), told(2), confirmed(3), told(4)) == [confirmed(3), told(4)]


async def test_whom_the_news_named_that_a_confirmation_speaks_for_it_names_too() -> None:
    plain = News(directory=OFFICE, at=BEGAN + timedelta(seconds=4), confirmed=True)
    (one,) = await left_of(confirmed(1), told(2), told(3), plain)
    assert one == replace(plain, touched=frozenset({"person-2", "person-3"}))
    first, last = await left_of(told(1, VILLAGE), plain)
    assert (first, last) == (told(1, VILLAGE), plain)


async def test_what_names_somebody_is_seen_behind_what_is_being_heard() -> None:
    waiting, everybody, nobody = WaitingNews(), confirmed(1), replace(trouble(3), directory=VILLAGE)
    for one in (everybody, told(2), nobody, told(4, VILLAGE)):
        waiting.put(one)
    assert waiting.behind([everybody]) == [told(2), told(4, VILLAGE)]
    seen = waiting.behind([everybody])[0]
    assert waiting.behind([everybody, seen]) == [told(4, VILLAGE)]


async def test_of_repeated_trouble_the_last_waits_and_whatever_is_worth_recording() -> None:
    began, over = trouble(1, first=True), confirmed(5, first=True)
    left = await left_of(began, trouble(2), told(3), trouble(4), over, trouble(6), confirmed(7))
    assert left == [began, over, trouble(6), confirmed(7)]
