import pytest

from config.asked_word import asked_in, asked_word, parts_of
from config.vocabulary import PUBLIC, Action, RouteName


@pytest.mark.parametrize("name", [None, RouteName("reports")])
@pytest.mark.parametrize("action", Action)
def test_what_is_asked_for_is_one_word_and_read_as_it_was_written(
    action: Action, name: RouteName | None
) -> None:
    word = asked_word(action, name)
    assert word.split() == [word]
    assert asked_in(word) == (action, name)


@pytest.mark.parametrize("word", ["", "@reports", "reports", "reports@read", "read ", "READ", PUBLIC])
def test_what_begins_with_no_action_asks_for_nothing(word: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Action"):
        asked_in(word)


def test_what_is_no_action_is_taken_apart_all_the_same() -> None:
    """The log keeps whatever was said."""
    assert parts_of(PUBLIC) == (PUBLIC, None)
    assert parts_of("odd@a@b") == ("odd", "a@b")
