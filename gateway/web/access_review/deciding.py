"""One review: its accesses person by person, each to be kept, removed or said to be unclear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from aiohttp import web

from gateway.access_review.campaign import Choice, Item
from gateway.access_review.reviewer import ReviewRefused
from gateway.access_review.reviewing import Shown
from gateway.web.access_review.not_done import DECIDING, Wrong, mendable
from gateway.web.access_review.people import can_be_removed, leaf, next_open
from gateway.web.access_review.place import Place, number_of
from gateway.web.access_review.site import Site, review_of
from gateway.web.desk import Page, Refused, all_of_form, form_of
from gateway.web.identity import Assertion
from gateway.web.refusal import FORM_UNREADABLE
from gateway.web.ways_back import leading_back


@dataclass(frozen=True, slots=True)
class Deciding:
    site: Site

    def pages(self) -> Sequence[Page]:
        return leading_back(
            (
                Page("GET", "/reviews/{review}", self.one),
                Page("POST", "/reviews/{review}", self.decide),
                Page("POST", "/reviews/{review}/keep", self.keep_marked),
                Page("GET", "/reviews/{review}/keep", self.back),  # the switch of languages of a refusal
                Page("POST", "/reviews/{review}/remove", self.removing),
                Page("GET", "/reviews/{review}/remove", self.ask_again),
            ),
            lambda request: f"/reviews/{review_of(request)}",
        )

    async def one(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        shown = await self.site.shown(request, caller)
        if shown.campaign.over:
            raise web.HTTPSeeOther(f"/reviews/{shown.campaign.id}/report")
        return await self._one(request, caller, shown, Place.of(request.query))

    async def _one(
        self, request: web.Request, caller: Assertion, shown: Shown, place: Place, wrong: Wrong | None = None
    ) -> web.Response:
        found = leaf(place.shows(shown.items), place.page)
        place = replace(place, page=found.page)
        accesses = sum(len(one.items) for one in found.people)
        await self.site.look(request, caller, accesses, shown.campaign)
        return await self.site.show(
            request,
            "review.html",
            caller,
            **self.site.of(shown, caller),
            wrong=wrong,
            leaf=found,
            address=partial(place.address, shown.campaign.id),
            page=lambda number: replace(place, page=number).address(shown.campaign.id),
            place=place,
            wider=replace(place, only_open=False, page=1).address(shown.campaign.id),
            narrower=replace(place, only_open=True, page=1).address(shown.campaign.id),
            at=number_of(request.query.get("at", "")),
            known={one.number: one for one in shown.items},
            told=number_of(request.query.get("decided", "")),
            kept=number_of(request.query.get("kept", "")) or 0,
            left=number_of(request.query.get("left", "")) or 0,
        )

    async def decide(self, request: web.Request) -> web.Response:
        caller, place = self.site.caller(request), Place.of(request.query)
        form = await form_of(request, ["number", "choice", "comment"])
        number = number_of(form["number"])
        if number is None or form["choice"] not in {one.value for one in Choice}:
            raise Refused(FORM_UNREADABLE, 400)
        which, by = review_of(request), await self.site.may_of_this(request, caller)
        choice, now = Choice(form["choice"]), self.site.desk.now()
        before = await self.site.shown(request, caller)
        try:
            await self.site.reviewing.decide(by, which, number, choice, form["comment"], now)
        except ReviewRefused as refused:
            return await self._not_decided(request, caller, before, form, refused)
        shown = await self.site.shown(request, caller)
        anew = any(one.number == number and one.open for one in before.items)
        following = (
            next_open(place.found(shown.items), number, self.site.own_accounts(caller)) if anew else number
        )
        led = place.turned_to(shown.items, following)
        here = {} if following is None else {"at": following}
        raise web.HTTPSeeOther(led.address(which, "", done="decided", decided=number, **here) + "#told")

    async def keep_marked(self, request: web.Request) -> web.Response:
        """One after the other, each recorded by itself; what cannot be kept stays as it is, which is told."""
        caller, place, which = self.site.caller(request), Place.of(request.query), review_of(request)
        by = await self.site.may_of_this(request, caller)
        numbers = [number_of(one) for one in await all_of_form(request, "marked")]
        kept = left = 0
        for number in dict.fromkeys(one for one in numbers if one is not None):
            try:
                done = await self.site.reviewing.keep_open(by, which, number, self.site.desk.now())
            except ReviewRefused:
                done = False
            kept, left = kept + done, left + (not done)
        raise web.HTTPSeeOther(place.address(which, done="kept", kept=kept, left=left))

    async def back(self, request: web.Request) -> web.Response:
        raise web.HTTPSeeOther(Place.of(request.query).address(review_of(request)))

    async def _not_decided(
        self,
        request: web.Request,
        caller: Assertion,
        shown: Shown,
        form: Mapping[str, str],
        why: ReviewRefused,
    ) -> web.Response:
        """The access once more, with what was typed. Raises Refused where the form mends nothing."""
        wrong, number = mendable(why, DECIDING, form), number_of(form["number"])
        place = Place.of(request.query)
        if number not in {one.number for each in place.shows(shown.items) for one in each.items}:
            place = replace(place, only_open=False, sought="")  # somebody else has decided about it meanwhile
        return await self._one(request, caller, shown, place.turned_to(shown.items, number), wrong)

    async def removing(self, request: web.Request) -> web.Response:
        """Asked before anything is removed: it stops working at once."""
        caller, place = self.site.caller(request), Place.of(request.query)
        form = await form_of(request, ["number", "comment"])
        number, which = number_of(form["number"]), review_of(request)
        shown = await self.site.shown(request, caller)
        found = [one for one in shown.items if one.number == number]
        if not found or number is None:
            raise Refused(FORM_UNREADABLE, 400)
        by = await self.site.may_of_this(request, caller)
        try:
            await self.site.reviewing.to_be_decided(
                by, which, number, Choice.REMOVE, form["comment"], self.site.desk.now()
            )
        except ReviewRefused as refused:
            return await self._not_decided(request, caller, shown, form, refused)
        return await self._sure(request, caller, shown, place, found[0], form["comment"])

    async def ask_again(self, request: web.Request) -> web.Response:
        """The same question where no form was sent: in the other language, or by an address that was kept. It has no
        note then; where there is nothing to ask, the review.
        """
        caller, place = self.site.caller(request), Place.of(request.query)
        shown, number = await self.site.shown(request, caller), number_of(request.query.get("number", ""))
        own = self.site.own_accounts(caller)
        asked = [one for one in shown.items if one.number == number and can_be_removed(one, own)]
        if not asked or shown.campaign.over or not self.site.of(shown, caller)["may_act"]:
            raise web.HTTPSeeOther(place.turned_to(shown.items, number).address(shown.campaign.id))
        return await self._sure(request, caller, shown, place, asked[0], "")

    async def _sure(
        self, request: web.Request, caller: Assertion, shown: Shown, place: Place, item: Item, comment: str
    ) -> web.Response:
        back = place.turned_to(shown.items, item.number)
        await self.site.look(request, caller, 1, shown.campaign)
        return await self.site.show(
            request,
            "review_sure.html",
            caller,
            **self.site.of(shown, caller),
            item=item,
            comment=comment,
            address=partial(back.address, shown.campaign.id),
        )
