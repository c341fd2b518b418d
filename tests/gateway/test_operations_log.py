"""What libraries log: one line each, and nothing in it that opens a door."""

import json
import logging

import pytest

from gateway.operations_log import HIDDEN, OneLine, hide_secrets

HANDLE = "Vx3" + "k" * 40


def line_of(message: str, error: Exception | None = None) -> str:
    record = logging.LogRecord("aiohttp.server", logging.ERROR, __file__, 1, message, (), None)
    if error is not None:
        record.exc_info = (type(error), error, None)
    return OneLine().format(record)


def test_a_session_handle_quoted_by_an_error_is_hidden() -> None:
    line = line_of(
        "Error handling request", ValueError(f"Got more than 8190: b'__Host-brana-session={HANDLE}; x'")
    )
    assert HANDLE not in line
    assert "(hidden)" in line


def test_a_line_break_of_a_stranger_begins_no_line_of_the_log() -> None:
    line = line_of('GET /\n{"level": "info", "event": "ready"} failed')
    assert "\n" not in line
    assert json.loads(line)["level"] == "error"


def test_who_logged_and_when_is_told() -> None:
    said = json.loads(line_of("odd"))
    assert said["logger"] == "aiohttp.server"
    assert said["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "name",
    ["password", "client_secret", "access_token", "cookie", "session_handle", "totp_code", "otp", "code"],
)
def test_what_a_telling_name_holds_is_hidden(name: str) -> None:
    assert hide_secrets(None, "info", {name: "value"})[name] == HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "got eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqYW5hIn0.c2lnbmF0dXJl from a browser",
        "GET /.brana/callback?code=abc123secret&x=1",
        "GET /?state=abc123secret",
    ],
)
def test_tokens_and_codes_are_hidden_anywhere_in_text(text: str) -> None:
    shown = hide_secrets(None, "info", {"event": text})["event"]
    assert HIDDEN in shown
    assert "abc123secret" not in shown
    assert "c2lnbmF0dXJl" not in shown


def test_the_rest_is_left_as_it_is() -> None:
    event = {"event": "ready", "portal": "https://portal.brana.test", "status": 200, "request_id": "r-1"}
    assert hide_secrets(None, "info", dict(event)) == event
