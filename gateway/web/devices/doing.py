"""Acts on a device: what ends something, or cannot be taken back by the next click, is asked first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from config.vocabulary import SubjectId
from gateway.devices.device import NAME_MAX
from gateway.devices.office import Owner
from gateway.devices.steps import WHY_MAX
from gateway.web.desk import Page, Refused, form_of
from gateway.web.devices.acts import ACTS, HANDS_OVER, Act, Doing, possible
from gateway.web.devices.rooms import Rooms
from gateway.web.devices.site import ONE, Site, acted, named
from gateway.web.officer.came_from import asked_first
from gateway.web.officer.not_done import DIRECTORY_AWAY
from gateway.web.ways_back import above, leading_back
from idp.directory.errors import DirectoryUnusable

LOGIN_MAX = 200  # characters


@dataclass(frozen=True, slots=True)
class Acts:
    site: Site

    def pages(self) -> Sequence[Page]:
        asked = [
            Page(
                "GET",
                f"{ONE}/{one.path}",
                partial(self.ask, one) if one.asked_first else Rooms(self.site).show,
            )
            for one in ACTS
        ]
        return [
            *asked_first(asked),
            *leading_back((Page("POST", f"{ONE}/{one.path}", partial(self.do, one)) for one in ACTS), above),
        ]

    async def ask(self, act: Act, request: web.Request) -> web.Response:
        """What is going to happen, before it does."""
        site, caller = self.site, self.site.caller(request)
        device = await site.device(request, caller)
        await site.require(request, caller, f"{act.path} {device.id}")
        theirs = site.office().is_own(device, caller.subject)
        if act.path not in possible(device, theirs=theirs):
            raise web.HTTPSeeOther(f"/one/{device.id}")
        return await site.show(
            request,
            "administered_act.html",
            caller,
            one=device,
            act=act.path,
            used_here=caller.device == device.id,
            names=await site.around.names_of({device.owner} if device.owner else ()),
            why_max=WHY_MAX,
            name_max=NAME_MAX,
            login_max=LOGIN_MAX,
        )

    async def do(self, act: Act, request: web.Request) -> web.Response:
        site, caller, name = self.site, self.site.caller(request), named(request)
        fields = await form_of(request, act.fields)
        await site.require(request, caller, f"{act.path} {name}")
        owner = await owner_named(site, fields["login"]) if act.path == HANDS_OVER else None
        by, reach = site.by(caller, request), site.reach(caller)
        await acted(act.done(Doing(site.office(), name, by, site.desk.now(), reach, fields, owner)))
        raise web.HTTPSeeOther(f"/one/{name}?done={act.path}")


async def owner_named(site: Site, login: str) -> Owner:
    """As the directory has them; who is nobody, or not the only one, has no role anywhere. Raises Refused."""
    login = login.strip()[:LOGIN_MAX]
    try:
        found = await site.around.named(login) if login else []
    except DirectoryUnusable as error:
        raise Refused(DIRECTORY_AWAY, 503) from error
    if len(found) != 1:
        return Owner(SubjectId(""), login, frozenset())
    person = found[0]
    return Owner(person.subject, person.login, frozenset(held.municipality for held in person.roles))
