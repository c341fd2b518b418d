"""When a directory locks accounts: as it says, as the settings say, or as we assume."""

from datetime import timedelta

import ldap
import pytest

from idp.directory.entries import entry
from idp.directory.errors import EntryUnusable
from idp.directory.lockout import CAUTIOUS, LONGEST, NO_LOCKOUT, Lockout, in_force, strictest, told_by
from tests.rig.office import office, reading
from tests.rig.slapd import Directory

__all__ = ["office"]
MINUTE = timedelta(minutes=1)
POLICY = "cn=default,ou=policies,dc=obec,dc=test"


def ppolicy(**values: str):
    return entry(POLICY, {name: [value.encode()] for name, value in values.items()})


def domain(threshold: str, window: str):
    return entry(
        "DC=obec", {"lockoutThreshold": [threshold.encode()], "lockOutObservationWindow": [window.encode()]}
    )


@pytest.mark.parametrize(
    ("said", "lockout"),
    [
        (
            ppolicy(pwdLockout="TRUE", pwdMaxFailure="5", pwdFailureCountInterval="900"),
            Lockout(5, 15 * MINUTE),
        ),
        (ppolicy(pwdLockout="TRUE", pwdMaxFailure="5", pwdFailureCountInterval="0"), Lockout(5, LONGEST)),
        (ppolicy(pwdLockout="TRUE", pwdMaxFailure="5"), Lockout(5, LONGEST)),
        (ppolicy(pwdLockout="FALSE", pwdMaxFailure="5"), NO_LOCKOUT),
        (ppolicy(pwdLockout="TRUE"), NO_LOCKOUT),
        (ppolicy(pwdLockout="TRUE", pwdMaxFailure="0"), NO_LOCKOUT),
        (domain("10", "-18000000000"), Lockout(10, 30 * MINUTE)),
        (domain("0", "-18000000000"), NO_LOCKOUT),
        (domain("3", "-9223372036854775808"), Lockout(3, LONGEST)),
        (entry("cn=x", {}), None),
        (
            entry(
                "CN=pso", {"msDS-LockoutThreshold": [b"4"], "msDS-LockoutObservationWindow": [b"-600000000"]}
            ),
            Lockout(4, MINUTE),
        ),
    ],
)
def test_a_policy_is_read_as_its_directory_means_it(said, lockout):
    assert told_by([said]) == lockout


def test_nonsense_in_a_policy_is_no_policy():
    with pytest.raises(EntryUnusable):
        told_by([ppolicy(pwdLockout="TRUE", pwdMaxFailure="five")])


def test_of_several_policies_the_strictest_of_each_counts():
    told = [Lockout(5, MINUTE), NO_LOCKOUT, Lockout(9, 30 * MINUTE)]
    assert strictest(told) == Lockout(5, 30 * MINUTE)
    assert strictest([NO_LOCKOUT, NO_LOCKOUT]) == strictest([]) == NO_LOCKOUT


@pytest.mark.parametrize(
    ("attempts", "window", "told", "counts"),
    [
        (None, None, None, CAUTIOUS),
        (None, None, Lockout(9, MINUTE), Lockout(9, MINUTE)),
        (None, None, NO_LOCKOUT, NO_LOCKOUT),
        (4, None, Lockout(9, MINUTE), Lockout(4, MINUTE)),
        (4, None, NO_LOCKOUT, Lockout(4, CAUTIOUS.window)),
        (4, 5 * MINUTE, None, Lockout(4, 5 * MINUTE)),
        (0, None, Lockout(9, MINUTE), NO_LOCKOUT),
        (None, 5 * MINUTE, Lockout(9, MINUTE), Lockout(9, 5 * MINUTE)),
    ],
)
def test_the_settings_count_before_the_directory_and_caution_where_neither_tells(
    attempts, window, told, counts
):
    assert in_force(attempts, window, told) == counts


@pytest.mark.real
async def test_openldap_tells_what_its_password_policy_says(office: Directory):
    with reading(office.settings()) as reader, office.as_root() as root:
        assert await reader.lockout() == NO_LOCKOUT
        root.modify_s(POLICY, [(ldap.MOD_REPLACE, "pwdMaxFailure", [b"6"])])
        root.modify_s(POLICY, [(ldap.MOD_REPLACE, "pwdFailureCountInterval", [b"60"])])
        try:
            assert await reader.lockout() == Lockout(6, MINUTE)
        finally:
            for attribute in ("pwdMaxFailure", "pwdFailureCountInterval"):
                root.modify_s(POLICY, [(ldap.MOD_DELETE, attribute, None)])


@pytest.mark.real
async def test_a_directory_whose_policies_are_out_of_sight_tells_nothing(office: Directory):
    hidden = office.settings(people_base="ou=people,dc=jinde,dc=test")
    with reading(hidden) as reader:
        assert await reader.lockout() is None
