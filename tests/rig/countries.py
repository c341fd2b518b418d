"""A database of addresses in MaxMind's format, as operators put one in; the addresses are those of documentation."""

from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

PRAGUE, TOKYO = "192.0.2.0/24", "198.51.100.0/24"
BRATISLAVA = "203.0.113.0/24"
_OF = {
    PRAGUE: ("CZ", 50.08, 14.43, 20),
    TOKYO: ("JP", 35.69, 139.69, 50),
    BRATISLAVA: ("SK", 48.15, 17.11, 20),
}


def write_countries(file: Path, *, cities: bool = True) -> Path:
    """`cities`: with coordinates."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test")
    for network, (country, latitude, longitude, radius) in _OF.items():
        record: dict[str, object] = {"country": {"iso_code": country}}
        if cities:
            record["location"] = {
                "latitude": latitude,
                "longitude": longitude,
                "accuracy_radius": radius,
            }
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(file))
    return file
