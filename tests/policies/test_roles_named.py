"""A changed policy says which roles it names now and which no more, and where its title stayed all the same."""

import msgspec

from config.vocabulary import Language
from policies.difference import PolicyChange, difference, told
from tests.policies.world import HULIN

FILE = f"municipalities/{HULIN}.cedar"
ONE, TWO = 'contains(Role::"deputy_mayor")', 'containsAny([Role::"deputy_mayor", Role::"accountant"])'


def policy(roles: str, title: str = "Místostarosta spisy čte") -> dict[str, str]:
    text = f"""@id("records-view") @title_cs("{title}") @title_en("{title}")
permit (principal, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ principal.roles.{roles} }};
"""
    return {FILE: text}


def change(before: dict[str, str], after: dict[str, str]) -> PolicyChange:
    (only,) = difference(before, after).policies
    return only


def test_a_role_that_came_is_told_and_the_title_that_stayed() -> None:
    one = change(policy(ONE), policy(TWO))
    assert one.roles is not None
    assert [said and said[Language.CZECH] for said in one.roles] == ["účetní", None]
    assert one.title_stays
    lines = list(told(difference(policy(ONE), policy(TWO)), Language.ENGLISH))
    assert "    Roles that it names now: accountant" in lines
    assert "    The title stayed as it was, and the roles changed. See whether it still holds." in lines


def test_a_role_that_went_is_told_and_a_title_that_changed_is_not_asked_about() -> None:
    one = change(policy(TWO), policy(ONE, "Jen místostarosta spisy čte"))
    assert one.roles is not None
    assert [said and said[Language.ENGLISH] for said in one.roles] == [None, "accountant"]
    assert not one.title_stays


def test_where_no_role_changed_nothing_is_said_of_roles() -> None:
    one = change(policy(ONE), policy(ONE, "Jinak"))
    assert one.roles is None
    assert not one.title_stays


def test_a_program_reads_null_where_there_are_none() -> None:
    (told_,) = msgspec.to_builtins(difference(policy(ONE), policy(TWO)))["policies"]
    assert [one and one["en"] for one in told_["roles"]] == ["accountant", None]
