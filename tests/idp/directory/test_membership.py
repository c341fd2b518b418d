from hypothesis import given
from hypothesis import strategies as st

from idp.directory.membership import reached

ABOVE = {"team": ["office"], "office": ["all", "team"], "all": [], "role": ["all"]}


def test_ways_lead_through_groups_that_are_there_and_circles_end():
    assert reached(["team"], ABOVE) == ["team", "office", "all"]
    assert reached(["team", "role"], ABOVE) == ["team", "office", "all", "role"]


def test_a_group_that_is_not_there_leads_nowhere():
    assert reached(["elsewhere"], ABOVE) == []
    assert reached(["team"], {**ABOVE, "office": ["elsewhere"], "elsewhere?": ["all"]}) == ["team", "office"]


names = st.integers(0, 9).map(str)


@given(st.lists(names), st.dictionaries(names, st.lists(names)))
def test_whatever_is_reached_is_direct_or_above_something_reached(
    direct: list[str], above: dict[str, list[str]]
):
    found = reached(direct, above)
    assert len(found) == len(set(found))
    assert {one for one in direct if one in above} <= set(found)
    for name in found:
        assert name in direct or any(name in above[below] for below in found if below != name)
        assert {one for one in above[name] if one in above} <= set(found)
