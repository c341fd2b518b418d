import pytest

from config.vocabulary import ADMINISTRATORS, Role
from idp.directory.person import AccountState, RoleHeld
from idp.directory.separation import judged, mixed
from tests.rig.people import HULIN, person

ADMINISTRATOR = RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR)


@pytest.mark.parametrize("role", sorted(set(Role) - ADMINISTRATORS))
def test_no_other_role_goes_with_an_administrators(role):
    assert all(mixed(frozenset({administrator, role})) for administrator in ADMINISTRATORS)


def test_administrators_of_both_kinds_are_administrators():
    assert not mixed(ADMINISTRATORS)


def test_other_roles_go_together_also_with_the_security_officers():
    assert not mixed(frozenset(set(Role) - ADMINISTRATORS))
    assert not mixed(frozenset())


def test_an_account_that_mixes_roles_is_not_active_wherever_it_holds_them():
    other = RoleHeld("588296", Role.CLERK)
    assert judged(person(roles=(ADMINISTRATOR, other))).state is AccountState.ROLES_MIXED
    assert judged(person(roles=(ADMINISTRATOR,))) == person(roles=(ADMINISTRATOR,))


@pytest.mark.parametrize("state", AccountState)
def test_nobody_comes_in_by_changing_the_password_and_a_graver_state_stays(state):
    both = person(roles=(ADMINISTRATOR, RoleHeld(HULIN, Role.CLERK)), state=state)
    graver = {AccountState.DISABLED, AccountState.SUSPENDED, AccountState.LOCKED, AccountState.EXPIRED}
    assert judged(both).state is (state if state in graver else AccountState.ROLES_MIXED)
