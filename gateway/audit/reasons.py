"""What the named reasons of entries are called for whoever reads the log, in Czech and English.

The code is what is kept, searched for and tested; these are words beside it, about the person, not to them. A
policy's own reasons get their names from the policy (`with_policies`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Title
from gateway.audit import (
    access_review_reasons,
    client_reasons,
    configuration_reasons,
    device_reasons,
    device_refusal_reasons,
    ending_reasons,
    forwarding_reasons,
    incident_reasons,
    log_key_reasons,
    month_reasons,
    node_reasons,
    policy_reasons,
    reading_reasons,
    refusal_reasons,
    request_reasons,
    security_incident_reasons,
    sign_in_reasons,
    technical_reasons,
    tunnel_reasons,
    upstream_reasons,
    witness_reasons,
)
from gateway.audit.named import Group
from policies.reasons import OWN_TO_THE_ENGINE, Reason

GROUPS: tuple[Group, ...] = (
    *sign_in_reasons.GROUPS,
    *upstream_reasons.GROUPS,
    *client_reasons.GROUPS,
    *refusal_reasons.GROUPS,
    *incident_reasons.GROUPS,
    *security_incident_reasons.GROUPS,
    *ending_reasons.GROUPS,
    *configuration_reasons.GROUPS,
    *device_refusal_reasons.GROUPS,
    *technical_reasons.GROUPS,
    *tunnel_reasons.GROUPS,
    *node_reasons.GROUPS,
    *device_reasons.GROUPS,
    *forwarding_reasons.GROUPS,
    *access_review_reasons.GROUPS,
    *policy_reasons.GROUPS,
    *reading_reasons.GROUPS,
    *request_reasons.GROUPS,
    *witness_reasons.GROUPS,
    *log_key_reasons.GROUPS,
    *month_reasons.GROUPS,
)
OF_POLICIES = Title(cs="Důvody ze zásad", en="Reasons of policies")


@dataclass(frozen=True, slots=True)
class Reasons:
    """Names in groups, as they are offered for choice."""

    groups: tuple[Group, ...] = GROUPS

    def name(self, code: str) -> Title | None:
        """None for a code without a name: that of a policy which is no longer there, or of a newer version."""
        return next((names[code] for _, names in self.groups if code in names), None)


REASONS = Reasons()
SPOKEN_BY_POLICIES = frozenset(
    {
        *(each.value for each in Reason if each not in OWN_TO_THE_ENGINE),
        *("own_request", "own_draft", "own_emergency_access", "purpose_missing", "approved_before"),
    }
)
TAKEN = frozenset(code for _, names in GROUPS for code in names) - SPOKEN_BY_POLICIES
"""By these no policy refuses: they say what the gateway itself found."""


def with_policies(titles: Mapping[str, Title]) -> Reasons:
    """With the reasons that policies in force speak, by the policies' own titles."""
    own = {code: titles[code] for code in sorted(titles) if REASONS.name(code) is None}
    return Reasons((*GROUPS, (OF_POLICIES, own))) if own else REASONS
