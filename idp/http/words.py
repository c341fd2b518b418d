"""What pages tell people: English here, Czech in `locale/sign_in.cs.po`. Closed tables, checked by tests."""

from dataclasses import dataclass

from idp.events import EndReason
from idp.login.crowd import Crowd
from idp.login.refusal import Told
from idp.oidc.errors import RequestFault, Unsafe
from idp.saml.errors import Unsafe as SamlUnsafe


@dataclass(frozen=True, slots=True)
class Telling:
    message: str
    status: int
    field: str = ""
    """The field that is wrong; empty: the form as a whole."""
    more: str = ""
    """A further sentence, where the form as a whole is wrong."""
    ask: bool = False
    """Whether it sends people to somebody whom no other sentence of the page names."""


TELLINGS: dict[Told, Telling] = {
    Told.LOGIN_EMPTY: Telling("Enter your user name.", 422, "username"),
    Told.PASSWORD_EMPTY: Telling("Enter your password.", 422, "password"),
    Told.NOT_RECOGNISED: Telling(
        "The user name or password is not right.",
        422,
        # always: how many are left of what somebody typed would tell accounts apart, and browsers
        more="After several wrong attempts in a row you will have to wait.",
    ),
    Told.PASSWORD_MUST_CHANGE: Telling(
        "Your password must be changed first. Sign in with the user name and password, and choose a new one.",
        422,
    ),
    Told.ROLES_MIXED: Telling(
        "This account has an administrator's role and an ordinary one. Administration needs an account of its own: "
        "ask whoever looks after the office directory to separate them.",
        422,
    ),
    Told.ACCOUNT_SUSPENDED: Telling(
        "Your access is suspended while a security matter is looked into. Ask the cyber security manager of the "
        "office.",
        422,
    ),
    Told.DEVICE_SUSPENDED: Telling(
        "This device is suspended while a security matter is looked into: nobody signs in from it. Ask the cyber "
        "security manager of the office.",
        403,
    ),
    Told.DIRECTORY_UNREACHABLE: Telling(
        "Sign-in is not possible just now: the office directory does not answer. Try again in a few minutes.",
        503,
    ),
    Told.WAIT: Telling("Too many attempts.", 429),
    Told.CODE_UNUSABLE: Telling("Enter the six digits that your application shows.", 422, "code"),
    Told.CODE_WRONG: Telling(
        "The code is not right or was used already. Wait for the next one.", 422, "code"
    ),
    Told.RECOVERY_CODE_WRONG: Telling("The recovery code is not right or was used already.", 422, "recovery"),
    Told.KEY_REFUSED: Telling("The key was not accepted. Try again, or sign in another way.", 422),
    Told.KEY_NOT_ACCEPTED: Telling(
        "A key of this kind cannot be used here. Choose another one, or an application for one-time codes.",
        422,
    ),
    Told.KEY_ENROLLED: Telling("This key is enrolled already. Choose another one.", 422),
    Told.FACTOR_TOO_WEAK: Telling("A stronger way is needed here: a passkey or a security key.", 422),
    Told.FACTOR_TOO_NEW: Telling(
        "This key was added only recently and does not count in full yet. Use another way, or wait: My account says "
        "from when it counts.",
        422,
    ),
    Told.LEVEL_UNREACHABLE: Telling(
        "A stronger way of signing in is needed here. You have none, or it was added only recently: My account says "
        "from when it counts in full. Otherwise ask your administrator.",
        403,
    ),
    Told.ENROLMENT_CODE_WRONG: Telling(
        "The code is not right or no longer valid. Check first what you typed; if it is as you were given it, ask "
        "your administrator for a new one.",
        422,
        "enrolment",
    ),
    Told.OLD_PASSWORD_WRONG: Telling("The present password is not right.", 422, "old"),
    Told.NEW_PASSWORD_UNUSABLE: Telling("Enter a new password.", 422, "new"),
    Told.NEW_PASSWORDS_DIFFER: Telling(
        "You typed the new password differently the second time.", 422, "again"
    ),
    Told.PASSWORD_TOO_SHORT: Telling("The new password needs 12 characters or more.", 422, "new"),
    Told.PASSWORD_TOO_SHORT_OF_ADMINISTRATOR: Telling(
        "The new password of an administrator needs 17 characters or more.", 422, "new"
    ),
    Told.PASSWORD_OF_OWN_NAMES: Telling(
        "The new password is hardly more than names: yours, your office's or those of its applications. "
        "Choose words that have nothing to do with them.",
        422,
        "new",
    ),
    Told.PASSWORD_TOO_COMMON: Telling(
        "The new password is easy to guess: common words, repetition, rows of keys or dates. Choose another one.",
        422,
        "new",
    ),
    Told.NEW_PASSWORD_SAME: Telling("The new password must differ from the present one.", 422, "new"),
    Told.NEW_PASSWORD_REFUSED: Telling(
        "The office directory does not take this password: it is too short, too simple, or was used before.",
        422,
        "new",
    ),
    Told.NEW_PASSWORD_TOO_SHORT: Telling("The new password is too short for your office.", 422, "new"),
    Told.NEW_PASSWORD_NOT_COMPLEX: Telling(
        "The new password is too simple for your office. Mix letters of both cases, digits and other signs.",
        422,
        "new",
    ),
    Told.NEW_PASSWORD_USED_BEFORE: Telling(
        "You have used this password before. Choose another one.", 422, "new"
    ),
    Told.PASSWORD_TOO_YOUNG: Telling(
        "The password was changed only a short while ago and cannot be changed again yet.", 422
    ),
    Told.CHANGE_NOT_POSSIBLE: Telling(
        "The password cannot be changed here. Change it on an office computer or ask your administrator.",
        503,
        ask=True,
    ),
    Told.CHANGE_UNCERTAIN: Telling(
        "The office directory did not say whether it changed the password. Sign in with the new one; if it is not "
        "accepted, with the old one.",
        503,
    ),
    Told.UPSTREAM_UNREACHABLE: Telling(
        "The other provider does not answer as it should. Try again in a few minutes, or sign in in another way.",
        503,
    ),
    Told.UPSTREAM_DENIED: Telling(
        "The other provider did not confirm who you are. Try it again, or sign in in another way.", 422
    ),
    Told.UPSTREAM_REFUSED: Telling(
        "The answer of the other provider proves nothing: it was used already, belongs elsewhere or is not right. "
        "Begin there once more, or sign in in another way.",
        422,
    ),
    Told.UPSTREAM_OFFICE: Telling(
        "There you act for an office in which you have no role here. Choose another one at the other provider, or "
        "sign in by your user name and password.",
        422,
    ),
    Told.UPSTREAM_NOT_ANEW: Telling(
        "The other provider did not ask you to sign in again, and what comes next needs a proof of this moment. "
        "Sign in in another way.",
        422,
    ),
    Told.UPSTREAM_NOT_CONFIRMED: Telling(
        "Confirm that you have just signed in at the other provider yourself, or sign in without linking.",
        422,
    ),
    Told.UPSTREAM_FACTOR_MISSING: Telling(
        "You have no second factor here, so the other provider alone does not let you in. Sign in with the user name "
        "and password, and with the code of your administrator.",
        422,
    ),
    Told.START_AGAIN: Telling(
        "This sign-in can no longer be finished: the page was open for too long, or you went on in another window.",
        400,
    ),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """Why the sign-in that a browser had is over."""

    message: str
    ask: bool = False
    """Whether it may be news to the person: then the page says whom to ask."""


ENDED: dict[EndReason, Ended] = {
    EndReason.SIGNED_OUT_EVERYWHERE: Ended("You were signed out everywhere from another browser.", ask=True),
    EndReason.SIGNED_OUT_ELSEWHERE: Ended("You were signed out here from another browser.", ask=True),
    EndReason.IDLE: Ended("Your sign-in ended because you had done nothing for a long time."),
    EndReason.ABSOLUTE: Ended("Your sign-in ended after the longest time that one may last."),
    EndReason.ACCOUNT_CLOSED: Ended(
        "Your sign-in ended because your account was changed in the office directory.", ask=True
    ),
    EndReason.BY_OFFICER: Ended("Your sign-in was ended by an administrator.", ask=True),
    EndReason.FACTOR_TOO_WEAK: Ended("Your sign-in ended because your new role needs a stronger one."),
    EndReason.ROLE_LOST: Ended(
        "Your sign-in ended because a role was taken from you. Sign in again to work with the others.",
        ask=True,
    ),
    EndReason.PASSWORD_CHANGED: Ended("Your sign-in ended because your password was changed.", ask=True),
    EndReason.PASSWORD_CHANGE_UNKNOWN: Ended(
        "Your sign-in ended because your password may have been changed.", ask=True
    ),
    EndReason.EXCEPTION_ENDED: Ended(
        "Your sign-in ended because the password alone suffices no more.", ask=True
    ),
}
"""Of what the person did in this browser nothing is said."""

_UNTRUSTED = "The application that sent you here sent a request that cannot be trusted. Begin in the application again."
_SPENT = (
    "This request for a sign-in was used already, or waited for too long. Begin in the application again."
)
_WAY = "The application that sent you here did not ask in the way that is agreed with it."

UNSAFE: dict[Unsafe | RequestFault, str] = {
    Unsafe.CLIENT_UNKNOWN: "The application that sent you here is not registered.",
    Unsafe.REDIRECT_URI_MISSING: "The application that sent you here did not say where to return.",
    Unsafe.REDIRECT_URI_UNKNOWN: "The application wants you to be sent to an address that is not registered.",
    Unsafe.PARAMETER_REPEATED: "The request cannot be read.",
    **dict.fromkeys(
        (
            RequestFault.OBJECT_WRONG,
            RequestFault.OBJECT_FOR_ANOTHER,
            RequestFault.URI_OF_ANOTHER,
            RequestFault.URI_ELSEWHERE,
        ),
        _UNTRUSTED,
    ),
    **dict.fromkeys(
        (
            RequestFault.OBJECT_OUT_OF_TIME,
            RequestFault.OBJECT_USED_TWICE,
            RequestFault.URI_UNKNOWN,
            RequestFault.URI_USED_TWICE,
            RequestFault.URI_EXPIRED,
        ),
        _SPENT,
    ),
    **dict.fromkeys(
        (
            RequestFault.NOT_SIGNED,
            RequestFault.NOT_PUSHED,
            RequestFault.KEYS_MISSING,
            RequestFault.TWO_WAYS,
        ),
        _WAY,
    ),
}

SAML_UNSAFE: dict[SamlUnsafe, str] = {
    SamlUnsafe.UNREADABLE: "The request cannot be read.",
    SamlUnsafe.PROVIDER_UNKNOWN: "The application that sent you here is not registered.",
    SamlUnsafe.ADDRESS_UNKNOWN: "The application wants you to be sent to an address that is not registered.",
    SamlUnsafe.SIGNATURE_MISSING: "The application that sent you here did not sign its request. "
    "Tell whoever looks after it.",
    SamlUnsafe.SIGNATURE_WRONG: "The signature of the application's request is not right. Tell whoever looks after it.",
    SamlUnsafe.FOR_ANOTHER: "The application's request was meant for somebody else. Tell whoever looks after it.",
    SamlUnsafe.OUT_OF_TIME: "The application's request is too old. Open the application again; if that does not help, "
    "its clock is wrong: tell whoever looks after it.",
    SamlUnsafe.USED_TWICE: "The application's request was answered already. Open the application again.",
}
"""For what comes by SAML."""

STATUS_WORDS: dict[int, str] = {
    400: "The request cannot be read.",
    403: "The form was not sent from this page. Open the page again and repeat it.",
    404: "There is no such page.",
    405: "There is no such page.",
    413: "The request is too long.",
    503: "This does not work just now: the office directory does not answer. Try again in a few minutes.",
    500: "Something went wrong on our side. Try again; if it happens again, tell your administrator.",
}
"""For pages of HTTP errors."""

NOTHING_KEPT = "Nobody can sign in at this moment. Whoever is signed in can go on. Try again in a minute."
"""What the provider keeps cannot be reached."""

CROWDS: dict[Crowd, Telling] = {
    Crowd.HERE: Telling("Too many sign-ins were begun from your address. Try again in a few minutes.", 429),
    Crowd.NETWORK: Telling(
        "Too many sign-ins were begun from your network. Try again in a few minutes.", 429
    ),
    Crowd.PERSON: Telling(
        "Too many sign-ins were begun in browsers in which you sign in. Try again in a few minutes.",
        429,
    ),
    Crowd.EVERYWHERE: Telling(
        "Too many sign-ins are under way just now. Try again in a few minutes. In a "
        "browser in which you signed in before you can sign in at once.",
        503,
    ),
}
"""Why no sign-in is begun."""

STATUS_REASONS: dict[int, str] = {
    400: "request_unreadable",
    403: "not_from_our_page",
    404: "page_unknown",
    405: "page_unknown",
    413: "request_too_large",
    503: "directory_unreachable",
    500: "our_fault",
}
"""The same in one word, for the log; the gateway's own pages use the same words for the same causes."""
