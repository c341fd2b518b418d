"""Following the log by command: what is there, then what is added, until Ctrl-C; one reading is recorded."""

import signal
import subprocess
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from gateway.audit.entry import Code
from gateway.audit.search import News, Query
from gateway.commands.audit_tail import followed, tail, told
from tests.gateway.commands.logs import entries
from tests.rig.installation import PROGRAM, PROJECT, Installation

PATIENCE = 60  # seconds: it ends by itself, on a busy machine late


class Growing:
    """A log to which so many entries are added between two looks."""

    def __init__(self, *added: int) -> None:
        self.added = list(added)
        self.asked: list[int] = []

    async def behind(self, query, number):
        self.asked.append(number)
        end = number + self.added.pop(0)
        return News((), max(0, end - number - 20), 0, end)


def test_each_look_begins_where_the_one_before_ended():
    log = Growing(3, 0, 25)
    waits = iter([True, True, True, False])
    news = list(followed(log, Query(), 100, lambda: next(waits)))
    assert log.asked == [100, 103, 103]
    assert [told(one) for one in news] == ["", "", "5 more fit and are not shown"]
    assert told(News((), 2, 7, 0)) == "2 more fit and are not shown, 7 were too many to be looked at"


@contextmanager
def following(one: Installation, *arguments: str):
    command = [*PROGRAM, "audit", "tail", *arguments]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=one.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - whoever tests in the background ignores it
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.real
def test_what_is_added_is_told_as_it_comes_and_who_follows_is_recorded_once(kept: Installation) -> None:
    asked = [
        "--lines",
        "1",
        "--code",
        "system.started",
        "--code",
        "audit.searched",
        "--where",
        "form=command",
    ]
    with following(kept, *asked, "--purpose", "dohled při údržbě") as process:
        first = process.stdout.readline()
        assert "follow=yes" in first
        entries(kept, "--code", "system.stopped")
        assert "system.stopped" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""
    (look,) = [
        one["entry"]
        for one in entries(kept, "--code", Code.LOG_SEARCHED.value)
        if "follow=yes" in one["entry"]["details"]["query"]
    ]
    assert look["details"]["purpose"] == "dohled při údržbě"


@pytest.mark.real
def test_what_is_no_field_is_named_and_nothing_is_followed(kept: Installation) -> None:
    done = kept.brana("audit", "tail", "--where", "colour=red")
    assert done.returncode == 2
    assert "no entry has such a field" in done.stderr
    assert not [one for one in entries(kept) if "follow" in str(one["entry"]["details"].get("query"))]


@pytest.mark.real
def test_it_ends_when_it_is_told_to_and_says_nothing_of_it(kept: Installation) -> None:
    with following(kept, "--lines", "1", "--code", "system.started") as process:
        assert "started" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""


@pytest.mark.real
def test_it_ends_by_itself_when_its_time_is_over(kept: Installation) -> None:
    done = kept.brana("audit", "tail", "--for", "1 s", "--lines", "1", "--code", "system.started")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")


@pytest.mark.real
@pytest.mark.parametrize("comes", [False, True], ids=["nothing comes", "entries come"])
def test_it_ends_when_nobody_reads_it_any_more(kept: Installation, comes: bool) -> None:
    wanted = "audit.searched" if comes else "system.started"
    with following(kept, "--lines", "1", "--code", wanted) as process:
        assert process.stdout.readline(), process.stderr.read()
        process.stdout.close()
        if comes:
            entries(kept)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("length", ["0 s", "-1 s", "soon", "15"])
def test_what_is_no_length_of_time_is_said(length: str) -> None:
    done = CliRunner().invoke(tail, ["--for", length])
    assert done.exit_code == 2
    assert "is no length of time; write it as `15 min`" in " ".join(done.output.split())
