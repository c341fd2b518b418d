"""What reaches all municipalities is for whoever acts for the office that runs the centre, whatever policies say."""

from config.vocabulary import Action, MunicipalityCode
from gateway.web.identity import Assertion


def actions_of(caller: Assertion, centre: MunicipalityCode | None) -> frozenset[Action]:
    """At the application `policies`, where administering is about everybody."""
    allowed = frozenset(caller.actions)
    return allowed if caller.municipality == centre else allowed - {Action.ADMINISTER}
