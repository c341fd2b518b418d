"""Policies that nobody thought of: a grammar of valid texts, and the plainest way to answer by them."""

import re
from dataclasses import dataclass
from pathlib import Path

import cedarpy
from hypothesis import strategies as st

from config.district import District, Municipality
from config.vocabulary import Language, MunicipalityCode, technical_account_of
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE, Examined, Unreadable
from policies.forms import render
from policies.incidents import Closure, ClosureKind, policies_of
from policies.load import load
from policies.model import Question
from policies.reasons import Names
from policies.request import entities, parties, requests
from policies.review import Bounds, review
from policies.statements import split
from policies.texts import MUNICIPALITIES, REGION, InHand
from tests.policies.generated_questions import LENT, NAMED
from tests.policies.test_forms import filled_in
from tests.policies.world import HONETICE, HULIN, KROMERIZ, NOW

DISTRICT = District(
    [
        Municipality(HULIN, "Hulín", ""),
        Municipality(KROMERIZ, "Kroměříž", ""),
        Municipality(HONETICE, "Honětice", ""),
    ]
)
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
OVERFLOWS = "context.sign_in.age * 9223372036854775807 > 0"
"""Fails of every sign-in that is older than a second."""
FAILING = (
    OVERFLOWS,
    "context.sign_in.level + 9223372036854775807 > 0",
    "context has device.os_version && context.device.os_version * 9223372036854775807 > 0",
    'context.time.date.offset(duration("9223372036854775807ms")) > context.time.now',
    "principal.recovery && context.time.hour * 9223372036854775807 == 0",
    f"{OVERFLOWS} || true",
    f"if {OVERFLOWS} then true else true",
)
"""Conditions that fail of some questions or of all."""

ATOMS = (
    "true",
    "context == context",
    'principal.roles.contains(Role::"clerk")',
    'principal.roles_anywhere.containsAny([Role::"mayor", Role::"auditor"])',
    "principal.memberships.contains(resource.municipality)",
    "principal.municipality == resource.municipality",
    f'principal.offices.contains(Office::"{KROMERIZ}/mayor")',
    "principal.recovery",
    'principal has departments && principal.departments.contains("finance")',
    'principal has activity_roles && principal.activity_roles.contains({agenda: "A115", activity_role: "CR22"})',
    "principal has employed_since && context.time.date < principal.employed_since",
    "principal has employed_until && context.time.date <= principal.employed_until",
    "resource has department && principal has departments && principal.departments.contains(resource.department)",
    'resource in Application::"records"',
    f'resource in Municipality::"{HULIN}"',
    f'resource.municipality == Municipality::"{KROMERIZ}"',
    "context.sign_in.level >= 2",
    "context.sign_in.age < 600",
    'context.sign_in.factors.contains(Factor::"otp")',
    "context.sign_in has idle && context.sign_in.idle < 900",
    'context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))',
    'context.place has country && context.place.country == "CZ"',
    'context.place.networks.contains(Network::"office")',
    'context.place.tunnel && context.place has protocol && ["postgresql"].contains(context.place.protocol)',
    "context.place has impossible_travel && context.place.impossible_travel",
    'context.time.now < datetime("2026-12-06T23:00:00Z")',
    'context.time.date >= datetime("2026-12-07") && context.time.date <= datetime("2026-12-11")',
    "context.time.month == 12 && context.time.day >= 31",
    'context.time.of_day >= duration("2h30m") && context.time.hour < 12',
    "context.time.minute == 0 || context.time.weekday >= 6 || context.time.holiday",
    "context has device && context.device.managed && context.device.fresh",
    "context has device.disk_encrypted && context.device.disk_encrypted",
    "context has device.firewall && context has device.updates_installed && context.device.updates_installed",
    "context has device.firewall && context has device.screen_lock && context.device.firewall",
    "context has device.screen_lock && context has device.antivirus && context.device.screen_lock",
    (
        'context has device.os && context has device.os_version && context.device.os == "windows" && '
        "context.device.os_version >= 11"
    ),
    "context has device.antivirus && context has device.agent && context.device.antivirus && context.device.agent",
    "context has device.age && context.device.age <= 60",
    "context has device.owner && context.device.owner != principal",
    (
        "context has emergency.application && resource in context.emergency.application && "
        'context.emergency.age <= 3600 && context.emergency.justification like "* * *"'
    ),
    "context has emergency && !context.emergency.reviewed_late",
    (
        "context has ticket && context.ticket.approved && context.ticket.sponsor_present && "
        "resource in context.ticket.application && context.ticket.actions.contains(action)"
    ),
    "context has ticket && context.ticket.since <= context.time.now && context.time.now < context.ticket.until",
    'context has ticket.number && context.ticket.number == "7"',
    "context has ticket.sponsor && context.ticket.sponsor != principal",
    'context has delegation.roles && context.delegation.roles.contains(Role::"mayor")',
    (
        "context has delegation && context.delegation.since <= context.time.now && "
        "context.time.now < context.delegation.until"
    ),
    "context has delegation.by && context.delegation.by != principal",
    "context has requested && context.requested.actions.contains(action)",
    (
        "context has requested && resource in context.requested.application && "
        "context.requested.since <= context.time.now && context.time.now < context.requested.until"
    ),
    'context has purpose && context.purpose != ""',
    'context has agenda && context has activity_role && context.agenda == "A115" && context.activity_role == "CR22"',
    "context has download && !context.download",
    "context has author && context.author != principal",
    "context has approved_by && context.approved_by.contains(principal)",
    'context has route && (context.route.id == "seal" || context.route.path like "/rep*")',
    'if context has purpose then context.sign_in.level >= 3 else resource in Application::"map"',
    # what an escape spells
    f'principal == Person::"{NAMED[:-1]}\\u{{64}}"',
    f'resource in Municipality::"{HULIN[:-1]}\\u{{31}}"',
    'principal.roles.contains(Role::"cl\\u{65}rk")',
)
OF_PEOPLE = (
    f'principal == Person::"{NAMED}"',
    f'[Person::"{NAMED}"].contains(principal)',
    "context has author && context.author == principal",
    "context has approved_by && !context.approved_by.contains(principal)",
    "context has delegation.by && context.delegation.by == principal",
    "context has device.owner && context.device.owner == principal",
    "context has ticket.sponsor && context.ticket.sponsor == principal",
)
"""Conditions that hold of one person and not of another with the same roles."""
OF_ANYBODY = tuple(
    one for one in ATOMS if "Person::" not in one and " principal" not in one and "(principal)" not in one
)
"""Conditions that may be asked of programs too: no program is a person, and the schema says so."""
OF_WHAT_IS_LENT = tuple(one for one in ATOMS if any(f"context has {name}" in one for name in LENT)) * 5
"""So often that it is asked for more than once in two conditions, where these stand beside all others."""
SCOPES = (
    "action",
    'action == Action::"read"',
    'action in [Action::"read", Action::"write"]',
    'action in [Action::"sign", Action::"administer"]',
)
WHO = ("principal", "principal", "principal is Person", f'principal == Person::"{NAMED}"')
PROGRAMS = "principal is TechnicalAccount"
ID = re.compile(r'@id\("([^"]+)"\)')
WORDS = '@title_cs("a") @title_en("b") @advice_cs("c") @advice_en("d")'


