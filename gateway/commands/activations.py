"""What has come into force is taken by the running product; what is to come into force at a time does so then."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from config.vocabulary import Action, MunicipalityCode, SubjectId
from gateway.commands.control_plane import GATE_PATIENCE, ControlPlane
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.own_applications import POLICIES
from gateway.commands.state import now
from gateway.policy_office.activation import Activation
from gateway.policy_office.proposal import Proposal
from gateway.policy_office.scope import municipality_of
from idp.directory.subject import directory_of

COMMAND_LINE = "cli"
"""In the place of a directory's name, of an operator."""
log = structlog.get_logger("policies")
LONGEST = timedelta(minutes=1)  # between two looks: at another node somebody may have approved for a time


async def take_policies(plane: ControlPlane, following: FollowingPolicies) -> None:
    """Decisions here, and gates that can be reached, go by what is in force. Raises SharedPoliciesUnusable."""
    await following.look()
    if following.trouble is not None:
        raise following.trouble
    if not await plane.gates.gate_applied(GATE_PATIENCE):
        log.warning("policies.gates_late", policies=plane.book.version)  # the page of incidents says so too


async def still_entitled(plane: ControlPlane, one: Proposal, moment: datetime) -> bool:
    """By the roles that its approver has in the replica of the directories now, and the policies in force; where they
    do everything right. An operator of this machine is one still.
    """
    from gateway.authorize.role_opens import opens  # noqa: PLC0415 - seldom used

    approver = SubjectId(one.approver)
    people = plane.people.get(directory_of(approver))
    if people is None:
        return directory_of(approver) == COMMAND_LINE
    person = (await plane.known.as_they_count(await people.people([approver]))).get(approver)
    if person is None or person.state.ends_sessions:
        return False
    scope = municipality_of(one.scope)
    needed = {Action.SIGN} if scope else {Action.SIGN, Action.ADMINISTER}
    found: dict[MunicipalityCode, set[Action]] = {}
    for held in person.roles:
        if scope in (None, held.municipality):
            for each in opens(held.role, held.municipality, plane.snapshot, moment):
                if each.application == POLICIES:
                    found.setdefault(held.municipality, set()).update(each.actions)
    if scope is None:  # and for the office that runs the centre, as `gateway.policy_office.asking` has it
        centre = plane.settings.office.municipality
        return centre is not None and needed <= found.get(centre, set())
    return needed <= found.get(scope, set())


async def keep_activations(plane: ControlPlane) -> None:
    """The round. It begins with what came into force, or whose time came, while nothing heard of it."""
    await plane.policy_desk.take()
    while True:
        plane.policy_desk.arranged.clear()
        activation = Activation(plane.policy_desk.office(plane.state))
        await activation.activate_due(partial(still_entitled, plane), now())
        due = await activation.next_due()
        left = LONGEST if due is None else min(max(due - now(), timedelta()), LONGEST)
        with suppress(TimeoutError):
            async with asyncio.timeout(left.total_seconds()):
                await plane.policy_desk.arranged.wait()
