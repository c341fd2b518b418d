"""The page of the compliance report, made when somebody asks for it: few installations open it daily."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from aiohttp import web

from config.settings import Regime
from gateway.audit.entry import Entry
from gateway.commands import pdf_process
from gateway.commands.control_plane import ControlPlane
from gateway.web.desk import Page
from gateway.web.officer.names import Names

if TYPE_CHECKING:
    from gateway.compliance.report import Report
    from gateway.web.officer.report import ComplianceReport

Record = Callable[[Sequence[Entry]], Awaitable[None]]
"""Durable when it returns."""


WITHIN = timedelta(seconds=45)  # Envoy ends an answer of ours after a minute


class ReportPages:
    """On the host `admin.`; of one configuration."""

    def __init__(self, plane: ControlPlane, names: Names, record: Record) -> None:
        self._plane, self._names, self._record = plane, names, record
        self._one_at_a_time = asyncio.Lock()

    def pages(self) -> Sequence[Page]:
        return (Page("GET", "/report", self._shown), Page("GET", "/report/pdf", self._pdf))

    async def _shown(self, request: web.Request) -> web.StreamResponse:
        return await self._made.shown(request)

    async def _pdf(self, request: web.Request) -> web.StreamResponse:
        return await self._made.pdf(request)

    @cached_property
    def _made(self) -> "ComplianceReport":
        from gateway.web.officer.report import ComplianceReport  # noqa: PLC0415 - texts of all demands

        plane = self._plane
        return ComplianceReport(
            plane.desk,
            self._report,
            self._drawn,
            self._record,
            self._names,
            plane.settings.audit.regime,
        )

    async def _report(
        self, by: str, since: datetime, until: datetime, regime: Regime, now: datetime
    ) -> "Report":
        from gateway.commands.compliance import report_about  # noqa: PLC0415

        plane = self._plane
        return await report_about(plane.state, plane.book.version, by, since, until, regime, now)

    async def _drawn(self, document: str) -> bytes:
        from gateway.compliance.paper import NotDrawn, drawn  # noqa: PLC0415

        if self._one_at_a_time.locked():
            raise NotDrawn("another one is being drawn; ask again in a moment")
        async with self._one_at_a_time:
            return await drawn(pdf_process.command(os.getpid()), document, WITHIN)
