from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.directory_staging import WIDE
from idp.directory.sync.record import Changes, EntryProblem, GroupRecord
from idp.directory.sync.replica import Count, Outdated, TooManyGone
from tests.rig.replica import BEGAN, LIMIT, OFFICE, WholeReading, fill, group, identity, person

MINUTE = timedelta(minutes=1)
VILLAGE = DirectoryName("obec")
TEN = [person(number) for number in range(10)]


@pytest.fixture
def replica(database: Database) -> StoredReplica:
    return StoredReplica(database)


@pytest.fixture
def reading(database: Database) -> WholeReading:
    return WholeReading(database)


async def everyone(reading: WholeReading, directory: DirectoryName = OFFICE) -> list[str]:
    return [one.person.logins[0] for one in await reading.everyone(directory)]


def rows(database: Database) -> dict[str, int]:
    def count(connection: Connection) -> dict[str, int]:
        tables = ("node", "person", "login", "group", "membership", "problem", "generation")
        counted = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM directory_{table}").scalar_one()
            for table in tables
        }
        return {table: number for table, number in counted.items() if number}

    return database.read_now(count)


async def test_a_full_read_is_invisible_until_it_is_finished(replica: StoredReplica, reading: WholeReading):
    with replica.stage(OFFICE, BEGAN) as staging:
        staging.add_people(TEN)
        assert await everyone(reading) == []
        assert replica.standing(OFFICE).generation is None
        assert staging.finish("from here", LIMIT) is None
    assert len(await everyone(reading)) == 10
    standing = replica.standing(OFFICE)
    assert (standing.position, standing.synced_at, standing.full_at) == ("from here", BEGAN, BEGAN)


async def test_a_full_read_that_breaks_off_changes_nothing_and_leaves_nothing(
    replica: StoredReplica, reading: WholeReading, database: Database
):
    fill(replica, TEN)
    before = rows(database)

    def half(groups: Iterable[GroupRecord]) -> Iterator[GroupRecord]:
        yield from groups
        raise ConnectionError

    with pytest.raises(ConnectionError):
        fill(replica, TEN, half([group(1)]))
    assert len(await everyone(reading)) == 10
    assert rows(database) == before


async def test_what_an_older_reading_left_is_swept_away(
    replica: StoredReplica, reading: WholeReading, database: Database
):
    people = [person(number) for number in range(WIDE + 7)]
    fill(replica, people, [group(1, *people[:10])], [EntryProblem("cn=x", "odd")])
    before = rows(database)
    fill(replica, people, [group(1, *people[:10])], [EntryProblem("cn=x", "odd")])
    assert rows(database) == {name: 2 * number for name, number in before.items()}
    replica.sweep()
    assert rows(database) == before
    assert len(await everyone(reading)) == WIDE + 7


async def test_groups_are_held_through_groups_and_circles_end(replica: StoredReplica, reading: WholeReading):
    one, two = person(1), person(2)
    circle = [group(1, one, group(3)), group(2, group(1)), group(3, group(2)), group(4, two), group(5)]
    fill(replica, [one, two], circle)
    known = await reading.people(OFFICE, [one.identity, two.identity, identity(77)])
    assert {each.dn for each in known[one.identity].groups} == {circle[n].dn for n in range(3)}
    assert {each.dn for each in known[two.identity].groups} == {circle[3].dn}
    assert set(known) == {one.identity, two.identity}
    above = await reading.above(OFFICE, [circle[1].key, "cn=nothing,dc=test"])
    assert {each.dn for each in above} == {circle[n].dn for n in range(3)}


async def test_the_primary_group_counts_with_all_above_it(replica: StoredReplica, reading: WholeReading):
    users = group(1, sid="S-1-5-21-1-513")
    one = person(1, primary_group="S-1-5-21-1-513")
    fill(replica, [one], [users, group(2, users)])
    (known,) = (await reading.people(OFFICE, [one.identity])).values()
    assert {each.dn for each in known.groups} == {users.dn, group(2).dn}


async def test_somebody_in_five_hundred_groups_has_them_all(replica: StoredReplica, reading: WholeReading):
    fill(replica, TEN, [group(number, TEN[3]) for number in range(500)])
    (known,) = (await reading.people(OFFICE, [TEN[3].identity])).values()
    assert len(known.groups) == 500


async def test_more_groups_may_begin_a_question_than_one_statement_may_have_parts(
    replica: StoredReplica, reading: WholeReading
):
    """SQLite takes 500 parts in a compound statement."""
    groups = [group(number) for number in range(1_100)]
    fill(replica, TEN, groups)
    assert len(await reading.above(OFFICE, [one.key for one in groups])) == 1_100


async def test_directories_do_not_see_each_other(replica: StoredReplica, reading: WholeReading):
    fill(replica, TEN, [group(1, TEN[0])])
    fill(replica, [TEN[0]], directory=VILLAGE)
    assert await everyone(reading, VILLAGE) == ["p0"]
    (known,) = (await reading.people(VILLAGE, [TEN[0].identity])).values()
    assert known.groups == ()
    assert await reading.above(VILLAGE, [TEN[0].key]) == ()
    assert len(await everyone(reading)) == 10


