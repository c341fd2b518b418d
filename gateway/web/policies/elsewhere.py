"""Which municipality a page of answers is about: the own one, or for whoever administers the centre's policies any."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from config.alphabet import alphabetical
from config.vocabulary import Action, MunicipalityCode
from gateway.audit.entry import Entry
from gateway.audit.reading_acts import searched
from gateway.policy_office.scope import OF_REGION
from gateway.web.centre import actions_of
from gateway.web.desk import client_address_of, request_id_of
from gateway.web.identity import Assertion
from gateway.web.officer.came_from import came_from
from gateway.web.policies.not_done import done
from gateway.web.policies.site import Site

LOOK = "look_elsewhere"
"""What the log calls asking about another municipality than the own one, where it is refused."""
Record = Callable[[Sequence[Entry]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`page`: what the log calls the page."""

    site: Site
    record: Record
    page: str

    def offered(self, caller: Assertion) -> Mapping[MunicipalityCode, str]:
        """To choose from; empty for whoever asks about the own one alone."""
        of_all = Action.ADMINISTER in actions_of(caller, self.site.centre)
        return self.others(MunicipalityCode(caller.municipality)) if of_all else {}

    async def asked(self, request: web.Request, caller: Assertion, typed: str) -> MunicipalityCode | None:
        """Of which is asked; None: there is no such. Raises Refused, recorded, for whoever may not."""
        if typed in ("", caller.municipality):
            return MunicipalityCode(caller.municipality)
        asking = self.site.asking(request, caller)

        async def allowed() -> None:
            async with self.site.office.refusing(asking, LOOK, OF_REGION, self.site.desk.now()):
                await asking.require(Action.ADMINISTER, OF_REGION, None, self.page)

        await done(allowed())
        where = MunicipalityCode(typed)
        return where if where in self.site.books.in_force().names.district else None

    def name(self, municipality: MunicipalityCode) -> str:
        return self.site.books.in_force().names.district.name(municipality)

    def others(self, than: MunicipalityCode) -> Mapping[MunicipalityCode, str]:
        """Other municipalities than that, with their names, in order of these."""
        district = self.site.books.in_force().names.district
        names = ((code, one.name) for code, one in district.items() if code != than)
        return dict(sorted(names, key=lambda one: alphabetical(one[1])))

    async def look(self, request: web.Request, caller: Assertion, of: Mapping[str, str], found: int) -> None:
        """Recorded before anything is shown. `found`: of how many people or roles it tells."""
        entry = searched(
            self.site.desk.now(),
            subject=caller.subject,
            person=caller.login,
            query={"page": self.page, **of},
            found=found,
            session=caller.sid,
            address=client_address_of(request),
            request_id=request_id_of(request),
            own_municipality=caller.municipality,
        )
        await self.record([replace(entry, details=entry.details | came_from(request))])
