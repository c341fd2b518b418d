"""A server that tells much, one piece after another, beside a runner that hears all of it."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import ldap
import pytest

from idp.directory.connection import Connection
from idp.directory.person import AccountFacts
from idp.directory.sync.listings import LISTED_EVERY
from idp.directory.sync.record import Changes
from idp.directory.sync.replica import Count
from idp.directory.sync.told import WAITING
from tests.rig.running import OFTEN, PATIENCE, Running, confirmed, in_trouble, running
from tests.rig.slapd import GROUPS, Directory, person_dn, person_ldif, slapd

pytestmark = pytest.mark.real
LDIF = "".join(person_ldif(f"p{number}") for number in range(12))


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with slapd(tmp_path / "server", LDIF) as made:
        yield made


def listened_to(made: Running, directory: Directory) -> None:
    """Return when the listener for people has heard something; until then a change comes with a question alone."""
    made.hear(confirmed)
    until = time.monotonic() + PATIENCE
    while True:
        with directory.as_root() as root:
            root.modify_s(person_dn("p11"), [(ldap.MOD_REPLACE, "displayName", [b"%f" % time.monotonic()])])
        with suppress(queue.Empty):
            made.hear(lambda news: bool(news.touched), 0.2)
            return
        assert time.monotonic() < until


def second_login(root: Any, number: int) -> None:
    root.modify_s(person_dn(f"p{number}"), [(ldap.MOD_ADD, "uid", [b"druhy%d" % number])])


def delete(root: Any, number: int) -> None:
    root.delete_s(person_dn(f"p{number}"))


@pytest.mark.parametrize("away_with", [delete, second_login])
async def test_people_who_go_one_by_one_are_held_as_if_they_had_gone_at_once(
    directory: Directory, tmp_path: Path, away_with: Callable[[Any, int], None]
):
    """Each of them is told by the server at once, and taken in before the next one goes."""
    with running(directory, tmp_path / "replica") as made:
        listened_to(made, directory)
        for number in range(5):
            identity = (await made.office.known(f"p{number}")).person.identity
            with directory.as_root() as root:
                away_with(root, number)
            made.hear(lambda news, gone=identity: news.touched == {gone} and not news.confirmed)
        with directory.as_root() as root:
            away_with(root, 5)
        trouble = made.hear(in_trouble).trouble
        assert "6 of 12 people" in str(trouble)
        assert f"brana directory confirm {made.name}" in str(trouble)
        made.heard()
        with directory.as_root() as root:
            for number in range(6, 11):
                away_with(root, number)
        held = made.runner.want(full=True).result(PATIENCE)
        assert held is not None
        assert held.removal.people == Count(12, 11)
        assert await made.office.logins() == {f"p{number}" for number in range(5, 12)}
        assert not any(news.confirmed or news.touched for news in made.heard())
        assert made.office.replica.confirm(made.name, held, lambda _: None)
        made.runner.wake()
        made.hear(confirmed)
        assert await made.office.logins() == {"p11"}


def test_groups_that_go_one_by_one_are_held_although_each_was_asked_for(directory: Directory, tmp_path: Path):
    """What touches many asks a question at once; such questions do not begin the count anew."""
    with directory.as_root() as root:
        for name in "abcdef":
            values = [("objectClass", b"groupOfNames"), ("cn", name.encode())]
            root.add_s(f"cn={name},{GROUPS}", [*values, ("member", person_dn("p0").encode())])
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        with directory.as_root() as root:
            for name in "abcde":
                root.delete_s(f"cn={name},{GROUPS}")
                assert made.runner.want(full=False).result(PATIENCE) is None
            root.delete_s(f"cn=f,{GROUPS}")
        held = made.runner.want(full=False).result(PATIENCE)
        assert held is not None
        assert held.removal.groups == Count(6, 6)


def test_of_more_that_is_told_than_may_wait_the_rest_is_asked_for(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        taken = told_meanwhile(made, 40 * WAITING, lambda: None)
        made.hear(confirmed)
        made.runner.want(full=False).result(PATIENCE)  # after whatever still waits
        assert taken == []


def test_nothing_that_is_told_goes_before_a_question_that_is_due(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica", OFTEN) as made:
        made.hear(confirmed)
        due = time.monotonic() + 2 * OFTEN.refresh.total_seconds()

        def until_due() -> None:
            while time.monotonic() < due:
                time.sleep(0.01)

        taken = told_meanwhile(made, WAITING // 2, until_due)
        made.hear(confirmed)
        made.runner.want(full=False).result(PATIENCE)
        assert taken == []


async def test_what_was_told_is_taken_in_where_a_question_changes_nothing(
    directory: Directory, tmp_path: Path
):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        person = (await made.office.known("p11")).person
        disabled = Changes(people=(replace(person, account=AccountFacts(disabled=True)),))

        def more_than_believable_go() -> None:
            made.runner.wake()
            made.runner.push(lambda _: disabled)
            with directory.as_root() as root:
                for number in range(8):
                    delete(root, number)

        told_meanwhile(made, 0, more_than_believable_go)
        made.hear(in_trouble)
        made.runner.want(full=False).result(PATIENCE)
        assert (await made.office.known("p11")).person.account.disabled


def told_meanwhile(made: Running, number: int, then: Callable[[], None]) -> list[int]:
    """So much is told while something else is taken in; the number of each that was taken, too."""
    began, go_on, taken = threading.Event(), threading.Event(), list[int]()

    def first(_: Connection) -> Changes:
        began.set()
        assert go_on.wait(PATIENCE)
        return Changes()

    def later(which: int) -> Changes:
        taken.append(which)
        return Changes()

    made.runner.push(first)
    assert began.wait(PATIENCE)
    made.heard()
    for which in range(number):
        made.runner.push(lambda _, which=which: later(which))
    then()
    go_on.set()
    return taken


class Between:
    """The real source, with something to do after the first page of a list."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.does: Callable[[Callable[[], None]], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def changes(self, line: Connection, since: str, meanwhile: Callable[[], None]) -> Changes:
        def page() -> None:
            does, self.does = self.does, None
            meanwhile() if does is None else does(meanwhile)

        return self._real.changes(line, since, page)


async def test_what_is_told_while_everybody_is_listed_waits_for_no_end_of_it_and_is_not_overwritten(
    directory: Directory, tmp_path: Path
):
    """The person was changed before that question, too, which the listener may not have told."""

    def name(said: bytes) -> None:
        with directory.as_root() as root:
            root.modify_s(person_dn("p3"), [(ldap.MOD_REPLACE, "displayName", [said])])

    with running(directory, tmp_path / "replica", source=Between, page_size=4) as made:
        listened_to(made, directory)
        identity = (await made.office.known("p3")).person.identity

        def told(meanwhile: Callable[[], None]) -> None:
            made.heard()
            name(b"Potom")
            until = time.monotonic() + PATIENCE
            while True:
                meanwhile()
                with suppress(queue.Empty):
                    news = made.hear(lambda news: news.touched == {identity}, 0.05)
                    assert not news.confirmed
                    return
                assert time.monotonic() < until

        telling = made.office.source.source.telling
        telling.steady = lambda: time.monotonic() + LISTED_EVERY.total_seconds()
        made.office.source.does = told
        name(b"Nejprve")
        made.runner.want(full=False).result(PATIENCE)
        assert made.office.source.does is None
        assert (await made.office.known("p3")).person.name == "Potom"
