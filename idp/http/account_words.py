"""What "my account" tells people of a change that was not made: English here, Czech in `locale/account_words.cs.po`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.http.words import TELLINGS, Telling
from idp.login.own_authenticators import Unchanged
from idp.login.own_page import ACCOUNT
from idp.login.refusal import TOLD, Refusal

SIGN_INS, FACTORS, PASSWORD, UPSTREAMS, TOP = "sign-ins", "authenticators", "password", "upstreams", ""
CONSENTS = "consents"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What has just been done, and the section of the page that says so: there the browser goes."""

    message: str
    section: str
    ask: bool = False
    """As of Telling."""


DONE: Mapping[str, Confirmation] = {
    "ended": Confirmation("The sign-in has been ended, in all applications.", SIGN_INS),
    "ended-others": Confirmation("You are signed in only here now.", SIGN_INS),
    "gone": Confirmation("There was nothing to do any more: the sign-in had ended already.", SIGN_INS),
    "confirm-first": Confirmation(
        "Confirm first that it is you; after that there are five minutes to sign out elsewhere.", SIGN_INS
    ),
    "owned": Confirmation("Thank you. We shall not ask about that sign-in again.", TOP),
    "added": Confirmation("Added. You can sign in with it from now on.", FACTORS),
    "renamed": Confirmation("Renamed.", FACTORS),
    "removed": Confirmation("Removed. Nobody can sign in with it any more.", FACTORS),
    "recovery-code-used": Confirmation(
        "You signed in with a recovery code, which is good no more. If you lost your telephone or key, remove it here "
        "and add another one.",
        FACTORS,
    ),
    "unlinked": Confirmation(
        "The link has been ended, and with it whatever was opened by it. Nobody gets into your account through it any "
        "more.",
        UPSTREAMS,
    ),
    "withdrawn": Confirmation(
        "Withdrawn. The application learns nothing about you any more; what it learned before, it has.",
        CONSENTS,
    ),
    "password-changed": Confirmation(
        "Your password has been changed. You are signed in only here now.", PASSWORD
    ),
}
"""By the word of `?done=`."""
UNCHANGED: Mapping[StrEnum, str] = {
    Unchanged.PROOF_TOO_OLD: "Confirm first that it is you; after that there are five minutes for the change.",
    Unchanged.PROOF_TOO_NEW: (
        "You signed in with a way that was added only recently, and it does not change the others yet. Sign in with an "
        "older one, or ask your administrator."
    ),
    Unchanged.LAST_IN_FULL: (
        "The others were added only recently and do not count in full yet, so this one stays until then. If you lost "
        "it, tell your administrator, who can remove it at once."
    ),
    Unchanged.LAST_AUTHENTICATOR: (
        "This is the only way you can confirm that it is you. Add another one first, or ask your administrator."
    ),
    Unchanged.TOO_MANY_AUTHENTICATORS: "You have as many of this kind as there may be. Remove one first.",
    Unchanged.AUTHENTICATOR_UNKNOWN: "It is not there any more.",
    Unchanged.NOTHING_PENDING: "The page was open for too long. Begin again.",
    Unchanged.CODES_MADE_ALREADY: "The new codes were made already; they were shown once.",
}
ASKING = frozenset({Unchanged.PROOF_TOO_NEW, Unchanged.LAST_IN_FULL, Unchanged.LAST_AUTHENTICATOR})
"""Of those: what sends people to somebody."""
OF_ENROLMENT = (
    Refusal.CODE_UNUSABLE,
    Refusal.CODE_WRONG,
    *(one for one in Refusal if one.startswith(("key_", "too_many_"))),
)
WORDS: Mapping[StrEnum, str] = {one: TELLINGS[TOLD[one]].message for one in OF_ENROLMENT}
"""Of what is wrong with what was entered: said on the page where it was."""
OF_PASSWORD: Mapping[StrEnum, Telling] = {
    Refusal.DIRECTORY_UNREACHABLE: Telling(
        "The password cannot be changed just now: the office directory does not answer. Try again in a few minutes.",
        503,
    ),
    Refusal.CHANGE_UNCERTAIN: Telling(
        "The office directory did not say whether it changed the password. From now on try the new one first; if it is "
        "not accepted, the old one holds. Everywhere else you have been signed out.",
        503,
    ),
    Refusal.ACCOUNT_LOCKED: Telling(
        "The office directory has locked your account for a time after wrong passwords. Try again later, or ask your "
        "administrator.",
        422,
        ask=True,
    ),
}
"""What the sign-in would say in other words: there nobody is known yet."""


UNCHANGED_BY_NAME = {
    reason.value: Confirmation(words, FACTORS, ask=reason in ASKING) for reason, words in UNCHANGED.items()
}


def told_at(done: str) -> str:
    """Address at which the page says what was done, or why not."""
    said = DONE.get(done) or UNCHANGED_BY_NAME.get(done)
    section = said.section if said is not None else TOP
    query = f"?done={done}" if done else ""
    return f"{ACCOUNT.path}{query}{'#' if section else ''}{section}"
