from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from config.vocabulary import SubjectId
from gateway.sessions.kept_form import KEPT_FOR, KEPT_FORM, TicketUnusable, keep, read_ticket
from gateway.storage.seal import Seal

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEAL = Seal(b"k" * 32)
HOST, SUBJECT = "spisovka.brana.test:8443", SubjectId("urad:11111111-1111-4111-8111-111111111111")


def ticket(target: str = "/spisy?id=5") -> str:
    path = keep(HOST, target, SUBJECT, SEAL.close, NOW)
    assert path is not None
    assert urlsplit(path).path == KEPT_FORM
    return parse_qs(urlsplit(path).query)["ticket"][0]


def test_a_ticket_says_whose_form_it_was_and_where_it_was_going() -> None:
    kept = read_ticket(ticket(), HOST, SEAL.open, NOW)
    assert (kept.subject, kept.target) == (SUBJECT, "/spisy?id=5")


@pytest.mark.parametrize("target", ["//evil.test/", "/\\evil.test", "https://evil.test/", "/" + "a" * 1_024])
def test_what_is_no_plain_path_or_too_long_gets_none(target: str) -> None:
    assert keep(HOST, target, SUBJECT, SEAL.close, NOW) is None


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
