"""Personnel systems that nobody could tell apart, or that would push into nothing, are refused with their line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused
from config.vocabulary import WATCHING

Office = Callable[..., Path]
PUSHED = """
[[applications]]
id = "personnel"
host = "personnel.brana.example"
technical = true
upstreams = ["brana:scim"]
title = { cs = "Personální systémy", en = "Personnel systems" }
description = { cs = "", en = "" }
routes = [{ methods = ["GET"], action = "read" }, { action = "write" }]

[[technical_accounts]]
id = "payroll"
name = "Mzdy"
owner = "Jan Novák"
roles = [{ municipality = "588491", role = "clerk" }]
ends = 2027-12-31
secret = true

[[personnel]]
account = "payroll"
directory = "DIRECTORY"
"""


def written(office: Office, *changes: tuple[str, str]) -> Path:
    path = office()
    configured = path.read_text("utf-8")
    name = configured.split("[[directories]]", 1)[1].split('name = "', 1)[1].split('"', 1)[0]
    text = PUSHED.replace("DIRECTORY", name)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(configured + text, "utf-8")
    return path


def test_one_in_order_can_start(office: Office) -> None:
    settings, _ = load(written(office))
    assert [(one.account, one.most_closed) for one in settings.personnel] == [("payroll", 10)]


@pytest.mark.parametrize(
    ("old", "new", "at", "what"),
    [
        ('["brana:scim"]', '["brana:scim", "http://127.0.0.1:1"]', "upstreams", "stands alone"),
        ("technical = true\n", "", "technical", "are technical accounts"),
        ('"personnel.brana.example"', '"personnel.brana.example"\npath = "/x"', "path", "a host of its own"),
        ('"brana:scim"]', '"brana:scim"]\nprotocol = "http2"', "applications[", "to reach itself"),
        ('"brana:scim"]', '"brana:scim"]\nidentity = { way = "none" }', "identity", "reads the assertion"),
        ('{ action = "write" }', "{ public = true }", "routes[1]", "neither public nor a stream"),
        ('account = "payroll"', 'account = "nobody"', "personnel[0].account", "no technical account"),
        ('directory = "', 'directory = "x', "personnel[0].directory", "no directory"),
        ('["brana:scim"]', '["http://127.0.0.1:1"]', "personnel", "nothing answers"),
        (
            "[[personnel]]",
            '[[personnel]]\naccount = "payroll"\ndirectory = "x"\n[[personnel]]',
            "personnel[1]",
            "twice",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(office: Office, old: str, new: str, at: str, what: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(written(office, (old, new)))
    assert at in str(refused.value)
    assert what in str(refused.value)


def test_two_applications_do_not_both_answer(office: Office) -> None:
    path = written(office)
    application = PUSHED.split("[[technical_accounts]]", maxsplit=1)[0].replace('"personnel"', '"other"')
    path.write_text(path.read_text("utf-8") + application.replace("personnel.brana", "other.brana"), "utf-8")
    with pytest.raises(ConfigurationRefused, match="another application has"):
        load(path)


GIVES = """
[[personnel.roles]]
value = "Referent"
role = "clerk"
municipality = "588491"
"""


def giving(office: Office, *changes: tuple[str, str]) -> Path:
    path = written(office)
    text = GIVES
    for old, new in changes:
        text = text.replace(old, new, 1)
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    return path


def test_without_a_list_nothing_is_given_and_one_in_order_is_taken(office: Office) -> None:
    assert load(written(office))[0].personnel[0].roles == []
    (given,) = load(giving(office))[0].personnel[0].roles
    assert (given.value, given.role, given.municipality) == ("Referent", "clerk", "588491")


def test_a_list_gives_no_more_than_the_directory_may(office: Office) -> None:
    path = giving(office)
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("[[directories]]", '[[directories]]\nmunicipalities = ["588296"]', 1), "utf-8"
    )
    with pytest.raises(ConfigurationRefused, match="gives no roles in 588491"):
        load(path)


@pytest.mark.parametrize(
    ("old", "new", "at", "what"),
    [
        *(
            ("clerk", role, "roles[0].role", "administers, or watches over others")
            for role in sorted(WATCHING)
        ),
        ("588491", "588296", "roles[0].municipality", "has no role in 588296"),
        ("\n[[", GIVES.replace("Referent", "REFERENT") + "\n[[", "roles[1]", "stands there twice"),
    ],
)
def test_a_list_that_gives_too_much_is_told_with_its_place(
    office: Office, old: str, new: str, at: str, what: str
) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(giving(office, (old, new)))
    assert at in str(refused.value)
    assert what in str(refused.value)
