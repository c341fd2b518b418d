"""When a silence is too long; and that a loop which runs is heard."""

import asyncio
import contextlib
import os
import sys

import pytest

from gateway.life import LIFE, LOOK_EVERY, Ear, Silence

SPEAKS = "import asyncio\nfrom gateway.life import giving_signs\nasyncio.run(giving_signs(asyncio.sleep(60)))"


def looks(silence: Silence, heard: str, passed: float = LOOK_EVERY) -> str:
    """What came of a row of looks: `!` where it was too long. `heard`: a dot for a sign, a space for none."""
    return "".join("!" if silence.too_long(heard=one == ".", passed=passed) else "-" for one in heard)


def test_a_silence_as_long_as_the_bound_is_too_long() -> None:
    assert looks(Silence(3), ".   ") == "---!"


def test_each_sign_ends_a_silence() -> None:
    assert looks(Silence(3), ".  .  .   ") == "---------!"


def test_before_the_first_sign_there_is_the_patience_with_a_start() -> None:
    assert looks(Silence(3, starting=6), "      ") == "-----!"
    assert looks(Silence(3, starting=6), "    .   ") == "-------!"


def test_however_late_a_look_is_it_counts_as_one() -> None:
    silence = Silence(3)
    assert looks(silence, ".  ") == "---"
    assert looks(Silence(3), ". ", passed=3600) == "--"
    assert looks(silence, " ", passed=3600) == "!"


def test_early_looks_count_for_what_passed() -> None:
    assert looks(Silence(3), ".     ", passed=0.5) == "------"


@pytest.mark.real
async def test_a_loop_that_runs_is_heard_and_a_process_without_one_is_not() -> None:
    ear = Ear()
    speaking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SPEAKS, pass_fds=(ear.mouth,), env=os.environ | {LIFE: str(ear.mouth)}
    )
    ear.given_away()
    try:
        async with asyncio.timeout(10):
            while not ear.heard():
                await asyncio.sleep(0.01)
    finally:
        speaking.kill()
        await speaking.wait()
    ear.heard()
    assert not ear.heard(), "nobody is left to speak"
    ear.close()


def test_a_supervisor_that_does_not_listen_holds_up_nobody() -> None:
    ear = Ear()
    with contextlib.suppress(BlockingIOError):
        while os.write(ear.mouth, b"." * 4096):
            pass
    assert ear.heard()
    ear.given_away()
    ear.close()