async def test_a_login_finds_everybody_who_has_it_in_any_spelling(
    replica: StoredReplica, reading: WholeReading
):
    one = person(1, logins=("Nováková.Jana", "jana@obec.test"))
    fill(replica, [one, person(2, logins=("x", "JANA@obec.test"))])
    assert [each.person for each in await reading.named(OFFICE, "NOVÁKOVÁ.jana")] == [one]
    assert len(await reading.named(OFFICE, "jana@obec.test")) == 2
    assert await reading.named(OFFICE, "nobody") == []


async def test_a_login_or_mail_of_two_people_is_a_problem_of_both(
    replica: StoredReplica, reading: WholeReading
):
    fill(replica, [person(1, logins=("a",), mail="m@x"), person(2, logins=("A",), mail="M@x"), person(3)])
    told = {(each.dn, each.what) for each in await reading.problems(OFFICE)}
    first, second = (repr(person(number).dn) for number in (1, 2))
    assert told == {
        (person(1).dn, f"the login 'a' is also that of {second}: nobody can sign in with it"),
        (person(2).dn, f"the login 'a' is also that of {first}: nobody can sign in with it"),
        (person(1).dn, f"the mail address 'm@x' is also that of {second}"),
        (person(2).dn, f"the mail address 'm@x' is also that of {first}"),
    }


async def test_an_entry_that_came_twice_is_as_it_came_last(replica: StoredReplica, reading: WholeReading):
    moved = person(1, key="uid=p1,ou=new", dn="uid=p1,ou=new")
    fill(replica, [person(1), moved], [group(1, moved), group(2, person(1))])
    (known,) = (await reading.people(OFFICE, [moved.identity])).values()
    assert known.person == moved
    assert [each.dn for each in known.groups] == [group(1).dn]


async def test_more_people_gone_than_believable_are_held_until_somebody_confirms(
    replica: StoredReplica, reading: WholeReading
):
    fill(replica, TEN)
    held = fill(replica, TEN[:4], position="2", at=BEGAN + MINUTE)
    assert held is not None
    assert held.removal.people == Count(10, 6)
    assert (len(await everyone(reading)), replica.standing(OFFICE).position) == (10, "1")
    assert replica.standing(OFFICE).held == held
    recorded: list[Connection] = []
    assert replica.confirm(OFFICE, held, recorded.append)
    assert len(recorded) == 1
    assert len(await everyone(reading)) == 4
    standing = replica.standing(OFFICE)
    assert (standing.position, standing.synced_at, standing.held) == ("2", BEGAN + MINUTE, None)
    assert not replica.confirm(OFFICE, held, recorded.append)
    assert len(recorded) == 1


async def test_a_confirmation_lets_only_one_reading_pass(replica: StoredReplica, reading: WholeReading):
    people = [person(number) for number in range(40)]
    fill(replica, people)
    held = fill(replica, people[:20])
    assert held is not None
    assert replica.confirm(OFFICE, held, lambda _: None)
    assert fill(replica, people[:5]) is not None
    assert len(await everyone(reading)) == 20


async def test_an_empty_directory_is_not_believed(replica: StoredReplica, reading: WholeReading):
    fill(replica, TEN)
    assert fill(replica, []) is not None
    assert len(await everyone(reading)) == 10


async def test_groups_and_memberships_that_vanish_are_not_believed_either(replica: StoredReplica):
    groups = [group(number, *TEN) for number in range(10)]
    fill(replica, TEN, groups)
    held = fill(replica, TEN, groups[:2])
    assert held is not None
    assert held.removal.groups == Count(10, 8)
    emptied = fill(replica, TEN, [group(number) for number in range(10)])
    assert emptied is not None
    assert emptied.removal.memberships == Count(100, 100)
    assert str(emptied.removal) == "100 of 100 memberships"


async def test_a_later_good_reading_makes_the_held_one_void(replica: StoredReplica):
    fill(replica, TEN)
    held = fill(replica, [])
    assert held is not None
    assert fill(replica, TEN) is None
    assert replica.standing(OFFICE).held is None
    assert not replica.confirm(OFFICE, held, lambda _: None)


async def test_changes_are_for_the_position_they_were_computed_for(replica: StoredReplica):
    with pytest.raises(Outdated):
        replica.apply(OFFICE, Changes(position="2"), "1", BEGAN, LIMIT)
    fill(replica, TEN)
    replica.apply(OFFICE, Changes(position="2"), "1", BEGAN + MINUTE, LIMIT)
    assert replica.standing(OFFICE).synced_at == BEGAN + MINUTE
    with pytest.raises(Outdated):
        replica.apply(OFFICE, Changes(gone=frozenset({TEN[0].identity})), "1", BEGAN, LIMIT)


