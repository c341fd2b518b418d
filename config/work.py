"""What is wrong with the attributes that say what policies may ask of people's work."""

from collections.abc import Iterator

from config.doubt import Finding
from config.settings import (
    ACTIVITY_ROLE_PLACEHOLDER,
    AGENDA_PLACEHOLDER,
    ICO_PLACEHOLDER,
    PLACEHOLDER,
    ActivityRoles,
    Directory,
    Settings,
    Work,
)
from config.vocabulary import GROUPS_OF_A_PERSON

CODES = (AGENDA_PLACEHOLDER, ACTIVITY_ROLE_PLACEHOLDER)
PLACES = (PLACEHOLDER, ICO_PLACEHOLDER)


def work_findings(settings: Settings) -> Iterator[Finding]:
    for number, directory in enumerate(settings.directories):
        at = f"directories[{number}].work"
        for where, attribute in _attributes(directory.work):
            yield from _attribute(f"{at}.{where}", attribute)
        if directory.work.activity_roles is not None:
            yield from _value(f"{at}.activity_roles.value", directory.work.activity_roles, directory)


def _attributes(work: Work) -> Iterator[tuple[str, str]]:
    roles = work.activity_roles
    named = {
        "employed_since": work.employed_since,
        "employed_until": work.employed_until,
        "departments": work.departments,
        "activity_roles.attribute": None if roles is None else roles.attribute,
    }
    return ((where, attribute) for where, attribute in named.items() if attribute is not None)


def _attribute(at: str, attribute: str) -> Iterator[Finding]:
    if not attribute.strip():
        yield at, "is empty", "name an attribute of people's entries, or leave it out"
    elif attribute.strip().partition(";")[0].lower() in GROUPS_OF_A_PERSON:
        yield (
            at,
            f"{attribute} changes with a group, which nobody would notice at the person",
            "name an attribute that stands in the person's own entry",
        )


def _value(at: str, written: ActivityRoles, directory: Directory) -> Iterator[Finding]:
    value, (agenda, role) = written.value, CODES
    places = [one for one in PLACES if one in value]
    if any(value.count(one) != 1 for one in CODES) or any(value.count(one) > 1 for one in places):
        yield (
            at,
            f"{agenda} and {role} stand in it once each",
            f"write for example `{agenda}:{role}@{PLACEHOLDER}`",
        )
    elif len(places) > 1:
        yield at, f"{PLACEHOLDER} and {ICO_PLACEHOLDER} say the same", "leave one of them"
    elif not places and len(directory.municipalities) != 1:
        yield (
            at,
            "an activity role is held in one municipality",
            f"write {PLACEHOLDER} or {ICO_PLACEHOLDER} in it, or name the directory's only one in `municipalities`",
        )
    elif "}{" in value:
        yield (
            at,
            "two placeholders stand side by side: where one ends nobody can tell",
            "write a sign between them",
        )
