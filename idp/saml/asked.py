"""A request that was believed, as a sign-in keeps it and an address carries it: sealed, so that it stays what it was.

What is verified once is not verified again, and nothing is kept of requests that nobody answers.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import msgspec

from config.vocabulary import AuthenticationLevel, SubjectId
from idp.login.level import reaches
from idp.login.session import Session
from idp.saml import level
from idp.saml.errors import Denial
from idp.saml.provider import Pseudonym

GO = "/saml/go"
FIELD, SEAL = "saml", "seal"
BEGINS = f"{FIELD}="
KEPT_FOR = timedelta(hours=1)  # a sign-in takes minutes; pages of it may be read before the way goes on


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    provider: str
    address: str
    request: str
    """`ID` of the request, which the answer names."""
    relay_state: str | None
    force: bool
    passive: bool
    contexts: tuple[str, ...]
    at: datetime
    """When the request arrived: a sign-in since then satisfies `force`."""

    @property
    def demanded(self) -> AuthenticationLevel | None:
        return level.demanded(self.contexts)

    def may_be_about(self, _subject: SubjectId) -> bool:
        """Requests name nobody."""
        return True

    def expired(self, now: datetime) -> bool:
        return not self.at <= now < self.at + KEPT_FOR


def sealed(asked: Asked, pseudonym: Pseudonym) -> str:
    """As a query; it begins as no request of OpenID Connect that is kept does, and no page of ours."""
    body = urlsafe_b64encode(msgspec.json.encode(asked)).decode()
    return urlencode({FIELD: body, SEAL: _seal(body, pseudonym)})


def unsealed(query: str, pseudonym: Pseudonym) -> Asked | None:
    """None for what was not sealed here."""
    values = dict(parse_qsl(query))
    body, seal = values.get(FIELD, ""), values.get(SEAL, "")
    if not body.isascii() or not hmac.compare_digest(seal.encode(), _seal(body, pseudonym).encode()):
        return None
    return msgspec.json.decode(urlsafe_b64decode(body), type=Asked)


def _seal(body: str, pseudonym: Pseudonym) -> str:
    return urlsafe_b64encode(pseudonym(f"saml-request\0{body}".encode())).rstrip(b"=").decode()


def must_ask(asked: Asked, session: Session | None, now: datetime) -> Denial | None:
    """Why the session does not answer the request: what a service provider is told that wants nobody asked."""
    if session is None or (asked.force and not asked.at <= session.auth_time <= now):
        return Denial.NO_PASSIVE
    return None if reaches(session.level, asked.demanded) else Denial.LEVEL_UNMET
