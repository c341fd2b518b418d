"""Where addresses are: the operator's database (MaxMind DB format 2.0), and before it the places of the configuration.

No such database comes with the product: their licences do not allow it. It may have a hundred megabytes, so it is
mapped and not read: a new one is put in its place by renaming, and taken by a reload.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from config.doubt import Finding
from config.files import file_fault
from config.networks import narrowest, parsed
from config.settings import Place, Settings
from gateway.authorize.whereabouts import NOWHERE, Locate, Location

if TYPE_CHECKING:
    import maxminddb

UNREADABLE = (OSError, ValueError, RuntimeError)
"""What the library raises is one of these: `InvalidDatabaseError` is a RuntimeError."""
log = structlog.get_logger("countries")


def country_faults(settings: Settings) -> Iterator[Finding]:
    """What a command that starts or reloads the product refuses."""
    database = settings.countries.database
    if (
        database is None or file_fault(database) is not None
    ):  # what is missing, the configuration's own check tells
        return
    try:
        opened(database)
    except UNREADABLE as error:
        yield (
            "countries.database",
            f"{database} is no database of addresses: {error}",
            "put one in MaxMind's format there (of countries or cities), or take the setting out",
        )


def locator(settings: Settings) -> Locate:
    """Of a running product: a database that was damaged since is told, and what it would say is not known."""
    try:
        database = settings.countries.database
        reader = opened(database) if database is not None else None
    except UNREADABLE as error:
        log.error(  # noqa: TRY400 - the cause is enough
            "countries.unreadable", file=str(settings.countries.database), cause=str(error)
        )
        reader = None
    return located(reader, settings.places)


def located(reader: "maxminddb.Reader | None", places: Sequence[Place]) -> Locate:
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


def opened(database: Path) -> "maxminddb.Reader":
    import maxminddb  # noqa: PLC0415 - 1 MiB, which only those pay who have a database

    return maxminddb.open_database(database, maxminddb.MODE_MMAP_EXT)


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
        country=code.upper() if isinstance(code, str) and len(code) == 2 else None,
        latitude=latitude if whole else None,
        longitude=longitude if whole else None,
        radius=_number(where.get("accuracy_radius")) or 0.0,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
