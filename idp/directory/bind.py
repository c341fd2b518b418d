"""What a server says by its answer to a bind: Active Directory's sub-codes, the control of the password policy."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ldap
from ldap.controls import DecodeControlTuples
from ldap.controls.ppolicy import PasswordPolicyControl

from idp.directory.errors import RefusalReason

# Active Directory's diagnostic message: "…, data 533, v1db1"
AD_DATA = re.compile(r"\bdata ([0-9a-f]{3})\b")
AD_REASONS = {
    "525": RefusalReason.WRONG_PASSWORD,
    "52e": RefusalReason.WRONG_PASSWORD,
    "530": RefusalReason.NOT_NOW,
    "531": RefusalReason.NOT_NOW,
    "532": RefusalReason.PASSWORD_EXPIRED,
    "533": RefusalReason.DISABLED,
    "701": RefusalReason.EXPIRED,
    "773": RefusalReason.MUST_CHANGE_PASSWORD,
    "775": RefusalReason.LOCKED,
}
# draft-behera-ldap-password-policy-10 §6.2
PPOLICY_REASONS = {
    0: RefusalReason.PASSWORD_EXPIRED,
    1: RefusalReason.LOCKED,
    2: RefusalReason.MUST_CHANGE_PASSWORD,
}


@dataclass(frozen=True, slots=True)
class Bind:
    """How a server took a person's password: `bound`, and still a reason, where it is good for changing it alone."""

    reason: RefusalReason | None
    bound: bool


def bind_reason(error: ldap.LDAPError) -> RefusalReason:
    """Why a bind was refused: Active Directory's sub-code, the password policy's control, or just wrong."""
    facts = facts_of(error)
    code = AD_DATA.search(str(facts.get("info", "")))
    if code:
        return AD_REASONS.get(code.group(1), RefusalReason.WRONG_PASSWORD)
    controls = DecodeControlTuples(facts.get("ctrls") or [])
    return ppolicy_reason(controls) or RefusalReason.WRONG_PASSWORD


def ppolicy_reason(controls: Sequence[Any]) -> RefusalReason | None:
    """A bind that used up a grace after the password's end is one with an expired password."""
    for each in controls:
        if isinstance(each, PasswordPolicyControl):
            if each.error is not None:
                return PPOLICY_REASONS.get(int(each.error))
            if each.graceAuthNsRemaining is not None:
                return RefusalReason.PASSWORD_EXPIRED
    return None


def facts_of(error: ldap.LDAPError) -> Mapping[str, Any]:
    """What libldap knows of an error: desc, info, ctrls, …"""
    return error.args[0] if error.args and isinstance(error.args[0], dict) else {}
