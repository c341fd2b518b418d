import pytest

from config.settings import Separation
from config.vocabulary import Role
from gateway.asks.separation import ALWAYS, Duties, Duty, Meeting
from idp.directory.same_person import no_others
from tests.gateway.asks.town import HULIN, KROMERIZ

ANYWHERE = Separation(roles=[Role.AUDITOR, Role.LOCAL_ADMINISTRATOR, Role.CENTRE_ADMINISTRATOR])
HERE = Separation(roles=[Role.ACCOUNTANT, Role.AUTHORISING_OFFICER], where="municipality")
BOTH = Duties.of([ANYWHERE, HERE], no_others)


def test_roles_that_may_meet_nowhere_meet_across_municipalities():
    held = {(HULIN, Role.LOCAL_ADMINISTRATOR), (KROMERIZ, Role.AUDITOR)}
    met = (KROMERIZ, HULIN)
    assert BOTH.meeting(held) == Meeting((Role.AUDITOR, Role.LOCAL_ADMINISTRATOR), met)


def test_roles_that_may_not_meet_in_one_municipality_may_in_two():
    assert BOTH.meeting({(HULIN, Role.ACCOUNTANT), (KROMERIZ, Role.AUTHORISING_OFFICER)}) is None
    assert BOTH.meeting({(HULIN, Role.ACCOUNTANT), (HULIN, Role.AUTHORISING_OFFICER)})


def test_one_role_in_two_municipalities_meets_nothing():
    assert BOTH.meeting({(HULIN, Role.AUDITOR), (KROMERIZ, Role.AUDITOR)}) is None
    assert (
        Duties(others=no_others).meeting({(HULIN, Role.AUDITOR), (HULIN, Role.LOCAL_ADMINISTRATOR)}) is None
    )


@pytest.mark.parametrize("pair", sorted(map(sorted, ALWAYS)))
def test_no_configuration_lets_these_acts_meet(pair):
    first, second = pair
    for duties in (
        Duties(others=no_others),
        BOTH,
        Duties.of([Separation(acts=["ask", "review"])], no_others),
    ):
        assert duties.apart({first}, second)
        assert duties.apart({second}, first)


def test_acts_of_the_configuration_are_kept_apart_besides():
    duties = Duties.of([Separation(acts=["approve", "review", "sponsor"])], no_others)
    assert duties.apart({Duty.SPONSOR}, Duty.REVIEW)
    assert duties.apart({Duty.ASK, Duty.APPROVE}, Duty.REVIEW)
    assert not Duties(others=no_others).apart({Duty.SPONSOR}, Duty.REVIEW)
    assert not duties.apart((), Duty.REVIEW)
