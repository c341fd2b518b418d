"""Policies and questions that nobody thought of: a grammar of valid texts, and the plainest way to answer by them."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import cedarpy
from hypothesis import strategies as st

from config.district import District, Municipality
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    MunicipalityCode,
    NetworkName,
    Role,
    SubjectId,
)
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE, Examined, Unreadable
from policies.model import ActivityRole, Delegation, Device, Facts, Question, Requested, Ticket
from policies.reasons import Names
from policies.request import entities, parties, requests
from policies.review import Bounds, review
from tests.policies.world import HULIN, KROMERIZ, NOW, ask

DISTRICT = District([Municipality(HULIN, "Hulín", ""), Municipality(KROMERIZ, "Kroměříž", "")])
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
NAMED, STRANGERS = SubjectId("urad:named"), (SubjectId("urad:one"), SubjectId("urad:two"))
OVERFLOWS = "context.sign_in.age * 9223372036854775807 > 0"
"""Fails of every sign-in that is older than a second."""

ATOMS = (
    'principal.roles.contains(Role::"clerk")',
    'principal.roles_anywhere.containsAny([Role::"mayor", Role::"auditor"])',
    "principal.memberships.contains(resource.municipality)",
    "principal.municipality == resource.municipality",
    f'principal.offices.contains(Office::"{KROMERIZ}/mayor")',
    f'principal == Person::"{NAMED}"',
    'principal has departments && principal.departments.contains("finance")',
    'principal has activity_roles && principal.activity_roles.contains({agenda: "A115", activity_role: "CR22"})',
    "principal has employed_until && context.time.date <= principal.employed_until",
    'resource in Application::"records"',
    f'resource in Municipality::"{HULIN}"',
    "context.sign_in.level >= 2",
    "context.sign_in.age < 600",
    "context.time.hour < 12",
    'context.time.of_day >= duration("9h30m")',
    'context.place.networks.contains(Network::"office")',
    "context has device && context.device.managed && context.device.fresh",
    "context has author && context.author != principal",
    'context has delegation.roles && context.delegation.roles.contains(Role::"mayor")',
    "context has requested && context.requested.actions.contains(action)",
    "context == context",
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
SCOPES = (
    "action",
    'action == Action::"read"',
    'action in [Action::"read", Action::"write"]',
    'action in [Action::"sign", Action::"administer"]',
)
WORDS = '@title_cs("a") @title_en("b") @advice_cs("c") @advice_en("d")'


def conditions() -> st.SearchStrategy[str]:
    atom = st.sampled_from(ATOMS)
    either = st.tuples(atom, st.sampled_from(["&&", "||"]), atom).map(
        lambda two: f"({two[0]}) {two[1]} ({two[2]})"
    )
    held = st.one_of(atom, either)
    kinds = st.sampled_from(["when {{ {0} }}", "unless {{ {0} }}"])
    return st.one_of(st.just(""), st.tuples(kinds, held).map(lambda two: two[0].format(two[1])))


def statements(effects: str, resources: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Without an `@id`, which depends on where it will stand."""
    effect, scope, resource = (
        st.sampled_from(effects.split()),
        st.sampled_from(SCOPES),
        st.sampled_from(resources),
    )
    return st.builds(
        lambda effect, scope, resource, condition: (
            (f'@reason("forbidden") {WORDS} ' if effect == "forbid" else "")
            + f"{effect} (principal, {scope}, {resource}) {condition};"
        ),
        effect,
        scope,
        resource,
        conditions(),
    )


OF_REGION = ("resource", 'resource in Application::"records"')
REGIONAL = st.lists(statements("forbid forbid permit", OF_REGION), min_size=1, max_size=3)


def municipal(code: MunicipalityCode, effects: str = "permit permit forbid") -> st.SearchStrategy[list[str]]:
    return st.lists(statements(effects, (f'resource in Municipality::"{code}"',)), min_size=1, max_size=3)


def numbered(name: str, policies: list[str]) -> str:
    return "\n".join(f'@id("{name}-{number}") {text}' for number, text in enumerate(policies))


