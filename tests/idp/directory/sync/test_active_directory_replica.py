"""A real domain beside a real replica: what is kept is what the domain says."""

import asyncio
import os
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import ldap
import pytest
from structlog.testing import capture_logs

from config.settings import RoleMapping
from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.commands.directory_read import ReadInChild
from gateway.sessions.facts import why_closed
from gateway.sessions.session import EndReason
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.person import Person
from idp.directory.pool import Pool
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import subject
from idp.directory.sync.active_directory_form import security_identifier
from idp.directory.sync.full import Progress
from idp.directory.sync.listings import LISTED_EVERY, Listings
from idp.directory.sync.news import News
from idp.directory.sync.record import Changes
from idp.directory.sync.replica import TooManyGone
from idp.directory.sync.runner import Pace, Runner
from tests.rig.domain_follower import opened
from tests.rig.domain_office import HULIN, PASSWORD, dn, domain, group
from tests.rig.office import reading
from tests.rig.samba import GROUPS, PEOPLE, SERVICE, Domain, account
from tests.rig.samba_surgery import hide
from tests.rig.samba_tree import BASE
from tests.rig.synced import Synced, now, synced

__all__ = ["domain"]
pytestmark = pytest.mark.real

PLACE = MunicipalityCode(HULIN)
EVERYBODYS = {"CN=Domain Users", "CN=Users"}
"""The primary group of most, and what that is in."""


@pytest.fixture
def office(domain: Domain, tmp_path: Path) -> Iterator[Synced]:
    with synced(tmp_path / "replica", domain.settings()) as made:
        assert made.full() is None
        yield made


def newcomer(domain: Domain, login: str) -> None:
    with domain.as_administrator() as root:
        root.add(dn(login), **account(login, PASSWORD, displayName=login))


async def test_groups_are_direct_nested_and_primary_ones_and_circles_end(office: Synced):
    assert await office.groups("novakova.zaneta") == EVERYBODYS | {
        "CN=registrar", "CN=úřednice \\+ spisovna", "CN=clerk", "CN=accountant",
    }  # fmt: skip
    # whose primary group is the mayors'; what it was before has become an ordinary one
    assert await office.groups("starosta") == EVERYBODYS | {"CN=mayor", "CN=deputy_mayor"}
    assert await office.groups("bez.role") == EVERYBODYS
    assert await office.groups("z.oddeleni") == EVERYBODYS | {"CN=oddělení", "CN=budget_manager"}


async def test_a_sign_in_and_a_running_session_agree_about_everybody(office: Synced, domain: Domain):
    replicated = ReplicatedPeople(office.settings, None, office.reading, now)
    with reading(domain.settings()) as reader:
        known = await office.reading.everyone(office.settings.name)
        people = await reader.people([subject(office.settings.name, one.person.identity) for one in known])
    assert len(people) == len(known)
    assert await replicated.people(list(people)) == people
    assert any(person.roles for person in people.values())


async def test_a_way_through_a_group_that_is_not_of_the_domain_gives_no_role_in_either(
    office: Synced, domain: Domain
):
    """The token knows what is above a group of another domain; here one that nobody sees stands in for it."""
    newcomer(domain, "odjinud")
    with domain.as_administrator() as root:
        root.add(f"OU=cizi,{BASE}", objectClass="organizationalUnit")
        root.add(
            foreign := f"CN=cizi,OU=cizi,{BASE}",
            objectClass="group",
            sAMAccountName="cizi",
            member=dn("odjinud"),
        )
        inside = group(root, "treasurer", HULIN, foreign)
    hide(domain.folder, f"OU=cizi,{BASE}")
    office.full()
    with domain.as_administrator() as root:
        (identifier,) = root.read(inside, "objectSid")["objectSid"]
        assert identifier in root.read(dn("odjinud"), "tokenGroups")["tokenGroups"]
    assert await office.groups("odjinud") == EVERYBODYS
    with reading(
        domain.settings(roles=[RoleMapping(group=inside, role=Role.CLERK, municipality=PLACE)])
    ) as reader:
        signed_in = await reader.authenticate("odjinud", PASSWORD)
    assert isinstance(signed_in, Person)
    assert signed_in.roles == ()
    with (
        domain.as_administrator() as root
    ):  # or Samba gives up others' ways in chains when it meets the hidden one
        root.connection.delete_s(dn("odjinud"))


