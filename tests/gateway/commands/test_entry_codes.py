import pytest
from click.testing import CliRunner

from gateway.audit.entry import Code
from gateway.commands.audit import command
from gateway.commands.entry_codes import catalogue


def test_every_code_has_a_line_with_what_it_says() -> None:
    said = CliRunner().invoke(command, ["codes"])
    assert said.exit_code == 0
    lines = dict(line.split(None, 1) for line in said.output.splitlines())
    assert set(lines) == set(Code)
    assert lines["factor.removed"] == "A factor removed: … (by: …)"
    assert "{" not in catalogue()


def test_the_help_of_a_search_fits_on_a_screen() -> None:
    said = CliRunner().invoke(command, ["search", "--help"]).output
    assert "--code CODE" in said
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("factor.removd", "there is no code 'factor.removd'; did you mean factor.removed?"),
        ("0", "there is no code '0' (`brana audit codes` lists them)"),
    ],
)
def test_a_code_that_is_none_is_told_with_the_one_that_was_meant(written: str, says: str) -> None:
    said = CliRunner().invoke(command, ["search", "--code", written])
    assert said.exit_code == 2
    assert says in " ".join(said.output.replace("│", "").split())
