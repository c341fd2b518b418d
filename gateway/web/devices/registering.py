"""Registering a device of the office before it is handed out: a code that is good once, for one machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from config.vocabulary import REASON_HEADER, MunicipalityCode
from gateway.devices.code import Code, line_to_type
from gateway.devices.device import NAME_MAX
from gateway.devices.office import Wish
from gateway.devices.refused import ActRefused, Why
from gateway.web.desk import Page, Refused, form_of
from gateway.web.device_refusals import shown_to_administrators
from gateway.web.devices.doing import LOGIN_MAX, owner_named
from gateway.web.devices.site import Site
from gateway.web.identity import Assertion
from gateway.web.officer.shown_once import ShownOnce
from gateway.web.ways_back import here, leading_back
from idp.http.qr import picture

NEW, CODE = "/new", "/code"
FIELDS = ("municipality", "login", "asset", "name")
BESIDE: Mapping[Why, str] = {
    Why.OWNER_UNKNOWN: "login",
    Why.OWN: "login",
    Why.NAME: "name",
    Why.ASSET: "asset",
}
"""The field beside which a refusal is told, with what was written in the others."""


@dataclass(frozen=True, slots=True)
class Issued:
    code: str
    kept: Code


@dataclass(frozen=True, slots=True)
class Registering:
    """`municipalities`: of the district, in order, for who may choose."""

    site: Site
    municipalities: Sequence[tuple[MunicipalityCode, str]]
    issued: ShownOnce[Issued] = field(default_factory=ShownOnce)

    def pages(self) -> Sequence[Page]:
        return (
            Page("GET", NEW, self.form),
            Page("GET", CODE, self.code),
            *leading_back((Page("POST", NEW, self.register),), here),
        )

    async def form(self, request: web.Request) -> web.Response:
        caller = self.site.caller(request)
        await self.site.require(request, caller, "register")
        return await self._form(request, caller, {})

    async def _form(
        self, request: web.Request, caller: Assertion, entered: Mapping[str, str], wrong: Why | None = None
    ) -> web.Response:
        """`wrong`: why no code was issued for what was entered."""
        response = await self.site.show(
            request,
            "administered_new.html",
            caller,
            status=409 if wrong else 200,
            entered=dict.fromkeys(FIELDS, "") | dict(entered),
            wrong={BESIDE[wrong]: shown_to_administrators(wrong)} if wrong else {},
            municipalities=self.municipalities,
            minutes=int(self.site.office().rules.code.total_seconds() // 60),
            name_max=NAME_MAX,
            login_max=LOGIN_MAX,
        )
        if wrong:
            response.headers[REASON_HEADER] = wrong
        return response

    async def register(self, request: web.Request) -> web.Response:
        site, caller, now = self.site, self.site.caller(request), self.site.desk.now()
        fields = await form_of(request, FIELDS)
        await site.require(request, caller, "register")
        owner = await owner_named(site, fields["login"]) if fields["login"].strip() else None
        wish = Wish(
            municipality=self._where(
                fields["municipality"], caller.municipality, everywhere=site.everywhere(caller)
            ),
            managed=True,
            asset=fields["asset"].strip() or None,
            name=fields["name"].strip() or None,
        )
        try:
            code, kept = await site.office().issue_for(owner, wish, site.by(caller, request), now)
        except ActRefused as refused:
            if refused.reason in BESIDE:
                return await self._form(request, caller, fields, refused.reason)
            raise Refused(shown_to_administrators(refused.reason)) from refused
        self.issued.keep(caller.sid, Issued(code, kept), now)
        raise web.HTTPSeeOther(CODE)

    async def code(self, request: web.Request) -> web.Response:
        """Once: the code itself is kept nowhere."""
        caller = self.site.caller(request)
        issued = self.issued.take(caller.sid, self.site.desk.now())
        owner = None if issued is None else issued.kept.owner
        line = "" if issued is None else line_to_type(self.site.around.address(), issued.code)
        return await self.site.show(
            request,
            "administered_code.html",
            caller,
            issued=issued,
            names=await self.site.around.names_of({owner} if owner else ()),
            line=line,
            picture=picture(line) if line else "",
        )

    def _where(self, named: str, own: MunicipalityCode, *, everywhere: bool) -> MunicipalityCode:
        """Who acts for one municipality cannot name another at all."""
        known = {code for code, _ in self.municipalities}
        return MunicipalityCode(named) if everywhere and named in known else own
