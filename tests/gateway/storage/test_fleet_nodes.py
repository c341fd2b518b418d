"""What is kept of nodes for people: who belongs to the fleet, who is invited, what was heard of whom."""

from datetime import datetime, timedelta

from config.fleet import NodeName, Role
from gateway.fleet import certificates
from gateway.fleet.certificates import NODE_LIVES
from gateway.fleet.known_nodes import Heard, KnownFleet, KnownNode, NodeState
from gateway.storage.database import Database
from gateway.storage.fleet import StoredRegister
from gateway.storage.fleet_nodes import FleetNodes
from gateway.storage.shared_policies import SharedPolicies
from tests.gateway.storage.invited import invited

B, C = NodeName("b"), NodeName("c")
HOUR = timedelta(hours=1)


async def join(register: StoredRegister, name: NodeName, now: datetime) -> None:
    request = certificates.request_of(certificates.new_key())
    await register.join(await invited(register, name, now), request, (name, Role.WHOLE), "", now)


async def heard(database: Database, node: NodeName, word: Heard) -> None:
    await database.write(lambda connection: FleetNodes(connection).keep_heard({node: word}))


async def known(database: Database, now: datetime) -> KnownFleet:
    return await database.read(lambda connection: FleetNodes(connection).known(now))


async def test_where_no_fleet_was_founded_there_are_no_nodes(database: Database, now: datetime) -> None:
    assert await known(database, now) == KnownFleet((), "")


async def test_a_node_is_known_by_what_it_said_last(
    register: StoredRegister, database: Database, now: datetime
) -> None:
    await join(register, B, now)
    (silent,) = (await known(database, now)).nodes
    assert silent.state(now) is NodeState.SILENT
    await heard(database, B, Heard(now - HOUR, "0.0.9", ("data_plane",)))
    await heard(database, B, Heard(now, "0.1.0", ("in_service", "not_alone")))
    await database.write(lambda connection: SharedPolicies(connection).decides_by(B, "abc", now))
    assert (await known(database, now)).nodes == (
        KnownNode(
            name=B,
            role=Role.WHOLE,
            joined_at=now,
            certificate_until=now.replace(microsecond=0) + NODE_LIVES,
            policies="abc",
            policies_since=now,
            heard=Heard(now, "0.1.0", ("in_service", "not_alone")),
        ),
    )


async def test_who_is_invited_is_known_until_the_code_is_used_or_over(
    register: StoredRegister, database: Database, now: datetime
) -> None:
    await invited(register, C, now)
    assert (await known(database, now)).nodes == (
        KnownNode(name=C, role=Role.WHOLE, invited_until=now + HOUR),
    )
    assert (await known(database, now + HOUR)).nodes == ()
    await join(register, C, now)
    (joined,) = (await known(database, now)).nodes
    assert joined.invited_until is None
    await invited(register, C, now)  # as before it is set up anew: until then it is the node that it is
    assert (await known(database, now)).nodes == (joined,)


async def test_who_left_is_known_so_until_it_is_invited_again(
    register: StoredRegister, database: Database, now: datetime
) -> None:
    await join(register, B, now)
    await register.leave(B, "cli:root", now)
    (gone,) = (await known(database, now)).nodes
    assert (gone.state(now), gone.certificate_until) == (NodeState.LEFT, None)
    await invited(register, B, now)
    (again,) = (await known(database, now)).nodes
    assert again.state(now) is NodeState.INVITED


async def test_what_was_heard_of_whoever_had_the_name_before_counts_no_more(
    register: StoredRegister, database: Database, now: datetime
) -> None:
    await join(register, B, now - HOUR)
    await heard(database, B, Heard(now, "0.1.0"))
    await register.leave(B, "cli:root", now)
    later = now + timedelta(seconds=1)
    await join(register, B, later)
    (node,) = (await known(database, later)).nodes
    assert (node.heard, node.state(later)) == (None, NodeState.SILENT)
