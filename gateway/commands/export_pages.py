"""The page of exports, made when somebody first asks for one: few officers ever do."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from aiohttp import web

from config.vocabulary import MunicipalityCode
from gateway.commands.control_plane import ControlPlane
from gateway.web.desk import Page
from gateway.web.officer.rooms import Officer
from gateway.web.officer.turns import Turns

if TYPE_CHECKING:
    from gateway.audit.exporting import Exporting
    from gateway.web.officer.exports import Exports


class ExportPages:
    """On the host `admin.`; of one configuration."""

    def __init__(self, plane: ControlPlane, officer: Officer, turns: Turns) -> None:
        self._plane, self._officer, self._turns = plane, officer, turns

    def pages(self) -> Sequence[Page]:
        return Page("GET", "/export", self._ask), Page("POST", "/export", self._give)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        return await self._made.ask(request)

    async def _give(self, request: web.Request) -> web.StreamResponse:
        return await self._made.give(request)

    @cached_property
    def _made(self) -> "Exports":
        from gateway.web.officer.exports import Exports  # noqa: PLC0415 - forms, a ZIP file and OCSF

        officer = self._officer
        return Exports(
            officer.desk, officer.reach, officer.purpose_of, officer.names, self.exporting, self._turns
        )

    def exporting(self, within: MunicipalityCode | None) -> "Exporting":
        from gateway.audit.exporting import Exporting  # noqa: PLC0415
        from gateway.storage.audit_selection import StoredSelection  # noqa: PLC0415

        state, officer = self._plane.state, self._officer
        return Exporting(
            log=officer.log.within(within),
            source=StoredSelection(state.database, state.log_known, state.vouching, within),
            origin=state.settings.public.domain,
            reasons=officer.names.reasons,
            record=officer.record,
            within=within,
        )
