"""What somebody asks for, and whether it may be asked for so: the first that is wrong decides. Pure.

Laws: nothing begins in the past or lasts longer than the settings say; nobody asks for what no route of the application
needs; emergency access waits for nobody, but is no supplier's, earlier uses must have been reviewed in time, and few
may wait for that.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.settings import Requests, StricterRequest
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SessionId, SubjectId
from gateway.asks.ask import BEGINS, Ask, AskId, Kind, Party, Stage
from gateway.asks.refused import AskRefused, Why
from gateway.asks.separation import Duties, Duty
from gateway.sessions.officers_act import said
from idp.directory.person import Person
from idp.directory.same_person import other_among, same_person

WHY_MAX = 500  # characters
WORDS = 3  # of a reason for emergency access, and of what somebody else decides about
MOST = 20  # that one person asked for, or recorded for another, and that are not over
MOST_A_DAY = 30  # of those, that others were told of, also where they were withdrawn since
DAY = timedelta(days=1)
TELLING = frozenset({Kind.ACCESS, Kind.ORDER, Kind.EMERGENCY})
SLOW = timedelta(minutes=15)  # a form that was filled in slowly begins now
AGENDA, ACTIVITY_ROLE = re.compile(r"[A-Z]{1,3}[0-9]{1,6}"), re.compile(r"[A-Z]{1,3}[0-9]{1,6}")
"""Codes as the register of rights and duties spells them: `A115`, `CR22`."""
WOULD_BE = AskId("would-be")
"""Name of what nobody has asked for yet, while it is looked at beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`holder`: whom it is to let do something, where that is not the asker."""

    kind: Kind
    municipality: MunicipalityCode
    asker: Person
    session: SessionId
    why: str
    application: ApplicationId | None = None
    actions: frozenset[Action] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    holder: Person | None = None
    sponsor: Person | None = None
    role: Role | None = None
    agenda: str = ""
    activity_role: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """`offered`: the actions that routes of an application ask for in a municipality; none where it has it not."""

    settings: Requests
    duties: Duties
    offered: Callable[[ApplicationId, MunicipalityCode], frozenset[Action]]

    def approvers(self, application: ApplicationId, actions: Collection[Action]) -> int:
        """How many must approve it: the strictest counts."""
        mine = [one.approvers for one in self._stricter(application, actions) if one.approvers]
        return max([self.settings.approvers, *mine])

    def longest(self, application: ApplicationId, actions: Collection[Action]) -> timedelta:
        mine = [one.longest for one in self._stricter(application, actions) if one.longest]
        return min([self.settings.longest, *mine])

    def _stricter(self, application: ApplicationId, actions: Collection[Action]) -> list[StricterRequest]:
        return [
            one
            for one in self.settings.stricter
            if (not one.applications or application in one.applications)
            and (not one.actions or not set(one.actions).isdisjoint(actions))
        ]


def asked(wish: Wish, theirs: Sequence[Ask], rules: Rules, name: AskId, now: datetime) -> Ask:
    """`theirs`: what asker and holder, by any of their accounts, asked for or have that counts or waits, or is of the
    last day.

    Raises AskRefused.
    """
    checked = CHECKS[wish.kind](wish, theirs, rules, name, now)
    pair = wish.asker.subject, (wish.holder or wish.asker).subject  # nobody fills up another's
    mine = [one for one in theirs if (one.asker.subject, one.holder.subject) == pair]
    if wish.kind is Kind.EMERGENCY:
        telling = frozenset({Kind.EMERGENCY})  # whatever else is under way, a flood does not wait
    elif sum(one.stands(now) for one in mine) >= MOST:
        raise AskRefused(Why.TOO_MANY)
    else:
        telling = TELLING
    told = sum(one.kind in telling and one.asked_at > now - DAY for one in mine)
    if wish.kind in TELLING and told >= MOST_A_DAY:
        raise AskRefused(Why.TOO_MANY)
    return checked


def party(person: Person) -> Party:
    return Party(person.subject, person.login, person.name)


def roles_in(person: Person, municipality: MunicipalityCode) -> frozenset[Role]:
    return frozenset(held.role for held in person.roles if held.municipality == municipality)


def is_supplier(roles: Collection[Role]) -> bool:
    """Whatever further role that account was given."""
    return Role.SUPPLIER in roles


def may_sponsor(person: Person, municipality: MunicipalityCode) -> bool:
    """An officer of the municipality, at work; a supplier stays one, whatever further role that account was given."""
    supplies = is_supplier({held.role for held in person.roles})
    return not person.state.ends_sessions and not supplies and bool(roles_in(person, municipality))


def may_delegate(person: Person, municipality: MunicipalityCode, role: Role) -> bool:
    """The role is their own, not one they hold as somebody's deputy."""
    lent = {one.held.role for one in person.standing_in if one.held.municipality == municipality}
    return not person.state.ends_sessions and role in roles_in(person, municipality) - lent


