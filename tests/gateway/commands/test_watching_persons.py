"""What follows once the directories say that two accounts are one person's."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from config.vocabulary import AuthenticationLevel, Role, SubjectId
from gateway.audit.canonical import parse
from gateway.audit.entry import Entry
from gateway.commands.control_plane import ControlPlane
from gateway.commands.same_person import persons
from gateway.commands.state import now, open_state
from gateway.commands.watching_persons import OTHER_ACCOUNT, look_at_persons
from gateway.sessions.id_token import SignedIn
from gateway.storage.audit_evidence import rows
from gateway.storage.directory import StoredReplica
from idp.directory.person_number import NUMBERS
from idp.directory.same_person import Account
from idp.directory.subject import subject
from tests.rig.installation import install
from tests.rig.people import HULIN
from tests.rig.replica import OFFICE, fill, identity, person

pytestmark = pytest.mark.real
JANA, HER_OTHER, STRANGER = (subject(OFFICE, identity(number)) for number in (1, 2, 3))
APART = """
[[separation]]
roles = ["mayor", "accountant"]
"""


@pytest.fixture
async def plane(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """Of a control plane that does not run, where three people are signed in."""
    installation = install(tmp_path)
    with installation.configuration.open("a", encoding="utf-8") as text:
        text.write(request.param)
    state = open_state(installation.configuration)
    made = ControlPlane(state)
    try:
        read(made)
        await look_at_persons(made, first=True)
        for one in (JANA, HER_OTHER, STRANGER):
            await made.office.open(signed_in(one), "a.example", "192.0.2.7", "Firefox", "r-1", now())
        yield made
    finally:
        await made.close()
        state.database.close()


def read(plane: ControlPlane, **numbers: str) -> None:
    """The directory, once; by login, the number that it has of somebody."""
    people = [
        person(one, attributes={NUMBERS: (numbers[name],)} if name in numbers else {})
        for one, name in ((1, "jana"), (2, "other"), (3, "stranger"))
    ]
    assert fill(StoredReplica(plane.state.database), people, at=now()) is None


def signed_in(who: SubjectId) -> SignedIn:
    return SignedIn(
        subject=who, provider_sid=f"provider-{who}", login=who, name=who, roles=((HULIN, Role.CLERK),),
        acr=AuthenticationLevel.TWO_FACTORS, amr=("otp", "pwd"), authenticated_at=now(), facts_at=now(),
        ends_at=None,
    )  # fmt: skip


def decided_anew(plane: ControlPlane) -> set[str]:
    found: list[Entry] = plane.state.database.read_now(
        lambda c: [parse(row.canonical).entry for row in rows(c)]
    )
    return {one.subject for one in found if one.reason == OTHER_ACCOUNT}


@pytest.mark.parametrize("plane", [APART], indirect=True)
async def test_who_has_another_account_by_now_is_decided_about_anew(plane: ControlPlane) -> None:
    read(plane, jana="7", other="7", stranger="8")
    await look_at_persons(plane)
    assert decided_anew(plane) == {JANA, HER_OTHER}
    generations = {one.subject: one.generation for one in await plane.state.sessions.open_ones()}
    assert generations[JANA] == generations[HER_OTHER] == generations[STRANGER] + 1


@pytest.mark.parametrize("plane", [""], indirect=True)
async def test_where_no_duties_are_kept_apart_nothing_is_decided_anew(plane: ControlPlane) -> None:
    read(plane, jana="7", other="7")
    await look_at_persons(plane)
    assert [one.subject for one in plane.persons.others(JANA)] == [HER_OTHER]
    assert decided_anew(plane) == set()


@pytest.mark.parametrize("plane", [""], indirect=True)
async def test_what_was_read_before_something_newer_was_taken_is_read_again(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two looks at once: the one that began first ends last, and knows less."""
    begun: list[None] = []

    async def slowly(*given: Any) -> Any:
        found = await persons(*given)
        begun.append(None)
        if len(begun) == 1:
            read(plane, jana="7", other="7")
            await look_at_persons(plane)
        return found

    monkeypatch.setattr("gateway.commands.watching_persons.persons", slowly)
    await look_at_persons(plane)
    assert [one.subject for one in plane.persons.others(JANA)] == [HER_OTHER]
    assert len(begun) == 3


class Told(list[Sequence[Account]]):
    """What the directories say, which does something else where it is looked through, once."""

    meanwhile: Callable[[], None] | None = None

    def __iter__(self) -> Iterator[Sequence[Account]]:
        if self.meanwhile is not None:
            self.meanwhile()
            self.meanwhile = None
        return super().__iter__()


@pytest.mark.parametrize("plane", [""], indirect=True)
async def test_what_is_known_of_many_is_weighed_beside_the_loop_and_what_was_taken_meanwhile_is_newer(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its thread somebody waits for the loop: were it weighed in the loop, that would never end."""
    loop, threads = asyncio.get_running_loop(), list[threading.Thread]()

    def meanwhile() -> None:
        threads.append(threading.current_thread())
        assert threads[-1] is not threading.main_thread()
        monkeypatch.undo()
        read(plane, jana="7", other="7")
        asyncio.run_coroutine_threadsafe(look_at_persons(plane), loop).result(timeout=30)

    async def nobody(*_: Any) -> Any:
        told = Told()
        told.meanwhile = meanwhile
        return told

    monkeypatch.setattr("gateway.commands.watching_persons.persons", nobody)
    await look_at_persons(plane)
    assert len(threads) == 1
    assert [one.subject for one in plane.persons.others(JANA)] == [HER_OTHER]
    assert plane.persons.taken == 3  # at first, meanwhile, and what was read again
