"""What of a change policies may see, also once another change joins it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import Role
from policies.reading import Path
from policies.seen import changed, world_of
from tests.policies.world import HULIN, KROMERIZ, NOW, ask

ASKED = ask((HULIN, Role.MAYOR))
AT_NIGHT = replace(
    ASKED, now=NOW + timedelta(hours=14), authenticated_at=ASKED.authenticated_at + timedelta(hours=14)
)
CLERK_TOO = replace(ASKED, roles=ASKED.roles | {(HULIN, Role.CLERK)})
"""Of whom it makes no difference to their memberships, until the other role is gone."""


@pytest.mark.parametrize(
    ("other", "path"),
    [
        (CLERK_TOO, ("principal", "memberships")),
        (CLERK_TOO, ("principal", "roles_anywhere")),
        (replace(ASKED, own_municipality=KROMERIZ), ("principal", "activity_roles")),
        (AT_NIGHT, ("context", "time", "hour")),
        (AT_NIGHT, ("context", "device", "age")),
        (AT_NIGHT, ("context", "ticket", "until")),
    ],
)
def test_what_another_change_would_make_a_difference_of_counts_as_changed(other: object, path: Path) -> None:
    assert path in changed(world_of(ASKED), world_of(other))  # type: ignore[arg-type]


def test_what_is_the_same_is_not_changed_and_only_the_time_dates_anything() -> None:
    assert changed(world_of(ASKED), world_of(ASKED)) == frozenset()
    abroad = replace(ASKED, facts=replace(ASKED.facts, country="SK"))
    assert changed(world_of(ASKED), world_of(abroad)) == {("context", "place", "country")}
