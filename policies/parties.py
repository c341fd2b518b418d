"""Person and resource of a question: all that Cedar's entities are made of.

Cedar knows an entity's name only to compare it with others. So whoever is named neither by the policies nor by the
circumstances is as good as anybody else with the same attributes, and asks under the one name that nobody has: what was
found out for one of them holds for all. An attribute whose name stands in no policy is read by none, and is left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.vocabulary import (
    RECOVERY_ADMINISTRATOR,
    ApplicationId,
    MunicipalityCode,
    Role,
    SubjectId,
    technical_account_of,
    technical_subject,
)
from policies.cedar_json import JSON, entity, known, midnight, written
from policies.model import ActivityRole, Facts, Question

NOBODY = "00000000-0000-0000-0000-000000000000"  # RFC 9562 §5.9: no directory gives it to anybody
ANY_PERSON, ANY_ACCOUNT = SubjectId(NOBODY), technical_subject(NOBODY)


@dataclass(frozen=True, slots=True)
class Parties:
    """The same parties ask many questions."""

    subject: SubjectId
    roles: frozenset[tuple[MunicipalityCode, Role]]
    own_municipality: MunicipalityCode
    departments: frozenset[str] | None
    municipality: MunicipalityCode
    application: ApplicationId
    department: str | None
    activity_roles: frozenset[ActivityRole] | None = None
    employed_since: date | None = None
    employed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Attention:
    """What policies can tell apart of the parties."""

    attributes: frozenset[str]
    """Every name of an attribute that stands in them, whosever it is."""
    named: frozenset[str]
    """People and technical accounts that they name."""


def parties(question: Question, attention: Attention | None = None) -> Parties:
    """As the policies with this attention see them; None: as they are."""
    facts = question.facts
    if attention is None:
        subject, reads = question.subject, None
    else:
        subject, reads = _known_as(question, attention.named), attention.attributes
    return Parties(
        subject,
        question.roles,
        question.own_municipality,
        facts.departments if reads is None or "departments" in reads else None,
        question.municipality,
        question.application,
        facts.department if reads is None or "department" in reads else None,
        facts.activity_roles if reads is None or "activity_roles" in reads else None,
        facts.employed_since if reads is None or "employed_since" in reads else None,
        facts.employed_until if reads is None or "employed_until" in reads else None,
    )


def _known_as(question: Question, named: frozenset[str]) -> SubjectId:
    subject = question.subject
    subject.encode()  # what is no text is nobody's name: raises
    anybody = ANY_PERSON if technical_account_of(subject) is None else ANY_ACCOUNT
    told_apart = subject in named or anybody in named or subject == RECOVERY_ADMINISTRATOR
    return subject if told_apart or {subject, anybody} & _people_of(question.facts) else anybody


def _people_of(facts: Facts) -> frozenset[SubjectId]:
    """Whom the circumstances name: whatever is a `Person` in them."""
    others = (
        facts.author,
        facts.device and facts.device.owner,
        facts.ticket and facts.ticket.sponsor,
        facts.delegation and facts.delegation.by,
        *(facts.approved_by or ()),
    )
    return frozenset(one for one in others if one is not None)


def entities(of: Parties, attributes: frozenset[str] | None = None) -> str:
    """The person and the resource, as Cedar's entities document; `attributes`: the names to tell, None for all."""
    resource = resource_of(of.municipality, of.application, of.department, attributes)
    return f"[{person_of(of, attributes)[1:-1]},{resource[1:-1]}]"


def person_of(of: Parties, attributes: frozenset[str] | None) -> str:
    """Whoever asks, as a document of one entity."""
    told = PERSON if attributes is None else PERSON.keys() & attributes
    attrs = {name: value for name in told if (value := PERSON[name](of)) is not None}
    return written([{"uid": uid_of(of.subject), "attrs": attrs, "parents": ()}])


def resource_of(
    municipality: MunicipalityCode,
    application: ApplicationId,
    department: str | None,
    attributes: frozenset[str] | None,
) -> str:
    """What is asked for, as a document of one entity."""
    attrs = known(municipality=entity("Municipality", municipality), department=department)
    if attributes is not None:
        attrs = {name: attrs[name] for name in attrs.keys() & attributes}
    parents = (
        {"type": "Municipality", "id": str(municipality)},
        {"type": "Application", "id": str(application)},
    )
    return written([{"uid": _uid_of_resource(municipality, application), "attrs": attrs, "parents": parents}])


def _activity_roles(of: Parties) -> list[JSON] | None:
    if of.activity_roles is None:
        return None
    own = (one for one in of.activity_roles if one.municipality == of.own_municipality)
    return [{"agenda": one.agenda, "activity_role": one.activity_role} for one in own]


PERSON: Mapping[str, Callable[[Parties], Any]] = {
    "municipality": lambda of: entity("Municipality", of.own_municipality),
    "roles": lambda of: [entity("Role", role) for where, role in of.roles if where == of.own_municipality],
    "memberships": lambda of: [entity("Municipality", code) for code in {where for where, _ in of.roles}],
    "roles_anywhere": lambda of: [entity("Role", role) for role in {role for _, role in of.roles}],
    "offices": lambda of: [entity("Office", f"{where}/{role}") for where, role in of.roles],
    "departments": lambda of: None if of.departments is None else sorted(of.departments),
    "activity_roles": _activity_roles,
    "employed_since": lambda of: None if of.employed_since is None else midnight(of.employed_since),
    "employed_until": lambda of: None if of.employed_until is None else midnight(of.employed_until),
    "recovery": lambda of: of.subject == RECOVERY_ADMINISTRATOR,
}
"""Attributes of whoever asks, by their names in the schema; None leaves one out."""


def uid_of(subject: SubjectId) -> JSON:
    return {"type": kind_of(subject), "id": str(subject)}


def uid_of_resource(of: Parties) -> JSON:
    return _uid_of_resource(of.municipality, of.application)


def _uid_of_resource(municipality: MunicipalityCode, application: ApplicationId) -> JSON:
    return {"type": "Resource", "id": f"{municipality}/{application}"}


def kind_of(subject: SubjectId) -> str:
    """Cedar's type of whoever asks."""
    return "Person" if technical_account_of(subject) is None else "TechnicalAccount"
