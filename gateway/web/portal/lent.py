"""Whoever stands in for somebody, and may by that open nothing as duties meet, ends the delegation at the portal: the
pages of requests are closed to them.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.asks.ask import Ask, AskId, Kind, Party
from gateway.asks.doing import Doing
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of
from gateway.web.identity import PORTAL, Assertion
from gateway.web.portal.standing import Asks
from gateway.web.refusal import ShownRefusal, both
from gateway.web.ways_back import leading_back

Withdraw = Callable[[AskId, Doing], Awaitable[Ask]]
"""As a party to it. Raises Refused, recorded."""

NOTHING_LENT = ShownRefusal(
    reason="request_unknown",
    title=both(cs="Žádné takové zastupování tu není", en="There is no such delegation here"),
    advice=both(
        cs="Skončilo, nebo vám nikdy žádnou roli nepropůjčovalo. Portál ukazuje, co platí teď.",
        en="It has ended, or never lent you a role. The portal shows what counts now.",
    ),
)


@dataclass(frozen=True, slots=True)
class Lent:
    desk: Desk
    asks: Asks
    withdraw: Withdraw

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/lent", self.ask),
            *leading_back((Page("POST", "/lent", self.end),), lambda _: "/"),
        )

    async def ask(self, request: web.Request) -> web.Response:
        """Which it is, before it ends."""
        caller = self.desk.caller(request, PORTAL)
        name = request.query.get("name", "")
        if not name:  # the switch of languages of a refusal
            raise web.HTTPSeeOther("/")
        found = self._lent(caller, name)
        if found is None:
            raise Refused(NOTHING_LENT, 404)
        return await self.desk.show(
            request, "lent.html", caller, one=found, municipality=self.desk.municipality_name
        )

    async def end(self, request: web.Request) -> web.Response:
        """Also what is over already, or nobody's, goes to the office of requests: it records what it refuses."""
        caller = self.desk.caller(request, PORTAL)
        name = (await form_of(request, ["name"]))["name"]
        party = Party(caller.subject, caller.login, caller.name)
        await self.withdraw(AskId(name), Doing(caller, party, origin_of(request), self.desk.now()))
        raise web.HTTPSeeOther("/?done=ended")

    def _lent(self, caller: Assertion, name: str) -> Ask | None:
        now = self.desk.now()
        for one in self.asks.of(caller.subject):
            if one.id == name and one.kind is Kind.DELEGATION and one.runs(now):
                return one
        return None
