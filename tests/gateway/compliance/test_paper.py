"""What draws a report is another program: it fetches nothing, and what becomes of it is told."""

import os
import sys
from datetime import timedelta

import pytest

from gateway.commands import pdf_process
from gateway.compliance.paper import NotDrawn, drawn

pytestmark = pytest.mark.real
PAGE = '<!doctype html><html lang="cs"><title>Zpráva</title><p>Zpráva</p>{}</html>'


async def test_a_document_that_names_something_elsewhere_fetches_nothing(tmp_path) -> None:
    (tmp_path / "secret.txt").write_text("tajné", "utf-8")
    named = f'<link rel="attachment" href="{(tmp_path / "secret.txt").as_uri()}">'
    made = await drawn(pdf_process.command(os.getpid()), PAGE.format(named))
    assert b"EmbeddedFile" not in made
    assert b"secret.txt" not in made


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        (["/nowhere/at/all"], "No such file"),
        ([sys.executable, "-c", "raise SystemExit('no pango here')"], "no pango here"),
        ([sys.executable, "-c", "print('hello')"], "it ended with 0"),
    ],
)
async def test_what_cannot_be_drawn_is_told_with_its_cause(command: list[str], cause: str) -> None:
    with pytest.raises(NotDrawn, match=cause):
        await drawn(command, PAGE.format(""))


async def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(NotDrawn, match="longer than"):
        await drawn([sys.executable, "-c", "input()"], "", timedelta(0))
