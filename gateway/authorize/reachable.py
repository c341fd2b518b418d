"""What can be reached at all: a permit for what no route of an application asks for, or in a municipality without
that application, opens nothing to anybody.
"""

from collections.abc import Mapping
from dataclasses import replace

from config.vocabulary import ApplicationId, RouteName
from gateway.authorize.snapshot import Offer
from policies.matrix import Case, Matrix


def reachable(found: Matrix, applications: Mapping[ApplicationId, Offer]) -> Matrix:
    """The same without the cells of which nothing asks there: as a review lists what roles open."""

    def asked_for(case: Case) -> bool:
        offer = applications.get(case.application)
        part = None if case.part is None else RouteName(case.part.id)
        return (
            offer is not None
            and found.municipality in offer.municipalities
            and case.action in offer.actions_of(part)
        )

    return replace(found, cells={case: answer for case, answer in found.cells.items() if asked_for(case)})
