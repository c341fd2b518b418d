"""One person with two accounts: whatever may not meet in one person does not meet by spreading it over both."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from config.settings import Requests, Separation
from config.vocabulary import Role
from gateway.asks import steps
from gateway.asks.ask import AskId, Kind, Stage
from gateway.asks.refused import AskRefused, Why
from gateway.asks.separation import Duties, Meeting
from gateway.asks.wish import Rules, asked, party
from idp.directory.person import Person, RoleHeld
from idp.directory.same_person import Account, Persons, no_others
from tests.gateway.asks.town import (
    DAY,
    EVA,
    HULIN,
    IVO,
    JANA,
    KROMERIZ,
    NOW,
    OFFERED,
    PAVEL,
    PETR,
    approved,
    ask,
    somebody,
    wish,
)

ADM = somebody(11, "adm-novakova", Role.CHIEF_CLERK)
"""Jana's other account."""
APART = Separation(roles=[Role.CLERK, Role.AUDITOR])
NAME = AskId("a" * 22)


def account(of: Person) -> Account:
    return Account(of.subject, of.login, frozenset((one.municipality, one.role) for one in of.roles))


def persons(*together: Person) -> Persons:
    made = Persons()
    made.know([[account(one) for one in together]])
    return made


def duties(*together: Person, apart: Sequence[Separation] = ()) -> Duties:
    return Duties.of(apart, persons(*(together or (JANA, ADM))).others)


def rules(known: Duties) -> Rules:
    return Rules(
        Requests(),
        known,
        lambda name, where: OFFERED.get(name, frozenset()) if where == HULIN else frozenset(),
    )


def refused(step, *given, **named) -> tuple[Why, str]:
    with pytest.raises(AskRefused) as raised:
        step(*given, **named)
    return raised.value.reason, raised.value.account


def test_whoever_asked_by_one_account_decides_by_no_other():
    told = (Why.SAME_PERSON, "novakova.jana")
    assert refused(steps.approve, ask(), party(ADM), duties(), NOW) == told
    assert refused(steps.refuse, ask(), party(ADM), duties(), NOW, "ne") == told
    assert steps.approve(ask(), party(PETR), duties(), NOW).stage is Stage.IN_FORCE
    unlinked = Duties(others=no_others)
    assert steps.approve(ask(), party(ADM), unlinked, NOW).stage is Stage.IN_FORCE


def test_what_another_holds_by_a_request_is_not_decided_by_their_other_account():
    assert (
        refused(steps.approve, ask(asker=IVO, holder=JANA), party(ADM), duties(), NOW)[0] is Why.SAME_PERSON
    )


def test_two_approvals_are_of_two_people_and_not_of_two_accounts():
    once = steps.approve(replace(ask(asker=IVO), needed=2), party(JANA), duties(), NOW)
    assert refused(steps.approve, once, party(ADM), duties(), NOW) == (Why.SAME_PERSON, "novakova.jana")
    assert steps.approve(once, party(PETR), duties(), NOW).stage is Stage.IN_FORCE


def test_emergency_access_is_not_reviewed_by_another_account_of_whoever_used_it():
    used = replace(ask(Kind.EMERGENCY), since=NOW - DAY, until=NOW)
    assert refused(steps.review, used, party(ADM), duties(), NOW, "bylo to třeba") == (
        Why.SAME_PERSON,
        "novakova.jana",
    )
    assert steps.review(used, party(PETR), duties(), NOW, "bylo to třeba").reviewed


def test_an_unreviewed_emergency_of_one_account_keeps_the_next_from_the_other():
    late = replace(ask(Kind.EMERGENCY), since=NOW - 4 * DAY, until=NOW - 3 * DAY, review_by=NOW - DAY)
    again = wish(Kind.EMERGENCY, asker=ADM, why="servis neběží a lidé čekají")
    assert refused(asked, again, [late], rules(duties()), NAME, NOW)[0] is Why.REVIEWED_LATE