async def test_a_push_brings_entries_and_leaves_the_position(replica: StoredReplica, reading: WholeReading):
    fill(replica, TEN)
    touched = replica.apply(OFFICE, Changes(people=(person(3, name="Nová"),)), "1", BEGAN + MINUTE, LIMIT)
    assert touched == {identity(3)}
    standing = replica.standing(OFFICE)
    assert (standing.position, standing.synced_at) == ("1", BEGAN)
    assert (await reading.people(OFFICE, [identity(3)]))[identity(3)].person.name == "Nová"


async def test_changes_that_remove_too_much_change_nothing(replica: StoredReplica, reading: WholeReading):
    fill(replica, TEN)
    gone = frozenset(one.identity for one in TEN[:6])
    with pytest.raises(TooManyGone, match="6 of 10 people"):
        replica.apply(OFFICE, Changes(gone=gone, position="2"), "1", BEGAN + MINUTE, LIMIT)
    assert len(await everyone(reading)) == 10
    assert replica.standing(OFFICE).position == "1"


async def test_who_is_touched_is_told(replica: StoredReplica):
    inner = group(2, TEN[5])
    fill(replica, TEN, [group(1, *TEN[:3]), inner])

    def touched(changes: Changes) -> object:
        return replica.apply(OFFICE, changes, "1", BEGAN, LIMIT)

    assert touched(Changes(people=tuple(TEN))) == frozenset()
    assert touched(Changes(groups=(group(1, *TEN[1:4]),))) == {TEN[0].identity, TEN[3].identity}
    assert touched(Changes(gone=frozenset({TEN[9].identity}))) == {TEN[9].identity}
    assert touched(Changes(groups=(group(1, *TEN[1:4], inner),))) is None  # and so everybody in the inner one
    assert touched(Changes(groups=(group(1, *TEN[1:4], inner, dn="cn=other,dc=test"),))) is None


async def test_a_renamed_person_has_the_groups_that_name_the_new_name(
    replica: StoredReplica, reading: WholeReading
):
    old, new = person(1), person(1, key="uid=new,dc=test", dn="uid=new,dc=test", logins=("new",))
    fill(replica, [old], [group(1, old), group(2, new)])
    replica.apply(OFFICE, Changes(people=(new,)), "1", BEGAN, LIMIT)
    (known,) = await reading.named(OFFICE, "new")
    assert [each.dn for each in known.groups] == [group(2).dn]
    assert await reading.named(OFFICE, "p1") == []


async def test_an_entry_that_became_unusable_is_left_out_and_told_until_it_is_mended(
    replica: StoredReplica, reading: WholeReading
):
    fill(replica, TEN)
    problem = EntryProblem(TEN[2].dn, "uid has 2 values", TEN[2].identity)
    replica.apply(OFFICE, Changes(problems=(problem,)), "1", BEGAN, LIMIT)
    assert "p2" not in await everyone(reading)
    assert [(each.dn, each.what) for each in await reading.problems(OFFICE)] == [(problem.dn, problem.what)]
    replica.apply(OFFICE, Changes(people=(TEN[2],)), "1", BEGAN, LIMIT)
    assert "p2" in await everyone(reading)
    assert await reading.problems(OFFICE) == []


async def test_trouble_is_kept_for_operators_until_a_sync_succeeds(replica: StoredReplica):
    replica.note_trouble(OFFICE, "nobody answers")
    assert replica.standing(OFFICE).trouble == "nobody answers"
    fill(replica, TEN)
    assert replica.standing(OFFICE).trouble == ""


async def test_people_are_found_by_parts_of_name_and_login_whatever_the_accents(
    replica: StoredReplica, reading: WholeReading
):
    novakova = person(1, name="Jana Nováková", logins=("novakova.jana", "jana@urad.example"))
    novak = person(2, name="Petr Novák", logins=("novak.petr",))
    fill(replica, [*TEN[3:], novakova, novak])

    async def found(text: str, limit: int = 10) -> set[str]:
        return {one.person.name for one in await reading.fitting(OFFICE, text, limit)}

    assert await found("NOVAKOVÁ") == {"Jana Nováková"}
    assert await found("nov pet") == {"Petr Novák"}
    assert await found("jana@") == {"Jana Nováková"}
    assert await found("novák") == {"Jana Nováková", "Petr Novák"}
    assert len(await found("novák", limit=1)) == 1
    for nobody in ("", "  ", "%", "dvořák"):
        assert await found(nobody) == set()
    assert await reading.fitting(VILLAGE, "novák", 10) == []


async def test_everybody_is_read_page_by_page_each_once_and_with_their_groups(
    replica: StoredReplica, reading: WholeReading
) -> None:
    assert await reading.everybody(OFFICE, "", 4) == []
    fill(replica, TEN, [group(1, *TEN)])
    fill(replica, [person(77)], directory=VILLAGE)
    after, pages = "", []
    while page := await reading.everybody(OFFICE, after, 4):
        pages.append(page)
        after = page[-1].person.identity
    assert [len(page) for page in pages] == [4, 4, 2]
    found = [one for page in pages for one in page]
    assert [one.person for one in found] == [one.person for one in await reading.everyone(OFFICE)]
    assert {one.groups[0].dn for one in found} == {"cn=g1,dc=test"}
