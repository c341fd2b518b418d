"""The idle limit of a session as SQL, from the roles that stand in its row.

No copy of the limit is kept: a changed configuration counts for open sessions at once, as it does in Python.
"""

from config.settings import SignIn
from config.vocabulary import Role
from gateway.storage.moment import MICROSECOND
from gateway.storage.tables.identity import provider_session
from gateway.storage.tables.sessions import session

AT_THE_GATEWAY = (f"{session.name}.roles", '%,"{role}"]%')
"""Column, and where a role stands in it: `[["588491","registrar"]]`."""
AT_THE_PROVIDER = (f"{provider_session.name}.person", '%"role":"{role}"%')
"""In a text of JSON every quotation mark of a name is written `\\"`: a name looks like no role."""


def idle_micros(limits: SignIn, where: tuple[str, str]) -> str:
    """An expression: microseconds that a row's session lasts without a request."""
    usual = limits.idle // MICROSECOND
    stricter = sorted(
        (one.idle // MICROSECOND, one.roles)
        for one in limits.limits
        if one.idle is not None and one.idle < limits.idle
    )
    cases = [f"WHEN {_holds(roles, where)} THEN {idle}" for idle, roles in stricter]
    return f"CASE {' '.join(cases)} ELSE {usual} END" if cases else str(usual)


def _holds(roles: list[Role], where: tuple[str, str]) -> str:
    column, place = where
    return " OR ".join(f"{column} LIKE '{place.format(role=role.value)}'" for role in roles)