def test_nobody_is_sponsor_of_an_order_by_another_account():
    supplier = somebody(12, "fiala.dodavatel", Role.SUPPLIER)
    known = rules(duties(EVA, supplier))
    assert refused(asked, wish(Kind.ORDER, asker=supplier, sponsor=EVA), [], known, NAME, NOW) == (
        Why.SAME_PERSON,
        "mala.eva",
    )
    placed = wish(Kind.ORDER, asker=PETR, holder=supplier, sponsor=EVA)
    assert refused(asked, placed, [], known, NAME, NOW) == (Why.SPONSOR_UNFIT, ""), (
        "strangers learn of no account"
    )
    assert asked(wish(Kind.ORDER, asker=PAVEL, sponsor=EVA), [], known, NAME, NOW).sponsor == party(EVA)


def test_whoever_places_an_order_names_no_other_account_of_their_own_as_its_sponsor():
    known = duties(EVA, IVO)
    placed = wish(Kind.ORDER, asker=IVO, holder=PAVEL, sponsor=EVA)
    assert refused(asked, placed, [], rules(known), NAME, NOW) == (Why.SAME_PERSON, "mala.eva")
    before = ask(Kind.ORDER, IVO, PAVEL)  # before the directory said so
    assert refused(steps.approve, before, party(EVA), known, NOW) == (Why.SAME_PERSON, IVO.login)


def test_nobody_delegates_to_another_account_of_their_own():
    lent = wish(Kind.DELEGATION, asker=PETR, holder=IVO, role=Role.MAYOR)
    assert refused(asked, lent, [], rules(duties(PETR, IVO)), NAME, NOW) == (Why.SAME_PERSON, "bily.ivo")
    assert asked(lent, [], rules(duties()), NAME, NOW).role is Role.MAYOR


def test_a_role_is_not_lent_to_whose_other_account_holds_one_that_may_not_meet_with_it():
    audits = somebody(13, "audit.ivo", Role.AUDITOR)
    apart = [Separation(roles=[Role.MAYOR, Role.AUDITOR])]
    lent = wish(Kind.DELEGATION, asker=PETR, holder=IVO, role=Role.MAYOR)
    known = rules(duties(IVO, audits, apart=apart))
    assert refused(asked, lent, [], known, NAME, NOW) == (Why.ROLES_MEET, ""), "strangers learn of no account"
    assert asked(lent, [], rules(duties(JANA, audits, apart=apart)), NAME, NOW)
    also = approved(ask(Kind.DELEGATION, EVA, somebody(14, "treti.ivo"), role=Role.AUDITOR))
    third = duties(IVO, somebody(14, "treti.ivo"), apart=apart)
    assert refused(asked, lent, [also], rules(third), NAME, NOW)[0] is Why.ROLES_MEET


def test_roles_that_may_not_meet_meet_in_a_person_and_it_is_told_by_which_account():
    audits = somebody(13, "audit.jana", Role.AUDITOR, where=KROMERIZ)
    known = duties(JANA, audits, apart=[APART])
    mine, other = account(JANA).roles, account(audits).roles
    found = known.meeting_now(JANA.subject, mine, lambda _: (), NOW)
    assert found == Meeting((Role.AUDITOR, Role.CLERK), (KROMERIZ, HULIN), "audit.jana")
    assert str(found) == "another account + clerk", "municipalities read the log"
    turned = known.meeting_now(audits.subject, other, lambda _: (), NOW)
    assert str(turned) == "auditor + another account"
    assert known.meeting_now(PETR.subject, mine, lambda _: (), NOW) is None
    lent = approved(ask(Kind.DELEGATION, EVA, audits, role=Role.AUDITOR))
    bare = replace(audits, roles=())
    asks = {audits.subject: [lent]}
    by_deputy = duties(JANA, bare, apart=[APART])
    assert by_deputy.meeting_now(JANA.subject, mine, lambda who: asks.get(who, []), NOW)


def test_what_meets_in_another_account_alone_closes_that_one_alone():
    both = replace(ADM, roles=(RoleHeld(HULIN, Role.CLERK), RoleHeld(HULIN, Role.AUDITOR)))
    reads = somebody(15, "cte.jana", Role.MAYOR)
    known = duties(reads, both, apart=[APART])
    assert known.meeting_now(reads.subject, account(reads).roles, lambda _: (), NOW) is None
    assert known.meeting_now(both.subject, account(both).roles, lambda _: (), NOW)
