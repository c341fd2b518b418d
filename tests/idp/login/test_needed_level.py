import pytest

from config.settings import SignIn
from config.vocabulary import ADMINISTRATORS, AuthenticationLevel, Role
from idp.directory.person import RoleHeld
from idp.login import recovery
from idp.login.needed_level import may_be_excepted, needed
from tests.rig.people import HULIN, person

STRICT = SignIn(administrators_level="phishing-resistant")


def somebody(*roles: Role):
    return person(roles=tuple(RoleHeld(HULIN, role) for role in roles))


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS | {Role.SECURITY_OFFICER}))
def test_administrators_and_security_officers_need_what_is_configured_and_are_never_excepted(role):
    for roles in ((role,), (Role.CLERK, role)):
        assert needed(somebody(*roles), SignIn()) is AuthenticationLevel.TWO_FACTORS
        assert needed(somebody(*roles), STRICT) is AuthenticationLevel.PHISHING_RESISTANT
        assert not may_be_excepted(roles)


def test_of_others_nothing_is_asked_here_and_they_may_be_excepted():
    for roles in ((Role.CLERK,), (Role.AUDITOR, Role.MAYOR), ()):
        assert needed(somebody(*roles), STRICT) is None
        assert may_be_excepted(roles)


def test_the_recovery_administrator_comes_in_as_it_was_issued():
    assert needed(recovery.person(HULIN), STRICT) is None
