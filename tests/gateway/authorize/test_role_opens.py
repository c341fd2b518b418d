from datetime import UTC, datetime

import pytest

from gateway.authorize.role_opens import working_moment
from idp.http.moments import PRAGUE

MONDAY = datetime(2026, 11, 23, 10, tzinfo=PRAGUE)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (datetime(2026, 11, 23, 2, tzinfo=UTC), MONDAY),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), MONDAY),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), MONDAY),
        (datetime(2026, 12, 24, 12, tzinfo=UTC), datetime(2026, 12, 28, 10, tzinfo=PRAGUE)),
    ],
    ids=["at night", "on Saturday", "on Monday in Prague already", "at Christmas"],
)
def test_what_a_role_opens_is_asked_about_a_working_day(asked: datetime, expected: datetime) -> None:
    assert working_moment(asked) == expected
