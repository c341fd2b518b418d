"""What has come into force is taken by the running product; what is to come into force at a time does so then."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from gateway.commands.control_plane import GATE_PATIENCE, ControlPlane
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.state import now
from gateway.policy_office.activation import Activation

LONGEST = timedelta(minutes=1)  # between two looks: at another node somebody may have approved for a time


async def take_policies(plane: ControlPlane, following: FollowingPolicies) -> None:
    """Decisions here, and gates that can be reached, go by what is in force. Raises SharedPoliciesUnusable."""
    await following.look()
    if following.trouble is not None:
        raise following.trouble
    await plane.gates.gate_applied(GATE_PATIENCE)


async def keep_activations(plane: ControlPlane) -> None:
    """The round. It begins with what came into force, or whose time came, while nothing heard of it."""
    await plane.policy_desk.take()
    while True:
        plane.policy_desk.arranged.clear()
        activation = Activation(plane.policy_desk.office(plane.state))
        await activation.activate_due(now())
        due = await activation.next_due()
        left = LONGEST if due is None else min(max(due - now(), timedelta()), LONGEST)
        with suppress(TimeoutError):
            async with asyncio.timeout(left.total_seconds()):
                await plane.policy_desk.arranged.wait()
