"""What is in force for the municipality acted for, what is on its way, and what waits for whoever looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from config.vocabulary import Action
from gateway.policy_office.proposal import OVER, Proposal, State
from gateway.web.centre import actions_of
from gateway.web.desk import Page
from gateway.web.identity import Assertion
from gateway.web.policies.entered import texts_of
from gateway.web.policies.listing import drafts_found, found_among, listed
from gateway.web.policies.not_done import done
from gateway.web.policies.since_then import taken_back, unapproved
from gateway.web.policies.site import Site, scope_asked
from gateway.web.policies.versions import SOURCES
from gateway.web.ways_back import here, leading_back

SHOWN_OVER = 20  # proposals that are over
LOOKED_AT = 30  # versions, the newest
SOUGHT = 80  # characters that are looked for


@dataclass(frozen=True, slots=True)
class Overview:
    site: Site

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/", self.overview),
            Page("GET", "/policies", self.policies),
            Page("GET", "/proposals", self.proposals),
            *leading_back((Page("POST", "/proposals", self.begin),), here),
        )

    async def overview(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        asking, scope = site.asking(request, caller), scope_asked("", caller)
        of_both = await done(site.office.proposals(asking, scope))
        if Action.ADMINISTER in actions_of(caller, site.centre):
            of_both += await done(site.office.proposals(asking, scope_asked("region", caller)))
        heads = await done(site.office.versions(asking, scope, None, LOOKED_AT))
        texts, now = await done(site.office.texts(asking, scope)), site.desk.now()
        own = [one for one in of_both if one.scope == scope]
        back = await done(taken_back(site.office, asking, own, heads, caller, now))
        told = {one.author for one in heads} | {one.approver for one in heads}
        return await site.show(
            request,
            "policies_overview.html",
            caller,
            scope=scope,
            closed=await done(site.incidents.listed(asking)),
            waiting=[one for one in of_both if _waits_for(site, caller, one)],
            under_way=[one for one in of_both if one.state not in OVER and not _waits_for(site, caller, one)],
            apart=await site.apart({one.owner: one.owner_name for one in of_both}),
            policies=await site.read(caller, partial(listed, texts, site.offered)),
            last=heads[0] if heads else None,
            taken_back=back,
            unapproved=unapproved(heads, now),
            sources=SOURCES,
            names=await site.names_of(told),
            files_are_approved=site.files_are_approved,
        )

    async def policies(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        asking, scope = site.asking(request, caller), scope_asked(request.query.get("of", ""), caller)
        heads = await done(site.office.versions(asking, scope, None, 1))
        texts = await done(site.office.texts(asking, scope))
        policies = await site.read(caller, partial(listed, texts, site.offered))
        looked_for, sort = request.query.get("q", "")[:SOUGHT].strip(), request.query.get("sort", "")
        return await site.show(
            request,
            "policies.html",
            caller,
            scope=scope,
            policies=found_among(policies, looked_for, sort),
            looked_for=looked_for,
            sort=sort,
            last=heads[0] if heads else None,
            names=await site.names_of({head.author for head in heads} | {head.approver for head in heads}),
            offered=site.offered,
        )

    async def proposals(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        asking, scope = site.asking(request, caller), scope_asked(request.query.get("of", ""), caller)
        found = await done(site.office.proposals(asking, scope))
        own = [one for one in found if is_own_draft(one, caller)]
        looked_for = request.query.get("q", "")[:SOUGHT].strip()
        return await site.show(
            request,
            "proposals.html",
            caller,
            scope=scope,
            all_drafts=len(own),
            drafts=drafts_found(own, looked_for),
            looked_for=looked_for,
            under_way=[one for one in found if one.state not in OVER and not is_own_draft(one, caller)],
            over=[one for one in found if one.state in OVER][:SHOWN_OVER],
            apart=await site.apart({one.owner: one.owner_name for one in found}),
        )

    async def begin(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        scope = scope_asked((await texts_of(request, ["of"]))["of"], caller)
        begun = await done(site.office.begin(site.asking(request, caller), scope, site.desk.now()))
        raise web.HTTPSeeOther(f"/proposals/{begun.id}/edit")


def is_own_draft(one: Proposal, caller: Assertion) -> bool:
    """Which its owner may go on with, or forget."""
    return one.state in (State.DRAFT, State.RETURNED) and one.owner == caller.subject


def _waits_for(site: Site, caller: Assertion, one: Proposal) -> bool:
    """To be approved by this person, or to be worked on again."""
    if one.state is State.SUBMITTED:
        return Action.SIGN in caller.actions and not site.had_a_hand(one, caller)
    return one.state is State.RETURNED and caller.subject in {*one.authors, one.owner}
