"""When everybody is listed, and when a listing counts."""

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.directory.sync.listings import LISTED_EVERY, Listings, due
from tests.rig.domain_follower import NOON

MINUTE = timedelta(minutes=1)


def test_the_first_question_lists_everybody_as_nobody_knows_what_moved_before():
    assert Listings().wanted("1", NOON, moved=False)


def test_a_quiet_directory_is_not_listed_again_and_what_moved_soon_after_a_listing_is_remembered():
    listings = Listings()
    listings.answered("2", NOON)
    assert not listings.wanted("2", NOON + 2 * LISTED_EVERY, moved=False)
    listings = Listings()
    listings.answered("2", NOON)
    assert not listings.wanted("2", NOON + MINUTE, moved=True)
    assert not listings.wanted("3", NOON + 2 * MINUTE, moved=False)
    assert listings.wanted("3", NOON + LISTED_EVERY, moved=False)


def test_a_listing_whose_answer_was_not_taken_in_is_due_again_at_once():
    listings = Listings()
    listings.answered("2", NOON)
    assert listings.wanted("1", NOON + MINUTE, moved=False)


@given(
    refresh=st.timedeltas(timedelta(seconds=1), timedelta(minutes=4)),
    rounds=st.lists(st.timedeltas(timedelta(), timedelta(seconds=30)), min_size=1, max_size=20),
)
def test_however_often_it_is_asked_who_is_gone_is_out_within_five_minutes(
    refresh: timedelta, rounds: list[timedelta]
):
    """`rounds`: how long each takes. Whoever is deleted just after a listing waits for the end of the next one."""
    now, listed = NOON, None
    for takes in itertools.islice(itertools.cycle(rounds), 400):
        if due(listed, now, refresh):
            assert listed is None or now + takes - listed <= timedelta(minutes=5)
            listed = now
        now += takes + refresh
    assert listed is not None
    assert now - listed <= timedelta(minutes=5)
