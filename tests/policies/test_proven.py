"""What a change of policies does not touch is not asked again, and the same is found as if it were."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, ApplicationId, Role
from policies import further, proven, trial
from policies.case_files import CaseFile, read_cases
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE
from policies.model import Permitted, Refused
from policies.needs import needs_of
from policies.reasons import Names
from policies.review import Bounds, review
from policies.trial import Tried, tried
from tests.policies.world import APPLICATIONS, DISTRICT, HONETICE, HULIN, ask

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
NAMES = Names(DISTRICT, APPLICATIONS)
TOO_LARGE = "(context.time.minute + 1) * 9223372036854775807 > 0"
"""Fails at every minute but the first."""
FORBIDS = (
    'principal.roles.contains(Role::"supplier")',
    'resource in Application::"map" && context.sign_in.level < 3',
    'resource in Application::"records" && context.time.hour < 6',
    'context has device && !context.device.managed && principal.roles.contains(Role::"clerk")',
    f'resource in Application::"map" && {TOO_LARGE}',
    f'{TOO_LARGE} && resource in Application::"records"',
    'resource in Application::"records" && !(principal.memberships.contains(resource.municipality))',
)
PERMITS = (
    ("read", 'resource in Application::"map" && principal.roles.contains(Role::"clerk")'),
    ("write", 'resource in Application::"map" && principal.roles.contains(Role::"clerk")'),
    ("read", 'principal.roles.contains(Role::"mayor") && resource in Application::"records"'),
    ("sign", 'resource in Application::"records" && context.sign_in.level == 3'),
    ("sign", 'resource in Application::"map" && context.time.minute == 17'),
    ("write", 'principal.roles.contains(Role::"supplier") && context has ticket && context.ticket.approved'),
    ("sign", 'principal.roles.contains(Role::"clerk") && principal.roles.contains(Role::"auditor")'),
    ("read", 'context.place has networks && context.place.networks.contains(Network::"hall")'),
    ("read", f'{TOO_LARGE} || principal.roles.contains(Role::"mayor")'),
    ("write", 'context has author && context.author == principal && resource in Application::"map"'),
)
CASES = """
[[never]]
name = "nobody signs"
title_cs = "a"
title_en = "a"
actions = ["sign"]
without = ["networks"]

[[never]]
name = "no supplier or clerk writes by password"
title_cs = "a"
title_en = "a"
roles = ["supplier", "clerk"]
levels = ["password"]
actions = ["write"]
and_another = true

[[never]]
name = "nobody else reads the map"
title_cs = "a"
title_en = "a"
own = "elsewhere"
actions = ["read"]
applications = ["map"]

[[case]]
name = "the clerk reads the map"
roles = ["clerk"]
application = "map"

[[case]]
name = "the mayor reads records"
rule = "p2"

