import pytest

from config.settings import SignIn
from config.vocabulary import ADMINISTRATORS, AuthenticationLevel, Role
from idp.login import level

PASSWORD, TWO, RESISTANT = AuthenticationLevel


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS | {Role.SECURITY_OFFICER}))
def test_administrators_and_security_officers_need_what_is_configured_and_no_exception_helps(role):
    for roles in ({role}, {role, Role.CLERK}):
        assert level.needed(roles, SignIn()) is TWO
        strict = SignIn(administrators_level="phishing-resistant")
        assert level.needed(roles, strict, excepted=True) is RESISTANT
        assert level.needed(roles, SignIn(), excepted=True) is TWO
        assert not level.may_be_excepted(roles)


def test_others_need_two_factors_and_may_be_excepted():
    strict = SignIn(administrators_level="phishing-resistant")
    for roles in ({Role.CLERK}, {Role.AUDITOR, Role.MAYOR}, set()):
        assert level.needed(roles, strict) is TWO
        assert level.needed(roles, strict, excepted=True) is PASSWORD
        assert level.may_be_excepted(roles)


def test_a_stronger_level_suffices_for_a_weaker_one_and_never_the_other_way_round():
    for have, wanted, enough in [
        (PASSWORD, PASSWORD, True),
        (TWO, PASSWORD, True),
        (RESISTANT, TWO, True),
        (TWO, RESISTANT, False),
        (PASSWORD, TWO, False),
    ]:
        assert level.suffices(have, wanted) is enough
