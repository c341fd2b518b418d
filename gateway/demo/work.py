"""What the demo's directory says of people's work: days, departments, activity roles under the law on registers."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from config.vocabulary import MunicipalityCode, Role

BEGINS, ENDS, DEPARTMENT, ACTIVITY_ROLE = "employmentBegins", "employmentEnds", "ou", "employeeType"
"""The first two are attributes of a schema of the demo's own (`gateway.demo.slapd`)."""
WRITTEN = "{agenda}:{activity_role}@{municipality}"
DEPARTMENTS = {
    Role.MAYOR: "Vedení obce",
    Role.DEPUTY_MAYOR: "Vedení obce",
    Role.CHIEF_CLERK: "Vedení obce",
    Role.ACCOUNTANT: "Finanční odbor",
    Role.BUDGET_MANAGER: "Finanční odbor",
    Role.REGISTRAR: "Matrika",
    Role.MAIL_ROOM: "Podatelna",
    Role.CLERK: "Odbor vnitřních věcí",
    Role.LOCAL_ADMINISTRATOR: "Odbor informatiky",
    Role.CENTRE_ADMINISTRATOR: "Odbor informatiky",
    Role.SECURITY_OFFICER: "Odbor informatiky",
}
AGENDAS = {Role.REGISTRAR: ("A115", "CR22")}
"""By the codes that the library's rule of registers names."""
FIRST, SPREAD = date(2006, 1, 1), 6_800  # days: the last who began did so in the summer of 2024
FIXED_TERM = date(2035, 12, 31)
FIXED_TERM_EVERY = 7  # one of so many


def attributes(login: str, held: Collection[tuple[MunicipalityCode, Role]]) -> Iterator[tuple[str, str]]:
    """The same login, the same days. Suppliers are nobody's employees, and have none."""
    roles = {role for _, role in held}
    if roles and roles != {Role.SUPPLIER}:
        number = sum(place * octet for place, octet in enumerate(login.encode(), 1))
        yield BEGINS, _time(FIRST + timedelta(days=number % SPREAD))
        if number % FIXED_TERM_EVERY == 0:
            yield ENDS, _time(FIXED_TERM)
    for department in sorted({DEPARTMENTS[role] for role in roles & DEPARTMENTS.keys()}):
        yield DEPARTMENT, department
    for code, role in sorted(held):
        if role in AGENDAS:
            agenda, activity_role = AGENDAS[role]
            written = WRITTEN.replace("{agenda}", agenda).replace("{activity_role}", activity_role)
            yield ACTIVITY_ROLE, written.replace("{municipality}", code)


def _time(day: date) -> str:
    """Generalized time, at noon: the same day wherever one is."""
    return f"{day:%Y%m%d}120000Z"


SCHEMA_CLASS = "officeWork"
_ARC = "2.25.4631102716793634155942538023274217526"  # of a UUID: nobody else's (X.667)
_TIME = (
    "EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24"
)
SCHEMA: Sequence[str] = (
    "dn: cn=work,cn=schema,cn=config",
    "objectClass: olcSchemaConfig",
    "cn: work",
    f"olcAttributeTypes: ( {_ARC}.1 NAME '{BEGINS}' {_TIME} SINGLE-VALUE )",
    f"olcAttributeTypes: ( {_ARC}.2 NAME '{ENDS}' {_TIME} SINGLE-VALUE )",
    f"olcObjectClasses: ( {_ARC}.3 NAME '{SCHEMA_CLASS}' AUXILIARY MAY ( {BEGINS} $ {ENDS} ) )",
)
"""In LDIF, for cn=config."""
