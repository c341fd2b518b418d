"""Where addresses are: the operator's database (MaxMind DB format 2.0), and before it the places of the configuration.

No such database comes with the product: their licences do not allow it. It may have a hundred megabytes, so it is mapped and
not read: a new one is put in its place by renaming, and taken by a reload.
"""

from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import maxminddb

from config.networks import narrowest, parsed
from config.settings import Place
from gateway.authorize.whereabouts import NOWHERE, Locate, Location
from gateway.commands.preflight import CannotStart


def locator(database: Path | None, places: Sequence[Place]) -> Locate:
    """Raises CannotStart for a database that cannot be read."""
    reader = _opened(database) if database is not None else None
    known = [
        (ip_network(network), Location(country=place.country))
        for place in places
        if place.country is not None
        for network in place.networks
    ]

    def locate(address: str) -> Location:
        here = parsed(address)
        if here is None:
            return NOWHERE
        if (named := narrowest(known, here)) is not None:
            return named
        return _location(reader.get(here)) if reader is not None else NOWHERE

    return locate


def _opened(database: Path) -> maxminddb.Reader:
    try:
        return maxminddb.open_database(database, maxminddb.MODE_MMAP_EXT)
    except (OSError, maxminddb.InvalidDatabaseError, ValueError) as error:
        raise CannotStart(
            f"countries.database: {database} cannot be read: {error}",
            "put a database in MaxMind's format there (countries or cities), or take the setting out",
        ) from error


def _location(found: Any) -> Location:
    """Of a record as GeoLite2 and DB-IP have it; what has another form says nothing."""
    if not isinstance(found, dict):
        return NOWHERE
    country, place = found.get("country"), found.get("location")
    code = country.get("iso_code") if isinstance(country, dict) else None
    where = place if isinstance(place, dict) else {}
    latitude, longitude = _number(where.get("latitude")), _number(where.get("longitude"))
    whole = latitude is not None and longitude is not None
    return Location(
        country=code.upper() if isinstance(code, str) and len(code) == 2 else None,  # noqa: PLR2004 - ISO 3166-1
        latitude=latitude if whole else None,
        longitude=longitude if whole else None,
        radius=_number(where.get("accuracy_radius")) or 0.0,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
