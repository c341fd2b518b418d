"""Working on a draft: a policy by its form, a file as text, taking one away, saying what the change is for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER, Action, MunicipalityCode, Role
from gateway.policy_office.proposal import Proposal, Step
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import Scope, municipality_of, scope_of
from gateway.web.centre import actions_of
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.policies.entered import fields_of, lines_of, number, number_or_none, single_of, texts_of
from gateway.web.policies.leading_on import led_on
from gateway.web.policies.listing import Listed, appended, listed, removed, replaced
from gateway.web.policies.not_done import INVALID, REFUSALS, done, told
from gateway.web.policies.site import Site, proposal_of
from gateway.web.policies.withheld import withheld
from gateway.web.refusal import PAGE_UNKNOWN
from gateway.web.ways_back import leading_back
from idp.http.moments import PRAGUE
from policies.form_words import unfillable
from policies.forms import ID, Form, FormRefused, forms, render, values_of
from policies.identifiers import identifier_of
from policies.model import Text
from policies.parameters import ANYTHING, Offered, Parameter, choices
from policies.reasons import CS, EN
from policies.texts import CASES, POLICIES, REGION, Texts

TAKEN: Text = {
    CS: "Tak se už jiné pravidlo jmenuje. Zvolte jiný název.",
    EN: "Another policy has that name. Choose another one.",
}
NAMELESS: Text = {
    CS: "Pojmenujte pravidlo, třeba Účetní hodiny: písmeny latinky nebo číslicemi, alespoň jednou.",
    EN: "Name the rule, as in Budget of accountants: in Latin letters or digits, one at least.",
}
OF_REGION = re.compile(rf"{REGION.name}/[a-z0-9][a-z0-9-]{{0,60}}(?:\.cedar|\.cases\.toml)")
"""What a new file of the region may be called."""
SEVERAL = frozenset({"roles", "applications", "actions", "networks", "days"})
"""Kinds of parameters that are ticked."""
FILE_LENGTH = 100
OVER_MIDNIGHT = "night-hours"


@dataclass(frozen=True, slots=True)
class Editor:
    site: Site

    def pages(self) -> Sequence[Page]:
        one = "/proposals/{proposal}"
        return leading_back(
            (
                Page("GET", f"{one}/edit", self.draft),
                Page("POST", f"{one}/note", self.note),
                Page("POST", f"{one}/remove", self.remove),
                Page("GET", f"{one}/form/{{form}}", self.form),
                Page("POST", f"{one}/form/{{form}}", self.fill),
                Page("GET", f"{one}/text", self.text),
                Page("POST", f"{one}/text", self.write),
                Page("GET", f"{one}/note", self.draft),  # the switch of languages of a refusal
            ),
            lambda request: f"/proposals/{proposal_of(request)}/edit",
        )

    async def draft(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        one = await self.site.proposal(request, caller)
        return await self._draft(request, caller, one, one.note)

    async def note(self, request: web.Request) -> web.Response:
        """What the change is for is kept by whichever button leads on, and lost to nobody who was slower."""
        caller, fields = self.site.caller(request), await fields_of(request)
        entered = single_of(fields, ["revision", "note"])
        one = await self.site.proposal(request, caller)
        to, said = _single(fields, "to"), lines_of(entered["note"]).strip()
        there = led_on(one, to, _single(fields, "file"))
        if said != one.note or not to:
            try:
                await self._edit(request, caller, one, entered["revision"], one.texts, said)
            except ActRefused as refused:
                if refused.reason is not Refusal.EDITED_MEANWHILE:
                    raise told(refused) from refused
                return await self._draft(request, caller, one, said, refused.reason)
        raise web.HTTPSeeOther(there)

    async def remove(self, request: web.Request) -> web.Response:
        caller, entered = self.site.caller(request), await texts_of(request, ["revision", "file", "number"])
        one = await self.site.proposal(request, caller)

        def without() -> tuple[str, str]:
            that = policy_of(one, entered["file"], entered["number"])
            return that.file, removed(one.texts[that.file], that.number)

        file, text = await self.site.read(caller, without)
        await self._keep(request, caller, one, entered["revision"], _with(one, file, text))
        raise web.HTTPSeeOther(f"/proposals/{one.id}/edit?done=removed")

    async def form(self, request: web.Request) -> web.Response:
        """Empty, or with what a policy was written by."""
        caller, form = self.site.caller(request), _form(request)
        one = await self.site.proposal(request, caller)
        _code(one)
        which, entered = request.query.get("number", ""), dict[str, Any]()
        if which:
            that = await self.site.read(caller, partial(policy_of, one, _own_file(one), which))
            if that.form is None or that.form.name != form.name:
                raise Refused(PAGE_UNKNOWN, 404)
            entered = dict(that.values)
        return await self._form(request, caller, one, form, which, entered, {})

    async def fill(self, request: web.Request) -> web.Response:
        """What cannot be written so is said beside its field, and nothing that was filled in is lost."""
        caller, form, fields = self.site.caller(request), _form(request), await fields_of(request)
        one = await self.site.proposal(request, caller)
        code, which = _code(one), _single(fields, "number")
        file, there = _own_file(one), None
        if which:
            there = await self.site.read(caller, partial(policy_of, one, file, which))
        entered = _entered(form, fields)
        name = identifier_of(entered[ID])
        filled, offered = {**entered, ID: name}, self.site.offered
        try:
            policy, values = render(form, filled, code, offered), values_of(form, filled, offered)
        except FormRefused as refused:
            faults = {fault.name: fault.message for fault in refused.faults}
            faults |= {ID: NAMELESS} if ID in faults else {}
            return await self._form(request, caller, one, form, which, entered, faults)
        today = self.site.desk.now().astimezone(PRAGUE).date()
        if faults := withheld(form, values, today, offered):
            return await self._form(request, caller, one, form, which, entered, faults)
        if await self.site.read(caller, partial(_taken, one, name, there)):
            return await self._form(request, caller, one, form, which, entered, {ID: TAKEN})
        before = one.texts.get(file, "")
        after = appended(before, policy) if there is None else replaced(before, there.number, policy)
        try:
            await self._edit(request, caller, one, _single(fields, "revision"), _with(one, file, after))
        except ActRefused as refused:
            if refused.reason is not Refusal.EDITED_MEANWHILE:
                raise told(refused) from refused
            return await self._form(request, caller, one, form, which, entered, {}, refused.reason)
        raise web.HTTPSeeOther(f"/proposals/{one.id}/edit?done=saved&policy={name}#policy-{name}")

    async def text(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        one = await self.site.proposal(request, caller)
        file = _file(one.scope, request.query.get("file", ""))
        return await self._text(request, caller, one, file, one.texts.get(file, ""))

    async def write(self, request: web.Request) -> web.Response:
        """A text with faults is kept as well: only submitting asks that there be none."""
        caller = self.site.caller(request)
        entered = await texts_of(request, ["revision", "file", "text"])
        one = await self.site.proposal(request, caller)
        file, text = _file(one.scope, entered["file"]), lines_of(entered["text"])
        try:
            await self._edit(request, caller, one, entered["revision"], _with(one, file, text))
        except ActRefused as refused:
            if refused.reason is not Refusal.EDITED_MEANWHILE:
                raise told(refused) from refused
            return await self._text(request, caller, one, file, text, refused.reason)
        raise web.HTTPSeeOther(f"/proposals/{one.id}/text?file={file}&done=saved")

    async def _edit(
        self,
        request: web.Request,
        caller: Assertion,
        one: Proposal,
        revision: str,
        texts: Texts,
        note: str | None = None,
    ) -> Proposal:
        asking, said = self.site.asking(request, caller), one.note if note is None else note
        return await self.site.office.edit(
            asking, one.id, number(revision), texts, said, self.site.desk.now()
        )

    async def _keep(self, *what: Any) -> Proposal:
        return await done(self._edit(*what))

    async def _draft(
        self,
        request: web.Request,
        caller: Assertion,
        one: Proposal,
        note: str,
        refused: Refusal | None = None,
    ) -> web.Response:
        response = await self.site.show(
            request,
            "policy_draft.html",
            caller,
            status=409 if refused else 200,
            one=one,
            note=note,
            policies=await self.site.read(caller, partial(listed, one.texts, self.site.offered)),
            files=_files(one),
            forms=forms() if municipality_of(one.scope) else {},
            unfillable=lambda form: self._unfillable(form, caller),
            offered=self.site.offered,
            saved=request.query.get("policy", ""),
            refused=REFUSALS[refused][0] if refused else None,
        )
        return _because(response, refused)

    async def _form(
        self,
        request: web.Request,
        caller: Assertion,
        one: Proposal,
        form: Form,
        which: str,
        entered: Mapping[str, Any],
        faults: Mapping[str, Text],
        refused: Refusal | None = None,
    ) -> web.Response:
        wrong = refused or (INVALID if faults else None)
        response = await self.site.show(
            request,
            "policy_form.html",
            caller,
            status=409 if wrong else 200,
            one=one,
            form=form,
            unfillable=self._unfillable(form, caller),
            which=which,
            entered={ID: "", **_empty(form), **entered},
            faults=faults,
            refused=REFUSALS[refused][0] if refused else None,
            choices=lambda parameter: self._choices(one, parameter, entered),
            instead=_instead(form, faults),
            several=SEVERAL,
        )
        return _because(response, wrong)

    def _choices(
        self, one: Proposal, parameter: Parameter, entered: Mapping[str, Any]
    ) -> list[tuple[str, Text]] | None:
        """A role that exists at the centre alone is offered elsewhere only where it was chosen already."""
        found = choices(parameter, self.site.offered)
        if parameter.kind != "roles" or found is None or municipality_of(one.scope) == self.site.centre:
            return found
        kept = entered.get(parameter.name, ())
        return [each for each in found if each[0] != Role.CENTRE_ADMINISTRATOR or each[0] in kept]

    def _unfillable(self, form: Form, caller: Assertion) -> Text | None:
        of_centre = Action.ADMINISTER in actions_of(caller, self.site.centre)
        return unfillable(form.parameters, self.site.offered, of_centre=of_centre)

    async def _text(
        self,
        request: web.Request,
        caller: Assertion,
        one: Proposal,
        file: str,
        text: str,
        refused: Refusal | None = None,
    ) -> web.Response:
        problems = await done(self.site.office.check(self.site.asking(request, caller), one.id))
        response = await self.site.show(
            request,
            "policy_text.html",
            caller,
            status=409 if refused else 200,
            one=one,
            file=file,
            text=text,
            is_cases=file.endswith(CASES),
            problems=problems,
            can={Step.EDIT},
            refused=REFUSALS[refused][0] if refused else None,
        )
        return _because(response, refused)


def _instead(form: Form, faults: Mapping[str, Text]) -> Form | None:
    """The form for hours over midnight, where somebody wrote such into the one for hours of a day."""
    over = any(one.kind == "hour" and one.after and one.name in faults for one in form.parameters)
    return forms()[OVER_MIDNIGHT] if over and form.name != OVER_MIDNIGHT else None


def _because(response: web.Response, reason: str | None) -> web.Response:
    if reason:
        response.headers[REASON_HEADER] = reason
    return response


def _form(request: web.Request) -> Form:
    found = forms().get(request.match_info["form"])
    if found is None:
        raise Refused(PAGE_UNKNOWN, 404)
    return found


def _code(one: Proposal) -> MunicipalityCode:
    """Forms are for municipalities: what they write holds for one of them."""
    code = municipality_of(one.scope)
    if code is None:
        raise Refused(PAGE_UNKNOWN, 404)
    return code


def _own_file(one: Proposal) -> str:
    return f"municipalities/{one.scope}{POLICIES}"


def _files(one: Proposal) -> list[str]:
    """That can be edited as text: a municipality has two, the region as many as it likes."""
    if municipality_of(one.scope):
        return [_own_file(one), f"municipalities/{one.scope}{CASES}"]
    return sorted(one.texts)


def _file(scope: Scope, name: str) -> str:
    """Raises Refused for what is no file of that scope."""
    code = municipality_of(scope)
    if code is not None:
        known = name in {f"municipalities/{code}{ending}" for ending in (POLICIES, CASES)}
    else:
        known = OF_REGION.fullmatch(name) is not None and scope_of(name) == scope
    if not known:
        raise Refused(*REFUSALS[Refusal.NOT_OF_SCOPE])
    return name


def policy_of(one: Proposal, file: str, which: str, offered: Offered = ANYTHING) -> Listed:
    """Raises Refused."""
    place = number_or_none(which)
    found = [each for each in listed(one.texts, offered) if each.file == file and each.number == place]
    if not found:
        raise Refused(PAGE_UNKNOWN, 404)
    return found[0]


def _with(one: Proposal, file: str, text: str) -> dict[str, str]:
    """A file without any text is none."""
    others = {name: each for name, each in one.texts.items() if name != file}
    return others | {file: text} if text.strip() else others


def _taken(one: Proposal, name: str, by: Listed | None) -> bool:
    return any(each.id == name and (by is None or each.number != by.number) for each in listed(one.texts))


def _single(fields: Mapping[str, list[str]], name: str) -> str:
    found = fields.get(name, [])
    return found[0] if len(found) == 1 else ""


def _empty(form: Form) -> dict[str, Any]:
    return {one.name: one.preset or ([] if one.kind in SEVERAL else "") for one in form.parameters}


def _entered(form: Form, fields: Mapping[str, list[str]]) -> dict[str, Any]:
    """Of the form's own parameters and the name alone; whatever else was sent is not looked at."""
    found: dict[str, Any] = {ID: _single(fields, ID)}
    for one in form.parameters:
        if one.kind in SEVERAL:
            found[one.name] = fields.get(one.name, [])
        elif one.kind == "countries":
            found[one.name] = _single(fields, one.name).upper().replace(",", " ").split()
        elif one.kind == "yes_no":
            found[one.name] = "true" if _single(fields, one.name) else "false"
        else:
            found[one.name] = _single(fields, one.name)
    return found
