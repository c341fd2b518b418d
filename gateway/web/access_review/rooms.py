"""Reviews of the municipality that somebody acts for: the list, one review, its report; deciding, closing, undoing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from config.settings import Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SubjectId
from gateway.access_review.blocks import BlockId
from gateway.access_review.campaign import FINAL, CampaignId, Choice, Kind, Plan, Scope, progress
from gateway.access_review.report import as_csv
from gateway.access_review.reviewer import NotDone, Reviewer
from gateway.access_review.reviewing import Reviewing, Shown
from gateway.authorize.act import Act
from gateway.sessions.assistance import end_of
from gateway.web.access_review.not_done import REFUSALS, done
from gateway.web.access_review.people import leaf, next_open, people
from gateway.web.acting import MayAct
from gateway.web.centre import actions_of
from gateway.web.desk import Desk, Page, Refused, form_of, origin_of, request_id_of
from gateway.web.identity import POLICIES, Assertion
from gateway.web.officer.details import action_title
from gateway.web.refusal import FORM_UNREADABLE, PAGE_UNKNOWN
from gateway.web.waiting import WaitsFor, nothing_waits
from idp.http.arrival import led_here_by_us
from idp.http.moments import PRAGUE
from idp.http.page import language_of, page_headers

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
DONE = frozenset({"begun", "all", "decided", "closed", "restored"})
USUAL = timedelta(days=14)  # from the beginning to the deadline, as it is offered
NUMBER_LENGTH = 6  # digits of an access or a page
ID_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
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

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", "/reviews", self.campaigns),
            Page("POST", "/reviews", self.begin),
            Page("POST", "/reviews/all", self.begin_everywhere),
            Page("GET", "/reviews/all", self.campaigns),  # the switch of languages of a refusal
            Page("GET", "/reviews/{review}", self.campaign),
            Page("POST", "/reviews/{review}", self.decide),
            Page("POST", "/reviews/{review}/close", self.close),
            Page("GET", "/reviews/{review}/close", self.closing),
            Page("POST", "/reviews/{review}/remove", self.removing),
            Page("GET", "/reviews/{review}/remove", self.campaign),
            Page("GET", "/reviews/{review}/report", self.report),
            Page("POST", "/reviews/{review}/report", self.restore),
            Page("GET", "/reviews/{review}/report.json", self.as_json),
            Page("GET", "/reviews/{review}/report.csv", self.as_table),
        )

    async def campaigns(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        everywhere = self._reaches_all(caller)
        listed = await self.reviewing.campaigns(_reviewer(request, caller, everywhere=everywhere))
        return await self._show(
            request,
            "access_reviews.html",
            caller,
            under_way=[one for one in listed if not one.campaign.over],
            over=[one for one in listed if one.campaign.over],
            earliest=self.desk.now().astimezone(PRAGUE).date(),
            suggested=(self.desk.now() + USUAL).astimezone(PRAGUE).date(),
            everywhere=everywhere,
            may_act=Action.SIGN in caller.actions,
            municipality=self.desk.municipality_name(caller.municipality),
            municipality_name=self.desk.municipality_name,
        )

    async def begin(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        plan = _asked(await form_of(request, ["scope", "application", "until"]))
        await self._may(request, caller, Action.SIGN, "begin")
        by, where = _reviewer(request, caller), caller.municipality
        beginning = self.reviewing.begin(by, where, plan, self.desk.now())
        campaign = await done(beginning)
        raise web.HTTPSeeOther(f"/reviews/{campaign.id}?done=begun")

    async def begin_everywhere(self, request: web.Request) -> web.Response:
        """In every municipality where there is something to review, and such a review is not under way."""
        caller = self._caller(request)
        plan = _asked(await form_of(request, ["scope", "application", "until"]))
        await self._may(request, caller, Action.ADMINISTER, "begin everywhere")
        by = _reviewer(request, caller, everywhere=self._reaches_all(caller))
        beginning = self.reviewing.begin_everywhere(by, self.everywhere, plan, self.desk.now())
        begun, refused = await done(beginning)
        if not begun and refused:
            raise Refused(*REFUSALS[next(iter(refused.values())).reason])
        raise web.HTTPSeeOther("/reviews?" + urlencode({"done": "all", "begun": len(begun)}))

    async def campaign(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        shown = await self._shown(request, caller)
        if shown.campaign.over:
            raise web.HTTPSeeOther(f"/reviews/{shown.campaign.id}/report")
        only_open = request.query.get("open") == "1"
        everybody = [one for one in people(shown.items) if one.open or not only_open]
        return await self._show(
            request,
            "review.html",
            caller,
            **self._of(shown, caller),
            leaf=leaf(everybody, _number(request.query.get("page", "1")) or 1),
            only_open=only_open,
        )

    async def decide(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        form = await form_of(request, ["number", "choice", "comment"])
        number = _number(form["number"])
        if number is None or form["choice"] not in {one.value for one in Choice}:
            raise Refused(FORM_UNREADABLE, 400)
        which, by = _review_of(request), await self._may_of_this(request, caller)
        choice, now = Choice(form["choice"]), self.desk.now()
        await done(self.reviewing.decide(by, which, number, choice, form["comment"], now))
        shown = await self._shown(request, caller)
        following = next_open(people(shown.items), number, caller.subject)
        query = {"done": "decided"} | ({"page": str(following[0])} if following is not None else {})
        place = f"#access-{following[1]}" if following is not None else "#finish"
        raise web.HTTPSeeOther(f"/reviews/{which}?{urlencode(query)}{place}")

    async def removing(self, request: web.Request) -> web.Response:
        """Asked before something is removed that no other decision brings back."""
        caller = self._caller(request)
        form = await form_of(request, ["number", "comment"])
        shown = await self._shown(request, caller)
        found = [one for one in shown.items if one.number == _number(form["number"])]
        if not found:
            raise Refused(FORM_UNREADABLE, 400)
        more = {"item": found[0], "comment": form["comment"]}
        return await self._show(request, "review_sure.html", caller, **self._of(shown, caller), **more)

    async def closing(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        shown = await self._shown(request, caller)
        of_this = self._of(shown, caller)
        if shown.campaign.over or not of_this["may_act"]:
            raise web.HTTPSeeOther(f"/reviews/{shown.campaign.id}")
        return await self._show(request, "review_sure.html", caller, **of_this, item=None)

    async def close(self, request: web.Request) -> web.Response:
        caller, which = self._caller(request), _review_of(request)
        by = await self._may_of_this(request, caller)
        await done(self.reviewing.close(by, which, self.desk.now()))
        raise web.HTTPSeeOther(f"/reviews/{which}/report?done=closed")

    async def report(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        shown = await self._shown(request, caller)
        return await self._show(
            request,
            "review_report.html",
            caller,
            **self._of(shown, caller),
            people=people(shown.items),
            blocks=shown.blocks,
            programs=[
                one.held
                for one in shown.items
                if one.held.kind is Kind.TECHNICAL and one.choice is Choice.REMOVE
            ],
        )

    async def restore(self, request: web.Request) -> web.Response:
        caller, which = self._caller(request), _review_of(request)
        form = await form_of(request, ["block", "why"])
        by = await self._may_of_this(request, caller)
        block, now = BlockId(form["block"][:ID_LENGTH]), self.desk.now()
        await done(self.reviewing.restore(by, which, block, form["why"], now))
        raise web.HTTPSeeOther(f"/reviews/{which}/report?done=restored")

    async def as_json(self, request: web.Request) -> web.Response:
        """To the octet what was closed: its SHA-256 is that of the log."""
        shown = await self._closed(request)
        return _file(shown, "json", "application/json", shown.campaign.report)

    async def as_table(self, request: web.Request) -> web.Response:
        shown = await self._closed(request)
        return _file(shown, "csv", "text/csv", as_csv(shown.campaign.report))

    async def _closed(self, request: web.Request) -> Shown:
        shown = await self._shown(request, self._caller(request))
        if not shown.campaign.over:
            raise Refused(PAGE_UNKNOWN, 404)
        return shown

    async def _shown(self, request: web.Request, caller: Assertion) -> Shown:
        """Of one's own municipality, or whoever administers the region's set: of any."""
        by = _reviewer(request, caller, everywhere=self._reaches_all(caller))
        return await done(self.reviewing.shown(by, _review_of(request), self.desk.now()))

    def _reaches_all(self, caller: Assertion) -> bool:
        return Action.ADMINISTER in actions_of(caller, self.centre)

    def _caller(self, request: web.Request) -> Assertion:
        return self.desk.caller(request, POLICIES)

    async def _may(self, request: web.Request, caller: Assertion, action: Action, about: str) -> None:
        act = Act(application=POLICIES, action=action, about=f"access review: {about}")
        await self.may_act(caller, act, origin_of(request))

    async def _may_of_this(self, request: web.Request, caller: Assertion) -> Reviewer:
        """Who acts, where the policies let them act in this review. Raises Refused."""
        campaign = (await self._shown(request, caller)).campaign
        own = campaign.municipality == caller.municipality
        await self._may(request, caller, Action.SIGN if own else Action.ADMINISTER, campaign.id)
        return _reviewer(request, caller, everywhere=not own)

    def _of(self, shown: Shown, caller: Assertion) -> dict[str, Any]:
        """What every page about one review shows."""
        own = shown.campaign.municipality == caller.municipality
        return {
            "review": shown.campaign,
            "municipality": self.desk.municipality_name(shown.campaign.municipality),
            "may_act": (Action.SIGN if own else Action.ADMINISTER) in actions_of(caller, self.centre),
            "progress": progress(shown.items),
            "overdue": shown.campaign.overdue(self.desk.now()),
        }

    async def _show(
        self, request: web.Request, template: str, caller: Assertion, **context: Any
    ) -> web.Response:
        language = language_of(request, self.desk.pages.default_language)
        said = request.query.get("done", "") if led_here_by_us(request) else ""
        return await self.desk.show(
            request,
            template,
            caller,
            turn=await self.waits_for(caller, origin_of(request), {POLICIES}),
            scopes=SCOPES,
            choices=CHOICES,
            final=FINAL,
            applications=self.applications,
            action_title=lambda action: action_title(action, language),
            role_title=lambda role: Role(role).title_in(language),
            done=said if said in DONE else "",
            begun=_number(request.query.get("begun", "")) or 0,
            **context,
        )


def _reviewer(request: web.Request, caller: Assertion, *, everywhere: bool = False) -> Reviewer:
    origin = origin_of(request)
    return Reviewer(
        subject=SubjectId(caller.subject),
        login=caller.login,
        municipality=None if everywhere else caller.municipality,
        own_municipality=caller.municipality,
        session=caller.sid,
        address=origin.address,
        request_id=request_id_of(request),
    )


def _review_of(request: web.Request) -> CampaignId:
    return CampaignId(request.match_info["review"][: 4 * ID_LENGTH])


def _asked(form: Mapping[str, str]) -> Plan:
    """What a form of the beginning asks for. Raises Refused."""
    try:
        scope, day = Scope(form["scope"]), date.fromisoformat(form["until"])
    except ValueError:
        raise Refused(FORM_UNREADABLE, 400) from None
    return Plan(scope, _end_of(day), form["application"] if scope is Scope.APPLICATION else "")


def _end_of(day: date) -> datetime:
    """Raises Refused: the last day of the calendar has no next."""
    try:
        return end_of(day)
    except OverflowError:
        raise Refused(*REFUSALS[NotDone.DEADLINE]) from None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= NUMBER_LENGTH else None


def _file(shown: Shown, kind: str, content_type: str, text: str) -> web.Response:
    name = f"review-{shown.campaign.municipality}-{shown.campaign.begun_at:%Y-%m-%d}.{kind}"
    return web.Response(
        body=text.encode(),
        content_type=content_type,
        charset="utf-8",
        headers=page_headers() | {"Content-Disposition": f'attachment; filename="{name}"'},
    )
