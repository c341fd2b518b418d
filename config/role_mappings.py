"""What is wrong with the mappings that give roles: sources, places, days, repetitions."""

from collections.abc import Iterator

from config.district import District
from config.doubt import Finding
from config.settings import ICO_PLACEHOLDER, PLACEHOLDER, Directory, RoleMapping, Settings
from config.validity import order_finding, repeated
from config.vocabulary import GROUPS_OF_A_PERSON, MunicipalityCode

ANY = "*"


def source_of(mapping: RoleMapping) -> str:
    """The text in which a placeholder may stand."""
    return mapping.group or mapping.unit or mapping.value or ""


def role_findings(settings: Settings, district: District | None) -> Iterator[Finding]:
    for place, directory in enumerate(settings.directories):
        paths = [f"directories[{place}].roles[{number}]" for number in range(len(directory.roles))]
        for at, mapping in zip(paths, directory.roles, strict=True):
            unclear = list(_source(at, mapping))
            yield from unclear or _place(at, mapping, district)
            yield from order_finding(at, (mapping.valid_from, mapping.valid_until))
            if mapping.municipality is not None:
                where = f"{at}.municipality"
                yield from municipality_findings(where, mapping.municipality, directory, district, settings)
        stated = (
            (at, _meaning(mapping, district), (mapping.valid_from, mapping.valid_until))
            for at, mapping in zip(paths, directory.roles, strict=True)
        )
        yield from repeated(stated)


def _source(at: str, mapping: RoleMapping) -> Iterator[Finding]:
    named = [name for name in ("group", "unit", "attribute", "person") if getattr(mapping, name) is not None]
    if len(named) != 1:
        said = " and ".join(f"`{name}`" for name in named) or "nothing"
        what = f"{said} {'say' if len(named) > 1 else 'says'} whose the role is"
        yield at, what, "give exactly one of `group`, `unit`, `attribute` with `value`, `person`"
    elif (mapping.attribute is None) != (mapping.value is None):
        yield (
            at,
            "an attribute and its value belong together",
            "give both `attribute` and `value`, or neither",
        )
    elif any(not getattr(mapping, name).strip() for name in named):
        yield f"{at}.{named[0]}", "is empty", f"write what `{named[0]}` it is"
    elif mapping.attribute is not None and _bare(mapping.attribute) in GROUPS_OF_A_PERSON:
        yield (
            f"{at}.attribute",
            f"{mapping.attribute} changes with a group, which nobody would notice at the person",
            "use `group` with the name of the group, in place of `attribute` and `value`",
        )
    if mapping.value is None:
        return
    fixed = mapping.value.removeprefix(ANY).removesuffix(ANY)
    if not fixed.strip() or ANY in fixed:
        yield (
            f"{at}.value",
            f"{ANY} stands at the beginning or the end of a text",
            "write for example `starosta*`",
        )
    elif _placeholders(fixed) and mapping.value == f"{ANY}{fixed}{ANY}":
        yield (
            f"{at}.value",
            f"with {ANY} on both sides it is not plain which digits are meant",
            f"take one {ANY} away",
        )


def _bare(attribute: str) -> str:
    """In lower case and without options (RFC 4512 §2.5)."""
    return attribute.strip().partition(";")[0].lower()


def _place(at: str, mapping: RoleMapping, district: District | None) -> Iterator[Finding]:
    placeholders = _placeholders(source_of(mapping))
    if (mapping.municipality is None) != bool(placeholders):
        source = "`value`" if mapping.attribute else "`unit`" if mapping.unit else "`group`"
        remedy = f"give `municipality`, or {PLACEHOLDER} or {ICO_PLACEHOLDER} in {source}, not both or none"
        if mapping.person is not None:
            remedy = "give `municipality`"
        yield at, "a role holds in one municipality", remedy
    elif len(placeholders) > 1:
        yield at, f"{PLACEHOLDER} and {ICO_PLACEHOLDER} say the same", "leave one of them"
    elif (
        ICO_PLACEHOLDER in placeholders
        and district is not None
        and not any(one.ico for one in district.values())
    ):
        yield (
            at,
            f"{ICO_PLACEHOLDER} stands for no municipality: the list of municipalities has no organisation numbers",
            f"add them to the list, or use {PLACEHOLDER}",
        )


def _placeholders(text: str) -> list[str]:
    return [one for one in (PLACEHOLDER, ICO_PLACEHOLDER) if one in text]


def municipality_findings(
    at: str, written: MunicipalityCode, directory: Directory, district: District | None, settings: Settings
) -> Iterator[Finding]:
    """Where a directory is to give a role: within the district, and within what is its own."""
    if district is None:
        return
    code = district.code_of(written)
    if code is None:
        yield outside(at, written, district, settings)
    elif directory.municipalities and code not in {district.code_of(one) for one in directory.municipalities}:
        yield (
            at,
            f"{directory.name} may not give roles in {written}",
            f"add it to the municipalities of {directory.name}, or give the role in one of them",
        )


def outside(at: str, written: str, district: District, settings: Settings) -> Finding:
    several = [one.code for one in district.values() if one.ico and one.ico == written]
    if several:
        return at, f"{written} is the organisation number of {' and '.join(several)}", "use one of the codes"
    remedy = f"use codes or organisation numbers of {settings.office.district}"
    return at, f"{written} is not in the district", remedy


def _meaning(mapping: RoleMapping, district: District | None) -> tuple[str | None, ...]:
    where = mapping.municipality
    code = district.code_of(where) if district is not None and where is not None else None
    sources = (mapping.group, mapping.unit, mapping.attribute, mapping.value, mapping.person)
    return (*(one and " ".join(one.lower().split()) for one in sources), mapping.role, code or where)
