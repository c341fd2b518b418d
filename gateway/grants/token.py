"""Reading the access token of a technical account where the gate could not: for a decision, never for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from config.vocabulary import ApplicationId, SessionId
from gateway.grants.assertion import MALFORMED
from gateway.grants.sign import ALGORITHM, LET_IN_LATER, TOKEN_TYPE


class TokenRefused(Exception):
    """`reason` is what the client is told and the log keeps."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Token:
    account: str
    session: SessionId


class TokenVerifier:
    """`issuer` is the provider's address."""

    def __init__(self, keys: Sequence[ECKey], issuer: str) -> None:
        self._keys, self._issuer = KeySet(list(keys)), issuer

    def __call__(self, text: str, audience: ApplicationId, now: datetime) -> Token:
        """Raises TokenRefused. Keys of one purpose, one algorithm, one type: another is meant for something else."""
        try:
            read = jwt.decode(text, self._keys, algorithms=[ALGORITHM])
            claims = read.claims
            token = Token(str(claims["client_id"]), SessionId(claims["sid"]))
            expires, meant = datetime.fromtimestamp(claims["exp"], UTC), claims["aud"]
        except MALFORMED as error:
            raise TokenRefused("token_unusable") from error
        if read.header.get("typ") != TOKEN_TYPE or claims.get("iss") != self._issuer:
            raise TokenRefused("token_unusable")
        if meant != audience:
            raise TokenRefused("token_of_another_application")
        if now >= expires + LET_IN_LATER:
            raise TokenRefused("token_expired")
        return token
