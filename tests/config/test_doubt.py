import pytest

from config.doubt import touch, without_doubt


@pytest.mark.parametrize(
    ("one", "other", "touches"),
    [
        ("public", "public.port", True),
        ("public.port", "public", True),
        ("public.port", "public.port", True),
        ("applications", "applications[1].id", True),
        ("applications[1]", "applications[10].id", False),
        ("public.port", "public.ports", False),
        ("metrics.port", "public.port", False),
    ],
)
def test_a_setting_touches_itself_what_it_holds_and_what_holds_it(
    one: str, other: str, touches: bool
) -> None:
    assert touch(one, other) is touches
    assert touch(other, one) is touches


def test_what_rests_on_doubt_is_not_said_and_all_else_is() -> None:
    found = [("a.x", "what", "mend"), ("b.y", "what", "mend")]
    assert without_doubt(found, ("c",), {"c.z"}) == []
    assert without_doubt(found, ("c",), {"a"}) == [found[1]]
    assert without_doubt(found, ("c",), ()) == found
