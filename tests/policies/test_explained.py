"""What is told of one question. The rules are the example's and the library's, as they stand."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    SubjectId,
    technical_subject,
)
from policies.evaluate import PolicyBook
from policies.explain import SOMEBODY_ELSE
from policies.explained import Explained, explained, permits_after, possible_steps
from policies.incidents import Closure, ClosureKind
from policies.load import load
from policies.model import Delegation, Device, Facts, Permitted, Question, Refused, Ticket
from policies.smallest import MOST_TRIED
from policies.step_words import STEP_WORDS
from policies.steps import Known, StepKind
from tests.policies.test_evaluate import QUESTION
from tests.policies.test_library import FILES, book_of, cases_of
from tests.policies.world import (
    APPLICATIONS,
    DISTRICT,
    HULIN,
    KROMERIZ,
    MUNICIPALITIES,
    NOW,
    REGION,
    ask,
    copy_of_the_example,
    example_book,
)

CS, EN = Language.CZECH, Language.ENGLISH
BUDGET, MAP = ApplicationId("budget"), ApplicationId("map")
LIBRARY = FILES[0].parent
NIGHT = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)  # a Friday


def with_library(folder: Path, *names: str) -> PolicyBook:
    """The example without what people may ask for, which would be a way of each of them."""
    region, municipalities = copy_of_the_example(folder)
    (region / "46-requests.cedar").unlink()
    for name in names:
        copy(LIBRARY / f"{name}.cedar", region / f"90-{name}.cedar")
    return load(region, municipalities, DISTRICT, APPLICATIONS)


with TemporaryDirectory() as folder:
    BOOK = with_library(Path(folder))


def kinds(found: Explained) -> list[list[tuple[str, str]]]:
    return [[(step.kind.value, step.value) for step in way.steps] for way in found.ways]


def test_a_permit_tells_the_rules_that_permit_and_needs_no_way() -> None:
    found = explained(BOOK, ask((HULIN, Role.MAYOR)))
    assert isinstance(found.verdict, Permitted)
    (rule,) = found.rules
    assert (rule.id, rule.forbids, rule.file.name, rule.line) == ("records-mayor", False, "588491.cedar", 18)
    assert (found.ways, found.tried, found.complete, found.closed) == ((), 0, True, False)


def test_all_rules_that_forbid_are_told_with_their_place_and_words() -> None:
    weak = ask((HULIN, Role.MAYOR), level=AuthenticationLevel.PASSWORD, municipality=KROMERIZ)
    found = explained(BOOK, weak)
    assert [rule.id for rule in found.rules] == [
        "two-factors",
        "role-in-municipality",
        "active-municipality-only",
    ]
    first = found.rules[0]
    assert (first.reason, first.file.name, first.line) == ("two_factors_needed", "10-sign-in.cedar", 6)
    assert first.title == {
        CS: "Je potřeba vícefaktorové ověření",
        EN: "Multi-factor authentication is needed",
    }


def test_facts_are_those_that_the_rules_look_at_with_words_for_people() -> None:
    weak = ask((HULIN, Role.MAYOR), level=AuthenticationLevel.PASSWORD, municipality=KROMERIZ)
    told = {fact.name: (fact.title[CS], fact.value[CS]) for fact in explained(BOOK, weak).facts}
    assert told == {
        "action": ("činnost", "čtení"),
        "principal.municipality": ("obec, za kterou jedná", "Hulín"),
        "principal.memberships": ("obce, kde má roli", "Hulín"),
        "resource.municipality": ("obec aplikace", "Kroměříž"),
        "context.sign_in.level": ("úroveň přihlášení", "1 – jen heslo"),
    }


def test_a_fact_that_is_not_known_is_told_as_such(tmp_path: Path) -> None:
    facts = explained(with_library(tmp_path, "abroad"), ask((HULIN, Role.MAYOR))).facts
    country = next(fact for fact in facts if fact.name == "context.place.country")
    assert (country.known, country.value[EN]) == (False, "not known")


def test_where_nothing_permits_the_facts_are_those_that_permits_look_at() -> None:
    found = explained(BOOK, ask((HULIN, Role.CLERK), application=BUDGET))
    assert found.rules == ()
    assert {"principal.roles", "resource"} <= {fact.name for fact in found.facts}


def test_roles_that_would_do_are_one_way() -> None:
    found = explained(BOOK, ask((HULIN, Role.MAYOR), action=Action.WRITE))
    assert kinds(found) == [[("role", "chief_clerk registrar mail_room clerk")]]
    (words,) = found.ways[0].words
    assert words.what[CS] == "role v obci Hulín: tajemník, matrikářka, podatelna nebo referent"
    assert words.how[EN] == "If the work needs it, the mayor or the chief clerk decides about it."


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_that_nothing_would_permit_it_is_known_at_any_hour(hour: int) -> None:
    """Of a Friday, with all that people may ask for: moments are most of what can be tried at night."""
    moment = NIGHT.replace(hour=hour)
    for role in (Role.MAYOR, Role.CLERK, Role.AUDITOR):
        asked = ask((HULIN, role), application=MAP, action=Action.SIGN, now=moment, authenticated_at=moment)
        found = explained(example_book(), asked)
        assert (found.ways, found.complete) == ((), True), role
        assert found.tried < 50


DEPUTIES = """@id("by-delegation") @title_cs("Zástup") @title_en("By delegation")
permit (principal, action == Action::"sign", resource in Municipality::"588491")
when {{ resource in Application::"map" && context has delegation{condition} }};
"""
MAYOR_LENT = 'context.delegation.roles.contains(Role::"mayor")'
CLERK_LENT = 'context.delegation.roles.contains(Role::"chief_clerk")'


@pytest.mark.parametrize(
    ("condition", "value", "said"),
    [
        ("", "", "a recorded delegation"),
        (MAYOR_LENT, "mayor", "a recorded delegation in the role: mayor"),
        (f"({MAYOR_LENT} || {CLERK_LENT})", "mayor chief_clerk", "in the role: mayor or chief clerk"),
        (f"{MAYOR_LENT} && {CLERK_LENT}", "mayor+chief_clerk", "in the role: mayor and chief clerk"),
    ],
)
def test_a_delegation_that_would_help_names_the_role_that_the_rule_asks_for(
    tmp_path: Path, condition: str, value: str, said: str
) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    file = municipalities / f"{HULIN}.cedar"
    roles = f" && context.delegation has roles && {condition}" if condition else ""
    file.write_text(file.read_text("utf-8") + DEPUTIES.format(condition=roles), "utf-8")
    book = load(region, municipalities, DISTRICT, APPLICATIONS)
    other = Delegation(
        since=NOW, until=NOW + timedelta(days=1), by=SOMEBODY_ELSE, roles=frozenset({Role.ACCOUNTANT})
    )
    asked = ask((HULIN, Role.CLERK), application=MAP, action=Action.SIGN)
    if condition:  # somebody who stands in for another role is told of the one that is missing
        asked = replace(asked, facts=replace(asked.facts, delegation=other))
    (step, words), *more = [
        (step, words)
        for way in explained(book, asked).ways
        for step, words in zip(way.steps, way.words, strict=True)
        if step.kind is StepKind.DELEGATION
    ]
    assert (step.value, more) == (value, [])
    assert words.what[EN].endswith(said)


def test_other_actions_that_are_permitted_as_it_is_are_told() -> None:
    assert explained(BOOK, ask((HULIN, Role.MAYOR), action=Action.WRITE)).instead == (
        Action.READ,
        Action.SIGN,
    )


def test_a_weaker_sign_in_that_will_do_is_told_before_a_stronger_one() -> None:
    weak = ask((HULIN, Role.MAYOR), level=AuthenticationLevel.PASSWORD)
    assert kinds(explained(BOOK, weak)) == [[("stronger_sign_in", "2")]]
    old = ask((HULIN, Role.MAYOR), action=Action.SIGN, authenticated_at=NOW - timedelta(hours=9))
    assert kinds(explained(BOOK, old)) == [[("fresh_sign_in", "")]]


def test_several_things_that_are_missing_are_one_way_of_several_steps() -> None:
    weak = ask((HULIN, Role.MAYOR), level=AuthenticationLevel.PASSWORD, municipality=KROMERIZ)
    (way,) = kinds(explained(BOOK, weak))
    assert [kind for kind, _ in way] == ["stronger_sign_in", "switch_municipality", "role"]


def test_an_administrator_is_told_that_the_account_is_the_wrong_one() -> None:
    (way,) = kinds(explained(BOOK, ask((KROMERIZ, Role.CENTRE_ADMINISTRATOR))))
    assert [kind for kind, _ in way] == ["role", "without_role"]
    assert way[1][1] == "centre_administrator"


def test_what_nobody_may_do_has_no_way_and_everything_was_tried() -> None:
    found = explained(BOOK, ask((HULIN, Role.MAYOR), application=MAP, action=Action.SIGN))
    assert (found.ways, found.rules, found.complete) == ((), (), True)
    assert found.verdict.reason == "nothing_permits"


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (NIGHT, "2026-11-30T07:00:00+01:00"),
        (datetime(2026, 11, 25, 5, 30, tzinfo=UTC), "2026-11-25T07:00:00+01:00"),
        (datetime(2026, 12, 23, 20, 0, tzinfo=UTC), "2026-12-28T07:00:00+01:00"),
    ],
)
def test_the_next_moment_at_which_it_is_permitted_is_told_to_the_minute(
    tmp_path: Path, at: datetime, first: str
) -> None:
    late = ask((HULIN, Role.ACCOUNTANT), application=BUDGET, action=Action.WRITE, now=at, authenticated_at=at)
    ways = explained(with_library(tmp_path, "accountant-hours"), late).ways
    time = next(step for way in ways for step in way.steps if step.kind is StepKind.TIME)
    assert datetime.fromisoformat(time.value) == datetime.fromisoformat(first)
    assert ["emergency"] in [[step.kind.value for step in way.steps] for way in ways]


def test_a_moment_is_said_as_a_clock_here_shows_it(tmp_path: Path) -> None:
    late = ask(
        (HULIN, Role.ACCOUNTANT), application=BUDGET, action=Action.WRITE, now=NIGHT, authenticated_at=NIGHT
    )
    ways = explained(with_library(tmp_path, "accountant-hours"), late).ways
    (words,) = next(way.words for way in ways if way.steps[0].kind is StepKind.TIME)
    assert words.what == {
        CS: "jiná doba, nejdříve 30. 11. 2026 v 7:00",
        EN: "another time, 30 Nov 2026 at 07:00 at the earliest",
    }


def test_one_thing_wrong_with_a_device_is_told_by_its_name(tmp_path: Path) -> None:
    device = Device(managed=True, fresh=True, disk_encrypted=False, updates_installed=True)
    question = ask((HULIN, Role.MAYOR), facts=Facts(device=device))
    (way,) = explained(with_library(tmp_path, "device-posture"), question).ways
    assert [(step.kind, step.value) for step in way.steps] == [(StepKind.DEVICE_PART, "disk_encrypted")]
    assert way.words[0].what == {CS: "na zařízení: šifrovaný disk", EN: "on the device: disk encrypted"}


def test_a_supplier_learns_of_the_order_and_of_the_sponsor(tmp_path: Path) -> None:
    book = with_library(tmp_path, "supplier")
    question = ask((HULIN, Role.SUPPLIER), application=MAP)
    assert [("order", "")] in kinds(explained(book, question))
    alone = Ticket(
        approved=True,
        since=NOW - timedelta(hours=1),
        until=NOW + timedelta(hours=1),
        application=MAP,
        actions=frozenset({question.action}),
        sponsor_present=False,
    )
    assert [("sponsor", "")] in kinds(explained(book, replace(question, facts=Facts(ticket=alone))))


def test_what_an_incident_closes_is_said_to_be_closed() -> None:
    everything = Closure(
        kind=ClosureKind.APPLICATION,
        target="records",
        reason={CS: "Vyšetřujeme.", EN: "We look into it."},
        by="kucera.martin",
        at=NOW,
    )
    book = load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, incidents=[everything])
    found = explained(book, ask((HULIN, Role.MAYOR)))
    assert (found.ways, found.closed) == ((), True)
    assert [(rule.id, rule.moves) for rule in found.rules] == [("incident-application-records", False)]


def test_a_technical_account_is_told_of_no_sign_in_that_people_have() -> None:
    robot = ask((HULIN, Role.MAIL_ROOM), subject=technical_subject("robot"))
    found = explained(BOOK, robot)
    assert found.verdict.reason == "not_for_technical_accounts"
    assert (found.ways, found.rules) == ((), ())


def test_where_no_policy_is_consulted_nothing_is_tried(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    (municipalities / f"{HULIN}.cedar").write_text("")
    found = explained(load(region, municipalities, DISTRICT, APPLICATIONS), ask((HULIN, Role.MAYOR)))
    assert (found.verdict.reason, found.tried, found.facts) == ("municipality_without_policies", 0, ())
    nowhere = explained(BOOK, ask((HULIN, Role.MAYOR), municipality=MunicipalityCode("999999")))
    assert (nowhere.verdict.reason, nowhere.tried) == ("unknown_municipality", 0)


def test_a_policy_that_fails_is_told_with_what_it_read(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    (region / "99.cedar").write_text(
        '@id("fails")\npermit (principal, action, resource) when { context.sign_in.age * 9223372036854775807 > 0 };'
    )
    found = explained(load(region, municipalities, DISTRICT, APPLICATIONS), ask((HULIN, Role.MAYOR)))
    assert (found.verdict.reason, found.ways, found.tried) == ("policy_error", (), 0)
    assert [(rule.id, rule.line) for rule in found.rules] == [("fails", 1)]
    assert "context.sign_in.age" in {fact.name for fact in found.facts}


@settings(max_examples=60, deadline=None)
@given(QUESTION)
def test_every_way_leads_to_a_permit_and_has_no_step_too_many(question: Question) -> None:
    found = explained(BOOK, question)
    assert found.tried <= MOST_TRIED + len(Action)
    assert isinstance(found.verdict, Refused) or not found.ways
    for way in found.ways:
        assert isinstance(BOOK.decide(way.question), Permitted)
        for number in range(len(way.steps)):
            fewer = way.steps[:number] + way.steps[number + 1 :]
            assert not permits_after(BOOK, question, fewer)


@settings(max_examples=12, deadline=None)
@given(QUESTION)
def test_nothing_smaller_is_missed(question: Question) -> None:
    """Against all pairs of steps, of which none is left out for being hopeless."""
    found = explained(BOOK, question)
    if isinstance(found.verdict, Permitted) or not BOOK.policies_of(question.municipality):
        return
    steps = possible_steps(question, Known.of(BOOK.policies_of(question.municipality), question.action))
    smallest = min(
        (
            number
            for number in (1, 2)
            for those in combinations(steps, number)
            if permits_after(BOOK, question, those)
        ),
        default=3,
    )
    assert min((len(way.steps) for way in found.ways), default=3) == smallest


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_of_every_rule_of_the_library_each_refusal_is_explained(file: Path, tmp_path: Path) -> None:
    cases = cases_of(file)
    book = book_of(file, cases.otherwise, tmp_path)
    for placed in cases.said:
        case = placed.said
        found = explained(book, case.question(HULIN))
        assert found.verdict == book.decide(case.question(HULIN))
        assert all(fact.title[CS] and fact.value[CS] and fact.value[EN] for fact in found.facts), case.name
        assert all(isinstance(book.decide(way.question), Permitted) for way in found.ways), case.name
        if case.reason and cases.otherwise == "permitted":
            assert found.ways or found.closed, f"{case.name}: neither a way nor closed"


def test_every_step_has_words_in_both_languages() -> None:
    assert set(STEP_WORDS) == set(StepKind)
    for words in STEP_WORDS.values():
        assert words.what[CS] != words.what[EN]
        assert words.how[CS] != words.how[EN]


def test_who_is_named_is_told_apart_from_who_is_like_them(tmp_path: Path) -> None:
    named = SubjectId("3f0c1f6e-6a53-4a52-9c0e-2d5f3f1d7a10")
    facts = explained(with_library(tmp_path, "abroad"), ask((HULIN, Role.MAYOR), subject=named)).facts
    assert next(fact.value[CS] for fact in facts if fact.name == "principal") == named


def test_advice_for_whoever_looks_speaks_about_the_person() -> None:
    spoken_to = re.compile(r"\b(your?|váš|vaše?|vám|vás|jste)\b|(te|ste) (se|si)\b", re.IGNORECASE)
    for kind, words in STEP_WORDS.items():
        assert not any(spoken_to.search(text) for text in words.how.values()), kind
