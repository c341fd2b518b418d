"""Settings of requests and of separation of duties: what they say, and what is wrong with them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused
from config.vocabulary import Role

Office = Callable[..., Path]


def told(office: Office, tables: str) -> list[str]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office(("[policies]\n", f"{tables}\n[policies]\n")))
    return [f"{one.what} {one.remedy}" for one in refused.value.problems]


def test_what_is_said_of_requests_is_taken(office: Office) -> None:
    tables = (
        '[requests]\nlongest = "8 h"\nemergency = "30 min"\n'
        '[[requests.stricter]]\nactions = ["sign"]\napprovers = 2\n'
        '[[separation]]\nroles = ["accountant", "authorising_officer"]\nwhere = "municipality"\n'
        '[[separation]]\nacts = ["approve", "review"]\n'
    )
    settings, _ = load(office(("[policies]\n", f"{tables}\n[policies]\n")))
    assert settings.requests.longest == timedelta(hours=8)
    assert settings.requests.stricter[0].approvers == 2
    assert settings.separation[0].roles == [Role.ACCOUNTANT, Role.AUTHORISING_OFFICER]


@pytest.mark.parametrize(
    ("tables", "what"),
    [
        ('[requests]\nemergency = "61 min"\n', "not between"),
        ('[requests]\nreview_within = "3 days"\n', "not between"),
        ("[requests]\napprovers = 3\n", "3"),
        ('[[requests.stricter]]\nactions = ["sign"]\n', "makes nothing stricter"),
        ('[[requests.stricter]]\nlongest = "31 days"\n', "it changes nothing"),
        ('[[requests.stricter]]\nlongest = "0 s"\n', "nothing can happen in no time"),
        ('[[requests.stricter]]\napplications = ["payroll"]\napprovers = 2\n', "'payroll' is no application"),
        ("[[separation]]\n", "it says of roles or of acts"),
        (
            '[[separation]]\nroles = ["auditor", "clerk"]\nacts = ["ask", "review"]\n',
            "it says of roles or of acts",
        ),
        ('[[separation]]\nroles = ["auditor"]\n', "one alone meets nothing"),
        ('[[separation]]\nroles = ["auditor", "clerk", "auditor"]\n', "one is named twice"),
        ('[[separation]]\nacts = ["ask", "review"]\nwhere = "municipality"\n', "acts meet in one matter"),
    ],
)
def test_what_contradicts_itself_is_told(office: Office, tables: str, what: str) -> None:
    assert any(what in one for one in told(office, tables))
