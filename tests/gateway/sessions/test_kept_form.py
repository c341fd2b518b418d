from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from config.vocabulary import AuthenticationLevel, SubjectId
from gateway.authorize.problem import SIGN_IN_NEEDED
from gateway.sessions.kept_form import (
    KEPT_FOR,
    KEPT_FORM,
    KeptForm,
    Lacking,
    TicketUnusable,
    keep,
    read_ticket,
)
from gateway.sessions.session import Session
from gateway.storage.seal import Seal

NOW = datetime(2026, 11, 23, 9, 0, 0, 500_000, tzinfo=UTC)
SEAL = Seal(b"k" * 32)
HOST, SUBJECT = "spisovka.brana.test:8443", SubjectId("urad:11111111-1111-4111-8111-111111111111")


def ticket(target: str = "/spisy?id=5") -> str:
    path = keep(HOST, target, SUBJECT, Lacking(SIGN_IN_NEEDED), SEAL.close, NOW)
    assert path is not None
    assert urlsplit(path).path == KEPT_FORM
    return parse_qs(urlsplit(path).query)["ticket"][0]


def test_a_ticket_says_whose_form_it_was_and_where_it_was_going() -> None:
    kept = read_ticket(ticket(), HOST, SEAL.open, NOW)
    assert (kept.subject, kept.target, kept.why.reason) == (SUBJECT, "/spisy?id=5", SIGN_IN_NEEDED)


def test_of_nobody_known_it_says_nobody() -> None:
    path = keep(HOST, "/", None, Lacking(SIGN_IN_NEEDED), SEAL.close, NOW)
    assert path is not None
    kept = read_ticket(parse_qs(urlsplit(path).query)["ticket"][0], HOST, SEAL.open, NOW)
    assert kept.subject is None


SECOND = timedelta(seconds=1)
PASSWORD, TWO, KEY = AuthenticationLevel


@pytest.mark.parametrize(
    ("reason", "before", "after"),
    [
        ("sign_in_too_old", (KEY, NOW - SECOND), (PASSWORD, NOW.replace(microsecond=0))),
        ("two_factors_needed", (PASSWORD, NOW + SECOND), (TWO, NOW - SECOND)),
        ("phishing_resistant_needed", (TWO, NOW + SECOND), (KEY, NOW - SECOND)),
    ],
)
def test_it_goes_on_with_the_sign_in_that_it_waits_for(
    session: Session,
    reason: str,
    before: tuple[AuthenticationLevel, datetime],
    after: tuple[AuthenticationLevel, datetime],
) -> None:
    kept = KeptForm(HOST, "/", session.subject, Lacking(reason), NOW + KEPT_FOR)
    for (acr, at), goes in ((before, False), (after, True)):
        assert kept.may_go(replace(session, acr=acr, authenticated_at=at)) is goes


def test_it_goes_on_with_any_sign_in_where_nobody_was_signed_in(session: Session) -> None:
    kept = KeptForm(HOST, "/", session.subject, Lacking(SIGN_IN_NEEDED), NOW + KEPT_FOR)
    assert kept.may_go(replace(session, acr=PASSWORD, authenticated_at=NOW - SECOND))


@pytest.mark.parametrize("target", ["//evil.test/", "/\\evil.test", "https://evil.test/", "/" + "a" * 1_024])
def test_what_is_no_plain_path_or_too_long_gets_none(target: str) -> None:
    assert keep(HOST, target, SUBJECT, Lacking(SIGN_IN_NEEDED), SEAL.close, NOW) is None


def test_a_ticket_of_another_host_key_or_time_or_altered_is_worth_nothing() -> None:
    good = ticket()
    altered = bytearray(urlsafe_b64decode(good + "=="))
    altered[-1] ^= 1
    for text, host, seal, at in (
        (good, "rozpocet.brana.test:8443", SEAL, NOW),
        (good, HOST, Seal(b"o" * 32), NOW),
        (good, HOST, SEAL, NOW + KEPT_FOR),
        (urlsafe_b64encode(altered).decode(), HOST, SEAL, NOW),
        ("", HOST, SEAL, NOW),
        ("\u010d", HOST, SEAL, NOW),
    ):
        with pytest.raises(TicketUnusable):
            read_ticket(text, host, seal.open, at)
