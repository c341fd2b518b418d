"""What changed in a real domain, as its controller tells it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ldap
import pytest

from idp.directory.connection import ConnectionLost
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.person import AccountFacts
from idp.directory.sync.record import Changes, GroupRecord, PersonRecord
from idp.directory.sync.source import PositionUnknown
from tests.rig.domain_follower import NOON, Follower, following, opened
from tests.rig.domain_office import HULIN, PASSWORD, ZANETA, dn, domain, group
from tests.rig.samba import GROUPS, PEOPLE, Domain, account, samba
from tests.rig.samba_surgery import become_another_server, let_read_deleted
from tests.rig.samba_tree import BASE

__all__ = ["domain"]
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def open_domain(domain_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    """A domain that lets the service account see deleted objects."""
    with samba(domain_tree, tmp_path_factory.mktemp("open")) as controller:
        let_read_deleted(controller.folder)
        with controller.as_administrator() as root:
            root.add(f"OU={HULIN},{GROUPS}", objectClass="organizationalUnit")
        yield controller


@pytest.fixture
def follower(open_domain: Domain) -> Iterator[Follower]:
    made = following(open_domain)
    yield made
    made.line.close()


def newcomer(domain: Domain, login: str, **facts: Any) -> None:
    with domain.as_administrator() as root:
        root.add(dn(login), **account(login, PASSWORD, displayName=login, **facts))


def people_of(changes: Changes) -> dict[str, PersonRecord]:
    return {one.logins[0]: one for one in changes.people}


def everybody(domain: Domain, **changes: Any) -> tuple[dict[str, PersonRecord], dict[str, GroupRecord]]:
    follower = following(domain, **changes)
    form, line = follower.source.form, follower.line
    people = [form.person(one) for entries, _ in form.pages(line, form.people) for one in entries]
    groups = [form.group(one) for entries, _ in form.pages(line, form.groups) for one in entries]
    line.close()
    return {one.logins[0]: one for one in people}, {one.dn.split(",")[0]: one for one in groups}


# --- records


def test_people_and_groups_are_read_as_records_that_refer_to_identities(domain: Domain):
    people, groups = everybody(domain)
    zaneta, mayor = people["novakova.zaneta"], people["starosta"]
    assert zaneta.logins == ("novakova.zaneta", "zaneta.novakova@obec.test")
    assert (zaneta.dn, zaneta.name, zaneta.key) == (ZANETA, "Žaneta Nováková", zaneta.identity)
    assert groups["CN=registrar"].members == (zaneta.identity,)
    assert set(groups["CN=úřednice \\+ spisovna"].members) == {
        zaneta.identity,
        groups["CN=accountant"].identity,
    }
    assert mayor.primary_group == groups["CN=mayor"].sid
    assert groups["CN=deputy_mayor"].members == (groups["CN=mayor"].identity,)
    assert "CN=mail_room" not in groups
    assert "Kontakt" not in {one.name for one in people.values()}


def test_states_of_accounts_are_kept_as_facts_with_their_dates(domain: Domain):
    people, _ = everybody(domain)
    accounts = {login: one.account for login, one in people.items()}
    assert accounts["vypnuta"].disabled
    assert accounts["zamcena"].locked
    assert accounts["zmenit"].must_change
    assert accounts["prosla"].expires_at is not None
    assert accounts["prosla"].expires_at.year == 2016
    assert accounts["stare.heslo"].password_expires_at is not None
    assert accounts["stare.heslo"].password_expires_at < NOON
    assert accounts["bez.role"].password_expires_at is not None
    assert accounts["bez.role"].password_expires_at > NOON
    assert accounts["nemusi.zmenit"] == AccountFacts()


def test_members_come_in_ranges_and_none_is_lost(open_domain: Domain):
    with open_domain.as_administrator() as root:
        members = [f"CN=člen {number},{PEOPLE}" for number in range(11)]
        for each in members:
            root.add(each, objectClass="contact")
        group(root, "mnoho", HULIN, *members)
    _, whole = everybody(open_domain)
    follower = following(open_domain, at_once=4)
    form = follower.source.form
    found = [form.group(one) for entries, _ in form.pages(follower.line, form.groups) for one in entries]
    (ranged,) = [one for one in found if one.dn.startswith("CN=mnoho")]
    assert len(set(ranged.members)) == 11
    assert set(ranged.members) == set(whole["CN=mnoho"].members)
    follower.line.close()


def test_a_base_in_another_domain_is_told(open_domain: Domain):
    with pytest.raises(DirectoryMisconfigured, match="is not in the domain"):
        following(open_domain, groups_base="OU=groups,DC=jinde,DC=test")


# --- changes


def test_when_nothing_changed_two_searches_say_so(follower: Follower):
    follower.line.searches = 0
    assert follower.changes() == Changes(position=follower.position)
    assert follower.line.searches == 2


def test_when_something_changed_it_takes_seven_searches_however_much_it_is(follower: Follower):
    for number in (1, 12):
        for each in range(number):
            newcomer(follower.domain, f"nova{number}.{each}")
        follower.line.searches = 0
        assert len(follower.changes().people) == number
        assert follower.line.searches == 7


def test_a_new_a_changed_and_a_renamed_person_are_told_as_they_are_now(follower: Follower):
    newcomer(follower.domain, "prvni")
    (made,) = follower.changes().people
    with follower.domain.as_administrator() as root:
        root.change(dn("prvni"), displayName="Jiné Jméno")
        root.connection.rename_s(dn("prvni"), "CN=prvni-podruhe")
    (changed,) = follower.changes().people
    assert (made.name, changed.name) == ("prvni", "Jiné Jméno")
    assert changed.identity == made.identity
    assert changed.dn == dn("prvni-podruhe")
    assert follower.changes() == Changes(position=follower.position)


def test_a_member_added_or_removed_brings_the_group(follower: Follower):
    newcomer(follower.domain, "pribyla")
    with follower.domain.as_administrator() as root:
        name = group(root, "meni se", HULIN, dn("pribyla"))
    found = follower.changes()
    assert [one.members for one in found.groups] == [(found.people[0].identity,)]
    with follower.domain.as_administrator() as root:
        root.connection.modify_s(name, [(ldap.MOD_DELETE, "member", [dn("pribyla").encode()])])
    assert [one.members for one in follower.changes().groups] == [()]


def test_a_deleted_person_is_gone_by_the_tombstone(follower: Follower):
    newcomer(follower.domain, "zmizi")
    (person,) = follower.changes().people
    with follower.domain.as_administrator() as root:
        root.connection.delete_s(dn("zmizi"))
    found = follower.changes()
    assert person.identity in found.gone
    assert follower.source.manner(follower.position).advice == ""


@pytest.mark.parametrize(
    "leave",
    [
        lambda root, name: root.connection.rename_s(name, name.split(",")[0], f"OU=services,{BASE}"),
        lambda root, name: root.change(name, telephoneNumber="odešel"),
    ],
    ids=["the base", "the filter"],
)
def test_whoever_leaves_the_base_or_the_filter_is_gone(open_domain: Domain, leave: Callable[..., None]):
    follower = following(open_domain, people_filter="(&(objectClass=user)(!(telephoneNumber=odešel)))")
    newcomer(open_domain, "odchazi")
    (person,) = follower.changes().people
    with open_domain.as_administrator() as root:
        leave(root, dn("odchazi"))
    found = follower.changes()
    assert person.identity in found.gone
    assert found.people == ()
    with open_domain.as_administrator() as root:
        for place in (PEOPLE, f"OU=services,{BASE}"):
            try:
                root.connection.delete_s(f"CN=odchazi,{place}")
            except ldap.NO_SUCH_OBJECT:
                continue
    follower.line.close()


def test_an_unusable_entry_is_told_and_is_not_gone(follower: Follower):
    newcomer(follower.domain, "vadna")
    (person,) = follower.changes().people
    with follower.domain.as_administrator() as root:
        root.change(dn("vadna"), displayName=b"\xff\xfe".decode("latin-1") + "\x01")
    found = follower.changes()
    assert [(one.dn, one.identity) for one in found.problems] == [(dn("vadna"), person.identity)]
    assert person.identity not in found.gone


@pytest.mark.parametrize(
    "change",
    [
        lambda root, name: root.connection.rename_s(name, "OU=jinak"),
        lambda root, name: root.connection.rename_s(name, "OU=jinde", f"OU=services,{BASE}"),
    ],
    ids=["renamed", "moved"],
)
def test_a_container_that_was_renamed_or_moved_asks_for_a_full_reading(
    open_domain: Domain, change: Callable[..., None], request: pytest.FixtureRequest
):
    unit = f"OU=úsek {request.node.callspec.id},{PEOPLE}"
    follower = following(open_domain)
    with open_domain.as_administrator() as root:
        root.add(unit, objectClass="organizationalUnit")
        root.add(f"CN=uvnitř,{unit}", objectClass="contact")
    follower.changes()  # new containers hold nobody who was there before
    with open_domain.as_administrator() as root:
        root.change(unit, description="jen popis")
    follower.changes()
    with open_domain.as_administrator() as root:
        change(root, unit)
    with pytest.raises(PositionUnknown, match="renamed or moved"):
        follower.changes()
    follower.line.close()


# --- an account that sees no deleted objects


def test_without_the_right_to_see_deleted_objects_the_operator_is_told(domain: Domain):
    follower = following(domain)
    assert "dsacls" in follower.source.manner(follower.position).advice
    follower.line.close()


# --- servers


def test_a_restored_or_another_server_knows_nothing_of_the_position(
    domain_tree: Path, tmp_path_factory: pytest.TempPathFactory
):
    with samba(domain_tree, tmp_path_factory.mktemp("first")) as one:
        follower = following(one)
        newcomer(one, "pred.zalohou")
        follower.changes()
        follower.line.close()
        one.stop()
        become_another_server(one.folder)
        one.start()
        follower.line = opened(one)
        with pytest.raises(PositionUnknown, match="another server"):
            follower.changes()
        follower.position = follower.source.position(follower.line)
        newcomer(one, "po.zaloze")
        assert set(people_of(follower.changes())) == {"po.zaloze"}
        follower.line.close()


def test_a_server_set_back_by_a_snapshot_has_forgotten(follower: Follower):
    ahead = follower.position.replace('"number":', '"number":9')
    with pytest.raises(PositionUnknown, match="forgotten"):
        follower.source.changes(follower.line, ahead)


def test_a_server_killed_in_the_middle_of_a_reading_is_an_error_and_never_an_end(open_domain: Domain):
    for number in range(6):
        newcomer(open_domain, f"v.davu{number}")
    follower = following(open_domain, page_size=2)
    form = follower.source.form
    pages = form.pages(follower.line, form.people)
    assert next(pages)
    open_domain.stop()
    try:
        with pytest.raises(ConnectionLost):
            list(pages)
        with pytest.raises(ConnectionLost):
            follower.changes()
    finally:
        open_domain.start()
        follower.line.close()
