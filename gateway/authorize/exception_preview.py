"""Whether an exception from two factors would be of any use: policies may refuse the password alone all the same."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from config.vocabulary import Action, AuthenticationLevel, MunicipalityCode
from gateway.authorize.facts import facts_of_person
from gateway.authorize.snapshot import Snapshot
from idp.directory.person import Person
from idp.events import Factor
from idp.login.level import PASSWORD, WITH
from policies.model import Question

NOWHERE = ""
"""No address: rules about places speak against both, so they make no difference."""


def password_opens(person: Person, snapshot: Snapshot, now: datetime) -> bool:
    """False where two factors open something to this person, and the password alone nothing, in no municipality.

    A preview: asked about a sign-in of now, from an unknown place, with the roles of now.
    """
    places = {held.municipality for held in person.roles}
    by_password = any(_opens(person, where, snapshot, now) for where in places)
    by_two = AuthenticationLevel.TWO_FACTORS, frozenset(WITH[Factor.ONE_TIME_CODE])
    return by_password or not any(_opens(person, where, snapshot, now, *by_two) for where in places)


def _opens(
    person: Person,
    where: MunicipalityCode,
    snapshot: Snapshot,
    now: datetime,
    level: AuthenticationLevel = AuthenticationLevel.PASSWORD,
    factors: AbstractSet[str] = frozenset(PASSWORD),
) -> bool:
    """Whether anything is open to somebody who acts for that municipality."""
    return any(
        offer.opens(
            Question(
                subject=person.subject,
                roles=frozenset((held.municipality, held.role) for held in person.roles),
                own_municipality=where,
                application=application,
                action=Action.READ,
                municipality=where,
                level=level,
                factors=frozenset(factors),
                authenticated_at=now,
                address=NOWHERE,
                now=now,
                facts=facts_of_person(person, (application, Action.READ, where), NOWHERE, snapshot, now),
            ),
            snapshot.policies,
        )
        for application, offer in snapshot.applications.items()
        if where in offer.municipalities
    )
