"""A directory that is half away, slow, full, or answering on old connections alone, and the people of others."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from config.vocabulary import DirectoryName, SubjectId
from idp.directory.errors import BindRefused, DirectoryUnreachable, RefusalReason
from idp.directory.federation import Federation
from idp.directory.person import Person
from idp.directory.pool import WAITING_PER_THREAD
from tests.rig.bind_relay import BindRelay, bind_relay
from tests.rig.slapd import Directory, person_ldif, slapd

pytestmark = pytest.mark.real
IN_TOWN, IN_VILLAGE = "heslo-z-mesta-4271", "heslo-z-obce-8853"
OURS, THEIRS, NOBODY = "jen.mesto", "jen.obec", "nikdo"
PATIENCE = timedelta(minutes=1)  # whatever is held here is let go by the test, not by a clock


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Directory, Directory]]:
    with (
        slapd(tmp_path_factory.mktemp("town"), person_ldif(OURS, password=IN_TOWN)) as town,
        slapd(tmp_path_factory.mktemp("village"), person_ldif(THEIRS, password=IN_VILLAGE)) as village,
    ):
        yield town, village


@pytest.fixture
async def lines(two: tuple[Directory, Directory]) -> AsyncIterator[tuple[BindRelay, BindRelay]]:
    async with bind_relay(two[0]) as town, bind_relay(two[1]) as village:
        yield town, village


class Remembered:
    def __init__(self, known: Mapping[str, SubjectId]) -> None:
        self._known = dict(known)

    async def last_meant(self, login: str) -> SubjectId | None:
        return self._known.get(login)

    async def forget(self, login: str) -> None:
        del self._known[login]


@asynccontextmanager
async def federated(
    two: tuple[Directory, Directory],
    lines: tuple[BindRelay, BindRelay],
    known: Mapping[str, SubjectId] | None = None,
    **limits: Any,
) -> AsyncIterator[Federation]:
    made = Federation(
        [
            one.settings(
                name=DirectoryName(name),
                realms=[f"{name}.test"],
                servers=[line.url],
                connections=1,
                connect_timeout=PATIENCE,
                operation_timeout=PATIENCE,
            )
            for one, line, name in zip(two, lines, ("mesto", "obec"), strict=True)
        ],
        memory=Remembered(known or {}),
        **({"pretence_at_most": PATIENCE, "look_at_most": PATIENCE} | limits),
    )
    try:
        yield made
    finally:
        await asyncio.to_thread(made.close)


def reason(said: Person | BindRefused) -> RefusalReason:
    assert isinstance(said, BindRefused), said
    return said.reason


@pytest.mark.parametrize(
    ("login", "refusal"),
    [(OURS, RefusalReason.UNDECIDED_PERSON), (NOBODY, RefusalReason.UNKNOWN_PERSON)],
)
async def test_a_directory_that_takes_no_new_connection_does_not_tell_which_logins_it_knows(
    two: tuple[Directory, Directory], lines: tuple[BindRelay, BindRelay], login: str, refusal: RefusalReason
):
    async with federated(two, lines) as both:
        assert reason(await both.authenticate(NOBODY, "x")) is RefusalReason.UNKNOWN_PERSON  # lines are open
        assert not both.some_silent
        with lines[0].full():
            assert reason(await both.authenticate(login, IN_TOWN)) is refusal
            assert both.some_silent  # everybody is told so, whatever was typed
            assert isinstance(await both.authenticate(THEIRS, IN_VILLAGE), Person)


async def test_a_directory_that_is_asked_too_much_is_silent_at_once(
    two: tuple[Directory, Directory], lines: tuple[BindRelay, BindRelay]
):
    async with federated(two, lines) as both:
        await both.authenticate(NOBODY, "x")
        with lines[1].quiet():
            strangers = [f"kdokoli{n}@obec.test" for n in range(WAITING_PER_THREAD)]
            flood = [asyncio.create_task(both.authenticate(one, "x")) for one in strangers]
            while both.readers[DirectoryName("obec")]._pool._waiting < WAITING_PER_THREAD:
                await asyncio.sleep(0)
            assert reason(await both.authenticate(OURS, IN_TOWN)) is RefusalReason.UNDECIDED_PERSON
            assert not any(one.done() for one in flood)
        await asyncio.gather(*flood)


async def test_a_directory_that_answers_late_holds_up_nobody_of_another(
    two: tuple[Directory, Directory], lines: tuple[BindRelay, BindRelay]
):
    """It answers each time before its own time-out, so it never counts as failing."""
    async with federated(two, lines) as before:
        ours = await before.authenticate(OURS, IN_TOWN)
        assert isinstance(ours, Person)
    async with federated(two, lines, {OURS: ours.subject}, look_at_most=timedelta(seconds=2)) as both:
        await both.authenticate(NOBODY, "x")
        with lines[1].quiet():
            said = await asyncio.gather(*(both.authenticate(OURS, IN_TOWN) for _ in range(8)))
            assert all(isinstance(one, Person) for one in said)
            assert both.some_silent
            assert reason(await both.authenticate(NOBODY, "x")) is RefusalReason.UNDECIDED_PERSON
        assert isinstance(await both.authenticate(THEIRS, IN_VILLAGE), Person)


async def test_where_every_directory_answers_late_nobody_knows(
    two: tuple[Directory, Directory], lines: tuple[BindRelay, BindRelay]
):
    async with federated(two, lines, look_at_most=timedelta(seconds=0.1)) as both:
        with (
            lines[0].quiet(),
            lines[1].quiet(),
            pytest.raises(DirectoryUnreachable, match="their realm"),
        ):
            await both.authenticate(OURS, IN_TOWN)
