"""Rules are told by what they are called, with their names beside it."""

from pathlib import Path

from config.vocabulary import ApplicationId, Language, Role
from policies.forms import forms, render
from policies.load import load
from policies.matrix_groups import Group
from policies.rule_titles import by_what, titles_there, with_title
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, KROMERIZ, copy_of_the_example, example_book

CS, EN = Language.CZECH, Language.ENGLISH
BOOK = example_book()


def test_what_is_called_something_is_among_them_by_its_name() -> None:
    found = titles_there(BOOK, HULIN)
    assert found["records-mayor"][CS] == "Starosta spisy čte a podepisuje"
    assert (
        found["two-factors"][EN] == found["two_factors_needed"][EN] == "Multi-factor authentication is needed"
    )
    assert found["role_not_sufficient"][CS] == "Vaše role v obci k tomu neopravňuje"
    assert titles_there(BOOK, KROMERIZ).keys() != found.keys()


def test_what_a_form_wrote_is_called_by_its_fields(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    values = {"id": "by-form", "roles": ["clerk"], "applications": ["map"], "actions": ["read"]}
    file = municipalities / f"{HULIN}.cedar"
    file.write_text(file.read_text("utf-8") + "\n" + render(forms()["may-use"], values, HULIN), "utf-8")
    titles = titles_there(load(region, municipalities, DISTRICT, APPLICATIONS), HULIN)
    assert titles["by-form"][EN] == "Clerk may read: Map"


def test_a_group_tells_rules_and_reasons_and_a_name_stands_alone_where_nothing_is_called_so() -> None:
    group = Group(
        (Role.CLERK,), ApplicationId("map"), (), frozenset(), ("records-mayor", "x"), ("role_not_sufficient",)
    )
    told = [with_title(*one, EN) for one in by_what(group, titles_there(BOOK, HULIN))]
    assert told == [
        "The mayor reads and signs records (records-mayor)",
        "x",
        "Your role in the municipality does not allow this (role_not_sufficient)",
    ]
