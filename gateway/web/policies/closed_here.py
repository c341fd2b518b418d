"""What an incident closes at the moment, as pages name it beside what policies would permit."""

from collections.abc import Sequence

from config.vocabulary import MunicipalityCode
from gateway.policy_office.incident import Incident, closures
from policies.incident_named import what_named
from policies.model import Text
from policies.reasons import Names


def closed_here(incidents: Sequence[Incident], here: MunicipalityCode, names: Names) -> list[Text]:
    """Of what concerns that municipality: what is closed in another one alone is not told here."""
    concerning = [one for one in incidents if one.concerns(here)]
    return [what_named(one, names) for one in closures(concerning, frozenset(names.district))]