def _access(wish: Wish, _theirs: Sequence[Ask], rules: Rules, name: AskId, now: datetime) -> Ask:
    application, actions = _what(wish, rules)
    why = _in_some_words(wish)
    since, until = _window(wish, rules.longest(application, actions), rules, now)
    return _made(
        wish,
        name,
        now,
        (since, until),
        why,
        application=application,
        actions=actions,
        needed=rules.approvers(application, actions),
    )


def _order(wish: Wish, _theirs: Sequence[Ask], rules: Rules, name: AskId, now: datetime) -> Ask:
    application, actions = _what(wish, rules)
    why, where, sponsor = _in_some_words(wish), wish.municipality, wish.sponsor
    supplier = wish.holder or wish.asker
    if Role.SUPPLIER not in roles_in(supplier, where):
        raise AskRefused(Why.NOT_A_SUPPLIER)
    if sponsor is not None:
        _require_another(sponsor, wish.asker, rules)
    themselves = sponsor is None or same_person(sponsor.subject, supplier.subject, rules.duties.others)
    if sponsor is None or themselves or not may_sponsor(sponsor, where):
        raise AskRefused(Why.SPONSOR_UNFIT)
    since, until = _window(wish, rules.settings.longest_order, rules, now)
    if sponsor.subject == wish.asker.subject and rules.duties.apart({Duty.ASK}, Duty.SPONSOR):
        raise AskRefused(Why.DUTIES)
    return _made(
        wish,
        name,
        now,
        (since, until),
        why,
        application=application,
        actions=actions,
        needed=1,
        sponsor=party(sponsor),
    )


def _emergency(wish: Wish, theirs: Sequence[Ask], rules: Rules, name: AskId, now: datetime) -> Ask:
    if is_supplier({held.role for held in wish.asker.roles}):
        raise AskRefused(Why.SUPPLIERS_EMERGENCY)
    application, actions = _what(wish, rules)
    why = _why(wish)
    if words_in(why) < WORDS:
        raise AskRefused(Why.THREE_WORDS)
    if any(one.overdue(now) for one in theirs):  # by whichever account
        raise AskRefused(Why.REVIEWED_LATE)
    if sum(one.unreviewed for one in theirs) >= rules.settings.unreviewed:
        raise AskRefused(Why.REVIEWED_FIRST)
    uses = [one for one in theirs if one.kind is Kind.EMERGENCY and one.runs(now)]
    if any((one.application, one.municipality) == (application, wish.municipality) for one in uses):
        raise AskRefused(Why.RUNS_ALREADY)
    window = now, now + rules.settings.emergency
    review_by = now + rules.settings.review_within
    return _made(wish, name, now, window, why, application=application, actions=actions, review_by=review_by)


def _delegation(wish: Wish, theirs: Sequence[Ask], rules: Rules, name: AskId, now: datetime) -> Ask:
    why, deputy, role = _why(wish), wish.holder, wish.role
    if deputy is None:
        raise AskRefused(Why.PERSON_UNKNOWN)
    if deputy.subject == wish.asker.subject:
        raise AskRefused(Why.ONESELF)
    _require_another(deputy, wish.asker, rules)
    if role is None or not may_delegate(wish.asker, wish.municipality, role):
        raise AskRefused(Why.ROLE_NOT_HELD)
    if not may_sponsor(deputy, wish.municipality):
        raise AskRefused(Why.DEPUTY_UNFIT)
    window = _window(wish, rules.settings.longest_delegation, rules, now)
    held = {(one.municipality, one.role) for one in deputy.roles} | {(wish.municipality, role)}
    elsewhere = {
        one.login: one.roles | _lent_within(theirs, one.subject, window)
        for one in rules.duties.others(deputy.subject)
    }
    if rules.duties.meeting_with(held | _lent_within(theirs, deputy.subject, window), elsewhere):
        raise AskRefused(Why.ROLES_MEET)
    return _made(wish, name, now, window, why, role=role)


