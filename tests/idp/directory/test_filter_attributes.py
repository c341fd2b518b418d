import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory import filters
from idp.directory.filter_attributes import ANY, asks_about_groups, attributes_in
from idp.directory.filters import Filter

IN_CHAIN = "1.2.840.113556.1.4.1941"


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("(objectClass=user)", {"objectclass"}),
        ("(memberOf=cn=a,dc=b)", {"memberof"}),
        ("(memberof=*)", {"memberof"}),
        (f"(&(cn=a)(!(memberOf:{IN_CHAIN}:=CN=a,DC=b)))", {"cn", "memberof"}),
        ("(|(a;lang-cs=1*2)(b>=1)(c<=2)(d~=3))", {"a", "b", "c", "d"}),
        ("(ou:dn:=people)", {"ou"}),
        (f"(:{IN_CHAIN}:=CN=a,DC=b)", {ANY}),
        (r"(description=\28memberOf=x\29)", {"description"}),
        ("(description=memberOf)", {"description"}),
    ],
)
def test_attributes_are_those_that_the_server_is_asked_about(text: str, attributes: set[str]):
    assert attributes_in(Filter(text)) == attributes


names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
values = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)
items = st.tuples(names, values).map(lambda pair: (filters.equal(*pair), {pair[0].lower()}))


def together(parts: st.SearchStrategy) -> st.SearchStrategy:
    several = st.lists(parts, min_size=1, max_size=4)
    return st.one_of(
        several.map(
            lambda some: (filters.all_of([one for one, _ in some]), set().union(*(s for _, s in some)))
        ),
        several.map(
            lambda some: (filters.any_of([one for one, _ in some]), set().union(*(s for _, s in some)))
        ),
        parts.map(lambda one: (Filter(f"(!{one[0]})"), one[1])),
    )


@given(st.recursive(items, together, max_leaves=20))
def test_however_deep_a_filter_is_and_whatever_it_looks_for_all_of_them_are_found(made: tuple[Filter, set]):
    assert attributes_in(made[0]) == made[1]


@pytest.mark.parametrize("text", ["(a", "(a=b))", "nothing", ""])
def test_what_is_no_filter_asks_about_nothing(text: str):
    with pytest.raises(ValueError, match="no filter"):
        attributes_in(Filter(text))
    assert not asks_about_groups(Filter(text))


@pytest.mark.parametrize(
    ("text", "they_do"),
    [
        ("(memberOf=cn=a)", True),
        ("(1.2.840.113556.1.2.102=cn=a)", True),
        (f"(:{IN_CHAIN}:=cn=a)", True),
        ("(&(objectClass=user)(member=cn=a))", False),
    ],
)
def test_people_depend_on_groups_by_what_directories_keep_of_groups_at_people(text: str, they_do: bool):
    assert asks_about_groups(Filter(text)) is they_do
