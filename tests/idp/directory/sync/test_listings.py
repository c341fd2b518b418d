"""When everybody is listed, and when a listing counts."""

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.directory.sync.listings import LISTED_EVERY, Listings, due

MINUTE, EVERY = 60.0, LISTED_EVERY.total_seconds()


def test_the_first_question_lists_everybody_as_nobody_knows_what_moved_before():
    assert Listings().wanted(0, moved=False)


def test_a_quiet_directory_is_not_listed_again_and_what_moved_soon_after_a_listing_is_remembered():
    listings = listed()
    assert not listings.wanted(2 * EVERY, moved=False)
    listings = listed()
    assert not listings.wanted(MINUTE, moved=True)
    assert not listings.wanted(2 * MINUTE, moved=False)
    assert listings.wanted(EVERY, moved=False)


def test_a_listing_whose_answer_was_not_taken_in_is_due_again_at_once():
    listings = listed()
    assert listings.wanted(EVERY, moved=True)
    listings.answered(EVERY)
    for seconds in range(2):
        assert listings.wanted(EVERY + seconds, moved=False)
        listings.taken_in()  # of an answer for which nobody was listed


def listed() -> Listings:
    """Everybody, at 0."""
    listings = Listings()
    assert listings.wanted(0, moved=False)
    listings.answered(0)
    listings.taken_in()
    return listings


@given(
    refresh=st.timedeltas(timedelta(seconds=1), timedelta(minutes=4)),
    rounds=st.lists(st.timedeltas(timedelta(), timedelta(seconds=30)), min_size=1, max_size=20),
)
def test_however_often_it_is_asked_who_is_gone_is_out_within_five_minutes(
    refresh: timedelta, rounds: list[timedelta]
):
    """`rounds`: how long each takes. Whoever is deleted just after a listing waits for the end of the next one."""
    now, listed = 0.0, None
    for takes in itertools.islice(itertools.cycle(rounds), 400):
        if due(listed, now, refresh):
            assert listed is None or now + takes.total_seconds() - listed <= 5 * MINUTE
            listed = now
        now += (takes + refresh).total_seconds()
    assert listed is not None
    assert now - listed <= 5 * MINUTE
