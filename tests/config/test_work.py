"""What a configuration may not say of the attributes that tell of people's work."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused
from config.settings import ActivityRoles, Work

Office = Callable[..., Path]
BASE = 'groups_base = "ou=groups,dc=example"'
ROLES = "work.activity_roles"


def with_work(office: Office, *lines: str) -> Path:
    return office((BASE, "\n".join([BASE, *lines])))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('work.employed_until = " "', "is empty"),
        ('work.departments = "memberOf"', "changes with a group"),
        (f'{ROLES}.attribute = "ismemberof;x"', "changes with a group"),
        (f'{ROLES} = {{ attribute = "a", value = "{{agenda}}@{{municipality}}" }}', "once each"),
        (f'{ROLES} = {{ attribute = "a", value = "{{agenda}}:{{activity_role}}" }}', "in one municipality"),
        (
            f'{ROLES} = {{ attribute = "a", value = "{{agenda}}{{activity_role}}@{{ico}}" }}',
            "side by side",
        ),
        (
            f'{ROLES} = {{ attribute = "a", value = "{{agenda}}:{{activity_role}}@{{ico}}/{{municipality}}" }}',
            "say the same",
        ),
        (
            f'{ROLES} = {{ attribute = "a", value = "{{agenda}}:{{activity_role}}@{{ico}}+{{ico}}" }}',
            "once each",
        ),
    ],
)
def test_what_could_never_be_read_names_its_line_and_remedy(line: str, says: str, office: Office) -> None:
    path = with_work(office, line)
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    (problem,) = refused.value.problems
    assert path.read_text("utf-8").splitlines()[problem.line - 1] == line
    assert (says in problem.what, bool(problem.remedy)) == (True, True), problem.what


def test_every_part_may_be_left_out_and_a_sole_municipality_need_not_be_written(office: Office) -> None:
    assert load(with_work(office))[0].directories[0].work == Work()
    value = "{agenda}:{activity_role}"
    path = with_work(
        office, 'municipalities = ["588491"]', f'{ROLES} = {{ attribute = "a", value = "{value}" }}'
    )
    found = load(path)[0].directories[0].work
    assert found == Work(activity_roles=ActivityRoles(attribute="a", value=value))
