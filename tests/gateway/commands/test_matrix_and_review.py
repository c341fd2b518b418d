"""Who may do what and an access review tell the same of a role: both of what can be reached, at best."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import policies
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role, RouteName
from gateway.authorize.reachable import reachable
from gateway.authorize.role_opens import AT_BEST, FOR_EVERYBODY, opens, together, working_moment
from gateway.authorize.snapshot import NamedRoute, Snapshot, parts_of
from gateway.commands.policies_asked import policies_asked, snapshot_asked
from policies.matrix import Circumstances, DeviceState, Matrix, matrix
from policies.model import Facts, Route
from policies.parts import named_parts
from tests.gateway.commands.test_policy_commands import Place
from tests.gateway.web.people import NOW

HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
MAP, RECORDS, REQUESTS = ApplicationId("map"), ApplicationId("records"), ApplicationId("requests")
PARCELS = NamedRoute(Route(id="parcels", path="/parcels"), frozenset({Action.WRITE}))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Snapshot:
    """The example, with the rule that wants to know how long somebody was idle; a part of the map has a name."""
    place = Place(tmp_path_factory.mktemp("office"))
    library = Path(policies.__file__).parent / "library"
    shutil.copy(library / "session-length.cedar", place.folder / "region")
    made = snapshot_asked(policies_asked(place.configuration, place.folder))
    offers = dict(made.applications)
    offers[MAP] = replace(offers[MAP], routes={RouteName("parcels"): PARCELS})
    offers[RECORDS] = replace(offers[RECORDS], municipalities=frozenset({KROMERIZ}))
    return replace(made, applications=offers)


def at_best(snapshot: Snapshot, where: MunicipalityCode) -> Matrix:
    at = Circumstances(now=working_moment(NOW), facts=Facts(country=AT_BEST.country))
    book, those = snapshot.policies, list(snapshot.applications)
    parts = named_parts(parts_of(snapshot.applications), those, book.policies_of(where))
    return matrix(book, where, at, those, parts=parts)


@pytest.mark.parametrize("where", [HULIN, KROMERIZ])
def test_both_say_the_same_of_every_role_and_of_nothing_that_cannot_be_reached(snapshot, where) -> None:
    whole = at_best(snapshot, where)
    cells = reachable(whole, snapshot.applications).cells
    assert 0 < len(cells) < len(whole.cells)
    for role in Role:
        by_matrix = together(
            (case.application, [case.action])
            for case, answer in cells.items()
            if answer.permits
            and case.role is role
            and case.application not in FOR_EVERYBODY
            and case.level is AuthenticationLevel.PHISHING_RESISTANT
            and case.device is DeviceState.IN_ORDER
        )
        assert set(by_matrix) == set(opens(role, where, snapshot, NOW)), role
    assert (RECORDS in {case.application for case in cells}) is (where == KROMERIZ)


def test_a_review_tells_that_a_mayor_decides_about_requests_of_others(snapshot) -> None:
    [found] = [one for one in opens(Role.MAYOR, HULIN, snapshot, NOW) if one.application == REQUESTS]
    assert Action.SIGN in found.actions
