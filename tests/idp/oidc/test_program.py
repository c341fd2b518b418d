"""How a program proves itself, by the book alone."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from idp.oidc.assertion import TYPE as ASSERTION_TYPE
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.program import Asked, Program, ProgramSecret, fault, new_secret, read

NOW = datetime.fromtimestamp(int(time.time()), UTC)
KEY = ECKey.generate_key("P-256")
US = ["https://login.brana.test", "https://login.brana.test/token"]
PROGRAM = Program("import", KeySet([KEY]), secret=True)


class Book:
    """What a transaction would keep."""

    def __init__(self, *secrets: ProgramSecret) -> None:
        self.secrets, self.spent = list(secrets), dict[bytes, datetime]()

    def program_secrets(self, account: str) -> list[ProgramSecret]:
        return [one for one in self.secrets if one.account == account]

    def spend_assertion(self, name: bytes, until: datetime) -> bool:
        known = name in self.spent
        self.spent[name] = until
        return not known


def signed(key: ECKey | RSAKey | OctKey = KEY, algorithm: str = "ES256", **changes: object) -> Asked:
    exp = int(NOW.timestamp()) + 60
    usual = {"iss": "import", "sub": "import", "aud": US[0], "exp": exp, "jti": "1"}
    said = {name: value for name, value in (usual | changes).items() if value is not None}
    text = jwt.encode({"alg": algorithm}, said, key, algorithms=[algorithm])
    return Asked(account="import", secret=None, assertion=text, resource="x", municipality=None)


def test_a_signed_assertion_for_us_is_believed() -> None:
    for audience in US:
        assert fault(Book(), signed(aud=audience), PROGRAM, US, NOW) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://evil.test"}, "program_assertion_for_another"),
        ({"iss": "other"}, "program_assertion_for_another"),
        ({"sub": "other"}, "program_assertion_for_another"),
        ({"exp": None}, "program_assertion_wrong"),
        ({"exp": True}, "program_assertion_wrong"),
        ({"exp": "soon"}, "program_assertion_wrong"),
        ({"jti": None}, "program_assertion_wrong"),
        ({"jti": ""}, "program_assertion_wrong"),
        ({"exp": int(NOW.timestamp()) - 31}, "program_assertion_out_of_time"),
        ({"exp": int(NOW.timestamp()) + 3631}, "program_assertion_out_of_time"),
        ({"key": ECKey.generate_key("P-256")}, "program_assertion_wrong"),
        ({"key": OctKey.generate_key(256), "algorithm": "HS256"}, "program_assertion_wrong"),
    ],
)
def test_what_is_not_its_word_to_us_now_is_not_believed(changes: dict[str, object], reason: str) -> None:
    assert fault(Book(), signed(**changes), PROGRAM, US, NOW) == reason


def test_a_secret_in_force_is_believed_and_no_other() -> None:
    secret, kept = new_secret("import", "cli:root", NOW)
    _, theirs = new_secret("other", "cli:root", NOW)
    asked = Asked(account="import", secret=secret, assertion=None, resource="x", municipality=None)
    assert secret not in repr(kept)
    assert fault(Book(theirs, kept), asked, PROGRAM, US, NOW) is None
    assert fault(Book(theirs), asked, PROGRAM, US, NOW) == "program_secret_wrong"
    assert fault(Book(kept), asked, Program("import"), US, NOW) == "program_secret_wrong"
    assert fault(Book(kept), asked, None, US, NOW) == "program_unknown"
    over = ProgramSecret(**{name: getattr(kept, name) for name in kept.__slots__} | {"ended_at": NOW})
    assert fault(Book(over), asked, PROGRAM, US, NOW) == "program_secret_wrong"


@pytest.mark.parametrize("seconds", [-29, 60, 3630])
def test_an_assertion_is_remembered_for_longer_than_it_could_be_good(seconds: int) -> None:
    book, exp = Book(), NOW + timedelta(seconds=seconds)
    assert fault(book, signed(exp=int(exp.timestamp())), PROGRAM, US, NOW) is None
    [until] = book.spent.values()
    assert fault(Book(), signed(exp=int(exp.timestamp())), PROGRAM, US, until) is not None
    assert until <= exp + timedelta(minutes=1)


BASIC = "Basic aW1wb3J0OnRhanVw"


@pytest.mark.parametrize(
    ("more", "authorization", "error"),
    [
        ({}, None, OAuthError.INVALID_REQUEST),
        ({"client_secret": "x"}, None, OAuthError.INVALID_REQUEST),
        ({"client_secret": "x"}, BASIC, OAuthError.INVALID_REQUEST),
        (
            {"client_assertion": "a.b.c", "client_assertion_type": ASSERTION_TYPE},
            BASIC,
            OAuthError.INVALID_REQUEST,
        ),
        ({"client_assertion": "a.b.c", "client_assertion_type": "other"}, None, OAuthError.INVALID_REQUEST),
        ({"resource": ""}, BASIC, OAuthError.INVALID_TARGET),
    ],
)
def test_it_proves_itself_in_one_way_for_one_application(
    more: dict[str, str], authorization: str | None, error: OAuthError
) -> None:
    form = {"grant_type": "client_credentials", "resource": "https://x.test", **more}
    refused = read(form.items(), authorization)
    assert isinstance(refused, Refused)
    assert refused.error is error


def test_whoever_calls_itself_twice_differently_is_nobody() -> None:
    form = {"grant_type": "client_credentials", "resource": "https://x.test", "client_id": "other"}
    asked = read(form.items(), BASIC)
    assert isinstance(asked, Asked)
    assert asked.account == ""


@pytest.mark.parametrize(
    "text", ["", "a", "a.b", "a.e30.c", "a.W10.c", "a." + "W1" * 3_000 + ".c", "\u010d.\u010d.c"]
)
def test_odd_texts_are_nobody_s_assertion(text: str) -> None:
    form = {"resource": "https://x.test", "client_assertion": text, "client_assertion_type": ASSERTION_TYPE}
    asked = read(form.items(), None)
    assert isinstance(asked, Refused) or asked.account == ""