def _require_another(named: Person, asker: Person, rules: Rules) -> None:
    """Nobody names another account of their own. Raises AskRefused."""
    if (own := other_among(asker.subject, {named.subject}, rules.duties.others)) is not None:
        raise AskRefused(Why.SAME_PERSON, account=own.login)


def _lent_within(
    theirs: Sequence[Ask], deputy: SubjectId, window: tuple[datetime, datetime]
) -> frozenset[tuple[MunicipalityCode, Role]]:
    """Roles in which the deputy stands in for others at any time of it."""
    since, until = window
    return frozenset(
        (one.municipality, one.role)
        for one in theirs
        if one.kind is Kind.DELEGATION
        and one.stage is Stage.IN_FORCE
        and one.holder.subject == deputy
        and one.role is not None
        and one.since < until
        and since < one.until
    )


def _purpose(wish: Wish, _theirs: Sequence[Ask], rules: Rules, name: AskId, now: datetime) -> Ask:
    application, actions = _what(wish, rules)
    why = _why(wish)
    for code, spelt in ((wish.agenda, AGENDA), (wish.activity_role, ACTIVITY_ROLE)):
        if code and not spelt.fullmatch(code):
            raise AskRefused(Why.CODES)
    return _made(
        wish,
        name,
        now,
        (now, now + rules.settings.purpose),
        why,
        application=application,
        actions=actions,
        agenda=wish.agenda,
        activity_role=wish.activity_role,
        session=wish.session,
    )


CHECKS: dict[Kind, Callable[[Wish, Sequence[Ask], Rules, AskId, datetime], Ask]] = {
    Kind.ACCESS: _access,
    Kind.ORDER: _order,
    Kind.EMERGENCY: _emergency,
    Kind.DELEGATION: _delegation,
    Kind.PURPOSE: _purpose,
}


def _why(wish: Wish) -> str:
    text = said(wish.why, WHY_MAX)
    if text is None or not words_in(text):
        raise AskRefused(Why.UNEXPLAINED)
    return text


def _in_some_words(wish: Wish) -> str:
    """As whoever decides about it reads it."""
    why = _why(wish)
    if words_in(why) < WORDS:
        raise AskRefused(Why.SHORT)
    return why


def words_in(text: str) -> int:
    """How many of them have a letter or a digit: full stops alone say nothing."""
    return sum(any(one.isalnum() for one in word) for word in text.split())


def _what(wish: Wish, rules: Rules) -> tuple[ApplicationId, frozenset[Action]]:
    """A purpose is about the application as a whole, and so is emergency access: the policies say what they open."""
    if wish.application is None:
        raise AskRefused(Why.APPLICATION)
    offered = rules.offered(wish.application, wish.municipality)
    if not offered:
        raise AskRefused(Why.APPLICATION)
    if wish.kind in (Kind.PURPOSE, Kind.EMERGENCY):
        return wish.application, offered
    if not wish.actions:
        raise AskRefused(Why.NO_ACTION)
    if not wish.actions <= offered:
        raise AskRefused(Why.ACTIONS, wish.actions - offered)
    return wish.application, wish.actions


def _window(wish: Wish, longest: timedelta, rules: Rules, now: datetime) -> tuple[datetime, datetime]:
    since, until = wish.since, wish.until
    if since is None or until is None or since < now - SLOW or until <= now or until <= since:
        raise AskRefused(Why.WINDOW)
    since = max(since, now)
    if since > now + rules.settings.ahead:
        raise AskRefused(Why.TOO_EARLY)
    if until - since > longest:
        raise AskRefused(Why.TOO_LONG, most=longest)
    return since, until


def _made(
    wish: Wish, name: AskId, now: datetime, window: tuple[datetime, datetime], why: str, **further: Any
) -> Ask:
    since, until = window
    return Ask(
        id=name,
        kind=wish.kind,
        stage=BEGINS[wish.kind],
        municipality=wish.municipality,
        asker=party(wish.asker),
        holder=party(wish.holder or wish.asker),
        since=since,
        until=until,
        why=why,
        asked_at=now,
        **further,
    )
