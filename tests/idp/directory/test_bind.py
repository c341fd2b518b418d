import ldap
import pytest

from idp.directory.bind import bind_reason
from idp.directory.errors import RefusalReason

DATA = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {}, v1db1"
PPOLICY = "1.3.6.1.4.1.42.2.27.8.5.1"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("52e", RefusalReason.WRONG_PASSWORD),
        ("532", RefusalReason.PASSWORD_EXPIRED),
        ("533", RefusalReason.DISABLED),
        ("701", RefusalReason.EXPIRED),
        ("773", RefusalReason.MUST_CHANGE_PASSWORD),
        ("775", RefusalReason.LOCKED),
        ("fff", RefusalReason.WRONG_PASSWORD),
    ],
)
def test_active_directory_says_why_in_its_diagnostic_message(code: str, reason: RefusalReason):
    assert bind_reason(ldap.INVALID_CREDENTIALS({"info": DATA.format(code)})) is reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"0\x03\x81\x01\x01", RefusalReason.LOCKED),
        (b"0\x03\x81\x01\x00", RefusalReason.PASSWORD_EXPIRED),
        (b"0\x00", RefusalReason.WRONG_PASSWORD),
    ],
)
def test_openldap_says_why_in_the_password_policy_control(value: bytes, reason: RefusalReason):
    assert bind_reason(ldap.INVALID_CREDENTIALS({"ctrls": [(PPOLICY, 0, value)]})) is reason


def test_a_refusal_without_explanation_is_a_wrong_password():
    assert bind_reason(ldap.INVALID_CREDENTIALS()) is RefusalReason.WRONG_PASSWORD
