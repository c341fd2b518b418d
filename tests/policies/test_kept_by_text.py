"""What is worked out of texts is kept by how long they are, not by how many there are."""

from policies.kept_by_text import kept_by_text


def test_what_is_kept_is_worked_out_once_and_the_least_used_makes_room() -> None:
    worked: list[str] = []

    @kept_by_text(32)
    def length(text: str) -> int:
        worked.append(text)
        return len(text)

    texts = [letter * 4 for letter in "abcd"]
    assert [length(one) for one in (*texts, *texts)] == [4] * 8
    assert worked == texts
    for other in ("eeee", "ffff", "gggg", "hhhh"):
        assert (length(other), length("aaaa")) == (4, 4)
    assert worked == [*texts, "eeee", "ffff", "gggg", "hhhh"], "what is asked for all the time stays"
    length("bbbb")
    assert worked[-1] == "bbbb", "it had to make room"


def test_a_text_too_long_for_the_room_is_worked_out_each_time_and_makes_no_other_go() -> None:
    worked: list[str] = []

    @kept_by_text(32)
    def length(text: str) -> int:
        worked.append(text)
        return len(text)

    for one in ("a", "b" * 5, "b" * 5, "a"):
        assert length(one) == len(one)
    assert worked == ["a", "b" * 5, "b" * 5]