[[case]]
name = "the supplier writes nothing"
roles = ["supplier"]
action = "write"
reason = "nothing_permits"
"""

CLERKS_SIGN_NOTHING = """
[[never]]
name = "clerks-sign-nothing"
title_cs = "Referent nic nepodepíše"
title_en = "No clerk signs anything"
roles = ["clerk"]
applications = [{applications}]
actions = ["sign"]
"""


def source_of(*texts: str) -> Source:
    reviewed = review(Path("a.cedar"), "\n".join(texts), Bounds(SCHEMA, frozenset(DISTRICT)))
    assert reviewed.problems == ()
    return Source(reviewed.text, reviewed.policies)


def forbid(name: str, condition: str) -> str:
    words = '@title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")'
    return f'@id("{name}") @reason("closed") {words} forbid (principal, action, resource) when {{ {condition} }};'


def permit(name: str, action: str, condition: str) -> str:
    scope = f'principal, action == Action::"{action}", resource in Municipality::"{HULIN}"'
    return f'@id("{name}") permit ({scope}) when {{ {condition} }};'


REGION = [forbid(f"f{number}", condition) for number, condition in enumerate(FORBIDS)]
OWN = [permit(f"p{number}", *one) for number, one in enumerate(PERMITS)]
NOTHING_ELSE = forbid("of-nothing", "context.sign_in.level > 3")


@contextmanager
def nothing_known() -> Iterator[None]:
    kept, proven._kept = proven._kept, {}
    known, trial._known = trial._known, {}
    try:
        yield
    finally:
        proven._kept, trial._known = kept, known


def found(region: Sequence[str], own: Sequence[str], files: list[CaseFile]) -> list[Tried]:
    trial._known.clear()
    policies = {HULIN: source_of(*own)} if own else {}
    return list(tried(source_of(NOTHING_ELSE, *region), policies, NAMES, files, HULIN))


@settings(max_examples=60, deadline=None)
@given(
    region=st.lists(st.sampled_from(REGION), unique=True, max_size=4),
    own=st.lists(st.sampled_from(OWN), unique=True, max_size=5),
    its_own=st.booleans(),
)
def test_the_same_is_found_as_if_everything_were_asked(
    region: list[str], own: list[str], *, its_own: bool
) -> None:
    files = [read_cases(Path("a.cases.toml"), CASES, DISTRICT, only=HULIN if its_own else None)]
    assert files[0].problems == ()
    kept = found(region, own, files)
    with nothing_known():
        assert kept == found(region, own, files)


def test_only_what_concerns_the_application_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [read_cases(Path("a.cases.toml"), CASES[: CASES.index("[[case]]")], DISTRICT)]
    with nothing_known():
        before = found(REGION[:2], OWN[1:2], files)
        assert not any(one.broken or one.untried for one in before)
        asked: set[tuple[ApplicationId, Action]] = set()
        outcomes, decide = PolicyBook.outcomes, PolicyBook.decide

        def looked_at(book: PolicyBook, questions):
            those = list(questions)
            asked.update((one.application, one.action) for one in those)
            return outcomes(book, those)

        def decided(book: PolicyBook, question):
            asked.add((question.application, question.action))
            return decide(book, question)

        monkeypatch.setattr(PolicyBook, "outcomes", looked_at)
        monkeypatch.setattr(PolicyBook, "decide", decided)
        assert found(REGION[:2], OWN[1:2], files) == before
        assert asked == set()
        another = permit("w", "write", 'resource in Application::"records" && context.sign_in.level == 3')
        found(REGION[:2], [*OWN[1:2], another], files)
        assert {application for application, _ in asked} == {"records"}
        asked.clear()
        found([*REGION[:2], REGION[4]], OWN[1:2], files)
        assert {application for application, _ in asked} == {"map"}


def test_what_may_fail_before_it_asks_for_its_application_concerns_every_one() -> None:
    first = needs_of(OWN[0])
    then = needs_of(permit("a", "read", f'{TOO_LARGE} && resource in Application::"map"'))
    assert (first.concerns("map"), first.concerns("records")) == (True, False)
    assert then.concerns("records")
    assert not then.may_be_of("records", "read")
    assert needs_of(OWN[2]).first == ({"records"},)
    assert needs_of('forbid (principal, action, resource in Application::"map");').first == ({"map"},)
    unless = 'permit (principal, action, resource) unless { true } when { resource in Application::"map" };'
    assert needs_of(unless).first == ()
    both = 'permit (principal, action, resource) when { resource in Application::"map" } when { true };'
    assert needs_of(both).first == ({"map"},)


@pytest.mark.parametrize(
    "conditions",
    [
        f'when {{ resource in Application::"map" && {TOO_LARGE} }}',
        f'when {{ resource in Application::"map" }} when {{ {TOO_LARGE} }}',
        f'when {{ resource in Application::"map" }} unless {{ {TOO_LARGE} }} when {{ {TOO_LARGE} }}',
        f'when {{ principal.roles.contains(Role::"mayor") && (resource in Application::"map" && {TOO_LARGE}) }}',
        f'when {{ resource in [Application::"map"] }} when {{ {TOO_LARGE} && {TOO_LARGE} }}',
    ],
)
def test_cedar_reads_nothing_further_where_the_application_is_another(conditions: str) -> None:
    scope = 'principal, action == Action::"read", resource in Municipality'
    region = f'@id("a") permit ({scope}::"{HULIN}") {conditions};'
    assert needs_of(region).first == ({"map"},)
    book = PolicyBook(
        source_of(NOTHING_ELSE, region), {HULIN: source_of(OWN[2])}, Names(DISTRICT, APPLICATIONS), ""
    )
    asked = ask((HULIN, Role.MAYOR))
    asked = replace(asked, now=asked.now.replace(minute=59))
    assert isinstance(book.decide(replace(asked, application=ApplicationId("records"))), Permitted)
    failed = book.decide(replace(asked, application=ApplicationId("map")))
    assert isinstance(failed, Refused)
    assert failed.reason == "policy_error"


def test_so_much_is_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proven, "KEPT", 2)
    with nothing_known():
        for number in range(5):
            proven.keep(bytes([number]), proven.Held(number, number))
            assert len(proven._kept) <= 2
        assert proven.kept(bytes([4])) == (4, 4, 0)
        assert proven.kept(bytes([0])) is None


def test_what_holds_at_one_municipality_is_not_believed_of_another() -> None:
    files = [read_cases(Path("a.cases.toml"), CASES, DISTRICT)]
    text = OWN[3]
    with nothing_known():
        region = source_of(forbid("f", f'resource in Municipality::"{HULIN}"'))
        policies = {code: source_of(text.replace(HULIN, code)) for code in (HULIN, HONETICE)}
        holds = {
            one.municipality: one.broken is None
            for one in tried(region, policies, NAMES, files)
            if one.name == "nobody signs"
        }
    assert holds == {HULIN: True, HONETICE: False}


def test_roles_that_a_change_puts_together_are_asked_everywhere() -> None:
    """A permit of another application brings a pair of roles that nobody asked about before."""
    files = [read_cases(Path("a.cases.toml"), CASES.replace('"sign"', '"administer"'), DISTRICT)]
    pair = 'principal.roles.contains(Role::"clerk") && principal.roles.contains(Role::"auditor")'
    alone = forbid("f", 'resource in Application::"records" && !principal.roles.contains(Role::"auditor")')
    first = permit(
        "a", "administer", 'resource in Application::"records" && principal.roles.contains(Role::"clerk")'
    )
    never_there = forbid("n", 'resource in Application::"map"')
    second = permit("b", "administer", f'resource in Application::"map" && {pair}')
    with nothing_known():
        before = found([alone, never_there], [first], files)
        after = found([alone, never_there], [first, second], files)
    assert [one.broken is None for one in before if one.name == "nobody signs"] == [True]
    assert [one.broken is None for one in after if one.name == "nobody signs"] == [False]


def test_the_bound_of_questions_counts_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a limit would be passed in one process and not in another."""
    text = CLERKS_SIGN_NOTHING.format(applications='"records", "map"')
    files = [read_cases(Path("a.cases.toml"), text, DISTRICT)]
    before, more = (
        permit(
            name,
            "sign",
            f'resource in Application::"{name}" && principal.recovery && context.time.minute == 7',
        )
        for name in ("records", "map")
    )
    with nothing_known():
        monkeypatch.setattr(further, "MOST_LOOSENED", 5)  # three of each application
        known = found([], [before], files)
        assert [(one.broken, one.untried) for one in known] == [(None, ())]
        with_what_is_kept = found([], [before, more], files)
    with nothing_known():
        anew = found([], [before, more], files)
    assert with_what_is_kept == anew
    assert anew[0].untried
