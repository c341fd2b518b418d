"""Versions of the policies: all there were, one of them, what differs between two, and back to one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from config.settings import Title
from config.vocabulary import REASON_HEADER
from gateway.policy_office.proposal import LONGEST_TEXT
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Head, Source
from gateway.web.desk import Page
from gateway.web.identity import Assertion
from gateway.web.policies.entered import number_or_none, texts_of
from gateway.web.policies.listing import listed
from gateway.web.policies.not_done import UNEXPLAINED, done, told
from gateway.web.policies.site import Site, scope_asked
from gateway.web.ways_back import above, leading_back
from policies.case_difference import SORT_TITLES
from policies.changed import KINDS
from policies.difference import difference, effect_said, going_back

SHOWN = 30
SOURCES: Mapping[Source, Title] = {
    Source.FIRST: Title(cs="soubory prvního spuštění", en="files of the first start"),
    Source.BEFORE: Title(cs="převzato z předchozí verze produktu", en="taken over from the version before"),
    Source.FILES: Title(cs="ze souborů", en="of files"),
    Source.PROPOSAL: Title(cs="schválený návrh", en="an approved proposal"),
    Source.ROLL_BACK: Title(cs="návrat ke starší verzi", en="a roll back"),
}


@dataclass(frozen=True, slots=True)
class Versions:
    site: Site

    def pages(self) -> Sequence[Page]:
        return leading_back(
            (
                Page("GET", "/versions", self.all),
                Page("GET", "/versions/{number}", self.one),
                Page("POST", "/versions/{number}/restore", self.restore),
                Page("GET", "/versions/{number}/restore", self.one),  # the switch of languages of a refusal
            ),
            above,
        )

    async def all(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        asking, scope = site.asking(request, caller), scope_asked(request.query.get("of", ""), caller)
        before = number_or_none(request.query.get("before", ""))
        heads = await done(site.office.versions(asking, scope, before, SHOWN + 1))
        return await site.show(
            request,
            "policy_versions.html",
            caller,
            scope=scope,
            heads=heads[:SHOWN],
            more=heads[SHOWN - 1].number if len(heads) > SHOWN else 0,
            sources=SOURCES,
            names=await self._names(heads),
        )

    async def one(self, request: web.Request) -> web.Response:
        return await self._one(request, request.query.get("of", ""))

    async def _one(self, request: web.Request, of: str, typed: str | None = None) -> web.Response:
        """With what differs from another one. Where none is named: of what is over, what going back would change; of
        what is in force, what it changed. `typed`: why to go back to it, which cannot be kept.
        """
        site, caller = self.site, self.site.caller(request)
        asking, scope = site.asking(request, caller), scope_asked(of, caller)
        head = await self._head(request, caller, scope)
        newest = (await done(site.office.versions(asking, scope, None, 1)))[0]
        against, unknown = number_or_none(request.query.get("against", "")), 0
        usual = head.base if head.number == newest.number else newest.number
        texts = await done(site.office.texts(asking, scope, head.number))
        try:
            other = usual if against is None else against
            before = await site.office.texts(asking, scope, other) if other else {}
        except ActRefused as refused:
            if against is None or refused.reason is not Refusal.VERSION_UNKNOWN:
                raise told(refused) from refused
            other, unknown = usual, against
            before = await done(site.office.texts(asking, scope, usual)) if usual else {}
        current = await done(site.office.texts(asking, scope))
        found = await site.read(caller, partial(difference, before, texts, site.offered))
        if other > head.number or (head.source is Source.ROLL_BACK and other == head.base):
            found = going_back(found)
        response = await site.show(
            request,
            "policy_version.html",
            caller,
            status=404 if unknown else 200 if typed is None else 409,
            scope=scope,
            head=head,
            unknown=unknown,
            other=other,
            newest=newest.number,
            policies=await site.read(caller, partial(listed, texts, site.offered)),
            same=texts == current,
            found=found,
            sources=SOURCES,
            kinds=KINDS,
            sorts=SORT_TITLES,
            effect_said=effect_said,
            names=await self._names([head]),
            typed=typed or "",
            unexplained=None if typed is None else UNEXPLAINED,
            longest=LONGEST_TEXT,
        )
        if typed is not None or unknown:
            response.headers[REASON_HEADER] = Refusal.VERSION_UNKNOWN if unknown else Refusal.UNEXPLAINED
        return response

    async def restore(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        entered = await texts_of(request, ["of", "why"])
        scope = scope_asked(entered["of"], caller)
        head, asking = await self._head(request, caller, scope), site.asking(request, caller)
        why, now = entered["why"].strip(), site.desk.now()
        try:
            made = await site.activation.roll_back(asking, scope, head.number, why, now)
        except ActRefused as refused:
            if refused.reason is not Refusal.UNEXPLAINED:
                raise told(refused) from refused
            return await self._one(request, entered["of"], entered["why"])
        raise web.HTTPSeeOther(f"/versions/{made.number}?of={scope}&done=restored")

    async def _head(self, request: web.Request, caller: Assertion, scope: Scope) -> Head:
        """Of the scope's own versions: a number of somebody else's is not known here."""

        async def found() -> Head:
            wanted = number_or_none(request.match_info["number"]) or 0
            asking = self.site.asking(request, caller)
            head = await self.site.office.numbered(asking, scope, wanted)
            if head is None:
                raise ActRefused(Refusal.VERSION_UNKNOWN)
            return head

        return await done(found())

    async def _names(self, heads: Sequence[Head]) -> Mapping[str, str]:
        return await self.site.names_of({head.author for head in heads} | {head.approver for head in heads})