def conditions(atoms: tuple[str, ...]) -> st.SearchStrategy[str]:
    atom = st.sampled_from(atoms)
    either = st.tuples(atom, st.sampled_from(["&&", "||"]), atom).map(
        lambda two: f"({two[0]}) {two[1]} ({two[2]})"
    )
    held = st.one_of(atom, either, atom.map("!({})".format))
    kinds = st.sampled_from(["when {{ {0} }}", "unless {{ {0} }}"])
    one = st.tuples(kinds, held).map(lambda two: two[0].format(two[1]))
    return st.one_of(st.just(""), one, st.tuples(one, one).map(" ".join))


def _statements(
    effects: str, resources: tuple[str, ...], who: tuple[str, ...], atoms: tuple[str, ...]
) -> st.SearchStrategy[str]:
    return st.builds(
        lambda effect, who, scope, resource, condition: (
            (f'@reason("forbidden") {WORDS} ' if effect == "forbid" else "")
            + f"{effect} ({who}, {scope}, {resource}) {condition};"
        ),
        st.sampled_from(effects.split()),
        st.sampled_from(who),
        st.sampled_from(SCOPES),
        st.sampled_from(resources),
        conditions(atoms),
    )


def statements(
    effects: str, resources: tuple[str, ...], more: tuple[str, ...] = ()
) -> st.SearchStrategy[str]:
    """Without an `@id`, which depends on where it will stand. `more`: further conditions."""
    of_programs = _statements(effects, resources, (PROGRAMS,), (*OF_ANYBODY, *more))
    of_people = _statements(effects, resources, WHO, (*ATOMS, *OF_PEOPLE, *more))
    return st.integers(0, 4).flatmap(lambda one: of_programs if one == 0 else of_people)


OF_REGION = (
    "resource",
    'resource in Application::"records"',
    f'resource in Municipality::"{HULIN}"',
    f'resource == Resource::"{KROMERIZ}/records"',
)