IN_CHAIN = "1.2.840.113556.1.4.1941"


@pytest.mark.parametrize("rule", ["", f":{IN_CHAIN}:"], ids=["directly", "in chain"])
async def test_whoever_joins_or_leaves_a_group_of_the_filter_comes_or_goes_with_the_next_question(
    domain: Domain, tmp_path: Path, rule: str
):
    logins = [f"{login}{len(rule)}" for login in ("zustava", "odchazi", "prichazi")]
    for login in logins:
        newcomer(domain, login)
    stays, leaves, comes = map(dn, logins)
    with domain.as_administrator() as root:
        team = group(root, f"tym {len(rule)}", HULIN, stays, leaves)
        top = group(root, f"vsichni {len(rule)}", HULIN, team) if rule else team
    where = f"(&(objectCategory=person)(memberOf{rule}={top}))"
    with synced(tmp_path / "replica", domain.settings(people_filter=where)) as office:
        office.full()
        assert await office.logins() == set(logins[:2])
        with domain.as_administrator() as root:
            root.connection.modify_s(team, [(ldap.MOD_DELETE, "member", leaves.encode())])
            root.connection.modify_s(team, [(ldap.MOD_ADD, "member", comes.encode())])
        touched = office.delta()
        assert await office.logins() == {logins[0], logins[2]}
        assert touched is None or (await office.known(logins[2])).person.identity in touched
        with domain.as_administrator() as root:
            root.connection.delete_s(team)
        later(office)  # the tombstone is not for our account
        with pytest.raises(DirectoryMisconfigured, match="nobody below"):
            office.delta()
        assert await office.logins() == {logins[0], logins[2]}


async def test_a_question_by_groups_costs_no_more_than_another_when_nothing_changed(
    domain: Domain, tmp_path: Path
):
    where = f"(memberOf=CN=registrar,OU={HULIN},{GROUPS})"
    with synced(tmp_path / "replica", domain.settings(people_filter=where)) as office:
        office.full()
        office.delta()  # everybody was listed
        source = office.source.source
        source.presence = replace(source.presence, at_most=-1)  # whoever asks it fails
        newcomer(domain, "jinde.pracuje")
        assert office.delta() == frozenset()
        assert await office.logins() == {"novakova.zaneta"}


async def test_changes_of_every_kind_come_over(office: Synced, domain: Domain):
    newcomer(domain, "nova")
    with domain.as_administrator() as root:
        name = group(root, "nova skupina", HULIN, dn("nova"))
    office.delta()
    assert await office.groups("nova") == EVERYBODYS | {"CN=nova skupina"}
    with domain.as_administrator() as root:
        root.connection.rename_s(name, "CN=jinak zvana")
        root.connection.rename_s(dn("nova"), "CN=Vdaná")
        root.change(f"CN=Vdaná,{PEOPLE}", sAMAccountName="vdana")
    office.delta()
    assert await office.groups("vdana") == EVERYBODYS | {"CN=jinak zvana"}
    assert (await office.known("vdana")).person.dn == f"CN=Vdaná,{PEOPLE}"
    assert "nova" not in await office.logins()
    with domain.as_administrator() as root:
        root.connection.modify_s(
            f"CN=jinak zvana,OU={HULIN},{GROUPS}",
            [(ldap.MOD_DELETE, "member", [f"CN=Vdaná,{PEOPLE}".encode()])],
        )
    office.delta()
    assert await office.groups("vdana") == EVERYBODYS
    with domain.as_administrator() as root:
        root.connection.delete_s(f"CN=Vdaná,{PEOPLE}")


