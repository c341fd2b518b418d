"""What is asked before something goes that no click brings back: a policy of a draft, a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import Action
from gateway.policy_office.proposal import TRANSITIONS, Proposal, ProposalId, Step
from gateway.policy_office.scope import OF_REGION, Scope
from gateway.web.centre import actions_of
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.policies.editor import policy_of
from gateway.web.policies.entered import fields_of, number
from gateway.web.policies.not_done import done
from gateway.web.policies.overview import is_own_draft
from gateway.web.policies.site import Site, scope_asked
from gateway.web.ways_back import here, leading_back


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Asks; what is answered is sent to where one of them is taken back, or here where several are."""

    site: Site

    def pages(self) -> Sequence[Page]:
        return leading_back(
            (
                Page("GET", "/proposals/{proposal}/remove", self.policy),
                Page("GET", "/proposals/{proposal}/withdraw", self.proposal),
                Page("GET", "/drafts", self.drafts),
                Page("POST", "/drafts", self.withdraw_drafts),
            ),
            here,
        )

    async def policy(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        one = await self.site.proposal(request, caller)
        if not self._may(caller, one, Step.EDIT):
            raise web.HTTPSeeOther(f"/proposals/{one.id}")
        if "number" not in request.query:  # the switch of languages of a refusal
            raise web.HTTPSeeOther(f"/proposals/{one.id}/edit")
        which = (request.query.get("file", ""), request.query["number"])
        policy = await self.site.read(caller, partial(policy_of, one, *which, self.site.offered))
        return await self.site.show(
            request, "policy_take_out.html", caller, one=one, policy=policy, offered=self.site.offered
        )

    async def proposal(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        one = await self.site.proposal(request, caller)
        if not self._may(caller, one, Step.WITHDRAW):
            raise web.HTTPSeeOther(f"/proposals/{one.id}")
        return await self.site.show(
            request, "proposal_withdraw.html", caller, one=one, typed="", unexplained=None
        )

    def _may(self, caller: Assertion, one: Proposal, step: Step) -> bool:
        """Whether it is of any use to ask: the page of the proposal offers it then."""
        return (one.state, step) in TRANSITIONS and Action.WRITE in actions_of(caller, self.site.centre)

    async def drafts(self, request: web.Request) -> web.Response:
        """Those of the caller's own that are chosen in the list."""
        caller, chosen = self.site.caller(request), request.query.getall("draft", [])
        scope = scope_asked(request.query.get("of", ""), caller)
        found = await done(self.site.office.proposals(self.site.asking(request, caller), scope))
        drafts = [one for one in found if one.id in chosen and is_own_draft(one, caller)]
        if not drafts:
            raise web.HTTPSeeOther(_list_of(scope, "none"))
        return await self.site.show(
            request, "drafts_withdraw.html", caller, scope=scope, drafts=drafts, apart={}
        )

    async def withdraw_drafts(self, request: web.Request) -> web.Response:
        """One after the other, each recorded by itself; those that were edited meanwhile stay, which is told."""
        site, caller, fields = self.site, self.site.caller(request), await fields_of(request)
        scope = scope_asked("".join(fields.get("of", [])), caller)
        asking, now = site.asking(request, caller), site.desk.now()
        chosen = [one.partition(" ") for one in fields.get("draft", [])]
        stays = False
        for name, revision in [(ProposalId(name), number(revision)) for name, _, revision in chosen]:
            try:
                await done(site.office.withdraw(asking, name, revision, "", now))
            except Refused as refused:
                if refused.status != HTTPStatus.CONFLICT:
                    raise
                stays = True
        raise web.HTTPSeeOther(_list_of(scope, "stays" if stays else "withdrawn" if chosen else "none"))


def _list_of(scope: Scope, said: str) -> str:
    query = {"of": scope} if scope == OF_REGION else {}
    return f"/proposals?{urlencode(query | {'done': said})}"
