"""What a proposal that is over changed, or would have: its texts beside those it was begun from.

One that is in force came upon just those (law 3 of `proposal`).
"""

from gateway.policy_office.asking import Asking
from gateway.policy_office.office import Compared, Office
from gateway.policy_office.proposal import Proposal
from gateway.policy_office.refusal import ActRefused, Refusal


async def changed_then(office: Office, asking: Asking, one: Proposal) -> Compared | None:
    """None: what it was begun from is kept no more. Raises ActRefused, and what `Asking.may` raises."""
    try:
        before = await office.texts(asking, one.scope, one.base)
    except ActRefused as refused:
        if refused.reason is not Refusal.VERSION_UNKNOWN:
            raise
        return None
    return Compared(one.base, before, one.texts, stale=False)
