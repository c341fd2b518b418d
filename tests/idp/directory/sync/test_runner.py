"""A runner and its listeners beside a real slapd; what they tell is what the product lives on."""

import queue
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import ldap
import pytest

from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable, DirectoryUnusable
from idp.directory.person import AccountState
from idp.directory.sync.runner import Pace
from tests.rig.running import OFTEN, PATIENCE, confirmed, in_trouble, running
from tests.rig.slapd import GROUPS, Directory, person_dn, person_ldif, slapd
from tests.rig.synced import now

pytestmark = pytest.mark.real
LDIF = "".join(person_ldif(f"p{number}") for number in range(12))


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with slapd(tmp_path / "server", LDIF) as made:
        yield made


async def test_the_first_run_reads_everything_and_confirms_it(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        news = made.hear(confirmed)
        assert (news.touched, news.trouble) == (None, None)
        assert len(await made.office.logins()) == 12


async def test_a_change_is_told_at_once_and_names_whom_it_touches(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        identity = (await made.office.known("p3")).person.identity
        made.runner.want(full=False).result(PATIENCE)
        with directory.as_root() as root:
            until = time.monotonic() + PATIENCE
            while True:  # the listeners may still be on their way to the server
                root.modify_s(person_dn("p3"), [(ldap.MOD_REPLACE, "displayName", [str(until).encode()])])
                try:
                    made.hear(lambda news: news.touched == {identity} and not news.confirmed)
                    break
                except queue.Empty:
                    assert time.monotonic() < until
            group = [("objectClass", b"groupOfNames"), ("cn", b"a"), ("member", person_dn("p5").encode())]
            root.add_s(f"cn=a,{GROUPS}", group)
        made.hear(lambda news: news.confirmed or bool(news.touched))
        made.runner.want(full=False).result(PATIENCE)
        assert await made.office.groups("p5") == {"cn=a"}


def test_a_directory_that_is_away_is_told_with_its_cause_and_so_is_its_return(
    directory: Directory, tmp_path: Path
):
    with running(directory, tmp_path / "replica", OFTEN) as made:
        made.hear(confirmed)
        directory.stop()
        trouble = made.hear(in_trouble)
        assert isinstance(trouble.trouble, DirectoryUnreachable)
        assert trouble.first_of_its_kind
        assert not made.hear(in_trouble).first_of_its_kind
        assert "cannot be reached" in made.office.replica.standing(made.name).trouble
        directory.start()
        assert made.hear(confirmed).first_of_its_kind
        assert not made.hear(confirmed).first_of_its_kind
        assert made.office.replica.standing(made.name).trouble == ""


async def test_a_mass_removal_is_held_until_somebody_confirms_it(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        for one in made.listeners:
            one.stop()  # so that all of it comes at once
        for thread in made.threads[1:]:
            thread.join(PATIENCE)
        with directory.as_root() as root:
            for number in range(8):
                root.delete_s(person_dn(f"p{number}"))
        held = made.runner.want(full=False).result(PATIENCE)
        assert held is not None
        trouble = made.hear(in_trouble).trouble
        assert isinstance(trouble, DirectoryMisconfigured)
        assert "8 of 12 people" in str(trouble)
        assert f"brana directory confirm {made.name}" in str(trouble)
        assert len(await made.office.logins()) == 12
        made.heard()
        assert made.runner.want(full=False).result(PATIENCE) == held
        assert not any(news.confirmed for news in made.heard())
        assert made.office.replica.confirm(made.name, held, lambda _: None)
        made.runner.wake()
        news = made.hear(confirmed)
        assert (news.touched, news.first_of_its_kind) == (None, True)
        assert len(await made.office.logins()) == 4


async def test_while_a_mass_removal_is_held_news_of_who_is_there_are_told(
    directory: Directory, tmp_path: Path
):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        for one in made.listeners:
            one.stop()  # as of a directory that tells nothing by itself
        for thread in made.threads[1:]:
            thread.join(PATIENCE)
        with directory.as_root() as root:
            for number in range(8):
                root.delete_s(person_dn(f"p{number}"))
        assert made.runner.want(full=False).result(PATIENCE) is not None
        with directory.as_root() as root:
            root.modify_s(person_dn("p11"), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
        made.heard()
        assert made.runner.want(full=False).result(PATIENCE) is not None
        whose = (await made.office.known("p11")).person
        assert whose.account.state(now()) is AccountState.DISABLED
        told = made.heard()
        assert [one.touched for one in told if one.trouble is None] == [{whose.identity}]
        assert not any(one.confirmed for one in told)


def test_a_full_sync_that_is_asked_for_answers_when_it_has_ended(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        before = made.office.replica.standing(made.name).generation
        assert made.runner.want(full=True).result(PATIENCE) is None
        assert made.office.replica.standing(made.name).generation != before
        directory.stop()
        with pytest.raises(DirectoryUnusable):
            made.runner.want(full=True).result(PATIENCE)


def test_what_a_source_cannot_tell_is_read_as_a_whole(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        before = made.office.replica.standing(made.name).generation
        with directory.as_root() as root:
            unit = [("objectClass", b"organizationalUnit"), ("ou", b"odbor")]
            root.add_s(f"ou=odbor,{directory.people_base}", unit)
        assert made.runner.want(full=False).result(PATIENCE) is None
        assert made.office.replica.standing(made.name).generation != before


def test_everything_is_read_again_after_its_time(directory: Directory, tmp_path: Path):
    pace = Pace(timedelta(milliseconds=50), timedelta(milliseconds=1))
    with running(directory, tmp_path / "replica", pace) as made:
        made.hear(confirmed)
        first = made.office.replica.standing(made.name).generation
        made.hear(lambda _: made.office.replica.standing(made.name).generation != first)
