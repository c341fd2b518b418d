"""What the named reasons of entries are called for whoever reads the log, in Czech and English.

The code is what is kept, searched for and tested; these are words beside it, about the person, not to them. A
policy's own reasons get their names from the policy (`with_policies`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Title
from gateway.audit.named import Group
from gateway.audit.reasons import (
    access_review,
    client,
    client_kept,
    configuration,
    device,
    device_refusal,
    ending,
    forwarding,
    incident,
    log_key,
    month,
    node,
    personnel,
    policy,
    reading,
    refusal,
    request,
    security_incident,
    sign_in,
    technical,
    tunnel,
    upstream,
    witness,
)
from policies.reasons import OWN_TO_THE_ENGINE, Reason

GROUPS: tuple[Group, ...] = (
    *sign_in.GROUPS,
    *upstream.GROUPS,
    *client.GROUPS,
    *client_kept.GROUPS,
    *refusal.GROUPS,
    *incident.GROUPS,
    *security_incident.GROUPS,
    *ending.GROUPS,
    *configuration.GROUPS,
    *device_refusal.GROUPS,
    *technical.GROUPS,
    *personnel.GROUPS,
    *tunnel.GROUPS,
    *node.GROUPS,
    *device.GROUPS,
    *forwarding.GROUPS,
    *access_review.GROUPS,
    *policy.GROUPS,
    *reading.GROUPS,
    *request.GROUPS,
    *witness.GROUPS,
    *log_key.GROUPS,
    *month.GROUPS,
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
