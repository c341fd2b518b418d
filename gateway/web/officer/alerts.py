"""Alerts: those that stand first, then what was raised and over lately, and which rules watch; an officer says who has
one in hand.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from aiohttp import web

from config.settings import AlertRule
from config.vocabulary import Action
from gateway.alerts.matching import EVERYTHING
from gateway.alerts.told import acknowledged
from gateway.alerts.watch import Alert
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query, Search
from gateway.web.desk import Desk, Page, Refused, client_address_of, form_of, request_id_of
from gateway.web.identity import ADMIN
from gateway.web.officer.alert_search import search_of
from gateway.web.officer.alert_words import RULES, every_rule, group_said, limit, span
from gateway.web.officer.looks import look
from gateway.web.refusal import ShownRefusal, both
from idp.http.page import language_of

RECENT = 20  # entries of alerts
LOOKED_AT = 500  # entries of raised alerts, among which the last of each rule is looked for
TOLD = frozenset({Code.ALERT_RAISED, Code.ALERT_OVER, Code.ALERT_ACKNOWLEDGED})
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
    configured: Sequence[AlertRule] = ()
    """Rules of the settings."""

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
        raised = await self.log.page(Query(codes=frozenset({Code.ALERT_RAISED})), None, LOOKED_AT)
        last: dict[str, Recorded] = {}
        for one in raised.entries:
            if isinstance(one, Recorded):
                last.setdefault(str(one.entry.details.get("alert_rule", "")), one)
        rules = {one.name: one for one in every_rule(self.configured)}
        language = language_of(request, self.desk.pages.default_language)
        shown = len(standing) + len(found)
        await self.record([look(request, caller, {"page": "alerts"}, found=shown, now=now)])
        return await self.desk.show(
            request,
            "alerts.html",
            caller,
            standing=standing,
            recent=found,
            names=RULES,
            group_said=lambda rule, group: group_said(rules.get(str(rule)), str(group), language),
            rules=[(one, limit(one, language), span(one.quiet, language)) for one in rules.values()],
            last=last,
            all_raised=raised.following is None,
            searches={one.id: _search(rules, one.rule, one.group, one.raised_at) for one in standing},
            earlier={one.sequence: _search_of_entry(rules, one) for one in found},
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


def _search_of_entry(rules: Mapping[str, AlertRule], one: Recorded) -> str:
    """Of what was raised or is over; of what somebody took in hand there is nothing of its own to see."""
    details = one.entry.details
    rule, group = str(details.get("alert_rule", "")), str(details.get("alert_of", EVERYTHING))
    match one.entry.code:
        case Code.ALERT_RAISED:
            return _search(rules, rule, group, one.entry.at, one.entry.at)
        case Code.ALERT_OVER:
            since = _moment(details.get("since"))
            return "" if since is None else _search(rules, rule, group, since, one.entry.at)
        case _:
            return ""


def _search(
    rules: Mapping[str, AlertRule], rule: str, group: str, at: datetime, until: datetime | None = None
) -> str:
    """Empty where the rule is there no more: what it counted is not known."""
    return search_of(rules[rule], group, at, until) if rule in rules else ""


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