def book_of(region: list[str], own: dict[MunicipalityCode, list[str]]) -> PolicyBook:
    """One schema for all of them: what was examined once is known again."""
    municipal = {code: source_of(code, policies, code) for code, policies in own.items()}
    return PolicyBook(source_of("region", region), municipal, Names(DISTRICT), "1")


EXAMINED: dict[str, Examined | Unreadable] = {}


def source_of(name: str, policies: list[str], only: MunicipalityCode | None = None) -> Source:
    bounds = Bounds(SCHEMA, frozenset(DISTRICT), only=only, examined=EXAMINED)
    reviewed = review(Path(f"{name}.cedar"), numbered(name, policies), bounds)
    assert not reviewed.problems, reviewed.problems
    return Source(reviewed.text, reviewed.policies)


FACTS = st.builds(
    Facts,
    networks=st.sampled_from([frozenset(), frozenset({NetworkName("office")})]),
    device=st.sampled_from([None, Device(managed=True, fresh=True), Device(managed=True, fresh=False)]),
    author=st.sampled_from([None, NAMED, *STRANGERS]),
    delegation=st.sampled_from(
        [
            None,
            Delegation(since=NOW, until=NOW),
            Delegation(since=NOW, until=NOW, roles=frozenset({Role.MAYOR})),
        ]
    ),
    requested=st.sampled_from(
        [
            None,
            Requested(
                since=NOW, until=NOW, application=ApplicationId("records"), actions=frozenset({Action.WRITE})
            ),
        ]
    ),
    departments=st.sampled_from([None, frozenset({"finance"})]),
    activity_roles=st.sampled_from(
        [None, frozenset({ActivityRole(municipality=HULIN, agenda="A115", activity_role="CR22")})]
    ),
    employed_until=st.sampled_from([None, date(2026, 11, 22), date(2026, 11, 23)]),
)
SOMEBODY = st.sampled_from([None, NAMED, *STRANGERS])
FACTS_OF_PEOPLE = st.builds(
    lambda author, approved_by, deputised, sponsor, owner: Facts(
        author=author,
        device=Device(managed=True, fresh=True, owner=owner),
        approved_by=approved_by and frozenset({approved_by}),
        delegation=Delegation(since=NOW, until=NOW, by=deputised),
        ticket=Ticket(
            approved=True,
            since=NOW,
            until=NOW,
            application=ApplicationId("records"),
            sponsor_present=True,
            sponsor=sponsor,
        ),
    ),
    SOMEBODY,
    SOMEBODY,
    SOMEBODY,
    SOMEBODY,
    SOMEBODY,
)
CODES = st.sampled_from([HULIN, KROMERIZ])
QUESTIONS = st.builds(
    lambda roles, own, municipality, application, action, level, minutes, subject, facts: replace(
        ask(),
        roles=roles,
        own_municipality=own,
        municipality=municipality,
        application=application,
        action=action,
        level=level,
        authenticated_at=NOW - timedelta(minutes=minutes),
        subject=subject,
        facts=facts,
    ),
    st.frozensets(
        st.tuples(CODES, st.sampled_from([Role.CLERK, Role.MAYOR, Role.AUDITOR])), min_size=1, max_size=3
    ),
    CODES,
    CODES,
    st.sampled_from([ApplicationId("records"), ApplicationId("map")]),
    st.sampled_from(Action),
    st.sampled_from(AuthenticationLevel),
    st.sampled_from([1, 9, 11]),
    st.sampled_from([NAMED, *STRANGERS]),
    FACTS,
)


def plainly(policies: list[str], question: Question) -> tuple[bool, frozenset[str]]:
    """Cedar's own answer to the whole question, nothing left out: whether it permits, and by which policies."""
    (request,) = requests(question, [question.action])
    known = cedarpy.Entities.from_json_str(entities(parties(question)))
    answer = cedarpy.is_authorized(request, cedarpy.PolicySet.from_str("\n".join(policies)), known)
    by = frozenset(answer.diagnostics.id_annotations_by_reason.values())
    return answer.allowed and not answer.diagnostics.errors, by
