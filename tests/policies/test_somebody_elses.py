"""Whose matter it is that is decided, where nobody says."""

import pytest

from config.vocabulary import Action, ApplicationId, SubjectId
from policies.explain import ANYBODY, SOMEBODY_ELSE
from policies.model import NOTHING_FURTHER, Facts
from policies.somebody_elses import of_somebody_else

REQUESTS, POLICIES, RECORDS = map(ApplicationId, ("requests", "policies", "records"))


@pytest.mark.parametrize(
    ("application", "action"),
    [(REQUESTS, Action.SIGN), (REQUESTS, Action.ADMINISTER), (POLICIES, Action.SIGN)],
)
def test_whoever_decides_decides_about_others_and_first(application: ApplicationId, action: Action) -> None:
    found = of_somebody_else(NOTHING_FURTHER, application, action)
    assert (found.author, found.approved_by) == (SOMEBODY_ELSE, frozenset())
    assert SOMEBODY_ELSE != ANYBODY


@pytest.mark.parametrize(("application", "action"), [(RECORDS, Action.SIGN), (REQUESTS, Action.WRITE)])
def test_where_nothing_is_decided_it_is_nobody_s(application: ApplicationId, action: Action) -> None:
    assert of_somebody_else(NOTHING_FURTHER, application, action) == NOTHING_FURTHER


def test_whose_it_is_known_to_be_it_stays() -> None:
    known = Facts(author=SubjectId("urad:1"))
    assert of_somebody_else(known, REQUESTS, Action.SIGN) == known
