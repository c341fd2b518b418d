"""Change of a password by the person whose it is: the one thing that is ever written to a directory.

Active Directory: delete the old and add the new `unicodePwd` ([MS-ADTS] 3.1.1.3.1.5.2), as the person, or over the
service connection for whom the server lets in no more: it asks for the old password, not for rights.
Others: the Password Modify operation (RFC 3062) as the person. A reset by an administrator, which knows no old
password and passes over the history, is never sent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

import ldap
from ldap.controls import DecodeControlTuples
from ldap.controls.ppolicy import PasswordPolicyControl

from idp.directory.bind import facts_of
from idp.directory.errors import RefusalReason


class NotChangedReason(StrEnum):
    """Why a password is still what it was; UNCERTAIN: why nobody knows."""

    OLD_WRONG = "old_password_wrong"
    TOO_SHORT = "new_password_too_short"
    NOT_COMPLEX = "new_password_not_complex"
    USED_BEFORE = "new_password_used_before"
    TOO_YOUNG = "password_changed_too_recently"
    AGAINST_RULES = "new_password_refused"
    """The directory's rules do not take it, and it does not say which."""
    LOCKED = "account_locked"
    NOT_ALLOWED = "password_change_not_possible"
    """The directory lets this person change no password, or not any more."""
    REFUSED = "password_change_refused"
    """For a reason that we do not know; the log has the server's words."""
    UNREACHABLE = "directory_unreachable"
    """Nobody answered, or the server was too busy: nothing was changed."""
    UNCERTAIN = "password_change_uncertain"
    """It was asked for, no answer came, and nobody says that the new one holds: either may be the password."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The new password holds. The old one may go on binding for an hour: whoever asked ends the other sessions."""


@dataclass(frozen=True, slots=True)
class NotChanged:
    reason: NotChangedReason


class Way(Enum):
    """How a kind of directory takes a new password."""

    MODIFY_OPERATION = "RFC 3062"
    DELETE_AND_ADD = "[MS-ADTS] 3.1.1.3.1.5.2"


OF_BIND = {
    RefusalReason.WRONG_PASSWORD: NotChangedReason.OLD_WRONG,
    RefusalReason.EMPTY_PASSWORD: NotChangedReason.OLD_WRONG,
    RefusalReason.LOCKED: NotChangedReason.LOCKED,
}
"""The old password is tried first. What is not here: `NOT_ALLOWED`."""

STALE = frozenset({RefusalReason.MUST_CHANGE_PASSWORD, RefusalReason.PASSWORD_EXPIRED})
"""The old password is right, and has to be changed."""

OF_PASSWORD_POLICY = {  # draft-behera-ldap-password-policy-10 §6.2
    1: NotChangedReason.LOCKED,
    3: NotChangedReason.NOT_ALLOWED,
    5: NotChangedReason.NOT_COMPLEX,
    6: NotChangedReason.TOO_SHORT,
    7: NotChangedReason.TOO_YOUNG,
    8: NotChangedReason.USED_BEFORE,
}

# [MS-ERREF] 2.2, as eight hexadecimal digits at the beginning of the diagnostic message
AD_CODE = re.compile(r"([0-9A-F]{8}):")
OF_ACTIVE_DIRECTORY = {
    0x5: NotChangedReason.NOT_ALLOWED,
    0x56: NotChangedReason.OLD_WRONG,
    0x52B: NotChangedReason.OLD_WRONG,
    0x52C: NotChangedReason.AGAINST_RULES,
    0x52D: NotChangedReason.AGAINST_RULES,
    0x775: NotChangedReason.LOCKED,
}
# Windows says no more than 0000052D; Samba says which rule it was
OF_SAMBA = {
    "too short": NotChangedReason.TOO_SHORT,
    "complexity": NotChangedReason.NOT_COMPLEX,
    "already used": NotChangedReason.USED_BEFORE,
    "too young": NotChangedReason.TOO_YOUNG,
    "error in module acl": NotChangedReason.NOT_ALLOWED,
}
OF_RESULT: dict[type[ldap.LDAPError], NotChangedReason] = {
    ldap.INSUFFICIENT_ACCESS: NotChangedReason.NOT_ALLOWED,
    ldap.CONSTRAINT_VIOLATION: NotChangedReason.AGAINST_RULES,
    ldap.NO_SUCH_OBJECT: NotChangedReason.NOT_ALLOWED,
    ldap.BUSY: NotChangedReason.UNREACHABLE,
    ldap.UNAVAILABLE: NotChangedReason.UNREACHABLE,
}
UNVERIFIED = "unwilling to verify old password"  # OpenLDAP, to whom it lets write no password


def request(way: Way, dn: str, old: str, new: str) -> Callable[[Any], int]:
    """What to send on python-ldap's connection; gives the message's number."""
    if way is Way.DELETE_AND_ADD:
        changes = [
            (ldap.MOD_DELETE, "unicodePwd", [_quoted(old)]),
            (ldap.MOD_ADD, "unicodePwd", [_quoted(new)]),
        ]
        return lambda line: int(line.modify_ext(dn, changes))
    policy = PasswordPolicyControl(criticality=False)
    return lambda line: int(line.passwd(dn, old, new, serverctrls=[policy]))


def why(error: ldap.LDAPError) -> NotChangedReason:
    """The server's no in our words; whatever it does not explain is REFUSED."""
    facts = facts_of(error)
    said = str(facts.get("info") or "")
    code = AD_CODE.match(said)
    found = (
        next((reason for words, reason in OF_SAMBA.items() if words in said), None),
        OF_ACTIVE_DIRECTORY.get(int(code.group(1), 16)) if code else None,
        next((OF_PASSWORD_POLICY.get(each) for each in _policy_errors(facts.get("ctrls") or [])), None),
        NotChangedReason.NOT_ALLOWED if said == UNVERIFIED else None,
        OF_RESULT.get(type(error)),
    )
    return next((reason for reason in found if reason is not None), NotChangedReason.REFUSED)


def _policy_errors(controls: list[Any]) -> list[int]:
    decoded = (each for each in DecodeControlTuples(controls) if isinstance(each, PasswordPolicyControl))
    return [int(each.error) for each in decoded if each.error is not None]


def _quoted(password: str) -> bytes:
    return f'"{password}"'.encode("utf-16-le")
