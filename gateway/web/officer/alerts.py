"""Alerts: those that stand first, then what was raised and over lately; an officer says who has one in hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from aiohttp import web

from config.settings import Title
from config.vocabulary import Action
from gateway.alerts.matching import EVERYTHING
from gateway.alerts.told import acknowledged
from gateway.alerts.watch import Alert
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query, Search
from gateway.web.desk import Desk, Page, Refused, client_address_of, form_of, request_id_of
from gateway.web.identity import ADMIN
from gateway.web.officer.looks import look
from gateway.web.refusal import ShownRefusal, both

RECENT = 20  # entries of alerts
TOLD = frozenset({Code.ALERT_RAISED, Code.ALERT_OVER, Code.ALERT_ACKNOWLEDGED})
RULES: Mapping[str, Title] = {
    "failed_sign_ins": Title(cs="Mnoho chybných přihlášení osoby", en="Many failed sign-ins of a person"),
    "failed_sign_ins_of_address": Title(
        cs="Mnoho chybných přihlášení z adresy", en="Many failed sign-ins from an address"
    ),
    "impossible_travel": Title(cs="Nemožný přesun", en="Impossible travel"),
    "new_country": Title(cs="Přístup z nové země", en="Access from a new country"),
    "emergency_access": Title(cs="Nouzový přístup", en="Emergency access"),
    "recovery_administrator": Title(cs="Nouzový správce", en="Recovery administrator"),
    "log_damaged": Title(cs="Auditní záznam je poškozen", en="The audit log is damaged"),
    "clock_drift": Title(cs="Skok systémových hodin", en="The system clock jumped"),
    "mass_download": Title(cs="Hromadné stahování", en="Mass download"),
    "refusals_after_hours": Title(cs="Zamítnutí mimo pracovní dobu", en="Refusals after hours"),
}
"""Of the delivered rules; one of the settings is shown by its name."""
OVER = ShownRefusal(
    reason="alert_not_open",
    title=both(
        cs="Upozornění už pominulo, nebo ho někdo převzal", en="The alert is over, or somebody has it in hand"
    ),
    advice=both(cs="Podívejte se znovu na seznam upozornění.", en="Look at the list of alerts again."),
)


class Standing(Protocol):
    async def standing(self) -> Sequence[Alert]:
        """The newest first."""
        ...

    async def acknowledge(self, alert: str, by: str, entry: Entry) -> bool:
        """Recorded with it; whether it stood still and nobody did before."""
        ...


@dataclass(frozen=True, slots=True)
class Alerts:
    """`record`: durable when it returns; what cannot be recorded is not shown."""

    desk: Desk
    kept: Standing
    log: Search
    record: Callable[[Sequence[Entry]], Awaitable[None]]

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/alerts", self.alerts),
            Page("POST", "/alerts/acknowledge", self.acknowledge),
            Page("GET", "/alerts/acknowledge", self.alerts),  # the switch of languages of a refusal
        )

    async def alerts(self, request: web.Request) -> web.Response:
        caller, now = self.desk.caller(request, ADMIN), self.desk.now()
        standing = await self.kept.standing()
        recent = await self.log.page(Query(codes=TOLD), None, RECENT)
        found = [one for one in recent.entries if isinstance(one, Recorded)]
        shown = len(standing) + len(found)
        await self.record([look(request, caller, {"page": "alerts"}, found=shown, now=now)])
        return await self.desk.show(
            request,
            "alerts.html",
            caller,
            standing=standing,
            recent=found,
            rules=RULES,
            everything=EVERYTHING,
            raised=Code.ALERT_RAISED,
            over=Code.ALERT_OVER,
            may_act=Action.ADMINISTER in caller.actions,
        )

    async def acknowledge(self, request: web.Request) -> web.Response:
        caller = self.desk.caller(request, ADMIN)
        name = (await form_of(request, ["alert"]))["alert"]
        alert = next((one for one in await self.kept.standing() if one.id == name), None)
        if alert is None:
            raise Refused(OVER, 404)
        entry = replace(
            acknowledged(alert, self.desk.now(), subject=caller.subject, person=caller.login),
            session=caller.sid,
            own_municipality=caller.municipality,
            application=ADMIN,
            address=client_address_of(request),
            request_id=request_id_of(request),
        )
        if not await self.kept.acknowledge(alert.id, caller.login, entry):
            raise Refused(OVER, 404)
        raise web.HTTPSeeOther("/alerts")
