import pytest
from rich.table import Table

from gateway.commands.terminal import console


def test_no_value_is_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title="Jana [/b] :smile:")
    table.add_row("[bold]Nováková")
    console().print(table)
    said = capsys.readouterr().out
    assert "Jana [/b] :smile:" in said
    assert "[bold]Nováková" in said
