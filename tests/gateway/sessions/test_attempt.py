import os
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.durations import ATTEMPT_LIFETIME
from gateway.grants.cookie import PREFIX
from gateway.sessions.attempt import (
    AT_ONCE,
    LONGEST_RETURN,
    Attempt,
    AttemptLost,
    authorization_url,
    begin,
    reopened,
    sealed,
    superfluous,
)
from gateway.storage.seal import Seal

HOST = "spis.brana.example"
NOW = datetime.fromisoformat("2026-03-02T08:30:00+00:00")
SEAL = Seal(os.urandom(32))


def cookies_of(*attempts: Attempt) -> dict[str, str]:
    return {attempt.cookie: sealed(attempt, SEAL.close) for attempt in attempts}


def test_the_attempt_comes_back_to_the_browser_that_began_it() -> None:
    attempt = begin(HOST, "/documents?page=2", NOW)
    late = NOW + ATTEMPT_LIFETIME - timedelta(seconds=1)
    assert reopened(attempt.state, HOST, cookies_of(attempt), SEAL.open, late) == attempt


def test_two_tabs_are_two_attempts() -> None:
    first, second = begin(HOST, "/a", NOW), begin(HOST, "/b", NOW)
    cookies = cookies_of(first, second)
    assert len(cookies) == 2
    assert reopened(first.state, HOST, cookies, SEAL.open, NOW).return_to == "/a"
    assert reopened(second.state, HOST, cookies, SEAL.open, NOW).return_to == "/b"
    assert len({first.nonce, second.nonce, first.verifier, second.verifier, first.state, second.state}) == 6


def test_a_code_sent_to_another_browser_finds_no_attempt() -> None:
    attempt, theirs = begin(HOST, "/", NOW), begin(HOST, "/", NOW)
    for cookies in ({}, cookies_of(theirs)):
        with pytest.raises(AttemptLost):
            reopened(attempt.state, HOST, cookies, SEAL.open, NOW)


def test_an_attempt_of_another_host_is_lost() -> None:
    attempt = begin(HOST, "/", NOW)
    with pytest.raises(AttemptLost, match="another host"):
        reopened(attempt.state, "rada.brana.example", cookies_of(attempt), SEAL.open, NOW)


def test_an_answer_that_comes_late_is_lost() -> None:
    attempt = begin(HOST, "/", NOW)
    with pytest.raises(AttemptLost, match="too late"):
        reopened(attempt.state, HOST, cookies_of(attempt), SEAL.open, NOW + ATTEMPT_LIFETIME)


def test_a_state_that_only_begins_alike_is_lost() -> None:
    attempt = begin(HOST, "/", NOW)
    for state in (
        attempt.state[:-1],
        attempt.state[:8] + "x" * 35,
        attempt.state[:8] + "\udcff",
        attempt.state[:8],
    ):
        with pytest.raises(AttemptLost):
            reopened(state, HOST, cookies_of(attempt), SEAL.open, NOW)


def test_a_cookie_renamed_to_another_attempt_is_lost() -> None:
    mine, theirs = begin(HOST, "/", NOW), begin(HOST, "/", NOW)
    swapped = {mine.cookie: sealed(theirs, SEAL.close)}
    with pytest.raises(AttemptLost):
        reopened(mine.state, HOST, swapped, SEAL.open, NOW)


def test_a_cookie_sealed_by_another_key_is_lost() -> None:
    attempt = begin(HOST, "/", NOW)
    forged = {attempt.cookie: sealed(attempt, Seal(os.urandom(32)).close)}
    with pytest.raises(AttemptLost):
        reopened(attempt.state, HOST, forged, SEAL.open, NOW)


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.integers(0, 10_000), st.integers(1, 63))
def test_a_cookie_changed_in_any_place_is_lost(where: int, turn: int) -> None:
    attempt = begin(HOST, "/", NOW)
    value = sealed(attempt, SEAL.close)
    where %= len(value) - 1  # the last character carries spare bits
    letter = ALPHABET[(ALPHABET.index(value[where]) + turn) % 64]
    changed = {attempt.cookie: value[:where] + letter + value[where + 1 :]}
    with pytest.raises(AttemptLost):
        reopened(attempt.state, HOST, changed, SEAL.open, NOW)


@given(st.text(), st.text())
def test_no_state_and_cookie_whatever_raise_anything_but_the_named_error(state: str, value: str) -> None:
    with pytest.raises(AttemptLost):
        reopened(state, HOST, {f"{PREFIX}signin-{state[:8]}": value}, SEAL.open, NOW)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "evil",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "/\t/evil.example/",
        "/\n/evil.example",
        "/x\r\nSet-Cookie: a=b",
        " /x",
        "/x ",
        "/č",
        "/" + "a" * LONGEST_RETURN,
    ],
)
def test_a_way_back_that_leads_elsewhere_or_is_too_long_becomes_the_front_page(elsewhere: str) -> None:
    assert begin(HOST, elsewhere, NOW).return_to == "/"


@pytest.mark.parametrize("here", ["/", "/a", "/a//b?x=//y", "/?next=https://evil.example", "/%2F%2Fevil"])
def test_a_way_back_on_the_same_host_is_kept(here: str) -> None:
    assert begin(HOST, here, NOW).return_to == here


@given(st.text(st.characters(max_codepoint=0x7F), max_size=LONGEST_RETURN + 5))
def test_the_cookie_always_fits_a_browser(rest: str) -> None:
    """RFC 6265 §6.1: at least 4096 bytes per cookie."""
    attempt = begin("h" * 253, f"/{rest}", NOW)
    assert len(attempt.cookie) + len(sealed(attempt, SEAL.close)) <= 4096


def test_the_longest_cookie_of_all_fits_a_browser() -> None:
    attempt = begin("h" * 253, "/" + '"' * (LONGEST_RETURN - 1), NOW)
    assert attempt.return_to != "/"
    assert len(attempt.cookie) + len(sealed(attempt, SEAL.close)) <= 4096


def test_the_question_to_the_provider_is_bound_by_state_nonce_and_challenge() -> None:
    attempt = begin(HOST, "/", NOW)
    redirect_uri = f"https://{HOST}/.brana/callback"
    url = authorization_url(
        attempt, "https://login.example/authorize", "brana-gateway", redirect_uri, {"ui_locales": "cs"}
    )
    asked = {name: one for name, [one] in parse_qs(urlsplit(url).query, strict_parsing=True).items()}
    challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    assert url.startswith("https://login.example/authorize?")
    assert asked == {
        "response_type": "code",
        "client_id": "brana-gateway",
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": "cs",
    }
    assert attempt.verifier not in url


def test_old_attempts_give_way_so_that_few_remain_with_the_new_one() -> None:
    attempts = [begin(HOST, "/", NOW) for _ in range(AT_ONCE + 2)]
    old = cookies_of(*attempts)
    gone = superfluous({f"{PREFIX}session": "s"} | old)
    assert gone == [attempt.cookie for attempt in attempts[:3]]
    assert len(old) - len(gone) + 1 == AT_ONCE
    assert superfluous(dict(list(old.items())[: AT_ONCE - 1])) == []


def test_an_attempt_shows_no_secret() -> None:
    attempt = begin(HOST, "/", NOW)
    assert repr(attempt) == f"Attempt({attempt.state[:8]}…)"
