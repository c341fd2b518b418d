"""Simulations of a running installation: against what is in force there, with what is closed there at the moment."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from gateway.commands.background_simulation import Key
from gateway.commands.control_plane import ControlPlane
from gateway.commands.shared_policies import standing
from gateway.commands.simulation_work import work_of
from gateway.commands.state import now
from gateway.storage.audit_decisions import Period
from gateway.web.simulating import Asked, Standing


@dataclass(frozen=True, slots=True)
class PlaneSimulations:
    """Implements `gateway.web.simulating.Simulations`."""

    plane: ControlPlane

    def standing(self, asked: Asked) -> Standing:
        return self.plane.policy_desk.simulating.standing(self._key(asked))

    async def begin(self, asked: Asked, by: str) -> Standing:
        """Raises SharedPoliciesUnusable, DatabaseUnusable."""
        state, key, until = self.plane.state, self._key(asked), now()
        today = await state.database.read(partial(standing, state))
        assert today is not None  # where a control plane runs, something is in force
        period = Period(until - timedelta(days=asked.days), until, asked.municipality)
        closed = () if asked.as_open else today.incidents
        work = work_of(state.settings, state.district, today.version.texts, asked.texts, period, closed)
        return await self.plane.policy_desk.simulating.begin(key, work, by)

    async def cancel(self, asked: Asked) -> None:
        await self.plane.policy_desk.simulating.cancel(self._key(asked))

    def _key(self, asked: Asked) -> Key:
        """With the version that decides: against another one the same draft changes something else."""
        return self.plane.book.version, *map(str, asked.key)
