"""Reviews of the municipality that somebody acts for: the list, beginning one, closing it, its report and undoing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import Action
from gateway.access_review.blocks import BlockId
from gateway.access_review.campaign import Choice, Kind, Plan, Scope
from gateway.access_review.report import as_csv
from gateway.access_review.reviewer import ReviewRefused
from gateway.access_review.reviewing import Shown
from gateway.sessions.assistance import end_of
from gateway.web.access_review.deciding import Deciding
from gateway.web.access_review.not_done import BEGINNING, RESTORING, Wrong, done, mendable
from gateway.web.access_review.people import people
from gateway.web.access_review.place import Place
from gateway.web.access_review.site import ID_LENGTH, Site, review_of
from gateway.web.desk import Page, Refused, form_of
from gateway.web.identity import Assertion
from gateway.web.officer.came_from import asked_first
from gateway.web.refusal import FORM_UNREADABLE, PAGE_UNKNOWN
from gateway.web.ways_back import above, here, leading_back
from idp.http.moments import PRAGUE
from idp.http.page import page_headers

USUAL = timedelta(days=14)  # from the beginning to the deadline, as it is offered


@dataclass(frozen=True, slots=True)
class Reviews:
    site: Site

    def pages(self) -> Sequence[Page]:
        pages = (
            Page("GET", "/reviews", self.campaigns),
            *leading_back((Page("POST", "/reviews", self.begin),), here),
            *leading_back((Page("POST", "/reviews/all", self.begin_everywhere),), above),
            Page("GET", "/reviews/all", self.campaigns),  # the switch of languages of a refusal
            *Deciding(self.site).pages(),
            *leading_back((Page("POST", "/reviews/{review}/close", self.close),), above),
            Page("GET", "/reviews/{review}/close", self.closing),
            Page("GET", "/reviews/{review}/report", self.report),
            *leading_back((Page("POST", "/reviews/{review}/report", self.restore),), here),
            Page("GET", "/reviews/{review}/report.json", self.as_json),
            Page("GET", "/reviews/{review}/report.csv", self.as_table),
        )
        return list(asked_first(pages))

    async def campaigns(self, request: web.Request) -> web.Response:
        return await self._campaigns(request, self.site.caller(request))

    async def _campaigns(
        self, request: web.Request, caller: Assertion, begins: str = "", wrong: Wrong | None = None
    ) -> web.Response:
        """`begins`: the form by which nothing could be begun, which says so."""
        everywhere = self.site.reaches_all(caller)
        listed = await self.site.reviewing.campaigns(
            self.site.reviewer(request, caller, everywhere=everywhere)
        )
        await self.site.look(request, caller, len(listed))
        return await self.site.show(
            request,
            "access_reviews.html",
            caller,
            wrong=wrong,
            begins=begins,
            under_way=[one for one in listed if not one.campaign.over],
            over=[one for one in listed if one.campaign.over],
            earliest=self.site.desk.now().astimezone(PRAGUE).date(),
            suggested=(self.site.desk.now() + USUAL).astimezone(PRAGUE).date(),
            everywhere=everywhere,
            may_act=Action.SIGN in caller.actions,
            municipality=self.site.desk.municipality_name(caller.municipality),
            municipality_name=self.site.desk.municipality_name,
        )

    async def begin(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        form = await form_of(request, ["scope", "application", "until"])
        plan = _asked(form)
        await self.site.may(request, caller, Action.SIGN, "begin")
        by, where = self.site.reviewer(request, caller), caller.municipality
        try:
            campaign = await self.site.reviewing.begin(by, where, plan, self.site.desk.now())
        except ReviewRefused as refused:
            return await self._campaigns(request, caller, "own", mendable(refused, BEGINNING, form))
        raise web.HTTPSeeOther(f"/reviews/{campaign.id}?done=begun")

    async def begin_everywhere(self, request: web.Request) -> web.Response:
        """In every municipality where there is something to review, and such a review is not under way."""
        caller = self.site.caller(request)
        form = await form_of(request, ["scope", "application", "until"])
        plan = _asked(form)
        await self.site.may(request, caller, Action.ADMINISTER, "begin everywhere")
        by = self.site.reviewer(request, caller, everywhere=self.site.reaches_all(caller))
        beginning = self.site.reviewing.begin_everywhere(by, self.site.everywhere, plan, self.site.desk.now())
        begun, refused = await done(beginning)
        if not begun and refused:
            first = next(iter(refused.values()))
            return await self._campaigns(request, caller, "all", mendable(first, BEGINNING, form))
        raise web.HTTPSeeOther("/reviews?" + urlencode({"done": "all", "begun": len(begun)}))

    async def closing(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        shown = await self.site.shown(request, caller)
        of_this, back = (
            self.site.of(shown, caller),
            partial(Place.of(request.query).address, shown.campaign.id),
        )
        unfinished = of_this["progress"].left and not of_this["overdue"]
        if shown.campaign.over or unfinished or not of_this["may_act"]:
            raise web.HTTPSeeOther(back() + "#finish")
        return await self.site.show(request, "review_sure.html", caller, **of_this, item=None, address=back)

    async def close(self, request: web.Request) -> web.Response:
        caller, which = self.site.caller(request), review_of(request)
        by = await self.site.may_of_this(request, caller)
        await done(self.site.reviewing.close(by, which, self.site.desk.now()))
        raise web.HTTPSeeOther(f"/reviews/{which}/report?done=closed")

    async def report(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        return await self._report(request, caller, await self.site.shown(request, caller))

    async def _report(
        self, request: web.Request, caller: Assertion, shown: Shown, wrong: Wrong | None = None
    ) -> web.Response:
        await self.site.look(request, caller, len(shown.items), shown.campaign)
        return await self.site.show(
            request,
            "review_report.html",
            caller,
            **self.site.of(shown, caller),
            wrong=wrong,
            people=people(shown.items),
            blocks=shown.blocks,
            programs=[
                one.held
                for one in shown.items
                if one.held.kind is Kind.TECHNICAL and one.choice is Choice.REMOVE
            ],
        )

    async def restore(self, request: web.Request) -> web.Response:
        caller, which = self.site.caller(request), review_of(request)
        form = await form_of(request, ["block", "why"])
        by = await self.site.may_of_this(request, caller)
        block, now = BlockId(form["block"][:ID_LENGTH]), self.site.desk.now()
        try:
            await self.site.reviewing.restore(by, which, block, form["why"], now)
        except ReviewRefused as refused:
            wrong, shown = mendable(refused, RESTORING, form), await self.site.shown(request, caller)
            return await self._report(request, caller, shown, wrong)
        raise web.HTTPSeeOther(f"/reviews/{which}/report?done=restored")

    async def as_json(self, request: web.Request) -> web.Response:
        """To the octet what was closed: its SHA-256 is that of the log."""
        shown = await self._handed_out(request, "json")
        return _file(shown, "json", "application/json", shown.campaign.report)

    async def as_table(self, request: web.Request) -> web.Response:
        shown = await self._handed_out(request, "csv")
        return _file(shown, "csv", "text/csv", as_csv(shown.campaign.report))

    async def _handed_out(self, request: web.Request, kind: str) -> Shown:
        """Who may what leaves this machine: recorded before."""
        caller = self.site.caller(request)
        shown = await self.site.shown(request, caller)
        campaign = shown.campaign
        if not campaign.over:
            raise Refused(PAGE_UNKNOWN, 404)
        await self.site.look(request, caller, len(shown.items), campaign, kind)
        return shown


def _asked(form: Mapping[str, str]) -> Plan:
    """What a form of the beginning asks for. Raises Refused."""
    try:
        scope = Scope(form["scope"])
    except ValueError:
        raise Refused(FORM_UNREADABLE, 400) from None
    return Plan(scope, _end_of(form["until"]), form["application"] if scope is Scope.APPLICATION else "")


def _end_of(day: str) -> datetime:
    """Of what is no day, or the last one of the calendar, which has no next: a deadline that is refused."""
    try:
        return end_of(date.fromisoformat(day))
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def _file(shown: Shown, kind: str, content_type: str, text: str) -> web.Response:
    name = f"review-{shown.campaign.municipality}-{shown.campaign.begun_at:%Y-%m-%d}.{kind}"
    return web.Response(
        body=text.encode(),
        content_type=content_type,
        charset="utf-8",
        headers=page_headers() | {"Content-Disposition": f'attachment; filename="{name}"'},
    )
