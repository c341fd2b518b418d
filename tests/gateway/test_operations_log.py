import pytest

from gateway.operations_log import HIDDEN, hide_secrets


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
