from hypothesis import given
from hypothesis import strategies as st

from idp.directory.servers import FIRST_REST, LONGEST_REST, Health, choose, failed, rest, succeeded

TWO = (Health(), Health())


def test_the_first_server_is_preferred():
    assert choose(TWO, 0.0, [])[0] == 0
    assert choose(TWO, 0.0, [0])[0] == 1
    assert choose(TWO, 0.0, [0, 1])[0] is None


def test_a_server_that_failed_rests_and_the_next_one_takes_over():
    servers = failed(TWO, 0, 10.0)
    assert choose(servers, 10.0, [])[0] == 1
    assert choose(servers, 10.0 + FIRST_REST, [])[0] == 0


def test_when_its_rest_is_over_only_one_caller_probes_it():
    servers = failed(TWO, 0, 10.0)
    first, servers = choose(servers, 11.0, [])
    second, servers = choose(servers, 11.0, [])
    assert (first, second) == (0, 1)


def test_a_success_makes_a_server_whole():
    servers = failed(failed(TWO, 0, 10.0), 0, 10.0)
    assert succeeded(servers, 0) == TWO


@given(st.integers(min_value=0, max_value=10_000))
def test_rests_grow_but_never_beyond_the_bound(failures: int):
    assert rest(failures) <= rest(failures + 1) <= LONGEST_REST


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.booleans(), st.floats(0, 3)), max_size=60))
def test_a_dead_directory_is_probed_seldom(attempts: list[tuple[int, bool, float]]):
    """However many callers come, a server that always fails is asked a bounded number of times."""
    servers, now, asked = TWO, 0.0, 0
    for _, _, wait in attempts:
        now += wait / 60
        index, servers = choose(servers, now, [1])
        if index is not None:
            asked += 1
            servers = failed(servers, index, now)
    assert asked <= 1 + now / FIRST_REST
