import pytest

from gateway.audit.ingest import PlaceLost
from gateway.audit.spool import Place
from gateway.storage.audit_spool import hand_over, move, places
from gateway.storage.database import Database


async def test_places_of_one_node_are_none_of_another_nor_of_a_machine_that_is_alone(
    database: Database,
) -> None:
    first = Place("access-1.log", 10)
    await database.write(lambda connection: move(connection, Place("access-1.log"), first, [], "b"))
    assert database.read_now(lambda connection: places(connection, "b")) == {"access-1.log": first}
    for other in ("", "c", "b/told"):
        assert database.read_now(lambda connection, whose=other: places(connection, whose)) == {}
        with pytest.raises(PlaceLost):
            await database.write(lambda connection, whose=other: move(connection, first, None, [], whose))


@pytest.mark.parametrize("before", ["", "1f2e3d4c"])
async def test_a_machine_that_becomes_a_node_reads_no_line_twice(before: str, database: Database) -> None:
    read = Place("access-1.log", 10)
    for whose in (before, "b"):
        await database.write(
            lambda connection, whose=whose: move(connection, Place("access-1.log"), read, [], whose)
        )
    await database.write(lambda connection: hand_over(connection, before, "a"))
    assert database.read_now(lambda connection: places(connection, before)) == {}
    assert database.read_now(lambda connection: places(connection, "b")) == {"access-1.log": read}
    assert database.read_now(lambda connection: places(connection, "a")) == {"access-1.log": read}
