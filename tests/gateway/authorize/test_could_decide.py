"""Who could decide about what somebody else asks for, by the policies of the example."""

from dataclasses import replace

import pytest

from config.settings import Separation
from config.vocabulary import Action, ApplicationId, Role, SubjectId
from gateway.asks.ask import Kind
from gateway.asks.separation import Duties
from gateway.authorize.could_decide import could_decide
from gateway.authorize.snapshot import Offer
from idp.directory.same_person import Account, no_others
from tests.gateway.asks import town
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW

REQUESTS = ApplicationId("requests")
ASKER, OTHER = SubjectId("urad:asker"), SubjectId("urad:other")


@pytest.fixture
def there(snapshot, district):
    actions = frozenset({Action.READ, Action.WRITE, Action.SIGN, Action.ADMINISTER})
    return replace(snapshot, applications={REQUESTS: Offer(actions, frozenset(district))})


def could(there, *roles, who=OTHER, where=HULIN):
    return could_decide(who, [(where, role) for role in roles], REQUESTS, HULIN, ASKER, there, NOW)


@pytest.mark.parametrize("role", Role)
def test_the_mayor_and_the_chief_clerk_decide_and_nobody_else(there, role):
    assert could(there, role) == (role in (Role.MAYOR, Role.CHIEF_CLERK))


def test_nobody_decides_about_their_own_nor_from_another_municipality(there):
    assert not could(there, Role.MAYOR, who=ASKER)
    assert not could(there, Role.MAYOR, where=KROMERIZ)


def test_nobody_decides_about_what_another_account_of_theirs_asks_for(there):
    others = {OTHER: [Account(ASKER, "jina")]}
    linked = replace(there, duties=Duties(others=lambda who: others.get(who, [])))
    assert could(there, Role.MAYOR)
    assert not could(linked, Role.MAYOR)


def test_who_is_suspended_or_holds_roles_that_may_not_meet_decides_nothing(there):
    assert not could(replace(there, suspended=lambda who, _: who == OTHER), Role.MAYOR)
    apart = Duties.of([Separation(roles=[Role.MAYOR, Role.ACCOUNTANT])], no_others)
    assert not could(replace(there, duties=apart), Role.MAYOR, Role.ACCOUNTANT)


def test_where_there_are_no_pages_of_requests_nobody_decides(there):
    assert not could(replace(there, applications={}), Role.MAYOR)


def test_who_stands_in_may_decide_where_the_policies_say_so(there):
    lent = town.ask(Kind.DELEGATION, since=NOW, until=NOW + town.DAY)
    seen = []

    class Watching:
        def decide_and_look(self, question, further):
            seen.append(question.facts.delegation)
            return there.policies.decide_and_look(question, further)

    with_lent = replace(there, policies=Watching(), asks=lambda _: (lent,))
    assert could(with_lent, Role.MAYOR)
    assert seen[0] is not None
