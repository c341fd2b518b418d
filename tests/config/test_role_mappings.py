"""What a configuration of directories, roles and deputies may not say."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused

Office = Callable[..., Path]

ACCOUNTANTS = 'group = "cn=ucetni-{municipality},ou=groups,dc=example"'
ADMINISTRATORS = 'group = "cn=spravci,ou=groups,dc=example"'
IN_HULIN = 'municipality = "588491"'
NAMED = 'name = "mesto"'
POLICIES = "[policies]"
HULIN, CENTRE = '"588491"', '"588296"'
DEPUTY = """\
[[directories.deputies]]
person = "novak"
in_place_of = "starosta"
valid_from = 2026-07-01
valid_until = 2026-07-31
"""
SECOND = """\
[[directories]]
name = "obec"
servers = ["ldaps://ldap.obec.example:636"]
authority = "ca.pem"
bind_dn = "cn=brana,dc=obec"
bind_password_file = "bind.password"
people_base = "ou=people,dc=obec"
groups_base = "ou=groups,dc=obec"
municipalities = ["588491"]
realms = ["obec.example"]
[[directories.roles]]
group = "cn=starosta,ou=groups,dc=obec"
role = "mayor"
municipality = "588491"
"""


def only_fault(path: Path) -> tuple[str, str]:
    """Its line, and what is said of it."""
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    (problem,) = refused.value.problems
    assert problem.remedy
    return path.read_text("utf-8").splitlines()[problem.line - 1], f"{problem.what} {problem.remedy}"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        (ACCOUNTANTS, f'{ACCOUNTANTS}\nunit = "ou=x"', "[[directories.roles]]", "`group` and `unit` say whose"),
        (ACCOUNTANTS, "", "[[directories.roles]]", "nothing says whose the role is"),
        (ACCOUNTANTS, f'attribute = "title"\n{IN_HULIN}', "[[directories.roles]]", "belong together"),
        (ADMINISTRATORS, f'{ADMINISTRATORS}\nvalue = "x"', "[[directories.roles]]", "belong together"),
        (ADMINISTRATORS, 'attribute = "MemberOf"\nvalue = "cn=x"', 'attribute = "MemberOf"', "use `group`"),
        (ADMINISTRATORS, 'person = " "', 'person = " "', "is empty"),
        (ACCOUNTANTS, 'person = "novak"', "[[directories.roles]]", "give `municipality`"),
        (ACCOUNTANTS, 'unit = "ou=x"', "[[directories.roles]]", "{ico} in `unit`"),
        (ACCOUNTANTS, 'unit = "ou={ico}-{municipality}"', "[[directories.roles]]", "say the same"),
        (ACCOUNTANTS, 'attribute = "title"\nvalue = "a*b ({ico})"', 'value = "a*b ({ico})"', "beginning or the end"),
        (ACCOUNTANTS, 'attribute = "title"\nvalue = "*{ico}*"', 'value = "*{ico}*"', "which digits"),
        (ADMINISTRATORS, 'attribute = "title"\nvalue = "*"', 'value = "*"', "beginning or the end"),
        (IN_HULIN, 'municipality = "00000000"', 'municipality = "00000000"', "00000000 is not in the district"),
        (
            IN_HULIN,
            f"{IN_HULIN}\nvalid_from = 2026-02-01\nvalid_until = 2026-01-31",
            "valid_until = 2026-01-31",
            "the last day, 2026-01-31, comes before the first, 2026-02-01",
        ),
        (IN_HULIN, f'{IN_HULIN}\nvalid_from = "soon"', 'valid_from = "soon"', "as 2026-12-31"),
        (NAMED, f'{NAMED}\nrealms = ["Mesto.example"]', 'realms = ["Mesto.example"]', "is not a realm"),
        (NAMED, f'{NAMED}\nrealms = ["@mesto"]', 'realms = ["@mesto"]', "is not a realm"),
        (NAMED, f'{NAMED}\nlogin_attributes = ["uid", "UID"]', 'login_attributes = ["uid", "UID"]', "is named already"),
        (POLICIES, DEPUTY.replace("07-31", "06-30") + POLICIES, "valid_until = 2026-06-30", "comes before"),
        (POLICIES, DEPUTY.replace("starosta", "Novak") + POLICIES, 'in_place_of = "Novak"', "for themselves"),
        (POLICIES, DEPUTY + 'municipality = "1"\n' + POLICIES, 'municipality = "1"', "not in the district"),
        (POLICIES, DEPUTY.replace('"novak"', '""') + POLICIES, 'person = ""', "is empty"),
    ],
)  # fmt: skip
def test_a_contradiction_names_its_line_and_remedy(
    old: str, new: str, line: str, says: str, office: Office
) -> None:
    found, said = only_fault(office((old, new)))
    assert (found, says in said) == (line, True), said


@pytest.mark.parametrize(
    ("first", "second", "is_repeated"),
    [
        ("", "", True),
        ("valid_until = 2026-06-30", "valid_from = 2026-06-30", True),
        ("valid_until = 2026-06-30", "valid_from = 2026-07-01", False),
        ("valid_from = 2026-07-01", "valid_until = 2026-06-30", False),
        ("", "valid_from = 2026-07-01", True),
    ],
)
def test_the_same_role_may_be_given_twice_only_for_other_days(
    first: str, second: str, is_repeated: bool, office: Office
) -> None:
    group = ADMINISTRATORS.upper().replace("GROUP", "group")
    again = f'[[directories.roles]]\n{group}\nrole = "centre_administrator"\n'
    path = office((IN_HULIN, f"{IN_HULIN}\n{first}\n{again}{IN_HULIN}\n{second}"))
    if is_repeated:
        assert "says the same as directories[0].roles[1]" in only_fault(path)[1]
    else:
        load(path)


def test_deputies_that_overlap_are_told(office: Office) -> None:
    _, said = only_fault(office((POLICIES, DEPUTY + DEPUTY.replace("07-01", "07-31") + POLICIES)))
    assert "says the same as directories[0].deputies[0]" in said


def test_an_organisation_number_is_as_good_as_a_code(office: Office) -> None:
    path = office((IN_HULIN, 'municipality = "00287229"'), (NAMED, f'{NAMED}\nmunicipalities = ["00287229"]'))
    settings, _ = load(path)
    assert settings.directories[0].roles[1].municipality == "588491"
    assert settings.directories[0].municipalities == ["588491"]


def test_a_directory_may_not_be_told_to_give_roles_elsewhere(office: Office) -> None:
    where = 'municipality = "588296"'
    path = office((POLICIES, SECOND.replace('municipality = "588491"', where) + POLICIES))
    found, said = only_fault(path)
    assert (found, "obec may not give roles in 588296" in said) == (where, True)


def test_a_realm_belongs_to_one_directory(office: Office) -> None:
    path = office((NAMED, f'{NAMED}\nrealms = ["obec.example"]'), (POLICIES, SECOND + POLICIES))
    assert "obec.example is a realm of mesto already" in only_fault(path)[1]


def test_two_directories_have_two_names(office: Office) -> None:
    path = office((POLICIES, SECOND.replace('"obec"', '"mesto"') + POLICIES))
    assert "'mesto' is another directory's name" in only_fault(path)[1]


def test_of_several_directories_one_at_most_speaks_for_the_whole_district(office: Office) -> None:
    limit = f"municipalities = [{HULIN}]\n"
    assert limit in SECOND
    second = SECOND.replace(limit, "")
    found, said = only_fault(office((POLICIES, second + POLICIES)))
    assert found == "[[directories]]"
    assert "obec may give roles in the whole district, as mesto may" in said
    assert "name in `municipalities`" in said
    load(office((NAMED, f"{NAMED}\nmunicipalities = [{HULIN}, {CENTRE}]"), (POLICIES, second + POLICIES)))


def test_a_third_directory_is_told_apart_from_the_first(office: Office) -> None:
    third = SECOND.replace('"obec"', '"dalsi"').replace("obec.example", "dalsi.example")
    empty = third.replace(f"municipalities = [{HULIN}]", "municipalities = []")
    found, said = only_fault(office((POLICIES, SECOND + empty + POLICIES)))
    assert found == "municipalities = []"
    assert "dalsi may give roles in the whole district, as mesto may" in said


def test_what_a_directory_names_wrongly_says_nothing_of_the_others(office: Office) -> None:
    second = SECOND.replace(f"municipalities = [{HULIN}]\n", "")
    wrong = f"municipalities = {HULIN}"
    assert only_fault(office((NAMED, f"{NAMED}\n{wrong}"), (POLICIES, second + POLICIES)))[0] == wrong
