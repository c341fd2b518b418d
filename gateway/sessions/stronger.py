"""Refusals that another sign-in would mend: which, and what the provider is asked for then."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from config.vocabulary import AuthenticationLevel
from gateway.sessions.session import Session

STRONGER = "/.brana/sign-in"


class Wish(StrEnum):
    """What the sign-in should come to; the word in the link."""

    ANEW = "anew"
    """Factors shown after it was asked for, whoever shows them; the id token has to say so too."""
    TWO_FACTORS = "two-factors"
    KEY = "key"
    SILENT = "silent"
    """The session that is there, or none: no page is shown within a page."""


QUESTIONS: Mapping[Wish, Mapping[str, str]] = {
    Wish.ANEW: {"max_age": "0"},  # only the policy knows how old a sign-in may be; a new one always will do
    Wish.TWO_FACTORS: {"acr_values": AuthenticationLevel.TWO_FACTORS.value},
    Wish.KEY: {"acr_values": AuthenticationLevel.PHISHING_RESISTANT.value},
    Wish.SILENT: {"prompt": "none"},
}
"""Parameters of the authorization request (OpenID Connect Core 1.0 §3.1.2.1)."""

WISHES: Mapping[str, Wish] = {
    "sign_in_too_old": Wish.ANEW,
    "sign_in_too_old_to_sign": Wish.ANEW,
    "two_factors_needed": Wish.TWO_FACTORS,
    "device_needs_two_factors": Wish.TWO_FACTORS,
    "phishing_resistant_needed": Wish.KEY,
    "stronger_sign_in_needed": Wish.KEY,
}
"""By the reason of the refusal: the engine's own, and those the policies of the library and the examples speak."""


def answered(reason: str, session: Session, since: datetime) -> bool:
    """Whether this session has by now what that refusal, of `since`, asked for: asking again brings no more."""
    wish = WISHES.get(reason)
    if wish is Wish.ANEW:  # id tokens say whole seconds
        return session.authenticated_at >= since.replace(microsecond=0)
    if wish is Wish.KEY:
        return session.acr is AuthenticationLevel.PHISHING_RESISTANT
    return wish is Wish.TWO_FACTORS and session.acr is not AuthenticationLevel.PASSWORD


def link(reason: str, to: str) -> str:
    """Where the person confirms who they are and comes back to `to` (a path of this host); empty: nothing helps."""
    wish = WISHES.get(reason)
    return f"{STRONGER}?{urlencode({'wish': wish.value, 'to': to})}" if wish is not None else ""


def wish_of(text: str) -> Wish | None:
    return Wish(text) if text in set(Wish) else None
