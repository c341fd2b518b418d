"""What the directory says of somebody's work, as facts of the policies. Pure."""

from dataclasses import replace
from functools import lru_cache

from idp.directory.work import NOTHING_KNOWN, Work
from policies.model import NOTHING_FURTHER, ActivityRole, Facts


def with_work(found: Facts, work: Work) -> Facts:
    if work == NOTHING_KNOWN:
        return found
    own = _facts(work)
    return replace(
        found,
        employed_since=own.employed_since,
        employed_until=own.employed_until,
        departments=own.departments,
        activity_roles=own.activity_roles,
    )


@lru_cache(maxsize=4096)
def _facts(work: Work) -> Facts:
    """The same for every request of one person: sets are made once."""
    return replace(
        NOTHING_FURTHER,
        employed_since=work.employed_since,
        employed_until=work.employed_until,
        departments=None if work.departments is None else frozenset(work.departments),
        activity_roles=None
        if work.activity_roles is None
        else frozenset(
            ActivityRole(municipality=one.municipality, agenda=one.agenda, activity_role=one.activity_role)
            for one in work.activity_roles
        ),
    )
