from datetime import UTC, datetime

import pytest
from rich.table import Table

from gateway.commands.terminal import console, local_time


def test_no_value_is_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title="Jana [/b] :smile:")
    table.add_row("[bold]Nováková")
    console().print(table)
    said = capsys.readouterr().out
    assert "Jana [/b] :smile:" in said
    assert "[bold]Nováková" in said


@pytest.mark.parametrize(
    ("hour", "said"),
    [(0, "2026-10-25 02:30 CEST"), (1, "2026-10-25 02:30 CET"), (12, "2026-10-25 13:30 CET")],
)
def test_times_are_those_of_prague_and_say_which_of_two_hours_is_meant(hour: int, said: str) -> None:
    moment = datetime(2026, 10, 25, hour, 30, 5, tzinfo=UTC)
    assert local_time(moment) == said
    assert local_time(moment, seconds=True) == said.replace(":30 ", ":30:05 ")
