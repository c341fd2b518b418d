"""Whether whoever approved something for later could approve it when its time comes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.commands.activations import still_entitled
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now, open_state
from gateway.policy_office.proposal import Proposal, ProposalId, State
from gateway.policy_office.scope import OF_REGION, Scope
from gateway.storage.directory import StoredReplica
from idp.directory.subject import subject
from tests.gateway.commands.test_asking_office import BASE, OFFICERS
from tests.rig.installation import install
from tests.rig.people import HULIN
from tests.rig.replica import OFFICE, fill, group, identity, person

pytestmark = pytest.mark.real
MOMENT = now()
APPROVED = Proposal(
    id=ProposalId("p" * 22),
    scope=Scope(HULIN),
    state=State.APPROVED,
    texts={},
    base=1,
    base_digest="",
    revision=4,
    owner="kromeriz:author",
    owner_name="A",
    authors=frozenset({"kromeriz:author"}),
    created_at=MOMENT,
    changed_at=MOMENT,
    approver=subject(OFFICE, identity(1)),
)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """Of a control plane that does not run; the first of two people may approve policies of Hulín."""
    installation = install(tmp_path)
    with installation.configuration.open("a", encoding="utf-8") as text:
        text.write(OFFICERS)
    state = open_state(installation.configuration)
    made = ControlPlane(state)
    read(made, officers=[1])
    try:
        yield made
    finally:
        await made.close()
        state.database.close()


def read(plane: ControlPlane, officers: list[int]) -> None:
    roles = {"security_officer": officers, "clerk": [1, 2]}
    groups = [
        group(place, *(person(one) for one in members), dn=f"cn={role},ou={HULIN},{BASE}")
        for place, (role, members) in enumerate(roles.items(), 1)
    ]
    assert fill(StoredReplica(plane.state.database), [person(1), person(2)], groups, at=now()) is None


async def test_whoever_holds_the_role_still_could_and_whoever_lost_it_could_not(plane: ControlPlane) -> None:
    assert await still_entitled(plane, APPROVED, now())
    read(plane, officers=[2])
    assert not await still_entitled(plane, APPROVED, now())


@pytest.mark.parametrize(
    ("approver", "scope", "could"),
    [
        (subject(OFFICE, identity(2)), Scope(HULIN), False),
        (subject(OFFICE, identity(9)), Scope(HULIN), False),
        ("elsewhere:somebody", Scope(HULIN), False),
        ("system", Scope(HULIN), False),
        (subject(OFFICE, identity(1)), Scope("588296"), False),
        (subject(OFFICE, identity(1)), OF_REGION, False),
        ("cli:root (eva)", OF_REGION, True),
    ],
)
async def test_nobody_else_could(plane: ControlPlane, approver: str, scope: Scope, could: bool) -> None:
    one = replace(APPROVED, approver=approver, scope=scope)
    assert await still_entitled(plane, one, now()) is could
