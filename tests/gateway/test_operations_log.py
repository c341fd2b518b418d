"""What libraries log: one line each, and nothing in it that opens a door."""

import json
import logging

from gateway.operations_log import OneLine

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
