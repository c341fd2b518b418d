"""One proposal: what it changes, whether it may, and the steps that authors and approvers take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from config.vocabulary import REASON_HEADER
from gateway.policy_office.changed_then import changed_then
from gateway.policy_office.checked import Checked
from gateway.policy_office.edited_parts import parts_between
from gateway.policy_office.no_longer import Looking, no_longer
from gateway.policy_office.proposal import LONGEST_TEXT, OVER, TRANSITIONS, ProposalId, Step
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.policies.adapting import adaptable
from gateway.web.policies.entered import fields_of, lines_of, moment, number, single_of, texts_of
from gateway.web.policies.history import BY_PRODUCT, REASONS, STEPS, condensed, sent_back, why_of
from gateway.web.policies.listing import listed
from gateway.web.policies.not_done import INVALID, UNEXPLAINED, done, told
from gateway.web.policies.site import Site, proposal_of
from gateway.web.refusal import FORM_UNREADABLE
from gateway.web.ways_back import above, leading_back
from policies.case_difference import SORT_TITLES
from policies.changed import KINDS, lines_between
from policies.difference import Difference, difference, effect_said
from policies.fault import CS, EN
from policies.merging import Choices, Side
from policies.model import Text

PURPOSELESS: Text = {
    CS: f"Napište, k čemu změna je, nejvýše {LONGEST_TEXT} znaků a bez znaků, které nejsou vidět.",
    EN: f"Write what the change is for, in {LONGEST_TEXT} characters or less, all of which can be seen.",
}
NOW, LATER = "now", "later"
NO_TIME, BOTH = "no_time", "both"  # what the form of an approval contradicts itself in
CHOICE = "choice-"


@dataclass(frozen=True, slots=True)
class Proposals:
    site: Site

    def pages(self) -> Sequence[Page]:
        one = "/proposals/{proposal}"
        acts = (
            ("submit", self.submit),
            ("approve", self.approve),
            ("return", self.send_back),
            ("withdraw", self.withdraw),
            ("rebase", self.rebase),
        )
        return (
            Page("GET", one, self.one),
            *leading_back([Page("POST", f"{one}/{name}", act) for name, act in acts], above),
            *(
                Page("GET", f"{one}/{name}", self.one)
                for name in (*(name for name, _ in acts if name != "withdraw"), "cases")
            ),  # the switch of languages of a refusal
        )

    async def one(self, request: web.Request) -> web.Response:
        return await self._one(request)

    async def _one(
        self,
        request: web.Request,
        *,
        returning: str | None = None,
        purposeless: str | None = None,
        untimed: str = "",
        when: str = NOW,
        at: str = "",
        chosen: Choices | None = None,
    ) -> web.Response:
        """`chosen`: of what both changed, where not all of it was. `returning`, `purposeless`: what was typed to return
        it or as its purpose, and cannot be kept; `untimed`: why it is not approved for the time that was chosen, which
        stands in the form still.
        """
        site, caller = self.site, self.site.caller(request)
        one, asking = await self.site.proposal(request, caller), site.asking(request, caller)
        over, wrong = one.state in OVER, returning is not None or purposeless is not None
        work = changed_then(site.office, asking, one) if over else site.office.compared(asking, one.id)
        compared = await done(work)

        def look() -> tuple[Difference | None, bool, frozenset[str] | None, Mapping[str, Text]]:
            own = listed(one.texts, site.offered)
            readable = all(policy.readable for policy in own)
            if compared is None:
                return None, False, None, {policy.id: policy.title for policy in own}
            before = listed(compared.before, site.offered)
            stayed = None if compared.stale else parts_between(compared.before, compared.after)
            called = {policy.id: policy.title for policy in (*before, *own)}
            return difference(compared.before, compared.after, site.offered), readable, stayed, called

        found, readable, stayed, called = await site.read(caller, look)
        stale = compared is not None and compared.stale and not over
        history = await done(site.office.history(asking, one.id))
        ended = await done(no_longer(Looking(site.office, asking), one))
        people = {taken.subject: taken.name for taken in history} | {
            one.owner: one.owner_name,
            one.approver: one.approver_name,
        }
        checked = Checked() if over else await done(site.office.look_over(asking, one.id))
        response = await site.show(
            request,
            "proposal.html",
            caller,
            status=409 if untimed or wrong or chosen is not None else 200,
            one=one,
            found=found,
            stale=stale,
            conflicts=(await done(site.office.merging(asking, one.id))).conflicts if stale else (),
            chosen=chosen or {},
            unchosen=chosen is not None,
            lines_between=lines_between,
            over=over,
            problems=checked.problems,
            apart_problems=checked.apart,
            groups=checked.groups,
            beside=checked.beside,
            adaptable=lambda members: [each for each in members if adaptable(one, each)],
            untried=checked.untried,
            narrowed=checked.narrowed,
            history=condensed(history, stayed),
            scope=one.scope,
            ended=ended,
            names=await site.names_of({ended.by.author})
            if ended is not None and ended.by is not None
            else {},
            sent_back=sent_back(one, history),
            apart=await site.apart(people),
            own=site.had_a_hand(one, caller),
            also=site.also_among(one, caller),
            can={step.value for step in Step if (one.state, step) in TRANSITIONS},
            steps=STEPS,
            by_product=BY_PRODUCT,
            why_of=partial(why_of, titles=called),
            readable=readable,
            kinds=KINDS,
            sorts=SORT_TITLES,
            effect_said=effect_said,
            typed=returning or "",
            unexplained=UNEXPLAINED if returning is not None else None,
            purpose=one.note if purposeless is None else purposeless,
            purposeless=PURPOSELESS if purposeless is not None else None,
            untimed=untimed,
            when=when,
            at=at,
            longest=LONGEST_TEXT,
        )
        if chosen is not None:
            response.headers[REASON_HEADER] = Refusal.CHANGED_BY_BOTH
        elif wrong or untimed:
            response.headers[REASON_HEADER] = (
                untimed if untimed in REASONS else INVALID if untimed else Refusal.UNEXPLAINED
            )
        return response

    async def submit(self, request: web.Request) -> web.Response:
        """What the change is for is asked for in the same form, where it was not said before."""
        site, caller, name = self.site, self.site.caller(request), proposal_of(request)
        fields = await fields_of(request)
        revision = number(single_of(fields, ["revision"])["revision"])
        note = lines_of(single_of(fields, ["note"])["note"]) if "note" in fields else None
        asking, now = site.asking(request, caller), site.desk.now()
        try:
            await site.office.submit(asking, name, revision, now, note)
        except ActRefused as refused:
            if refused.reason is not Refusal.UNEXPLAINED:
                raise told(refused) from refused
            return await self._one(request, purposeless=note or "")
        raise web.HTTPSeeOther(_page(name, "submitted"))

    async def approve(self, request: web.Request) -> web.Response:
        """In force when the page comes back, or at the time that was chosen."""
        site, caller, name = self.site, self.site.caller(request), proposal_of(request)
        entered = await texts_of(request, ["digest", "when", "at"])
        when, typed = entered["when"], entered["at"].strip()
        if when not in {NOW, LATER}:
            raise Refused(FORM_UNREADABLE, 400)
        at = moment(typed) if when == LATER else None
        if typed and when == NOW:
            return await self._one(request, untimed=BOTH, when=when, at=typed)
        if when == LATER and at is None:
            return await self._one(request, untimed=NO_TIME, when=when, at=typed)
        asking, now = site.asking(request, caller), site.desk.now()
        try:
            await site.activation.approve(asking, name, entered["digest"], at, now)
        except ActRefused as refused:
            if refused.reason not in {Refusal.TIME_PAST, Refusal.TIME_FAR}:
                raise told(refused) from refused
            return await self._one(request, untimed=refused.reason, when=when, at=typed)
        raise web.HTTPSeeOther(_page(name, "approved"))

    async def send_back(self, request: web.Request) -> web.Response:
        return await self._with_words(request, Step.RETURN)

    async def withdraw(self, request: web.Request) -> web.Response:
        return await self._with_words(request, Step.WITHDRAW)

    async def rebase(self, request: web.Request) -> web.Response:
        """Where both changed the same, its author chooses: nothing that was chosen already is lost."""
        site, caller, name = self.site, self.site.caller(request), proposal_of(request)
        fields = await fields_of(request)
        revision = number(single_of(fields, ["revision"])["revision"])
        choices = choices_of(fields)
        asking, now = site.asking(request, caller), site.desk.now()
        try:
            await site.office.rebase(asking, name, revision, now, choices)
        except ActRefused as refused:
            if refused.reason is not Refusal.CHANGED_BY_BOTH:
                raise told(refused) from refused
            return await self._one(request, chosen=choices)
        raise web.HTTPSeeOther(_page(name, "rebased"))

    async def _with_words(self, request: web.Request, step: Step) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), proposal_of(request)
        entered = await texts_of(request, ["revision", "why"])
        revision, asking, now = number(entered["revision"]), site.asking(request, caller), site.desk.now()
        act = site.office.send_back if step is Step.RETURN else site.office.withdraw
        try:
            await act(asking, name, revision, entered["why"].strip(), now)
        except ActRefused as refused:
            if refused.reason is not Refusal.UNEXPLAINED:
                raise told(refused) from refused
            if step is Step.RETURN:
                return await self._one(request, returning=entered["why"])
            return await self._withdrawing(request, caller, entered["why"])
        raise web.HTTPSeeOther(_page(name, "returned" if step is Step.RETURN else "withdrawn"))

    async def _withdrawing(self, request: web.Request, caller: Assertion, typed: str) -> web.Response:
        """Asked once more, with what was typed and cannot be kept."""
        one = await self.site.proposal(request, caller)
        response = await self.site.show(
            request,
            "proposal_withdraw.html",
            caller,
            status=409,
            one=one,
            typed=typed,
            unexplained=UNEXPLAINED,
        )
        response.headers[REASON_HEADER] = Refusal.UNEXPLAINED
        return response


def choices_of(fields: Mapping[str, Sequence[str]]) -> dict[str, Side]:
    """By mark of the conflict; whatever else was sent is not looked at."""
    sides = {side.value: side for side in Side}
    return {
        name.removeprefix(CHOICE): sides[said[0]]
        for name, said in fields.items()
        if name.startswith(CHOICE) and len(said) == 1 and said[0] in sides
    }


def _page(name: ProposalId, said: str) -> str:
    return f"/proposals/{name}?done={said}"
