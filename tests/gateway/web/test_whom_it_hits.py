"""Whom a closure hits, as it is told before anything is closed."""

from config.vocabulary import ApplicationId, Role
from gateway.web.policies.whom_it_hits import MOST_NAMES, Loser, hit

MAP, RECORDS = ApplicationId("map"), ApplicationId("records")


def test_who_has_several_sessions_is_named_once_and_each_session_counts() -> None:
    found = hit([Loser("Eva", [Role.CLERK], [MAP, RECORDS]), Loser("Eva", [Role.CLERK], [MAP])], of=5)
    assert (found.sessions, found.of, found.names, found.more) == (2, 5, ("Eva",), 0)
    assert found.roles == {(Role.CLERK,): 2}
    assert list(found.applications.items()) == [(MAP, 2), (RECORDS, 1)]


def test_who_acts_in_two_roles_at_once_is_told_as_one() -> None:
    found = hit([Loser("Petr", {Role.AUTHORISING_OFFICER, Role.MAYOR}, [MAP])], of=1)
    assert found.roles == {tuple(one for one in Role if one in (Role.MAYOR, Role.AUTHORISING_OFFICER)): 1}


def test_of_many_some_are_named_and_the_others_counted() -> None:
    found = hit([Loser(f"{number:03}", (), [MAP]) for number in range(MOST_NAMES + 3)], of=99)
    assert (len(found.names), found.more) == (MOST_NAMES, 3)


def test_nobody_is_nobody() -> None:
    assert hit([], of=4).names == ()
