"""What stands in force and is damaged decides nothing, and is replaced by its version."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Update, update

from gateway.commands.publishing import put_in_place_of
from gateway.commands.shared_policies import SharedPoliciesUnusable, own_texts
from gateway.storage.tables.policy_office import policy_text, policy_version
from policies.brought import BringsFaults
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.nodes_at_rest import Node, nodes_at_rest

pytestmark = pytest.mark.real  # free ports are looked for
NAMELESS = f'\n@id("nameless")\npermit (principal, action, resource in Municipality::"{HULIN}");\n'


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    with nodes_at_rest(tmp_path) as made:
        yield made


def change(node: Node, statement: Update) -> None:
    node.state.database.write_soon(lambda connection: connection.execute(statement)).result()


def unsign(node: Node, *, since: int) -> None:
    change(node, update(policy_version).where(policy_version.c.number >= since).values(signature="AAAA"))


async def test_a_damaged_row_starts_nothing_and_is_replaced_by_its_version(nodes: tuple[Node, Node]) -> None:
    a, b = nodes
    version = a.start().version
    change(a, update(policy_text).values(text="{}"))
    with pytest.raises(SharedPoliciesUnusable, match="damaged"):
        b.start()
    with pytest.raises(SharedPoliciesUnusable, match="damaged"):
        await a.publish()
    await put_in_place_of(a.state, a.proposal(), version)
    assert b.start().version == version


@pytest.mark.parametrize("older", [True, False])
async def test_in_the_place_of_what_is_damaged_come_texts_with_faults_that_are_old(
    nodes: tuple[Node, Node], *, older: bool
) -> None:
    """`older`: whether a version from before is kept undamaged; else nobody knows which faults are new."""
    a, _ = nodes
    a.start()
    a.edit(HULIN, NAMELESS)
    if older:
        a.put(own_texts(a.state.settings), a.proposal().book.version)
    a.edit(KROMERIZ)
    newest = a.put(own_texts(a.state.settings), a.proposal().book.version)
    unsign(a, since=newest.number if older else 1)
    with pytest.raises(SharedPoliciesUnusable):
        a.in_force()
    made = await put_in_place_of(a.state, a.proposal(), newest.version)
    assert made.texts == own_texts(a.state.settings)
    assert a.in_force() == made


async def test_new_faults_come_in_the_place_of_nothing_also_where_it_is_damaged(
    nodes: tuple[Node, Node],
) -> None:
    a, _ = nodes
    a.start()
    a.edit(KROMERIZ)
    newest = await a.publish()
    assert newest is not None
    unsign(a, since=newest.number)
    a.edit(HULIN, NAMELESS)
    with pytest.raises(BringsFaults, match="has no @title_cs"):
        await put_in_place_of(a.state, a.proposal(), newest.version)