def regional(more: tuple[str, ...] = ()) -> st.SearchStrategy[list[str]]:
    return st.lists(statements("forbid forbid permit", OF_REGION, more), min_size=1, max_size=3)


REGIONAL = regional()


def of(code: MunicipalityCode) -> tuple[str, ...]:
    """Scopes of a municipality's own policies, as they may be spelt."""
    spelt = "".join(f"\\u{{{ord(one):x}}}" for one in code[:2]) + code[2:]
    return (
        f'resource in Municipality::"{code}"',
        f'resource in Municipality::"{spelt}"',
        f'resource is Resource in Municipality::"{code}"',
    )


def municipal(
    code: MunicipalityCode, effects: str = "permit permit forbid", more: tuple[str, ...] = ()
) -> st.SearchStrategy[list[str]]:
    """Written by hand, and one in four by a form."""
    written = statements(effects, of(code), more)
    by_form = filled_in().filter(lambda some: ("permit" if some[0].permits else "forbid") in effects)
    of_a_form = by_form.map(lambda some: render(*some, code).split("\n", 1)[1])
    one = st.integers(0, 3).flatmap(lambda drawn: of_a_form if drawn == 0 else written)
    return st.lists(one, min_size=1, max_size=3)


def numbered(name: str, policies: list[str]) -> str:
    return "\n".join(f'@id("{name}-{number}") {text}' for number, text in enumerate(policies))


def book_of(
    region: list[str], own: dict[MunicipalityCode, list[str]], closed: list[Closure] | None = None
) -> PolicyBook:
    """One schema for all of them: what was examined once is known again."""
    municipal = {code: source_of(code, policies, code) for code, policies in own.items()}
    incidents = None if closed is None else _reviewed("incidents", policies_of(closed), incidents=True)
    return PolicyBook(source_of("region", region), municipal, Names(DISTRICT), "1", None, incidents)


def saved(
    region: list[str], own: dict[MunicipalityCode, list[str]], closed: list[Closure] | None = None
) -> PolicyBook:
    """The same, read from the texts that would be kept. Raises PoliciesUnusable."""
    texts = {f"{MUNICIPALITIES}/{code}.cedar": numbered(code, policies) for code, policies in own.items()}
    texts[f"{REGION}/region.cedar"] = numbered("region", region)
    return load(REGION, MUNICIPALITIES, DISTRICT, None, InHand(texts), incidents=closed or ())


EXAMINED: dict[str, Examined | Unreadable] = {}


def source_of(name: str, policies: list[str], only: MunicipalityCode | None = None) -> Source:
    return _reviewed(name, numbered(name, policies), only)


def _reviewed(
    name: str, text: str, only: MunicipalityCode | None = None, *, incidents: bool = False
) -> Source:
    bounds = Bounds(SCHEMA, frozenset(DISTRICT), only=only, incidents=incidents, examined=EXAMINED)
    reviewed = review(Path(f"{name}.cedar"), text, bounds)
    assert not reviewed.problems, reviewed.problems
    return Source(reviewed.text, reviewed.policies)


TARGETS = {
    ClosureKind.ROLE: "clerk",
    ClosureKind.APPLICATION: "records",
    ClosureKind.MUNICIPALITY: str(HULIN),
    ClosureKind.MUNICIPALITY_APPLICATION: f"{HULIN}/records",
}
CLOSURES = st.sampled_from(ClosureKind).map(
    lambda kind: Closure(
        kind=kind, target=TARGETS.get(kind, ""), reason=dict.fromkeys(Language, "a"), by="b", at=NOW
    )
)
"""What an incident closes, of each kind."""


@dataclass(frozen=True, slots=True)
class Plain:
    permits: bool
    by: frozenset[str]
    """Those that decide."""
    failed: frozenset[str]


def plainly(text: str, question: Question) -> Plain:
    """Cedar's own answer to the whole question, with nothing left out and nothing remembered."""
    (request,) = requests(question, [question.action])
    known = cedarpy.Entities.from_json_str(entities(parties(question)))
    answer = cedarpy.is_authorized(request, cedarpy.PolicySet.from_str(text), known)
    failed = frozenset(map(int, re.findall(r"policy `policy(\d+)`", " ".join(answer.diagnostics.errors))))
    assert bool(failed) is bool(answer.diagnostics.errors)
    ids = {ID.search(one.text)[1]: one.text for one in split(text)}  # type: ignore[index]
    by = frozenset(answer.diagnostics.id_annotations_by_reason.values())
    if answer.allowed and technical_account_of(question.subject) is not None:
        by = frozenset(one for one in by if PROGRAMS in ids[one])
    names = list(ids)
    return Plain(answer.allowed and bool(by) and not failed, by, frozenset(names[one] for one in failed))
