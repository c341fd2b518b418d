"""What authors are told of the policies of their municipality: which change of theirs holds no more, and what came into
force that nobody else approved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.policy_office.asking import Asking
from gateway.policy_office.no_longer import Looking, no_longer
from gateway.policy_office.office import Office
from gateway.policy_office.proposal import Proposal, State
from gateway.policy_office.version import Head, Source
from gateway.web.identity import Assertion

TOLD = timedelta(days=14)  # then the list of versions is enough
MOST = 10  # proposals of theirs that are looked at, the newest


@dataclass(frozen=True, slots=True)
class TakenBack:
    proposal: Proposal
    by: Head


async def taken_back(
    office: Office,
    asking: Asking,
    proposals: Sequence[Proposal],
    heads: Sequence[Head],
    caller: Assertion,
    now: datetime,
) -> list[TakenBack]:
    """Of proposals in which the caller had a hand, ended lately by somebody else; `heads`: the newest of the scope."""
    recent = [one for one in heads if _is_recent(one, now) and one.author != caller.subject]
    theirs = [
        one
        for one in proposals
        if one.state is State.ACTIVE
        and caller.subject in {*one.authors, one.owner}
        and any(one.version is not None and head.number > one.version for head in recent)
    ]
    found, looking = list[TakenBack](), Looking(office, asking)
    for one in sorted(theirs, key=lambda each: each.version or 0, reverse=True)[:MOST]:
        ended = await no_longer(looking, one)
        if ended is not None and ended.by in recent:
            found.append(TakenBack(one, ended.by))
    return found


def unapproved(heads: Sequence[Head], now: datetime) -> list[Head]:
    """Lately put in force by whoever operates the machine, without a second person."""
    of_machine = (Source.FILES, Source.ROLL_BACK)
    return [one for one in heads if one.source in of_machine and not one.approved and _is_recent(one, now)]


def _is_recent(head: Head, now: datetime) -> bool:
    return now - head.at < TOLD
