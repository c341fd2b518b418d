"""What is asked before something goes that no click brings back: a policy of a draft, a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.policy_office.proposal import OVER
from gateway.web.desk import Page
from gateway.web.policies.editor import policy_of
from gateway.web.policies.site import Site


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Only asks: what is said there is sent to where it is done."""

    site: Site

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/proposals/{proposal}/remove", self.policy),
            Page("GET", "/proposals/{proposal}/withdraw", self.proposal),
        )

    async def policy(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        one = await self.site.proposal(request, caller)
        if "number" not in request.query:  # the switch of languages of a refusal
            raise web.HTTPSeeOther(f"/proposals/{one.id}/edit")
        policy = policy_of(one, request.query.get("file", ""), request.query["number"])
        return await self.site.show(
            request, "policy_take_out.html", caller, one=one, policy=policy, offered=self.site.offered
        )

    async def proposal(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        one = await self.site.proposal(request, caller)
        if one.state in OVER:
            raise web.HTTPSeeOther(f"/proposals/{one.id}")
        return await self.site.show(request, "proposal_withdraw.html", caller, one=one)
