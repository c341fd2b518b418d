"""When a directory locks accounts: as it says, as the settings say, or as we assume."""

from datetime import timedelta
from pathlib import Path

import ldap
import pytest

from gateway.commands.rounds import lockout_told
from idp.directory.entries import entry
from idp.directory.errors import DirectoryUnreachable, EntryUnusable
from idp.directory.lockout import CAUTIOUS, LONGEST, NO_LOCKOUT, Lockout, in_force, strictest, told_by
from tests.rig.office import office, reading
from tests.rig.slapd import BASE, Directory, slapd
from tests.rig.slapd import entry as entry_ldif

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
    assert told_by([said], unexpected) == lockout


@pytest.mark.parametrize(
    ("others", "counts"),
    [
        ([], CAUTIOUS),
        (
            [ppolicy(pwdLockout="TRUE", pwdMaxFailure="3", pwdFailureCountInterval="60")],
            Lockout(3, 30 * MINUTE),
        ),
        ([ppolicy(pwdLockout="TRUE", pwdMaxFailure="9")], Lockout(5, LONGEST)),
        ([ppolicy(pwdLockout="FALSE")], CAUTIOUS),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_nonsense_in_a_policy_is_reported_and_makes_nothing_looser_than_the_other_policies(
    others, counts, first: bool
):
    nonsense, reported = ppolicy(pwdLockout="TRUE", pwdMaxFailure="x"), []
    assert told_by([nonsense, *others] if first else [*others, nonsense], reported.append) == counts
    (one,) = reported
    assert (one.dn, one.what) == (POLICY, "pwdMaxFailure is no number")


@pytest.mark.parametrize(
    ("damaged", "counts"),
    [
        (ppolicy(pwdLockout="TRUE", pwdMaxFailure="3", pwdFailureCountInterval="x"), Lockout(3, 30 * MINUTE)),
        (domain("4", "x"), Lockout(4, 30 * MINUTE)),
        (domain("40", "x"), CAUTIOUS),
        (domain("x", "x"), CAUTIOUS),
    ],
)
def test_what_can_be_read_of_a_damaged_policy_counts_where_it_is_stricter_than_caution(damaged, counts):
    assert told_by([damaged], [].append) == counts


def unexpected(unusable: EntryUnusable) -> None:
    raise unusable


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
async def test_a_policy_of_nonsense_beside_a_strict_one_in_openldap_leaves_the_strict_one(tmp_path: Path):
    """The server takes any text there (its schema says so); such an entry counts failures by no number."""
    policies = "".join(
        entry_ldif(f"cn={name},ou=policies,{BASE}", objectClass=["device", "pwdPolicy"], cn=name,
                   pwdAttribute="userPassword", pwdLockout="TRUE", pwdMaxFailure=number)
        for name, number in (("prisna", "3"), ("nesmysl", "x"))
    )  # fmt: skip
    reported: list[EntryUnusable] = []
    with slapd(tmp_path, policies) as directory, reading(directory.settings(), reported) as reader:
        told = await reader.lockout()
    assert told == Lockout(3, LONGEST)
    assert [one.dn for one in reported] == [f"cn=nesmysl,ou=policies,{BASE}"]


@pytest.mark.real
async def test_what_a_directory_told_stays_while_its_policies_cannot_be_read(office: Directory):
    known, hidden = Lockout(3, MINUTE), office.settings(people_base="ou=people,dc=jinde,dc=test")
    with reading(hidden) as reader:
        for before in (known, None):
            told, trouble = await lockout_told(reader, before)
            assert told == before
            assert "no such entry" in trouble
    with reading(office.settings()) as reader:
        assert await lockout_told(reader, known) == (NO_LOCKOUT, "")


@pytest.mark.real
async def test_a_directory_that_is_away_tells_nothing_of_its_lockout(office: Directory):
    office.stop()
    try:
        with reading(office.settings()) as reader, pytest.raises(DirectoryUnreachable):
            await lockout_told(reader, None)
    finally:
        office.start()
