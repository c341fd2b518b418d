"""The incident switch: a class of access is closed by a guardrail that is made here, before all others. Pure.

Laws kept here:
1. A closure is one `forbid` of Cedar, so it never permits anything, and without it all is as it was.
2. It never locks out those who open again: security officers and centre administrators keep the portal, the log and the
   policies, and the recovery administrator everything that other rules leave.
3. What it speaks of is decided by the policies' own facts; what is not known counts as closed.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.unseen import UNSEEN
from config.vocabulary import ROLE_TITLES, ApplicationId, Language, MunicipalityCode, Role
from policies.incident_words import ADVICE, KIND_WORDS
from policies.model import Text
from policies.reasons import Names

LONGEST_REASON = 500  # characters: what a person still reads on a page of refusal
OPENERS = (Role.SECURITY_OFFICER, Role.CENTRE_ADMINISTRATOR)
KEPT_OPEN = ("portal", "policies", "audit")
"""Applications that openers need to open again: to come in, to switch, to see what happens."""
INCIDENT = "incident_"
"""How the reasons of what an incident closes begin."""
OFFICERS = (Role.SECURITY_OFFICER, Role.AUDITOR)


class ClosureKind(StrEnum):
    SUPPLIERS = "suppliers"
    """Whoever is a supplier anywhere, whatever else that account is."""
    ROLE = "role"
    """Whoever acts in that role in the municipality the person acts for, or as a deputy of it. Target: the role."""
    APPLICATION = "application"
    """Everywhere. Target: its id."""
    MUNICIPALITY = "municipality"
    """All its applications. Target: its code."""
    MUNICIPALITY_APPLICATION = "municipality_application"
    """Target: code and application, `588491/budget`."""
    ALL_BUT_OFFICERS = "all_but_officers"
    """Programs too."""
    ABROAD = "abroad"
    """From an address that is not known to be in Czechia."""
    TECHNICAL_ACCOUNTS = "technical_accounts"

    @property
    def reason(self) -> str:
        """Named reason of the refusals."""
        return f"{INCIDENT}{self.value}"


class ClosureUnusable(ValueError):
    """Nothing is closed by this. Says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n    {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Raises ClosureUnusable for a target that its kind does not have, or a reason that nobody could read."""

    kind: ClosureKind
    target: str = ""
    reason: Text
    """What refused people read, in both languages."""
    by: str
    """Whoever closed it: subject, or name at the command line."""
    at: datetime

    def __post_init__(self) -> None:
        form = TARGETS.get(self.kind)
        if form is None and self.target:
            raise ClosureUnusable(f"{self.kind} has no target, not {self.target!r}", "leave it out")
        if form is not None and not form.pattern.fullmatch(self.target):
            raise ClosureUnusable(f"{self.target!r} is no target of the kind {self.kind}", form.remedy)
        if self.at.utcoffset() is None:
            raise ClosureUnusable("the time has no zone", "say when it was closed, with the zone")
        for language in Language:
            require_readable(self.reason.get(language, ""), language)

    @property
    def municipality(self) -> MunicipalityCode | None:
        """That it names."""
        return MunicipalityCode(self.target.partition("/")[0]) if self.kind in OF_A_MUNICIPALITY else None

    @property
    def application(self) -> ApplicationId | None:
        return ApplicationId(self.target.rpartition("/")[2]) if self.kind in OF_AN_APPLICATION else None

    @property
    def id(self) -> str:
        """`@id` of its policy: the same for the same kind and target."""
        words = self.target.replace("/", "-").replace("_", "-")
        return f"incident-{ID_WORDS.get(self.kind, self.kind.replace('_', '-'))}" + (words and f"-{words}")


ID_WORDS = {ClosureKind.MUNICIPALITY_APPLICATION: "municipality"}
"""The application comes behind the code there."""
OF_A_MUNICIPALITY = frozenset({ClosureKind.MUNICIPALITY, ClosureKind.MUNICIPALITY_APPLICATION})
OF_AN_APPLICATION = frozenset({ClosureKind.APPLICATION, ClosureKind.MUNICIPALITY_APPLICATION})


@dataclass(frozen=True, slots=True)
class Target:
    """Nothing else gets into the text of a policy."""

    pattern: re.Pattern[str]
    remedy: str


CODE, APPLICATION = "[0-9]{6}", "[a-z][a-z0-9-]{0,40}"
TARGETS: dict[ClosureKind, Target] = {
    ClosureKind.ROLE: Target(re.compile("|".join(Role)), "name a role there is, such as accountant"),
    ClosureKind.APPLICATION: Target(re.compile(APPLICATION), "name an application there is, such as budget"),
    ClosureKind.MUNICIPALITY: Target(re.compile(CODE), "name a municipality of the district, such as 588491"),
    ClosureKind.MUNICIPALITY_APPLICATION: Target(
        re.compile(f"{CODE}/{APPLICATION}"), "name both, with a slash between: 588491/budget"
    ),
}
"""Of the kinds that have one."""


def target_fault(
    closure: Closure, district: Collection[MunicipalityCode], applications: Collection[ApplicationId]
) -> str:
    """What a closure names that is not there, so that it would close nothing; empty where all is."""
    if closure.municipality is not None and closure.municipality not in district:
        return f"municipality {closure.municipality} is not in the district"
    if closure.application is not None and closure.application not in applications:
        return f'application "{closure.application}" is not configured'
    return ""


def policies_of(closures: Iterable[Closure]) -> str:
    """Cedar's text, in order of their ids. Of those that close the same, the earliest speaks."""
    first: dict[str, Closure] = {}
    for closure in sorted(closures, key=lambda one: (one.id, one.at)):
        first.setdefault(closure.id, closure)
    return "\n".join(map(_policy, first.values()))


def called(closure: Closure, names: Names) -> Text:
    """Its title, as refused people read it, with names in it."""
    application = closure.application
    titles = names.applications.get(application) if application else None
    return {
        language: _title(closure, language)
        .replace("{municipality}", names.district.name(closure.municipality or ""))
        .replace("{application}", titles[language] if titles else application or "")
        for language in Language
    }


def _policy(closure: Closure) -> str:
    annotations = {
        "id": closure.id,
        "reason": closure.kind.reason,
        **{f"title_{language}": _title(closure, language) for language in Language},
        **{f"advice_{language}": _advice(closure, language) for language in Language},
    }
    head = "\n".join(f'@{name}("{_quoted(text)}")' for name, text in annotations.items())
    return f"{head}\n{_statement(closure)}\n"


def _statement(closure: Closure) -> str:
    if closure.kind is ClosureKind.TECHNICAL_ACCOUNTS:
        return "forbid (principal is TechnicalAccount, action, resource);"
    condition = CONDITIONS[closure.kind].format(
        municipality=closure.municipality, application=closure.application, target=closure.target
    )
    unless = [f"principal is Person && ({OPEN_AGAIN})"]
    if closure.kind is ClosureKind.ALL_BUT_OFFICERS:
        unless.append(f"principal is Person && principal.roles_anywhere.containsAny({_roles(OFFICERS)})")
    words = " ||\n  ".join(f"({one})" for one in unless)
    return f"forbid (principal, action, resource)\nwhen {{ {condition} }}\nunless {{\n  {words}\n}};"


def _roles(roles: Iterable[Role]) -> str:
    return "[" + ", ".join(f'Role::"{role}"' for role in roles) + "]"


_KEPT = " || ".join(f'resource in Application::"{name}"' for name in KEPT_OPEN)
OPEN_AGAIN = f"principal.recovery || (principal.roles_anywhere.containsAny({_roles(OPENERS)}) && ({_KEPT}))"
CONDITIONS: dict[ClosureKind, str] = {
    ClosureKind.SUPPLIERS: f"principal.roles_anywhere.containsAny({_roles([Role.SUPPLIER])})",
    ClosureKind.ROLE: (
        'principal.roles.contains(Role::"{target}") || (context has delegation && '
        '!(context.delegation has roles && !context.delegation.roles.contains(Role::"{target}")))'
    ),
    ClosureKind.APPLICATION: 'resource in Application::"{application}"',
    ClosureKind.MUNICIPALITY: 'resource in Municipality::"{municipality}"',
    ClosureKind.MUNICIPALITY_APPLICATION: (
        'resource in Municipality::"{municipality}" && resource in Application::"{application}"'
    ),
    ClosureKind.ALL_BUT_OFFICERS: "true",
    ClosureKind.ABROAD: '!(context.place has country && context.place.country == "CZ")',
}


def _title(closure: Closure, language: Language) -> str:
    title = KIND_WORDS[closure.kind.value].title[language]
    if closure.kind is ClosureKind.ROLE:
        return title.replace("{role}", ROLE_TITLES[Role(closure.target)][language])
    return title


def _advice(closure: Closure, language: Language) -> str:
    reason = closure.reason[language].strip()
    return f"{reason if reason[-1] in '.!?…' else reason + '.'} {ADVICE[language]}"


def require_readable(text: str, language: Language) -> None:
    """As a reason that refused people read. Raises ClosureUnusable."""
    if not text.strip():
        raise ClosureUnusable(f"the reason is missing ({language})", "say why, in Czech and in English")
    if len(text) > LONGEST_REASON:
        raise ClosureUnusable(
            f"the reason has {len(text)} characters ({language})", f"use {LONGEST_REASON} at most"
        )
    if "{" in text or "}" in text or _unreadable(text):
        raise ClosureUnusable(
            f"the reason holds braces or characters that are not text ({language})",
            "write it in one line, without braces",
        )


def _unreadable(text: str) -> bool:
    return any(unicodedata.category(one) in UNREADABLE for one in text) or UNSEEN.search(text) is not None


UNREADABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Unicode's general categories


def _quoted(text: str) -> str:
    """Within a string of Cedar: its grammar escapes as Rust does, and control characters are not let in."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
