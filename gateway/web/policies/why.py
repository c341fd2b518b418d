"""Why something is permitted or refused: one question put to the policies, and the smallest change that would help."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from aiohttp import web

from config.upstreams import is_address
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    RouteName,
)
from gateway.access_review.blocks import Block
from gateway.asks.ask import Party
from gateway.authorize.explaining import (
    Circumstances,
    Somebody,
    anybody,
    as_known,
    explained_as_decided,
    somebody,
)
from gateway.authorize.snapshot import Snapshot, route_named_in
from gateway.web.desk import Page, Refused
from gateway.web.identity import Assertion
from gateway.web.officer.came_from import asked_first
from gateway.web.officer.not_done import DIRECTORY_AWAY
from gateway.web.policies.closed_by import closed_by
from gateway.web.policies.coming import HOME
from gateway.web.policies.elsewhere import Elsewhere, Record
from gateway.web.policies.entered import moment, number_or_none
from gateway.web.policies.not_done import done
from gateway.web.policies.site import Site
from gateway.web.policies.who_may import LEVELS_OFFERED, SHORT, one_of
from gateway.web.requests.meant import SeveralMeant, meant
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import Person
from idp.http.moments import PRAGUE
from policies.explained import Explained
from policies.incident_named import what_named
from policies.incidents import Closure
from policies.matrix import DEVICES, FACTORS, DeviceState
from policies.matrix_words import DEVICE_TITLES
from policies.model import LEVELS, Permitted, Question, Text
from policies.said import Said

USUAL: Mapping[str, str] = {
    "where": "",
    "login": "",
    "role": "",
    "application": "",
    "action": Action.READ,
    "route": "",
    "level": str(LEVELS[AuthenticationLevel.TWO_FACTORS]),
    "device": DeviceState.UNKNOWN,
    "country": HOME,
    "age": "1",
    "at": "",
    "address": "",
    "purpose": "",
    "order": "",
    "emergency": "",
    "tunnel": "",
    "acting_for": "",
    "stands_in_for": "",
    "idle": "",
    "own": "",
}
"""What the form begins with."""
FURTHER = ("address", "country", "age", "at", *list(USUAL)[list(USUAL).index("purpose") :])
"""Fields that stand folded until one of them says something else than usual."""
LONGEST = 200  # characters of a field
MINUTES_OF_A_YEAR = 366 * 24 * 60
NO_SUCH_ACTION = "unknown_application"  # as a decision refuses what no route asks for
NOBODY, NOT_SAID, APPLICATION, ROUTE = "somebody", "not-said", "application", "route"
SEVERAL = "several"
WHERE = "where"
BOTH, ADDRESS, COUNTRY, AT = "both", "address", "country", "at"
ACTING_FOR, IDLE = "acting-for", "idle"
COUNTRY_LENGTH = 2  # ISO 3166-1 alpha-2
Named = Callable[[str], Awaitable[Sequence[Person]]]
Removed = Callable[[], Awaitable[Sequence[Block]]]
Suggested = Callable[[MunicipalityCode], Awaitable[Sequence[Party]]]


async def nobody_suggested(_: MunicipalityCode) -> Sequence[Party]:
    return ()


@dataclass(frozen=True, slots=True)
class Why:
    """`named`: whom a login means. Only who has a role in the municipality that is asked about is found, or had one
    that a review took away. It is the own one; whoever administers the policies of the centre asks about any.
    """

    site: Site
    named: Named
    record: Record
    snapshot: Callable[[], Snapshot]
    """What decisions know now."""
    removed: Removed
    """Roles that reviews took away, everywhere."""
    suggested: Suggested = nobody_suggested
    """Whom the form suggests by name: people of the municipality that is asked about."""

    def pages(self) -> Sequence[Page]:
        return tuple(asked_first((Page("GET", "/why", self.why),)))

    @property
    def elsewhere(self) -> Elsewhere:
        return Elsewhere(self.site, self.record, "why")

    async def why(self, request: web.Request) -> web.Response:
        site, caller = self.site, self.site.caller(request)
        asking = site.asking(request, caller)
        await done(asking.require(Action.READ, site.own(caller), None, "why"))
        entered = {name: request.query.get(name, usual)[:LONGEST].strip() for name, usual in USUAL.items()}
        where = await self.elsewhere.asked(request, caller, entered["where"])
        who, wrong, removed = None, "" if where is not None else WHERE, list[Block]()
        where, several = where or caller.municipality, tuple[Party, ...]()
        if request.query.get("application") is not None:
            faults = wrong or faulty(entered) or self._elsewhere(entered)
            if not faults and (entered["login"] or entered["role"]):
                try:
                    who, removed = await self._who(request, caller, where, entered)
                except SeveralMeant as found_several:
                    several, faults = found_several.people, SEVERAL
            nobody = NOBODY if entered["login"] or entered["role"] else NOT_SAID
            wrong = faults or (nobody if who is None else self._wrong(entered))
        found, closed, snapshot = None, None, self.snapshot()
        if who is not None and not wrong:
            explain = partial(
                explained_as_decided,
                question=self._question(where, who, entered, snapshot),
                snapshot=snapshot,
                who=who,
                reader=caller.municipality,
            )
            async with site.thinking:
                found = await asyncio.to_thread(explain, site.books.in_force())
            closed = await closed_by(site, found, explain)
        people = await self._people(request, caller, where)
        return await site.show(
            request,
            "policy_why.html",
            caller,
            status=409 if wrong else 200,
            entered=entered,
            wrong=wrong,
            where=self.elsewhere.name(where),
            own=self.elsewhere.name(caller.municipality),
            everywhere=self.elsewhere.offered(caller),
            further=any(entered[name] != USUAL[name] for name in FURTHER),
            found=found,
            closed=closed,
            what=self._what,
            about=self._called(who),
            reads=who is not None and who.reads,
            lacks=_offered_instead(found, snapshot),
            removed=removed,
            people=people,
            several=several,
            permitted=found is not None and isinstance(found.verdict, Permitted),
            roles=list(Role),
            others=self.elsewhere.others(where),
            actions=list(Action),
            routes=_routes(snapshot),
            applications=site.applications,
            levels=LEVELS_OFFERED,
            devices=DEVICE_TITLES,
        )

    async def _people(
        self, request: web.Request, caller: Assertion, where: MunicipalityCode
    ) -> Sequence[Party]:
        """Whom the form suggests; of another municipality than the own one that is a look at its people."""
        if Role.SUPPLIER in caller.roles:
            return ()
        people = await self.suggested(where)
        if where != caller.municipality:
            await self.elsewhere.look(request, caller, {"municipality": where}, len(people))
        return people

    def _called(self, who: Somebody | None) -> Text:
        if who is None:
            return dict.fromkeys(Language, "")
        district = self.site.books.in_force().names.district
        return {language: who.called(district, language) for language in Language}

    def _what(self, closure: Closure) -> Text:
        return what_named(closure, self.site.books.in_force().names)

    def _elsewhere(self, entered: Mapping[str, str]) -> str:
        where = entered["acting_for"]
        known = not where or where in self.site.books.in_force().names.district
        return "" if known else ACTING_FOR

    def _wrong(self, entered: Mapping[str, str]) -> str:
        """What of the form names nothing that there is."""
        if entered["application"] not in self.site.applications:
            return APPLICATION
        own = _routes(self.snapshot()).get(ApplicationId(entered["application"]), ())
        return ROUTE if entered["route"] and entered["route"] not in own else ""

    async def _who(
        self,
        request: web.Request,
        caller: Assertion,
        where: MunicipalityCode,
        entered: Mapping[str, str],
    ) -> tuple[Somebody | None, list[Block]]:
        """Whoever has that login there or alone that name, or anybody with that role; None: nobody is meant. And what
        reviews removed. Raises SeveralMeant.
        """
        if not entered["login"]:
            role, held = entered["role"], MunicipalityCode(entered["acting_for"]) or where
            return (anybody((held, Role(role))) if role in set(Role) else None), []
        everybody = await self._known(entered["login"])
        blocks = [one for one in await self.removed() if one.municipality == where]
        had_one = {one.subject for one in blocks}

        def of_there(some: Sequence[Person]) -> list[Person]:
            return [
                one
                for one in some
                if one.subject in had_one or any(held.municipality == where for held in one.roles)
            ]

        login, here = entered["login"], of_there(everybody)
        if not here and (those := meant(login, await self._offered(caller, where))):
            if len(those) > 1:
                await self.elsewhere.look(request, caller, {"user": login, "municipality": where}, len(those))
                raise SeveralMeant("login", those)
            login = those[0].login
            here = of_there(await self._known(login))
        await self.elsewhere.look(request, caller, {"user": login, "municipality": where}, len(here))
        if len(here) != 1:
            return None, []
        return somebody(here[0]), [one for one in blocks if one.subject == here[0].subject]

    async def _known(self, login: str) -> Sequence[Person]:
        try:
            return await self.named(login)
        except DirectoryUnusable:
            raise Refused(DIRECTORY_AWAY, 503) from None

    async def _offered(self, caller: Assertion, where: MunicipalityCode) -> Sequence[Party]:
        """Whom the form suggests by name; to a supplier nobody: who works there is not theirs to list."""
        return () if Role.SUPPLIER in caller.roles else await self.suggested(where)

    def _question(
        self, where: MunicipalityCode, who: Somebody, entered: Mapping[str, str], snapshot: Snapshot
    ) -> Question:
        """About a resource of that municipality, with what decisions know and what is said."""
        at = moment(entered["at"]) or self.site.desk.now()
        age = min(number_or_none(entered["age"]) or 0, MINUTES_OF_A_YEAR)
        level = SHORT.get(entered["level"], AuthenticationLevel.TWO_FACTORS)
        own = {held for held, _ in who.roles}  # nobody acts for where they have no role
        device = one_of(DeviceState, entered["device"], DeviceState.UNKNOWN)
        asked = Question(
            subject=who.subject,
            roles=who.roles,
            own_municipality=min(own, key=lambda one: (one != where, one), default=where),
            application=ApplicationId(entered["application"]),
            action=one_of(Action, entered["action"], Action.READ),
            municipality=where,
            level=level,
            factors=FACTORS[level],
            authenticated_at=at - timedelta(minutes=age),
            address=entered["address"],
            now=at.astimezone(PRAGUE),
        )
        country = None if entered["address"] else entered["country"].upper() or None
        route = RouteName(entered["route"]) if entered["route"] else None
        circumstances = Circumstances(
            country=country,
            device=DEVICES[device],
            tunnel=bool(entered["tunnel"]),
            route=route,
            said=_said(entered),
        )
        return as_known(asked, who, circumstances, snapshot)


def _said(entered: Mapping[str, str]) -> Said:
    role, idle = entered["stands_in_for"], number_or_none(entered["idle"])
    return Said(
        purpose=entered["purpose"],
        order=bool(entered["order"]),
        emergency=bool(entered["emergency"]),
        stands_in_for=frozenset({Role(role)} if role in set(Role) else ()),
        idle=None if idle is None else timedelta(minutes=min(idle, MINUTES_OF_A_YEAR)),
        own=bool(entered["own"]),
    )


def faulty(entered: Mapping[str, str]) -> str:
    """What of the form contradicts itself or can be nothing of the kind; empty where nothing does."""
    if entered["login"] and entered["role"]:
        return BOTH
    if entered["address"] and not is_address(entered["address"]):
        return ADDRESS
    if entered["login"] and entered["acting_for"]:  # whoever asks learns nothing of roles held elsewhere
        return ACTING_FOR
    if entered["idle"] and number_or_none(entered["idle"]) is None:
        return IDLE
    country = entered["country"]
    if country and not (len(country) == COUNTRY_LENGTH and country.isascii() and country.isalpha()):
        return COUNTRY
    return AT if entered["at"] and moment(entered["at"]) is None else ""


def _offered_instead(found: Explained | None, snapshot: Snapshot) -> Sequence[Action]:
    """Actions that the application, or that part of it, has; none where another one is not why it is refused."""
    if found is None or isinstance(found.verdict, Permitted) or found.verdict.reason != NO_SUCH_ACTION:
        return ()
    question = found.question
    offer = snapshot.applications.get(question.application)
    has = offer.actions_of(route_named_in(question)) if offer is not None else frozenset[Action]()
    return [action for action in Action if action in has]


def _routes(snapshot: Snapshot) -> Mapping[ApplicationId, Sequence[RouteName]]:
    """Names of routes, of the applications where any has one."""
    return {name: tuple(offer.routes) for name, offer in snapshot.applications.items() if offer.routes}
