"""The process that verifies the log: for officers, and before anything of it is deleted."""

import os
from collections.abc import Awaitable, Callable, Sequence

from gateway.audit.note import Signer
from gateway.audit.recomputation import Recomputation
from gateway.commands import verification_process
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now


def recomputation_of(plane: ControlPlane) -> Recomputation:
    return Recomputation(verification_of(plane), plane.state.record, now)


def verification_of(plane: ControlPlane) -> Callable[[], Awaitable[Sequence[str]]]:
    """What starts it."""
    state, file = plane.state, plane.settings.state.directory / "checkpoints.log"

    async def command() -> Sequence[str]:
        """By the key that signs then."""
        key = Signer(plane.settings.public.domain, await state.database.read(state.log_key)).verifier
        return verification_process.command(state.database.place, file, [key], os.getpid())

    return command
