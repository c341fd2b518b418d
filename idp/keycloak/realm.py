"""The realm: languages, guesses, passwords, lifetimes, events, second factors. Pure."""

import json
from collections.abc import Iterator
from datetime import timedelta

from idp.keycloak.office import LEVELS, Office, seconds
from idp.keycloak.piece import Fields, Key, Kind
from idp.login.password import SHORTEST_OF_ADMINISTRATORS

CODE_LIFETIME = timedelta(minutes=1)  # of an authorization code: RFC 6749 §4.1.2 recommends ten at most
LINK_LIFETIME = timedelta(hours=12)  # of a link by which an administrator lets somebody set up a factor
PASSWORD_HISTORY = 12  # decree 409/2025 §19(4)
LOCALES = ["cs", "en"]

ACTIONS = {
    "CONFIGURE_TOTP": True,
    "webauthn-register": True,
    "UPDATE_PASSWORD": True,
    "VERIFY_PROFILE": False,  # people's names and mail are the directory's: nobody could correct them there
    "UPDATE_PROFILE": False,
    "UPDATE_EMAIL": False,
    "delete_account": False,
}
"""Which things somebody may be asked to do after signing in."""


def realm(office: Office) -> Iterator[tuple[Key, Fields]]:
    signing = office.sign_in
    yield (
        Key(Kind.REALM, office.realm.name),
        {
            "enabled": True,
            "displayName": office.title,
            "sslRequired": "all",
            "internationalizationEnabled": True,
            "supportedLocales": LOCALES,
            "defaultLocale": office.language.value,
            # people come from the directories, which alone change what is written of them
            "registrationAllowed": False,
            "resetPasswordAllowed": False,
            "editUsernameAllowed": False,
            "loginWithEmailAllowed": False,
            "duplicateEmailsAllowed": True,
            "rememberMe": False,
            "verifyEmail": False,
            "bruteForceProtected": True,
            "permanentLockout": False,  # or whoever knows a login could shut its person out
            "failureFactor": signing.attempts,
            "maxDeltaTimeSeconds": seconds(signing.attempts_window),
            "waitIncrementSeconds": seconds(signing.attempts_window),
            "maxFailureWaitSeconds": seconds(signing.attempts_window),
            "bruteForceStrategy": "MULTIPLE",
            "passwordPolicy": password_policy(),
            "otpPolicyType": "totp",
            "otpPolicyAlgorithm": "HmacSHA1",  # what programs for codes understand; RFC 6238 §1.2
            "otpPolicyDigits": 6,
            "otpPolicyPeriod": 30,
            "otpPolicyLookAheadWindow": 1,
            "otpPolicyCodeReusable": False,
            "webAuthnPolicyRpEntityName": office.title,
            "webAuthnPolicyUserVerificationRequirement": "required",
            "accessTokenLifespan": seconds(office.token_lifetime),
            "accessCodeLifespan": seconds(CODE_LIFETIME),
            "accessCodeLifespanLogin": seconds(signing.flow_lifetime),
            "accessCodeLifespanUserAction": seconds(signing.flow_lifetime),
            "actionTokenGeneratedByAdminLifespan": seconds(LINK_LIFETIME),
            "ssoSessionIdleTimeout": seconds(signing.idle),
            "ssoSessionMaxLifespan": seconds(signing.absolute),
            "offlineSessionMaxLifespanEnabled": True,
            "revokeRefreshToken": True,
            "refreshTokenMaxReuse": 0,
            "eventsEnabled": True,
            "eventsExpiration": seconds(office.events_kept),
            "adminEventsEnabled": True,
            "adminEventsDetailsEnabled": True,
            "attributes": {
                "acr.loa.map": json.dumps({office.acrs[name]: number for name, number in LEVELS.items()})
            },
        },
    )
    for alias, enabled in ACTIONS.items():
        yield Key(Kind.ACTION, alias), {"enabled": enabled, "defaultAction": False}


def password_policy() -> str:
    """Of accounts that Keycloak itself keeps, which are administrators': the directories judge those of people."""
    return " and ".join(
        (
            f"length({SHORTEST_OF_ADMINISTRATORS})",
            "maxLength(128)",
            "notUsername(undefined)",
            "notEmail(undefined)",
            f"passwordHistory({PASSWORD_HISTORY})",
        )
    )
