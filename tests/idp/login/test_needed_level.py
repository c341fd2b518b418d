import pytest

from config.settings import SignIn
from config.vocabulary import ADMINISTRATORS, AuthenticationLevel, Role
from idp.login import needed_level

PASSWORD, TWO, RESISTANT = AuthenticationLevel


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS | {Role.SECURITY_OFFICER}))
def test_administrators_and_security_officers_need_what_is_configured_and_no_exception_helps(role):
    for roles in ({role}, {role, Role.CLERK}):
        assert needed_level.needed(roles, SignIn()) is TWO
        strict = SignIn(administrators_level="phishing-resistant")
        assert needed_level.needed(roles, strict, excepted=True) is RESISTANT
        assert needed_level.needed(roles, SignIn(), excepted=True) is TWO
        assert not needed_level.may_be_excepted(roles)


def test_others_need_two_factors_and_may_be_excepted():
    strict = SignIn(administrators_level="phishing-resistant")
    for roles in ({Role.CLERK}, {Role.AUDITOR, Role.MAYOR}, set()):
        assert needed_level.needed(roles, strict) is TWO
        assert needed_level.needed(roles, strict, excepted=True) is PASSWORD
        assert needed_level.may_be_excepted(roles)
