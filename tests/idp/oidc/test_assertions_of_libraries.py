"""Assertions as a common library makes them (tests/relying_parties has others over the wire)."""

from datetime import UTC, datetime, timedelta

from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc.jwk import ECKey, KeySet

from idp.oidc import assertion
from idp.oidc.assertion import AssertionFault

KEY = ECKey.generate_key("P-256")
US = "https://login.obec.test/token"


class Book:
    def __init__(self) -> None:
        self.spent = set[bytes]()

    def spend_assertion(self, name: bytes, until: datetime) -> bool:
        known = name in self.spent
        self.spent.add(name)
        return not known


def test_what_authlib_signs_by_itself_is_believed_once() -> None:
    text = private_key_jwt_sign(KEY, client_id="loans", token_endpoint=US, alg="ES256")
    keys, book = KeySet([ECKey.import_key(KEY.as_dict(private=False))]), Book()

    def fault(lapse: timedelta = timedelta(0)) -> AssertionFault | None:
        return assertion.fault(book, text, "loans", keys, [US], datetime.now(UTC) + lapse)

    assert fault(timedelta(hours=1, minutes=1)) is AssertionFault.OUT_OF_TIME
    assert fault() is None
    assert fault() is AssertionFault.USED_TWICE
