"""What pages tell people: English here, Czech in `locale/sign_in.cs.po`. Closed tables, checked by tests."""

from dataclasses import dataclass

from idp.login.refusal import Told
from idp.oidc.errors import Unsafe


@dataclass(frozen=True, slots=True)
class Telling:
    message: str
    status: int
    field: str = ""
    """The field that is wrong; empty: the form as a whole."""


TELLINGS: dict[Told, Telling] = {
    Told.LOGIN_EMPTY: Telling("Enter your user name.", 422, "username"),
    Told.PASSWORD_EMPTY: Telling("Enter your password.", 422, "password"),
    Told.NOT_RECOGNISED: Telling("The user name or password is not right.", 422),
    Told.PASSWORD_MUST_CHANGE: Telling(
        "Your password must be changed first. Change it on an office computer or ask your administrator.", 422
    ),
    Told.ROLES_MIXED: Telling(
        "This account has an administrator's role and an ordinary one. Administration needs an account of its own: "
        "ask whoever looks after the office directory to separate them.",
        422,
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
    Told.START_AGAIN: Telling("This sign-in can no longer be finished. Begin again.", 400),
}

UNSAFE: dict[Unsafe, str] = {
    Unsafe.CLIENT_UNKNOWN: "The application that sent you here is not registered.",
    Unsafe.REDIRECT_URI_MISSING: "The application that sent you here did not say where to return.",
    Unsafe.REDIRECT_URI_UNKNOWN: "The application wants you to be sent to an address that is not registered.",
    Unsafe.PARAMETER_REPEATED: "The request cannot be read.",
}

STATUS_WORDS: dict[int, str] = {
    400: "The request cannot be read.",
    403: "The form was not sent from this page. Open the page again and repeat it.",
    404: "There is no such page.",
    405: "There is no such page.",
    413: "The request is too long.",
    429: "Too many sign-ins were begun from your address. Try again in a few minutes.",
    500: "Something went wrong on our side. Try again; if it happens again, tell your administrator.",
}
"""For pages of HTTP errors."""

STATUS_REASONS: dict[int, str] = {
    400: "request_unreadable",
    403: "not_from_our_page",
    404: "page_unknown",
    405: "page_unknown",
    413: "request_too_large",
    429: "too_many_sign_ins_begun",
    500: "our_fault",
}
"""The same in one word, for the log; the gateway's own pages use the same words for the same causes."""
