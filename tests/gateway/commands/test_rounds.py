"""What goes wrong again and again fills no log: it is told when it begins, changes and ends; advice goes with it."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from structlog.testing import capture_logs

from config.vocabulary import DirectoryName
from gateway.commands.repeating import running
from gateway.commands.rounds import LOCKS_TOO_SOON, tell_lockout
from gateway.commands.troubles import LastingTrouble
from idp.directory.errors import DirectoryUnreachable
from idp.directory.lockout import NO_LOCKOUT, Lockout

AWAY = DirectoryUnreachable("ldaps://office", "Can't contact LDAP server")
REFUSED = DirectoryUnreachable("ldaps://office", "Connection refused")


def events(said: list) -> list[tuple[str, str]]:
    return [(one["event"], one.get("cause", "over")) for one in said]


async def told_by(*outcomes: Exception | None) -> list:
    """What the operators read while a round ends so, one time after another, and then goes on."""
    left, done = list(outcomes), asyncio.Event()

    async def learn() -> None:
        if not left:
            done.set()
            await asyncio.Event().wait()
        if (outcome := left.pop(0)) is not None:
            raise outcome

    with capture_logs() as said:
        async with running(partial(learn), pause=0, steady=0):
            await done.wait()
            await asyncio.sleep(0)
    return said


async def test_a_directory_that_is_away_is_told_in_one_line_as_long_as_it_says_the_same() -> None:
    said = await told_by(AWAY, AWAY, AWAY, REFUSED, REFUSED)
    causes = [(event, cause) for event, cause in events(said) if cause != "over"]
    assert causes == [("round.trouble", str(AWAY)), ("round.trouble", str(REFUSED))]
    assert not any("exc_info" in one for one in said)
    assert {one["round"] for one in said} == {"learn"}


async def test_what_nobody_foresaw_keeps_its_traceback() -> None:
    said = await told_by(ValueError("odd"))
    assert [(one["event"], one["exc_info"]) for one in said] == [("round.failed", True)]


def test_the_end_of_a_trouble_is_told_once_and_it_may_begin_anew() -> None:
    lasting = LastingTrouble("audit.trouble", {"of": "access log"})
    with capture_logs() as said:
        for heard in (None, AWAY, AWAY, None, None, AWAY):
            lasting.hear(heard)
    assert events(said) == [
        ("audit.trouble", str(AWAY)),
        ("audit.trouble", "over"),
        ("audit.trouble", str(AWAY)),
    ]


@pytest.mark.parametrize(
    ("lockout", "trouble", "assumed", "level", "advice"),
    [
        (Lockout(5, timedelta(minutes=10)), "", False, "info", None),
        (NO_LOCKOUT, "", False, "info", None),
        (Lockout(2, timedelta(minutes=10)), "", False, "warning", LOCKS_TOO_SOON),
        (Lockout(1, timedelta(minutes=10)), "", True, "warning", LOCKS_TOO_SOON),
        (Lockout(5, timedelta(minutes=10)), "", True, "warning", None),
        (Lockout(5, timedelta(minutes=10)), "head out of sight", False, "warning", None),
    ],
)
def test_a_directory_that_locks_too_soon_is_warned_of_with_what_to_do(
    lockout, trouble, assumed, level, advice
):
    with capture_logs() as said:
        tell_lockout(DirectoryName("urad"), lockout, trouble, assumed=assumed)
    (line,) = said
    assert (line["log_level"], line["directory"], line["attempts"]) == (level, "urad", lockout.attempts)
    assert (line.get("advice"), line.get("trouble", "")) == (advice, trouble)