async def test_whoever_was_deleted_is_out_after_the_next_listing(office: Synced, domain: Domain):
    """The tombstone is not for our account."""
    newcomer(domain, "odejde")
    office.delta()
    with domain.as_administrator() as root:
        root.connection.delete_s(dn("odejde"))
    office.delta()
    assert "odejde" in await office.logins()  # listed a moment ago
    later(office)
    office.source.source.clock = lambda: now() + timedelta(seconds=1)  # was set back, by almost that much
    office.delta()
    assert "odejde" not in await office.logins()


def test_a_quiet_domain_is_not_listed_although_it_would_be_time(office: Synced, domain: Domain):
    office.delta()
    later(office)
    office.delta()
    later(office, 3)
    since, line = office.replica.standing(office.settings.name).position, opened(domain)
    assert since is not None
    found = office.source.changes(line, since)
    assert found == Changes(position=found.position)
    assert line.searches == 2
    line.close()


async def test_who_was_deleted_shortly_before_a_restart_is_missed_after_it(office: Synced, domain: Domain):
    newcomer(domain, "pred.restartem")
    office.delta()
    with domain.as_administrator() as root:
        root.connection.delete_s(dn("pred.restartem"))
    office.delta()
    office.source.source.listings = Listings()
    office.delta()
    assert "pred.restartem" not in await office.logins()


def later(office: Synced, times: int = 1) -> None:
    """When the next listing is due, or one after it."""
    office.source.source.steady = lambda: time.monotonic() + times * LISTED_EVERY.total_seconds()


SECRET = f"OU=archiv,{PEOPLE}"


@pytest.fixture(scope="module")
def secret(domain: Domain) -> str:
    """A unit that the service account may not read."""
    with domain.as_administrator() as root:
        root.add(SECRET, objectClass="organizationalUnit")
        (octets,) = root.read(SERVICE, "objectSid")["objectSid"]
    hide(domain.folder, SECRET, security_identifier(octets))
    return SECRET


async def test_whoever_is_moved_to_a_unit_that_we_may_not_read_is_out_with_the_next_listing(
    domain: Domain, secret: str, tmp_path: Path
):
    """Not disabled, and in the group of a role as before."""
    newcomer(domain, "presunuta")
    with domain.as_administrator() as root:
        role = group(root, "chief_clerk", HULIN, dn("presunuta"))
    with synced(tmp_path / "replica", domain.settings()) as office:
        office.full()
        office.delta()
        replicated = ReplicatedPeople(office.settings, None, office.reading, now)
        leaver = subject(office.settings.name, (await office.known("presunuta")).person.identity)
        (person,) = (await replicated.people([leaver])).values()
        assert (why_closed(person), [held.role for held in person.roles]) == (None, [Role.CHIEF_CLERK])
        with domain.as_administrator() as root:
            root.connection.rename_s(dn("presunuta"), "CN=presunuta", secret)
        office.delta()
        assert leaver in await replicated.people([leaver])  # the numbers say nothing of it
        later(office)
        touched = office.delta()
        assert touched is None or leaver.partition(":")[2] in touched
        assert why_closed((await replicated.people([leaver])).get(leaver)) is EndReason.ACCOUNT_GONE
    with domain.as_administrator() as root:
        root.connection.delete_s(role)
        root.connection.delete_s(f"CN=presunuta,{secret}")


