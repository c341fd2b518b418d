"""What the pages about access reviews have in common: who asks, which review they see, how a page is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from aiohttp import web

from config.settings import Title
from config.vocabulary import REASON_HEADER, Action, ApplicationId, MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import COMMENT_MAX, FINAL, Campaign, CampaignId, Choice, Scope, progress
from gateway.access_review.reviewer import Reviewer
from gateway.access_review.reviewing import Reviewing, Shown
from gateway.audit.purposes import Record
from gateway.authorize.act import Act
from gateway.web.access_review.not_done import Wrong, done
from gateway.web.access_review.place import number_of
from gateway.web.acting import MayAct
from gateway.web.centre import actions_of
from gateway.web.desk import Desk, origin_of, request_id_of
from gateway.web.identity import POLICIES, Assertion
from gateway.web.officer.details import action_title
from gateway.web.officer.looks import look
from gateway.web.waiting import WaitsFor, nothing_waits
from idp.directory.same_person import OtherAccounts, all_of
from idp.http.arrival import led_here_by_us
from idp.http.page import language_of

SCOPES: Mapping[Scope, Title] = {
    Scope.ALL: Title(cs="všechna oprávnění", en="every access"),
    Scope.PRIVILEGED: Title(
        cs="jen správci, bezpečnost a auditoři", en="administrators, security and auditors only"
    ),
    Scope.SPECIAL: Title(
        cs="jen výjimky, technické účty a co si lidé vyžádali",
        en="exceptions, technical accounts and what people asked for only",
    ),
    Scope.APPLICATION: Title(cs="jen jedna aplikace", en="one application only"),
}
CHOICES: Mapping[Choice, Title] = {
    Choice.CONFIRM: Title(cs="ponecháno", en="confirmed"),
    Choice.REMOVE: Title(cs="odebráno", en="removed"),
    Choice.UNCLEAR: Title(cs="nejasné", en="unclear"),
}
ID_LENGTH = 16
DONE = frozenset({"begun", "all", "decided", "kept", "closed", "restored"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`everywhere`: the municipalities of the district, for a review of all at once; `centre`: of the office that runs
    the centre, for which one acts to see other municipalities' reviews.
    """

    desk: Desk
    reviewing: Reviewing
    may_act: MayAct
    applications: Mapping[ApplicationId, Title]
    everywhere: Sequence[MunicipalityCode]
    centre: MunicipalityCode | None
    waits_for: WaitsFor = nothing_waits
    record: Record
    """Durable when it returns; what cannot be recorded is neither shown nor handed out."""
    others: OtherAccounts
    """Which accounts are one person's."""

    async def shown(self, request: web.Request, caller: Assertion) -> Shown:
        """Of one's own municipality, or whoever administers the region's set: of any."""
        by = self.reviewer(request, caller, everywhere=self.reaches_all(caller))
        return await done(self.reviewing.shown(by, review_of(request), self.desk.now()))

    async def look(
        self,
        request: web.Request,
        caller: Assertion,
        found: int,
        of: Campaign | None = None,
        written_as: str = "",
    ) -> None:
        """Recorded before anything is shown. `found`: reviews of the list, accesses of one. `written_as`: of what is
        handed out.
        """
        query = {"page": "reviews"}
        if of is not None:
            query = {"page": "review", "review": of.id, "municipality": of.municipality}
        form: Literal["page", "export"] = "export" if written_as else "page"
        query |= {"written_as": written_as} if written_as else {}
        entry = look(request, caller, query, found=found, now=self.desk.now(), form=form)
        await self.record([replace(entry, application=POLICIES)])

    def reaches_all(self, caller: Assertion) -> bool:
        return Action.ADMINISTER in actions_of(caller, self.centre)

    def reviewer(self, request: web.Request, caller: Assertion, *, everywhere: bool = False) -> Reviewer:
        origin = origin_of(request)
        return Reviewer(
            subject=SubjectId(caller.subject),
            login=caller.login,
            municipality=None if everywhere else caller.municipality,
            own_municipality=caller.municipality,
            session=caller.sid,
            address=origin.address,
            request_id=request_id_of(request),
            others=self.others,
        )

    def own_accounts(self, caller: Assertion) -> frozenset[SubjectId]:
        """Of whatever access they have the person decides nothing."""
        return all_of(SubjectId(caller.subject), self.others)

    def caller(self, request: web.Request) -> Assertion:
        return self.desk.caller(request, POLICIES)

    async def may(self, request: web.Request, caller: Assertion, action: Action, about: str) -> None:
        act = Act(application=POLICIES, action=action, about=f"access review: {about}")
        await self.may_act(caller, act, origin_of(request))

    async def may_of_this(self, request: web.Request, caller: Assertion) -> Reviewer:
        """Who acts, where the policies let them act in this review. Raises Refused."""
        campaign = (await self.shown(request, caller)).campaign
        own = campaign.municipality == caller.municipality
        await self.may(request, caller, Action.SIGN if own else Action.ADMINISTER, campaign.id)
        return self.reviewer(request, caller, everywhere=not own)

    def of(self, shown: Shown, caller: Assertion) -> dict[str, Any]:
        """What every page about one review shows."""
        own = shown.campaign.municipality == caller.municipality
        return {
            "review": shown.campaign,
            "municipality": self.desk.municipality_name(shown.campaign.municipality),
            "may_act": (Action.SIGN if own else Action.ADMINISTER) in actions_of(caller, self.centre),
            "progress": progress(shown.items),
            "overdue": shown.campaign.overdue(self.desk.now()),
        }

    async def show(
        self, request: web.Request, template: str, caller: Assertion, **context: Any
    ) -> web.Response:
        language = language_of(request, self.desk.pages.default_language)
        said = request.query.get("done", "") if led_here_by_us(request) else ""
        wrong: Wrong | None = context.setdefault("wrong", None)
        response = await self.desk.show(
            request,
            template,
            caller,
            status=409 if wrong else 200,
            turn=await self.waits_for(caller, origin_of(request), {POLICIES}),
            scopes=SCOPES,
            choices=CHOICES,
            final=FINAL,
            applications=self.applications,
            action_title=lambda action: action_title(action, language),
            role_title=lambda role: Role(role).title_in(language),
            done=said if said in DONE else "",
            begun=number_of(request.query.get("begun", "")) or 0,
            comment_max=COMMENT_MAX,
            theirs=lambda subject: subject in self.own_accounts(caller),
            **context,
        )
        if wrong:
            response.headers[REASON_HEADER] = wrong.reason
        return response


def review_of(request: web.Request) -> CampaignId:
    return CampaignId(request.match_info["review"][: 4 * ID_LENGTH])
