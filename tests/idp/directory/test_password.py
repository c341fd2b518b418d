"""What servers say to a change of a password, in our words. The servers themselves: `test_password_change.py`."""

import ldap
import pytest

from idp.directory.password import NotChangedReason, why

WINDOWS = "{}: AtrErr: DSID-03190F80, #1:\n\t0: {}: DSID-03190F80, problem 1005 (CONSTRAINT_ATT_TYPE), data 0"
PPOLICY = "1.3.6.1.4.1.42.2.27.8.5.1"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("00000056", NotChangedReason.OLD_WRONG),
        ("0000052B", NotChangedReason.OLD_WRONG),
        ("0000052C", NotChangedReason.AGAINST_RULES),
        ("0000052D", NotChangedReason.AGAINST_RULES),
        ("00000775", NotChangedReason.LOCKED),
        ("00000005", NotChangedReason.NOT_ALLOWED),
        ("00009999", NotChangedReason.AGAINST_RULES),
    ],
)
def test_windows_says_a_code_and_nothing_more(code: str, reason: NotChangedReason):
    assert why(ldap.CONSTRAINT_VIOLATION({"info": WINDOWS.format(code, code)})) is reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (1, NotChangedReason.LOCKED),
        (3, NotChangedReason.NOT_ALLOWED),
        (5, NotChangedReason.NOT_COMPLEX),
        (6, NotChangedReason.TOO_SHORT),
        (7, NotChangedReason.TOO_YOUNG),
        (8, NotChangedReason.USED_BEFORE),
        (0, NotChangedReason.AGAINST_RULES),
        (2, NotChangedReason.AGAINST_RULES),
        (4, NotChangedReason.AGAINST_RULES),
    ],
)
def test_openldap_says_why_in_the_password_policy_control(error: int, reason: NotChangedReason):
    control = (PPOLICY, 0, bytes([0x30, 3, 0x81, 1, error]))
    assert why(ldap.CONSTRAINT_VIOLATION({"ctrls": [control]})) is reason


@pytest.mark.parametrize(
    "error",
    [ldap.OPERATIONS_ERROR(), ldap.UNWILLING_TO_PERFORM({"info": "0000001F: SvcErr"}), ldap.OTHER({})],
)
def test_what_nobody_explains_is_a_refusal_and_never_a_change(error: ldap.LDAPError):
    assert why(error) is NotChangedReason.REFUSED
