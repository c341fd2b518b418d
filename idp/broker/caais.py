"""What CAAIS, the identity space of public administration, says beside who somebody is: for which office they act."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from config.vocabulary import MunicipalityCode
from idp.broker.refused import UpstreamRefused
from idp.login.refusal import Refusal
from idp.login.upstream import Official

ICO = re.compile(r"[0-9]{8}\Z")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}\Z")
ROLES_MAX = 200
MunicipalityOf = Callable[[str], MunicipalityCode | None]
"""Of an organisation number; None for one that is no municipality's of the district."""


class _ActivityRole(msgspec.Struct):
    agenda: str
    role: str


class _Said(msgspec.Struct):
    lei: str
    access_roles: list[str] = []
    activity_roles: list[_ActivityRole] = []
    is_statutory_representative: bool = False


def read(claims: dict[str, Any], municipality_of: MunicipalityOf) -> Official:
    """Raises UpstreamRefused: for which office somebody acts must be known, and be one of the district."""
    try:
        said = msgspec.convert(claims, _Said)
    except msgspec.ValidationError as error:
        raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "claims of CAAIS") from error
    municipality = municipality_of(said.lei) if ICO.match(said.lei) else None
    if municipality is None:
        raise UpstreamRefused(Refusal.UPSTREAM_ORGANISATION_UNKNOWN, f"lei {said.lei[:20]!r}")
    access = said.access_roles[:ROLES_MAX]
    activity = [f"{one.agenda}:{one.role}" for one in said.activity_roles[:ROLES_MAX] if _coded(one)]
    return Official(
        municipality=municipality,
        access_roles=tuple(sorted({one for one in access if CODE.match(one)})),
        activity_roles=tuple(sorted(set(activity))),
        statutory=said.is_statutory_representative,
    )


def _coded(one: _ActivityRole) -> bool:
    return bool(CODE.match(one.agenda) and CODE.match(one.role))
