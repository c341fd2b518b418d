"""What is wrong with those who stand in for others."""

from collections.abc import Iterator

from config.district import District
from config.doubt import Finding
from config.role_mappings import municipality_findings
from config.settings import Deputy, Settings
from config.validity import order_finding, repeated


def deputy_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    for place, directory in enumerate(settings.directories):
        paths = [f"directories[{place}].deputies[{number}]" for number in range(len(directory.deputies))]
        for at, deputy in zip(paths, directory.deputies, strict=True):
            yield from _people(at, deputy)
            yield from order_finding(at, (deputy.valid_from, deputy.valid_until))
            if deputy.municipality is not None:
                where = f"{at}.municipality"
                yield from municipality_findings(where, deputy.municipality, directory, district, settings)
        stated = (
            (at, _meaning(deputy, district), (deputy.valid_from, deputy.valid_until))
            for at, deputy in zip(paths, directory.deputies, strict=True)
        )
        yield from repeated(stated)


def _people(at: str, deputy: Deputy) -> Iterator[Finding]:
    for name in ("person", "in_place_of"):
        if not getattr(deputy, name).strip():
            yield f"{at}.{name}", "is empty", "write a login"
    if deputy.person.lower() == deputy.in_place_of.lower():
        yield f"{at}.in_place_of", "nobody stands in for themselves", "name two people"


def _meaning(deputy: Deputy, district: District | None) -> tuple[str | None, ...]:
    where = deputy.municipality
    code = district.code_of(where) if district is not None and where is not None else None
    return deputy.person.lower(), deputy.in_place_of.lower(), deputy.role, code or where