async def test_a_group_that_is_moved_to_a_unit_that_we_may_not_read_takes_its_role_along(
    domain: Domain, secret: str, tmp_path: Path
):
    with domain.as_administrator() as root:
        role = group(root, "chief_clerk", HULIN, dn("bez.role"))
    with synced(tmp_path / "replica", domain.settings()) as office:
        office.full()
        office.delta()
        assert "CN=chief_clerk" in await office.groups("bez.role")
        with domain.as_administrator() as root:
            root.connection.rename_s(role, "CN=chief_clerk", secret)
        office.delta()
        later(office)
        office.delta()
        assert await office.groups("bez.role") == EVERYBODYS
    with domain.as_administrator() as root:
        root.connection.delete_s(f"CN=chief_clerk,{secret}")


async def test_many_who_are_out_of_sight_at_once_are_not_believed(
    domain: Domain, secret: str, tmp_path: Path
):
    crowd = [f"dav{number}" for number in range(6)]
    for login in crowd:
        newcomer(domain, login)
    with synced(tmp_path / "replica", domain.settings(removal_share=0.1)) as office:
        office.full()
        office.delta()
        with domain.as_administrator() as root:
            for login in crowd:
                root.connection.rename_s(dn(login), f"CN={login}", secret)
        office.delta()
        later(office)
        for _ in range(2):  # the domain may be quiet in between
            with pytest.raises(TooManyGone, match="6 of"):
                office.delta()
        assert set(crowd) <= await office.logins()
    with domain.as_administrator() as root:
        for login in crowd:
            root.connection.delete_s(f"CN={login},{secret}")


async def test_a_controller_killed_in_the_middle_changes_nothing(domain: Domain, tmp_path: Path):
    with synced(tmp_path / "replica", domain.settings(page_size=4)) as office:
        office.full()
        before, standing = await office.logins(), office.replica.standing(office.settings.name)
        newcomer(domain, "pozdni")
        office.told = lambda _: domain.stop()
        try:
            with pytest.raises(DirectoryUnusable):
                office.full()
        finally:
            domain.start()
        assert await office.logins() == before
        assert office.replica.standing(office.settings.name) == standing
        office.pool.close()
        office.pool = Pool(office.settings)  # the other one lets the server rest for a moment
        office.delta()
        assert await office.logins() == before | {"pozdni"}


async def test_a_runner_keeps_up_and_tells_the_missing_right_once(office: Synced, domain: Domain):
    told: queue.SimpleQueue[News] = queue.SimpleQueue()
    pace = Pace(refresh=timedelta(milliseconds=50), full=timedelta(hours=24))
    runner = Runner(
        office.settings,
        office.replica,
        office.source,
        office.pool,
        lambda _: office.full(),
        pace,
        now,
        told.put,
    )
    thread = threading.Thread(target=runner.run)
    with capture_logs() as logs:
        thread.start()
        try:
            for login in ("hned", "potom"):
                newcomer(domain, login)
                while not (news := told.get(timeout=20)).touched:
                    assert news.trouble is None
                assert login in await office.logins()
        finally:
            runner.stop()
            thread.join()
    assert [one["advice"].count("dsacls") for one in logs if one["event"] == "directory.advice"] == [1]


async def test_reading_a_domain_writes_nothing_into_it(office: Synced, domain: Domain):
    before = written(domain)
    office.full()
    office.delta()
    assert written(domain) == before


def written(domain: Domain) -> list[bytes]:
    with domain.as_administrator() as root:
        return root.read("", "highestCommittedUSN")["highestCommittedUSN"]


async def test_everything_may_be_read_by_a_process_of_its_own(domain: Domain, tmp_path: Path):
    with synced(tmp_path / "replica", domain.settings()) as office:
        heard: list[Progress] = []
        read = ReadInChild(tmp_path / "replica" / "brana.db", office.settings, os.getpid())
        assert await asyncio.to_thread(read, heard.append) is None
        assert "novakova.zaneta" in await office.logins()
        assert heard[-1].groups > 0


async def test_a_subject_of_nobody_is_not_there(office: Synced):
    replicated = ReplicatedPeople(office.settings, None, office.reading, now)
    assert await replicated.people([SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1a01")]) == {}
