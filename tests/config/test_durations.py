"""Durations that contradict each other are refused where somebody can mend them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.durations import ATTEMPT_LIFETIME, ORDERS
from config.load import load
from config.problem import ConfigurationRefused, Problem
from gateway.commands.config import command

Office = Callable[..., Path]


def written(table: str, *lines: str) -> tuple[str, str]:
    """The change that writes these lines into the configuration's table."""
    text = "".join(f"{line}\n" for line in lines)
    return "[policies]\n", f"[{table}]\n{text}[policies]\n"


def faults(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    return refused.value.problems


def line_at(path: Path, problem: Problem) -> str:
    return path.read_text(encoding="utf-8").splitlines()[problem.line - 1]


@pytest.mark.parametrize(
    ("table", "line", "otherwise", "remedy"),
    [
        ("keys", 'announce = "9 min"', "not between 0:10:00", "between them"),
        ("limits", 'silence = "4 s"', "not between 0:00:05", "between them"),
        ("grants", 'lifetime = "15 min"', "has been idle for too long", "shorter than sign_in.idle"),
        ("sign_in", 'idle = "5 min"', "has been idle for too long", "longer than grants.lifetime"),
        ("facts", 'refresh = "241 s"', "would not be out within 5 minutes", "4 min at most"),
        ("facts", 'grace = "1 min"', "facts would be too old", "longer than facts.refresh"),
        ("sign_in", 'idle = "4 h"', "never end by idling", "shorter than sign_in.absolute_administrators"),
        ("sign_in", 'absolute = "3 h"', "administrators would stay signed in", "longer than sign_in.absolute_"),
        ("sign_in", 'flow_lifetime = "16 min"', "remembered where it began", "15 min at most"),
    ],
)  # fmt: skip
def test_a_contradiction_is_told_at_the_line_that_was_written_with_its_remedy(
    table: str, line: str, otherwise: str, remedy: str, office: Office
) -> None:
    path = office(written(table, line))
    (problem,) = faults(path)
    assert line_at(path, problem) == line
    assert otherwise in problem.what
    assert remedy in problem.remedy


def test_a_session_that_would_never_idle_is_told_for_everybody_and_for_administrators(office: Office) -> None:
    path = office(written("sign_in", 'idle = "10 h"'))
    assert [line_at(path, problem) for problem in faults(path)] == ['idle = "10 h"'] * 2


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("grants", ['lifetime = "899 s"']),
        ("keys", ['announce = "10 min"']),
        ("sign_in", ['absolute_administrators = "10 h"']),
        ("sign_in", ['flow_lifetime = "15 min"']),
        ("sign_in", ['idle = "3 h"', 'absolute = "4 h"']),
    ],
)
def test_what_just_fits_is_accepted(table: str, lines: list[str], office: Office) -> None:
    load(office(written(table, *lines)))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.shorter}<{order.longer}")
def test_every_setting_of_the_table_is_a_duration(order: object, office: Office) -> None:
    settings, _ = load(office())
    for path in (order.shorter, order.longer):
        table, name = path.split(".")
        assert isinstance(getattr(getattr(settings, table), name), timedelta)


def test_a_sign_in_by_default_fits_into_what_the_host_remembers(office: Office) -> None:
    settings, _ = load(office())
    assert settings.sign_in.flow_lifetime < ATTEMPT_LIFETIME


def limits(*lines: str) -> tuple[str, str]:
    text = "".join(f"{line}\n" for line in ('roles = ["supplier"]', *lines))
    return ("[policies]\n", f"[[sign_in.limits]]\n{text}[policies]\n")


@pytest.mark.parametrize(
    ("lines", "at", "says"),
    [
        ((), "[[sign_in.limits]]", "it limits nothing"),
        (
            ('idle = "16 min"',),
            'idle = "16 min"',
            "it changes nothing: for everybody sign_in.idle is 0:15:00",
        ),
        (('absolute = "11 h"',), 'absolute = "11 h"', "it changes nothing"),
        (('idle = "5 min"',), 'idle = "5 min"', "has been idle for too long"),
        (('absolute = "15 min"',), 'absolute = "15 min"', "would never end by idling"),
        (('idle = "9 min"', 'absolute = "9 min"'), 'absolute = "9 min"', "would never end by idling"),
        (('idle = "0 s"',), 'idle = "0 s"', "nothing can happen in no time"),
    ],
)
def test_a_limit_of_roles_that_cannot_be_meant_is_told(
    lines: tuple[str, ...], at: str, says: str, office: Office
) -> None:
    path = office(limits(*lines))
    (problem,) = faults(path)
    assert line_at(path, problem) == at
    assert says in problem.what


@pytest.mark.parametrize(
    "lines", [('idle = "6 min"',), ('absolute = "16 min"',), ('idle = "6 min"', 'absolute = "7 min"')]
)
def test_a_stricter_limit_of_roles_is_accepted(lines: tuple[str, ...], office: Office) -> None:
    settings, _ = load(office(limits(*lines)))
    assert len(settings.sign_in.limits) == 1


@pytest.mark.real
def test_the_check_command_names_file_line_and_remedy(office: Office) -> None:
    path = office(written("grants", 'lifetime = "20 min"'))
    done = CliRunner().invoke(command, ["check", "--config", str(path)])
    assert done.exit_code != 0
    said = f"{done.output}{done.exception}"
    line = path.read_text(encoding="utf-8").splitlines().index('lifetime = "20 min"') + 1
    assert f"{path}:{line}" in said
    assert "make it shorter than sign_in.idle" in said


@pytest.mark.parametrize(
    "line",
    [
        'trust_new_keys_after = "59 min"',
        'trust_new_keys_after = "31 days"',
        'longest_exception = "23 h"',
        'longest_exception = "367 days"',
    ],
)
def test_a_time_out_of_its_bounds_is_refused(line: str, office: Office) -> None:
    path = office(written("sign_in", line))
    (problem,) = faults(path)
    assert line_at(path, problem) == line
    assert "choose a time between them" in str(problem)
